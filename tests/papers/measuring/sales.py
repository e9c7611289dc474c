"""What was sold, by whom and when: what the measured invoices and receipts say."""

import datetime
from dataclasses import dataclass

from tests.papers import money, people

SELLERS = (
    "GARAGE TSIMBAZA", "MÉCANIQUE DU PORT", "AUTO PIÈCES KINTANA", "Établissements Razay & Fils",
    "SARL LALANA SERVICES", "PNEUMATIQUES DU SUD", "CENTRE AUTO MIARAKA", "Atelier des Collines",
    "VOATAVO TRADING", "HIGHLAND SPARES LTD", "RIVERSIDE MOTORS", "Coral Bay Auto Repair",
)  # fmt: skip
SHOPS = (
    "MINI PRIX TSARALALANA", "STATION BELAVENONA", "ÉPICERIE MAMINIAINA", "BOULANGERIE DU LAC",
    "PHARMACIE AMBATOVY", "CAFE LES JACARANDAS", "OAK STREET GROCERS", "LAGOON SUPERMARKET",
    "PETRO MANGORO",
)  # fmt: skip
ARTICLES = {
    "fr": (
        "Révision générale", "Filtre à air", "Disques de frein", "Pneu 205/55 R16", "Forfait pose",
        "Huile moteur 5 L", "Kit embrayage", "Bougie de préchauffage", "Liquide refroidissement",
        "Géométrie", "Essuie-glace", "Phare avant gauche", "Joint de culasse", "Roulement roue AV",
    ),
    "en": (
        "Full service", "Air filter", "Brake discs", "Tyre 205/55 R16", "Fitting", "Engine oil 5 L",
        "Clutch kit", "Glow plug", "Coolant", "Wheel balancing", "Headlight bulb", "Battery check",
    ),
}  # fmt: skip
GOODS = {
    "fr": ("SP95", "FARINE 1KG", "SUCRE ROUX", "THE VERT", "JUS LETCHI 1L", "BISCUITS",
           "CAHIER 96P", "LESSIVE 500G", "OEUFS X10", "TOMATES", "BAGUETTE", "CHARGEUR"),
    "en": ("MILK 1L", "BROWN SUGAR", "EGGS X12", "ORANGE JUICE", "NOTEBOOK A5", "DETERGENT", "TEA",
           "TOMATOES", "BAGUETTE", "USB CABLE", "FLOUR 1KG"),
}  # fmt: skip
DAYS = {
    "fr": ("slash", "slash", "dot", "dash", "french", "weekday", "short", "short_dot"),
    "en": ("english", "english_dash", "english_long", "english_ordinal", "iso"),
}


@dataclass(frozen=True)
class Line:
    """One article: how many at what price, in hundredths."""

    name: str
    count: int
    price: int

    @property
    def amount(self):
        """What they come to."""
        return self.count * self.price


class Sale:
    """Lines, discount, tax and total in hundredths, with who sold, when, and the number."""

    def __init__(self, rng, wordings, *, names, sellers, lines, times=1):
        self.language = rng.choice(("fr", "fr", "en"))
        codes = {"fr": ("MGA", "MGA", "EUR"), "en": ("USD", "USD", "GBP", "MUR", "KES", "MGA")}
        self.till = money.Till(rng, codes[self.language])
        self.words = rng.choice(wordings[self.language])
        self.seller = rng.choice(sellers)
        self.lines = [
            Line(name, rng.choice((1, 1, 1, 2, 3)), self.till.price(rng, times=times))
            for name in rng.sample(names[self.language], rng.randint(*lines))
        ]
        self.gross = sum(line.amount for line in self.lines)
        self.discount = self.whole(self.gross * 0.05) if rng.random() < 0.15 else 0
        self.net = self.gross - self.discount
        self.rate = rng.choice((0, 20, 20) if self.language == "fr" else (0, 10, 15))
        self.tax = self.whole(self.net * self.rate / 100)
        self.total = self.net + self.tax
        self.day = people.date_between(rng, 2015, 2025)
        self.due = self.day + datetime.timedelta(days=rng.choice((15, 30, 60)))
        self.number = _number(rng, self.day.year)
        self.client = people.person(rng)

    def whole(self, cents):
        step = 1 if self.till.currency.decimals else 100
        return round(cents / step) * step


def _number(rng, year):
    running = rng.randint(1, 9999)
    return rng.choice(
        (
            f"FAC-{year}-{running:04}", f"{year}/{running:05}", f"{running:05}",
            f"F{running:05}/{year % 100}", f"{year % 100}{rng.randint(1, 12):02}-{running:04}",
            f"{rng.choice('ABGV')}{running:06}", f"{running}-{year}",
        )
    )  # fmt: skip
