"""Figures as tables: the same ones on the page and in the export, each saying what it counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kyc import checkers, reasons, retention
from kyc.figures import Answer, Figures, Verdicts
from kyc.models import Check, Decision, IdentityCase


@dataclass(frozen=True, slots=True)
class Cell:
    """A number: as people read it, and as a spreadsheet takes it. A share is drawn as a bar."""

    text: str
    value: int | None = None
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `columns` are titles, the first one that of the rows' names, with their unit."""

    name: str
    title: str
    told: list[str]
    columns: list[tuple[str, str]]
    rows: list[tuple[str, list[Cell]]]

    @property
    def labelled(self) -> Iterator[tuple[str, list[tuple[str, Cell]]]]:
        """Its rows, each cell with its column's title: on a small screen nothing else says it."""
        titles = [title for title, _unit in self.columns[1:]]
        for label, cells in self.rows:
            yield label, list(zip(titles, cells, strict=True))

    @property
    def lines(self) -> Iterator[list[Any]]:
        """As a spreadsheet has it."""
        yield [self.title]
        yield [f"{title} ({unit})" if unit else title for title, unit in self.columns]
        for label, cells in self.rows:
            yield [label, *(cell.value for cell in cells)]


def of(figures: Figures, *, is_everywhere: bool) -> list[Sheet]:
    """Every table; those that have no row are left out."""
    made = [
        _begun(figures, is_everywhere),
        _stages(figures),
        _verdicts(figures.verdicts),
        _times(figures),
        _reasons(figures),
        _bands(figures),
        _services(figures),
        _answers(figures),
    ]
    return [sheet for sheet in made if sheet.rows]


def count(number: int) -> Cell:
    """So many."""
    return Cell(str(number), number)


def share(number: int, whole: int) -> Cell:
    """So many per cent of the whole; of nothing, no share."""
    if not whole:
        return Cell("—")
    rate = round(100 * number / whole)
    return Cell(f"{rate}\u202f%", rate, is_share=True)


def span(took: timedelta | None) -> Cell:
    """A time in days and hours, hours and minutes, or minutes; for spreadsheets in minutes."""
    if took is None:
        return Cell("—")
    minutes = int(took.total_seconds() // 60)
    hours, days = minutes // 60, minutes // 1440
    if days:
        parts = [_days(days), _hours(hours % 24)]
    elif hours:
        parts = [_hours(hours), _minutes(minutes % 60)]
    else:
        parts = [_minutes(minutes)]
    return Cell(" ".join(filter(None, parts)) or _("moins d'une minute"), minutes)


def _days(number: int) -> str:
    return ngettext("%d jour", "%d jours", number) % number


def _hours(number: int) -> str:
    return ngettext("%d heure", "%d heures", number) % number if number else ""


def _minutes(number: int) -> str:
    return ngettext("%d minute", "%d minutes", number) % number if number else ""


def completion(figures: Figures) -> Cell:
    """The share of the dossiers begun that were sent, where none of them is missing."""
    return share(figures.sent, figures.begun) if figures.is_whole else Cell("—")


def _begun(figures: Figures, is_everywhere: bool) -> Sheet:
    told = [_("Dossiers commencés dans la période, et ce qu'ils sont devenus à ce jour.")]
    if not is_everywhere:
        told.append(
            _("Un dossier n'est compté dans une région qu'une fois que la personne l'a dite.")
        )
    if not figures.is_whole:
        told.append(
            _(
                "Un dossier jamais envoyé est effacé après %d jours : pour une période aussi "
                "ancienne, la part envoyée ne se calcule plus."
            )
            % retention.ABANDONED.days
        )
    left = figures.begun - figures.sent
    unsent = share(left, figures.begun) if figures.is_whole else Cell("—")
    rows = [
        (_("Envoyés"), [count(figures.sent), completion(figures)]),
        (_("Pas encore envoyés"), [count(left), unsent]),
        (_("Commencés"), [count(figures.begun), Cell("")]),
    ]
    columns = [(_("Dossiers"), ""), (_("Nombre"), ""), (_("Part"), "%")]
    return Sheet("begun", _("Dossiers commencés"), told, columns, rows if figures.begun else [])


def _stages(figures: Figures) -> Sheet:
    titles = {part.name: str(part.title) for part in IdentityCase.SECTIONS}
    titles |= {"": _("Rien d'enregistré encore"), "check": _("Relire et envoyer")}
    left = figures.begun - figures.sent
    rows = [
        (titles[stage], [count(number), share(number, left)])
        for stage, number in figures.stages.items()
        if number or stage in ("", "check") or not _is_always_done(stage)
    ]
    told = [_("Parmi les dossiers commencés et pas encore envoyés : la première étape à terminer.")]
    columns = [(_("Étape"), ""), (_("Dossiers"), ""), (_("Part"), "%")]
    return Sheet("stages", _("Où s'arrêtent les dossiers"), told, columns, rows if left else [])


def _is_always_done(stage: str) -> bool:
    """Whether a section asks for nothing: nobody is stopped by it."""
    return any(
        part.name == stage and not part.fields and not part.sides for part in IdentityCase.SECTIONS
    )


def _verdicts(verdicts: Verdicts) -> Sheet:
    rows = [
        (str(verdict.label).capitalize(), [count(number), share(number, verdicts.total)])
        for verdict in Decision.Verdict
        for number in [getattr(verdicts, verdict.value)]
    ]
    told = [
        _(
            "Toutes les décisions de la période. Un dossier renvoyé, puis approuvé, compte une "
            "fois dans chaque ligne."
        )
    ]
    columns = [(_("Décision"), ""), (_("Nombre"), ""), (_("Part"), "%")]
    return Sheet("verdicts", _("Décisions"), told, columns, rows if verdicts.total else [])


def _times(figures: Figures) -> Sheet:
    rows = [
        (
            _("Une décision sur deux, au plus (médiane)"),
            [span(figures.times.half)],
        ),
        (_("95 décisions sur 100, au plus"), [span(figures.times.most)]),
    ]
    told = [
        _(
            "Du moment où le dossier est envoyé, ou renvoyé corrigé, à la décision : nuits et "
            "jours fériés compris."
        )
    ]
    columns = [(_("Mesure"), ""), (_("Temps"), _("minutes"))]
    title = _("Temps entre l'envoi et la décision")
    return Sheet("times", title, told, columns, rows if figures.times.half is not None else [])


def _reasons(figures: Figures) -> Sheet:
    whole = figures.verdicts.returned + figures.verdicts.rejected
    rows = [
        (
            reasons.words(each.code) or _("Autre raison, en toutes lettres"),
            [
                count(each.returned),
                count(each.rejected),
                share(each.returned + each.rejected, whole),
                share(each.mended, each.returned),
            ],
        )
        for each in figures.reasons
    ]
    told = [
        _(
            "Décisions de la période qui ne sont pas des approbations, par motif. « Approuvés "
            "depuis » : parmi les dossiers renvoyés pour ce motif."
        )
    ]
    columns = [
        (_("Motif"), ""),
        (_("Renvoyés"), ""),
        (_("Rejetés"), ""),
        (_("Part"), "%"),
        (_("Approuvés depuis"), "%"),
    ]
    return Sheet("reasons", _("Motifs"), told, columns, rows)


def _bands(figures: Figures) -> Sheet:
    rows = [
        (
            _("%(low)d à %(high)d") % {"low": 20 * at, "high": 100 if at == 4 else 20 * at + 19},
            [
                count(band.total),
                share(band.total, figures.verdicts.total),
                count(band.approved),
                share(band.approved, band.total),
            ],
        )
        for at, band in enumerate(figures.bands)
    ]
    told = [
        _(
            "Points que les contrôles donnaient au dossier, sur 100, au moment de chaque décision "
            "de la période. Sans réponse d'un service, ses points manquent."
        )
    ]
    columns = [
        (_("Points"), ""),
        (_("Décisions"), ""),
        (_("Part"), "%"),
        (_("Approuvés"), ""),
        (_("Taux d'approbation"), "%"),
    ]
    title = _("Points des contrôles")
    return Sheet("scores", title, told, columns, rows if figures.verdicts.total else [])


def _name_of(code: str) -> str:
    known = checkers.enabled()
    name = str(known[code].label) if code in known else code
    return name[:1].upper() + name[1:]


def _services(figures: Figures) -> Sheet:
    rows = [
        (
            _name_of(service.code),
            [
                count(service.asked),
                *(count(answer.count) for answer in service.answers.values()),
                count(service.still_open),
                span(service.times.half),
                span(service.times.most),
            ],
        )
        for service in figures.services
    ]
    told = [
        _(
            "Questions posées dans la période. « Sans réponse » : le service n'en donnera plus. "
            "Temps : de la question à la réponse, pour la moitié puis 95 % des réponses, au plus."
        )
    ]
    words = [str(word.label).capitalize() for word in _words()]
    columns = [(_("Service"), ""), (_("Demandés"), ""), *((word, "") for word in words)]
    columns += [
        (_("Attendus"), ""),
        (_("Délai médian"), _("minutes")),
        (_("95 sur 100 en"), _("minutes")),
    ]
    return Sheet("services", _("Contrôles par d'autres services"), told, columns, rows)


def _words() -> list[Check.State]:
    """What a service may come to have said, in the order of `Service.answers`."""
    return [Check.State.CLEAR, Check.State.ATTENTION, Check.State.REFUSED, Check.State.UNKNOWN]


def _answers(figures: Figures) -> Sheet:
    rows = [
        (f"{_name_of(service.code)} : {Check.State(word).label}", _decided(answer))
        for service in figures.services
        for word, answer in service.answers.items()
        if answer.count
    ]
    told = [
        _(
            "Ce qui a été décidé après chaque réponse : la première décision qui suit la question. "
            "Le taux d'approbation se rapporte aux dossiers décidés."
        )
    ]
    columns = [
        (_("Réponse"), ""),
        (_("Nombre"), ""),
        (_("Approuvés"), ""),
        (_("Renvoyés"), ""),
        (_("Rejetés"), ""),
        (_("Pas encore décidé"), ""),
        (_("Taux d'approbation"), "%"),
    ]
    return Sheet("answers", _("Décisions selon les réponses"), told, columns, rows)


def _decided(answer: Answer) -> list[Cell]:
    verdicts = answer.verdicts
    numbers = [answer.count, verdicts.approved, verdicts.returned, verdicts.rejected]
    undecided = answer.count - verdicts.total
    return [*map(count, [*numbers, undecided]), share(verdicts.approved, verdicts.total)]
