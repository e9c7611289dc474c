"""What may be answered where there is a list to choose from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    FEMALE = "F", _("féminin")
    MALE = "M", _("masculin")


class Income(models.TextChoices):
    """Income a month, in ariary."""

    UNSAID = "unsaid", _("je préfère ne pas répondre")
    NONE = "none", _("aucun revenu")
    UP_TO_300 = "300k", _("moins de 300 000 Ar par mois")
    UP_TO_1000 = "1m", _("de 300 000 à 1 000 000 Ar par mois")
    UP_TO_3000 = "3m", _("de 1 000 000 à 3 000 000 Ar par mois")
    MORE = "more", _("plus de 3 000 000 Ar par mois")


class Source(models.TextChoices):
    """Where somebody's money comes from."""

    UNSAID = "unsaid", _("je préfère ne pas répondre")
    SALARY = "salary", _("salaire")
    BUSINESS = "business", _("commerce ou entreprise")
    FARMING = "farming", _("agriculture, élevage ou pêche")
    PENSION = "pension", _("pension ou retraite")
    FAMILY = "family", _("aide de la famille")
    OTHER = "other", _("autre")
