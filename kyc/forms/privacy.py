"""What people type about their own data."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ClosingForm(forms.Form):
    """Closing one's account is said in so many words."""

    understood = forms.BooleanField(
        label=_("J'ai compris : je ne pourrai plus me connecter."),
        error_messages={"required": _("Cochez cette case pour fermer votre compte.")},
    )
