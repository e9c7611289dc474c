"""What two dossiers have in common: found whatever the disguise, shown masked, judged by people."""

from datetime import date
from itertools import count

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from kyc import duplicates, filing, retention, review, spelling
from kyc.models import DocumentView, IdentityResemblance, PersonKey, PictureMark
from project.audit.models import Event
from project.lib.workflow import MoveRefused
from project.sandbox import papers
from project.sandbox.papers import as_jpeg
from tests import pictures, queued
from tests.factories import (
    DocumentFactory,
    IdentityCaseFactory,
    UserFactory,
    VehicleCaseFactory,
    retake,
)

pytestmark = pytest.mark.django_db

NOBODIES = map(papers.person, count())  # no two are born on one day


def a_case(**fields):
    """A waiting dossier of nobody in particular, without pictures."""
    nobody = next(NOBODIES)
    unlike = {
        "surname": nobody["surname"],
        "given_names": nobody["given_names"],
        "birth_date": date.fromisoformat(nobody["birth_date"]),
    }
    return IdentityCaseFactory(**{"waiting": True, "photos": False} | unlike | fields)


def photographed(case, jpeg, side="identity_front", digest="a"):
    document = DocumentFactory(owner=case.citizen, side=side, original_sha256=digest * 63 + "o")
    # What follows the end of a JPEG is not looked at: other bytes of the same picture.
    retake(document, jpeg + digest.encode())
    case.documents.add(document)
    return document


def kinds(case):
    return {(pair.kind, pair.beside(case).pk) for pair in duplicates.about(case)}


@pytest.fixture(scope="module")
def photo():
    return pictures.photograph("cin_small", 1, shot=0, width=800)


# --- Finding -------------------------------------------------------------------------------------


def test_the_same_number_in_another_account_is_found_once():
    first, second = a_case(number="101231000001"), a_case(number="101231000001")
    a_case(number="101231000002")
    assert duplicates.look_for(second) == 1
    assert duplicates.look_for(second) == duplicates.look_for(first) == 0
    assert kinds(second) == {("number", first.pk)}
    assert kinds(first) == {("number", second.pk)}


def test_the_same_phone_claimed_by_another_account_is_found():
    phone = "+261340099001"
    first = a_case(citizen__phone=phone)
    second = a_case(citizen__phone=phone, citizen__phone_verified_at=None)
    duplicates.look_for(second)
    assert ("phone", first.pk) in kinds(second)


def test_ones_own_earlier_dossier_is_no_alarm(photo):
    citizen, jpeg = UserFactory(), as_jpeg(photo)
    earlier = a_case(citizen=citizen, number="101231000001", waiting=False, rejected=True)
    later = a_case(citizen=citizen, number="101231000001")
    for case in (earlier, later):
        photographed(case, jpeg)
        assert duplicates.look_for(case) == 0


def test_a_draft_is_nobodys_affair():
    draft = a_case(number="101231000001", waiting=False)
    sent = a_case(number="101231000001")
    assert duplicates.look_for(sent) == duplicates.look_for(draft) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("RAKOTOARISOA", "Jean Paul"), ("Rakotoarisoa", "Paul Jean")),
        (("RAZAFINDRAKOTO", "Hanitra"), ("Razafindrakoto", "H.")),
        (("RAJAONARISON", "Voahangy"), ("RADZAONARISON", "Voangy")),
        (("RAKOTONDRABÉ", "Njaka"), ("Rakotondrabe", "N'jaka")),
        (("SOLONIRINA", ""), ("Solonyrina", "")),
        (("ANDRIAMANANTSOA", "Lalao"), ("Lalao", "Andriamanantsao")),
    ],
)
def test_one_person_in_two_spellings_is_found(one, other):
    first = a_case(surname=one[0], given_names=one[1], birth_date=date(1985, 6, 4))
    second = a_case(surname=other[0], given_names=other[1], birth_date=date(1985, 6, 4))
    for case in (first, second):
        duplicates.look_for(case)
    assert kinds(second) == {("person", first.pk)}


def test_a_birth_date_turned_round_or_about_still_finds_the_person():
    names = {"surname": "RAKOTOARISOA", "given_names": "Jean Paul"}
    first = a_case(**names, birth_date=date(1985, 6, 4))
    turned = a_case(**names, birth_date=date(1985, 4, 6))
    about = a_case(**names, birth_date=date(1986, 1, 1), birth_is_about=True)
    for case in (first, turned, about):
        duplicates.look_for(case)
    assert ("person", first.pk) in kinds(turned) & kinds(about)


@pytest.mark.parametrize(
    ("surname", "given_names"),
    [("RAKOTOARISOA", "Marie Claudine"), ("RASOLOMANANA", "Jean Paul")],
)
def test_a_relative_or_a_namesake_born_another_day_is_not(surname, given_names):
    first = a_case(surname="RAKOTOARISOA", given_names="Jean Paul", birth_date=date(1985, 6, 4))
    same_day = a_case(surname=surname, given_names=given_names, birth_date=date(1985, 6, 4))
    other_year = a_case(
        surname="RAKOTOARISOA", given_names="Jean Paul", birth_date=date(1987, 6, 4)
    )
    for case in (first, same_day, other_year):
        duplicates.look_for(case)
    assert not IdentityResemblance.objects.exists()


def test_what_people_are_found_by_says_nothing_to_whoever_reads_the_table():
    case = a_case(surname="RAKOTOARISOA", given_names="Jean", birth_date=date(1985, 6, 4))
    duplicates.look_for(case)
    keys = list(case.person_keys.values_list("key", flat=True))
    plain = spelling.keys("RAKOTOARISOA Jean", date(1985, 6, 4), about=False)
    assert len(keys) == len(plain) == 3
    assert not any(word in key for key in keys for word in ("RAKOT", "1985"))


def test_a_turned_cropped_copy_in_another_dossier_is_found_among_papers_of_its_form(photo):
    others = []
    for holder in range(2, 12):
        other = pictures.photograph("cin_small", holder, shot=0, width=800)
        others.append(a_case())
        photographed(others[-1], as_jpeg(other), digest=f"{holder - 2}")
        duplicates.look_for(others[-1])
    first, second = a_case(), a_case()
    paper = photographed(first, as_jpeg(photo), digest="b")
    copy = pictures.altered(photo, "everything", pictures.random_of(3))
    copied = photographed(second, copy, digest="c")
    duplicates.look_for(first)
    duplicates.look_for(second)
    pair = IdentityResemblance.objects.get()
    assert (pair.kind, pair.case, pair.other) == ("picture", second, first)
    assert (pair.paper, pair.other_paper) == (copied, paper)
    assert pair.score > 0.78


def test_the_same_file_is_told_as_the_same_file(photo):
    first, second = a_case(), a_case()
    for case in (first, second):
        photographed(case, as_jpeg(photo))
        duplicates.look_for(case)
    assert kinds(second) == {("copy", first.pk)}


def test_one_picture_for_two_vehicles_of_one_person_is_found():
    citizen = UserFactory()
    jpeg = as_jpeg(pictures.photograph("carte_coded", 1, shot=0, width=800))
    cases = [
        VehicleCaseFactory(waiting=True, citizen=citizen, photos=False, plate=plate)
        for plate in ("1111TAA", "1111TAA", "2222TAA")
    ]
    for case in cases:
        photographed(case, jpeg, side="carte_grise_front")
        duplicates.look_for(case)
    assert not [pair for pair in duplicates.about(cases[1]) if pair.beside(cases[1]) == cases[0]]
    assert {kind for kind, _pk in kinds(cases[2])} >= {"copy"}


def test_vehicle_papers_of_another_person_are_found():
    first = VehicleCaseFactory(waiting=True, plate="1111TAA", chassis_number="CHASSIS001")
    second = VehicleCaseFactory(waiting=True, plate="1111TAA", chassis_number="CHASSIS001")
    third = VehicleCaseFactory(waiting=True, plate="2222TAA", chassis_number="CHASSIS001")
    for case in (first, second, third):
        case.documents.clear()
        duplicates.look_for(case)
    assert kinds(second) >= {("plate", first.pk), ("chassis", first.pk)}
    assert {("chassis", first.pk), ("chassis", second.pk)} == kinds(third)


def test_marks_that_many_pictures_have_are_left_out(photo, monkeypatch):
    monkeypatch.setattr(duplicates, "HOLDERS", 2)
    for digest in "abcd":
        case = a_case()
        photographed(case, as_jpeg(photo), digest=digest)
        duplicates.look_for(case)
    seen = PictureMark.objects.filter(mark__lt=duplicates.EXACT)
    assert {seen.filter(mark=mark).count() for mark in seen.values_list("mark", flat=True)} == {2}


def test_one_file_in_everybodys_dossier_is_looked_for_among_the_first_of_them(monkeypatch):
    monkeypatch.setattr(duplicates, "HOLDERS", 2)
    white = as_jpeg(Image.new("RGB", (300, 200), "white"))
    cases = [a_case() for _ in range(4)]
    for case in cases:
        photographed(case, white)
        duplicates.look_for(case)
    assert {held["held"] for held in _held()} == {2}
    assert {("copy", case.pk) for case in cases[:2]} == kinds(cases[3])


def _held():
    return PictureMark.objects.values("mark").annotate(held=Count("pk"))


def test_looking_asks_the_database_as_often_whoever_is_there():
    same = {"surname": "RABE", "given_names": "Jean", "birth_date": date(1990, 1, 1)}

    def questions(others):
        for _ in range(others):
            duplicates.look_for(a_case(**same))
        case = a_case(**same)
        with CaptureQueriesContext(connection) as asked:
            duplicates.look_for(case)
        return len(asked)

    few = questions(2)
    assert questions(12) == few
    assert PersonKey.objects.exists()


def test_sending_a_dossier_has_it_looked_at_by_the_worker():
    first = a_case(number="101231000001")
    draft = IdentityCaseFactory(number="101231000001")
    draft.documents.all().update(sha256="f" * 64)
    filing.submit(draft, by=draft.citizen)
    assert ("kyc.tasks.look_for_duplicates", ("kyc.identitycase", draft.pk)) in queued.waiting()
    queued.work()
    assert ("number", first.pk) in kinds(draft)
    draft.refresh_from_db()
    assert draft.state == "waiting"  # nothing was decided


def test_a_picture_whose_file_is_gone_keeps_nothing_from_being_found(photo):
    first, second = a_case(number="101231000001"), a_case(number="101231000001")
    for case, digest in ((first, "a"), (second, "b")):
        photographed(case, as_jpeg(photo), digest=digest)
    duplicates.look_for(first)
    first.documents.get().picture.storage.delete(first.documents.get().picture.name)
    duplicates.look_for(second)
    assert kinds(second) == {("number", first.pk)}


# --- Judging, and who may ------------------------------------------------------------------------


@pytest.fixture
def pair():
    """A case in an agent's hands, and an older one that declares the same number."""
    older = a_case(number="101231000001", surname="SECRETE", birth_place="Canariville")
    DocumentFactory(owner=older.citizen)
    older.documents.add(DocumentFactory(owner=older.citizen, sha256="2" * 64))
    held = a_case(number="101231000001", waiting=False, claimed=True)
    duplicates.look_for(held)
    return duplicates.about(held).get(kind="number")


def address(pair, name="resemblance", **more):
    return reverse(f"kyc:{name}", kwargs={"pk": pair.case_id, "number": pair.pk} | more)


def test_an_agent_says_once_what_it_means_and_the_log_has_it(pair):
    agent = pair.case.agent
    duplicates.judge(pair, "unrelated", by=agent, reason="Deux soeurs.")
    with pytest.raises(MoveRefused):
        duplicates.judge(pair, "same", by=agent, reason="Non.")
    pair.refresh_from_db()
    assert (pair.state, pair.judged_by, pair.reason) == ("unrelated", agent, "Deux soeurs.")
    event = Event.objects.get(action="resemblance.unrelated")
    assert event.object_id == str(pair.pk)
    assert "soeurs" not in str(event.data)
    assert duplicates.look_for(pair.case) == 0
    assert duplicates.about(pair.case).get(pk=pair.pk).state == "unrelated"


def test_nobody_else_may_say_it(pair):
    for person in (UserFactory(agent=True), pair.case.citizen, UserFactory(supervisor=True)):
        with pytest.raises(MoveRefused):
            duplicates.judge(pair, "same", by=person, reason="Si.")


def test_the_database_knows_no_judgement_without_a_person(pair):
    with pytest.raises(IntegrityError), transaction.atomic():
        type(pair).objects.filter(pk=pair.pk).update(state="same")


def test_the_page_shows_both_masked_and_writes_the_look_down(pair, client, login):
    login(pair.case.agent)
    detail = client.get(pair.case.agent_url).content.decode()
    assert address(pair) in detail
    assert pair.other.reference in detail
    page = client.get(address(pair)).content.decode()
    assert "SECRETE" in page
    for hidden in ("101231000001", "101 231 000 001", "Canariville"):
        assert hidden not in page
    event = Event.objects.get(action="case.compared")
    assert (event.object_id, event.reason) == (str(pair.other_id), "duplicate")


def test_the_other_picture_is_marked_and_its_look_recorded(pair, client, login):
    paper = pair.other.documents.get()
    retake(paper, as_jpeg(pictures.paper("cin_small", 1)))
    login(pair.case.agent)
    picture = address(pair, "resemblance_picture", key=paper.key)
    assert picture in client.get(address(pair)).content.decode()
    answer = client.get(picture)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer.content != paper.picture.open("rb").read()
    assert DocumentView.objects.get().document == paper
    assert Event.objects.get(action="document.viewed").reason == "duplicate"


def test_what_is_not_in_the_agents_hands_does_not_exist(pair, client, login):
    paper = pair.other.documents.get()
    stranger = a_case(waiting=False, claimed=True, agent=pair.case.agent)
    foreign = DocumentFactory(owner=stranger.citizen)
    picture = address(pair, "resemblance_picture", key=paper.key)
    login(UserFactory(agent=True))
    assert client.get(address(pair)).status_code == client.get(picture).status_code == 404
    login(pair.case.agent)
    assert client.get(address(pair, "resemblance_picture", key=foreign.key)).status_code == 404
    elsewhere = reverse("kyc:resemblance", kwargs={"pk": stranger.pk, "number": pair.pk})
    assert client.get(elsewhere).status_code == 404


def test_a_grave_resemblance_is_answered_before_the_approval(pair, client, login):
    login(pair.case.agent)
    page = client.get(pair.case.agent_url).text
    assert "1 ressemblance attend votre réponse" in page
    assert 'id="ressemblances"' in page
    refused = client.post(pair.case.agent_url, {"verdict": "approved"})
    assert refused.status_code == 422
    assert "Comparez d&#x27;abord" in refused.text
    duplicates.judge(pair, "unrelated", by=pair.case.agent, reason="Une erreur de saisie.")
    assert "attend votre réponse" not in client.get(pair.case.agent_url).text
    assert client.post(pair.case.agent_url, {"verdict": "approved"}).status_code == 302


def test_an_open_resemblance_holds_up_no_other_decision(pair, client, login):
    login(pair.case.agent)
    decision = {"verdict": "returned", "reason": "Flou."}
    assert client.post(pair.case.agent_url, decision).status_code == 302


def test_a_telephone_in_common_holds_up_nothing():
    phone = "+261340099001"
    a_case(citizen__phone=phone)
    held = a_case(
        waiting=False, claimed=True, citizen__phone=phone, citizen__phone_verified_at=None
    )
    duplicates.look_for(held)
    assert duplicates.about(held).get().kind == "phone"
    review.decide(held, "approved", by=held.agent)


def test_the_gravest_come_first_and_a_picture_says_of_which_side(pair, client, login):
    case, other = pair.case, pair.other
    rows, papers = IdentityResemblance.objects, [DocumentFactory(), DocumentFactory(side="selfie")]
    rows.create(case=case, other=other, kind="phone")
    rows.create(case=case, other=other, kind="person")
    rows.create(
        case=case, other=other, kind="copy", paper=papers[1], other_paper=papers[0], score=1
    )
    assert [each.kind for each in duplicates.about(case)] == ["number", "copy", "person", "phone"]
    side = f"Même fichier de photo ({papers[1].get_side_display()})"
    login(case.agent)
    assert side in client.get(case.agent_url).text


def test_a_judgement_from_the_page_comes_back_to_the_case(pair, client, login):
    login(pair.case.agent)
    assert client.post(address(pair), {"verdict": "same"}).status_code == 422
    answer = client.post(address(pair), {"verdict": "same", "reason": "La même carte."})
    assert answer.status_code == 302
    assert answer["Location"] == pair.case.agent_url
    pair.refresh_from_db()
    assert pair.state == "same"
    pair.case.refresh_from_db()
    assert pair.case.state == "claimed"  # still the agent's to decide
    assert "La même carte." in client.get(pair.case.agent_url).content.decode()


def test_a_deleted_picture_takes_its_marks_along(photo):
    case = a_case()
    document = photographed(case, as_jpeg(photo))
    duplicates.look_for(case)
    assert document.marks.exists()
    case.documents.clear()
    document.delete()
    assert not PictureMark.objects.exists()
    assert retention.enforce()["abandoned drafts"] == 0
