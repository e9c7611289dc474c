"""Passports and residents' cards of invented people, photographed, with what their zone says."""

from project.sandbox import papers

PASSPORT, CARD = "passport", "card"


def holder(paper, seed):
    return papers.traveller(seed, is_resident=paper == CARD)


def photo(paper, seed, level, *, person=None, turn=0):
    """A JPEG of the side with the zone."""
    person = person or holder(paper, seed)
    is_card = paper == CARD
    image = (
        papers.draw_resident_card(person, seed=seed)[1]
        if is_card
        else papers.draw_passport(person, seed=seed)
    )
    shot = papers.photograph(image, seed=f"{seed} {paper}", level=level)
    return papers.as_jpeg(shot.rotate(turn, expand=True) if turn else shot)


def printed(paper, seed):
    """What a zone says of this person: it has no accents, apostrophes or hyphens."""
    person = holder(paper, seed)
    bare = person["surname"].replace("'", "").replace("-", " ")
    kind = "AR" if paper == CARD else "P"
    return person | {"surname": bare, "document_type": kind, "checks": True}
