"""What a vehicle owes for a year."""

from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fleet.models import Vehicle
from taxes.models.tariff import Tariff


class NoticeQuerySet(models.QuerySet):
    def of_holder(self, person):
        """Notices of the vehicles this person holds today."""
        return self.filter(vehicle__in=Vehicle.objects.held_by(person))

    def unpaid(self):
        """What is still owed."""
        return self.filter(amount__gt=0, receipt=None)

    def with_proof(self):
        """Each with what says whether it is paid, in one question."""
        return self.select_related("vehicle", "tariff", "receipt")


class Notice(models.Model):
    """What a vehicle owes for a year, and how the amount came about."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="notices")
    year = models.PositiveSmallIntegerField()
    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT)
    amount = models.PositiveIntegerField(help_text="ariary; zero for an exempt vehicle")
    steps = models.JSONField(help_text="the calculation, one step after the other")
    issued_at = models.DateTimeField(auto_now_add=True)

    objects = NoticeQuerySet.as_manager()

    # The attempt under way, where many notices were asked about at once (`notices.standing`).
    under_way = None

    class Meta:
        verbose_name = _("avis de taxe")
        constraints = [
            models.UniqueConstraint(fields=["vehicle", "year"], name="taxes_notice_one_per_year")
        ]

    def __str__(self):
        return f"{self.vehicle} {self.year}"

    @property
    def is_exempt(self) -> bool:
        return self.amount == 0

    @property
    def due_date(self) -> date:
        """Until when it may be paid without reproach (article I-102 bis).

        The tariff's date for vehicles in service on 1 January; those put into circulation later
        in the year owe at once.
        """
        is_new = self.vehicle.first_registration.year >= self.year
        return self.vehicle.first_registration if is_new else self.tariff.due_date

    @property
    def is_overdue(self) -> bool:
        return timezone.localdate() > self.due_date

    @property
    def is_paid(self) -> bool:
        return hasattr(self, "receipt")

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is owed: paid, or exempt."""
        return self.is_exempt or self.is_paid

    @property
    def live_payment(self):
        """The attempt that is under way, if there is one: another may not start meanwhile."""
        return self.payments.live().first()
