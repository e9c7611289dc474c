"""A dossier that is suspended and resumed: by whom, why, and what the citizen is told."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kyc import filing, review, suspension
from kyc.models import IdentityCase, IdentityCaseMove
from notify.models import Message
from project.audit.completeness import EXPECTATIONS, silent
from project.audit.models import Event
from project.lib.access import FRESH
from project.lib.workflow import MoveRefused
from tests.conftest import pass_second_factor
from tests.factories import IdentityCaseFactory, UserFactory, VehicleCaseFactory
from tests.races import Meeting, failures, together, unlock

pytestmark = pytest.mark.django_db
State = IdentityCase.State
FIND = "kyc:dossier_find"
WHY = {"code": "stolen", "reason": "Déclarée volée le 3 mars."}


def boss(*regions):
    return UserFactory(supervisor=True, regions=list(regions))


def at_work(user):
    """A browser in which one of the staff has just given their factor."""
    client = Client()
    client.force_login(user)
    pass_second_factor(client, user)
    session = client.session
    session[FRESH] = timezone.now().timestamp()
    session.save()
    return client


def approved(**fields):
    return IdentityCaseFactory(approved=True, **fields)


def suspended(by=None, **fields):
    case = approved(**fields)
    suspension.suspend(case, **WHY, by=by or boss())
    return case


def again(case):
    return IdentityCase.objects.get(pk=case.pk)


def acts(action):
    return Event.objects.filter(action=action).order_by("pk")


def page(name, case):
    return reverse(f"kyc:dossier_{name}", args=[case.pk])


# --- Suspending -----------------------------------------------------------------------------------


def test_a_suspended_dossier_proves_nothing_and_its_citizen_is_told_why():
    case = approved(citizen=UserFactory(mailed=True))
    by = boss()
    suspension.suspend(case, **WHY, by=by)
    assert again(case).state == State.SUSPENDED
    assert not case.citizen.is_identified
    letters = Message.objects.filter(recipient=case.citizen, template="identity_suspended")
    assert {letter.channel for letter in letters} == {"sms", "email"}
    assert "volée" in letters.get(channel="sms").body
    event = acts("case.suspended").get()
    assert (event.actor, event.data["code"]) == (by.pk, "stolen")
    assert WHY["reason"] not in str(event.data)


@pytest.mark.parametrize(("language", "said"), [("fr", "suspendu"), ("mg", "ID-"), ("en", "ID-")])
def test_each_is_told_in_their_language(language, said):
    case = suspended(citizen__language=language)
    assert said in Message.objects.get(template="identity_suspended", channel="sms").body
    assert case.citizen.language == language


@pytest.mark.parametrize("state", ["waiting", "claimed", "returned", "rejected", "expired"])
def test_only_what_is_approved_is_suspended(state):
    case = IdentityCaseFactory(**{state: True})
    with pytest.raises(MoveRefused):
        suspension.suspend(case, **WHY, by=boss())
    assert again(case).state == state


def test_a_reason_is_one_of_the_catalogue():
    with pytest.raises(MoveRefused):
        suspension.suspend(approved(), code="blurred", reason="x", by=boss())


def test_regions_limit_who_may():
    case = approved(region="diana")
    with pytest.raises(MoveRefused):
        suspension.suspend(case, **WHY, by=boss("boeny"))
    suspension.suspend(case, **WHY, by=boss("boeny", "diana"))
    assert again(case).state == State.SUSPENDED
    with pytest.raises(MoveRefused):
        suspension.resume(again(case), reason="x", by=boss("boeny"))


@pytest.mark.parametrize("role", ["agent", "administrator", "citizen"])
def test_nobody_but_a_supervisor_suspends_or_resumes(role):
    person = UserFactory(role=role)
    with pytest.raises(MoveRefused):
        suspension.suspend(approved(), **WHY, by=person)
    with pytest.raises(MoveRefused):
        suspension.resume(suspended(), reason="x", by=person)


def test_the_history_says_why_in_the_language_of_whoever_reads_it():
    case = suspended()
    note = IdentityCaseMove.objects.get(case=case).note
    assert note == "stolen\nDéclarée volée le 3 mars."
    said = "La pièce a été déclarée perdue ou volée. Déclarée volée le 3 mars."
    assert case.history()[-1]["note"] == said
    other = approved()
    suspension.suspend(other, code="suspended_other", reason="Appelez-nous.", by=boss())
    assert other.history()[-1]["note"] == "Appelez-nous."


# --- What a suspension stops ----------------------------------------------------------------------


def test_another_dossier_does_not_go_round_a_suspension():
    case = suspended()
    with pytest.raises(MoveRefused, match="suspendu"):
        filing.begin(IdentityCase.objects.live(), by=case.citizen)
    with pytest.raises(MoveRefused, match="suspendu"):
        filing.submit(IdentityCaseFactory(citizen=case.citizen), by=case.citizen)


def test_a_vehicle_is_not_sent_meanwhile():
    draft = VehicleCaseFactory()
    suspended(citizen=draft.citizen)
    with pytest.raises(MoveRefused, match="suspendu"):
        filing.submit(draft, by=draft.citizen)


def test_what_had_been_sent_before_is_not_approved_while_one_is_suspended():
    old = suspended()
    new = IdentityCaseFactory(claimed=True, citizen=old.citizen)
    with pytest.raises(MoveRefused, match="suspendu"):
        review.decide(new, "approved", by=new.agent)
    assert (again(old).state, again(new).state) == ("suspended", "claimed")


def test_the_citizen_reads_why_and_that_taxes_stay_payable(client, login):
    case = suspended()
    login(case.citizen)
    text = client.get(case.get_absolute_url()).text
    assert WHY["reason"] in text
    assert "reste payable" in text
    client.post(reverse("kyc:identity"))
    assert case.citizen.identitycases.count() == 1


def test_a_suspended_person_who_tries_another_is_told_so(client, login):
    case = suspended()
    IdentityCaseFactory(citizen=case.citizen, rejected=True)
    login(case.citizen)
    answer = client.post(reverse("kyc:identity"), follow=True)
    assert "suspendu" in answer.text


# --- Resuming -------------------------------------------------------------------------------------


def test_another_supervisor_resumes_it_and_the_citizen_is_told():
    case = suspended()
    by = boss()
    suspension.resume(case, reason="Retrouvée.", by=by)
    assert again(case).state == State.APPROVED
    assert case.citizen.is_identified
    assert again(case).said == ""
    assert Message.objects.filter(template="identity_resumed", recipient=case.citizen).exists()
    assert acts("case.resumed").get().data["suspended_by"] == case.suspended_by_id


def test_nobody_takes_back_alone_what_they_did_alone():
    by = boss()
    case = suspended(by=by)
    with pytest.raises(MoveRefused, match="autre personne"):
        suspension.resume(case, reason="x", by=by)
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityCase.objects.filter(pk=case.pk).update(state="approved", resumed_by=by)
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityCase.objects.filter(pk=case.pk).update(state="approved")


def test_the_database_wants_a_reason_and_a_person():
    case = approved()
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityCase.objects.filter(pk=case.pk).update(state="suspended")


def test_it_may_be_suspended_again_and_resumed_by_the_other():
    first, second = boss(), boss()
    case = suspended(by=first)
    suspension.resume(case, reason="x", by=second)
    suspension.suspend(case, **WHY, by=second)
    suspension.resume(case, reason="y", by=first)
    assert again(case).state == State.APPROVED


def test_a_suspension_that_is_lifted_after_the_papers_end_leaves_an_ended_dossier():
    case = suspended(expires_on=timezone.localdate() + timedelta(days=3))
    with time_machine.travel(timezone.now() + timedelta(days=10)):
        suspension.resume(case, reason="x", by=boss())
        assert again(case).state == State.EXPIRED
        assert not case.citizen.is_identified
    assert Message.objects.filter(template="identity_ended", channel="sms").count() == 1
    assert acts("case.expired").exists()


def test_every_act_has_its_line_in_the_log():
    case = suspended()
    suspension.resume(case, reason="x", by=boss())
    wanted = [each for each in EXPECTATIONS if each.action in ("case.suspended", "case.resumed")]
    assert len(wanted) == 2
    assert [list(silent(each, None)) for each in wanted] == [[], []]
    bare = IdentityCaseFactory(suspended=True)
    assert list(silent(wanted[0], None)) == [bare]


# --- The supervisor's pages -----------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["ID-{:06}", "id-{:06}", " ID-{} ", "ID{:06}"])
def test_a_reference_is_found_in_any_spelling(spelling):
    case = approved()
    assert suspension.find(spelling.format(case.pk), by=boss()) == case


@pytest.mark.parametrize("grouped", [False, True])
def test_a_number_is_found_exactly_and_never_by_a_part(grouped):
    case = approved(number="101231123456")
    typed = "101 231 123 456" if grouped else "101231123456"
    assert suspension.find(typed, by=boss()) == case
    assert suspension.find("10123112345", by=boss()) is None
    assert suspension.find("101231", by=boss()) is None


def test_a_number_names_the_dossier_that_stands_before_those_that_do_not():
    case = approved(number="101231123456")
    IdentityCaseFactory(rejected=True, number="101231123456")
    assert suspension.find("101231123456", by=boss()) == case


def test_a_passport_is_found_by_its_number():
    case = approved(passport=True, number="A12X34567")
    assert suspension.find("a12x 34567", by=boss()) == case


def test_neither_drafts_nor_other_regions_are_found():
    draft, far = IdentityCaseFactory(), approved(region="diana")
    assert suspension.find(draft.reference, by=boss()) is None
    assert suspension.find(far.reference, by=boss("boeny")) is None


def test_every_look_up_is_in_the_log_and_never_what_was_typed():
    case = approved(number="101231123456")
    by = boss()
    suspension.find("101231123456", by=by)
    suspension.find("999999999999", by=by)
    events = list(acts("identity.searched"))
    seen = [(event.actor, event.object_id) for event in events]
    assert seen == [(by.pk, str(case.pk)), (by.pk, "")]
    assert "101231123456" not in str([event.data for event in events])


def test_looking_up_has_a_limit(settings):
    settings.LIMITS = {"look_up": {"free": 2, "window": 3600}}
    by = boss()
    for _ in range(2):
        suspension.find("ID-1", by=by)
    with pytest.raises(MoveRefused):
        suspension.find("ID-1", by=by)


def test_from_the_menu_to_the_dossier_and_its_two_buttons():
    case = approved(number="101231123456", surname="RAKOTOMALALA")
    client = at_work(boss())
    assert reverse(FIND) in client.get(reverse("taxes:queues")).text
    found = client.post(reverse(FIND), {"named": "101 231 123 456"})
    assert found.url == page("detail", case)  # the number stands in no address
    text = client.get(found.url).text
    assert "101231123456" not in text
    assert "RAKOTOMALALA" not in text
    assert page("suspend", case) in text
    assert page("resume", case) not in text
    assert acts("identity.consulted").get().object_id == str(case.pk)
    assert client.post(page("suspend", case), WHY).status_code == 302
    text = client.get(page("detail", case)).text
    assert "une autre personne peut le rétablir" in text
    assert page("resume", case) not in text
    other = at_work(boss())
    assert page("resume", case) in other.get(page("detail", case)).text
    assert other.post(page("resume", case), {"reason": "Retrouvée."}).status_code == 302
    assert again(case).state == State.APPROVED


def test_nothing_found_says_so_and_an_empty_form_asks():
    client = at_work(boss())
    assert "Aucun dossier" in client.post(reverse(FIND), {"named": "ID-999999"}).text
    assert client.post(reverse(FIND), {"named": ""}).status_code == 422
    assert client.get(reverse(FIND)).status_code == 200


@pytest.mark.parametrize("why", [WHY | {"code": ""}, {"code": "suspended_other", "reason": ""}])
def test_a_suspension_wants_a_reason_or_words_of_ones_own(why):
    case = approved()
    answer = at_work(boss()).post(page("suspend", case), why)
    assert answer.status_code == 422
    assert again(case).state == State.APPROVED
    with pytest.raises(MoveRefused):
        suspension.suspend(case, **why, by=boss())


def test_a_ready_made_reason_says_enough():
    case = approved()
    answer = at_work(boss()).post(page("suspend", case), {"code": "own_wish", "reason": ""})
    assert answer.status_code == 302
    assert again(case).said == "Vous l'avez demandé."
    assert "Vous l'avez demandé." in Message.objects.get(template="identity_suspended").body


def test_the_reasons_are_worded_for_whoever_chooses_one():
    text = at_work(boss()).get(page("suspend", approved())).text
    assert "La personne l&#x27;a demandé." in text
    assert "Vous l&#x27;avez demandé." not in text


def test_who_suspended_is_told_at_once_that_another_resumes():
    by = boss()
    case = suspended(by=by)
    text = at_work(by).get(page("resume", case)).text
    assert "une autre personne peut le rétablir" in text
    assert 'name="reason"' not in text
    assert 'name="reason"' in at_work(boss()).get(page("resume", case)).text


@pytest.mark.parametrize("act", ["suspend", "resume"])
def test_the_factor_is_asked_again_first(client, login, act):
    case = approved()
    login(boss())
    assert "second-facteur" in client.get(page(act, case)).url
    assert "second-facteur" in client.post(page(act, case), WHY).url
    assert again(case).state == State.APPROVED


def test_a_dossier_of_another_region_does_not_exist():
    case = approved(region="diana")
    client = at_work(boss("boeny"))
    for name in ("detail", "suspend", "resume"):
        assert client.get(page(name, case)).status_code == 404
    assert acts("identity.consulted").count() == 0


def test_the_citizen_reads_that_a_supervisor_looked(client, login):
    case = approved()
    suspension.look(case, by=boss())
    login(case.citizen)
    text = client.get(reverse("kyc:consultations")).text.lower()
    assert "superviseur" in text


@pytest.mark.parametrize("name", ["detail", "suspend", "resume"])
def test_each_page_that_shows_a_dossier_is_a_look_in_the_log(name):
    case, by = approved(), boss()
    assert at_work(by).get(page(name, case)).status_code == 200
    assert acts("identity.consulted").get().object_id == str(case.pk)


def test_nobody_leafs_through_dossiers_by_their_addresses(settings):
    settings.LIMITS = {"consult": {"free": 2, "window": 3600}}
    client = at_work(boss())
    seen = [client.get(page("detail", approved())).status_code for _ in range(3)]
    assert seen == [200, 200, 403]
    assert acts("identity.consulted").count() == 2


# --- At once --------------------------------------------------------------------------------------


def resume_twice(monkeypatch):
    case = suspended()
    people = boss(), boss()
    monkeypatch.setattr(IdentityCase, "lock", Meeting().after(IdentityCase.lock))
    results = together(
        *(lambda by=by: suspension.resume(again(case), reason="x", by=by) for by in people)
    )
    return case, results


@pytest.mark.django_db(transaction=True)
def test_of_two_who_resume_at_once_one_does(monkeypatch):
    case, results = resume_twice(monkeypatch)
    assert [type(failure) for failure in failures(results)] == [MoveRefused]
    assert IdentityCaseMove.objects.filter(case=case, state="approved").count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_both_resume(monkeypatch):
    unlock(monkeypatch)
    case, _results = resume_twice(monkeypatch)
    assert IdentityCaseMove.objects.filter(case=case, state="approved").count() == 2


def suspend_and_replace(monkeypatch):
    """A supervisor suspends the dossier while an agent approves the one that follows it."""
    old = approved()
    new = IdentityCaseFactory(claimed=True, citizen=old.citizen)
    by = boss()
    meeting = Meeting(patience=2)
    monkeypatch.setattr(IdentityCase, "approve", meeting.before(IdentityCase.approve))
    monkeypatch.setattr(suspension, "_hold", meeting.after(suspension._hold))
    results = together(
        lambda: review.decide(IdentityCase.objects.get(pk=new.pk), "approved", by=new.agent),
        lambda: suspension.suspend(again(old), **WHY, by=by),
    )
    return old, new, results


@pytest.mark.django_db(transaction=True)
def test_a_suspension_is_not_lost_to_an_approval_at_the_same_moment(monkeypatch):
    old, new, results = suspend_and_replace(monkeypatch)
    ends = (again(old).state, again(new).state)
    assert ends in {("suspended", "claimed"), ("expired", "approved")}
    assert [type(failure) for failure in failures(results)] == [MoveRefused]
