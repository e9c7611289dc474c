"""What everybody of a side is given: rows of every kind, and words found nowhere else."""

import re

from kyc import counter, duplicates, factors, reproofing, staff
from kyc.models import User
from notify.models import Message
from taxes import receipts
from taxes.models import Scan
from tests.factories import (
    IdentityCaseFactory,
    MembershipFactory,
    NoticeFactory,
    OrganisationFactory,
    PaymentFactory,
    UserFactory,
    VehicleCaseFactory,
    VehicleFactory,
)

CARD = ("surname", "given_names", "address", "birth_place", "number")


def settle(side):
    """Fill a side, and return it."""
    for number, role in enumerate([*User.Role.values, "maker", "checker"]):
        phone = f"34{side.mark}77{number:02}77"
        side.people[role] = UserFactory(
            role=role if role in User.Role.values else "citizen",
            phone=f"+261{phone}",
            regions=[side.region] if role in ("agent", "supervisor") else [],
        )
        side.plant(role, phone=phone)
    _give_cases(side)
    _give_taxes(side)
    _give_agent(side)
    _give_counter(side)
    _give_organisation(side)
    _give_lost_factors(side)
    _give_staff(side)
    return side


def _give_cases(side):
    """A citizen with an identity card and a vehicle to be declared."""
    citizen, mark = side.people["citizen"], side.mark
    words = _card(mark, 1)
    identity = IdentityCaseFactory(citizen=citizen, region=side.region, **words)
    declaration = VehicleCaseFactory(
        citizen=citizen, plate=f"909{mark}TBV", chassis_number=f"CANARIDECL{mark}"
    )
    side.plant(
        "citizen",
        **words,
        declared_plate=declaration.plate,
        declared_chassis=declaration.chassis_number,
        reference=identity.reference,
        declaration=declaration.reference,
    )
    side.give(
        "citizen",
        identity=identity.pk,
        identity_picture=identity.documents.first().key,
        declaration=declaration.pk,
        section="reponses",
        identity_side="identity_front",
        declaration_side="carte_grise_front",
        sha256="0" * 64,
        declaration_picture=declaration.documents.first().key,
    )


def _give_taxes(side):
    """The same citizen has one vehicle paid, one owed, one being paid."""
    citizen, mark = side.people["citizen"], side.mark
    vehicle = VehicleFactory(
        holder=citizen, plate=f"909{mark}TBU", chassis_number=f"CANARISEUL{mark}"
    )
    owed = NoticeFactory(vehicle=VehicleFactory(holder=citizen, plate=f"909{mark}TBW"))
    settled = NoticeFactory(
        vehicle=vehicle,
        paid=True,
        proof__number=990_010 + mark,
        proof__payment__operator_reference=f"MV-CANARI-{mark}",
        proof__payment__phone=f"+26134{mark}880088",
    )
    code = receipts.issue_code(settled)
    payment = PaymentFactory(
        notice=NoticeFactory(vehicle__holder=citizen), pending=True, phone=f"+26134{mark}990099"
    )
    side.plant(
        "citizen",
        plate=vehicle.plate,
        chassis=vehicle.chassis_number,
        owed_plate=owed.vehicle.plate,
        receipt=str(settled.receipt),
        operator_reference=f"MV-CANARI-{mark}",
        msisdn=f"34{mark}990099",
        paid_msisdn=f"34{mark}880088",
        code=code.token,
    )
    side.give("citizen", vehicle=vehicle.pk, settled=settled.pk, owed=owed.pk, payment=payment.pk)
    side.give(provider="mvola", secret=payment.secret, checker="national_id")


def _resembled(name, case, twin):
    """Another case that resembles the one in hand."""
    rows = duplicates.WATCHED[type(case)].rows
    pair = rows.objects.create(case=twin, other=case, kind="person")
    return {f"held_{name}_pair": pair.pk, f"held_{name}_twin": twin.documents.first().key}


def _give_agent(side):
    """A case of each kind in the agent's hands."""
    mark, held = side.mark, {"claimed": True, "agent": side.people["agent"], "region": side.region}
    words = _card(mark, 2)
    identity = IdentityCaseFactory(**held, **words)
    declaration = VehicleCaseFactory(
        **held, plate=f"808{mark}TBY", chassis_number=f"CANARIHELD{mark}"
    )
    side.plant(
        "agent",
        **words,
        held_plate=declaration.plate,
        held_chassis=declaration.chassis_number,
        reference=identity.reference,
        declaration=declaration.reference,
    )
    side.give(
        "agent",
        held_identity=identity.pk,
        held_identity_picture=identity.documents.first().key,
        held_declaration=declaration.pk,
        held_declaration_picture=declaration.documents.first().key,
        **_resembled("identity", identity, IdentityCaseFactory(waiting=True)),
        **_resembled("declaration", declaration, VehicleCaseFactory(waiting=True)),
    )


def _give_counter(side):
    """A person whose dossier the agent fills in with them; one a supervisor may suspend."""
    agent, phone = side.people["agent"], f"+26134{side.mark}660066"
    words = _card(side.mark, 6)
    helped = IdentityCaseFactory(citizen__phone=phone, region=side.region, **words)
    visit = counter.ask(phone, language="fr", by=agent)
    letters = Message.objects.filter(recipient=helped.citizen, template="counter_code")
    counter.begin(visit, re.search(r"\d{6}", letters.get().body)[0], by=agent)
    side.plant("agent", **words)
    side.give("agent", visit=visit.pk)
    words = _card(side.mark, 7)
    dossier = IdentityCaseFactory(approved=True, region=side.region, **words)
    side.plant(**words)  # masked
    side.give("supervisor", dossier=dossier.pk)


def _give_organisation(side):
    """One who makes, one who approves, and an invitation to the citizen."""
    maker, checker, citizen = (side.people[role] for role in ("maker", "checker", "citizen"))
    organisation = OrganisationFactory(
        name=f"Canari Transports {side.mark}", nif=f"909090909{side.mark}", founded_by=maker
    )
    part = MembershipFactory(organisation=organisation, user=checker, checker=True)
    invited = MembershipFactory(organisation=organisation, invited=True, address=citizen.phone)
    # Whoever is invited reads both, to know who asks.
    people = ("maker", "checker", "citizen")
    side.plant(*people, organisation=organisation.name, nif=organisation.nif)
    side.give("maker", "checker", organisation=organisation.pk, part=part.pk)
    side.give("citizen", invitation=invited.pk)


def _give_lost_factors(side):
    """Requests of people who lost their factor: one asked, one taken by the agent, one proved."""
    agent = side.people["agent"]
    asked, taken, proved = (_lost_factor(side, number) for number in (3, 4, 5))
    other = UserFactory(agent=True, regions=[side.region])
    reproofing.take(taken, by=agent)
    reproofing.take(proved, by=other)
    for proofing, holder in ((taken, agent), (proved, other)):
        seen = {name: getattr(_dossier(proofing), name) for name in ("number", "birth_date")}
        reproofing.match(proofing, seen, by=holder)
    reproofing.prove(proved, "counter", words="Carte originale.", by=other)
    side.give("agent", "supervisor", lost=asked.pk, lost_held=taken.pk, lost_proved=proved.pk)
    side.give("agent", lost_picture=_dossier(taken).documents.first().key)
    letters = Message.objects.filter(recipient=asked.citizen, template="reproofing_asked")
    side.give(stop=re.search(r"/stop/([^\s/]+)", letters.get(channel="email").body)[1])


def _lost_factor(side, number):
    citizen = UserFactory(mailed=True)
    words = _card(side.mark, number)
    IdentityCaseFactory(citizen=citizen, approved=True, region=side.region, **words)
    device = factors.pending_of(citizen)
    device.confirmed = True
    device.save()
    side.plant(**words)  # nobody reads them: the staff compares with the card it is shown
    return reproofing.ask(by=citizen)


def _dossier(proofing):
    return reproofing.dossier_of(proofing.citizen)


def _give_staff(side):
    """A check the officer made; a colleague who is invited, with a change of role asked for."""
    plate = f"707{side.mark}TBX"
    Scan.objects.create(by=side.people["officer"], plate=plate, verdict="unknown")
    side.plant("officer", checked=plate)
    boss = UserFactory(administrator=True)
    clerk, other = (UserFactory(officer=True, mailed=True, password=None) for _ in range(2))
    staff.send_link(clerk, by=boss)
    demand = staff.ask("role", clerk, role="finance", reason="x", by=boss)
    letter = Message.objects.filter(template="staff_invited").latest("pk")
    side.give(
        clerk=clerk.pk,
        other_clerk=other.pk,
        change="role",
        demand=demand.pk,
        token=letter.body.split("/activation/")[1][:43],
    )


def _card(mark, number):
    """The words of an identity card, which look like nothing else."""
    return {
        "surname": f"CANARIRAKOTO{mark}{number}X",
        "given_names": f"Canariprenom{mark}{number}x",
        "address": f"LOT CANARI {mark}{number} X",
        "birth_place": f"Canariville{mark}{number}x",
        "number": f"9{mark}{number}876543210",
    }
