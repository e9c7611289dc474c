"""What people type about their papers, and agents about cases."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from kyc import districts, nationalities, papers, reasons
from kyc.cases import Case
from kyc.fields import CINField, NationalityField, PaperDateField, PastDateField
from kyc.models import Document, IdentityCase
from kyc.models.identity import FAMILY

VERDICTS = [
    (Case.State.APPROVED.value, _("Approuver")),
    (Case.State.RETURNED.value, _("Renvoyer au citoyen pour correction")),
    (Case.State.REJECTED.value, _("Rejeter définitivement")),
]
YOUNGEST, OLDEST = 18, 120  # years


class PhotosForm(forms.Form):
    """One file for each side of a section; a side that is there already may be left alone."""

    def __init__(self, *args, case, section, **kwargs):
        super().__init__(*args, **kwargs)
        present = {document.side for document in case.current_documents()}
        for side in case.open_sides(section):
            waits = side in case.reopened and not case.reopened[side]["done"]
            self.fields[side] = forms.FileField(
                label=Document.Side(side).label,
                required=waits or side not in present,
                allow_empty_file=True,
                error_messages={"required": _("Choisissez ou prenez une photo.")},
                widget=forms.FileInput(
                    attrs={"accept": "image/jpeg,image/png,image/webp,image/gif,application/pdf"}
                ),
            )


class SectionForm(forms.ModelForm):
    """A page of a case. Which answers must be given follows from the case."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = name in self.instance.required

    def validate_constraints(self):
        """What the row may be is the verb's and the database's affair, not a form's."""


class PaperForm(SectionForm):
    """Which paper proves who somebody is."""

    class Meta:
        model = IdentityCase
        fields = ["paper"]
        widgets = {"paper": forms.RadioSelect}
        labels = {"paper": _("Quelle pièce avez-vous ?")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = [(kind, capfirst(label)) for kind, label in papers.Kind.choices]
        self.fields["paper"].choices = kinds
        if self._would_lose:
            self.fields["paper"].help_text = _(
                "Si vous changez de pièce, les photos et les réponses de la pièce d'avant ne "
                "servent plus."
            )

    @property
    def _would_lose(self):
        """Whether something given is of the kind of paper that was chosen, and of no other."""
        case = self.instance
        photographed = {document.side for document in case.current_documents()}
        declared = any(getattr(case, name) for name in case.OF_THE_PAPER)
        return declared or not photographed.isdisjoint(papers.FACES)


class IdentityForm(SectionForm):
    """What is written on the paper, in its order."""

    birth_date = PastDateField(label=_("Date de naissance"))
    nationality = NationalityField(label=_("nationalité"))
    birth_year = forms.IntegerField(
        label=_("Ou seulement l'année"),
        help_text=_("Si la pièce dit « né vers » sans le jour."),
        required=False,
        min_value=PastDateField.EARLIEST.year,
        max_value=9999,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "width-4"}),
    )
    issue_date = PastDateField(label=_("Date de délivrance"))
    expiry = PaperDateField(label=_("Date de fin de validité"))

    class Meta:
        model = IdentityCase
        fields = [
            "number",
            "surname",
            "given_names",
            "birth_date",
            "birth_place",
            "sex",
            "nationality",
            "address",
            "occupation",
            "father",
            "mother",
            "issue_date",
            "issue_place",
            "expiry",
        ]
        widgets = {"sex": forms.RadioSelect}
        help_texts = {
            "surname": _("Comme il est écrit sur la pièce (« Anarana »)"),
            "given_names": _("Laissez vide si la pièce n'en porte pas."),
            "address": _("Comme il est écrit sur la pièce (« Fonenana »)"),
        }

    field_order = ["number", "surname", "given_names", "birth_date", "birth_year"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        case = self.instance
        if case.paper in ("", papers.Kind.CIN):
            self.fields["number"] = CINField(
                label=_("Numéro de CIN"), help_text=_("Les 12 chiffres écrits en bas du recto")
            )
            self.order_fields(self.field_order)
        self.fields["sex"].choices = [choice for choice in self.fields["sex"].choices if choice[0]]
        self.fields["birth_date"].error_messages["required"] = _(
            "Donnez le jour, ou au moins l'année."
        )
        if not case.rules.prints_expiry:
            del self.fields["expiry"]
        if not case.rules.prints_family:
            for name in FAMILY:
                del self.fields[name]
        # Only a citizen holds a CIN.
        if case.paper in ("", papers.Kind.CIN) and not self.initial.get("nationality"):
            self.initial["nationality"] = nationalities.MALAGASY
        if case.birth_is_about and case.birth_date:
            self.initial |= {"birth_year": case.birth_date.year, "birth_date": None}

    def clean_number(self):
        """Raises ValidationError for what cannot be the number of such a paper."""
        number = self.cleaned_data["number"]
        return self.instance.rules.parse(number) if number else None

    def clean(self):
        """A birth is a day or a year; the paper comes after it, and its end after the paper."""
        data = super().clean()
        is_asked_for = self.has_error("birth_date", "required")
        lacks_day = is_asked_for or not data.get("birth_date", True)
        if is_asked_for and self.data.get(self.add_prefix("birth_year")):
            del self.errors["birth_date"]
        data["birth_is_about"] = lacks_day and bool(data.get("birth_year"))
        if data["birth_is_about"]:
            data["birth_date"] = date(data["birth_year"], 1, 1)
        self._judge_age(data.get("birth_date"))
        self._judge_dates(data)
        data.pop("birth_year", None)
        return data

    @property
    def _has_wrong_birth(self):
        return not self.errors.keys().isdisjoint({"birth_date", "birth_year"})

    def _judge_age(self, born):
        if not born:
            return
        today = timezone.localdate()
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        field = "birth_year" if self.cleaned_data.get("birth_year") else "birth_date"
        if age < YOUNGEST:
            self.add_error(field, _("Il faut avoir 18 ans pour ouvrir un dossier."))
        elif age > OLDEST:
            self.add_error(field, _("Cette date n'est pas possible : vérifiez l'année."))

    def _judge_dates(self, data):
        born = None if self._has_wrong_birth else data.get("birth_date")
        issued, ends = data.get("issue_date"), data.get("expiry")
        if born and issued and issued <= born:
            self.add_error(
                "issue_date", _("La pièce ne peut pas être plus ancienne que son titulaire.")
            )
        if issued and ends and ends <= issued:
            self.add_error("expiry", _("La fin vient après la délivrance."))
        rules = self.instance.rules
        if issued and ends and rules.stands_in and (ends - issued).days > rules.stands_in * 31:
            self.add_error(
                "expiry",
                _("Un tel papier vaut %(months)s mois au plus.") % {"months": rules.stands_in},
            )


class AddressForm(SectionForm):
    """Where somebody lives, down to the fokontany. The region is the district's."""

    district = forms.ChoiceField(
        label=_("District où vous habitez"),
        help_text=_("Rangés par région. Des agents de votre région examinent le dossier."),
        choices=lambda: [("", "—"), *districts.choices()],
    )

    class Meta:
        model = IdentityCase
        fields = ["district", "commune", "fokontany", "lot"]
        help_texts = {"lot": _("Par exemple : Lot II M 45 Bis. Laissez vide s'il n'y en a pas.")}

    def clean(self):
        """Adds the region in which the district lies."""
        data = super().clean()
        if data.get("district"):
            data["region"] = districts.DISTRICTS[data["district"]].region
        return data


class WorkForm(SectionForm):
    """What somebody lives on. Nobody needs to say how much."""

    class Meta:
        model = IdentityCase
        fields = ["employer", "income", "income_source"]
        help_texts = {"employer": _("Laissez vide si vous travaillez à votre compte.")}


class DecisionForm(forms.Form):
    """An agent's verdict. Sending back and rejecting say why, in words the citizen will read."""

    verdict = forms.ChoiceField(label=_("Décision"), choices=VERDICTS, widget=forms.RadioSelect)
    items = forms.MultipleChoiceField(
        label=_("À refaire"),
        help_text=_("Pour renvoyer : cela seul se rouvre. Rien de coché : tout se rouvre."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    code = forms.ChoiceField(
        label=_("Motif"), required=False, choices=[("", "—"), *reasons.choices()]
    )
    reason = forms.CharField(
        label=_("Raison, telle que le citoyen la lira"),
        help_text=_("Nécessaire pour renvoyer ou rejeter, si aucun motif n'est choisi."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = [(name, capfirst(title)) for name, title in case.items]

    def clean(self):
        """Raises ValidationError on a refusal without a reason, or an approval with one."""
        data = super().clean()
        verdict, code = data.get("verdict"), data.get("code")
        if verdict == Case.State.APPROVED and (data.get("items") or code):
            told = _(
                "Vous approuvez : décochez ce qui est à refaire et ôtez le motif, ou renvoyez."
            )
            self.add_error("items" if data.get("items") else "code", told)
        if verdict == Case.State.APPROVED:
            data |= {"items": [], "code": "", "reason": ""}
        refuses = verdict in (Case.State.RETURNED, Case.State.REJECTED)
        if refuses and not data.get("reason") and code in ("", reasons.OTHER):
            self.add_error("reason", _("Dites au citoyen pourquoi."))
        if verdict == Case.State.RETURNED and code and reasons.REASONS[code].is_final:
            self.add_error("code", ValidationError(_("Ce motif est définitif : il se rejette.")))
        return data
