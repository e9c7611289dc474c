"""Which days figures are about."""

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kyc.fields import PaperDateField
from kyc.figures import Period


class PeriodForm(forms.Form):
    """From a day to a day, both included; unasked, the last thirty days."""

    EARLIEST = date(2020, 1, 1)

    du = PaperDateField(label=_("Du"), help_text="")
    au = PaperDateField(label=_("Au"), help_text="")

    def __init__(self, asked):
        today = timezone.localdate()
        usual = {"du": today - timedelta(days=29), "au": today}
        super().__init__(asked if {"du", "au"} & set(asked) else usual)

    def clean_du(self):
        """Raises ValidationError for a day before there was a service, or to come."""
        return self._possible(self.cleaned_data["du"])

    def clean_au(self):
        """Likewise."""
        return self._possible(self.cleaned_data["au"])

    def _possible(self, day):
        if not self.EARLIEST <= day <= timezone.localdate():
            raise ValidationError(_("Donnez un jour passé, à partir de 2020."), code="impossible")
        return day

    def clean(self):
        """Raises ValidationError where the end comes before the beginning."""
        cleaned = super().clean()
        if {"du", "au"} <= cleaned.keys() and cleaned["du"] > cleaned["au"]:
            self.add_error("au", _("La fin vient avant le début."))
        return cleaned

    @property
    def period(self) -> Period:
        """The days, of a form that is valid."""
        return Period(self.cleaned_data["du"], self.cleaned_data["au"])
