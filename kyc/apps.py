"""The app, as Django knows it."""

from functools import partial

from django.apps import AppConfig


class KycConfig(AppConfig):
    """Who people are: accounts, identity papers, and the agents who look at them."""

    name = "kyc"

    def ready(self):
        from kyc import (  # noqa: F401
            counter,
            duplicates,
            factors,
            receivers,
            reproofing,
            review,
            staff,
            suspension,
        )
        from kyc.models import (
            Check,
            DocumentView,
            IdentityCase,
            Membership,
            Organisation,
            Posting,
            ReadingBatch,
            Sweep,
            User,
        )
        from project.audit.completeness import expect

        review.expect_acts(IdentityCase)
        suspension.expect_acts()
        counter.expect_acts()
        factors.expect_acts()
        duplicates.expect_acts(IdentityCase)
        reproofing.expect_acts()
        expect("check.opened", Check.objects.all, at="created_at")
        expect("check.answered", partial(Check.objects.filter, answered_at__isnull=False))
        expect("scans.swept", lambda: Sweep.objects.exclude(ended_at=None))
        expect("document.viewed", DocumentView.objects.all, at="at")
        expect("readings.begun", ReadingBatch.objects.all, at="began_at")
        expect("readings.stopped", lambda: ReadingBatch.objects.exclude(stopped_by=None))
        expect("staff.made", lambda: User.objects.exclude(role=User.Role.CITIZEN))
        expect("staff.posted", Posting.objects.all, at="since")
        staff.expect_acts()
        expect("organisation.founded", Organisation.objects.all)
        expect("organisation.suspended", lambda: Organisation.objects.filter(state="suspended"))
        expect("membership.invited", lambda: Membership.objects.exclude(invited_by=None))
        expect("membership.begun", lambda: Membership.objects.exclude(began_at=None))
        expect("membership.ended", lambda: Membership.objects.filter(state="ended"))
