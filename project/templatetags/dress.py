"""How templates show amounts, phones, plates and states."""

import re
from datetime import date

from django import template
from django.utils.formats import date_format

from kyc import cin
from project.lib import money, phones

register = template.Library()

# Which colour and icon a state is shown in. A state that is not here is shown neutral.
TONES = {
    "draft": "neutral",
    "created": "neutral",
    "expired": "neutral",
    "retired": "neutral",
    "cancelled": "neutral",
    "claimed": "info",
    "asked": "wait",
    "taken": "info",
    "proved": "wait",
    "removed": "good",
    "refused": "bad",
    "disputed": "bad",
    "withdrawn": "neutral",
    "issued": "info",
    "sent": "info",
    "read": "info",
    "reading": "wait",
    "received": "wait",
    "submitted": "wait",
    "waiting": "wait",
    "queued": "wait",
    "sending": "wait",
    "asking": "wait",
    "pending": "wait",
    "processing": "wait",
    "unknown": "wait",
    "returned": "warn",
    "suspense": "warn",
    "unread": "warn",
    "attention": "warn",
    "unpaid": "warn",
    "invited": "wait",
    "suspended": "warn",
    "active": "good",
    "approved": "good",
    "clear": "good",
    "confirmed": "good",
    "verified": "good",
    "delivered": "good",
    "paid": "good",
    "genuine": "good",
    "rejected": "bad",
    "failed": "bad",
    "forged": "bad",
    "revoked": "bad",
}
ICONS = {
    "neutral": "dot",
    "info": "person",
    "wait": "clock",
    "good": "check",
    "bad": "cross",
    "warn": "warning",
}


@register.filter
def ariary(amount):
    """Write an amount of whole ariary; nothing for an amount that is not known."""
    return "" if amount in (None, "") else money.ariary(int(amount))


@register.filter
def phone(number):
    """Write a stored number as people write it; leave alone what is no number."""
    return _written(phones.display, number)


@register.filter
def masked_phone(number):
    """Write only what lets its owner recognise a number."""
    return _written(phones.mask, number)


@register.filter
def masked_cin(number):
    """Write only the last three digits of a CIN number."""
    return cin.mask(number or "")


@register.filter
def plate(normal):
    """Write a stored plate as it stands on the vehicle: `1234TAB` becomes `1234 TAB`."""
    found = re.fullmatch(r"(\d+)([A-Z]+)", str(normal or ""))
    return "\u00a0".join(found.groups()) if found else normal


@register.filter
def percent(share):
    """Write a share between 0 and 1 as a whole percentage."""
    return f"{share:.0%}".replace("%", "\u202f%")


@register.filter
def shown(value):
    """Write a declared or a read value: a date as a date, several as a list, nothing as a dash."""
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "—"
    return "—" if value in (None, "") else value


@register.inclusion_tag("_icon.html")
def icon(name):
    """Draw one symbol of `static/img/icons.svg`; the word beside it tells what it means."""
    return {"name": name}


@register.inclusion_tag("_badge.html")
def badge(kind, word):
    """Tell a state by word, icon and colour; `kind` is one of `ICONS`."""
    return {"kind": kind, "word": word, "name": ICONS[kind]}


@register.inclusion_tag("_badge.html")
def state(row):
    """Tell the state of a tracked row."""
    return badge(TONES.get(row.state, "neutral"), row.get_state_display())


@register.inclusion_tag("_badge.html")
def standing(case, paper):
    """Tell what became of a picture of a case."""
    found = case.standing(paper.side)
    return badge(TONES[found], found.label)


@register.filter
def message_icon(level_tag):
    """The symbol that stands before a message of Django's framework."""
    return {"success": "check", "error": "cross", "warning": "warning"}.get(level_tag, "info")


def _written(write, number):
    text = str(number or "")
    return write(text) if text.startswith("+261") else text
