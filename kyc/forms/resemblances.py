"""What an agent says of two cases that have something in common."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from kyc.models import Resemblance

VERDICTS = [
    (state.value, capfirst(state.label))
    for state in (Resemblance.State.UNRELATED, Resemblance.State.SAME)
]


class JudgementForm(forms.Form):
    """Which of the two it is, and why."""

    verdict = forms.ChoiceField(label=_("Votre avis"), choices=VERDICTS, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Pourquoi ?"),
        help_text=_("Cette phrase reste avec les deux dossiers, pour les agents suivants."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
