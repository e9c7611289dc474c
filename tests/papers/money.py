"""How sums are written: currency before or behind, thousands and cents as a country has them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Currency:
    """A currency: how it is named on paper, its decimals, its separators."""

    code: str
    before: tuple
    behind: tuple
    decimals: int
    thousands: tuple
    point: str
    unit: int  # what a small article costs, roughly


CURRENCIES = {
    "MGA": Currency(
        "MGA", ("",), ("Ar", "Ar", "MGA", "ARIARY", ""), 0, (" ", " ", ".", ""), ",", 20000
    ),
    "EUR": Currency("EUR", ("",), ("€", "EUR", ""), 2, (" ", ""), ",", 12),
    "USD": Currency("USD", ("$", "USD ", ""), ("",), 2, (",",), ".", 12),
    "GBP": Currency("GBP", ("£", ""), ("",), 2, (",",), ".", 10),
    "MYR": Currency("MYR", ("RM", "RM ", ""), ("",), 2, (",", ""), ".", 15),
    "MUR": Currency("MUR", ("Rs ", "MUR "), ("",), 2, (",",), ".", 300),
    "ZAR": Currency("ZAR", ("R ", "R"), ("",), 2, (",", " "), ".", 120),
    "KES": Currency("KES", ("KSh ", "KES "), ("",), 2, (",",), ".", 900),
}


class Till:
    """Writes sums in one currency and one manner, as one shop does."""

    def __init__(self, rng, codes):
        self.currency = CURRENCIES[rng.choice(codes)]
        self.before = rng.choice(self.currency.before)
        self.behind = rng.choice(self.currency.behind)
        self.thousands = rng.choice(self.currency.thousands)
        # Ariary have no cents; some programs print them all the same.
        self.decimals = self.currency.decimals or rng.choice((0, 0, 0, 2))
        self.point = "." if self.thousands == "," else self.currency.point

    def number(self, cents):
        """A sum in hundredths as figures alone."""
        whole = f"{cents // 100:,}".replace(",", self.thousands)
        return whole + (f"{self.point}{cents % 100:02}" if self.decimals else "")

    def sum(self, cents):
        """A sum with its currency."""
        return f"{self.before}{self.number(cents)} {self.behind}".strip()

    def price(self, rng, *, times=1):
        """A price in hundredths: whole and round in ariary, with cents elsewhere."""
        amount = self.currency.unit * times * rng.uniform(0.2, 6)
        if self.currency.decimals:
            return max(50, round(amount * 100 / 5) * 5)
        return max(1, round(amount / 500)) * 500 * 100


def decimal(cents):
    """A sum as the truth has it."""
    return f"{cents // 100}.{cents % 100:02}"


UNITS = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
)  # fmt: skip
TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante", 8: "quatre-vingt"}


def in_words(number):
    """A whole number in French words, as an invoice is closed with."""
    for step, name in ((10**9, "milliard"), (10**6, "million"), (1000, "mille"), (100, "cent")):
        if number >= step:
            many, rest = divmod(number, step)
            start = name if many == 1 and step <= 1000 else f"{in_words(many)} {name}"
            start += "s" if many > 1 and step >= 10**6 else ""
            return f"{start} {in_words(rest)}".strip() if rest else start
    if number < 20:
        return UNITS[number]
    tens, rest = divmod(number, 10)
    if tens in (7, 9):
        tens, rest = tens - 1, rest + 10
    return f"{TENS[tens]}-{UNITS[rest]}" if rest else TENS[tens]
