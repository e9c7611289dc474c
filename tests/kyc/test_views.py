"""The citizen's pages about a paper: photos, answers, a last look, and what became of it."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from fleet.models import VehicleCase
from kyc.models import Document, IdentityCase
from tests.factories import DocumentFactory, IdentityCaseFactory, UserFactory, VehicleCaseFactory
from tests.htmx import Page

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
STOP_ASKING = 286
READ = {"surname": {"value": "RAZAFY", "confidence": 0.9, "confident": True, "box": None}}
ANSWERS = {
    "number": "101 234 567 890",
    "surname": "RAKOTO",
    "birth_date": "25/06/1985",
    "birth_place": "Ambositra",
    "sex": "F",
    "nationality": "malgache",
    "address": "Lot II M 45",
    "issue_date": "02/03/2015",
    "issue_place": "Antananarivo",
}
PAGES = ["contact", "piece", "photos", "reponses", "adresse", "activite", "portrait", "domicile"]


def photo(name="photo.png", size=(400, 400)):
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def junk():
    return SimpleUploadedFile("photo.jpg", b"this is no photo", "image/jpeg")


@pytest.fixture
def case(login):
    """An identity case its citizen has just opened and looks at."""
    case = IdentityCaseFactory(empty=True, photos=False)
    login(case.citizen)
    return case


# --- Opening --------------------------------------------------------------------------------------


def test_the_first_click_opens_the_case_and_later_ones_find_it(client, login):
    login(UserFactory())
    page = reverse("kyc:identity")
    assert client.get(page).status_code == 200
    assert not IdentityCase.objects.exists(), "looking opens nothing"
    first, second = client.post(page), client.post(page)
    assert first.url == second.url == IdentityCase.objects.get().get_absolute_url()


def test_whoever_was_rejected_may_begin_again(client, login):
    rejected = IdentityCaseFactory(rejected=True)
    login(rejected.citizen)
    answer = client.post(reverse("kyc:identity"))
    assert IdentityCase.objects.count() == 2
    assert answer.url != rejected.get_absolute_url()


@pytest.mark.parametrize("state", ["waiting", "claimed", "approved", "returned"])
def test_nobody_opens_a_second_case_beside_a_live_one(client, login, state):
    case = IdentityCaseFactory(**{state: True})
    login(case.citizen)
    client.post(reverse("kyc:identity"))
    assert IdentityCase.objects.count() == 1


# --- Photos ---------------------------------------------------------------------------------------


def test_both_sides_are_taken_and_lead_to_the_answers(client, case):
    answer = client.post(
        case.section_url("photos"), {"identity_front": photo(), "identity_back": photo()}
    )
    assert answer.url == case.section_url("reponses")
    assert case.documents.count() == 2


def test_a_good_photo_is_kept_where_the_other_is_refused(client, case):
    page = client.post(
        case.section_url("photos"), {"identity_front": photo(), "identity_back": junk()}
    )
    assert page.status_code == 422
    assert "JPEG, PNG, WebP, GIF" in page.text
    assert [document.side for document in case.documents.all()] == ["identity_front"]


def test_a_side_that_is_there_need_not_be_sent_again(client, case):
    case.documents.add(DocumentFactory(side="identity_front", owner=case.citizen))
    answer = client.post(case.section_url("photos"), {"identity_back": photo()})
    assert answer.url == case.section_url("reponses")


def test_a_missing_side_is_asked_for(client, case):
    page = client.post(case.section_url("photos"), {})
    assert page.status_code == 422
    assert page.text.count("Choisissez ou prenez une photo.") >= 2


@pytest.mark.parametrize("name", ["carte_grise_front", "state", "picture", "x" * 300])
def test_a_file_under_another_name_is_not_taken(client, case, name):
    client.post(case.section_url("photos"), {name: photo()})
    assert not Document.objects.exists()


def test_a_photo_too_small_to_be_read_is_refused_by_name(client, case):
    page = client.post(case.section_url("photos"), {"identity_front": photo(size=(200, 120))})
    assert "trop petite" in page.text


def test_an_empty_file_is_refused_by_name(client, case):
    page = client.post(
        case.section_url("photos"), {"identity_front": SimpleUploadedFile("a.jpg", b"")}
    )
    assert "vide" in page.text


def test_eleven_megabytes_are_refused_by_name(client, case):
    big = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"x" * 11 * 1024 * 1024)
    page = client.post(
        case.section_url("photos"), {"identity_front": big, "identity_back": photo()}
    )
    assert page.status_code == 422
    assert "dépasse" in page.text
    assert [document.side for document in case.documents.all()] == ["identity_back"]


# --- Answers --------------------------------------------------------------------------------------


def with_reading(case, state="read", reading=READ):
    document = DocumentFactory(
        side="identity_front", owner=case.citizen, state=state, reading={"fields": reading}
    )
    case.documents.add(document)
    return document


def test_what_was_read_fills_what_is_empty_and_says_so(client, case):
    with_reading(case)
    page = client.get(case.section_url("reponses"))
    assert 'value="RAZAFY"' in page.text
    assert "vérifiez" in page.text.lower()


def test_what_was_typed_is_not_replaced_by_what_was_read(client, case):
    IdentityCase.objects.update(surname="TYPED")
    with_reading(case)
    assert 'value="TYPED"' in client.get(case.section_url("reponses")).text


def test_the_page_asks_while_a_photo_is_being_read_and_no_longer(client, case):
    document = with_reading(case, state="pending", reading={})
    page = client.get(case.section_url("reponses"))
    assert f'hx-get="{case.reading_url}"' in page.text
    waiting = client.get(case.reading_url, headers=HTMX)
    assert waiting.status_code == 200
    assert "hx-get" in waiting.text

    Document.objects.filter(pk=document.pk).update(state="read", reading={"fields": READ})
    done = client.get(case.reading_url, headers=HTMX)
    assert done.status_code == STOP_ASKING
    assert "hx-get" not in done.text
    assert 'id="field-surname"' in done.text
    assert "RAZAFY" in done.text


def test_the_fields_come_beside_the_notice_so_that_typing_is_not_disturbed(client, case):
    with_reading(case)
    answer = client.get(case.reading_url, headers=HTMX)
    assert "hx-swap-oob" in answer.text
    assert 'id="field-address"' not in answer.text, "what was not read stays as it is"


def test_the_answers_are_kept_and_lead_to_the_next_page_that_is_not_done(client, case):
    answer = client.post(case.section_url("reponses"), ANSWERS)
    assert answer.url == case.section_url("adresse")
    case.refresh_from_db()
    assert (case.number, case.surname) == ("101234567890", "RAKOTO")


def test_a_wrong_answer_is_said_and_the_others_stay(client, case):
    page = client.post(case.section_url("reponses"), ANSWERS | {"number": "123"})
    assert page.status_code == 422
    assert "12 chiffres" in page.text
    assert 'value="RAKOTO"' in page.text
    case.refresh_from_db()
    assert case.surname == ""


def test_nothing_but_the_answers_can_be_posted(client, case):
    other = UserFactory(agent=True)
    smuggled = {
        "state": "approved", "citizen": other.pk, "agent": other.pk, "reason": "x", "id": 1,
        "submitted_at": "2026-01-01", "decided_at": "2026-01-01", "documents": [1], "pk": 1,
    }  # fmt: skip
    client.post(case.section_url("reponses"), ANSWERS | smuggled)
    citizen = case.citizen
    case.refresh_from_db()
    assert (case.state, case.citizen, case.agent, case.reason) == ("draft", citizen, None, "")
    assert (case.submitted_at, case.decided_at, case.documents.count()) == (None, None, 0)


def test_what_is_typed_is_shown_inert(client, case):
    client.post(case.section_url("reponses"), ANSWERS | {"surname": "<script>alert(1)</script>"})
    for page in (case.section_url("reponses"), reverse("kyc:check", args=[case.pk])):
        assert "<script>alert" not in client.get(page).text


# --- The last look --------------------------------------------------------------------------------


@pytest.fixture
def complete(login):
    case = IdentityCaseFactory()
    login(case.citizen)
    return case


def test_the_last_look_shows_every_answer(client, complete):
    said = Page(client.get(reverse("kyc:check", args=[complete.pk]))).text()
    for word in ("RAKOTONDRABE", "Hanitra", "25/06/1985", "Ambositra", "Antananarivo"):
        assert word in said


def test_sending_leads_to_what_became_of_it_also_twice(client, complete):
    page = reverse("kyc:check", args=[complete.pk])
    first, second = client.post(page), client.post(page)
    assert first.url == second.url == complete.get_absolute_url()
    assert complete.log.count() == 1


def test_an_incomplete_case_is_not_sent_and_says_what_is_missing(client, case):
    page = client.post(reverse("kyc:check", args=[case.pk]))
    assert page.status_code == 409
    assert "Il manque" in page.text


@pytest.mark.parametrize("name", [*PAGES, "verifier"])
@pytest.mark.parametrize("state", ["waiting", "claimed", "approved", "rejected"])
def test_after_sending_the_pages_lead_to_what_became_of_it(client, login, name, state):
    case = IdentityCaseFactory(**{state: True})
    login(case.citizen)
    page = f"{case.get_absolute_url()}{name}/"
    assert client.get(page).url == case.get_absolute_url()


@pytest.mark.parametrize("name", [*PAGES, "verifier"])
@pytest.mark.parametrize("state", ["waiting", "claimed", "approved", "rejected"])
def test_after_sending_nothing_can_be_posted_any_more(client, login, name, state):
    case = IdentityCaseFactory(**{state: True})
    login(case.citizen)
    page = f"{case.get_absolute_url()}{name}/"
    client.post(page, ANSWERS | {"identity_front": photo(), "paper": "nui", "lot": "X"})
    before = (case.surname, case.state, case.documents.count())
    case.refresh_from_db()
    assert (case.surname, case.state, case.documents.count()) == before


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("returned", "La photo est floue."),
        ("rejected", "La photo est floue."),
        ("approved", "vérifié à vue"),
        ("waiting", "Un agent va l'examiner"),
        ("claimed", "Un agent va l'examiner"),
    ],
)
def test_each_state_says_what_became_of_it(client, login, state, word):
    case = IdentityCaseFactory(**{state: True})
    login(case.citizen)
    page = client.get(case.get_absolute_url())
    said = Page(page).text().replace("’", "'")
    assert word in said
    assert case.agent is None or case.agent.phone not in page.text


def test_ones_own_photo_is_given_as_a_file_that_can_run_nothing(client, complete):
    document = complete.documents.first()
    answer = client.get(reverse("kyc:picture", args=[complete.pk, document.key]))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{document.key}.jpg"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["", *(f"{page}/" for page in PAGES), "verifier/"])
def test_a_page_costs_the_same_however_many_photos_were_replaced(
    client, complete, name, django_assert_max_num_queries
):
    for _ in range(15):
        complete.documents.add(DocumentFactory(side="identity_front", owner=complete.citizen))
    with django_assert_max_num_queries(12):
        assert client.get(complete.get_absolute_url() + name).status_code == 200


# --- The same pages for vehicles ------------------------------------------------------------------


def test_a_declaration_begins_once_one_is_identified(client, login):
    person = UserFactory()
    login(person)
    page = reverse("fleet:declare")
    client.post(page)
    assert not VehicleCase.objects.exists()
    IdentityCaseFactory(citizen=person, approved=True)
    assert (
        client.post(page).url
        == client.post(page).url
        == VehicleCase.objects.get().get_absolute_url()
    )


def test_the_address_of_an_identity_opens_no_vehicle(client, login):
    """One number, two papers: each address looks among its own."""
    case = VehicleCaseFactory()
    login(case.citizen)
    assert client.get(reverse("fleet:case", args=[case.pk])).status_code == 200
    assert client.get(reverse("kyc:case", args=[case.pk])).status_code == 404
