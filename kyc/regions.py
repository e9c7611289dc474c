"""The 24 regions of Madagascar, by their names of today.

Since 2023: Vatovavy and Fitovinany were parted in 2021, Ambatosoa was taken out of Analanjirofo
in 2023. ISO 3166-2 still knows the six former provinces only: hence slugs.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Region(TextChoices):
    """Names are not translated, but for the one that has a French name in common use."""

    ALAOTRA_MANGORO = "alaotra-mangoro", "Alaotra-Mangoro"
    AMBATOSOA = "ambatosoa", "Ambatosoa"
    AMORON_I_MANIA = "amoron-i-mania", "Amoron'i Mania"
    ANALAMANGA = "analamanga", "Analamanga"
    ANALANJIROFO = "analanjirofo", "Analanjirofo"
    ANDROY = "androy", "Androy"
    ANOSY = "anosy", "Anosy"
    ATSIMO_ANDREFANA = "atsimo-andrefana", "Atsimo-Andrefana"
    ATSIMO_ATSINANANA = "atsimo-atsinanana", "Atsimo-Atsinanana"
    ATSINANANA = "atsinanana", "Atsinanana"
    BETSIBOKA = "betsiboka", "Betsiboka"
    BOENY = "boeny", "Boeny"
    BONGOLAVA = "bongolava", "Bongolava"
    DIANA = "diana", "Diana"
    FITOVINANY = "fitovinany", "Fitovinany"
    HAUTE_MATSIATRA = "haute-matsiatra", _("Haute Matsiatra")
    IHOROMBE = "ihorombe", "Ihorombe"
    ITASY = "itasy", "Itasy"
    MELAKY = "melaky", "Melaky"
    MENABE = "menabe", "Menabe"
    SAVA = "sava", "Sava"
    SOFIA = "sofia", "Sofia"
    VAKINANKARATRA = "vakinankaratra", "Vakinankaratra"
    VATOVAVY = "vatovavy", "Vatovavy"
