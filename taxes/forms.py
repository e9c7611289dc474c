"""What people type about taxes: simulating, paying, checking."""

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from fleet.models import Energy
from kyc.fields import PastDateField, PhoneField
from taxes import providers


class SimulatorForm(forms.Form):
    """What the tax depends on."""

    power = forms.IntegerField(
        label=_("Puissance fiscale (CV)"),
        help_text=_("Sur la carte grise : « Puissance » ou P.6"),
        min_value=1,
        validators=[MaxValueValidator(200)],
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "width-4"}),
    )
    energy = forms.ChoiceField(label=_("Énergie"), choices=Energy.choices, widget=forms.RadioSelect)
    first_registration = PastDateField(
        label=_("Première mise en circulation"),
        help_text=_("Jour, mois, année : par exemple 25/06/2015"),
    )


class PayForm(forms.Form):
    """How the citizen pays, and from which phone."""

    provider = forms.ChoiceField(label=_("Moyen de paiement"), widget=forms.RadioSelect)
    phone = PhoneField(
        label=_("Numéro du compte à débiter"),
        help_text=_(
            "Vous recevrez une demande d'accord sur ce téléphone. Par exemple 034 12 345 67"
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = [
            (provider.code, provider.label) for provider in providers.enabled().values()
        ]


class CodeForm(forms.Form):
    """A windscreen code: what anybody may check."""

    asked = forms.CharField(
        label=_("Code"),
        help_text=_("Les lettres et chiffres du code, ou son adresse entière."),
        max_length=400,
        widget=forms.TextInput(
            attrs={
                "autocapitalize": "characters",
                "autocomplete": "off",
                "spellcheck": "false",
                "class": "width-20",
            }
        ),
    )


class CheckForm(CodeForm):
    """A windscreen code, or a plate: what officers check."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["asked"].label = _("Plaque ou code")
        self.fields["asked"].help_text = _("Par exemple 1234 TAB")
