"""What people type about their papers, and agents about cases."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kyc.cases import Case
from kyc.fields import CINField, PastDateField
from kyc.models import Document, IdentityCase

VERDICTS = [
    (Case.State.APPROVED.value, _("Approuver")),
    (Case.State.RETURNED.value, _("Renvoyer au citoyen pour correction")),
    (Case.State.REJECTED.value, _("Rejeter définitivement")),
]


class PhotosForm(forms.Form):
    """One file for each side of a paper; a side that is there already may be left alone."""

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, **kwargs)
        present = {document.side for document in case.current_documents()}
        for side in case.SIDES:
            self.fields[side] = forms.FileField(
                label=Document.Side(side).label,
                required=side not in present,
                allow_empty_file=True,
                error_messages={"required": _("Choisissez ou prenez une photo.")},
                widget=forms.FileInput(
                    attrs={"accept": "image/jpeg,image/png,image/webp,image/gif,application/pdf"}
                ),
            )


class IdentityForm(forms.ModelForm):
    """What the citizen declares of their CIN, in the order it is printed."""

    number = CINField(
        label=_("Numéro de CIN"), help_text=_("Les 12 chiffres écrits en bas du recto")
    )
    birth_date = PastDateField(label=_("Date de naissance"))
    issue_date = PastDateField(
        label=_("Date de délivrance"), help_text=_("Écrite au verso, après « Natao tamin'ny »")
    )

    class Meta:
        model = IdentityCase
        fields = IdentityCase.DECLARED
        labels = {"region": _("Région où vous habitez")}
        help_texts = {
            "region": _("Pas sur la carte. Des agents de cette région examinent le dossier."),
            "surname": _("Comme il est écrit sur la carte, après « Anarana »"),
            "given_names": _("Laissez vide si la carte n'en porte pas."),
            "address": _("Lot et quartier, après « Fonenana »"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = name in IdentityCase.REQUIRED

    def clean(self):
        """The card comes after the birth of its holder."""
        data = super().clean()
        born, issued = data.get("birth_date"), data.get("issue_date")
        if born and issued and issued <= born:
            self.add_error(
                "issue_date", _("La carte ne peut pas être plus ancienne que son titulaire.")
            )
        return data

    def validate_constraints(self):
        """What the row may be is the verb's and the database's affair, not this form's."""


class DecisionForm(forms.Form):
    """An agent's verdict. Sending back and rejecting say why, in words the citizen will read."""

    verdict = forms.ChoiceField(label=_("Décision"), choices=VERDICTS, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Raison, telle que le citoyen la lira"),
        help_text=_("Nécessaire pour renvoyer ou rejeter."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self):
        """Raises ValidationError on a refusal without a reason."""
        data = super().clean()
        refuses = data.get("verdict") in (Case.State.RETURNED, Case.State.REJECTED)
        if refuses and not data.get("reason"):
            self.add_error("reason", _("Dites au citoyen pourquoi."))
        return data
