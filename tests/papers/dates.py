"""How a day is written on paper: in figures, in French, Malagasy or English words."""

FRENCH = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip
MALAGASY = (
    "Janoary", "Febroary", "Martsa", "Aprily", "Mey", "Jona", "Jolay", "Aogositra", "Septambra",
    "Oktobra", "Novambra", "Desambra",
)  # fmt: skip
ENGLISH = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def _french(day):
    first = "1er" if day.day == 1 else f"{day.day:02}"
    return f"{first} {FRENCH[day.month - 1]} {day.year}"


def _ordinal(number):
    ending = "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


MANNERS = {
    "slash": lambda day: f"{day:%d/%m/%Y}",
    "dash": lambda day: f"{day:%d-%m-%Y}",
    "dot": lambda day: f"{day:%d.%m.%Y}",
    "spaced": lambda day: f"{day:%d %m %Y}",
    "short": lambda day: f"{day:%d/%m/%y}",
    "french": _french,
    "capitals": lambda day: _french(day).upper().replace("1ER", "1er"),
    "malagasy": lambda day: f"{day.day:02} {MALAGASY[day.month - 1]} {day.year}",
    "english": lambda day: f"{day.day:02} {ENGLISH[day.month - 1][:3].upper()} {day.year}",
    "english_long": lambda day: f"{ENGLISH[day.month - 1]} {day.day}, {day.year}",
    "english_dash": lambda day: f"{day.day:02}-{ENGLISH[day.month - 1][:3]}-{day.year}",
    "english_ordinal": lambda day: f"{_ordinal(day.day)} {ENGLISH[day.month - 1]} {day.year}",
    "weekday": lambda day: f"{WEEKDAYS[day.weekday()]} {_french(day)}",
    "short_dot": lambda day: f"{day:%d.%m.%y}",
    "iso": lambda day: f"{day:%Y-%m-%d}",
}
FIGURES = ("slash", "slash", "dash", "dot")
WORDS = ("french", "capitals", "malagasy")


def written(day, manner):
    """The day in one of MANNERS."""
    return MANNERS[manner](day)
