"""Receipts of tills, on thermal paper: narrow, pale, the total among other sums."""

from tests.papers import decor, faces, money, people
from tests.papers.layouts import layout
from tests.papers.sheet import Pen
from tests.papers.tuning.invoice import Bill

SHOPS = (
"STATION MAHAVELONA", "SUPER U TSENA", "SHOP LIANTSOA", "PHARMACIE ROVA",
    "KEDAI SERI MAJU",
"JUMBO VATO", "STATION ANKADY", "LEADER FITSIMBINANA", "RESTAURANT LE ZEBU",
        "SUNNY MART SDN BHD",
        "HARBOUR HARDWARE",
)  # fmt: skip
WORDS = {
"fr": (
{"number": "TICKET N°", "date": "DATE", "net": "SOUS-TOTAL", "tax": "TVA 20%",
               "total": "TOTAL", "cash": "ESPECES", "change": "RENDU",
               "thanks": "MERCI DE VOTRE VISITE"},
{"number": "Reçu", "date": "Le", "net": "Total HT", "tax": "dont TVA",
        "total": "A PAYER",
               "cash": "Espèces", "change": "Monnaie", "thanks": "Misaotra tompoko !"},
),
"en": (
{"number": "RECEIPT NO:", "date": "DATE:", "net": "SUBTOTAL", "tax": "TAX",
        "total": "TOTAL",
               "cash": "CASH", "change": "CHANGE", "thanks": "THANK YOU, COME AGAIN"},
{"number": "Bill #", "date": "Date", "net": "Sub Total", "tax": "GST 6%",
               "total": "Grand Total", "cash": "Cash Tendered", "change": "Change Due",
               "thanks": "Goods sold are not returnable"},
),
}  # fmt: skip
GOODS = {
    "fr": ("GASOIL 20L", "SANS PLOMB 95", "HUILE 5W40 1L", "EAU VIVE 1.5L", "PAIN", "RIZ 5KG",
    "SAVON",
           "CAFE MOULU", "LAIT CONC.", "AMPOULE LED", "PILES AA X4", "YAOURT X6"),
    "en": ("DIESEL 20L", "UNLEADED 95", "ENGINE OIL 1L", "WATER 1.5L", "BREAD", "RICE 5KG", "SOAP",
           "GROUND COFFEE", "LED BULB", "BATTERIES AA", "NAILS 2IN", "PAINT BRUSH"),
}  # fmt: skip


class _Roll:
    """A receipt coming out of a till, line after line."""

    def __init__(self, sheet, rng):
        self.sheet, self.rng = sheet, rng
        self.bill = Bill(rng, words=WORDS, lines=(2, 7), language=rng.choice(("fr", "fr", "en")))
        self.bill.seller = rng.choice(SHOPS)
        self.words = self.bill.words
        sheet.facts["currency"] = self.bill.till.currency.code
        sheet.colour = rng.choice(((250, 250, 250), (246, 246, 240), (240, 242, 246)))
        sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))
        grey = rng.choice(((40, 40, 44), (70, 68, 76), (88, 84, 96)))
        style = rng.choice(("till", "till", "typewriter", "narrow"))
        # Large enough for what it must say, small enough for the paper.
        self.pen = Pen(
            faces.choose(rng, style, part=sheet.part), 2.0 if sheet.width < 65 else 2.3, grey
        )
        self.edge = 4 if sheet.width > 65 else 3
        self.end = sheet.width - self.edge
        self.y = 10.0
        self.lead = self.pen.size * rng.uniform(1.75, 2.0)

    def centred(self, text, *, size=1.0, bold=False, field=None):
        """A line in the middle."""
        pen = self.pen.but(size=self.pen.size * size, bold=bold)
        self.sheet.write(text, self.sheet.width / 2, self.y, pen, anchor="m",
                         room=self.end - self.edge, field=field)  # fmt: skip
        self.y += self.lead * max(1, size)

    def pair(self, label, text, *, field=None, truth=None, size=1.0, bold=False):
        """A word at the left, a sum at the right."""
        pen = self.pen.but(size=self.pen.size * size, bold=bold)
        box = self.sheet.write(label, self.edge, self.y, pen)
        room = self.end - box[2] - 1
        self.sheet.write(
            text, self.end, self.y, pen, anchor="r", room=room, field=field, truth=truth
        )
        self.y += self.lead * max(1, size)

    def beside(self, label, text, *, field=None, truth=None):
        """A word and what follows it."""
        box = self.sheet.write(label, self.edge, self.y, self.pen)
        start = box[2] + self.pen.size
        self.sheet.write(
            text, start, self.y, self.pen, room=self.end - start, field=field, truth=truth
        )
        self.y += self.lead

    def rule(self):
        """A line of signs."""
        sign = self.rng.choice("-=*")
        many = int((self.end - self.edge) / self.sheet.length(sign, self.pen))
        self.sheet.write(sign * many, self.edge, self.y, self.pen)
        self.y += self.lead

    def head(self):
        """The shop."""
        self.centred(self.bill.seller, size=1.35, bold=True, field="seller")
        self.y += 1
        self.centred(self.rng.choice(people.PLACES))
        self.centred(f"TEL {people.phone(self.rng)}")
        if self.bill.language == "fr" and self.rng.random() < 0.6:
            self.centred(f"NIF {self.rng.randint(1000000000, 5999999999)}")

    def when(self):
        """Number and day, with the hour."""
        day, manner = (
            self.bill.day,
            self.rng.choice(("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%Y-%m-%d")),
        )
        hour = f"{self.rng.randint(7, 20):02}:{self.rng.randint(0, 59):02}"
        self.bill.number = str(self.rng.randint(1, 999999)).zfill(self.rng.choice((1, 4, 6)))
        self.beside(self.words["number"], self.bill.number, field="number")
        self.beside(
            self.words["date"], f"{day:{manner}} {hour}", field="date", truth=day.isoformat()
        )

    def goods(self):
        """What was bought."""
        names = self.rng.sample(GOODS[self.bill.language], len(self.bill.lines))
        for name, (_, count, price, amount) in zip(names, self.bill.lines, strict=True):
            if self.sheet.width > 65 and count > 1:
                name = f"{count} x {name}"
            elif count > 1:
                self.beside(f" {count} x", self.bill.till.number(price))
            self.pair(name, self.bill.till.number(amount))

    def sums(self):
        """The total, and the sums around it that are none."""
        bill, till = self.bill, self.bill.till
        if bill.has_tax:
            self.pair(self.words["net"], till.number(bill.net))
            self.pair(self.words["tax"], till.number(bill.tax))
        self.y += 0.8
        self.pair(
            self.words["total"], till.sum(bill.total), field="total", bold=True,
            truth=money.decimal(bill.total), size=self.rng.choice((1.0, 1.25)),
        )  # fmt: skip
        self.y += 0.8
        if self.rng.random() < 0.7:
            note = 500000 if till.currency.code == "MGA" else 5000
            given = -(-bill.total // note) * note
            self.pair(self.words["cash"], till.number(given))
            self.pair(self.words["change"], till.number(given - bill.total))


def _roll(sheet, rng):
    roll = _Roll(sheet, rng)
    roll.head()
    roll.rule()
    if rng.random() < 0.5:
        roll.when()
        roll.rule()
        roll.goods()
    else:
        roll.goods()
        roll.rule()
    is_dated = "date" in sheet.fields
    roll.sums()
    roll.rule()
    if not is_dated:
        roll.when()
    roll.centred(roll.words["thanks"])
    if rng.random() < 0.2:
        decor.line_stamp(sheet, sheet.width * 0.6, roll.y, ("PAYÉ",), size=2.6)
    sheet.cut(roll.y + 6)


@layout("invoice", size=(78, 170), paper="receipt", weight=1.4)
def till_roll(sheet, rng):
    """A receipt of eighty millimetres."""
    _roll(sheet, rng)


@layout("invoice", size=(58, 160), paper="receipt", weight=0.8)
def narrow_roll(sheet, rng):
    """A receipt of fifty-eight millimetres, of a small printer."""
    _roll(sheet, rng)


@layout("invoice", size=(80, 175), paper="receipt", weight=0.9)
def wide_roll(sheet, rng):
    """A receipt of a larger shop."""
    _roll(sheet, rng)
