"""Form fields for what is written on Malagasy papers."""

import re
import unicodedata
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kyc import cin, nationalities
from kyc.months import MONTHS
from project.lib import phones


class CINField(forms.CharField):
    """A CIN number in any spacing, cleaned to its twelve digits."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 30)
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off", "class": "width-20"}

    def clean(self, value):
        """Raises ValidationError unless there are twelve digits."""
        value = super().clean(value)
        return cin.parse(value) if value else None

    def prepare_value(self, value):
        """Show the digits by threes, as on the card."""
        return cin.display(str(value)) if value else value


class PhoneField(forms.CharField):
    """A Malagasy mobile number in any spelling, cleaned to E.164."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("help_text", _("Par exemple 034 12 345 67"))
        super().__init__(**kwargs)
        self.widget.attrs |= {
            "type": "tel",
            "inputmode": "tel",
            "autocomplete": "tel",
            "class": "width-20",
        }
        self.widget.input_type = "tel"

    def clean(self, value):
        """Raises ValidationError with what is wrong about the number."""
        value = super().clean(value)
        return phones.parse(value) if value else value

    def prepare_value(self, value):
        """Show a stored number as people write it."""
        is_stored = re.fullmatch(r"\+261[0-9]{9}", str(value or ""))
        return phones.display(value) if is_stored else value


class PaperDateField(forms.DateField):
    """A day typed as on the paper: 31/12/1990, 31121990, 31 décembre 1990; or as ISO."""

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", _("Jour, mois, année : par exemple 25/06/1985 ou 25061985"))
        super().__init__(input_formats=["%d %m %Y"], **kwargs)
        self.widget = forms.DateInput(
            format="%d/%m/%Y",
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "width-10"},
        )
        self.widget.is_required = self.required

    def prepare_value(self, value):
        """A day that was read off a paper comes as ISO: show it as people write it."""
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return "/".join(reversed(value.split("-")))
        return super().prepare_value(value)

    def to_python(self, value):
        """Raises ValidationError for what is no day, and for a year of two figures: which one?"""
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value or None)
        parts = _parts_of_a_day(value)
        if re.fullmatch(r"[0-9]{1,2} [0-9A-Z]+ [0-9]{2}", " ".join(parts)):
            raise ValidationError(
                _("Écrivez l'année avec ses quatre chiffres, par exemple 1985."), code="short_year"
            )
        return super().to_python(" ".join(parts))


def _parts_of_a_day(typed):
    """The day, the month and the year, in figures as far as they are known; or all, as it is."""
    plain = unicodedata.normalize("NFKD", typed).upper()
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    if not re.fullmatch(r"[0-9A-Z ./,-]+", plain):
        return [typed]
    parts = re.findall(r"[0-9]+|[A-Z]+", plain)
    if parts[1:2] == ["ER"]:  # 1er mars
        del parts[1]
    if len(parts) == 1 and len(parts[0]) in (6, 8):
        parts = [parts[0][:2], parts[0][2:4], parts[0][4:]]
    if parts and len(parts[0]) == 4:  # ISO
        parts.reverse()
    return [str(MONTHS.get(part, part)) for part in parts]


class PastDateField(PaperDateField):
    """A day that has been."""

    EARLIEST = date(1900, 1, 1)

    def clean(self, value):
        """Raises ValidationError for a day to come or before 1900."""
        day = super().clean(value)
        if day and not self.EARLIEST <= day <= timezone.localdate():
            raise ValidationError(
                _("Cette date n'est pas possible : vérifiez l'année."), code="impossible"
            )
        return day


class NationalityField(forms.CharField):
    """A nationality in words, cleaned to its code where we know it."""

    def __init__(self, **kwargs):
        super().__init__(max_length=50, **kwargs)

    def clean(self, value):
        """Raises ValidationError for one that is missing or too long."""
        return nationalities.parse(super().clean(value))

    def prepare_value(self, value):
        """Show it in the reader's language."""
        return nationalities.word(nationalities.parse(value)) if value else value
