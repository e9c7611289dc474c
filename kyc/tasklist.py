"""How far a case is: its sections as a list of tasks, and which comes next."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kyc import advice, comparison, reasons
from kyc.cases import Case
from kyc.models import Document
from kyc.sections import Section
from project.lib import phones


def of(case: Case) -> dict[str, Any]:
    """The tasks of a case, how far it is, what is left and for how long, and where to go on."""
    papers = case.current_documents()
    present = {document.side for document in papers}
    tasks = [_task(case, section, present) for section in case.SECTIONS]
    done = sum(task["is_done"] for task in tasks)
    todo = next((task["url"] for task in tasks if task["is_open"] and not task["is_done"]), None)
    left = [task["minutes"] for task in tasks if not task["is_done"]]
    return {
        "tasks": tasks,
        "percent": 100 * done // len(tasks),
        "left": len(left),
        "minutes": sum(left),
        "next_url": todo or case.url("check"),
        "papers": papers,
    }


def after(case: Case, section: Section) -> str:
    """Where to go when a section is done: the next that is not, or the last look at all."""
    tasks = of(case)["tasks"]
    at = case.SECTIONS.index(section) + 1
    later = [task for task in tasks[at:] + tasks[:at] if task["is_open"] and not task["is_done"]]
    return later[0]["url"] if later else case.url("check")


def faults(case: Case, section: Section) -> list[dict[str, Any]]:
    """What was sent back of a section and is not mended: what it is, why, and what to look at."""
    titles = dict(case.items)
    return [
        {
            "title": titles[name],
            "is_side": name in case.sides,
            "why": reasons.words(item["code"]),
            "note": case.reason,
            "drawn": item["code"] if item["code"] in reasons.DRAWN and name in case.sides else "",
        }
        for name, item in case.reopened.items()
        if name in {section.name, *section.sides} and name in titles and not item["done"]
    ]


def _task(case: Case, section: Section, present: set[str]) -> dict[str, Any]:
    is_done = case.is_done(section, present)
    is_open = case.is_open(section)
    waiting = faults(case, section)
    return {
        "title": section.title,
        "hint": section.hint,
        "minutes": section.minutes,
        "url": case.section_url(section.name),
        "is_open": is_open,
        "is_done": is_done,
        "missing": _missing(case, section, present),
        "why": " ".join(dict.fromkeys(map(_why, waiting))),
        "label": _label(is_done, is_open, bool(waiting)),
        "kind": "bad" if waiting else "good" if is_done else "neutral",
    }


def _missing(case: Case, section: Section, present: set[str]) -> list[str]:
    """What is not answered in a section, and not photographed, by its name."""
    names = [name for name in section.fields if name in case.required and not getattr(case, name)]
    sides = [side for side in case.sides_of(section) if side not in present]
    answers = [str(case._meta.get_field(name).verbose_name) for name in names]
    return answers + [str(Document.Side(side).label) for side in sides]


def _why(fault: dict[str, Any]) -> str:
    """Why something is to be redone; of a photograph, which one."""
    said = fault["why"] or fault["note"]
    if not fault["is_side"]:
        return said
    return _("%(label)s : %(error)s") % {"label": capfirst(fault["title"]), "error": said}


def _label(is_done: bool, is_open: bool, is_returned: bool) -> str:
    if is_returned:
        return _("À refaire")
    if is_done:
        return _("Fait") if is_open else _("Accepté")
    return _("À faire")


def answers(case: Case) -> list[dict[str, Any]]:
    """What is declared, section by section, as people read it."""
    papers = case.current_documents()
    return [_part(case, section, papers) for section in case.SECTIONS]


def _part(case: Case, section: Section, papers: list[Document]) -> dict[str, Any]:
    told = [_answer(case, name) for name in section.fields if _is_told(case, name)]
    return {
        "section": section,
        "url": case.section_url(section.name),
        "is_open": case.is_open(section),
        "papers": [paper for paper in papers if paper.side in section.sides],
        "answers": told if section.fields or section.sides else _contact(case),
    }


def _is_told(case: Case, name: str) -> bool:
    """A box that is not ticked, or a field this paper has not, says nothing."""
    value = getattr(case, name)
    return value is not False and (bool(value) or name in case.required)


def _answer(case: Case, name: str) -> dict[str, Any]:
    value = getattr(case, name)
    return {
        "name": name,
        "label": case._meta.get_field(name).verbose_name,
        "value": comparison.in_words(case, name, value),
        "explained": advice.explained(case, name, value),
    }


def _contact(case: Case) -> list[dict[str, Any]]:
    """How the citizen is reached: their account says it, not the case."""
    phone, email = case.citizen.phone, case.citizen.email
    shown = {"phone": phones.display(phone) if phone else "", "email": email}
    return [
        {
            "name": name,
            "label": case.citizen._meta.get_field(name).verbose_name,
            "value": value,
            "explained": "",
        }
        for name, value in shown.items()
    ]
