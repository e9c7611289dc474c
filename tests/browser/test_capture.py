"""Photographs before they are sent: judged, made small, sent through a network that gets lost."""

import io
import re

import pytest
from django_q.models import OrmQ
from PIL import Image
from playwright.sync_api import expect

from kyc.models import Document, Upload
from project.lib import crypto
from tests import shots
from tests.browser.network import Network
from tests.browser.stack import wait_until_idle
from tests.browser.watch import then_accessible
from tests.factories import IdentityCaseFactory
from tests.servers import wait_for

RECEIVED = "Bien reçu."
LOST = "Connexion perdue"
SLOW = 40_000  # bytes a second


@pytest.fixture
def case(site):
    yield IdentityCaseFactory(photos=False)
    wait_until_idle(OrmQ.objects.all(), seconds=150)  # each photo that was sent is also read


@pytest.fixture
def photos_page(page, case, given_signed_in):
    """The page of the card's two sides, and what it has sent in parts."""
    given_signed_in(page, case.citizen)
    page.goto(f"/identite/{case.pk}/photos/")
    page.parts = []
    page.on("request", lambda asked: asked.method == "PATCH" and page.parts.append(asked))
    return page


def a_file(image, name="photo.jpg", **options):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92, **options)
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def good(side="front", scale=1.0):
    return shots.taken(side, 3, "moderate", scale=scale)[0]


def when_choosing(page, file, side="front"):
    page.locator(f"[name=identity_{side}]").set_input_files(file)


def then_received(page, count=1):
    expect(page.get_by_text(RECEIVED)).to_have_count(count, timeout=40_000)


def sent_of(document):
    """What arrived, as it was sent."""
    with document.original.open("rb") as sealed:
        return crypto.unseal(sealed.read())


def test_a_photo_that_arrived_takes_back_what_was_said_of_it(photos_page):
    photos_page.get_by_role("button", name="Continuer").click()
    said = photos_page.locator(".error-summary li")
    expect(said).to_have_count(2)
    when_choosing(photos_page, a_file(good()))
    then_received(photos_page)
    expect(said).to_have_count(1)
    expect(photos_page.locator("#field-identity_front .error")).to_have_count(0)
    expect(photos_page.locator("#field-identity_back .error")).to_have_count(1)
    when_choosing(photos_page, a_file(good("back")), side="back")
    then_received(photos_page, 2)
    expect(photos_page.locator(".error-summary, .invalid")).to_have_count(0)
    then_accessible(photos_page)


def test_a_good_photo_leaves_small_and_at_once_and_the_page_goes_on_without_it(photos_page, case):
    large = a_file(good(scale=1.6))
    assert len(large["buffer"]) > 500_000
    when_choosing(photos_page, large)
    then_received(photos_page)
    then_accessible(photos_page)
    document = case.documents.get()
    assert document.side == "identity_front"
    assert len(sent_of(document)) <= 250 * 1024
    assert max(document.width, document.height) == 2000

    when_choosing(photos_page, a_file(good("back")), side="back")
    # Whoever does not wait is waited for.
    photos_page.get_by_role("button", name="Continuer").click()
    expect(photos_page).not_to_have_url(re.compile("/photos/$"), timeout=40_000)
    assert sorted(case.documents.values_list("side", flat=True)) == [
        "identity_back",
        "identity_front",
    ]


def test_a_blurred_photo_is_sent_only_when_its_owner_says_so(photos_page, case):
    page, blurred = photos_page, shots.blurred(good(), 4)
    when_choosing(page, a_file(blurred))
    notice = page.get_by_role("group", name="Cette photo ne va pas")
    expect(notice).to_be_focused()
    expect(notice).to_contain_text("La photo est floue.")
    expect(notice.get_by_text("coupée")).to_be_hidden()
    expect(notice.locator("img:visible")).to_have_count(1)
    then_accessible(page)

    # Nothing leaves by going on, either: the question stands.
    page.get_by_role("button", name="Continuer").click()
    expect(notice).to_be_focused()
    assert page.parts == []
    assert not Document.objects.exists()

    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Reprendre la photo")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    then_received(page)
    expect(page.locator("[name=identity_front]")).to_be_focused()
    assert case.documents.get().side == "identity_front"


def test_a_photo_taken_again_takes_the_place_of_the_bad_one(photos_page, case):
    page = photos_page
    when_choosing(page, a_file(shots.glared(good(), 0.08)))
    notice = page.get_by_role("group", name="Cette photo ne va pas")
    expect(notice).to_contain_text("Un reflet cache une partie de la pièce.")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Reprendre la photo").click()
    chooser.value.set_files(a_file(good()))
    then_received(page)
    expect(page.get_by_role("group", name="Cette photo ne va pas")).to_be_hidden()
    assert case.documents.count() == 1


def test_a_lost_connection_costs_a_part_and_nothing_else(photos_page, case):
    page = photos_page
    network = Network(page)
    network.becomes(up=SLOW)
    when_choosing(page, a_file(good(scale=1.6)))
    wait_for(lambda: Upload.objects.filter(received__gt=0).exists(), what="a first part")
    network.becomes(offline=True)
    expect(page.locator(".capture [role=status]").filter(has_text=LOST)).to_be_visible()
    then_accessible(page)
    page.wait_for_timeout(2500)
    here = Upload.objects.get()
    assert 0 < here.received < here.length
    before = len(page.parts)
    network.becomes()
    then_received(page)
    starts = [int(part.headers["upload-offset"]) for part in page.parts[before:]]
    assert min(starts) >= here.received
    assert case.documents.count() == 1


def test_a_page_loaded_again_goes_on_where_the_same_photo_was(photos_page, case):
    page, photo = photos_page, a_file(good(scale=1.6))
    network = Network(page)
    network.becomes(up=SLOW)
    when_choosing(page, photo)
    wait_for(lambda: Upload.objects.filter(received__gt=0).exists(), what="a first part")
    page.reload()
    page.parts.clear()
    network.becomes()
    when_choosing(page, photo)
    then_received(page)
    assert int(page.parts[0].headers["upload-offset"]) > 0
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_a_photo_held_upright_arrives_upright_and_without_its_place(photos_page, case):
    upright = good()
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it by a quarter to the right to see it
    exif.get_ifd(0x8825)[1] = "S"
    lying = upright.rotate(90, expand=True)
    when_choosing(photos_page, a_file(lying, exif=exif))
    then_received(photos_page)
    document = case.documents.get()
    sent = Image.open(io.BytesIO(sent_of(document)))
    assert document.width > document.height
    assert sent.size[0] > sent.size[1]
    assert dict(sent.getexif()) == {}


def test_a_pdf_is_left_as_it_is(photos_page, case):
    out = io.BytesIO()
    good().save(out, "PDF")
    pdf = {"name": "carte.pdf", "mimeType": "application/pdf", "buffer": out.getvalue()}
    when_choosing(photos_page, pdf)
    then_received(photos_page)
    document = case.documents.get()
    assert sent_of(document) == pdf["buffer"]
    assert document.media_type == "application/pdf"


def test_a_file_that_is_refused_is_said_beside_its_field(photos_page, case):
    text = {"name": "recto.jpg", "mimeType": "image/jpeg", "buffer": b"bonjour\n" * 50}
    when_choosing(photos_page, text)
    said = photos_page.locator("#field-identity_front [role=status]")
    expect(said).to_contain_text("ni une photo (JPEG, PNG, WebP, GIF) ni un PDF")
    then_accessible(photos_page)
    assert not case.documents.exists()


def test_a_browser_that_cannot_send_parts_sends_the_small_photo_with_the_page(
    page, case, given_signed_in
):
    page.add_init_script("Object.defineProperty(self.crypto, 'subtle', {value: undefined})")
    given_signed_in(page, case.citizen)
    page.goto(f"/identite/{case.pk}/photos/")
    for side in ("front", "back"):
        when_choosing(page, a_file(good(side, scale=1.6)), side=side)
    expect(page.get_by_text("elle partira avec la page")).to_have_count(2, timeout=40_000)
    page.get_by_role("button", name="Continuer").click()
    expect(page).not_to_have_url(re.compile("/photos/$"), timeout=40_000)
    originals = [sent_of(paper) for paper in case.documents.all()]
    assert len(originals) == 2
    assert max(map(len, originals)) <= 250 * 1024


def test_a_face_is_not_asked_for_letters(page, case, given_signed_in):
    given_signed_in(page, case.citizen)
    page.goto(f"/identite/{case.pk}/portrait/")
    face = shots.blurred(Image.effect_noise((900, 1200), 60).convert("RGB"), 30)
    page.locator("[name=selfie]").set_input_files(a_file(face))
    then_received(page)
    page.locator("[name=selfie]").set_input_files(a_file(shots.dark(face, 0.15)))
    expect(page.get_by_text("La photo est trop sombre.")).to_be_visible()


def test_what_is_drawn_in_the_page_is_the_photo_and_asks_nobody_else(photos_page):
    when_choosing(photos_page, a_file(good()))
    then_received(photos_page)
    drawn = photos_page.locator("#field-identity_front canvas")
    assert drawn.evaluate("canvas => [canvas.width, canvas.height]") == [320, 208]
