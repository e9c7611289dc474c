"""The demo's people, papers, vehicles and payments: invented, in every state, made by the verbs.

Nothing here runs on production settings (`project.checks`), where a demo account is an error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fleet import plates
from fleet.models import Category, Vehicle, VehicleCase
from kyc import (
    documents,
    expiry,
    filing,
    organisations,
    reproofing,
    review,
    staff,
    suspension,
)
from kyc.cases import Case
from kyc.districts import DISTRICTS
from kyc.models import Document, IdentityCase, Membership, Organisation, TOTPDevice, User
from kyc.models.answers import Income, Sex, Source
from kyc.papers import Kind, Side
from kyc.regions import Region
from project.audit import chain
from project.sandbox import papers
from taxes import notices, payments, providers
from taxes.models import Notice
from taxes.providers.base import Outcome, Status

PASSWORD = "hetra-demo-2026"
# Name in the address, and role. The second agent holds a dossier, as a colleague would.
STAFF = {
    "agent": "agent",
    "officer": "officer",
    "supervisor": "supervisor",
    "finance": "finance",
    "collegue": "agent",
    "auditor": "auditor",
    "administrateur": "administrator",
    "administratrice": "administrator",
}
# Where the agents work, and the citizens live in turn.
REGIONS = [Region.ANALAMANGA, Region.VAKINANKARATRA, Region.ATSINANANA]
ORGANISATION = "Transports Mandroso"
State = Case.State


@dataclass(frozen=True)
class Resident:
    """One citizen of the demo: their phone's last digits, and how far they have come."""

    digits: int
    story: str
    identity: str | None = None
    vehicles: tuple[str, ...] = ()
    part: str = ""  # in the demo's organisation
    has_lost_factor: bool = False
    since: str = ""  # what became of the approved dossier: "ending" or "suspended"

    @property
    def phone(self) -> str:
        return f"+2613411000{self.digits:02}"


RESIDENTS = [
    Resident(1, _("vient d'ouvrir son compte")),
    Resident(2, _("a commencé son dossier d'identité"), "draft"),
    Resident(3, _("attend l'agent"), "waiting"),
    Resident(4, _("attend l'agent"), "waiting"),
    Resident(5, _("attend l'agent"), "waiting"),
    Resident(15, _("est entre les mains d'un collègue"), "claimed"),
    Resident(6, _("doit corriger son dossier"), "returned"),
    Resident(7, _("a été rejeté"), "rejected"),
    Resident(8, _("est vérifié et attend pour ses véhicules"), "approved", ("waiting", "returned")),
    Resident(
        9, _("attend pour un véhicule, un autre est rejeté"), "approved", ("waiting", "rejected")
    ),
    Resident(10, _("doit la taxe de deux véhicules"), "approved", ("unpaid", "unpaid")),
    Resident(11, _("a payé, et a une ambulance exonérée"), "approved", ("paid", "exempt")),
    Resident(12, _("a eu un paiement refusé"), "approved", ("failed",)),
    Resident(13, _("a payé un mauvais montant"), "approved", ("suspense",)),
    Resident(14, _("a payé, mais l'opérateur se tait"), "approved", ("unknown",)),
    Resident(16, _("gère une organisation (second code)"), "approved", part="maker"),
    Resident(17, _("y approuve (second code)"), "approved", part="checker"),
    Resident(18, _("a perdu son second code"), "approved", has_lost_factor=True),
    Resident(19, _("a une pièce qui prend bientôt fin"), "approved", since="ending"),
    Resident(20, _("a un dossier suspendu"), "approved", ("unpaid",), since="suspended"),
]


@transaction.atomic
def account(role: str, phone: str, email: str) -> User:
    """A confirmed account of the demo, with a second factor for the staff."""
    user = User.objects.create_user(
        password=PASSWORD,
        phone=phone,
        phone_verified_at=timezone.now(),
        email=email,
        role=role,
        is_demo=True,
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if role != User.Role.CITIZEN:
        chain.record("staff.made", by=None, about=user, role=role)
        _give_factor(user)
    if role == User.Role.AGENT:
        staff.post(user, REGIONS, by=None)
    return user


@transaction.atomic
def _give_factor(user: User) -> None:
    device = TOTPDevice.objects.create(user=user, name="demo", confirmed=True)
    chain.record("factor.enrolled", by=None, about=device)


def hire() -> None:
    """Make the staff that is not there yet."""
    for number, (name, role) in enumerate(STAFF.items(), start=1):
        phone = f"+2613420000{number:02}"
        if not User.objects.filter(phone=phone).exists():
            account(role, phone, f"{name}@demo.hetra.mg")


def populate(say: Callable[[str], Any]) -> None:
    """Make whoever is not there yet. What people have done since stays as it is."""
    hire()
    for resident in RESIDENTS:
        if not User.objects.filter(phone=resident.phone).exists():
            say(_("démonstration : %s %s") % (resident.phone, resident.story))
            _settle_in(resident)


def logins() -> list[str]:
    """Who may sign in, how, and with which seed of a second factor."""
    lines = [_("mot de passe de tous : %s") % PASSWORD, ""]
    for user in User.objects.filter(is_demo=True).exclude(role=User.Role.CITIZEN).order_by("pk"):
        lines.append(f"{user.role:<13} {user.email:<30} {_seed(user.phone)}")
    there = User.objects.filter(is_demo=True).values_list("phone", flat=True)
    for resident in (each for each in RESIDENTS if each.phone in there):
        seed = f" {_seed(resident.phone)}" if resident.part else ""
        lines.append(f"citizen     0{resident.phone[4:]}                 {resident.story}{seed}")
    return lines


def _seed(phone: str) -> str:
    """What an authenticator, or `manage.py totp`, is given to make somebody's second code."""
    device = TOTPDevice.objects.get(user__phone=phone)
    return f"SEED {device.config_url.split('secret=')[1].split('&')[0]}"


def _settle_in(resident: Resident) -> None:
    user = account(User.Role.CITIZEN, resident.phone, f"citoyen{resident.digits}@demo.hetra.mg")
    if resident.identity:
        person = papers.person(resident.digits)
        if resident.since == "ending":
            soon = timezone.localdate() + timedelta(days=30)
            person["issue_date"] = soon.replace(
                year=soon.year - 20, day=min(soon.day, 28)
            ).isoformat()
        case = filing.begin(IdentityCase.objects.live(), by=user)
        front, back = papers.draw_cin(person, seed=resident.digits)
        _photograph(case, Side.IDENTITY_FRONT, front)
        if resident.identity != "draft":
            _photograph(case, Side.IDENTITY_BACK, back)
            _photograph(case, Side.SELFIE, papers.draw_selfie(seed=resident.digits))
            bill = papers.draw_proof_of_address(person, seed=resident.digits)
            _photograph(case, Side.PROOF_OF_ADDRESS, bill)
            _declare(case, _typed(IdentityCase, person) | _life(resident), by=user)
            _bring_to(case, resident.identity)
        _leave_unread(user, case)
    for rank, state in enumerate(resident.vehicles):
        _declare_vehicle(user, seed=resident.digits * 10 + rank, state=state)
    _live_on(user, resident.since)
    if resident.part:
        _join(user, resident.part)
    if resident.has_lost_factor:
        _give_factor(user)
        reproofing.ask(by=user)


def _live_on(user: User, since: str) -> None:
    """Let time, or a supervisor, come over an approved dossier."""
    if since == "ending":
        expiry.warn(user.identitycases.get(), timezone.localdate())
    if since == "suspended":
        boss = User.objects.get(email="supervisor@demo.hetra.mg")
        words = "Présentez-vous au bureau avec vos papiers."
        suspension.suspend(user.identitycases.get(), code="stolen", reason=words, by=boss)


@transaction.atomic
def _join(user: User, part: str) -> None:
    """Found the organisation, or be invited into it by whoever did."""
    _give_factor(user)
    if part == Membership.Role.MAKER:
        organisations.found(ORGANISATION, nif="4000016017", by=user)
        return
    organisation = Organisation.objects.get(name=ORGANISATION)
    founder = organisation.founded_by
    invitation = organisations.invite(organisation, part, address=user.phone, by=founder)
    organisations.accept(invitation, by=user)


def _life(resident: Resident) -> dict[str, Any]:
    """What no paper says: where somebody lives, and on what."""
    region = REGIONS[resident.digits % len(REGIONS)]
    district = next(each for each in DISTRICTS.values() if each.region == region)
    return {
        "paper": Kind.CIN,
        "sex": Sex.FEMALE if resident.digits % 2 else Sex.MALE,
        "nationality": "MDG",
        "region": region,
        "district": district.code,
        "commune": district.name,
        "fokontany": "Ambohimanarina",
        "income": Income.UNSAID,
        "income_source": Source.SALARY,
    }


def _declare(case: Case, values: dict[str, Any], *, by: User) -> None:
    """Fill in every page of a case."""
    for section in case.SECTIONS:
        if section.fields:
            filing.declare(case, section, values, by=by)


def _leave_unread(user: User, case: Case) -> None:
    """Spare the reader the papers nobody will look at: a visitor's must not wait behind them."""
    if case.state in Case.FINAL:
        user.documents.filter(state=Document.State.PENDING).update(state=Document.State.UNREAD)


def _photograph(case: Case, side: str, image: Any) -> None:
    photo = papers.photograph(image, seed=case.pk, level="moderate")
    upload = SimpleUploadedFile(f"{side}.jpg", papers.as_jpeg(photo), "image/jpeg")
    documents.receive(case, upload, side=side, by=case.citizen)


def _typed(model: type[Case], paper: dict[str, str]) -> dict[str, Any]:
    """What somebody would type from a paper: dates as dates, numbers as numbers."""
    values: dict[str, Any] = {}
    for name in model.DECLARED:
        field = model._meta.get_field(name)
        text = paper.get(name)
        values[name] = field.to_python(text) if text else field.get_default()
    return values


def _bring_to(case: Case, state: str) -> None:
    filing.submit(case, by=case.citizen)
    if state == State.WAITING:
        return
    name = "collegue" if state == State.CLAIMED else "agent"
    agent = User.objects.get(email=f"{name}@demo.hetra.mg")
    review.take(case, by=agent)
    if state == State.CLAIMED:
        return
    refusals: dict[str, dict[str, Any]] = {
        State.RETURNED: {"code": "blurred", "items": [case.sides[0]]},
        State.REJECTED: {"code": "other", "reason": "Ce n'est pas votre pièce."},
    }
    review.decide(case, state, by=agent, **refusals.get(state, {}))


def _declare_vehicle(user: User, *, seed: int, state: str) -> None:
    paper = papers.vehicle(seed) | {"category": Category.PERSONAL}
    if state == "exempt":
        paper["category"] = Category.AMBULANCE
    case = filing.begin(VehicleCase.objects, by=user, state=State.DRAFT)
    _photograph(case, Side.CARTE_GRISE_FRONT, papers.draw_carte_grise(paper, seed=seed))
    known = {"plate": plates.normalise(paper["plate"]), "region": case.region}
    values = _typed(VehicleCase, paper) | known
    _declare(case, values, by=user)
    if state in State.values:
        _bring_to(case, state)
        _leave_unread(user, case)
        return
    _bring_to(case, State.APPROVED)
    _leave_unread(user, case)
    _pay(case.vehicle, user, state)


def _pay(vehicle: Vehicle, user: User, state: str) -> None:
    notice = notices.issue(vehicle, notices.current_year())
    if state in ("unpaid", "exempt"):
        return
    payment = payments.start(notice, provider="mvola", phone=user.phone, by=user)
    payments.claim_sending(payment)
    if state == "unknown":
        payments.hold(payment, note="no answer")
    else:
        payments.settle(payment, _said(notice, user, state))


def _said(notice: Notice, user: User, state: str) -> Outcome:
    """What MVola would have answered."""
    if state == "failed":
        return Outcome(Status.REFUSED, detail="solde insuffisant")
    return Outcome(
        Status.PAID,
        reference=f"demo-{notice.pk:06}",
        amount=notice.amount + (1 if state == "suspense" else 0),
        currency="MGA",
        payer=user.phone,
        payee=providers.get("mvola").payee,
    )
