"""Vehicles nobody owns: plates, chassis numbers, makes, powers, drawn from a seed."""

import datetime
from dataclasses import dataclass

from tests.papers import people

MODELS = {
    "RENAULT": ("CLIO", "KANGOO", "MEGANE", "4L", "MASTER"), "PEUGEOT": ("206", "307", "PARTNER",
    "504", "BOXER"),
    "TOYOTA": ("HILUX", "COROLLA", "LAND CRUISER", "HIACE", "RAV4", "STARLET"),
    "NISSAN": ("NAVARA", "MICRA", "PATROL", "TERRANO"), "HYUNDAI": ("H100", "TUCSON", "ACCENT",
    "STAREX"),
    "VOLKSWAGEN": ("GOLF", "POLO", "TRANSPORTER"), "MERCEDES-BENZ": ("SPRINTER", "E220", "C180",
    "ACTROS"),
    "MAZDA": ("BT-50", "323", "B2500"), "CITROEN": ("C3", "BERLINGO", "2CV", "SAXO"),
    "FORD": ("RANGER", "FIESTA", "TRANSIT"), "SUZUKI": ("SWIFT", "JIMNY", "ALTO"),
    "MITSUBISHI": ("PAJERO", "L200", "CANTER"), "KIA": ("SPORTAGE", "PREGIO", "PICANTO"),
    "YAMAHA": ("CRYPTON", "YBR 125", "XTZ 125"), "HONDA": ("CR-V", "CG 125", "JAZZ"),
    "ISUZU": ("D-MAX", "NKR"),
}  # fmt: skip
COLOURS = (
    "BLANC", "NOIR", "GRIS", "GRIS METALLISE", "ROUGE", "BLEU", "BLEU FONCE", "VERT", "BEIGE",
    "JAUNE", "MARRON", "BORDEAUX", "ARGENT",
)  # fmt: skip
# As certificates write the energy: in words or in the French codes.
ENERGIES = {
    "petrol": ("ESSENCE", "ES", "Essence"),
    "diesel": ("DIESEL", "GO", "GASOIL", "Gazole"),
    "electric": ("ELECTRIQUE", "EL"),
    "hybrid": ("HYBRIDE", "EH"),
}
# What numbers of chassis are made of: neither I, nor O, nor Q.
SIGNS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
MAKERS = (
    "VF1",
    "VF3",
    "JTE",
    "JN1",
    "KMH",
    "WVW",
    "WDB",
    "MM7",
    "VF7",
    "WF0",
    "TSM",
    "JMB",
    "KNA",
    "MR0",
)
PROVINCES = "TTTTTTFUADM"


@dataclass(frozen=True)
class Vehicle:
    """A vehicle and who holds it."""

    plate: str
    chassis_number: str
    make: str
    model: str
    colour: str
    energy: str
    fiscal_power: int
    displacement: int
    seats: int
    curb_weight: int
    payload: int
    first_registration: datetime.date
    issue_date: datetime.date
    holder: people.Person


def plate(rng):
    """Four figures, the province's letter, up to two more."""
    letters = rng.choice(PROVINCES)
    letters += "".join(
        rng.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=2 if letters == "T" else rng.choice((1, 2, 2)))
    )
    return f"{rng.randint(1, 9999):04}{letters}"


def chassis_number(rng):
    """Seventeen signs, or the shorter number of an import."""
    if rng.random() < 0.8:
        return rng.choice(MAKERS) + "".join(rng.choices(SIGNS, k=6)) + _serial(rng, 8)
    model = "".join(rng.choices("ABCDEHKLNPRSTVZ", k=rng.choice((2, 3)))) + str(
        rng.randint(10, 219)
    )
    return model + rng.choice(("", "-")) + f"{rng.randint(1, 999999):0{rng.choice((6, 7))}}"


def _serial(rng, length):
    return (
        rng.choice(SIGNS)
        + rng.choice(SIGNS)
        + f"{rng.randint(0, 10 ** (length - 2) - 1):0{length - 2}}"
    )


def vehicle(rng):
    """A vehicle of any age, its certificate issued after its first day on the road."""
    make = rng.choice(tuple(MODELS))
    first = people.date_between(rng, 1975, 2024)
    issued = min(first + datetime.timedelta(days=rng.randint(0, 9000)), datetime.date(2025, 11, 30))
    return Vehicle(
        plate=plate(rng),
        chassis_number=chassis_number(rng),
        make=make,
        model=rng.choice(MODELS[make]),
        colour=rng.choice(COLOURS),
        energy=rng.choices(tuple(ENERGIES), (8, 9, 1, 1))[0],
        fiscal_power=rng.randint(2, 24),
        displacement=rng.choice((125, 998, 1149, 1360, 1461, 1598, 1995, 2494, 2755, 2982, 4164)),
        seats=rng.choice((2, 3, 5, 5, 5, 5, 7, 9, 15, 26)),
        curb_weight=rng.randint(820, 3400),
        payload=rng.randint(280, 3500),
        first_registration=first,
        issue_date=issued,
        holder=people.person(rng),
    )
