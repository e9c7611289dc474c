"""Vehicles, who holds them, and the cases agents decide about them."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fleet import plates
from kyc.cases import Case
from kyc.models import Resemblance
from kyc.papers import Side
from kyc.sections import Section
from project.lib.sealed import SealedCharField
from project.lib.workflow import Move

CHASSIS = RegexValidator(
    r"\A[A-Z0-9-]{5,17}\Z",
    _("Un numéro de châssis a de 5 à 17 lettres et chiffres, sans espace."),
)


class Energy(models.TextChoices):
    PETROL = "petrol", _("essence")
    DIESEL = "diesel", _("diesel")
    ELECTRIC = "electric", _("électrique")
    HYBRID = "hybrid", _("hybride")


class Category(models.TextChoices):
    PERSONAL = "personal", _("personnel")
    COMMERCIAL = "commercial", _("commercial")
    AMBULANCE = "ambulance", _("ambulance")
    FIRE = "fire", _("sapeurs-pompiers")
    ADMINISTRATIVE = "administrative", _("administratif")
    CONVENTION = "convention", _("convention internationale")
    AGRICULTURAL = "agricultural", _("matériel agricole")


class Described(models.Model):
    """What a carte grise says of a vehicle."""

    plate = models.CharField(_("plaque"), max_length=12, blank=True)
    plate_kind = models.CharField(
        _("sorte de plaque"), max_length=20, choices=plates.Kind, default=plates.Kind.ORDINARY
    )
    chassis_number = models.CharField(
        _("numéro de châssis"), max_length=17, blank=True, validators=[CHASSIS]
    )
    make = models.CharField(_("marque"), max_length=50, blank=True)
    model = models.CharField(_("modèle"), max_length=100, blank=True)
    colour = models.CharField(_("couleur"), max_length=30, blank=True)
    category = models.CharField(
        _("catégorie"), max_length=20, choices=Category, default=Category.PERSONAL
    )
    energy = models.CharField(_("énergie"), max_length=10, choices=Energy, blank=True)
    fiscal_power = models.PositiveSmallIntegerField(
        _("puissance fiscale (CV)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
    )
    first_registration = models.DateField(_("première mise en circulation"), null=True, blank=True)
    seats = models.PositiveSmallIntegerField(
        _("places assises"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
    )
    curb_weight = models.PositiveIntegerField(
        _("poids à vide (kg)"), null=True, blank=True, validators=[MaxValueValidator(100_000)]
    )
    payload = models.PositiveIntegerField(
        _("charge utile (kg)"), null=True, blank=True, validators=[MaxValueValidator(100_000)]
    )

    class Meta:
        abstract = True

    @property
    def shown_plate(self) -> str:
        return plates.display(self.plate)


DESCRIPTION = [field.name for field in Described._meta.fields]


class VehicleQuerySet(models.QuerySet):
    def held_by(self, person):
        """Vehicles this person holds today."""
        return self.filter(holdings__holder=person, holdings__until=None)


class Vehicle(Described):
    """A vehicle an agent has approved. The tax belongs to it, whoever holds it."""

    created_at = models.DateTimeField(auto_now_add=True)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        verbose_name = _("véhicule")
        constraints = [
            models.UniqueConstraint(fields=["plate"], name="fleet_vehicle_one_per_plate"),
            models.UniqueConstraint(
                fields=["chassis_number"], name="fleet_vehicle_one_per_chassis"
            ),
            models.CheckConstraint(
                name="fleet_vehicle_described",
                condition=~Q(plate="")
                & ~Q(chassis_number="")
                & ~Q(energy="")
                & Q(fiscal_power__isnull=False, first_registration__isnull=False),
            ),
        ]

    def __str__(self):
        return self.shown_plate


class Holding(models.Model):
    """Who holds a vehicle, from when until when."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="holdings")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="holdings"
    )
    since = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"],
                condition=Q(until=None),
                name="fleet_holding_one_holder_at_a_time",
            ),
        ]

    def __str__(self):
        return f"{self.vehicle_id} → {self.holder_id}"


class VehicleCase(Described, Case):
    """Somebody's declaration of a vehicle, from its carte grise."""

    PREFIX = "VH"
    SECTIONS = [
        Section(
            "photos",
            _("Photo de la carte grise"),
            _("À plat, nette, entière"),
            sides=(Side.CARTE_GRISE_FRONT,),
        ),
        Section(
            "reponses",
            _("Ce qui est écrit sur la carte"),
            _("Nous la lisons pour vous : vérifiez"),
            (*DESCRIPTION, "holder", "region"),
            minutes=3,
        ),
    ]
    DECLARED = [*DESCRIPTION, "holder", "region"]
    REQUIRED = [
        "plate",
        "plate_kind",
        "chassis_number",
        "make",
        "category",
        "energy",
        "fiscal_power",
        "first_registration",
        "region",
    ]
    SHOWN = {"plate": plates.display}

    # A declaration neither ends nor is suspended.
    state = models.CharField(
        max_length=20,
        choices=[
            (state.value, state.label)
            for state in Case.State
            if state not in (Case.State.EXPIRED, Case.State.SUSPENDED)
        ],
        default=Case.State.DRAFT,
    )
    holder = SealedCharField(_("titulaire écrit sur la carte"), max_length=150, blank=True)
    vehicle = models.OneToOneField(
        Vehicle, on_delete=models.PROTECT, null=True, blank=True, related_name="case"
    )

    class Meta(Case.Meta):
        abstract = False
        verbose_name = _("dossier de véhicule")
        verbose_name_plural = _("dossiers de véhicules")
        constraints = [
            *Case.Meta.constraints,
            models.CheckConstraint(
                name="fleet_vehiclecase_approved_with_a_vehicle",
                condition=Q(state="approved", vehicle__isnull=False)
                | ~Q(state="approved") & Q(vehicle=None),
            ),
            models.UniqueConstraint(
                fields=["citizen"],
                condition=Q(state="draft"),
                name="fleet_vehiclecase_one_draft_per_citizen",
            ),
        ]
        indexes = [
            *Case.Meta.indexes,
            models.Index(fields=["plate"], name="fleet_vehiclecase_plate"),
            models.Index(fields=["chassis_number"], name="fleet_vehiclecase_chassis"),
        ]

    def __str__(self):
        return Case.__str__(self)

    def reader_of(self, side: str) -> str:
        """Every side of it is read."""
        return "carte_grise"

    @property
    def is_taken(self) -> bool:
        """Whether its plate or its chassis is registered already."""
        named = Q(plate=self.plate) | Q(chassis_number=self.chassis_number)
        return Vehicle.objects.filter(named).exists()

    def approve(self) -> dict:
        """Make the vehicle of an approved declaration, held by who declared it.

        Raises IntegrityError when its plate or its chassis is registered already.
        """
        description = {name: getattr(self, name) for name in DESCRIPTION}
        vehicle = Vehicle.objects.create(**description)
        Holding.objects.create(vehicle=vehicle, holder=self.citizen)
        return {"vehicle": vehicle}


class VehicleCaseMove(Move):
    """A line of a vehicle case's history."""

    case = models.ForeignKey(VehicleCase, on_delete=models.PROTECT, related_name="log")

    def __str__(self):
        return f"{self.case_id}: {self.origin} → {self.state}"


class VehicleResemblance(Resemblance):
    """Two declarations of vehicles with something in common."""

    case = models.ForeignKey(VehicleCase, on_delete=models.PROTECT, related_name="resemblances")
    other = models.ForeignKey(VehicleCase, on_delete=models.PROTECT, related_name="resembled")
