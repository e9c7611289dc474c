"""Why something is sent back or refused: a catalogue of codes, each with words for the citizen."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Reason:
    """One reason. `is_final` where trying again cannot help; the most critical come first."""

    words: Any
    is_final: bool = False


OTHER = "other"
WORDLESS = {OTHER, "suspended_other"}  # said in somebody's own words alone

REASONS = {
    "forged": Reason(_("La pièce paraît falsifiée."), is_final=True),
    "another_person": Reason(_("La pièce n'est pas la vôtre."), is_final=True),
    "another_account": Reason(_("Cette pièce est déjà au nom d'un autre compte."), is_final=True),
    "under_age": Reason(_("Il faut avoir 18 ans."), is_final=True),
    "expired": Reason(_("La pièce n'est plus valable : présentez-en une autre.")),
    "wrong_paper": Reason(_("Ce n'est pas le document demandé.")),
    "screen_or_copy": Reason(
        _("C'est la photo d'un écran ou d'une copie : photographiez l'original.")
    ),
    "cut": Reason(_("Une partie est coupée : toute la pièce doit être dans l'image.")),
    "blurred": Reason(_("La photo est floue : posez la pièce à plat, ne bougez pas.")),
    "glare": Reason(_("Un reflet cache une partie : éloignez la pièce de la lampe, sans flash.")),
    "dark": Reason(_("La photo est trop sombre : photographiez à la lumière du jour.")),
    "differs": Reason(_("Ce que vous avez écrit n'est pas ce qui est écrit sur la pièce.")),
    "face_hidden": Reason(_("Le visage ne se voit pas bien : de face, sans lunettes ni chapeau.")),
    "too_old": Reason(_("Le justificatif a plus de trois mois.")),
    "no_address": Reason(_("Le justificatif ne porte ni votre nom ni votre adresse.")),
    OTHER: Reason(_("Autre raison, écrite ci-dessous.")),
}


def choices(*, final: bool | None = None) -> list[tuple[str, Any]]:
    """The reasons, or only those that are final or not, as a select shows them."""
    return [
        (code, reason.words)
        for code, reason in REASONS.items()
        if final is None or reason.is_final == final or code == OTHER
    ]


# Faults of a picture of which an example is drawn, in static/img/photos.
DRAWN = {"screen_or_copy", "cut", "blurred", "glare", "dark", "face_hidden"}


# Why a supervisor suspends a dossier that was approved. The citizen reads it.
SUSPENSIONS = {
    "stolen": _("La pièce a été déclarée perdue ou volée."),
    "doubtful": _("Un doute existe sur la pièce : présentez-vous au bureau avec l'original."),
    "wrong_holder": _("La pièce est peut-être celle d'une autre personne."),
    "mistake": _("Le dossier a été approuvé par erreur."),
    "order": _("Une autorité l'a demandé."),
    "own_wish": _("Vous l'avez demandé."),
    "suspended_other": _("Autre raison, écrite ci-dessous."),
}

# The same, as the supervisor who chooses one reads them, where the words for the citizen do not do.
SUSPENDING = SUSPENSIONS | {
    "doubtful": _(
        "Un doute existe sur la pièce : la personne doit présenter l'original au bureau."
    ),
    "own_wish": _("La personne l'a demandé."),
}


def told(part: str) -> str:
    """What the citizen reads of a part of a note: the words of a code, else what stands there."""
    return words(part) if part in REASONS or part in SUSPENSIONS else part


def of_note(note: str) -> str:
    """What the citizen reads of a whole note, in the language in force."""
    return " ".join(filter(None, map(told, note.split("\n"))))


def words(code: str) -> str:
    """What the citizen reads, in the language in force; what is no code says nothing."""
    if code in WORDLESS:
        return ""
    said = REASONS[code].words if code in REASONS else SUSPENSIONS.get(code, "")
    return str(said)
