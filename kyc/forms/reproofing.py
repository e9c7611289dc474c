"""What the two of the staff write about somebody who lost their second factor."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kyc import reproofing
from kyc.fields import CINField, PastDateField


class CardForm(forms.Form):
    """What the agent copies from the card in front of them, before any scan is shown."""

    number = CINField(
        label=_("Numéro lu sur la carte"), help_text=_("Les 12 chiffres, recopiés de la carte.")
    )
    birth_date = PastDateField(label=_("Date de naissance lue sur la carte"))


class HeardForm(forms.Form):
    """The code that somebody without a dossier reads to the agent."""

    code = forms.CharField(
        label=_("Code que la personne vient de recevoir"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "digits width-6"}),
    )


class ProofForm(forms.Form):
    """How a person proved who they are. The second person reads it as it is written here."""

    proof = forms.ChoiceField(label=_("Comment"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Ce que vous avez vu"),
        help_text=_(
            "Par exemple : carte originale en bon état, visage et signature semblables à la photo."
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, basis, **kwargs):
        super().__init__(*args, **kwargs)
        proofs = reproofing.PROOFS[basis]
        self.fields["proof"].choices = [(proof.value, proof.label) for proof in proofs]
        self.fields["proof"].initial = proofs[0].value if len(proofs) == 1 else None


class ConfirmationForm(forms.Form):
    """The second person says what they sign."""

    signed = forms.BooleanField(
        label=_("J'ai lu cette preuve et je la confirme : le second code sera retiré."),
        error_messages={"required": _("Cochez cette case pour confirmer, ou refusez la demande.")},
    )


class RefusalForm(forms.Form):
    """Why not, in words its owner will read."""

    reason = forms.CharField(
        label=_("Raison, telle que la personne la lira"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class StopForm(forms.Form):
    """The password alone stops a request: its owner may have lost everything else."""

    password = forms.CharField(
        label=_("Mot de passe"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
