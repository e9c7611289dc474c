"""The app, as Django knows it."""

from django.apps import AppConfig


class KycConfig(AppConfig):
    """Who people are: accounts, identity papers, and the agents who look at them."""

    name = "kyc"

    def ready(self):
        from kyc import receivers, review  # noqa: F401
        from kyc.models import DocumentView, IdentityCase, User
        from project.audit.completeness import expect

        review.expect_acts(IdentityCase)
        expect("document.viewed", DocumentView.objects.all, at="at")
        expect("staff.made", lambda: User.objects.exclude(role=User.Role.CITIZEN))
