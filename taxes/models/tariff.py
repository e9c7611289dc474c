"""The published tariff: data per tax year, never constants in code."""

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from fleet.models import Energy
from taxes.tariff import Cell


class TariffQuerySet(models.QuerySet):
    def published(self, year):
        """The tariff in force for a tax year, or None."""
        return self.filter(year=year, published_at__isnull=False).order_by("-version").first()


class Tariff(models.Model):
    """One version of a tax year's law: its rates and its calendar.

    Source: Loi de finances 2026, articles 02.09.01 to 02.09.06 and I-102 bis (draft text).
    """

    year = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    due_date = models.DateField(help_text="for vehicles in service on 1 January")
    # The law may postpone its own start: nobody is then late and no check is unfavourable.
    is_suspended = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = TariffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "version"], name="taxes_tariff_one_per_version")
        ]

    def __str__(self):
        return f"{self.year} v{self.version}"

    @cached_property
    def cells(self) -> list[Cell]:
        """The grid as the arithmetic takes it, read once."""
        return [Cell(**row) for row in self.rates.order_by("pk").values(*Cell.__slots__)]


class Rate(models.Model):
    """One cell of the grid: what a power, an energy and an age cost for a year."""

    tariff = models.ForeignKey(Tariff, on_delete=models.CASCADE, related_name="rates")
    power_min = models.PositiveSmallIntegerField(help_text="fiscal CV")
    power_max = models.PositiveSmallIntegerField(null=True, help_text="fiscal CV, none: no limit")
    energy = models.CharField(max_length=10, choices=Energy)
    age_min = models.PositiveSmallIntegerField(help_text="years")
    age_max = models.PositiveSmallIntegerField(null=True, help_text="years, none: no limit")
    amount = models.PositiveIntegerField(help_text="ariary")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tariff", "power_min", "energy", "age_min"], name="taxes_rate_one_per_cell"
            ),
            models.CheckConstraint(
                name="taxes_rate_limits_in_order",
                condition=(Q(power_max=None) | Q(power_max__gte=F("power_min")))
                & (Q(age_max=None) | Q(age_max__gte=F("age_min"))),
            ),
        ]

    def __str__(self):
        return f"{self.tariff}: {self.power_min} CV {self.energy} {self.age_min} ans"
