"""The citizen's dossier as a list of tasks: where one stands, what is open, what was sent back."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kyc import advice, districts, documents, filing, papers, reasons, review, tasklist
from kyc.models import Document, IdentityCase
from kyc.papers import Kind
from project.audit.models import Event
from project.lib.workflow import MoveRefused
from tests import queued
from tests.factories import DocumentFactory, IdentityCaseFactory, UserFactory, VehicleCaseFactory
from tests.htmx import Page
from tests.kyc.test_views import ANSWERS, PAGES, photo

pytestmark = pytest.mark.django_db

ADDRESS = {"district": "101", "commune": "Antananarivo", "fokontany": "Ankadivato"}
WORK = {"income": "unsaid", "income_source": "salary"}


@pytest.fixture
def case(client, login):
    """A dossier its citizen has just opened."""
    case = IdentityCaseFactory(empty=True, photos=False)
    login(case.citizen)
    return case


def sent_back(*items, code="blurred", **fields):
    """A dossier of which an agent has sent back these items."""
    case = IdentityCaseFactory(claimed=True, **fields)
    review.decide(case, "returned", by=case.agent, code=code, items=items)
    return case


def labels(case):
    return {
        section.name: task["label"]
        for section, task in zip(case.SECTIONS, tasklist.of(case)["tasks"], strict=True)
    }


# --- The list of tasks ----------------------------------------------------------------------------


def test_the_percentage_is_the_share_of_tasks_that_are_done(client, case):
    pages = {"piece": {"paper": "cin"}, "reponses": ANSWERS, "adresse": ADDRESS, "activite": WORK}
    seen = [tasklist.of(case)["percent"]]
    for name, typed in pages.items():
        client.post(case.section_url(name), typed)
        case.refresh_from_db()
        seen.append(tasklist.of(case)["percent"])
    assert seen == [12, 25, 37, 50, 62], "the way to reach them is known from the beginning"
    assert "Rempli à 62 %" in Page(client.get(case.get_absolute_url())).text()


def test_each_page_leads_to_the_next_that_is_not_done(client, case):
    steps = [
        ("contact", {}, "piece"),
        ("piece", {"paper": "cin"}, "photos"),
        ("photos", {"identity_front": photo(), "identity_back": photo()}, "reponses"),
        ("reponses", ANSWERS, "adresse"),
        ("adresse", ADDRESS, "activite"),
        ("activite", WORK, "portrait"),
        ("portrait", {"selfie": photo()}, "domicile"),
    ]
    for name, typed, then in steps:
        assert client.post(case.section_url(name), typed).url == case.section_url(then)
    last = client.post(case.section_url("domicile"), {"proof_of_address": photo()})
    assert last.url == reverse("kyc:check", args=[case.pk])
    assert client.post(last.url).url == case.get_absolute_url()
    said = Page(client.get(case.get_absolute_url())).text()
    assert "Dossier envoyé" in said
    assert case.reference in said


def test_another_device_goes_on_where_the_first_one_stopped(client, case):
    client.post(case.section_url("piece"), {"paper": "passport"})
    telephone = Client()
    telephone.force_login(case.citizen)
    page = telephone.get(reverse("kyc:identity"), follow=True)
    assert case.section_url("photos") in page.text
    assert "passeport" in telephone.get(case.url("check")).text


@pytest.mark.parametrize("name", ["photo", "reponse", "x", "piece-", "0", "contact2"])
def test_a_page_that_is_none_is_not_found(client, case, name):
    assert client.get(case.section_url(name)).status_code == 404
    assert client.post(case.section_url(name), ANSWERS).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_no_page_of_somebody_elses_is_found(client, login, name):
    case = IdentityCaseFactory(surname="AUTRE")
    login(UserFactory())
    for answer in (client.get(case.section_url(name)), client.post(case.section_url(name), {})):
        assert answer.status_code == 404


@pytest.mark.parametrize("name", ["piece", "photos", "contact"])
def test_a_vehicle_has_its_own_pages(client, login, name):
    case = VehicleCaseFactory()
    login(case.citizen)
    assert client.get(case.section_url(name)).status_code == (200 if name == "photos" else 404)


def test_how_one_is_reached_is_shown_and_changed_in_the_account(client, case):
    page = client.get(case.section_url("contact"))
    assert reverse("account_change_phone") in page.text
    assert reverse("account_email") in page.text


# --- Answers --------------------------------------------------------------------------------------


def errors(client, case, page="reponses", **changes):
    answer = client.post(case.section_url(page), ANSWERS | changes)
    return set(answer.context["form"].errors) if answer.status_code == 422 else set()


def test_most_people_are_malagasy_and_need_not_write_it(client, case):
    page = client.get(case.section_url("reponses"))
    assert page.context["form"]["nationality"].value() == "malgache"


def test_nobody_needs_a_first_name(client, case):
    assert errors(client, case, given_names="") == set()


def test_born_about_a_year_is_a_birth_date(client, case):
    assert errors(client, case, birth_date="", birth_year="1958") == set()
    case.refresh_from_db()
    assert (case.birth_date, case.birth_is_about) == (date(1958, 1, 1), True)
    page = client.get(case.section_url("reponses"))
    assert page.context["form"]["birth_year"].value() == 1958
    assert not page.context["form"]["birth_date"].value()


@pytest.mark.parametrize("year", ["0", "1899", "-5", "99999", "1e3", "2100", "1905"])
def test_a_year_that_cannot_be_is_refused(client, case, year):
    assert errors(client, case, birth_date="", birth_year=year) == {"birth_year"}


@pytest.mark.parametrize(
    ("born", "refused"),
    [
        ("02/06/2008", True),  # tomorrow they are eighteen
        ("01/06/2008", False),
        ("01/06/1906", False),
        ("31/05/1905", True),
        ("29/02/2008", False),
    ],
)
def test_one_is_of_age_on_ones_eighteenth_birthday_and_lives_to_a_hundred_and_twenty(
    client, login, born, refused
):
    with time_machine.travel("2026-06-01T12:00:00+03:00"):
        case = IdentityCaseFactory(empty=True, photos=False)
        login(case.citizen)
        found = errors(client, case, birth_date=born, issue_date="01/06/2026")
        assert found == ({"birth_date"} if refused else set())


def test_born_on_29_february_one_is_of_age_on_the_first_of_march(client, login):
    for today, refused in (("2026-02-28", True), ("2026-03-01", False)):
        with time_machine.travel(f"{today}T12:00:00+03:00"):
            case = IdentityCaseFactory(empty=True, photos=False)
            login(case.citizen)
            found = errors(client, case, birth_date="29/02/2008", issue_date="01/02/2026")
            assert found == ({"birth_date"} if refused else set())


def test_a_card_issued_on_29_february_ends_on_the_28th_where_there_is_no_29th():
    issued = date(2008, 2, 29)
    assert papers.PAPERS[Kind.CIN].expiry(issued, None) == date(2028, 2, 29)
    assert papers._years_after(issued, 10) == date(2018, 2, 28)


@pytest.mark.parametrize("district", ["", "999", "analamanga", "101 "])
def test_only_a_district_there_is_can_be_chosen(client, case, district):
    answer = client.post(case.section_url("adresse"), ADDRESS | {"district": district})
    assert answer.status_code == 422


def test_every_district_lies_in_a_region_and_can_be_chosen():
    names = [code for _region, pairs in districts.choices() for code, _name in pairs]
    assert sorted(names) == sorted(districts.DISTRICTS)
    assert len(names) == len(set(names)) == 114


# --- Soft advice ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"number": "999011000123"}, "aucun district"),
        ({"number": "101011000123", "sex": "F"}, "sixième chiffre"),
        ({"issue_date": date(1990, 1, 1)}, "enfant"),
        ({"issue_date": date(2014, 1, 1)}, "10 ans"),
        ({"issue_date": date(1999, 1, 1), "birth_date": date(1960, 1, 1)}, "plus valable"),
    ],
)
def test_what_looks_odd_is_said_and_stops_nobody(client, login, fields, word):
    case = IdentityCaseFactory(**fields)
    login(case.citizen)
    assert word in " ".join(advice.about(case))
    page = reverse("kyc:check", args=[case.pk])
    assert word in client.get(page).text.replace("&#x27;", "'")
    assert client.post(page).url == case.get_absolute_url()


def test_a_card_like_most_is_said_nothing_about():
    sound = {"number": "101012000123", "sex": "F", "issue_date": date(2020, 1, 1)}
    assert advice.about(IdentityCaseFactory(**sound)) == []
    assert advice.about(VehicleCaseFactory()) == []


def test_the_digits_of_a_number_are_explained_under_it(client, login):
    case = IdentityCaseFactory(number="101012000123")
    login(case.citizen)
    for page in (case.section_url("reponses"), reverse("kyc:check", args=[case.pk])):
        said = client.get(page).text.replace("\xa0", " ")  # as French sets its colons
        assert "101 : district Antananarivo-Renivohitra · 2 : féminin" in said


@pytest.mark.parametrize(
    "number", ["", None, "12", "abc", "10101200012", "１０１０１２０００１２٣"]
)
def test_what_is_no_number_is_not_explained(number):
    assert not advice.explained(IdentityCase(), "number", number) or number and number[0] == "１"


# --- Another kind of paper ------------------------------------------------------------------------


def test_which_pictures_are_wanted_follows_from_the_paper_alone():
    for kind, paper in papers.PAPERS.items():
        case = IdentityCase(paper=kind)
        wanted = [side for section in case.SECTIONS for side in case.sides_of(section)]
        assert sorted(wanted) == sorted(paper.sides)
    assert set(papers.PAPERS) == set(Kind)


def test_another_kind_of_paper_has_another_number_and_other_photos(client, login):
    case = IdentityCaseFactory()
    front = case.documents.get(side="identity_front")
    Document.objects.filter(pk=front.pk).update(
        reading={"fields": {"surname": {"value": "OLD", "confidence": 1}}}
    )
    login(case.citizen)
    client.post(case.section_url("piece"), {"paper": "passport"})
    case = IdentityCase.objects.get()
    assert (case.number, case.number_index, case.issue_date, case.address) == (None, None, None, "")
    assert case.surname == "RAKOTONDRABE"
    assert documents.values_read(case) == {}
    assert case.documents.filter(side__in=papers.FACES).count() == 2, "kept as evidence"
    assert (labels(case)["photos"], labels(case)["reponses"]) == ("À faire", "À faire")
    assert client.get(case.section_url("photos")).text.count('type="file"') == 1


def test_the_same_kind_of_paper_again_changes_nothing(client, login):
    case = IdentityCaseFactory()
    login(case.citizen)
    client.post(case.section_url("piece"), {"paper": "cin"})
    assert IdentityCase.objects.get().number == case.number
    assert queued.waiting() == []


def test_what_is_read_while_the_paper_changes_fills_nothing(monkeypatch):
    case = IdentityCaseFactory()
    front = case.documents.get(side="identity_front")
    Document.objects.filter(pk=front.pk).update(state="pending")
    front.refresh_from_db()

    def slow(jpeg, *, kind, text):
        filing.declare(
            IdentityCase.objects.get(), case.section("piece"), {"paper": "nui"}, by=case.citizen
        )
        return documents.ocr.Reading(kind="cin", fields={"surname": documents.ocr.Field("OLD", 1)})

    monkeypatch.setattr(documents.ocr, "read", slow)
    documents.read(front)
    front.refresh_from_db()
    assert (front.state, front.fields["surname"]["value"]) == ("read", "OLD")
    assert documents.values_read(IdentityCase.objects.get()) == {}


@pytest.mark.parametrize("kind", [kind for kind, paper in papers.PAPERS.items() if paper.stands_in])
def test_a_paper_that_stands_in_does_so_for_some_months(client, login, kind):
    case = IdentityCaseFactory(paper=kind)
    login(case.citizen)
    months = papers.PAPERS[kind].stands_in
    issued = timezone.localdate() - timedelta(days=10)
    for days, refused in ((months * 31 + 1, True), (months * 30, False)):
        dates = {"issue_date": issued, "expiry": issued + timedelta(days=days)}
        typed = {name: f"{day:%d/%m/%Y}" for name, day in dates.items()}
        found = errors(client, case, number="ABC-12", **typed)
        assert found == ({"expiry"} if refused else set())


def test_a_paper_that_prints_its_end_must_say_it(client, login):
    case = IdentityCaseFactory(passport=True, expiry=None)
    login(case.citizen)
    assert errors(client, case, number="A12X34567") == {"expiry"}
    assert not case.is_complete


def test_a_paper_that_has_ended_is_not_approved():
    yesterday = timezone.localdate() - timedelta(days=1)
    for fields in ({"passport": True, "expiry": yesterday}, {"issue_date": date(2000, 1, 1)}):
        case = IdentityCaseFactory(claimed=True, **fields)
        with pytest.raises(MoveRefused, match="plus valable"):
            review.decide(case, "approved", by=case.agent)
        case.refresh_from_db()
        assert case.state == "claimed"


def test_until_when_an_approved_paper_holds_is_kept():
    case = IdentityCaseFactory(claimed=True, issue_date=date(2015, 3, 2))
    review.decide(case, "approved", by=case.agent)
    case.refresh_from_db()
    assert case.expires_on == date(2035, 3, 2)


def test_the_database_keeps_no_dossier_that_was_sent_without_a_paper():
    for paper in ("", "permis"):
        with pytest.raises(IntegrityError, match="sent_with_a_paper"), transaction.atomic():
            IdentityCaseFactory(waiting=True, paper=paper)


# --- Sent back ------------------------------------------------------------------------------------


def test_only_what_was_sent_back_is_open_and_the_rest_stays_accepted(client, login):
    case = sent_back("identity_back", "adresse")
    login(case.citizen)
    told = labels(case)
    assert (told.pop("photos"), told.pop("adresse")) == ("À refaire", "À refaire")
    assert set(told.values()) == {"Accepté"}
    for name in set(PAGES) - {"photos", "adresse"}:
        assert client.get(case.section_url(name)).url == case.get_absolute_url()
    page = client.get(case.section_url("photos"))
    assert page.text.count('type="file"') == 1
    assert "La photo est floue" in page.text
    assert "photos/blurred.svg" in page.text
    assert str(case.documents.get(side="identity_back").key) in page.text


def test_what_was_accepted_cannot_be_changed_by_posting_it_all_the_same(client, login):
    case = sent_back("selfie")
    login(case.citizen)
    pictures = set(case.documents.values_list("key", flat=True))
    everything = ANSWERS | ADDRESS | WORK | {"surname": "AUTRE", "paper": "nui", "lot": "X"}
    for name in PAGES:
        files = {"identity_front": photo(), "proof_of_address": photo()}
        client.post(case.section_url(name), everything | files)
    after = IdentityCase.objects.get()
    assert [getattr(after, name) for name in case.DECLARED] == [
        getattr(case, name) for name in case.DECLARED
    ]
    assert set(after.documents.values_list("key", flat=True)) == pictures


@pytest.mark.parametrize("name", ["piece", "reponses", "adresse", "activite"])
def test_the_verb_refuses_what_was_accepted(name):
    case = sent_back("selfie")
    with pytest.raises(MoveRefused, match="acceptée"):
        filing.declare(case, case.section(name), {}, by=case.citizen)


def test_it_is_sent_again_once_all_that_was_sent_back_is_mended(client, login):
    case = sent_back("selfie", "adresse")
    login(case.citizen)
    check = reverse("kyc:check", args=[case.pk])
    assert client.post(check).status_code == 409
    client.post(case.section_url("adresse"), ADDRESS)
    assert client.post(check).status_code == 409
    assert client.post(case.section_url("portrait"), {}).status_code == 422
    client.post(case.section_url("portrait"), {"selfie": photo()})
    assert client.post(check).url == case.get_absolute_url()
    case.refresh_from_db()
    assert (case.state, case.reopened, case.tries) == ("waiting", {}, 1)


def test_another_paper_after_a_return_reopens_what_depends_on_it(client, login):
    case = sent_back("piece", code="wrong_paper")
    login(case.citizen)
    client.post(case.section_url("piece"), {"paper": "passport"})
    case.refresh_from_db()
    told = labels(case)
    assert (told["piece"], told["photos"], told["reponses"]) == ("Fait", "À refaire", "À refaire")
    assert told["portrait"] == "Accepté"
    assert not case.is_complete


def test_sent_back_as_a_whole_all_of_it_is_open(client, login):
    case = sent_back()
    login(case.citizen)
    for name in PAGES:
        assert client.get(case.section_url(name)).status_code == 200


@pytest.mark.parametrize("item", ["carte_grise_front", "contact", "photos", "state", "", "x"])
def test_what_is_not_of_the_case_cannot_be_sent_back(client, login, item):
    case = IdentityCaseFactory(claimed=True)
    with pytest.raises(MoveRefused):
        review.decide(case, "returned", by=case.agent, code="blurred", items=[item])
    login(case.agent)
    posted = {"verdict": "returned", "code": "blurred", "items": [item]}
    assert client.post(case.agent_url, posted).status_code == 422
    case.refresh_from_db()
    assert case.state == "claimed"


def test_a_side_this_paper_has_not_cannot_be_sent_back():
    case = IdentityCaseFactory(claimed=True, passport=True)
    with pytest.raises(MoveRefused):
        review.decide(case, "returned", by=case.agent, code="blurred", items=["identity_back"])


@pytest.mark.parametrize(("code", "verdict"), [("forged", "returned"), ("nonsense", "rejected")])
def test_a_reason_goes_with_its_verdict(client, login, code, verdict):
    case = IdentityCaseFactory(claimed=True)
    with pytest.raises(MoveRefused):
        review.decide(case, verdict, by=case.agent, code=code)
    login(case.agent)
    assert client.post(case.agent_url, {"verdict": verdict, "code": code}).status_code == 422


def test_what_was_sent_back_and_why_is_in_the_log_but_not_the_words():
    case = IdentityCaseFactory(claimed=True)
    said = {"code": "blurred", "items": ["selfie"], "reason": "Monsieur RABE, refaites-la."}
    review.decide(case, "returned", by=case.agent, **said)
    event = Event.objects.get(action="case.returned")
    assert (event.data["code"], event.data["items"]) == ("blurred", ["selfie"])
    assert "RABE" not in str(event.data)


def test_the_reason_is_kept_by_its_code_and_read_in_anybodys_language(monkeypatch):
    case = sent_back("selfie")
    assert (case.reason_code, case.log.latest("pk").note) == ("blurred", "blurred")
    dull = {"blurred": reasons.Reason("Manjavozavo ny sary.")}
    monkeypatch.setattr(reasons, "REASONS", reasons.REASONS | dull)
    assert case.said == case.history()[-1]["note"] == "Manjavozavo ny sary."


def test_after_nine_tries_it_is_for_the_counter(client, login):
    for tries in (8, 9):
        case = sent_back("selfie", tries=tries)
        login(case.citizen)
        page = Page(client.get(case.get_absolute_url())).text()
        assert ("guichet" in page) == (tries == 9)
        answer = client.get(case.section_url("portrait"))
        assert answer.status_code == (200 if tries == 8 else 302)
    assert case.documents.count() == 4
    client.post(case.section_url("portrait"), {"selfie": photo()})
    assert case.documents.count() == 4


def test_what_the_new_paper_has_not_is_not_waited_for():
    case = sent_back("piece", "identity_back", code="wrong_paper")
    filing.declare(case, case.section("piece"), {"paper": "passport"}, by=case.citizen)
    for name in ("identity_front", "reponses"):
        case.reopened[name]["done"] = True
    present = {paper.side for paper in case.current_documents()} | {"identity_front"}
    assert case.is_done(case.section("photos"), present)
    assert not case.is_done(case.section("photos"), present - {"identity_front"})


def test_a_reason_that_is_words_alone_is_told_in_words_alone():
    case = IdentityCaseFactory(claimed=True)
    review.decide(case, "returned", by=case.agent, code="other", reason="Photo d'un ami.")
    assert case.history()[-1]["note"] == "Photo d'un ami."


# --- What became of a picture ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        ("draft", "pending"),
        ("waiting", "processing"),
        ("claimed", "processing"),
        ("approved", "verified"),
        ("rejected", "rejected"),
        ("expired", "expired"),
        ("suspended", "verified"),
        ("returned", "pending"),
    ],
)
def test_what_became_of_a_picture_follows_from_its_case(state, standing):
    case = IdentityCaseFactory(**({} if state == "draft" else {state: True}))
    assert {case.standing(side) for side in case.sides} == {standing}


def test_of_a_case_sent_back_some_pictures_are_verified_and_some_to_be_redone():
    case = sent_back("selfie", "identity_back")
    case.reopened["identity_back"]["done"] = True
    found = {side: case.standing(side) for side in case.sides}
    assert found == {
        "identity_front": "verified",
        "identity_back": "pending",
        "selfie": "rejected",
        "proof_of_address": "verified",
    }


def test_the_agent_reaches_the_pictures_that_were_replaced(client, login):
    case = IdentityCaseFactory(claimed=True)
    old = case.documents.get(side="selfie")
    case.documents.add(DocumentFactory(owner=case.citizen, side="selfie"))
    login(case.agent)
    page = client.get(case.agent_url)
    assert "Photos précédentes" in page.text
    assert str(old.key) in page.text


# --- Another dossier after this one ---------------------------------------------------------------


@pytest.mark.parametrize("days", [-400, -1, 30])
def test_before_and_after_its_end_a_dossier_is_followed_by_one_filled_from_it(client, login, days):
    ends = timezone.localdate() + timedelta(days=days)
    state = "approved" if days > 0 else "expired"
    old = IdentityCaseFactory(**{state: True}, expires_on=ends, lot="Lot II M 45")
    login(old.citizen)
    assert "Présenter une nouvelle pièce" in client.get(old.get_absolute_url()).text
    answer = client.post(reverse("kyc:identity"))
    new = IdentityCase.objects.get(state="draft")
    assert answer.url == new.get_absolute_url()
    for name in ("surname", "birth_date", "district", "region", "lot", "income", "paper"):
        assert getattr(new, name) == getattr(old, name)
    assert (new.number, new.issue_date, new.documents.count()) == (None, None, 0)
    assert labels(new)["adresse"] == "Fait"


def test_a_dossier_that_holds_for_long_is_not_followed(client, login):
    ends = timezone.localdate() + timedelta(days=400)
    for fields in ({"approved": True, "expires_on": ends}, {"suspended": True}):
        case = IdentityCaseFactory(**fields)
        login(case.citizen)
        client.post(reverse("kyc:identity"))
        assert case.citizen.identitycases.get() == case


def test_the_new_dossier_takes_the_place_of_the_old_one_once_approved():
    near = timezone.localdate() + timedelta(days=9)
    old = IdentityCaseFactory(approved=True, expires_on=near, number="101012000123")
    new = filing.begin(IdentityCase.objects.live(), by=old.citizen)
    same = {"number": old.number, "issue_date": date(2026, 1, 5), "issue_place": "Antananarivo"}
    IdentityCase.objects.filter(pk=new.pk).delete()
    new = IdentityCaseFactory(claimed=True, citizen=old.citizen, **same)
    review.decide(new, "approved", by=new.agent)
    old.refresh_from_db()
    assert (old.state, new.state) == ("expired", "approved")
    assert old.history()[-1]["note"] == new.reference
    assert old.citizen.is_identified


def test_answers_given_before_the_paper_was_chosen_stay(client, case):
    client.post(case.section_url("reponses"), ANSWERS)
    client.post(case.section_url("piece"), {"paper": "cin"})
    case.refresh_from_db()
    assert (case.paper, case.number) == ("cin", "101234567890")
