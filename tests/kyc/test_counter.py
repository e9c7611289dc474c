"""Filling in a dossier at a counter: two codes, two identities, and nothing else of the person."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kyc import counter, documents, filing, privacy, retention, review
from kyc.models import Assistance, DocumentView, IdentityCase, User
from notify.models import Message
from project.audit.completeness import EXPECTATIONS, silent
from project.audit.models import Event
from project.lib.workflow import MoveRefused
from tests.conftest import pass_second_factor
from tests.factories import PASSWORD, IdentityCaseFactory, UserFactory, VehicleCaseFactory
from tests.kyc.test_documents import photo as drawn
from tests.races import Meeting, failures, together, without

pytestmark = pytest.mark.django_db
State = IdentityCase.State
PHONE = "+261349912345"


def photo():
    return SimpleUploadedFile("moi.jpg", drawn(), "image/jpeg")


def clerk(**fields):
    return UserFactory(agent=True, **fields)


def letter(template, phone=PHONE):
    letters = Message.objects.filter(template=template).order_by("-pk")
    return next(letter for letter in letters if letter.to == phone)


def digits(template, phone=PHONE):
    return re.search(r"\b(\d{6})\b", letter(template, phone).body)[1]


def asked(by, phone=PHONE, language="fr"):
    return counter.ask(phone, language=language, by=by)


def begun(by=None, phone=PHONE):
    by = by or clerk()
    visit = asked(by, phone)
    counter.begin(visit, digits("counter_code", phone), by=by)
    return visit


def visit_of(case, by=None):
    """A visit in which that dossier is open to the agent."""
    return begun(by, case.citizen.phone)


def sent(case, by=None):
    visit = visit_of(case, by)
    counter.send_code(visit, by=visit.agent)
    counter.confirm(visit, digits("counter_agree", case.citizen.phone), by=visit.agent)
    return visit


def draft(**fields):
    return IdentityCaseFactory(**fields)


def again(row):
    return type(row).objects.get(pk=row.pk)


def acts(action):
    return Event.objects.filter(action=action).order_by("pk")


def at_work(user):
    client = Client()
    client.force_login(user)
    pass_second_factor(client, user)
    return client


# --- The first code -------------------------------------------------------------------------------


def test_a_person_without_an_account_is_given_one_that_only_they_can_open():
    visit = begun()
    person = visit.citizen
    assert (person.phone, person.role) == (PHONE, "citizen")
    assert person.phone_verified_at
    assert not person.has_usable_password()
    assert visit.case.citizen == person
    assert "mot de passe" in letter("account_opened").body
    assert acts("account.opened").get().actor == visit.agent_id


def test_the_person_chooses_their_password_later_by_the_usual_way(client):
    person = begun().citizen
    client.post(reverse("account_reset_password"), {"email": PHONE})
    code = digits("code")
    client.post(reverse("account_confirm_password_reset_code"), {"code": code})
    client.post(
        reverse("account_complete_password_reset"),
        {"password1": PASSWORD, "password2": PASSWORD},
    )
    assert again(person).check_password(PASSWORD)


def test_an_account_that_is_there_is_used_and_its_dossier_opened():
    case = draft(citizen__phone=PHONE)
    visit = begun()
    assert (visit.citizen, visit.case) == (case.citizen, case)
    assert not Message.objects.filter(template="account_opened").exists()
    assert User.objects.filter(phone=PHONE).count() == 1


def test_who_merely_claimed_the_phone_loses_it_to_who_shows_it():
    claim = UserFactory(phone=PHONE, phone_verified_at=None)
    person = begun().citizen
    assert person != claim
    assert not again(claim).is_active


def test_before_the_code_is_right_there_is_no_account_and_nothing_to_see():
    by = clerk()
    visit = asked(by)
    with pytest.raises(MoveRefused, match="pas le bon"):
        counter.begin(visit, "000000", by=by)
    assert not User.objects.filter(phone=PHONE).exists()
    assert again(visit).begun_at is None
    assert acts("assistance.mismatch").count() == 1


def test_a_code_may_be_tried_three_times():
    by = clerk()
    visit = asked(by)
    for _ in range(3):
        with pytest.raises(MoveRefused):
            counter.begin(visit, "000000", by=by)
    with pytest.raises(MoveRefused):
        counter.begin(visit, digits("counter_code"), by=by)


def test_what_the_agent_sees_does_not_tell_whether_there_is_an_account():
    UserFactory(phone="+261349900001")
    pages = []
    for number in ("034 99 000 01", "034 99 000 02"):
        client = at_work(clerk())
        page = client.post(
            reverse("kyc:counter_list"), {"phone": number, "language": "fr"}, follow=True
        )
        bare = re.sub(r'csrfmiddlewaretoken" value="[^"]*"|guichet/\d+/', "", page.text)
        pages.append(bare.replace(number, ""))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("language", ["fr", "mg", "en"])
def test_a_stranger_is_written_to_in_the_language_they_asked_for(language):
    by = clerk()
    visit = asked(by, language=language)
    counter.begin(visit, digits("counter_code"), by=by)
    assert visit.citizen.language == language


def test_an_account_is_written_to_in_its_own_language(monkeypatch):
    from notify import messages

    used = []
    monkeypatch.setattr(
        messages, "override", lambda language: used.append(language) or transaction.atomic()
    )
    UserFactory(phone=PHONE, language="mg")
    by = clerk()
    asked(by, language="en")
    asked(by, phone="+261349900009", language="en")
    assert used == ["mg", "en"]


@pytest.mark.parametrize("person", [{"role": "officer"}, {"role": "agent"}, {"is_active": False}])
def test_neither_staff_nor_a_closed_account_is_helped(person):
    UserFactory(phone=PHONE, **person)
    with pytest.raises(MoveRefused, match="compte"):
        begun()


def test_nobody_helps_themselves():
    by = clerk(phone=PHONE)
    with pytest.raises(MoveRefused):
        begun(by)


@pytest.mark.parametrize("state", ["waiting", "claimed", "approved", "suspended"])
def test_only_a_dossier_that_can_be_filled_in_is_opened(state):
    case = IdentityCaseFactory(citizen__phone=PHONE, **{state: True})
    with pytest.raises(MoveRefused):
        begun()
    assert again(case).assisted_by is None
    assert not Assistance.objects.exclude(begun_at=None).exists()


@pytest.mark.parametrize("state", ["expired", "rejected"])
def test_whose_dossier_is_over_begins_another(state):
    old = IdentityCaseFactory(citizen__phone=PHONE, **{state: True})
    visit = begun()
    assert visit.case != old
    assert visit.case.state == State.DRAFT


def test_codes_are_limited_by_agent_and_by_phone(settings):
    settings.LIMITS = {"counter": {"free": 2, "window": 3600}}
    by = clerk()
    asked(by)
    asked(by, phone="+261349900002")
    with pytest.raises(MoveRefused, match="Trop"):
        asked(by, phone="+261349900003")
    settings.LIMITS = {"number_hour": {"free": 1, "window": 3600}}
    asked(clerk(), phone="+261349900004")
    with pytest.raises(MoveRefused, match="Trop"):
        asked(clerk(), phone="+261349900004")


# --- Filling in -----------------------------------------------------------------------------------


def test_both_identities_stand_in_the_log_of_every_act():
    case = draft(photos=False)
    visit = visit_of(case)
    by = visit.agent
    filing.declare(case, case.section("piece"), {"paper": "passport"}, by=by)
    documents.receive(case, photo(), side="selfie", by=by)
    for action in ("case.filled", "document.received", "assistance.begun"):
        event = acts(action).get()
        assert event.actor == by.pk, action
        assert event.data["on_behalf_of"] == case.citizen_id, action
    assert case.documents.get().owner == case.citizen


def test_what_is_sent_is_in_the_log_for_both_and_told_to_the_citizen(client, login):
    case = draft()
    visit = sent(case)
    event = acts("case.submitted").get()
    assert (event.actor, event.data["on_behalf_of"]) == (visit.agent_id, case.citizen_id)
    assert Message.objects.filter(template="case_submitted", recipient=case.citizen).exists()
    login(case.citizen)
    assert "Rempli au guichet" in client.get(case.get_absolute_url()).text
    assert "Guichet" in client.get(reverse("kyc:consultations")).text


def test_nobody_fills_in_what_they_were_not_given():
    case = draft()
    visit_of(case)
    with pytest.raises(MoveRefused):
        filing.declare(case, case.section("piece"), {"paper": "passport"}, by=clerk())
    with pytest.raises(MoveRefused):
        documents.receive(case, photo(), side="selfie", by=clerk())


def test_an_hour_later_it_is_over():
    case = draft()
    visit = visit_of(case)
    by, late = visit.agent, timezone.now() + timedelta(minutes=61)
    with time_machine.travel(late):
        with pytest.raises(MoveRefused):
            filing.declare(case, case.section("piece"), {"paper": "passport"}, by=by)
        with pytest.raises(MoveRefused):
            counter.send_code(visit, by=by)
        assert not IdentityCase.objects.filled_by(by).exists()


def test_ended_it_is_over_at_once_and_what_was_filled_in_stays():
    case = draft()
    visit = visit_of(case)
    filing.declare(case, case.section("activite"), {"employer": "JIRAMA"}, by=visit.agent)
    counter.end(visit, by=visit.agent)
    counter.end(visit, by=visit.agent)
    assert not IdentityCase.objects.filled_by(visit.agent).exists()
    assert again(case).employer == "JIRAMA"
    assert acts("assistance.ended").count() == 1


def test_one_person_at_a_time_and_one_agent_a_person():
    by, other = clerk(), clerk()
    first = begun(by)
    second = begun(by, "+261349900002")
    assert again(first).ended_at
    third = begun(other, "+261349900002")
    assert again(second).ended_at
    assert third.is_live


def test_a_dossier_for_the_counter_is_open_while_its_citizen_is_there():
    case = IdentityCaseFactory(returned=True, tries=9)
    assert case.is_for_the_counter
    with pytest.raises(MoveRefused):
        filing.declare(case, case.section("activite"), {"employer": "X"}, by=case.citizen)
    visit = visit_of(case)
    assert not again(case).is_for_the_counter
    filing.declare(case, case.section("activite"), {"employer": "JIRAMA"}, by=visit.agent)
    counter.send_code(visit, by=visit.agent)
    counter.confirm(visit, digits("counter_agree", case.citizen.phone), by=visit.agent)
    assert again(case).state == State.WAITING


def test_a_citizen_needs_no_agreement_with_themselves():
    case = draft()
    visit_of(case)
    filing.submit(case, by=case.citizen)
    assert again(case).state == State.WAITING


# --- The second code ------------------------------------------------------------------------------


def test_without_the_second_code_nothing_is_sent():
    case = draft()
    visit = visit_of(case)
    with pytest.raises(MoveRefused):
        filing.submit(case, by=visit.agent)
    counter.send_code(visit, by=visit.agent)
    with pytest.raises(MoveRefused):
        filing.submit(case, by=visit.agent)
    with pytest.raises(MoveRefused):
        counter.confirm(visit, "000000", by=visit.agent)
    assert again(case).state == State.DRAFT


def test_the_first_code_is_not_the_second():
    case = draft()
    visit = visit_of(case)
    counter.send_code(visit, by=visit.agent)
    with pytest.raises(MoveRefused):
        counter.confirm(visit, digits("counter_code", case.citizen.phone), by=visit.agent)


@pytest.mark.parametrize("change", ["answer", "photo"])
def test_a_code_stands_for_the_answers_that_were_read_back_and_no_others(change):
    case = draft()
    visit = visit_of(case)
    counter.send_code(visit, by=visit.agent)
    if change == "answer":
        filing.declare(case, case.section("activite"), {"employer": "JIRAMA"}, by=case.citizen)
    else:
        documents.receive(case, photo(), side="selfie", by=visit.agent)
    with pytest.raises(MoveRefused, match="changé"):
        counter.confirm(visit, digits("counter_agree", case.citizen.phone), by=visit.agent)
    assert again(case).state == State.DRAFT
    assert again(visit).agreed_to == ""


def test_an_incomplete_dossier_is_not_read_back():
    visit = visit_of(draft(photos=False))
    with pytest.raises(MoveRefused, match="manque"):
        counter.send_code(visit, by=visit.agent)


# --- Who helped does not judge --------------------------------------------------------------------


def test_who_helped_is_never_given_the_dossier_and_cannot_take_it():
    case = draft()
    by = sent(case).agent
    assert review.claim_next(IdentityCase, by=by) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        review.take(again(case), by=by)
    other = clerk()
    assert review.claim_next(IdentityCase, by=other) == case


def test_who_helped_at_an_earlier_visit_does_not_judge_either():
    case = draft()
    first = visit_of(case).agent
    sent(case)
    assert case not in IdentityCase.objects.waiting().reviewable_by(first)
    assert review.claim_next(IdentityCase, by=first) is None


def test_who_sent_it_back_may_help_and_then_judges_it_no_more():
    by = clerk()
    case = IdentityCaseFactory(returned=True, agent=by)
    sent(case, by)
    assert review.claim_next(IdentityCase, by=by) is None


# --- The pages ------------------------------------------------------------------------------------


def test_a_whole_visit_by_the_pages():
    by = clerk()
    client = at_work(by)
    assert reverse("kyc:counter_list") in client.get(reverse("kyc:queue")).text
    assert "Aucune visite" in client.get(reverse("kyc:counter_list")).text
    case = draft(citizen__phone=PHONE)
    page = client.post(reverse("kyc:counter_list"), {"phone": "034 99 123 45", "language": "fr"})
    wrong = client.post(page.url, {"code": "000000"})
    assert wrong.status_code == 422
    opened = client.post(page.url, {"code": digits("counter_code")})
    assert opened.url == case.get_absolute_url()
    text = client.get(opened.url).text
    assert "personne présente" in text
    assert PHONE not in text
    filled = client.post(
        case.section_url("activite"),
        {"employer": "JIRAMA", "income": "none", "income_source": "salary"},
    )
    assert filled.status_code == 302
    assert again(case).employer == "JIRAMA"
    check = client.get(case.url("check"), follow=True)
    assert "Relisez tout" in check.text
    visit = Assistance.objects.get()
    client.post(reverse("kyc:counter_code", args=[visit.pk]))
    sent_page = client.post(
        reverse("kyc:counter_check", args=[visit.pk]),
        {"code": digits("counter_agree")},
        follow=True,
    )
    assert case.reference in sent_page.text
    assert again(case).state == State.WAITING
    assert client.get(case.get_absolute_url()).url == page.url
    assert at_work(clerk()).get(case.get_absolute_url()).status_code == 404
    assert "Envoyé" in client.get(reverse("kyc:counter_list")).text


def test_no_language_is_chosen_for_the_person_and_the_menu_says_where_one_is():
    client = at_work(clerk())
    page = client.get(reverse("kyc:counter_list")).text
    assert 'name="language"' in page
    assert " checked" not in page
    assert client.post(reverse("kyc:counter_list"), {"phone": PHONE}).status_code == 422
    case = draft(citizen__phone=PHONE)
    visit = visit_of(case, clerk())
    current = f'<a href="{reverse("kyc:counter_list")}" aria-current="true">'
    client = at_work(visit.agent)
    for address in (case.get_absolute_url(), reverse("kyc:counter_check", args=[visit.pk])):
        assert current in client.get(address).text


def test_nothing_else_of_the_citizen_opens():
    case = draft()
    by = visit_of(case).agent
    client = at_work(by)
    vehicle = VehicleCaseFactory(citizen=case.citizen)
    assert client.get(case.get_absolute_url()).status_code == 200
    assert client.get(vehicle.get_absolute_url()).status_code == 404
    older = IdentityCaseFactory(citizen=case.citizen, rejected=True)
    assert client.get(older.get_absolute_url()).status_code == 404
    for name in ("taxes:dashboard", "kyc:consultations", "kyc:privacy", "kyc:identity"):
        assert client.get(reverse(name)).status_code == 403, name


def test_looking_at_a_photo_leaves_a_trace_and_marks_it(client, login):
    case = draft()
    by = visit_of(case).agent
    picture = case.documents.first()
    url = reverse("kyc:picture", args=[case.pk, picture.key])
    assert at_work(by).get(url).status_code == 200
    assert DocumentView.objects.get().by == by
    login(case.citizen)
    client.get(url)
    assert DocumentView.objects.count() == 1


def test_a_photo_is_taken_at_the_counter():
    case = draft(photos=False)
    client = at_work(visit_of(case).agent)
    answer = client.post(case.section_url("portrait"), {"selfie": photo()})
    assert answer.status_code == 302
    assert case.documents.get().side == "selfie"


def test_the_visit_of_another_agent_does_not_exist():
    visit = begun()
    client = at_work(clerk())
    for name in ("visit", "check"):
        assert client.get(reverse(f"kyc:counter_{name}", args=[visit.pk])).status_code == 404
    for name in ("code", "end", "visit", "check"):
        assert client.post(reverse(f"kyc:counter_{name}", args=[visit.pk])).status_code == 404


def test_an_agent_without_the_second_factor_opens_nothing(client, login):
    case = draft()
    by = visit_of(case).agent
    login(by, factor=False)
    assert "second-facteur" in client.get(case.get_absolute_url()).url


def test_a_visit_that_is_over_says_so():
    case = draft()
    visit = visit_of(case)
    client = at_work(visit.agent)
    client.post(reverse("kyc:counter_end", args=[visit.pk]))
    page = client.get(reverse("kyc:counter_check", args=[visit.pk]), follow=True)
    assert "Visite terminée" in page.text
    assert case.surname not in page.text


# --- What is kept ---------------------------------------------------------------------------------


def test_a_phone_that_led_nowhere_is_forgotten_after_a_day():
    asked(clerk())
    kept = begun(phone="+261349900002")
    assert kept.phone == ""
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert retention.enforce()["visits nobody agreed to"] == 1
    assert list(Assistance.objects.all()) == [kept]


def test_a_draft_that_is_forgotten_takes_its_visits_along():
    case = begun().case
    with time_machine.travel(timezone.now() + timedelta(days=200)):
        retention.enforce()
    assert not IdentityCase.objects.filter(pk=case.pk).exists()
    assert not Assistance.objects.exists()


def test_ones_own_copy_says_when_one_was_helped_and_not_by_whom():
    case = draft()
    visit = sent(case)
    held = privacy.gather(case.citizen)["assistances"]
    assert held == [{"begun_at": again(visit).begun_at, "ended_at": again(visit).ended_at}]


def test_the_log_is_complete():
    sent(draft())
    wanted = [each for each in EXPECTATIONS if each.action.startswith("assistance.")]
    assert len(wanted) == 2
    assert [list(silent(each, None)) for each in wanted] == [[], []]


@pytest.mark.parametrize(
    "broken",
    [{"agreed_to": "x"}, {"citizen": None}, {"case": None}, {"begun_at": None}],
)
def test_the_database_keeps_a_visit_whole(broken):
    visit = begun()
    with pytest.raises(IntegrityError), transaction.atomic():
        Assistance.objects.filter(pk=visit.pk).update(**broken)


def test_the_database_lets_nobody_help_themselves():
    visit = begun()
    with pytest.raises(IntegrityError), transaction.atomic():
        Assistance.objects.filter(pk=visit.pk).update(agent=visit.citizen)


# --- At once --------------------------------------------------------------------------------------


def two_counters(monkeypatch):
    """The same new phone at two counters, whose agents type the codes at the same moment."""
    agents = clerk(), clerk()
    visits = []
    for by in agents:
        visit = asked(by)
        visits.append((visit, digits("counter_code"), by))
    owner_of = counter._owner_of
    monkeypatch.setattr(counter, "_owner_of", Meeting(patience=1).after(owner_of))
    # Sent last, the second code ends the first: each is given one that is right.
    monkeypatch.setattr(counter, "_check", lambda *args: None)
    return together(*(lambda v=v, c=c, by=by: counter.begin(v, c, by=by) for v, c, by in visits))


@pytest.mark.django_db(transaction=True)
def test_two_counters_make_one_account_and_one_visit_is_left(monkeypatch):
    assert failures(two_counters(monkeypatch)) == []
    assert User.objects.filter(phone=PHONE).count() == 1
    assert Assistance.objects.live().count() == 1
    assert IdentityCase.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_constraint_two_accounts_are_made(monkeypatch):
    with without(User, "kyc_user_one_owner_per_phone"):
        two_counters(monkeypatch)
        assert User.objects.filter(phone=PHONE).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_change_at_the_moment_of_sending_is_sent_read_back_or_not_at_all(monkeypatch):
    case = draft()
    visit = visit_of(case)
    counter.send_code(visit, by=visit.agent)
    code = digits("counter_agree", case.citizen.phone)
    monkeypatch.setattr(IdentityCase, "lock", Meeting().after(IdentityCase.lock))
    part = case.section("activite")
    results = together(
        lambda: counter.confirm(again(visit), code, by=visit.agent),
        lambda: filing.declare(again(case), part, {"employer": "JIRAMA"}, by=case.citizen),
    )
    assert [type(failure) for failure in failures(results)] == [MoveRefused]
    is_sent = again(case).state == State.WAITING
    assert is_sent is (again(case).employer == "")
