"""A lost second factor: asked for with the password, proved to two of the staff, stopped by one."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kyc import factors, privacy, reproofing, tasks
from kyc.models import DocumentView, IdentityCase, Reproofing, User
from notify.models import Message
from project.audit.completeness import EXPECTATIONS, silent
from project.audit.models import Event
from project.lib.access import FRESH
from project.lib.workflow import MoveRefused
from tests.conftest import pass_second_factor
from tests.factories import PASSWORD, IdentityCaseFactory, UserFactory
from tests.kyc.test_accounts import code, is_signed_in, sign_in
from tests.kyc.test_factors import token_of

pytestmark = pytest.mark.django_db

LOST, GIVE, LIST = "kyc:factor_lost", "kyc:second_factor", "kyc:reproofing_list"
REGION = "analamanga"
WORDS = "Carte originale, même visage."
State = Reproofing.State


def person(**identity):
    """A citizen with a second factor, and an approved dossier unless told otherwise."""
    user = UserFactory(mailed=True)
    pass_factor_to(user)
    if identity.pop("dossier", True):
        IdentityCaseFactory(citizen=user, **({"approved": True, "region": REGION} | identity))
    return user


def pass_factor_to(user):
    device = factors.pending_of(user)
    device.confirmed = True
    device.save()
    factors.renew_recovery_codes(user)


def staff(role="agent", region=REGION):
    return UserFactory(role=role, mailed=True, regions=[region])


def at_work(user):
    """A browser in which one of the staff has just given their factor."""
    client = Client()
    client.force_login(user)
    pass_second_factor(client, user)
    session = client.session
    session[FRESH] = timezone.now().timestamp()
    session.save()
    return client


def card_of(citizen):
    dossier = IdentityCase.objects.get(citizen=citizen)
    return {"number": dossier.number, "birth_date": dossier.birth_date}


def asked(citizen=None):
    return reproofing.ask(by=citizen or person())


def taken(citizen=None, agent=None):
    proofing = asked(citizen)
    reproofing.take(proofing, by=agent or staff())
    return proofing


def proved(citizen=None, agent=None):
    proofing = taken(citizen, agent)
    reproofing.match(proofing, card_of(proofing.citizen), by=proofing.agent)
    reproofing.prove(proofing, "counter", words=WORDS, by=proofing.agent)
    return proofing


def confirmed(citizen=None):
    proofing = proved(citizen)
    reproofing.confirm(proofing, by=staff("supervisor"))
    return proofing


def again(proofing):
    return Reproofing.objects.get(pk=proofing.pk)


def later(**delay):
    return time_machine.travel(timezone.now() + timedelta(**delay))


def has_factor(user):
    return factors.device_of(user) is not None


def acts():
    events = Event.objects.filter(action__startswith="reproofing.").order_by("pk")
    return [event.action.partition(".")[2] for event in events]


def stop_link(template):
    body = Message.objects.filter(template=template, channel="email").latest("pk").body
    return re.search(r"/stop/[^\s]+", body)[0]


# --- The whole way ------------------------------------------------------------------------------


def test_whoever_lost_everything_gets_in_again_after_two_people_and_a_day(client):
    citizen = person()
    sign_in(client, citizen.phone)
    assert reverse(GIVE) in client.get(reverse("taxes:dashboard")).url
    assert reverse(LOST) in client.get(reverse(GIVE)).text
    client.post(reverse(LOST), {"act": "ask"})
    proofing = Reproofing.objects.get()
    assert proofing.reference in client.get(reverse(LOST)).text

    first, second = at_work(staff()), at_work(staff())
    assert proofing.reference in first.get(reverse(LIST)).text
    first.post(reverse("kyc:reproofing_take", args=[proofing.pk]))
    prove = reverse("kyc:reproofing_prove", args=[proofing.pk])
    card = card_of(citizen)
    page = first.get(prove)
    assert card["number"] not in page.text
    first.post(prove, card)
    first.post(prove, {"proof": "counter", "words": WORDS})
    confirm = reverse("kyc:reproofing_confirm", args=[proofing.pk])
    assert WORDS in second.get(confirm).text
    second.post(confirm, {"signed": "on"})
    assert again(proofing).state == State.CONFIRMED
    assert has_factor(citizen), "not before the delay is over"

    with later(hours=25):
        tasks.finish_reproofings()
        tasks.finish_reproofings()
        assert not has_factor(citizen)
        assert not is_open(client)
        given = {"login": citizen.phone, "password": PASSWORD}
        answer = client.post(reverse("account_login"), given)
        assert answer.url == reverse("account_new_device"), "the device is forgotten"
        client.post(answer.url, {"code": code()})
        assert client.get(reverse("taxes:dashboard")).status_code == 200
    told = Message.objects.filter(template="reproofing_removed").values_list("channel", flat=True)
    assert sorted(told) == ["email", "sms"], "told once"
    assert acts() == ["asked", "taken", "matched", "proved", "confirmed", "removed"]


def is_open(client):
    return client.get(reverse(LOST)).status_code == 200 and is_signed_in(client)


def test_every_step_is_expected_in_the_log():
    confirmed()
    for end in ("withdraw", "dispute"):
        proofing = asked()
        getattr(reproofing, end)(proofing, by=proofing.citizen)
    with later(hours=25):
        tasks.finish_reproofings()
    expected = [each for each in EXPECTATIONS if each.action.startswith("reproofing.")]
    assert len(expected) == 8
    assert [each.action for each in expected if silent(each, None).exists()] == []


# --- Asking -------------------------------------------------------------------------------------


def test_the_password_is_enough_to_ask_and_its_owner_is_told_at_once(client):
    citizen = person()
    client.force_login(citizen)
    client.post(reverse(LOST), {"act": "ask"})
    told = Message.objects.filter(template="reproofing_asked")
    assert {message.to for message in told} == {citizen.phone, citizen.email}
    assert all("/stop/" in message.body for message in told)


def test_asking_twice_is_asking_once(client):
    client.force_login(person())
    for _click in range(2):
        client.post(reverse(LOST), {"act": "ask"})
    assert Reproofing.objects.count() == 1
    assert acts() == ["asked"]


def test_asking_has_its_limit():
    citizen = person()
    for _try in range(3):
        reproofing.withdraw(asked(citizen), by=citizen)
    with pytest.raises(MoveRefused, match="trop"):
        asked(citizen)


def test_the_page_says_the_same_whatever_is_known_of_the_person(client):
    """Whoever has stolen the password learns nothing there of the dossier."""
    pages = set()
    for citizen in (person(), person(dossier=False), person(approved=False, waiting=True)):
        client.force_login(citizen)
        page = client.get(reverse(LOST)).text
        pages.add(re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", page))
    assert len(pages) == 1


def test_staff_are_sent_to_their_administrators_and_cannot_ask(client):
    agent = staff()
    pass_factor_to(agent)
    client.force_login(agent)
    page = client.get(reverse(LOST))
    assert "administrateur" in page.text
    assert 'value="ask"' not in page.text
    assert client.post(reverse(LOST), {"act": "ask"}).status_code == 403
    assert not Reproofing.objects.exists()


def test_whoever_has_no_factor_has_none_to_lose(client):
    client.force_login(UserFactory())
    assert client.get(reverse(LOST)).url == reverse("kyc:session_list")
    with pytest.raises(MoveRefused):
        reproofing.ask(by=UserFactory())


# --- Stopping -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [asked, taken, proved, confirmed])
def test_its_owner_stops_it_with_the_password_alone_whenever(make, client):
    proofing, elsewhere = make(), Client()
    elsewhere.force_login(proofing.citizen)
    template = "reproofing_confirmed" if proofing.state == "confirmed" else "reproofing_asked"
    link = stop_link(template)
    assert client.get(link).status_code == 200
    assert client.post(link, {"password": "faux"}).status_code == 422
    assert again(proofing).is_open
    assert "C'est arrêté" in client.post(link, {"password": PASSWORD}).text.replace("&#x27;", "'")
    assert again(proofing).state == State.DISPUTED
    assert client.get(link).status_code == 404
    with later(hours=25):
        tasks.finish_reproofings()
    assert has_factor(proofing.citizen)


def test_saying_no_ends_every_session_of_whoever_has_the_password(client):
    proofing = confirmed()
    thief = Client()
    sign_in(thief, proofing.citizen.phone)
    assert is_open(thief)
    client.post(stop_link("reproofing_confirmed"), {"password": PASSWORD})
    assert not is_open(thief)


def test_the_link_is_no_place_to_guess_passwords(client):
    link = asked().stop_url
    for n in range(5):
        client.post(link, {"password": f"faux-{n}"})
    assert client.post(link, {"password": PASSWORD}).status_code == 422


@pytest.mark.parametrize("token", ["1", "1:faux", "x:y:z"])
def test_a_link_that_is_not_ours_stops_nothing(client, token):
    proofing = asked()
    address = reverse("kyc:factor_stop", args=[token.replace("1", str(proofing.pk))])
    assert client.post(address, {"password": PASSWORD}).status_code == 404
    assert again(proofing).is_open


def test_giving_the_real_factor_ends_the_request(client):
    proofing = confirmed()
    client.force_login(proofing.citizen)
    device = factors.device_of(proofing.citizen)
    client.post(reverse(GIVE), {"token": token_of(device)})
    assert again(proofing).state == State.WITHDRAWN


@pytest.mark.parametrize("how", ["authenticator", "recovery"])
def test_a_factor_given_by_any_way_is_not_taken_away(how):
    """Also where no page has told the request of it."""
    proofing = confirmed()
    citizen = proofing.citizen
    if how == "authenticator":
        token = token_of(factors.device_of(citizen))
    else:
        token = factors.renew_recovery_codes(citizen)[0]
    assert factors.prove(citizen, token)
    with later(hours=25):
        tasks.finish_reproofings()
    assert has_factor(citizen)
    assert again(proofing).state == State.WITHDRAWN


def test_its_owner_may_change_their_mind(client):
    proofing = confirmed()
    client.force_login(proofing.citizen)
    client.post(reverse(LOST), {"act": "withdraw"})
    assert again(proofing).state == State.WITHDRAWN
    client.post(reverse(LOST), {"act": "ask"})
    assert Reproofing.objects.open().count() == 1


def test_nobody_stops_somebody_elses():
    proofing = confirmed()
    for verb in (reproofing.withdraw, reproofing.dispute):
        with pytest.raises(MoveRefused):
            verb(proofing, by=person())
    assert again(proofing).state == State.CONFIRMED


def test_what_is_removed_is_not_stopped_any_more():
    proofing = confirmed()
    with later(hours=25):
        tasks.finish_reproofings()
        with pytest.raises(MoveRefused):
            reproofing.withdraw(proofing, by=proofing.citizen)


def test_an_account_closed_meanwhile_keeps_its_factor():
    proofing = confirmed()
    privacy.close(proofing.citizen, by=proofing.citizen)
    assert again(proofing).state == State.WITHDRAWN


def test_an_account_deactivated_by_any_way_keeps_its_factor():
    proofing = confirmed()
    User.objects.filter(pk=proofing.citizen_id).update(is_active=False)
    with later(hours=25):
        tasks.finish_reproofings()
    assert has_factor(proofing.citizen)
    assert again(proofing).state == State.WITHDRAWN


@pytest.mark.parametrize("make", [asked, taken, proved])
def test_what_nobody_confirms_expires_after_two_weeks(make):
    proofing = make()
    with later(days=13, hours=23):
        tasks.finish_reproofings()
        assert again(proofing).is_open
    with later(days=14, minutes=1):
        tasks.finish_reproofings()
        assert again(proofing).state == State.EXPIRED


def test_the_delay_is_a_setting(settings):
    settings.FACTOR_REMOVAL_HOURS = 72
    proofing = confirmed()
    with later(hours=71):
        tasks.finish_reproofings()
        assert has_factor(proofing.citizen)
    with later(hours=73):
        tasks.finish_reproofings()
        assert not has_factor(proofing.citizen)


# --- Proving ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["number", "birth_date"])
def test_what_the_agent_copies_must_be_what_is_on_file(name):
    proofing = taken()
    wrong = {"number": "999999999999", "birth_date": card_of(proofing.citizen)["birth_date"]}
    if name == "birth_date":
        wrong = card_of(proofing.citizen) | {"birth_date": timezone.localdate()}
    with pytest.raises(MoveRefused, match="correspond"):
        reproofing.match(proofing, wrong, by=proofing.agent)
    assert acts()[-1] == "mismatch"
    with pytest.raises(MoveRefused):
        reproofing.prove(proofing, "counter", words=WORDS, by=proofing.agent)
    assert again(proofing).state == State.TAKEN


def test_numbers_are_not_guessed_for_ever():
    proofing = taken()
    seen = card_of(proofing.citizen)
    for n in range(5):
        wrong = seen | {"number": f"9{n:011}"}
        with pytest.raises(MoveRefused):
            reproofing.match(proofing, wrong, by=proofing.agent)
    with pytest.raises(MoveRefused, match="Trop"):
        reproofing.match(proofing, seen, by=proofing.agent)


def test_a_declared_dossier_is_compared_at_the_counter_only():
    proofing = taken(person(approved=False, waiting=True))
    reproofing.match(proofing, card_of(proofing.citizen), by=proofing.agent)
    for proof in ("counter", "video", "phone"):
        with pytest.raises(MoveRefused, match="suffit"):
            reproofing.prove(proofing, proof, words=WORDS, by=proofing.agent)
    reproofing.prove(proofing, "declared", words=WORDS, by=proofing.agent)
    assert proofing.state == State.PROVED


@pytest.mark.parametrize("identity", [{"dossier": False}, {"approved": False, "rejected": True}])
def test_without_a_dossier_the_phone_of_the_account_speaks(identity):
    agent = staff()
    proofing = taken(person(**identity), agent)
    client = at_work(agent)
    client.post(reverse("kyc:reproofing_code", args=[proofing.pk]))
    message = Message.objects.get(template="reproofing_code")
    assert message.to == proofing.citizen.phone
    prove = reverse("kyc:reproofing_prove", args=[proofing.pk])
    digits = re.search(r"\b\d{6}\b", message.body)[0]
    assert digits not in client.get(prove).text
    wrong = f"{(int(digits) + 1) % 1_000_000:06}"
    assert client.post(prove, {"code": wrong}).status_code == 422
    client.post(prove, {"code": digits})
    client.post(prove, {"proof": "phone", "words": WORDS})
    assert again(proofing).state == State.PROVED


def test_no_code_replaces_a_dossier():
    proofing = taken()
    with pytest.raises(MoveRefused):
        reproofing.send_code(proofing, by=proofing.agent)


def test_the_scans_are_for_whoever_holds_the_request_once_the_card_says_the_same():
    agent = staff()
    proofing = taken(agent=agent)
    dossier = reproofing.dossier_of(proofing.citizen)
    args = [proofing.pk, dossier.documents.first().key]
    picture = reverse("kyc:reproofing_picture", args=args)
    assert at_work(agent).get(picture).status_code == 404, "the number is on it"
    reproofing.match(proofing, card_of(proofing.citizen), by=agent)
    assert at_work(agent).get(picture).status_code == 200
    assert at_work(staff()).get(picture).status_code == 404
    assert DocumentView.objects.get().by == agent
    reproofing.release(proofing, by=agent)
    assert at_work(agent).get(picture).status_code == 404


def test_a_supervisor_puts_back_what_an_absent_agent_holds():
    proofing = taken()
    with pytest.raises(MoveRefused):
        reproofing.release(proofing, by=staff())
    reproofing.release(proofing, by=staff("supervisor"))
    reproofing.take(proofing, by=staff())
    assert proofing.state == State.TAKEN


def test_each_sees_the_requests_of_their_regions():
    proofing = asked()
    anywhere = asked(person(dossier=False))
    here, elsewhere = at_work(staff()), at_work(staff(region="sava"))
    boss = UserFactory(supervisor=True)
    assert proofing.reference in here.get(reverse(LIST)).text
    assert proofing.reference in at_work(boss).get(reverse(LIST)).text
    assert proofing.reference not in elsewhere.get(reverse(LIST)).text
    assert anywhere.reference in elsewhere.get(reverse(LIST)).text
    assert elsewhere.get(proofing.get_absolute_url()).status_code == 404
    take = reverse("kyc:reproofing_take", args=[proofing.pk])
    assert elsewhere.post(take).status_code == 404


def test_the_menu_counts_what_waits_for_whoever_reads_it():
    agent = staff()
    proved(agent=agent)
    asked()
    assert "(1)" in at_work(agent).get(reverse(LIST)).text
    assert "(2)" in at_work(staff()).get(reverse(LIST)).text
    assert "(1)" in at_work(staff("supervisor")).get(reverse(LIST)).text


def test_the_pages_show_nothing_whole():
    proofing = proved()
    dossier, second = reproofing.dossier_of(proofing.citizen), at_work(staff())
    for name in ("kyc:reproofing_detail", "kyc:reproofing_confirm"):
        page = second.get(reverse(name, args=[proofing.pk])).text
        assert WORDS in page
        for secret in (dossier.number, dossier.surname, "25/06/1985", proofing.citizen.phone):
            assert secret not in page


def test_its_owner_reads_who_looked_and_why_and_takes_it_away_with_the_rest(client):
    agent = staff()
    proofing = taken(agent=agent)
    dossier = reproofing.dossier_of(proofing.citizen)
    args = [proofing.pk, dossier.documents.first().key]
    reproofing.match(proofing, card_of(proofing.citizen), by=agent)
    at_work(agent).get(reverse("kyc:reproofing_picture", args=args))
    reproofing.withdraw(proofing, by=proofing.citizen)
    client.force_login(proofing.citizen)
    page = client.get(reverse("kyc:consultations")).text.replace("&#x27;", "'")
    page = page.replace("\xa0", " ").replace("\u202f", " ")
    assert "Second code perdu : demande prise en main" in page
    assert "vérifier que c'est bien vous" in page.lower()
    (row,) = privacy.gather(proofing.citizen)["reproofings"]
    assert (row["reference"], row["state"]) == (proofing.reference, "withdrawn")


# --- Confirming ---------------------------------------------------------------------------------


def test_nobody_confirms_what_they_proved():
    proofing = proved()
    with pytest.raises(MoveRefused, match="autre personne"):
        reproofing.confirm(proofing, by=proofing.agent)
    page = at_work(proofing.agent).post(
        reverse("kyc:reproofing_confirm", args=[proofing.pk]), {"signed": "on"}
    )
    assert page.url == proofing.get_absolute_url()
    assert again(proofing).state == State.PROVED


def test_what_is_not_proved_is_not_confirmed():
    proofing = taken()
    with pytest.raises(MoveRefused):
        reproofing.confirm(proofing, by=staff())


def test_confirming_wants_a_fresh_factor_and_a_tick():
    proofing, second = proved(), at_work(staff())
    confirm = reverse("kyc:reproofing_confirm", args=[proofing.pk])
    assert second.post(confirm, {}).status_code == 422
    with later(minutes=6):
        assert reverse(GIVE) in second.get(confirm).url
        assert reverse(GIVE) in second.post(confirm, {"signed": "on"}).url
    assert again(proofing).state == State.PROVED


def test_a_dossier_that_changed_meanwhile_is_not_confirmed_against():
    proofing = proved()
    IdentityCase.objects.filter(citizen=proofing.citizen).update(
        state="rejected", reason="Faux.", decided_at=timezone.now()
    )
    with pytest.raises(MoveRefused, match="changé"):
        reproofing.confirm(proofing, by=staff())


def test_a_refusal_says_why_and_leaves_the_factor(client):
    proofing, second = proved(), at_work(staff())
    page = second.post(proofing.get_absolute_url(), {"reason": ""})
    assert page.status_code == 422
    second.post(proofing.get_absolute_url(), {"reason": "La carte est périmée."})
    assert again(proofing).state == State.REFUSED
    assert "périmée" in Message.objects.get(template="reproofing_refused", channel="email").body
    client.force_login(proofing.citizen)
    assert "périmée" in client.get(reverse(LOST)).text
    assert has_factor(proofing.citizen)


def test_no_event_holds_what_the_agent_wrote():
    confirmed()
    assert WORDS not in str(list(Event.objects.values_list("data", flat=True)))


def test_the_database_wants_two_people_and_never_its_owner():
    proofing = proved()
    rows = Reproofing.objects.filter(pk=proofing.pk)
    now = timezone.now()
    end = {"state": "confirmed", "confirmed_at": now, "due_at": now}
    for by, rule in ((proofing.agent, "two_people"), (proofing.citizen, "never_ones_own")):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            rows.update(**end, confirmed_by=by)
    with pytest.raises(IntegrityError, match="never_ones_own"), transaction.atomic():
        rows.update(agent=proofing.citizen)
    with pytest.raises(IntegrityError, match="one_open"), transaction.atomic():
        Reproofing.objects.create(citizen=proofing.citizen)
