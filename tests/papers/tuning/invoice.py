"""Invoices of garages and shops, on paper, in French and English, printed or by hand."""

from tests.papers import dates, decor, faces, look, money, people, prose, vehicles
from tests.papers.layouts import layout
from tests.papers.sheet import Pen

SELLERS = (
"GARAGE MAHASOA", "MECA PLUS TANA", "AUTO SERVICE DU LAC", "ETS RAVINALA",
        "PNEUS ET JANTES 2000",
        "TOP AUTO SARL", "GARAGE LE BAOBAB", "QUINCAILLERIE VONJY", "BLUE RIVER MOTORS",
        "CITY TYRES LTD",
"ATELIER FITAMBARANA", "ESPACE AUTO IVATO", "GARAGE DE LA DIGUE", "SOCIETE TAHIRY AUTO",
        "PIECES AUTO VOLA", "CARROSSERIE MIRANA", "MADA DIESEL SARLU", "GREENFIELD GARAGE",
        "NORTHSIDE AUTO PARTS", "STATION SOAVITA",
)  # fmt: skip
ARTICLES = {
    "fr": (
        "Vidange moteur", "Filtre à huile", "Plaquettes de frein AV", "Pneu 195/65 R15",
        "Main d'oeuvre",
        "Batterie 70 Ah", "Courroie de distribution", "Bougies (x4)", "Liquide de frein DOT4",
        "Parallélisme", "Amortisseur AR", "Ampoule H4", "Lavage complet", "Rotule de direction",
    ),
    "en": (
        "Oil change", "Oil filter", "Front brake pads", "Tyre 195/65 R15", "Labour", "Battery 70Ah",
        "Timing belt", "Spark plugs (x4)", "Brake fluid DOT4", "Wheel alignment", "Wiper blades",
    ),
}  # fmt: skip
WORDS = {
"fr": (
{"title": "FACTURE", "number": "Facture N° :", "date": "Date :", "net": "Total HT",
             "tax": "TVA 20 %", "total": "TOTAL TTC", "client": "Client :", "due": "Échéance :",
             "head": ("Désignation", "Qté", "P.U.", "Montant"), "paid": "Acompte"},
            {"title": "FACTURE", "number": "N°", "date": "Antananarivo, le", "net": "Sous-total",
             "tax": "TVA", "total": "NET A PAYER", "client": "Doit :", "due": "Payable avant le",
             "head": ("LIBELLE", "QTE", "PRIX UNIT.", "TOTAL"), "paid": "Avance"},
{"title": "FACTURE", "number": "Référence facture", "date": "Date de facturation",
             "net": "MONTANT HT", "tax": "T.V.A.", "total": "MONTANT TTC", "client": "Adressée à",
             "due": "Date limite", "head": ("Article", "Quantité", "Prix", "Valeur"),
             "paid": "Déjà réglé"},
            {"title": "FAKTIORA / FACTURE", "number": "Laharana / N°", "date": "Daty / Date",
             "net": "Total hors taxes", "tax": "TVA", "total": "Total à payer",
             "client": "Mpividy / Client",
             "due": "Échéance", "head": ("Entana", "Isa", "Vidiny", "Sandany"), "paid": "Arrhes"},
),
"en": (
{"title": "INVOICE", "number": "Invoice No:", "date": "Date:", "net": "Subtotal",
             "tax": "VAT 15%", "total": "TOTAL", "client": "Bill to:", "due": "Due date:",
             "head": ("Description", "Qty", "Unit price", "Amount"), "paid": "Deposit"},
{"title": "TAX INVOICE", "number": "Invoice #", "date": "Invoice date",
             "net": "Net amount",
             "tax": "Sales tax", "total": "Amount due", "client": "Customer", "due": "Payment due",
             "head": ("Item", "Qty", "Rate", "Line total"), "paid": "Prepaid"},
),
}  # fmt: skip


def invoice_number(rng, year):
    """A number as shops count."""
    running = rng.randint(1, 9999)
    return rng.choice(
        (
            f"{running:04}/{year}", f"FA{year}-{running:05}", f"F{year}{running:04}",
            f"{running:06}",
            f"{running:03}-{rng.randint(1, 12):02}/{year % 100}", f"INV-{running:05}",
            f"{year % 100}/{running}",
        )
    )  # fmt: skip


class Bill:
    """What was sold: lines, net, tax, total, all in hundredths, and who sold it when."""

    def __init__(self, rng, *, words, language=None, lines=(2, 6)):
        self.rng = rng
        self.language = language or rng.choice(("fr", "fr", "fr", "en"))
        codes = (
            ("MGA", "MGA", "MGA", "EUR") if self.language == "fr" else tuple(money.CURRENCIES)[2:]
        )
        self.till = money.Till(rng, codes)
        self.day = people.date_between(rng, 2016, 2025)
        self.number = invoice_number(rng, self.day.year)
        self.seller = rng.choice(SELLERS)
        names = rng.sample(ARTICLES[self.language], rng.randint(*lines))
        self.lines = []
        for name in names:
            count, price = (
                rng.choice((1, 1, 1, 2, 4)),
                self.till.price(rng, times=rng.choice((1, 4))),
            )
            self.lines.append((name, count, price, count * price))
        self.net = sum(line[3] for line in self.lines)
        self.has_tax = rng.random() < 0.6
        step = 1 if self.till.currency.decimals else 100
        self.words = rng.choice(words[self.language])
        rate = int("".join(sign for sign in self.words["tax"] if sign.isdigit()) or 20)
        self.tax = round(self.net * rate / 100 / step) * step if self.has_tax else 0
        self.total = self.net + self.tax
        self.client = people.person(rng)


class Blank:
    """An invoice being written: the bill, its look, the words of one shop."""

    def __init__(self, sheet, rng, *, manner=None, language=None, size=2.1):
        self.sheet, self.rng = sheet, rng
        manner = manner or rng.choice(("printed", "printed", "typed"))
        self.bill = Bill(rng, words=WORDS, language=language)
        self.words = self.bill.words
        sheet.facts["currency"] = self.bill.till.currency.code
        self.look = look.choose(rng, sheet.part, manner=manner, size=size, label=1.8)
        english = ("dash", "slash", "english", "english_long", "iso")
        french = (*dates.FIGURES, "french", "short")
        self.look.days = rng.choice(french if self.bill.language == "fr" else english)
        self.look.value = self.look.value.but(bold=False)
        sheet.colour = rng.choice(
            ((252, 252, 252), (250, 248, 240), (244, 248, 250), (252, 244, 220))
        )
        sheet.image.paste(sheet.colour, (0, 0, sheet.image.width, sheet.image.height))

    def seller(self, x, y, *, anchor="l", room=None):
        """The shop's name, and below it what the law wants said of it."""
        rng, sheet, bill = self.rng, self.sheet, self.bill
        style = rng.choice(("sans", "serif"))
        ink = rng.choice(((20, 40, 110), (150, 30, 30), (20, 20, 24), (20, 90, 60)))
        pen = Pen(
            faces.choose(rng, style, part=self.sheet.part), rng.uniform(3.0, 4.2), ink, bold=True
        )
        sheet.write(bill.seller, x, y, pen, anchor=anchor, room=room, field="seller")
        small = self.look.label.but(size=1.5)
        lines = [
            f"{people.address(rng)} - {rng.choice(people.PLACES)}",
            f"Tél. {people.phone(rng)}",
        ]
        if bill.language == "fr":
            nif = rng.randint(1000000000, 6999999999)
            lines.append(
                f"NIF {nif}  STAT {rng.randint(10000, 99999)} 11 {rng.randint(2000, 2022)} 0 00123"
            )
        for line in lines:
            y += 3.4
            sheet.write(line, x, y, small, anchor=anchor, room=room)
        return y + 6

    def say(self, word, text, x, y, *, field=None, truth=None, anchor="l", end=None):
        """A label and its value; with `anchor` r the value ends at `end`."""
        box = self.sheet.write(self.words[word], x, y, self.look.label.but(size=1.9))
        at = end if anchor == "r" else box[2] + 1.5
        room = (end - box[2] - 1.5) if end else None
        self.sheet.write(
            text, at, y, self.look.value, anchor=anchor, room=room, field=field, truth=truth
        )

    def number(self, x, y, *, end):
        """The invoice's number."""
        self.say("number", self.bill.number, x, y, field="number", end=end)

    def date(self, x, y, *, end):
        """Its day."""
        self.say("date", self.look.day(self.bill.day), x, y, field="date",
                 truth=self.bill.day.isoformat(), end=end)  # fmt: skip

    def client(self, x, y, *, end):
        """Who bought, sometimes with his car's plate."""
        self.say("client", self.look.text(self.bill.client.full_name), x, y, end=end)
        if self.rng.random() < 0.5:
            text = f"Véhicule {vehicles.plate(self.rng)}"
            self.sheet.write(text, x, y + 5, self.look.label.but(size=1.9))

    def table(self, x, y, *, end, lead=6, ruled=True):
        """The articles; return the height below them."""
        sheet, pen = self.sheet, self.look.value
        wide = end - x
        edges = (x + wide * 0.54, x + wide * 0.78, end)
        head = self.look.label.but(size=1.8, bold=True)
        sheet.write(self.words["head"][0], x + 1, y, head)
        for word, edge in zip(self.words["head"][1:], edges, strict=True):
            sheet.write(word, edge - 1, y, head, anchor="r", room=wide * 0.2)
        top = y - 4
        sheet.line(x, y + 1.8, end, y + 1.8)
        for name, count, price, amount in self.bill.lines:
            y += lead
            sheet.write(name, x + 1, y, pen, room=wide * 0.42)
            texts = str(count), self.bill.till.number(price), self.bill.till.number(amount)
            for text, edge in zip(texts, edges, strict=True):
                sheet.write(text, edge - 1, y, pen, anchor="r", room=wide * 0.21)
        y += 2.5
        sheet.line(x, y, end, y)
        if ruled:
            for edge in (x, x + wide * 0.46, x + wide * 0.56, x + wide * 0.79, end):
                sheet.line(edge, top, edge, y)
            sheet.line(x, top, end, top)
        return y

    def sums(self, x, y, *, end, lead=5.6):
        """Net, tax, total; and now and then what was paid already, which is no total."""
        bill = self.bill
        if bill.has_tax or self.rng.random() < 0.4:
            self.say("net", bill.till.sum(bill.net), x, y, anchor="r", end=end)
            y += lead
        if bill.has_tax:
            self.say("tax", bill.till.sum(bill.tax), x, y, anchor="r", end=end)
            y += lead
        plain, label = self.look.value, self.look.label
        self.look.value, self.look.label = plain.but(bold=True), label.but(bold=True)
        self.say(
            "total", bill.till.sum(bill.total), x, y, field="total",
            truth=money.decimal(bill.total), anchor="r", end=end,
        )  # fmt: skip
        self.look.value, self.look.label = plain, label
        return y + lead

    def title(self, x, y, *, anchor="m"):
        """The word for what it is."""
        pen = self.look.heading.but(size=3.4)
        self.sheet.write(self.words["title"], x, y, pen, anchor=anchor)

    def foot(self, x, y, *, end):
        """What closes an invoice: the sum in words, what is asked of the client; then the edge."""
        small = self.look.label.but(size=1.7)
        if self.bill.language == "fr" and self.rng.random() < 0.6:
            code = self.bill.till.currency.code
            coin = {"MGA": "ariary", "EUR": "euros"}.get(code, code)
            words = money.in_words(self.bill.total // 100)
            parts = (("Arrêtée la présente facture à la somme de :", small),
                     (f"{words} {coin}.", self.look.value.but(size=1.9)))  # fmt: skip
            y = prose.flow(self.sheet, self.rng, parts, x, y, end=end, lead=5) + 7
        text = "Les marchandises vendues ne sont ni reprises ni échangées."
        if self.bill.language == "en":
            text = "Goods remain our property until paid in full. E. & O. E."
        self.sheet.write(text, x, y, small.but(size=1.4), room=end - x)
        if self.rng.random() < 0.7:
            self.sheet.cut(y + self.rng.uniform(14, 40))

    def sealed(self, x, y):
        """The shop's stamp."""
        if self.rng.random() < 0.6:
            lines = (self.bill.seller, self.rng.choice(("PAYÉ", "Le Gérant", "La Caisse", "PAID")))
            decor.line_stamp(self.sheet, x, y, lines)


@layout("invoice", size=(148, 190), weight=1.2)
def garage_sheet(sheet, rng):
    """A garage's A5: the shop at the top left, the client at the right."""
    paper = Blank(sheet, rng)
    y = paper.seller(9, 12, room=90)
    paper.title(110, 14)
    paper.number(9, y + 3, end=76)
    paper.date(80, y + 3, end=141)
    paper.client(9, y + 11, end=138)
    y = paper.table(8, y + 27, end=140)
    y = paper.sums(80, y + 7, end=139)
    paper.sealed(44, y - 2)
    paper.foot(9, y + 6, end=138)


@layout("invoice", size=(180, 180), weight=0.7)
def wide_invoice(sheet, rng):
    """A wide sheet: number and day boxed at the right."""
    paper = Blank(sheet, rng, size=2.4)
    y = paper.seller(90, 14, anchor="m", room=150)
    sheet.frame(112, y, 172, y + 17)
    paper.title(30, y + 8)
    paper.number(114, y + 6, end=170)
    paper.date(114, y + 13, end=170)
    paper.client(10, y + 22, end=150)
    y = paper.table(10, y + 40, end=170, ruled=False)
    y = paper.sums(104, y + 8, end=169)
    paper.sealed(50, y - 2)
    paper.foot(10, y + 8, end=165)


@layout("invoice", size=(148, 200), weight=1.2)
def shop_sheet(sheet, rng):
    """The title first, the shop centred below it."""
    paper = Blank(sheet, rng)
    paper.title(74, 11)
    y = paper.seller(74, 20, anchor="m", room=130)
    paper.client(8, y, end=140)
    paper.date(8, y + 11, end=70)
    paper.number(76, y + 11, end=142)
    y = paper.table(8, y + 22, end=140, lead=6.4)
    y = paper.sums(70, y + 7, end=139)
    paper.sealed(40, y)
    paper.foot(8, y + 9, end=138)


@layout("invoice", size=(190, 150), weight=0.8)
def landscape_invoice(sheet, rng):
    """A sheet on its long side: the shop at the right."""
    paper = Blank(sheet, rng, size=2.3)
    y = paper.seller(182, 13, anchor="r", room=120)
    paper.title(10, 14, anchor="l")
    paper.number(10, 22, end=80)
    paper.date(10, 29, end=80)
    paper.client(10, y + 6, end=150)
    y = paper.table(10, y + 20, end=180, ruled=rng.random() < 0.5)
    y = paper.sums(110, y + 7, end=179)
    paper.foot(10, y, end=105)


def _book(sheet, rng):
    paper = Blank(sheet, rng, manner="hand", language="fr", size=2.3)
    y = paper.seller(8, 11, room=80)
    paper.number(8, y + 2, end=62)
    paper.date(66, y + 2, end=140)
    paper.client(8, y + 10, end=138)
    y = paper.table(8, y + 25, end=140, lead=7.5)
    y = paper.sums(66, y + 8, end=139, lead=7.5)
    paper.sealed(34, y - 2)
    paper.foot(8, y + 7, end=136)


@layout("invoice", size=(148, 150), handwritten=True)
def invoice_book(sheet, rng):
    """A leaf of an invoice book, filled in with a pen."""
    _book(sheet, rng)


@layout("invoice", size=(148, 155), handwritten=True)
def invoice_book_wide(sheet, rng):
    """Another shop's book."""
    _book(sheet, rng)
