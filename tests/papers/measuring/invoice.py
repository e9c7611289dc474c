"""Invoices as other shops make them out: letterheads, a seller in the footer, counter bills."""

from tests.papers import decor, faces, look, money, people, prose, vehicles
from tests.papers.layouts import layout
from tests.papers.measuring import sales
from tests.papers.sheet import Pen

WORDS = {
    "fr": (
        {"title": "FACTURE", "number": "Numéro", "date": "Date d'émission", "due": "À régler avant",
         "net": "Total H.T.", "discount": "Remise 5 %", "tax": "TVA", "total": "Total T.T.C.",
         "paid": "Acompte versé", "rest": "Reste dû", "client": "Client",
         "head": ("Description", "Nb", "Prix unitaire", "Total")},
        {"title": "FACTURE DOIT", "number": "Facture n°", "date": "Le", "due": "Échéance",
         "net": "Montant hors taxe", "discount": "Rabais", "tax": "Taxe (TVA)",
         "total": "NET À PAYER TTC", "client": "Facturé à",
         "head": ("Désignation des articles", "Quantité", "P.U. HT", "Montant HT")},
        {"title": "FACTURE / FAKTIORA", "number": "N° de facture", "date": "Date / Daty",
         "due": "Date d'échéance", "net": "Sous-total HT", "discount": "Remise", "tax": "T.V.A.",
         "total": "Montant total TTC", "paid": "Avance reçue", "rest": "Solde", "client": "Nom",
         "head": ("Articles", "Qté", "Prix", "Somme")},
    ),
    "en": (
        {"title": "INVOICE", "number": "Number", "date": "Issued", "due": "Pay by",
         "net": "Sub-total", "discount": "Discount 5%", "tax": "VAT", "total": "Total due",
         "client": "Billed to", "head": ("Description of work", "Units", "Price", "Amount")},
        {"title": "SALES INVOICE", "number": "Invoice No.", "date": "Date of issue",
         "due": "Due on", "net": "Total excl. tax", "discount": "Less discount", "tax": "Tax",
         "total": "TOTAL AMOUNT", "paid": "Amount paid", "rest": "Balance", "client": "Sold to",
         "head": ("Details", "Qty", "Each", "Total")},
    ),
}  # fmt: skip
CLOSINGS = {
    "fr": ("Merci de votre confiance.", "Paiement à réception. Pas d'escompte."),
    "en": ("Thank you for your business.", "Payment on receipt, please."),
}
COINS = {"MGA": "ariary", "EUR": "euros"}


class _Bill:
    """An invoice being made out."""

    def __init__(self, sheet, rng, *, manner=None, size=2.1, lines=(2, 6)):
        self.sheet, self.rng = sheet, rng
        manner = manner or rng.choice(("printed", "printed", "printed", "typed"))
        self.sale = sales.Sale(
            rng, WORDS, names=sales.ARTICLES, sellers=sales.SELLERS, lines=lines,
            times=rng.choice((1, 3)),
        )  # fmt: skip
        self.words = self.sale.words
        sheet.facts["currency"] = self.sale.till.currency.code
        self.look = look.choose(rng, sheet.part, manner=manner, size=size, label=1.8)
        self.look.value = self.look.value.but(bold=False)
        self.look.days = rng.choice(sales.DAYS[self.sale.language])
        if manner == "hand":
            figures = ("slash", "dot", "dash", "short")
            english = ("english", "english_ordinal", "iso")
            self.look.days = rng.choice(figures if self.sale.language == "fr" else english)
        self.ink = rng.choice(((24, 50, 110), (140, 30, 40), (30, 30, 34), (16, 92, 70)))
        sheet.colour = rng.choice(((253, 253, 253), (250, 249, 242), (246, 250, 246)))
        sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))

    def write(self, text, x, y, *, size=1.7, anchor="l", bold=False, room=None):
        """Something of the form itself."""
        pen = self.look.label.but(size=size, bold=bold)
        return self.sheet.write(text, x, y, pen, anchor=anchor, room=room)

    def seller(self, x, y, *, anchor="l", room):
        """The shop's name in its own type and ink."""
        style = self.rng.choice(("sans", "serif", "narrow"))
        face = faces.choose(self.rng, style, part=self.sheet.part)
        pen = Pen(face, self.rng.uniform(3.0, 4.0), self.ink, bold=True)
        self.sheet.write(self.sale.seller, x, y, pen, anchor=anchor, room=room, field="seller")

    def whereabouts(self):
        """Lines on where the shop is and what the law wants said of it."""
        rng = self.rng
        lines = [
            f"{people.address(rng)}, {rng.choice(people.PLACES)}",
            f"Tél : {people.phone(rng)}",
        ]
        if self.sale.language == "fr":
            nif, stat = rng.randint(1000000000, 5999999999), rng.randint(10000, 99999)
            lines.append(
                f"NIF : {nif} - STAT : {stat} 11 {rng.randint(2005, 2022)} 0 10{stat % 1000}"
            )
        return lines

    def value(self, field, x, y, *, anchor="l", room=None):
        """The number or the day, as it is written here."""
        text, truth = {
            "number": (self.sale.number, self.sale.number),
            "date": (self.look.day(self.sale.day), self.sale.day.isoformat()),
        }[field]
        self.sheet.write(
            text, x, y, self.look.value, anchor=anchor, room=room, field=field, truth=truth
        )

    def labelled(self, field, x, y, *, end, colon=" :"):
        """The number or the day behind its label."""
        box = self.write(self.words[field] + colon, x, y, size=1.9)
        self.value(field, box[2] + 1.6, y, room=end - box[2] - 1.6)

    def table(self, x, y, *, end, lead=6.2, shaded=False):
        """The articles under their heads; return the line below."""
        wide, pen, till = end - x, self.look.value, self.sale.till
        edges = (x + wide * 0.56, x + wide * 0.78, end - 1.5)
        if shaded:
            self.sheet.frame(x, y - 4, end, y + 2, fill=(226, 230, 236), colour=(226, 230, 236))
        else:
            self.sheet.line(x, y - 4, end, y - 4, width=0.3)
            self.sheet.line(x, y + 2, end, y + 2, width=0.3)
        self.write(self.words["head"][0], x + 1.5, y, bold=True, room=wide * 0.42)
        for word, edge in zip(self.words["head"][1:], edges, strict=True):
            self.write(word, edge, y, bold=True, anchor="r", room=wide * 0.19)
        for line in self.sale.lines:
            y += lead
            self.sheet.write(line.name, x + 1.5, y, pen, room=wide * 0.42)
            texts = str(line.count), till.number(line.price), till.number(line.amount)
            for text, edge in zip(texts, edges, strict=True):
                self.sheet.write(text, edge, y, pen, anchor="r", room=wide * 0.19)
            self.sheet.line(x, y + 1.9, end, y + 1.9, width=0.1, colour=(190, 190, 194))
        self.sheet.line(x, y + 1.9, end, y + 1.9, width=0.25)
        return y + 2

    def sums(self, x, y, *, end, lead=5.8):
        """What leads to the total, the total, and sometimes what was paid of it."""
        sale, words = self.sale, self.words
        rows = [(words["net"], sale.gross, None)] if sale.tax or sale.discount else []
        if sale.discount:
            rows.append((words["discount"], -sale.discount, None))
        if sale.tax:
            rows.append((f"{words['tax']} {sale.rate} %", sale.tax, None))
        rows.append((words["total"], sale.total, "total"))
        if "rest" in words and self.rng.random() < 0.3:
            paid = sale.whole(sale.total / self.rng.choice((2, 4)))
            rows += [(words["paid"], paid, None), (words["rest"], sale.total - paid, None)]
        for label, cents, field in rows:
            is_total = field == "total"
            if is_total:
                self.sheet.frame(x - 2, y - 4.2, end + 2, y + 2, colour=self.ink, width=0.25)
            box = self.write(label, x, y, size=1.9, bold=is_total)
            text = sale.till.sum(abs(cents))
            text = f"- {text}" if cents < 0 else text
            self.sheet.write(
                text, end, y, self.look.value.but(bold=is_total), anchor="r", room=end - box[2] - 2,
                field=field, truth=money.decimal(sale.total) if is_total else None,
            )  # fmt: skip
            y += lead + (1 if is_total else 0)
        return y

    def in_words(self, x, y, *, end):
        """The sum in French words, mostly."""
        sale = self.sale
        coin = COINS.get(sale.till.currency.code)
        if sale.language != "fr" or sale.total % 100 or self.rng.random() < 0.4:
            return y
        words = f"{money.in_words(sale.total // 100)} {coin}."
        plain = self.look.label.but(size=1.7)
        opening = "Arrêté la présente facture à la somme de"
        parts = ((opening, plain), (words, self.look.value.but(size=1.9)))
        return prose.flow(self.sheet, self.rng, parts, x, y, end=end, lead=5) + 6

    def closing(self, x, y, *, anchor="l"):
        """A polite word."""
        self.write(self.rng.choice(CLOSINGS[self.sale.language]), x, y, size=1.5, anchor=anchor)


@layout("invoice", size=(148, 210), weight=1.2)
def letterhead(sheet, rng):
    """The shop at the left beside its mark; number, day and due day in a small table."""
    bill = _Bill(sheet, rng)
    sheet.frame(9, 8, 21, 20, colour=bill.ink, fill=bill.ink, radius=6)
    bill.seller(25, 13.5, room=112)
    y = 18
    for line in bill.whereabouts():
        bill.write(line, 25, y, size=1.5, room=112)
        y += 3.3
    bill.write(bill.words["title"], 9, y + 9, size=3.2, bold=True)
    top = y + 15
    cells = (("number", 9, 52), ("date", 52, 98), ("due", 98, 140))
    for field, left, right in cells:
        sheet.frame(left, top, right, top + 11, colour=(150, 150, 154), width=0.15)
        bill.write(bill.words[field], left + 1.5, top + 3.6, size=1.5)
        if field == "due":
            text = bill.look.day(bill.sale.due)
            sheet.write(text, left + 1.5, top + 9, bill.look.value, room=right - left - 3)
        else:
            bill.value(field, left + 1.5, top + 9, room=right - left - 3)
    bill.write(f"{bill.words['client']} : {bill.sale.client.full_name}", 9, top + 19, size=1.9)
    y = bill.table(9, top + 30, end=140, shaded=rng.random() < 0.5)
    y = bill.sums(84, y + 8, end=138)
    y = bill.in_words(9, y + 3, end=138)
    bill.closing(9, y + 3)
    sheet.cut(y + rng.uniform(12, 25))


@layout("invoice", size=(170, 240), weight=0.8)
def seller_below(sheet, rng):
    """The title above all; the shop and what the law wants of it only in the footer."""
    bill = _Bill(sheet, rng, size=2.2)
    bill.write(bill.words["title"], 12, 17, size=4.2, bold=True)
    bill.labelled("number", 12, 27, end=90)
    bill.labelled("date", 12, 34, end=90)
    bill.write(bill.words["client"], 104, 18, size=1.6)
    sheet.write(bill.look.text(bill.sale.client.full_name), 104, 24, bill.look.value, room=58)
    bill.write(bill.sale.client.address, 104, 29, room=58)
    y = bill.table(12, 50, end=160, shaded=True, lead=6.8)
    y = bill.sums(98, y + 9, end=158)
    y = bill.in_words(12, y + 3, end=150) + 16
    sheet.line(12, y, 158, y, colour=bill.ink, width=0.4)
    bill.seller(85, y + 7, anchor="m", room=140)
    y += 11
    for line in bill.whereabouts():
        bill.write(line, 85, y, size=1.5, anchor="m", room=140)
        y += 3.4
    sheet.cut(y + rng.uniform(3, 8))


@layout("invoice", size=(110, 165), weight=0.8)
def counter_bill(sheet, rng):
    """A small bill from the counter: the shop centred, number and day in one line."""
    bill = _Bill(sheet, rng, size=2.0, lines=(1, 5))
    bill.seller(55, 12, anchor="m", room=94)
    y = 17
    for line in bill.whereabouts():
        bill.write(line, 55, y, size=1.5, anchor="m", room=94)
        y += 3.3
    y += 6
    bill.labelled("number", 7, y, end=54, colon="")
    bill.labelled("date", 57, y, end=104, colon="")
    if rng.random() < 0.6:
        bill.write(f"{bill.words['client']} : {bill.sale.client.full_name}", 7, y + 7, room=94)
    y = bill.table(7, y + 18, end=103, lead=5.8)
    y = bill.sums(44, y + 8, end=101)
    if rng.random() < 0.4:
        lines = (rng.choice(("ACQUITTÉ", "PAYÉ COMPTANT", "REÇU")),)
        decor.line_stamp(sheet, 24, y - 6, lines, size=2.2)
    bill.closing(55, y + 4, anchor="m")
    sheet.cut(y + rng.uniform(10, 18))


@layout("invoice", size=(135, 200), handwritten=True)
def carbon_book_by_hand(sheet, rng):
    """A leaf of a carbon book: printed lines, the rest with a pen."""
    bill = _Bill(sheet, rng, manner="hand", size=2.2, lines=(1, 4))
    bill.seller(8, 13, room=80)
    y = 18
    for line in bill.whereabouts():
        bill.write(line, 8, y, size=1.5, room=84)
        y += 3.4
    bill.write(bill.words["title"], 127, 13, size=3.0, bold=True, anchor="r", room=38)
    y += 6
    bill.labelled("number", 8, y, end=64)
    bill.labelled("date", 67, y, end=128)
    name = bill.look.text(bill.sale.client.full_name)
    box = bill.write(f"{bill.words['client']} :", 8, y + 9, size=1.9)
    sheet.dots(box[2] + 1, 127, y + 9.8)
    sheet.write(name, box[2] + 2, y + 9, bill.look.value, room=120 - box[2])
    if rng.random() < 0.4:
        text = f"Voiture {vehicles.plate(rng)}"
        sheet.write(text, 8, y + 17, bill.look.value.but(size=2.2))
    y = bill.table(8, y + 28, end=127, lead=8)
    y = bill.sums(58, y + 9, end=125, lead=8)
    decor.signature(sheet, 20, y - 4, 26)
    sheet.cut(y + rng.uniform(10, 20))
