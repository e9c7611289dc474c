"""Why somebody needs a masked value whole."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from kyc import reveals
from project.lib import logs


class RevealForm(forms.Form):
    """Which values, and why: one reason of the catalogue, with words where it is another."""

    fields_asked = forms.MultipleChoiceField(
        label=_("À afficher"), widget=forms.CheckboxSelectMultiple
    )
    reason = forms.ChoiceField(label=_("Raison"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Si c'est une autre raison, laquelle ?"),
        help_text=_("Sans nom ni numéro : cette phrase reste dans le journal."),
        max_length=200,
        required=False,
    )

    def __init__(self, *args, masked, reasons=reveals.Reason.values, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["fields_asked"].choices = _labels(masked.items())
        known = [(code, word) for code, word in reveals.Reason.choices if code in reasons]
        self.fields["reason"].choices = _labels(known)

    def clean_words(self):
        """Raises ValidationError for what looks like somebody's number or address."""
        words = self.cleaned_data["words"]
        if logs.redact(words) != words:
            raise forms.ValidationError(_("N'écrivez ni numéro, ni adresse e-mail."))
        return words

    def clean(self):
        """Words go with another reason, and with none of the catalogue."""
        asked = super().clean()
        if asked.get("reason") != reveals.OTHER:
            asked["words"] = ""
        elif not asked.get("words") and "words" not in self.errors:
            self.add_error("words", _("Écrivez la raison."))
        return asked


def _labels(choices):
    return [(name, capfirst(word)) for name, word in choices]
