"""Reading papers: `read(jpeg, kind=…)` gives the fields of a paper and how sure each is."""

from collections.abc import Sequence
from dataclasses import replace

from kyc.ocr import confidence, deadline, fields, kinds, pages, picture
from kyc.ocr.deadline import Unreadable
from kyc.ocr.decide import Found
from kyc.ocr.engine import load
from kyc.ocr.kinds import Kind
from kyc.ocr.pages import Page
from kyc.ocr.reading import FIELDS, Field, Reading
from kyc.ocr.zones import travel, view, zone

__all__ = ["FIELDS", "Field", "Reading", "Unreadable", "load", "read"]

FEW = 2  # labels under which the paper may lie another way round


def read(jpeg: bytes, *, kind: str, text: Sequence[dict] = ()) -> Reading:
    """Read our own picture of a paper of this kind, or `auto` to find out which it is.

    `text` holds the lines that a PDF has as text (`kyc.intake.Picture`): they are taken for what
    the first reader would see, and the second reader still looks at the picture.

    Fields that cannot be read are None; boxes are in the picture's pixels. Raises `Unreadable`
    where the readers do not answer in time.
    """
    with deadline.one_picture():
        if text and (said := _read(jpeg, kind, text)).kind_confidence:
            return said
        return _read(jpeg, kind)


def _read(jpeg: bytes, kind: str, text: Sequence[dict] = ()) -> Reading:
    image = picture.pixels_of(jpeg)
    page = pages.of_text(image, text) if text else pages.read(image)
    if kind in ("mrz", "auto") and (said := zone.read(page)):
        return said if said.fields["checks"].value else _surer(said, jpeg, page)
    if kind == "mrz" and text:
        return Reading(kind="mrz")
    if kind == "mrz":
        return _zone_sign_by_sign(jpeg, page)
    page, kind_found, sure = _kind_of(page, list(kinds.KINDS) if kind == "auto" else [kind])
    if kind == "auto" and not sure:
        return Reading(kind="unknown", text=page.text)
    found = fields.read(page, kind_found.sheet, kinds.KINDS[kind_found.name])
    for name in fields.unseen(page, found) if page.is_text else ():
        found[name] = replace(found[name], is_doubtful=True)
    shown = {name: _field(page, kind_found.name, name, each) for name, each in found.items()}
    if confidence.quarrel([each.evidence for each in found.values()]):
        # A hand wrote it: where one reader fails, the other's word alone is no agreement.
        shown = {name: replace(field, confident=False) for name, field in shown.items()}
    return Reading(kind=kind_found.name, fields=shown, text=page.text, kind_confidence=sure)


def evidence(jpeg: bytes, *, kind: str) -> dict[str, Found]:
    """What was found of each field and what speaks for it: what calibration is made from."""
    page, found, _ = _kind_of(pages.read(picture.pixels_of(jpeg)), [kind])
    return fields.read(page, found.sheet, kinds.KINDS[kind])


def _zone_sign_by_sign(jpeg: bytes, page: Page) -> Reading:
    """What the second reader of zones makes of the picture where the first found none."""
    found = travel.read(view.grey_of(jpeg))
    return found if found.text else replace(found, text=page.text)


def _surer(found: Reading, jpeg: bytes, page: Page) -> Reading:
    """The other reader's zone where all its check digits hold and not all of this one's."""
    other = _zone_sign_by_sign(jpeg, page)
    if not other.fields["checks"].value:
        return found
    return zone.read(page, checked=other.text.split("\n")) or other


def _kind_of(page: Page, names: list[str]) -> tuple[Page, Kind, float]:
    """The likeliest kind; where hardly any label is known, of all ways round."""
    ranked = kinds.ranked(page.lines, names)
    is_few = len(ranked[0].sheet.named) < FEW and names != ["invoice"]
    if is_few and page.lines and not page.is_clear:
        for quarters in (2, 1, 3):
            other = pages.turned(page, quarters)
            tried = kinds.ranked(other.lines, names)
            if tried[0].merit > ranked[0].merit and len(tried[0].sheet.named) >= FEW:
                return other, tried[0], kinds.confidence(tried)
    return page, ranked[0], kinds.confidence(ranked)


def _field(page: Page, kind: str, name: str, found: Found) -> Field:
    points, size = page.original(list(found.place.span.quad))
    probability = confidence.probability(kind, name, found.evidence)
    return Field(
        value=found.value,
        confidence=round(probability, 3),
        confident=not found.is_doubtful
        and confidence.is_sure(kind, name, found.evidence, probability)
        # A file may say what its picture does not show.
        and (not page.is_text or confidence.is_backed(found.evidence)),
        box=picture.box_of(points, size),
    )
