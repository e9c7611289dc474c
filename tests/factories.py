"""Rows as the service itself would have made them; their variants are traits."""

import csv
import hashlib
from datetime import date, timedelta
from functools import cache

import factory
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from fleet.models import Holding, Vehicle, VehicleCase
from kyc.models import Document, IdentityCase, Membership, Organisation, Posting, User
from kyc.regions import Region
from notify.models import Message
from taxes import notices
from taxes.models import Notice, Payment, Rate, Receipt, Tariff

PASSWORD = "mangue-vapeur-1947"


def now():
    return timezone.now()


def an_hour_ago():
    return timezone.now() - timedelta(hours=1)


def in_a_week():
    return timezone.now() + timedelta(days=7)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        agent = factory.Trait(role="agent")
        officer = factory.Trait(role="officer")
        supervisor = factory.Trait(role="supervisor")
        finance = factory.Trait(role="finance")
        auditor = factory.Trait(role="auditor")
        administrator = factory.Trait(role="administrator")
        mailed = factory.Trait(email=factory.Sequence("personne{}@example.mg".format))

    phone = factory.Sequence("+26134{:07}".format)
    phone_verified_at = factory.LazyFunction(now)
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def regions(user, create, wanted, **_fields):
        """An agent works everywhere, unless the test says where."""
        everywhere = Region.values if user.role == "agent" else []
        regions = everywhere if wanted is None else wanted
        if create:
            Posting.objects.bulk_create(Posting(user=user, region=region) for region in regions)


def digest(file):
    """The hash of a file that is about to be stored."""
    file.seek(0)
    return hashlib.sha256(file.read()).hexdigest()


def retake(paper, jpeg):
    """Put another picture in the place of a paper's, as if it had always been there."""
    paper.picture.save("picture.jpg", ContentFile(jpeg), save=False)
    paper.sha256 = hashlib.sha256(jpeg).hexdigest()
    paper.save(update_fields=["picture", "sha256"])


class DocumentFactory(DjangoModelFactory):
    class Meta:
        model = Document

    owner = factory.SubFactory(UserFactory)
    side = Document.Side.IDENTITY_FRONT
    picture = factory.django.ImageField(filename="picture.jpg", width=8, height=8)
    original = factory.django.FileField(filename="original.sealed", data=b"sealed")
    width = 8
    height = 8
    media_type = "image/jpeg"
    sha256 = factory.LazyAttribute(lambda paper: digest(paper.picture))
    original_sha256 = "1" * 64
    state = Document.State.READ


def _states(approval=None, suspension=None, **others):
    """The traits of every case: each state, with what the database wants to stand beside it."""
    sent = {"submitted_at": factory.LazyFunction(an_hour_ago)}
    held = sent | {
        "agent": factory.SubFactory(UserFactory, agent=True),
        "claimed_at": factory.LazyFunction(now),
    }
    judged = held | {"decided_at": factory.LazyFunction(now)}
    refused = judged | {"reason": "La photo est floue."}
    traits = {
        "waiting": factory.Trait(state="waiting", **sent),
        "claimed": factory.Trait(state="claimed", **held),
        "returned": factory.Trait(state="returned", **refused),
        "approved": factory.Trait(state="approved", **judged, **(approval or {})),
        "rejected": factory.Trait(state="rejected", **refused),
        "expired": factory.Trait(state="expired", **judged),
        "suspended": factory.Trait(state="suspended", **refused, **(suspension or {})),
    }
    return type("Params", (), traits | others)


def _photograph(case, create, wanted, **_fields):
    """A read picture of each side the paper needs, unless the test asks for none."""
    if create and wanted is not False:
        for side in case.sides:
            paper = case.paper_of(side)
            case.documents.add(DocumentFactory(owner=case.citizen, side=side, paper=paper))


# What an identity case that was only opened has not: words, whose absence is no None.
EMPTY = [
    *("surname", "given_names", "birth_place", "address", "issue_place", "sex", "nationality"),
    *("region", "district", "commune", "fokontany", "income", "income_source"),
]


class IdentityCaseFactory(DjangoModelFactory):
    class Meta:
        model = IdentityCase
        skip_postgeneration_save = True

    Params = _states(
        suspension={
            "reason_code": "other",
            "suspended_at": factory.LazyFunction(now),
            "suspended_by": factory.SubFactory(UserFactory, supervisor=True),
        },
        empty=factory.Trait(
            paper="",
            number=None,
            **dict.fromkeys(["birth_date", "issue_date"]),
            **dict.fromkeys(EMPTY, ""),
        ),
        passport=factory.Trait(
            paper="passport",
            number=factory.Sequence("A{:02}X12345".format),
            address="",
            expiry=factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=900)),
        ),
    )

    citizen = factory.SubFactory(UserFactory)
    paper = "cin"
    number = factory.Sequence("{:012}".format)
    surname = "RAKOTONDRABE"
    given_names = "Hanitra"
    birth_date = date(1985, 6, 25)
    birth_place = "Ambositra"
    address = "Lot II M 45 Bis Ankadivato"
    issue_date = date(2015, 3, 2)
    issue_place = "Antananarivo"
    sex = "F"
    nationality = "MDG"
    region = Region.ANALAMANGA
    district = "101"
    commune = "Antananarivo"
    fokontany = "Ankadivato"
    income = "unsaid"
    income_source = "salary"
    photos = factory.PostGeneration(_photograph)


def _asked():
    """What stands beside every part but the founder's."""
    return {
        "invited_by": factory.SelfAttribute("organisation.founded_by"),
        "expires_at": factory.LazyFunction(in_a_week),
    }


class OrganisationFactory(DjangoModelFactory):
    """With its founder as gestionnaire, unless the test says without."""

    class Meta:
        model = Organisation
        skip_postgeneration_save = True

    class Params:
        suspended = factory.Trait(state="suspended", reason="NIF d'une autre.")

    name = factory.Sequence("Transports {}".format)
    nif = factory.Sequence("{:010}".format)
    founded_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def founder(organisation, create, wanted, **_fields):
        if create and wanted is not False:
            person = organisation.founded_by
            MembershipFactory(organisation=organisation, user=person)
            IdentityCaseFactory(citizen=person, approved=True, photos=False)


class MembershipFactory(DjangoModelFactory):
    """A part somebody has in an organisation; with `invited`, an invitation nobody answered."""

    class Meta:
        model = Membership

    class Params:
        checker = factory.Trait(role="checker", **_asked())
        colleague = factory.Trait(role="maker", **_asked())
        invited = factory.Trait(
            role="checker",
            state="invited",
            user=None,
            began_at=None,
            address="+261349900000",
            **_asked(),
        )

    organisation = factory.SubFactory(OrganisationFactory)
    role = "maker"
    state = "active"
    user = factory.SubFactory(UserFactory)
    began_at = factory.LazyFunction(now)


class VehicleFactory(DjangoModelFactory):
    class Meta:
        model = Vehicle
        skip_postgeneration_save = True

    class Params:
        ambulance = factory.Trait(category="ambulance")

    plate = factory.Sequence("{:04}TAB".format)
    chassis_number = factory.Sequence("CHASSIS{:08}".format)
    make = "PEUGEOT"
    model = "208"
    colour = "rouge"
    energy = "petrol"
    fiscal_power = 8
    # Eleven years old: 105 000 Ar by the grid of 2026.
    first_registration = factory.LazyFunction(lambda: date(notices.current_year() - 11, 3, 1))

    @factory.post_generation
    def holder(vehicle, create, person, **fields):
        if create and person is not False:
            Holding.objects.create(vehicle=vehicle, holder=person or UserFactory(**fields))


class VehicleCaseFactory(DjangoModelFactory):
    class Meta:
        model = VehicleCase
        skip_postgeneration_save = True

    Params = _states(
        approval={
            "vehicle": factory.LazyAttribute(
                lambda case: VehicleFactory(
                    plate=case.plate, chassis_number=case.chassis_number, holder=case.citizen
                )
            )
        }
    )

    citizen = factory.SubFactory(UserFactory)
    plate = factory.Sequence("{:04}TBA".format)
    chassis_number = factory.Sequence("DECLARED{:08}".format)
    make = "RENAULT"
    model = "4L"
    colour = "blanc"
    energy = "petrol"
    fiscal_power = 8
    first_registration = date(2015, 3, 1)
    region = Region.ANALAMANGA
    photos = factory.PostGeneration(_photograph)


class TariffFactory(DjangoModelFactory):
    """The grid that comes with the product, published for the year under way."""

    class Meta:
        model = Tariff
        django_get_or_create = ("year", "version")
        skip_postgeneration_save = True

    year = factory.LazyFunction(notices.current_year)
    version = 1
    # Yesterday, whatever the day: what is owed is late.
    due_date = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=1))
    published_at = factory.LazyFunction(now)

    @factory.post_generation
    def rates(tariff, create, wanted, **fields):
        if create and wanted is not False and not tariff.rates.exists():
            Rate.objects.bulk_create(Rate(tariff=tariff, **rate) for rate in _shipped_rates())


@cache
def _shipped_rates():
    with (notices.DATA / "tariff_2026.csv").open(encoding="utf-8") as file:
        return [
            {name: row[column] or None for name, column in notices.COLUMNS.items()}
            | {"energy": row["energy"]}
            for row in csv.DictReader(file)
        ]


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = Notice
        skip_postgeneration_save = True

    class Params:
        exempt = factory.Trait(amount=0, vehicle__category="ambulance")
        paid = factory.Trait(
            proof=factory.RelatedFactory("tests.factories.ReceiptFactory", "notice")
        )

    vehicle = factory.SubFactory(VehicleFactory)
    year = factory.LazyFunction(notices.current_year)
    # Without its rates: whoever looks at another vehicle's tax publishes the grid first.
    tariff = factory.SubFactory(TariffFactory, year=factory.SelfAttribute("..year"), rates=False)
    amount = 105_000
    steps = factory.LazyFunction(list)


class PaymentFactory(DjangoModelFactory):
    class Meta:
        model = Payment

    class Params:
        sending = factory.Trait(state="sending", sent_at=factory.LazyFunction(now))
        pending = factory.Trait(
            state="pending",
            sent_at=factory.LazyFunction(now),
            operator=factory.Sequence(lambda n: {"serverCorrelationId": f"correlation-{n}"}),
        )
        # The answer never came: there is nothing to ask with.
        unknown = factory.Trait(state="unknown", sent_at=factory.LazyFunction(now))
        suspense = factory.Trait(state="suspense", sent_at=factory.LazyFunction(now))
        failed = factory.Trait(state="failed", sent_at=factory.LazyFunction(now))
        expired = factory.Trait(
            state="expired",
            sent_at=factory.LazyFunction(an_hour_ago),
            operator=factory.Sequence(lambda n: {"serverCorrelationId": f"expired-{n}"}),
        )
        confirmed = factory.Trait(
            state="confirmed",
            sent_at=factory.LazyFunction(now),
            operator_reference=factory.Sequence("MV-{}".format),
        )

    notice = factory.SubFactory(NoticeFactory)
    by = factory.LazyAttribute(lambda payment: payment.notice.vehicle.holdings.get().holder)
    amount = factory.SelfAttribute("notice.amount")
    provider = "mvola"
    phone = "+261341234567"


class ReceiptFactory(DjangoModelFactory):
    class Meta:
        model = Receipt

    notice = factory.SubFactory(NoticeFactory)
    payment = factory.SubFactory(
        PaymentFactory, confirmed=True, notice=factory.SelfAttribute("..notice")
    )
    year = factory.SelfAttribute("notice.year")
    number = factory.Sequence(lambda n: n + 1_000)
    amount = factory.SelfAttribute("payment.amount")


class MessageFactory(DjangoModelFactory):
    class Meta:
        model = Message

    class Params:
        by_email = factory.Trait(channel="email", to="rabe@example.mg", subject="Bonjour")

    recipient = factory.SubFactory(UserFactory)
    channel = "sms"
    to = "+261341234567"
    template = "code"
    body = "Bonjour"
