"""Receipts of other tills and pumps: narrow paper, the total among other sums."""

from tests.papers import dates, faces, money, people
from tests.papers.layouts import layout
from tests.papers.measuring import sales
from tests.papers.sheet import Pen

WORDS = {
    "fr": (
        {"number": "Ticket", "date": "Date", "net": "TOTAL HT", "discount": "REMISE", "tax": "TVA",
         "total": "TOTAL TTC", "cash": "PAYE ESPECES", "change": "RENDU MONNAIE",
         "count": "Nb articles", "thanks": "A bientot !"},
        {"number": "No facturette", "date": "du", "net": "S/Total", "discount": "Remise client",
         "tax": "Taxe", "total": "NET A PAYER", "cash": "Recu", "change": "A rendre",
         "count": "Articles", "thanks": "Misaotra, mandra-pihaona"},
    ),
    "en": (
        {"number": "Trans. no.", "date": "Date", "net": "SUB-TOTAL", "discount": "SAVINGS",
         "tax": "VAT", "total": "TOTAL TO PAY", "cash": "CASH PAID", "change": "YOUR CHANGE",
         "count": "Items", "thanks": "Please keep your receipt"},
        {"number": "Order #", "date": "On", "net": "Net", "discount": "Discount",
         "tax": "Sales tax", "total": "TOTAL", "cash": "Tendered", "change": "Change",
         "count": "No. of items", "thanks": "Have a nice day"},
    ),
}  # fmt: skip
PUMP = {
    "fr": {"product": "Produit", "pump": "Pompe", "volume": "Volume", "price": "Prix/L",
           "total": "MONTANT TTC", "number": "Recu n°", "date": "Date", "thanks": "BONNE ROUTE"},
    "en": {"product": "Product", "pump": "Pump", "volume": "Litres", "price": "Per litre",
           "total": "AMOUNT", "number": "Receipt", "date": "Date", "thanks": "DRIVE SAFELY"},
}  # fmt: skip
DAYS = {"fr": ("slash", "short", "dot"), "en": ("english", "english_dash", "iso")}


class _Printer:
    """A roll of paper being printed, line after line."""

    def __init__(self, sheet, rng, wordings, *, lines=(1, 6)):
        self.sheet, self.rng = sheet, rng
        self.sale = sales.Sale(
            rng, wordings, names=sales.GOODS, sellers=sales.SHOPS, lines=lines, times=0.25
        )
        self.words = self.sale.words
        sheet.facts["currency"] = self.sale.till.currency.code
        sheet.colour = rng.choice(((251, 251, 250), (244, 246, 248), (248, 246, 238)))
        sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))
        style = rng.choice(("till", "till", "mono", "narrow"))
        grey = rng.choice(((36, 36, 40), (64, 62, 70), (80, 78, 92)))
        self.pen = Pen(
            faces.choose(rng, style, part=sheet.part), 2.0 if sheet.width < 65 else 2.3, grey
        )
        self.edge = sheet.width * 0.05
        self.end = sheet.width - self.edge
        self.lead = self.pen.size * rng.uniform(1.75, 2.0)
        self.y = 9.0

    def middle(self, text, *, size=1.0, field=None, bold=False):
        """A line in the middle."""
        pen = self.pen.but(size=self.pen.size * size, bold=bold)
        self.sheet.write(
            text, self.sheet.width / 2, self.y, pen, anchor="m", room=self.end - self.edge,
            field=field,
        )  # fmt: skip
        self.y += self.lead * size

    def row(self, left, right, *, size=1.0, bold=False, field=None, truth=None, tight=False):
        """Something at the left edge, something at the right one, or close behind (`tight`)."""
        pen = self.pen.but(size=self.pen.size * size, bold=bold)
        box = self.sheet.write(left, self.edge, self.y, pen, room=(self.end - self.edge) * 0.62)
        start = box[2] + pen.size * 0.9
        x, anchor = (start, "l") if tight else (self.end, "r")
        self.sheet.write(
            right, x, self.y, pen, anchor=anchor, room=self.end - start, field=field, truth=truth
        )
        self.y += self.lead * size

    def rule(self):
        """A line of signs, or some white."""
        sign = self.rng.choice(("-", "=", ".", ""))
        if sign:
            many = int((self.end - self.edge) / self.sheet.length(sign, self.pen))
            self.sheet.write(sign * many, self.edge, self.y, self.pen)
        self.y += self.lead

    def shop(self):
        """The shop and where it is."""
        self.middle(self.sale.seller, size=1.3, bold=True, field="seller")
        self.middle(f"{self.rng.choice(people.QUARTERS)}, {self.rng.choice(people.PLACES)}")
        if self.sale.language == "fr" and self.rng.random() < 0.6:
            self.middle(f"NIF {self.rng.randint(1000000000, 5999999999)}")

    def when(self, *, tight=True):
        """The number and the day with the hour."""
        sale, rng = self.sale, self.rng
        number = str(rng.randint(100, 999999)).zfill(rng.choice((1, 5, 6, 8)))
        hour = f"{rng.randint(6, 21):02}:{rng.randint(0, 59):02}"
        day = dates.written(sale.day, rng.choice(DAYS[sale.language]))
        self.row(self.words["number"], number, field="number", tight=tight)
        self.row(
            self.words["date"], f"{day} {hour}", field="date", truth=sale.day.isoformat(),
            tight=tight,
        )  # fmt: skip

    def goods(self):
        """What was bought: the name, below it how many at what price."""
        till = self.sale.till
        for line in self.sale.lines:
            if line.count > 1:
                self.row(line.name, "")
                many = f"  {line.count} x {till.number(line.price)}"
                self.row(many, till.number(line.amount))
            else:
                self.row(line.name, till.number(line.amount))

    def sums(self):
        """The total, and the sums around it that are none."""
        sale, till, words = self.sale, self.sale.till, self.words
        if sale.tax or sale.discount:
            self.row(words["net"], till.number(sale.gross))
        if sale.discount:
            self.row(words["discount"], f"-{till.number(sale.discount)}")
        if sale.tax:
            self.row(f"{words['tax']} {sale.rate}%", till.number(sale.tax))
        self.total(words["total"])
        if self.rng.random() < 0.65:
            note = {"MGA": 1000000, "KES": 50000, "MUR": 50000}.get(till.currency.code, 2000)
            given = -(-sale.total // note) * note
            self.row(words["cash"], till.number(given))
            self.row(words["change"], till.number(given - sale.total))
        if self.rng.random() < 0.4:
            self.row(words["count"], str(sum(line.count for line in sale.lines)))

    def total(self, label):
        """The total, larger than the rest or not."""
        self.y += 0.8
        sale = self.sale
        self.row(
            label, sale.till.sum(sale.total), size=self.rng.choice((1.0, 1.2, 1.4)), bold=True,
            field="total", truth=money.decimal(sale.total),
        )  # fmt: skip
        self.y += 0.6


def _receipt(sheet, rng):
    printer = _Printer(sheet, rng, WORDS)
    printer.shop()
    printer.rule()
    is_dated_first = rng.random() < 0.6
    if is_dated_first:
        printer.when()
        printer.rule()
    printer.goods()
    printer.rule()
    printer.sums()
    printer.rule()
    if not is_dated_first:
        printer.when(tight=False)
    printer.middle(printer.words["thanks"])
    sheet.cut(printer.y + rng.uniform(2, 8))


@layout("invoice", size=(57, 190), paper="receipt", weight=0.8)
def small_printer(sheet, rng):
    """A receipt of fifty-seven millimetres."""
    _receipt(sheet, rng)


@layout("invoice", size=(79, 190), paper="receipt", weight=0.9)
def cash_register(sheet, rng):
    """A receipt of a larger till."""
    _receipt(sheet, rng)


@layout("invoice", size=(70, 140), paper="receipt", weight=0.5)
def fuel_slip(sheet, rng):
    """What a pump prints: one product, litres, a price a litre, the sum."""
    printer = _Printer(sheet, rng, {key: (words,) for key, words in PUMP.items()}, lines=(1, 1))
    sale, words = printer.sale, printer.words
    sale.seller = rng.choice(("STATION BELAVENONA", "PETRO MANGORO", "ENERGIE DU BETSIBOKA"))
    is_ariary = not sale.till.currency.decimals
    cents = rng.randint(4200, 6500) * 100 if is_ariary else rng.randint(105, 229)
    litres = rng.randint(500, 6000)
    sale.total = sale.whole(litres * cents / 100)
    printer.shop()
    printer.rule()
    printer.when()
    printer.rule()
    product = rng.choice(
        ("GASOIL", "SP95", "DIESEL") if sale.language == "fr" else ("DIESEL", "ULP")
    )
    printer.row(words["pump"], f"{rng.randint(1, 8):02}")
    printer.row(words["product"], product)
    printer.row(words["volume"], f"{litres / 100:.2f} L")
    printer.row(words["price"], sale.till.number(cents))
    printer.total(words["total"])
    printer.rule()
    printer.middle(words["thanks"])
    sheet.cut(printer.y + rng.uniform(2, 8))
