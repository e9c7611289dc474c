"""Which papers are to be read again."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kyc.readings import KINDS


class BatchForm(forms.Form):
    """A kind of paper or all of them; those that could not be read, or every one."""

    kind = forms.TypedChoiceField(
        label=_("Pièce"),
        choices=[
            ("all", _("Toutes les pièces")),
            *((code, word) for code, (word, _of) in KINDS.items()),
        ],
        coerce=lambda word: "" if word == "all" else word,
        widget=forms.Select(attrs={"class": "width-20"}),
    )
    only_unread = forms.TypedChoiceField(
        label=_("Photos"),
        choices=[("yes", _("Celles qui n'ont pas pu être lues")), ("no", _("Toutes"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )
