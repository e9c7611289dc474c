"""People who do not exist: names, births, homes, numbers, drawn from a seed."""

import datetime
from dataclasses import dataclass

# Surnames are put together here, so that none is taken from a list of people.
OPENINGS = ("RAKOTO", "RAZAFI", "ANDRIA", "RANDRIA", "RAVELO", "RASOA", "RABE", "RATSI", "RAHARI")
MIDDLES = ("NAMBI", "MANA", "NJATO", "HARI", "ZAFY", "MALALA", "TIANA", "SOLO", "FANO", "MIHA", "")
ENDINGS = ("NINA", "SOA", "RIVELO", "MANANA", "NIRINA", "VOLOLO", "RISON", "NJAKA", "MBOLA", "LALA")
SHORT = (
    "RABE",
    "ZAFY",
    "JAO",
    "SOLO",
    "MBOTY",
    "TSARA",
    "VELO",
    "BEMA",
    "RANDRIA",
    "TOTO",
    "LEZOMA",
)
FIRST = (
    "Tsiky", "Hery", "Lova", "Mialy", "Fanja", "Toky", "Ony", "Sitraka", "Nambinina", "Voahirana",
    "Tahiry", "Andry", "Haingo", "Miora", "Rindra", "Fitia", "Jean", "Marie", "Paul", "Éric",
    "Hélène", "Florent", "Justin", "Odette", "René", "Francine", "Désiré", "Clarisse", "Olivier",
    "Noëline", "Tojo", "Mamy", "Solofo", "Zo", "Vola", "Bakoly", "Lalaina", "Faniry",
)  # fmt: skip
PLACES = (
    "Antananarivo", "Antsirabe", "Ambositra", "Fianarantsoa", "Toamasina", "Mahajanga", "Toliara",
    "Antsiranana", "Moramanga", "Ambatondrazaka", "Manakara", "Mananjary", "Betafo", "Miarinarivo",
    "Arivonimamo", "Ambatolampy", "Tsiroanomandidy", "Morondava", "Sambava", "Antalaha", "Vohemar",
    "Farafangana", "Ihosy", "Sakaraha", "Marovoay", "Maevatanana", "Fenoarivo Atsinanana",
    "Ambilobe",
    "Nosy Be", "Vatomandry", "Ambohidratrimo", "Manjakandriana", "Ankazobe", "Soavinandriana",
    "Port-Bergé", "Ampanihy", "Betioky Atsimo", "Amparafaravola", "Ambalavao", "Ikalamavony",
)  # fmt: skip
QUARTERS = (
    "Ankorondrano", "Isotry", "Ambohimanarina", "Itaosy", "Andoharanofotsy", "Ivandry",
    "Ampefiloha",
    "Analakely", "Tanambao", "Mahavoky", "Anjoma", "Ambatomena", "Tsaramandroso", "Ampasika",
    "Mangarivotra", "Antanimena", "Talatamaty", "Besarety", "Ambodivona", "Tanjombato",
)  # fmt: skip
TRADES = (
    "Commerçante", "Cultivateur", "Chauffeur", "Enseignant", "Étudiante", "Mécanicien",
    "Infirmière",
    "Couturière", "Comptable", "Maçon", "Agent de l'État", "Ménagère", "Pêcheur", "Menuisier",
    "Mpamboly", "Mpivarotra", "Sans profession", "Ingénieur", "Secrétaire", "Artisan",
)  # fmt: skip
# The first figure is the province; the districts run on behind it, with holes.
DISTRICTS = {1: 20, 2: 25, 3: 18, 4: 23, 5: 21, 7: 19}


@dataclass(frozen=True)
class Person:
    """Somebody invented, as papers know him."""

    surname: str
    given_names: str
    sex: str
    birth_date: datetime.date
    birth_place: str
    number: str
    father: str
    mother: str
    address: str
    quarter: str
    occupation: str

    @property
    def full_name(self):
        """Surname in capitals, given names behind it."""
        return f"{self.surname} {self.given_names}".strip()


def surname(rng):
    """A surname, mostly a long one."""
    if rng.random() < 0.15:
        return rng.choice(SHORT)
    name = rng.choice(OPENINGS) + rng.choice(MIDDLES) + rng.choice(ENDINGS)
    return name if len(name) <= 20 else name[:12] + rng.choice(("SOA", "NIRINA", "LALA"))


def given_names(rng):
    """One to three given names; some people have none."""
    if rng.random() < 0.04:
        return ""
    names = rng.sample(FIRST, rng.choice((1, 2, 2, 2, 3)))
    return (" " if rng.random() < 0.9 else "-").join(names)


def date_between(rng, first, last):
    """A day of the years from `first` to `last`."""
    start = datetime.date(first, 1, 1).toordinal()
    return datetime.date.fromordinal(rng.randint(start, datetime.date(last, 12, 31).toordinal()))


def address(rng):
    """Where somebody lives, as people write it: a lot, and the quarter."""
    lot = rng.choice(("II", "IV", "VT", "III", "VF", "A", "IB", "67 Ha"))
    letter, number = rng.choice("ABCEGHKMNPRSTVY"), rng.randint(2, 289)
    end = rng.choice(("", "", " Bis", " Ter", f"/{rng.randint(1, 9)}"))
    return f"Lot {lot} {letter} {number}{end} {rng.choice(QUARTERS)}"


def phone(rng):
    """A number to call; nobody answers."""
    first, middle, last = rng.randint(2, 8), rng.randint(100, 999), rng.randint(10, 99)
    return f"03{first} {rng.randint(10, 99)} {middle} {last}"


def number(rng, sex):
    """Twelve digits: district, commune, sex, serial. Some districts exist on no list."""
    province = rng.choice(tuple(DISTRICTS))
    district = rng.randint(1, DISTRICTS[province]) if rng.random() < 0.85 else rng.randint(30, 99)
    figure = 1 if sex == "M" else 2
    return f"{province}{district:02}{rng.randint(1, 39):02}{figure}{rng.randint(1, 999999):06}"


def person(rng):
    """Somebody of eighteen to ninety."""
    sex = rng.choice("MF")
    return Person(
        surname=surname(rng),
        given_names=given_names(rng),
        sex=sex,
        birth_date=date_between(rng, 1936, 2006),
        birth_place=rng.choice(PLACES),
        number=number(rng, sex),
        father=f"{surname(rng)} {rng.choice(FIRST)}" if rng.random() < 0.9 else surname(rng),
        mother=f"{surname(rng)} {rng.choice(FIRST)}",
        address=address(rng),
        quarter=rng.choice(QUARTERS),
        occupation=rng.choice(TRADES),
    )
