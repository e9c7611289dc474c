"""What the auditor looks for in the log."""

from datetime import datetime, time, timedelta

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from project.audit.actions import ACTIONS
from project.audit.models import Stream


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class SearchForm(forms.Form):
    """Every field narrows the search; an empty one says nothing."""

    stream = forms.ChoiceField(
        label=_("Registre"), choices=[("", _("Tous")), *Stream.choices], required=False
    )
    action = forms.ChoiceField(label=_("Acte"), required=False)
    actor = forms.IntegerField(
        label=_("Numéro de compte"), min_value=1, max_value=2**63 - 1, required=False
    )
    about = forms.CharField(
        label=_("Objet"),
        required=False,
        max_length=101,
        validators=[
            RegexValidator(
                r"\A[a-z]+\.[a-z]+ [\w-]{1,40}\Z",
                _("Écrivez la sorte et le numéro, par exemple taxes.payment 12."),
            )
        ],
    )
    since = forms.DateField(label=_("Du"), widget=DayInput, required=False)
    until = forms.DateField(label=_("Au"), widget=DayInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        groups = [(stream.label, list(actions.items())) for stream, actions in ACTIONS.items()]
        self.fields["action"].choices = [("", _("Tous")), *groups]

    def narrow(self, events):
        """The events that answer the search. Call it on a valid form."""
        asked = self.cleaned_data
        for name in ("stream", "action", "actor"):
            if asked[name]:
                events = events.filter(**{name: asked[name]})
        if asked["about"]:
            kind, number = asked["about"].split(" ")
            events = events.about(kind, [number])
        if asked["since"]:
            events = events.filter(at__gte=_midnight(asked["since"]))
        if asked["until"]:
            events = events.filter(at__lt=_midnight(asked["until"] + timedelta(days=1)))
        return events


def _midnight(day):
    return timezone.make_aware(datetime.combine(day, time.min))
