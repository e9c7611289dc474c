"""People and vehicles that do not exist, invented from a seed."""

import random
from datetime import date, timedelta


def _words(text: str) -> list[str]:
    return text.split()


STEMS = _words("RAKOTO RANDRIA RAZAFI RASOLO ANDRIA RAVELO RABE RATSIMBA RAHARI RAZANA RAJAO")
TAILS = _words("NIRINA MANANA ARISOA NDRASANA MALALA HARISON MANANTSOA VOLOLONA JAONA TIANA")
MEN = _words("Haja Tahina Sitraka Hasina Njaka Tovo Aina Jean Paul Olivier Patrick Norbert")
WOMEN = _words("Lanto Mialy Fanja Onja Voahirana Miora Ravaka Bakoly Soa Marie Claudine Sylvie")
PLACES = _words(
    "Antsirabe Ambositra Fianarantsoa Moramanga Toamasina Mahajanga Antsiranana Sambava "
    "Morondava Ambatolampy Manakara Arivonimamo Farafangana Miarinarivo Tsiroanomandidy Ihosy"
)
DISTRICTS = (101, 103, 105, 108, 110, 112, 201, 203, 210, 213, 301, 314, 401, 508, 711, 715)
LOTS = _words("II III IV VT IB")
QUARTERS = _words("Ambohipo Isoraka Andravoahangy Ankadifotsy Besarety Mahamasina Tanambao")
TRADES = _words("Mécanicien Commerçant Agriculteur Chauffeur Comptable Architecte Journaliste")
MODELS = {
    "TOYOTA": ("COROLLA", "HILUX", "YARIS", "LAND CRUISER"),
    "NISSAN": ("PATROL", "NAVARA", "ALMERA"),
    "PEUGEOT": ("206", "308", "PARTNER"),
    "RENAULT": ("CLIO", "DUSTER", "KANGOO"),
    "MAZDA": ("BT-50", "DEMIO"),
    "HYUNDAI": ("TUCSON", "I10", "PORTER"),
    "SUZUKI": ("SWIFT", "JIMNY"),
    "MITSUBISHI": ("L200", "PAJERO"),
}
COLOURS = _words("BLANC NOIR GRIS ROUGE BLEU VERT BEIGE ARGENT")
PLATE_LETTERS = "ABCDEFHJKLMNPRSTUVWX"
FOREIGNERS = _words("LEFEBVRE MOREL-VIDAL O'DWYER SCHNEIDER ABDALLAH RAMGOOLAM LIN ROSSI KIMANI")
NATIONS = _words("FRA COM MUS CHN IND ITA KEN ZAF")
VALID, ISSUED = date(2012, 1, 1), date(2025, 12, 31)  # cards that have not ended
CHASSIS_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def person(seed) -> dict[str, str]:
    """Someone of age, with the twelve-digit number and everything a CIN says of them."""
    rng = random.Random(f"person {seed}")
    born = _day(rng, date(1946, 1, 1), date(2003, 12, 31))
    sex, names = rng.choice((("1", MEN), ("2", WOMEN)))
    return {
        "number": _number(rng, sex),
        "surname": _surname(rng),
        "given_names": " ".join(rng.sample(names, rng.choice((1, 2, 2)))).upper(),
        "birth_date": born.isoformat(),
        "birth_place": rng.choice(PLACES).upper(),
        "address": _address(rng),
        "occupation": rng.choice(TRADES),
        "father": f"{_surname(rng)} {rng.choice(MEN).upper()}",
        "mother": f"{_surname(rng)} {rng.choice(WOMEN).upper()}",
        "issue_date": _day(rng, max(born + timedelta(days=18 * 366), VALID), ISSUED).isoformat(),
        "issue_place": rng.choice(PLACES).upper(),
    }


def vehicle(seed) -> dict[str, str]:
    """A vehicle with everything its carte grise says of it; weights in kilograms."""
    rng = random.Random(f"vehicle {seed}")
    make = rng.choice(sorted(MODELS))
    return {
        "plate": _plate(rng),
        "chassis_number": _chassis(rng),
        "make": make,
        "model": rng.choice(MODELS[make]),
        "first_registration": _day(rng, date(1988, 1, 1), date(2025, 12, 31)).isoformat(),
        "holder": f"{_surname(rng)} {' '.join(rng.sample(MEN, 2)).upper()}",
        "seats": str(rng.choice((2, 4, 5, 5, 5, 7, 9))),
        "fiscal_power": str(rng.randint(3, 22)),
        "energy": rng.choice(("petrol", "petrol", "diesel", "diesel", "hybrid", "electric")),
        "colour": rng.choice(COLOURS),
        "curb_weight": str(rng.randrange(820, 2300, 5)),
        "payload": str(rng.randrange(350, 1200, 5)),
    }


def _number(rng: random.Random, sex: str) -> str:
    return f"{rng.choice(DISTRICTS)}{rng.randint(1, 99):02d}{sex}{rng.randint(1, 999999):06d}"


def _surname(rng: random.Random) -> str:
    return rng.choice(STEMS) + rng.choice(TAILS)


def _address(rng: random.Random) -> str:
    lot = (
        f"{rng.choice(('II', 'III', 'IV', 'VT', 'IB'))} {rng.randint(2, 98)} {rng.choice('ABCDG')}"
    )
    return f"Lot {lot} {rng.choice(QUARTERS)}"


def _plate(rng: random.Random) -> str:
    series = "".join(rng.choice(PLATE_LETTERS) for _ in range(rng.choice((1, 2))))
    return f"{rng.randint(1, 9999):04d}{rng.choice('TTTTADFMU')}{series}"


def _chassis(rng: random.Random) -> str:
    maker = "".join(rng.choice(CHASSIS_LETTERS) for _ in range(3))
    middle = "".join(rng.choice(CHASSIS_LETTERS + "0123456789") for _ in range(7))
    return f"{maker}{middle}{rng.randint(0, 9999999):07d}"


def _day(rng: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randint(0, (last - first).days))


def traveller(seed, *, is_resident: bool = False) -> dict[str, str]:
    """The holder of a Malagasy passport; or a foreigner who lives here, with a resident's card."""
    rng = random.Random(f"traveller {seed} {is_resident}")
    sex, names = rng.choice((("M", MEN), ("F", WOMEN)))
    surname = rng.choice(FOREIGNERS) if is_resident else _surname(rng)
    letters = rng.choices(CHASSIS_LETTERS, k=2)
    figures = f"{rng.randint(0, 9999999):07d}"
    return {
        "number": f"{letters[0]}{figures[:2]}{letters[1]}{figures[2 : 6 if is_resident else 7]}",
        "issuer": "MDG",
        "surname": surname,
        "given_names": " ".join(rng.sample(names, rng.choice((1, 2)))).upper(),
        "nationality": rng.choice(NATIONS) if is_resident else "MDG",
        "birth_date": _day(rng, date(1946, 1, 1), date(2003, 12, 31)).isoformat(),
        "sex": sex,
        "expiry": _day(rng, date(2027, 1, 1), date(2035, 12, 31)).isoformat(),
    }
