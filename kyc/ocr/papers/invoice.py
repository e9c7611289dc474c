"""The invoice or receipt, in French or English: total, date, number, seller."""

import re
from dataclasses import replace
from decimal import Decimal

from kyc.ocr import values
from kyc.ocr.decide import Found
from kyc.ocr.labels import Labels
from kyc.ocr.lines import Line, Span, plain, whole
from kyc.ocr.papers import headings, numbers, totals
from kyc.ocr.sheet import FORM, Sheet, Value

PRINTED = {
    "number": (
        *(
            f"{word} {sign}"
            for word in ("Facture", "Reçu", "Ticket", "Quittance", "Proforma", "Bon", "Pièce")
            for sign in ("N°", "No", "numéro")
        ),
        *("Facturette N°", "Facturette No"),
        *(
            f"{sign} {word}"
            for word in (
                *("facture", "de facture", "facturette", "reçu", "de reçu", "ticket", "de ticket"),
                *("pièce", "transaction", "document"),
            )
            for sign in ("N°", "No", "Numéro")
        ),
        *(
            f"{word} {sign}"
            for word in ("Invoice", "Receipt", "Bill", "Document", "Ticket", "Tax invoice", "Memo")
            for sign in ("No", "number", "ID", "num", "Nr", "Ref")
        ),
        *("Inv No", "Doc No", "Cash memo No", "Sales invoice no", "Cash Inv No"),
        *("Order No", "Order number", "Transaction No", "Trans No", "Rechnung Nr"),
        *("Slip No", "Check No", "Txn ID", "Docket No", "Sale No", "Beleg Nr", "Note N°"),
        *("Réf", "Référence", "Ref No", "Reference", "Reference No", "Réf. facture", "Our ref"),
        *("Référence facture", "Référence de la facture", "Invoice reference", "Réf. de facture"),
        *("Commande N°", "N° commande", "N° de commande", "BL N°", "N° BL", "Bon de livraison N°"),
        *("No Nota", "No Bon", "No Struk", "No Transaksi", "No Bukti", "Factura No"),
        *("N° quittance", "N° de quittance", "Vente N°", "Folio", "Faktiora N°", "Laharana"),
        *(
            "Numéro",
            "N°",
            "N° de pièce",
            "Numéro de pièce",
            "Facture d'avoir N°",
            "Doit facture N°",
        ),
    ),
    "date": (
        "Date",
        "Date facture",
        "Date de facture",
        "Date de la facture",
        "Date de facturation",
        "Date facturation",
        "Daty ny faktiora",
        "Datum",
        "Fecha",
        "Tanggal",
        "Trans date",
        "Transaction date",
        "Date d'opération",
        "Date de paiement",
        "Date du reçu",
        "Date d'émission",
        "Date d'achat",
        "Date de vente",
        "Date et heure",
        "Date/heure",
        "Invoice date",
        "Receipt date",
        "Bill date",
        "Order date",
        "Sale date",
        "Date/time",
        "Date & time",
        "Date time",
        "Facture du",
        "Émise le",
        "Émis le",
        "Fait le",
        "Daty",
        "Date issued",
        "Issue date",
        "Issued",
        "Issued on",
        "Dated",
        "Date of issue",
        "Tax date",
    ),
    "_due": (
        "Échéance",
        "Date d'échéance",
        "Due date",
        "Date due",
        "Payment due",
        "Due",
        "Pay by",
        "Date limite",
        "Date limite de paiement",
        "À payer avant le",
        "Date de livraison",
        "Période",
        "Période du",
        "Période de facturation",
        "Billing period",
        "Valid until",
        "Expiry",
        "Delivery date",
        "Valable jusqu'au",
    ),
    "_buyer": (
        "Doit",
        "Client",
        "Code client",
        "N° client",
        "N° de client",
        "Référence client",
        "Réf. client",
        "Client reference",
        "N° de compteur",
        "N° compteur",
        "Bon de commande client",
        "Bill to",
        "Sold to",
        "Ship to",
        "Facturé à",
        "Billed to",
        "Nom",
        "Nom du client",
        "Customer name",
        "Livré à",
        "Adresse",
        "Address",
        "Véhicule",
        "Customer",
        "Customer No",
        "Account No",
        "Cashier",
        "Caissier",
        "Caissière",
        "Caisse",
        "Serveur",
        "Server",
        "Vendeur",
        "Table",
        "Terminal",
        "Till",
        "Counter",
    ),
    "_seller": (
        *("NIF", "STAT", "Tél", "Téléphone", "RCS", "Tel", "Phone", "Fax", "GST No", "GST ID"),
        *("GST Reg No", "VAT No", "VAT Reg No", "TVA", "N° TVA", "TVA intracom", "SIRET", "Email"),
        *("E-mail", "Reg No", "Co Reg No", "Company Reg No", "CIF", "Compte", "Mobile", "Website"),
    ),
    "_heading": (
        "Facture",
        "Invoice",
        "Tax invoice",
        "Sales receipt",
        "Cash receipt",
        "Official receipt",
        "Receipt",
        "Reçu",
        "Reçu de paiement",
        "Ticket de caisse",
        "Cash bill",
        "Cash sale",
        "Facture proforma",
        "Simplified tax invoice",
        "Original",
        "Copie",
        "Copy",
        "Duplicata",
        "Welcome",
        "Bienvenue",
        "Merci de votre visite",
        "Thank you",
    ),
    "_table": (
        *("Désignation", "Désignations", "Description", "Libellé", "Détail", "Article", "Articles"),
        *("Qté", "Quantité", "Qty", "Quantity", "P.U.", "Prix unitaire", "Unit price", "Unit cost"),
        *("Montant", "Montant HT", "Amount", "Item", "Items", "Price", "Prix", "Prix total"),
        *("Nature", "Prestation", "Service", "Line total", "Unité", "Rate"),
    ),
}

HEADS = {"date": r"(?:[lL]e|[dD]u|[oO]n)\s*:?\s*(?=\d|$)"}
# On tills it is that of a card.
NEVER = frozenset({"NUMBER", "NUMBERS"})
LABELS = Labels(PRINTED, heads=HEADS, never=NEVER)
FORMS: dict[str, re.Pattern] = {}
SIGNS = ("Facture", "Invoice", "Tax invoice", "Receipt", "Net à payer", "Total TTC", "Cash bill")
REPAIRS: dict[str, values.Repair] = {
    "number": values.reference,
    "date": values.any_day,
    "_due": values.any_day,
    "total": values.amount,
    "seller": values.title,
}
# Where French is spoken the day stands first.
FRENCH = re.compile(
    r"(?i:facture|t\.?t\.?c\b|\btva|montant|net [àa] payer|re[çc]u\b|caisse|esp[èe]ces|merci"
    r"|\bNIF\b)"
)


def merit(sheet: Sheet) -> float:
    """What makes a paper one of a sale whatever it is called: a total, money handed over."""
    if not sheet.lines:
        return 0.0
    is_titled = any(numbers.HEADING.fullmatch(plain(line.text)) for line in sheet.lines)
    return 2.0 * totals.is_named(sheet) + 2.0 * any(totals.owed(sheet)) + 2.0 * is_titled


def others(sheet: Sheet, found: dict[str, Value]) -> dict[str, Value]:
    """The total by what stands beside the sums; the date and the seller by form and place."""
    more = {}
    if total := totals.of(sheet):
        more["total"] = total
    if "date" not in found and (day := _first_day(sheet)):
        more["date"] = Value(day, FORM)
    if span := numbers.of(sheet, found.get("number")):
        more["number"] = Value(span, FORM)
    if span := headings.of(sheet, without=_buyers(sheet)):
        more["seller"] = Value(span, FORM)
    return more


def _buyers(sheet: Sheet) -> set[Line]:
    """What stands right below a word for who buys, or in a row with it."""
    heads = [
        label.span for label in sheet.labels if label.name == "_buyer" and label not in sheet.inline
    ]
    return {
        span.line for span in sheet.free for head in heads if numbers.is_next(sheet, head, span)
    }


def doubts(sheet: Sheet, found: dict[str, Found]) -> set[str]:
    """A total that nothing else on the paper bears out, on a line with more than one number."""
    is_turned = _may_be_turned(found) and not FRENCH.search(
        "\n".join(line.text for line in sheet.lines)
    )
    doubtful = {"date"} if is_turned else set()
    total = found.get("total")
    if total is None:
        return doubtful
    sums = [
        Decimal(value)
        for line in sheet.lines
        for match in values.sums(line.text)
        if (value := values.amount(line.chars[match.start() : match.end()]))
    ]
    said = Decimal(total.value)
    less = {each for each in sums if 0 < each < said}
    is_borne_out = (
        said in totals.owed(sheet)
        or sums.count(said) > 1
        or any(said - each in less for each in less)
    )
    line = total.place.span.line
    is_alone = len(re.findall(r"\d+", line.text)) <= len(re.findall(r"\d+", total.place.span.text))
    odd = re.search(r"\d \d{3}\.\d{2}$", total.place.span.text)
    is_guess = total.place.way == FORM or not (is_borne_out or (is_alone and not odd))
    is_guess |= totals.is_part_paid(sheet, said) or totals.is_too_small(sheet, said)
    is_guess |= bool(line.parts) and not is_borne_out
    is_guess |= bool(totals.YEAR.fullmatch(total.place.span.text)) and not is_borne_out
    return doubtful | ({"total"} if is_guess else set())


def derive(found: dict[str, Found], sheet: Sheet) -> None:
    """Where Americans sell, the month stands first; the seller as spelt elsewhere."""
    if seller := found.get("seller"):
        found["seller"] = replace(seller, value=headings.spelt(sheet, seller.value))
    if _may_be_turned(found) and _is_american(sheet):
        year, month, day = found["date"].value.split("-")
        found["date"] = replace(found["date"], value=f"{year}-{day}-{month}")


def _may_be_turned(found: dict[str, Found]) -> bool:
    """Whether day and month are figures of which either may be the other."""
    day = found.get("date")
    if day is None or int(day.value[8:]) > 12:
        return False
    return bool(re.search(r"(?<!\d)\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]", day.place.span.text))


def _is_american(sheet: Sheet) -> bool:
    """Whether this is sold in America: dollars, and an address or a tax that only they have."""
    text = "\n".join(line.text for line in sheet.lines)
    if not re.search(r"\$|USD", text) or re.search(r"GST|VAT|TVA|AUD|CAD|NZD|SGD|ABN|[€£]", text):
        return False
    is_there = re.search(r"\b[A-Z]{2},? \d{5}\b|(?i:sales tax)|\(\d{3}\) ?\d{3}-\d{4}", text)
    return bool(is_there)


def _first_day(sheet: Sheet) -> Span | None:
    """The day nearest to the paper's head, but for those until when something is to be done.

    Of several in one row the earliest: what is bought now is to be paid later.
    """
    due = {label.span.line for label in sheet.labels if label.name == "_due"}
    days = [whole(line) for line in sheet.lines if values.any_day(line.chars)]
    start = sheet.lines[0].left

    def order(span: Span) -> tuple[bool, bool, float]:
        has_time = bool(re.search(r"\d\s?[:hH]\s?\d\d", span.text))
        return span.line in due, not has_time, sheet.flow.apart(start, span.left)[1]

    best = min(days, key=order, default=None)
    if best is None or best.line in due:
        return best
    row = (day for day in days if abs(sheet.flow.apart(best.left, day.left)[1]) < best.height)
    return min(row, key=lambda day: values.any_day(day.chars) or "", default=best)
