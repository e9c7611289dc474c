"""Saying how an amount came about: each step of the calculation in words."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fleet.models import Category, Energy
from project.lib.money import ariary
from taxes.models import Notice
from taxes.tariff import Step


def steps(taken: Iterable[Step]) -> list[tuple[str, str]]:
    """Every step of a calculation in words: what was looked at, and what it gave."""
    names = {key: str(label) for key, label in [*Energy.choices, *Category.choices]}
    return [_describe(step, names) for step in taken]


def notice(issued: Notice) -> list[tuple[str, str]]:
    """How the amount of a notice came about, as it was computed on the day it was issued."""
    return steps(Step(**step) for step in issued.steps)


def _describe(step: Step, names: dict[str, str]) -> tuple[str, str]:
    values = step.values
    match step.rule:
        case "exempt":
            return _("Catégorie exonérée (article 02.09.03)"), names[values["category"]]
        case "age":
            return (
                _("Âge : %(year)s − %(first)s, année de première mise en circulation") % values,
                _years(values["age"]),
            )
        case "age_band":
            return _("Tranche d'âge"), _age_band(values)
        case "power_band":
            return _("Tranche de puissance, pour %(power)s CV") % values, _power_band(values)
        case "energy":
            return _("Énergie"), names[values["energy"]]
        case "rate":
            return (
                _("Tarif %(year)s de cette tranche, cette énergie et cet âge") % values,
                ariary(values["amount"]),
            )
    raise ValueError(step.rule)


def _years(count: int) -> str:
    return ngettext("%(count)s an", "%(count)s ans", count) % {"count": count}


def _age_band(values: dict[str, Any]) -> str:
    if values["max"] is None:
        return _("plus de %(years)s ans") % {"years": values["min"] - 1}
    if values["min"] == 0:
        return _("jusqu'à %(years)s ans") % {"years": values["max"]}
    return _("plus de %(low)s ans, jusqu'à %(high)s ans") % {
        "low": values["min"] - 1,
        "high": values["max"],
    }


def _power_band(values: dict[str, Any]) -> str:
    if values["max"] is None:
        return _("plus de %(power)s CV") % {"power": values["min"] - 1}
    return _("de %(low)s à %(high)s CV") % {"low": values["min"], "high": values["max"]}
