"""Masked by default: what an agent sees of a case, and what it takes to see a value whole."""

import io

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageChops, ImageStat

from fleet.models import VehicleCase
from kyc import comparison, masks, reveals, review, watermark
from kyc.models import IdentityCase
from project.audit.actions import REASONS
from project.audit.models import Event
from project.lib.access import FRESH
from project.lib.sealed import Sealed
from project.lib.workflow import MoveRefused
from tests.factories import DocumentFactory, IdentityCaseFactory, UserFactory, VehicleCaseFactory

pytestmark = pytest.mark.django_db

NUMBER, SHOWN = "909876543210", "909\u00a0876\u00a0543\u00a0210"
PHONE, PHONE_SHOWN = "+261349990001", "034 99 900 01"
WHOLE = [NUMBER, SHOWN, "13/02/1971", "Canariville", "Lot CANARI", "CANARIPERE", "CANARIMERE"]
WHOLE += [PHONE, PHONE_SHOWN, "909876543211", "909\u00a0876\u00a0543\u00a0211"]
ASKED = {"fields_asked": ["number", "phone"], "reason": "differs"}


@pytest.fixture
def case():
    """A case an agent holds, whose number was read otherwise than it was declared."""
    case = IdentityCaseFactory(
        claimed=True,
        citizen__phone=PHONE,
        number=NUMBER,
        birth_date=timezone.now().date().replace(year=1971, month=2, day=13),
        birth_place="Canariville",
        address="Lot CANARI 77",
        father="CANARIPERE Jean",
        mother="CANARIMERE Jeanne",
    )
    value = {"value": "909876543211", "confidence": 0.9, "box": None}
    reading = {"fields": {"number": value}}
    paper = DocumentFactory(owner=case.citizen, side="identity_front", reading=reading)
    case.documents.add(paper)
    return case


@pytest.fixture
def office(case, client, login):
    """The agent who holds it, with a factor given just now."""
    login(case.agent)
    prove(client)
    return client


def prove(client):
    session = client.session
    session[FRESH] = timezone.now().timestamp()
    session.save()


def address(case):
    return case.url("case_reveal")


def ask(client, case, **changed):
    """Open the form and send it."""
    once = client.get(address(case)).context["once"]
    return client.post(address(case), ASKED | {"once": once} | changed)


def whole(page):
    return {word for word in WHOLE if word in page.text}


# --- Masked ---------------------------------------------------------------------------------------


def test_whatever_is_sealed_at_rest_is_masked_on_the_screen():
    """But for names, which are what an agent compares."""
    for model in (IdentityCase, VehicleCase):
        sealed = {name for name in model.DECLARED if isinstance(field(model, name), Sealed)}
        assert sealed - {"holder"} == set(model.MASKED)
    assert "number" in IdentityCase.MASKED


def field(model, name):
    return model._meta.get_field(name)


def test_the_page_of_a_case_masks_and_still_tells_what_differs(office, case):
    page = office.get(case.agent_url)
    assert whole(page) == set()
    assert masks.number(NUMBER) in page.text
    assert "034 •• ••• 01" in page.text
    assert "••/••/1971" in page.text
    row = next(row for row in page.context["rows"] if row.name == "number")
    assert (row.agrees, row.is_masked) == (False, True)
    assert "Différent" in page.text


def test_a_verdict_needs_no_reveal(office, case):
    office.post(case.agent_url, {"verdict": "approved"})
    case.refresh_from_db()
    assert case.state == "approved"
    assert not Event.objects.filter(action="identity.revealed").exists()


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (masks.number, NUMBER, "•••\u00a0•••\u00a0•••\u00a0210"),
        (masks.number, "9O98765432", "•••"),
        (masks.words, "Lot II M 45", "L••• I••• M••• 4•••"),
        (masks.words, "  ", ""),
        (masks.day, "1971-02-13", "••/••/1971"),
        (masks.day, "13 février", "•••"),
    ],
)
def test_a_mask_tells_enough_to_recognise_and_no_more(mask, value, shown):
    assert mask(value) == shown


def test_nothing_is_masked_where_there_is_nothing(case):
    IdentityCase.objects.filter(pk=case.pk).update(father="")
    case.refresh_from_db()
    row = next(row for row in comparison.rows(case) if row.name == "father")
    assert (row.declared, row.is_masked) == ("", False)


# --- Revealed -------------------------------------------------------------------------------------


def test_what_is_asked_for_is_shown_on_that_answer_only(office, case):
    page = ask(office, case)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert whole(page) == {SHOWN, PHONE_SHOWN, "909\u00a0876\u00a0543\u00a0211"}
    assert whole(office.get(case.agent_url)) == set()
    assert NUMBER not in str(dict(office.session))


def test_loading_the_answer_again_shows_nothing_and_writes_nothing(office, case):
    once = office.get(address(case)).context["once"]
    assert whole(office.post(address(case), ASKED | {"once": once}))
    again = office.post(address(case), ASKED | {"once": once})
    assert (again.status_code, again.url) == (302, case.agent_url)
    assert Event.objects.filter(action="identity.revealed").count() == 1


@pytest.mark.parametrize("once", ["", "x"])
def test_a_form_that_was_not_opened_reveals_nothing(office, case, once):
    assert office.post(address(case), ASKED | {"once": once}).status_code == 302
    assert not Event.objects.filter(action="identity.revealed").exists()


def test_the_log_says_who_what_and_why_but_never_the_value(office, case):
    ask(office, case)
    event = Event.objects.get(action="identity.revealed")
    assert (event.stream, event.actor, event.reason) == ("identity", case.agent_id, "differs")
    assert (event.object_type, event.object_id) == ("kyc.identitycase", str(case.pk))
    assert event.data == {"fields": ["number", "phone"]}


def test_another_reason_is_written_in_words(office, case):
    assert ask(office, case, reason="other").status_code == 422
    ask(office, case, reason="other", words="Demande du superviseur")
    event = Event.objects.get(action="identity.revealed")
    assert (event.reason, event.data["words"]) == ("other", "Demande du superviseur")


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": ""},
        {"reason": "curiosity"},
        {"fields_asked": []},
        {"fields_asked": ["password"]},
        {"fields_asked": ["surname"]},
        {"reason": "other", "words": f"son numéro est {NUMBER}"},
        {"reason": "other", "words": "appeler le 034 99 900 01"},
        {"reason": "other", "words": "canari@example.mg"},
    ],
)
def test_without_a_reason_that_may_be_kept_nothing_is_shown(office, case, changed):
    page = ask(office, case, **changed)
    assert page.status_code == 422
    # What the agent typed comes back to them; nothing else does.
    assert whole(page) <= {word for word in WHOLE if word in changed.get("words", "")}
    assert not Event.objects.filter(action="identity.revealed").exists()


def test_what_cannot_be_recorded_is_not_shown(office, case, monkeypatch):
    once = office.get(address(case)).context["once"]
    monkeypatch.setattr("project.audit.chain.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        office.post(address(case), ASKED | {"once": once})


def test_a_factor_given_long_ago_is_asked_for_again(client, login, case):
    login(case.agent)
    for answer in (client.get(address(case)), client.post(address(case), ASKED)):
        assert reverse("kyc:second_factor") in answer.url
    assert not Event.objects.filter(action="identity.revealed").exists()


def test_only_who_holds_the_case_is_shown_anything(client, login, office, case):
    login(UserFactory(agent=True))
    prove(client)
    assert client.get(address(case)).status_code == 404
    with pytest.raises(MoveRefused):
        reveals.reveal_of_case(case, ["number"], by=UserFactory(agent=True), reason="differs")


def test_a_case_that_left_the_hands_meanwhile_reveals_nothing(office, case):
    once = office.get(address(case)).context["once"]
    review.release(case, by=case.agent)
    assert office.post(address(case), ASKED | {"once": once}).status_code == 404
    assert not Event.objects.filter(action="identity.revealed").exists()


def test_of_a_vehicle_the_phone_is_masked_and_revealed_alike(client, login):
    case = VehicleCaseFactory(claimed=True, citizen__phone=PHONE)
    login(case.agent)
    prove(client)
    assert whole(client.get(case.agent_url)) == set()
    assert whole(ask(client, case, fields_asked=["phone"])) == {PHONE_SHOWN}
    assert Event.objects.get(action="identity.revealed").object_type == "fleet.vehiclecase"


# --- Told -----------------------------------------------------------------------------------------


def test_the_citizen_reads_what_was_shown_and_why_but_not_to_whom(office, case, client, login):
    ask(office, case)
    login(case.citizen)
    page = client.get(reverse("kyc:consultations"))
    line = page.context["lines"][0]
    assert line["about"] == "numéro de la pièce, téléphone"
    assert line["reason"] == reveals.TOLD["differs"]
    assert case.agent.phone[-4:] not in page.text


def test_what_was_seen_twice_within_a_minute_is_one_line(office, case, client, login):
    now = timezone.now().replace(second=5)
    with time_machine.travel(now, tick=False):
        paper = case.current_documents()[0]
        for _look in range(3):
            office.get(f"{case.agent_url}photos/{paper.key}/")
        login(case.citizen)
        page = client.get(reverse("kyc:consultations"))
    assert [line["times"] for line in page.context["lines"]] == [3]
    assert "3 fois" in page.text


def test_the_auditor_finds_it_in_words(office, case, client, login):
    ask(office, case)
    login(UserFactory(auditor=True))
    page = client.get(reverse("audit:events"), {"action": "identity.revealed"})
    assert str(REASONS["differs"]) in page.text.replace("&#x27;", "'")
    assert "number, phone" in page.text


def test_every_reason_has_its_words_for_the_citizen():
    assert set(REASONS) == set(reveals.TOLD) == set(reveals.Reason.values)


# --- The watermark --------------------------------------------------------------------------------


def stored_jpeg(width=1200, height=800):
    held = io.BytesIO()
    Image.new("RGB", (width, height), "#cfe3d2").save(held, "JPEG")
    return held.getvalue()


def test_a_scan_carries_the_account_and_the_time_over_its_whole_width_and_height():
    raw = stored_jpeg()
    marked = Image.open(io.BytesIO(watermark.write(raw, "HETRA 12 - 20/11/2026 08:00")))
    before = Image.open(io.BytesIO(raw))
    assert marked.size == before.size
    changed = ImageChops.difference(marked.convert("L"), before.convert("L"))
    for left in range(0, 1200, 400):
        for top in range(0, 800, 400):
            part = changed.crop((left, top, left + 400, top + 400))
            assert ImageStat.Stat(part).extrema[0][1] > 60, (left, top)


def test_two_accounts_leave_two_different_marks():
    raw = stored_jpeg()
    assert watermark.write(raw, "HETRA 12") != watermark.write(raw, "HETRA 13")


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (2400, 40), (40, 2400)])
def test_no_picture_is_too_small_to_be_served(size):
    marked = Image.open(io.BytesIO(watermark.write(stored_jpeg(*size), "HETRA 12")))
    assert marked.size == size


def test_the_agent_is_served_a_marked_picture_and_the_stored_one_stays(office, case):
    paper = case.current_documents()[0]
    with paper.picture.open("rb") as stored:
        before = stored.read()
    answer = office.get(f"{case.agent_url}photos/{paper.key}/")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content != before
    with paper.picture.open("rb") as stored:
        assert stored.read() == before


def test_the_owner_sees_their_own_picture_without_it(case, client, login):
    login(case.citizen)
    IdentityCase.objects.filter(pk=case.pk).update(
        state="returned", decided_at=timezone.now(), reason="x"
    )
    paper = case.current_documents()[0]
    answer = client.get(reverse("kyc:picture", args=[case.pk, paper.key]))
    served = b"".join(answer.streaming_content)
    with paper.picture.open("rb") as stored:
        assert served == stored.read()
