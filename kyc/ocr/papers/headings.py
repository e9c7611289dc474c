"""The name at the head of a paper: who issued it."""

import re
from collections.abc import Collection, Sequence
from statistics import median

from kyc.ocr.labels import Label
from kyc.ocr.lines import Line, Span, broken, joined, plain, whole
from kyc.ocr.sheet import Sheet

SHARE = 0.4  # of the lines from the top, among which the head is
ASKEW = 0.07  # radians from the paper's own direction: print of something else
ADDRESS = re.compile(
    "LOT|TEL|NIF|STAT(?!ION)|RUE|BP|VILLA|RCS|NO\\d|JALAN|JLN|LEVEL|AVENUE|BOULEVARD|ROUTE|QUARTIER"
    "|SIRET|TVA|VAT|GST|COREG|REGNO|FAX|EMAIL|WWW|HTTP|\\d+(?:RD|ST|ND|TH)(?:FL|STR|AVE)|CASHIER|CAISS"
)
# What a paper is, or what it greets with, is nobody's name.
TITLES = re.compile(
    "(CARTE|ATTESTATION|CERTIFICA|KARATRA|REPOBLIKA|REPUBLI|FACTURE|(TAX|SALES|CASH)?(INVOICE|RECEIPT|BILL)|RECU"
    "|TICKET|QUITTANCE|CONTRAT|CONDITIONS|ASSURANCE(AUTO|RESPON|OBLIG|VEHIC|MOTO)|RESPONSABILITECIV"
    "|VEHICULE|DUPLICAT|ORIGINAL|COPIE|COPY|WELCOME|BIENVENUE|MERCI|THANK|SPECIMEN|VALABLE|POLICE(N|$)"
    "|BONDE|PROFORMA|DEVIS|FIANTOHANA|MOTORINSURANCE|INSURANCECERT|DATE|TOTAL|LIBELLE|DESIGNATION"
    "|FANAMARINANA|FIFANEKENA|TARATASY|FANDRAISAMBOLA|TAPAKILA"
    "|SIMPLIFIED|FAKTIORA|BORDEREAU|NOTE$|CASHSALE|CASH$|MONTANT|ARRETEE|LASOMME)"
)
# What the names of those who sell or insure often hold.
FIRM = re.compile(
    r"\b(?:sarlu?|s\.?a\.?r\.?l|s\.a|sdn|bhd|ltd|limited|inc|llc|gmbh|ets|soci[ée]t[ée]|garage"
    r"|agence|entreprise|enterprise|trading|store|mart|restaurant|restoran|h[ôo]tel|pharmacie"
    r"|quincaillerie|[ée]picerie|station|supermarch[ée]|magasin|boutique|compagnie|company|motors"
    r"|mutuelle|assurances?|insurance|auto|atelier|caf[ée])\b",
    re.IGNORECASE,
)
SUFFIX = re.compile(r"\b(?:sdn\.? ?bhd\.?|ltd\.?|sarlu?|inc\.?|llc|gmbh)$", re.IGNORECASE)
# How those who sell are reached and taxed, which stands under their name.
REACHED = re.compile(
    r"(?<!\d)(?:0[23]\d{8}|[\dOo]{3} \d\d \d{3} \d\d)(?!\d)"
    r"|\b(?:t[ée]l|phone|fax|nif|stat|rcs|siret|gst|vat)\b.*\d{3}",
    re.IGNORECASE,
)
LARGE = 1.2  # times as high as what is printed below it
ROW = 0.8  # heights
COLUMNS = 2  # labels in one row that make it the head of a table
WHEREABOUTS = 6  # heights below a name
FOOT = 8  # lines from the top, for which a name at the foot counts
LETTERS = 3  # what has fewer is no name
MOST = 3  # lines of a name
WORDS = 8  # what has more is a sentence


def of(sheet: Sheet, *, words: tuple[str, ...] = (), without: Collection[Line] = ()) -> Span | None:
    """The largest print near the top, or above a telephone or the like, that is no label.

    One with these `words` comes before others; `without` are lines that are somebody else's.
    """
    marked = {label.span.line for label in sheet.labels if _is_weighty(label)}
    marked.update(without)
    lines = [line for line in sheet.lines if _may_be_name(sheet, line) and line not in marked]
    if not lines:
        return None
    start = lines[0].left
    own = [line for line in sheet.lines if not _is_prose(line)]
    ranked = sorted(own, key=lambda line: sheet.flow.apart(start, line.left)[1])
    usual = median(line.height for line in sheet.lines)
    best: tuple[float, Span] | None = None
    head = max(4, round(SHARE * len(ranked)))
    for place, line in enumerate(ranked):
        if line not in lines:
            continue
        is_over = _is_over_whereabouts(sheet, line)
        is_firm = bool(FIRM.search(line.text)) and line.text.isupper()
        if place >= head and not is_over and not is_firm:
            continue
        merit = _merit(line, words) + line.height / usual + is_over
        merit -= 0.12 * (min(place, FOOT) if is_over else place)
        if best is None or merit > best[0]:
            best = (merit, whole(line).stripped())
    return _with_next(sheet, lines, _with_rest(sheet, lines, best[1])) if best else None


def _merit(line: Line, words: tuple[str, ...]) -> float:
    """What its own words say for a name or against it."""
    said = plain(line.text)
    bare = plain(re.sub(r"\([^)]*\)|#\s?\d+|^\d+(?= )", "", line.text))
    figures = sum(sign.isdigit() for sign in bare)
    merit = 1.5 * any(word in said for word in words) + 0.1 * bool(FIRM.search(line.text))
    merit -= 1.0 * (figures > 1) + 1.0 * bool(ADDRESS.match(said))
    return merit - 0.5 * bool(re.search(r":|,\s*$", line.text))


def _is_over_whereabouts(sheet: Sheet, line: Line) -> bool:
    """Whether a telephone or a number of taxes stands not far below it in smaller print."""
    for other in sheet.lines:
        left, down = sheet.flow.apart(line.left, other.left)
        right, _ = sheet.flow.apart(line.right, other.right)
        is_below = line.height / 2 < down < WHEREABOUTS * line.height
        is_level = abs(left) < 2 * line.height or abs(left + right) < 4 * line.height
        is_small = LARGE * other.height < line.height
        if is_small and is_below and is_level and REACHED.search(other.text):
            return True
    return False


def _may_be_name(sheet: Sheet, line: Line) -> bool:
    """Whether it is neither a title, nor a sentence or a number, nor print of something else."""
    said = plain(line.text)
    letters = sum(sign.isalpha() for sign in said)
    return (
        letters >= LETTERS
        and letters > 0.4 * len(said)
        and not TITLES.match(said)
        and not said.endswith(("BILL", "INVOICE", "RECEIPT", "FACTURE"))
        and not _is_prose(line)
        and not _is_over_columns(sheet, line)
        and abs(line.angle - sheet.flow.angle(line.left)) <= ASKEW
    )


def _is_over_columns(sheet: Sheet, line: Line) -> bool:
    """Whether it stands in a row with what else is printed over the columns of a table."""
    heads = (label.span for label in sheet.labels if label.name == "_table")
    row = (abs(sheet.flow.apart(head.left, line.left)[1]) < ROW * line.height for head in heads)
    return sum(row) >= COLUMNS


def _is_prose(line: Line) -> bool:
    """Whether it is a sentence or a piece of one."""
    return line.text.strip(" .,-'*")[:1].islower() or len(line.text.split()) > WORDS


def _is_weighty(label: Label) -> bool:
    """Whether it makes its line one of labels: short words stand in names too."""
    if label.likeness == 1.0 and plain(label.span.text) == plain(label.span.line.text):
        return True
    if label.name == "_unknown" and not label.span.text.rstrip().endswith(":"):
        return False
    return label.likeness > 0.9 and label.span.start == 0 and len(plain(label.span.text)) > LETTERS


def _with_next(sheet: Sheet, lines: Sequence[Line], head: Span) -> Span:
    """Together with the lines around it in the same print, where only the last ends as firms do."""
    parts = [head]
    spans = [whole(line).stripped() for line in lines if not re.search(r"\d", line.text)]
    while len(parts) < MOST and not SUFFIX.search(parts[-1].text):
        below = [span for span in spans if _is_under(sheet, parts[-1], span)]
        if len(below) != 1:
            break
        parts.append(below[0])
    if len(parts) == 1 or not SUFFIX.search(parts[-1].text):
        return head
    above = [span for span in spans if _is_under(sheet, span, parts[0])]
    return broken([*above, *parts] if len(above) == 1 else parts)


def _is_under(sheet: Sheet, above: Span, span: Span) -> bool:
    """Whether it goes on with what stands above: as high, close below, begun or centred alike."""
    if not 0.75 < span.height / above.height < 1.33:
        return False
    left, down = sheet.flow.apart(above.left, span.left)
    right, _ = sheet.flow.apart(above.right, span.right)
    is_aligned = abs(left) < above.height or abs(left + right) < 2 * above.height
    return is_aligned and 0.5 * above.height < down < 1.9 * above.height


def _with_rest(sheet: Sheet, lines: Sequence[Line], head: Span) -> Span:
    """Together with what stands close beside it in the same print."""
    parts = [head]
    row = [whole(line).stripped() for line in lines if line is not head.line]
    for span in sorted(row, key=lambda span: sheet.flow.apart(head.left, span.left)[0]):
        if _are_beside(sheet, parts[-1], span):
            parts.append(span)
    for span in sorted(row, key=lambda span: -sheet.flow.apart(head.left, span.left)[0]):
        if _are_beside(sheet, span, parts[0]):
            parts.insert(0, span)
    return whole(joined(parts)) if len(parts) > 1 else head


def _are_beside(sheet: Sheet, one: Span, other: Span) -> bool:
    along, across = sheet.flow.apart(one.right, other.left)
    is_like = 0.75 < other.height / one.height < 1.33
    return is_like and -0.3 < along / one.height < 1.2 and abs(across) < 0.3 * one.height


def spelt(sheet: Sheet, name: str) -> str:
    """The name as a stamp or a foot has it where blanks got lost at the head."""
    said = plain(name)
    others = (whole(line).stripped().text for line in sheet.lines if plain(line.text) == said)
    return max((name, *others), key=lambda each: each.count(" "))
