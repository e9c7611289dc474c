"""What people type about their vehicles."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from fleet import plates
from fleet.models import CHASSIS, Energy, VehicleCase
from kyc.fields import PastDateField


class VehicleForm(forms.ModelForm):
    """What the citizen declares of a vehicle, in the order of a carte grise."""

    chassis_number = forms.CharField(
        label=_("Numéro de châssis"),
        help_text=_("De 5 à 17 lettres et chiffres. Aussi appelé numéro de série ou VIN."),
        max_length=30,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "class": "width-20"}),
    )
    first_registration = PastDateField(
        label=_("Première mise en circulation"),
        help_text=_("La date de la carte grise, par exemple 25/06/2015. Elle fixe l'âge."),
    )
    energy = forms.ChoiceField(label=_("Énergie"), choices=Energy.choices, widget=forms.RadioSelect)

    class Meta:
        model = VehicleCase
        fields = [
            "plate",
            "plate_kind",
            "chassis_number",
            "make",
            "model",
            "colour",
            "category",
            "energy",
            "fiscal_power",
            "first_registration",
            "seats",
            "curb_weight",
            "payload",
            "holder",
            "region",
        ]
        labels = {"region": _("Région où le véhicule se trouve d'habitude")}
        help_texts = {
            "plate": _("Par exemple 1234 TAB"),
            "region": _("Pas sur la carte. Des agents de cette région examinent le dossier."),
            "fiscal_power": _("Le nombre de chevaux fiscaux (CV), pas la cylindrée."),
        }
        widgets = {
            "plate": forms.TextInput(
                attrs={"autocapitalize": "characters", "class": "width-10", "maxlength": 20}
            ),
            "fiscal_power": forms.NumberInput(attrs={"inputmode": "numeric", "class": "width-4"}),
            "seats": forms.NumberInput(attrs={"inputmode": "numeric", "class": "width-4"}),
            "curb_weight": forms.NumberInput(attrs={"inputmode": "numeric", "class": "width-6"}),
            "payload": forms.NumberInput(attrs={"inputmode": "numeric", "class": "width-6"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = name in VehicleCase.REQUIRED
        self.fields["plate"].max_length = 20
        self.fields["plate"].validators = []

    def clean_chassis_number(self):
        """Raises ValidationError unless it can be a chassis number."""
        number = "".join(self.cleaned_data["chassis_number"].upper().split())
        if number:
            CHASSIS(number)
        return number

    def clean(self):
        """The plate is judged by its kind."""
        data = super().clean()
        if data.get("plate") and data.get("plate_kind"):
            try:
                data["plate"] = plates.parse(data["plate"], data["plate_kind"])
            except ValidationError as error:
                self.add_error("plate", error)
        return data

    def validate_constraints(self):
        """What the row may be is the verb's and the database's affair, not this form's."""
