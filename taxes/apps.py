"""The app, as Django knows it."""

from functools import partial

from django.apps import AppConfig


class TaxesConfig(AppConfig):
    """What vehicles owe, how it is paid, and the code that proves it."""

    name = "taxes"

    def ready(self) -> None:
        from project.audit.completeness import expect
        from taxes import receivers  # noqa: F401
        from taxes.models import Code, Notice, Payment, Receipt, Refund, Scan

        expect("notice.issued", Notice.objects.all)
        expect("payment.started", Payment.objects.all, at="created_at")
        for state in ("confirmed", "suspense", "failed", "expired"):
            expect(f"payment.{state}", partial(Payment.objects.filter, state=state))
        expect("receipt.issued", Receipt.objects.all, at="issued_at")
        expect("code.issued", Code.objects.all, at="issued_at")
        expect("refund.opened", Refund.objects.all, at="opened_at")
        expect("scan.recorded", Scan.objects.all, at="at")
