"""What an agent types at a counter, and a supervisor about a dossier."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kyc import reasons
from kyc.fields import PhoneField


class VisitForm(forms.Form):
    """Whose phone rings: with or without an account."""

    phone = PhoneField(label=_("Téléphone de la personne"))
    language = forms.ChoiceField(
        label=_("Langue de ses messages"),
        help_text=_("Pour une personne qui n'a pas encore de compte."),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
    )


class CodeForm(forms.Form):
    """The code that the person reads aloud."""

    code = forms.CharField(
        label=_("Code que la personne vient de recevoir"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "class": "digits width-6", "autocomplete": "off"}
        ),
    )


class LookUpForm(forms.Form):
    """Exactly one dossier: there is no list to leaf through."""

    named = forms.CharField(
        label=_("Référence du dossier, ou numéro de la pièce"),
        help_text=_("Par exemple ID-000123. La recherche est inscrite au journal."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "width-20"}),
    )


class SuspensionForm(forms.Form):
    """Why a dossier proves nothing for now: a reason of the catalogue, and words."""

    code = forms.ChoiceField(
        label=_("Motif"),
        choices=list(reasons.SUSPENDING.items()),
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Précision, telle que la personne la lira"),
        help_text=_("Elle suit le motif dans son message. Nécessaire pour « Autre raison »."),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self):
        """Raises ValidationError where nothing would be said to the person."""
        data = super().clean()
        if data.get("code") in reasons.WORDLESS and not data.get("reason"):
            self.add_error("reason", _("Dites à la personne pourquoi."))
        return data


class ResumptionForm(forms.Form):
    """Why it proves something again."""

    reason = forms.CharField(
        label=_("Raison, telle que la personne la lira"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
