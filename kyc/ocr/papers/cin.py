"""The CIN: its printed labels in Malagasy and French, and what stands behind each."""

import re

from kyc.ocr import days, places, values
from kyc.ocr.labels import Labels
from kyc.ocr.lines import Span, joined, whole
from kyc.ocr.papers import births, names
from kyc.ocr.sheet import FORM, Sheet, Value

PRINTED = {
    "surname": (
        "Anarana",
        "Anaram-pianakaviana",
        "Nom",
        "Nom de famille",
        "Surname",
    ),
    "given_names": (
        "Fanampin'anarana",
        "Fanampiny",
        "Prénoms",
        "Prénom",
        "Prénom(s)",
        "Given names",
    ),
    "birth_date": (
        "Teraka tamin'ny",
        "Teraka ny",
        "Teraka",
        "Daty nahaterahana",
        "Né(e) le",
        "Né le",
        "Née le",
        "Date de naissance",
    ),
    "birth_place": (
        "Tao",
        "Teraka tao",
        "Toerana nahaterahana",
        "Lieu de naissance",
        "Lieu",
        "Né(e) à",
        "Né à",
        "Née à",
    ),
    "_birth": births.BOTH,
    "_whole_name": names.BOTH,
    "_end": ("Date d'expiration", "Expire le", "Valable jusqu'au", "Manankery hatramin'ny"),
    "_marks": (
        "Famantarana manokana",
        "Famantarana",
        "Marika manokana",
        "Signalement",
        "Mariky ny vatana",
        "Signes particuliers",
        "Signes part.",
        "Signes",
        "Signe particulier",
    ),
    "_sex": ("Lahy na vavy", "Sexe"),
    "_height": ("Halavany", "Taille"),
    "number": (
        "Laharana",
        "Laharan'ny karapanondro",
        "Laharana karapanondro",
        "Laharan'ny karatra",
        "Numéro de la carte",
        "N° de la carte",
        "Numéro",
        "N°",
        "CIN N°",
        "N° CIN",
        "Numéro CIN",
        "Carte d'identité N°",
        "Karapanondro N°",
        "Kara-panondro laharana",
    ),
    "address": (
        "Fonenana",
        "Adiresy",
        "Domicile",
        "Adresse",
        "Résidence",
        "Monina ao",
        "Demeurant à",
        "Domicilié à",
        "Domicilié(e) à",
        "Adresse actuelle",
    ),
    "_district": (
        "Boriborintany",
        "Fokontany",
        "Firaisana",
        "Fivondronana",
        "Faritra",
        "Région",
        "Quartier",
        "Kaominina",
        "Distrika",
        "Arrondissement",
        "Arrdt",
        "Commune",
        "District",
    ),
    "occupation": ("Asa atao", "Asa", "Profession", "Métier", "Occupation"),
    "father": (
        "Zanaky",
        "Nom et prénoms du père",
        "Anaran-dray",
        "Ray",
        "Ray niteraka",
        "Anaran'ny ray",
        "Père",
        "Rainy",
        "Anaran'ny rainy",
        "Nom du père",
        "Father",
        "Fils de",
        "Fils/fille de",
        "Fils ou fille de",
        "Fille de",
        "Zanak'i",
    ),
    "mother": (
        "Anaran-dreny",
        "Nom et prénoms de la mère",
        "Reny",
        "Reny niteraka",
        "Anaran'ny reny",
        "Mère",
        "Reniny",
        "Anaran'ny reniny",
        "Nom de la mère",
        "Mother",
        "et de",
    ),
    "issue_place": (
        "Natao tao",
        "Natao",
        "Nomena tao",
        "Fait à",
        "Délivrée à",
        "Délivré à",
        "Lieu de délivrance",
        "Établi à",
        "Établie à",
        "Natao teto",
        "Toerana nanomezana",
    ),
    "issue_date": (
        "Tamin'ny",
        "Natao tamin'ny",
        "Nomena tamin'ny",
        "Fait le",
        "Délivrée le",
        "Délivré le",
        "Date de délivrance",
        "Établi le",
        "Établie le",
        "Daty nanomezana",
    ),
    "_heading": (
        "Repoblikan'i Madagasikara",
        "Kara-panondrom-pirenena",
        "Karatra maha olom-pirenena",
        "Carte nationale d'identité",
        "Fitiavana - Tanindrazana - Fandrosoana",
        "Spécimen",
    ),
}

# What means something only after another label of the same name and a slash.
TAILS = {
    "birth_place": ("à",),
    "number": ("N°", "No"),
    "issue_date": ("Le",),
    "issue_place": ("à",),
    "birth_date": ("le",),
}

# Short words that say what follows where they begin a line.
HEADS = {
    "birth_place": r"(?:TAO|Tao)(?=[A-ZÀ-Ý]{4})(?!.{3}(?i:LA[NG]))"
    r"|(?:[àÀáâ]|a(?=[\s.])|A(?=\s*(?::|$)))[\s.:]*(?=$|[A-ZÀ-Ý])|[A-Za-z]{2,4}\s?/\s?[àÀá]\s?:?",
    "issue_date": r"(?:[lL]e|LE|[nN][yY])(?:[\s.:-]*$|[\s.:-]*(?=\d))",
    "mother": r"(?:[sS]y|SY)[\s.:]+(?=$|[A-ZÀ-Ý]{3})|(?:RENY|Reny)(?=[A-ZÀ-Ý]{5})",
    "father": r"(?:RAY|Ray)(?=[A-ZÀ-Ý]{5})(?!...MOND)",
}

LABELS = Labels(PRINTED, tails=TAILS, heads=HEADS)

# What can only be one thing is known by its form where its label was not read.
FORMS = {"number": re.compile(r"(?<![\d/])(?:\d[ .|·_-]{0,3}){11}\d(?![\d/])")}

# Words that only this paper bears.
SIGNS = ("Kara-panondrom-pirenena", "Carte nationale d'identité")

REPAIRS: dict[str, values.Repair] = {
    "number": values.number,
    "surname": values.name,
    "given_names": values.name,
    "birth_date": values.day,
    "birth_place": values.name,
    "address": values.line,
    "occupation": values.few_words,
    "father": values.name,
    "mother": values.name,
    "issue_date": values.day,
    "issue_place": values.name,
    "_birth": values.day,
    "_whole_name": values.name,
    "_end": values.day,
}

BOXED = re.compile(r"(?:^|[\s:.°º-])(?P<it>(?:[\dOIlSB][ .|]{0,3}){1,11})$")
TEXTS = ("surname", "given_names", "birth_place", "address", "occupation", "father", "mother")
LONG = ("given_names", "address")  # what may go on on the next line
HOME = re.compile(r"\d.*[^\W\d_]{4}|[^\W\d_]{4}.*\d")  # a number and the name of a place
LOT = re.compile(r"(?i)(?<!\w)(?:lot|villa|logt|parcelle|cit[eé])(?![a-z]).*\d")
GROWN = 16  # years before which nobody holds a card
WIDEST = 4.0  # heights of a figure between it and the next
FRONT = ("surname", "given_names", "birth_date", "birth_place", "_marks", "number")
BACK = ("address", "_district", "occupation", "father", "mother", "issue_place", "issue_date")


def others(sheet: Sheet, found: dict[str, Value]) -> dict[str, Value]:
    """Dates by their order, then what stands between what was found."""

    def fits(name: str, span: Span) -> bool:
        repair = REPAIRS.get(name)
        if repair in (values.name, values.line) and values.day(span.chars):
            return False
        if name == "occupation" and names.FAMILY.match(span.text):
            return False
        if repair is values.name and sum(c.text.isdigit() for c in span.chars):
            return False
        return repair is None or repair(span.chars) is not None

    def stands(name: str, span: Span) -> bool:
        """Where no label says what it is an address has to look like one."""
        return fits(name, span) and (name != "address" or bool(HOME.search(span.text)))

    more = places.completed(sheet, found, TEXTS, LONG, fits)
    more |= names.named(found | more)
    for parted in (births.parted, births.issued, births.parents):
        more |= parted(found | more)
    if "address" not in found and (lot := _lot(sheet, found)):
        more["address"] = lot
    if "number" not in found and (number := _boxed(sheet)):
        more["number"] = number
    more |= _dates(sheet, found | more)
    more |= births.issued(found | more)
    for order, beside in ((_front(sheet, found | more), BACK), (BACK, FRONT)):
        more |= places.between(sheet, found | more, order, stands, beside)
    return more


def _front(sheet: Sheet, found: dict[str, Value]) -> tuple[str, ...]:
    """The order of the front: some cards begin with the number."""
    others = [found[name].span for name in FRONT[:-1] if name in found]
    number = found.get("number")
    if number and others:
        below = [sheet.flow.apart(number.span.left, each.left)[1] for each in others]
        if min(below) > 0:
            return ("number", *FRONT[:-1])
    return FRONT


def _lot(sheet: Sheet, found: dict[str, Value]) -> Value | None:
    """The only text that begins as addresses do."""
    taken = {line for value in found.values() for line in value.span.line.sources}
    lots = [
        Span(each.line, each.start + match.start(), each.end)
        for each in sheet.free
        if each.line not in taken and (match := LOT.search(each.text))
    ]
    return Value(lots[0], FORM) if len(lots) == 1 else None


def _boxed(sheet: Sheet) -> Value | None:
    """Twelve figures of one row, each in a box of its own or some together."""
    figures = [
        Span(span.line, span.start + match.start("it"), span.end)
        for span in sheet.spans()
        if (match := BOXED.search(span.text))
    ]
    for first in figures:
        row = [first]
        rest = sorted(figures, key=lambda span: sheet.flow.apart(first.right, span.left)[0])
        for span in rest:
            along, across = sheet.flow.apart(row[-1].right, span.left)
            is_next = -0.8 < along / first.height < WIDEST
            if span is not first and is_next and abs(across) < 0.4 * first.height:
                row.append(span)
        whole_row = whole(joined(row))
        if len(row) > 1 and values.number(whole_row.chars):
            return Value(whole_row, FORM)
    return None


def _dates(sheet: Sheet, found: dict[str, Value]) -> dict[str, Value]:
    """A date without a label: who holds a card had grown up when it was issued."""
    missing = [name for name in ("birth_date", "issue_date") if name not in found]
    taken = {line for value in found.values() for line in value.span.line.sources}
    left = {
        day: span
        for span in sheet.spans()
        if span.line not in taken and (day := values.day(span.chars))
    }
    known: dict[str, str] = {
        name: values.day(found[name].span.chars) or ""
        for name in ("birth_date", "issue_date")
        if name in found
    }
    if len(missing) == 2 and len(left) == 2:
        birth, issue = sorted(left)
        known = {"birth_date": birth, "issue_date": issue}
        told = known if _is_grown(birth, issue) else {}
    elif len(missing) == 2 and len(left) == 1:
        told = _alone(next(iter(left)), found)
    else:
        told = _fitting(list(left), known)
    return {name: Value(left[day], FORM) for name, day in told.items() if name in missing}


def _alone(day: str, found: dict[str, Value]) -> dict[str, str]:
    """The only day on a card: of birth on its front, of issue on its back."""
    is_front, is_back = not found.keys().isdisjoint(FRONT), not found.keys().isdisjoint(BACK)
    if not _is_grown(day, days.today()):
        return {"issue_date": day}
    return {"birth_date" if is_front else "issue_date": day} if is_front != is_back else {}


def _fitting(left: list[str], known: dict[str, str]) -> dict[str, str]:
    """The one day that may be the other beside the one we know."""
    if birth := known.get("birth_date"):
        grown = [day for day in left if _is_grown(birth, day)]
        fitting = [day for day in grown if day <= days.today()] or grown
        return {"issue_date": fitting[0]} if len(fitting) == 1 else {}
    if issue := known.get("issue_date"):
        fitting = [day for day in left if _is_grown(day, issue)]
        return {"birth_date": fitting[0]} if len(fitting) == 1 else {}
    return {}


def _is_grown(birth: str, day: str) -> bool:
    return int(day[:4]) - int(birth[:4]) >= GROWN
