"""What made citizens stumble in their dossier: answers left for later, half-read papers, words."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from kyc import comparison, documents, nationalities, papers, review, tasklist
from kyc.fields import NationalityField, PaperDateField
from kyc.forms.cases import PaperForm
from kyc.models import Document, IdentityCase
from project.audit.models import Event
from tests.factories import DocumentFactory, IdentityCaseFactory, VehicleCaseFactory
from tests.htmx import Page
from tests.kyc.test_views import ANSWERS, photo

pytestmark = pytest.mark.django_db
LATER = {"later": "1"}


@pytest.fixture
def case(login):
    """A dossier its citizen has just opened."""
    case = IdentityCaseFactory(empty=True, photos=False)
    login(case.citizen)
    return case


def field_of(read):
    return {"value": read, "confidence": 0.9, "confident": True, "box": None}


# --- Later ----------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_for_later_and_nothing_is_asked_for(client, case):
    typed = {"surname": "RABE", "birth_date": "14 mars 1992"}
    answer = client.post(case.section_url("reponses"), typed | LATER)
    assert answer.url == case.get_absolute_url()
    case.refresh_from_db()
    assert (case.surname, case.birth_date, case.number) == ("RABE", date(1992, 3, 14), None)
    tasks = {task["title"]: task["label"] for task in tasklist.of(case)["tasks"]}
    assert tasks["Ce qui est écrit sur la pièce"] == "À faire"


@pytest.mark.parametrize("name", ["piece", "reponses", "adresse", "activite"])
def test_every_page_of_answers_may_be_left_empty(client, case, name):
    assert client.post(case.section_url(name), LATER).url == case.get_absolute_url()
    assert client.post(case.section_url(name), {}).status_code == 422


def test_a_year_alone_is_kept_for_later(client, case):
    client.post(case.section_url("reponses"), {"birth_year": "1958"} | LATER)
    case.refresh_from_db()
    assert (case.birth_date, case.birth_is_about) == (date(1958, 1, 1), True)


def test_a_badly_written_answer_is_shown_again_and_the_others_are_kept(client, case):
    typed = {"surname": "RABE", "number": "12", "birth_place": "Ambositra"}
    answer = client.post(case.section_url("reponses"), typed | LATER)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"number"}
    assert answer.context["form"]["number"].value() == "12"
    assert answer.context["form"]["surname"].value() == "RABE"
    case.refresh_from_db()
    assert (case.surname, case.birth_place, case.number) == ("RABE", "Ambositra", None)


def test_a_vehicle_may_be_left_for_later_too(client, login):
    case = VehicleCaseFactory()
    login(case.citizen)
    answer = client.post(case.section_url("reponses"), {"make": "TOYOTA"} | LATER)
    assert answer.url == case.get_absolute_url()
    case.refresh_from_db()
    assert (case.make, case.plate, case.fiscal_power) == ("TOYOTA", "", None)


def test_what_is_left_for_later_is_not_mended(client, login):
    case = IdentityCaseFactory(claimed=True)
    review.decide(case, "returned", by=case.agent, code="differs", items=["reponses"])
    login(case.citizen)
    client.post(case.section_url("reponses"), ANSWERS | LATER)
    case.refresh_from_db()
    assert (case.surname, case.reopened["reponses"]["done"]) == ("RAKOTO", False)


def test_nothing_is_kept_for_later_in_a_dossier_that_is_sent(client, login):
    case = IdentityCaseFactory(waiting=True)
    login(case.citizen)
    client.post(case.section_url("reponses"), {"surname": "AUTRE"} | LATER)
    case.refresh_from_db()
    assert case.surname == "RAKOTONDRABE"


# --- Half-read ------------------------------------------------------------------------------------


def half_read(login, **fields):
    case = IdentityCaseFactory(empty=True, photos=False, **fields)
    login(case.citizen)
    for side, state in (("identity_front", "unread"), ("identity_back", "read")):
        case.documents.add(DocumentFactory(owner=case.citizen, side=side, state=state))
    case.documents.add(DocumentFactory(owner=case.citizen, side="selfie", state="unread"))
    return case


def test_the_page_says_which_photo_could_not_be_read(client, login):
    case = half_read(login)
    page = Page(client.get(case.section_url("reponses")))
    assert "Nous n'avons pas pu lire cette photo : pièce d'identité, recto." in page.text("reading")
    assert "verso" not in page.text("reading")
    assert "Vos photos sont lues" not in page.text()
    assert case.section_url("photos") in str(page.soup.find(id="reading"))


def test_the_last_look_says_beside_a_photo_that_it_could_not_be_read(client, login):
    case = half_read(login)
    page = Page(client.get(case.url("check")))
    told = [line.get_text() for line in page.soup.select(".thumbs li:has(p)")]
    assert len(told) == 1, "a face is not read"
    assert "recto" in told[0]


def test_without_scripts_nothing_turns_for_ever(client, login):
    case = half_read(login)
    case.documents.update(state="pending")
    page = Page(client.get(case.section_url("reponses")))
    waiting = page.soup.select_one(".waiting")
    assert waiting.has_attr("hidden"), "shown by a script"
    assert waiting.has_attr("data-scripted")
    assert "Rechargez cette page" in page.soup.find("noscript").get_text()
    assert not Page(client.get(case.reading_url)).soup.select_one(".waiting").has_attr("hidden")


# --- Dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        *("14031992", "14 03 1992", "14-3-1992", "14 mars 1992", "14 MARS 1992", "14mars1992"),
        *("14 martsa 1992", "14.3.1992", "1992-03-14", "１４/０３/１９９２", " 14 / 3 / 1992 "),
    ],
)
def test_a_day_may_be_written_in_many_ways(typed):
    assert PaperDateField().clean(typed) == date(1992, 3, 14)


@pytest.mark.parametrize(
    ("typed", "month"),
    [("1er août 1990", 8), ("1 AOUT 1990", 8), ("1 Desambra 1990", 12), ("1 février 1990", 2)],
)
def test_a_month_may_be_a_word(typed, month):
    assert PaperDateField().clean(typed) == date(1990, month, 1)


@pytest.mark.parametrize("typed", ["14/03/92", "140392", "14 mars 92", "1-1-00"])
def test_which_century_is_asked_and_never_guessed(typed):
    with pytest.raises(ValidationError, match="quatre chiffres"):
        PaperDateField().clean(typed)


@pytest.mark.parametrize(
    "typed",
    ["1431992", "14 brumaire 1992", "14031992x", "31 juin 1992", "-", "mars", "19920314"],
)
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(ValidationError):
        PaperDateField().clean(typed)


# --- Another kind of paper ------------------------------------------------------------------------


def test_a_photo_of_another_paper_is_asked_for_again_and_stays(client, login):
    case = IdentityCaseFactory(passport=True, photos=False)
    login(case.citizen)
    client.post(case.section_url("photos"), {"identity_front": photo()})
    passport = case.documents.get()
    client.post(case.section_url("piece"), {"paper": "cin"})
    case = IdentityCase.objects.get()
    assert case.current_documents() == []
    assert client.post(case.section_url("photos"), {}).status_code == 422
    assert case.documents.get() == passport, "it stays as evidence"
    client.post(case.section_url("photos"), {"identity_front": photo(), "identity_back": photo()})
    assert passport not in case.current_documents()
    client.post(case.section_url("piece"), {"paper": "passport"})
    assert IdentityCase.objects.get().current_documents() == [passport]


def test_a_photo_is_read_as_the_paper_it_was_taken_of(monkeypatch):
    case = IdentityCaseFactory(paper="cin")
    front = case.documents.get(side="identity_front")
    Document.objects.filter(pk=front.pk).update(state="pending")
    IdentityCase.objects.update(paper="passport")
    asked = []
    monkeypatch.setattr(documents, "content", lambda document: b"")
    monkeypatch.setattr(
        documents.ocr,
        "read",
        lambda jpeg, *, kind, text: asked.append(kind) or documents.ocr.Reading(kind=kind),
    )
    documents.read(front)
    assert asked == ["cin"]


def test_the_choice_says_beforehand_what_would_go(client, case):
    assert "ne servent plus" not in client.get(case.section_url("piece")).text
    client.post(case.section_url("reponses"), {"number": "101 234 567 890"} | LATER)
    assert "ne servent plus" in client.get(case.section_url("piece")).text
    assert (
        PaperForm(instance=IdentityCaseFactory(number=None, issue_date=None))
        .fields["paper"]
        .help_text
    ), "a photo would go too"


# --- Nationality ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        *((word, "MDG") for word in ("malgache", "Malagasy", " MALAGASY ", "mdg")),
        *((word, "FRA") for word in ("française", "Francais", "FRANÇAIS")),
        *(("canadien", "CAN"), ("chinois", "CHN"), ("Islandaise", "Islandaise")),
    ],
)
def test_a_nationality_is_kept_by_its_code_where_we_know_it(typed, kept):
    assert NationalityField().clean(typed) == kept


def test_every_nationality_is_read_again_in_every_language():
    for language in ("fr", "mg", "en"):
        with override(language):
            for word in map(str, nationalities.WORDS.values()):
                assert nationalities.word(nationalities.parse(word)) == word


def test_a_nationality_is_shown_in_the_language_of_its_reader(client, case):
    with override("mg"):
        client.post(case.section_url("reponses"), {"nationality": "malagasy"} | LATER)
    case.refresh_from_db()
    assert case.nationality == "MDG"
    assert comparison.in_words(case, "nationality", case.nationality) == "malgache"
    paper = DocumentFactory(
        side="identity_front", state="read", reading={"fields": {"nationality": field_of("MDG")}}
    )
    case.documents.add(paper)
    row = next(row for row in comparison.rows(case) if row.name == "nationality")
    assert (row.declared, row.read, row.agrees) == ("malgache", "malgache", True)
    page = client.get(case.section_url("reponses"))
    line = next(line for line in page.context["fields"] if line["field"].name == "nationality")
    assert line["agrees"]


@pytest.mark.parametrize("kind", papers.Kind.values)
def test_only_the_holder_of_a_card_is_supposed_to_be_malagasy(client, login, kind):
    case = IdentityCaseFactory(paper=kind, nationality="", photos=False)
    login(case.citizen)
    shown = client.get(case.section_url("reponses")).context["form"]["nationality"].value()
    assert shown == ("malgache" if kind == "cin" else "")


# --- Before sending -------------------------------------------------------------------------------


def test_the_last_look_says_what_is_missing_and_offers_nothing_to_send(client, login):
    case = IdentityCaseFactory(surname="", photos=False)
    login(case.citizen)
    page = Page(client.get(case.url("check")))
    assert "Envoyer le dossier" not in page.text()
    missing = page.soup.find("h2", string="Ce qui manque avant d'envoyer").parent
    assert case.section_url("reponses") in str(missing)
    assert "nom" in missing.get_text()
    assert "pièce d'identité, verso" in missing.get_text()
    assert case.section_url("adresse") not in str(missing)
    refused = client.post(case.url("check"))
    assert refused.status_code == 409
    assert case.section_url("reponses") in refused.text
    assert not Event.objects.filter(action="case.submitted").exists()


def test_a_complete_dossier_can_be_sent_from_its_last_look(client, login):
    case = IdentityCaseFactory()
    login(case.citizen)
    page = Page(client.get(case.url("check")))
    assert "Envoyer le dossier" in page.text()
    assert "Ce qui manque" not in page.text()


def test_the_list_says_which_side_was_sent_back(client, login):
    case = IdentityCaseFactory(claimed=True)
    review.decide(case, "returned", by=case.agent, code="blurred", items=["identity_back"])
    login(case.citizen)
    said = Page(client.get(case.get_absolute_url())).text()
    assert "Pièce d'identité, verso : La photo est floue" in said


# --- Suspended ------------------------------------------------------------------------------------


def test_somebody_suspended_reads_what_to_do(client, login):
    case = IdentityCaseFactory(suspended=True)
    login(case.citizen)
    assert {case.standing(side) for side in case.sides} == {"verified"}
    assert "Présentez-vous à un guichet" in Page(client.get(case.get_absolute_url())).text()
    home = client.get(reverse("taxes:dashboard")).text
    assert "dès que votre identité sera approuvée" not in home
    assert "Vous ne pouvez pas déclarer de véhicule" in home
