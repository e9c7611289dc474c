"""Codes of an authenticator."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TokenForm(forms.Form):
    """The second factor: the six digits of the authenticator, or a recovery code."""

    token = forms.CharField(
        label=_("Code de votre application d'authentification"),
        help_text=_(
            "Six chiffres, qui changent toutes les 30 secondes. Sans l'application, écrivez un de "
            "vos codes de secours."
        ),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "class": "digits width-10"}),
    )

    def clean_token(self):
        """Spaces inside a code do no harm."""
        return "".join(self.cleaned_data["token"].split())


class EnrolForm(TokenForm):
    """The first code of an authenticator that is being enrolled."""

    token = forms.CharField(
        label=_("Code affiché par l'application"),
        help_text=_("Six chiffres, qui changent toutes les 30 secondes."),
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "class": "digits width-6",
            }
        ),
    )
