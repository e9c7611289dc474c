"""The citizen's journey on a small telephone, and what may go wrong on it."""

from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from fleet.models import VehicleCase
from kyc.models import IdentityCase
from project.sandbox import papers
from taxes.models import Payment
from tests.browser import people
from tests.browser.dossier import (
    ANSWERS,
    READ,
    SENT,
    Journey,
    given_an_agent_approves,
    given_an_agent_sends_the_face_back,
    same,
)
from tests.browser.network import Network
from tests.browser.watch import then_accessible
from tests.factories import UserFactory


def when_confirming(page, code):
    page.get_by_label("Code à six chiffres").fill(code)
    page.get_by_role("button", name="Confirmer").click()


def when_photographing(page, *files):
    """Choose a file for each side, in the order the page asks for them."""
    for field, file in zip(page.locator("input[type=file]").all(), files, strict=True):
        field.set_input_files(file)
    states = page.locator(".capture [role=status]")
    if states.count():  # with scripts, each is judged and sent at once
        expect(states.filter(has_text=SENT)).to_have_count(len(files), timeout=40_000)
    page.get_by_role("button", name="Continuer").click()


def when_correcting(page, truth):
    """Type whatever was not read, or read wrong, as somebody with the paper in hand would."""
    for name, value in truth.items():
        field = page.locator(f"form [name={name}]")
        if name == "energy":
            page.locator(f"[name=energy][value={value}]").check()
        elif field.count() and same(field.input_value()) != same(value):
            field.fill(value)


def when_choosing_a_paper(page):
    page.get_by_role("link", name="Continuer").click()
    page.get_by_label("carte nationale").check()
    then_accessible(page)
    page.get_by_role("button", name="Continuer").click()


def when_sending(page):
    expect(page.get_by_role("heading", name="Vérifiez vos réponses")).to_be_visible()
    then_accessible(page)
    page.get_by_role("button", name="Envoyer le dossier").click()
    expect(page.get_by_text("Dossier envoyé")).to_be_visible()


def given_a_case_with_photos(page, tmp_path):
    page.goto("/identite/")
    page.get_by_role("button", name="Commencer").click()
    when_choosing_a_paper(page)
    when_photographing(page, *people.cin_photos(tmp_path))
    expect(page.get_by_role("heading", name=ANSWERS)).to_be_visible()


def test_a_citizen_goes_from_the_first_visit_to_the_code_on_the_windscreen(page, tmp_path):
    # A new account, its phone and its address confirmed.
    page.goto("/")
    then_accessible(page)
    page.get_by_role("main").get_by_role("link", name="Créer mon compte").click()
    then_accessible(page)
    page.get_by_label("Numéro de téléphone mobile").fill("034 55 123 45")
    page.get_by_label("Adresse e-mail").fill("citoyenne@exemple.mg")
    page.get_by_label("Mot de passe", exact=True).fill("trois mots sans rapport")
    page.get_by_role("button", name="Continuer").click()
    then_accessible(page)
    when_confirming(page, people.the_code_sent("+261345512345"))
    when_confirming(page, people.the_code_sent("citoyenne@exemple.mg"))
    expect(page.get_by_role("heading", name="Mon espace")).to_be_visible()
    then_accessible(page)

    # Their card, on a thin network: the form fills itself, and leaves alone what they have typed.
    network = Network(page)
    network.becomes_thin()
    person = Journey(page)
    person.begin()
    person.choose_paper("cin")
    person.photograph(*people.cin_photos(tmp_path))
    page.locator("[name=occupation]").fill("Apicultrice")
    person.then_said(READ)
    truth = people.truth_of_the_card()
    assert same(page.locator("[name=number]").input_value()) == truth["number"]
    assert page.locator("[name=birth_date]").input_value() == truth["birth_date"]
    assert page.locator("[name=occupation]").input_value() == "Apicultrice"
    person.then_well()
    person.correct(truth | {"occupation": "Apicultrice"})
    person.tick("sex", "F")
    person.press("Continuer")
    person.tell_the_rest(tmp_path)
    person.send()
    assert IdentityCase.objects.get().occupation == "Apicultrice"

    # An agent wants their face again, and nothing else.
    given_an_agent_sends_the_face_back()
    person.mend(tmp_path)
    given_an_agent_approves(IdentityCase)
    person.then_approved()
    network.becomes()

    # Their vehicle.
    page.get_by_role("link", name="Déclarer un véhicule").click()
    page.get_by_role("button", name="Commencer").click()
    page.get_by_role("link", name="Continuer").click()
    vehicle = papers.vehicle(people.SEED)
    carte_grise = papers.draw_carte_grise(vehicle, seed=people.SEED)
    when_photographing(page, people.a_photo(carte_grise, tmp_path))
    expect(page.get_by_text(READ)).to_be_visible(timeout=60_000)
    day = people.french(vehicle["first_registration"])
    when_correcting(page, vehicle | {"first_registration": day})
    expect(page.get_by_label("Région où le véhicule")).to_have_value("analamanga")
    then_accessible(page)
    page.get_by_role("button", name="Continuer").click()
    when_sending(page)
    given_an_agent_approves(VehicleCase)

    # What they owe and why, the payment, what proves it.
    page.reload()
    page.get_by_role("link", name="Voir la taxe de ce véhicule").click()
    expect(page.get_by_role("table", name="Comment ce montant est calculé")).to_be_visible()
    then_accessible(page)
    page.get_by_role("link", name="Payer").click()
    then_accessible(page)
    page.get_by_role("button", name="Payer").click()
    expect(page.get_by_role("heading", name="Taxe payée")).to_be_visible(timeout=30_000)
    then_accessible(page)
    page.get_by_role("link", name="Voir le reçu").click()
    then_accessible(page)
    page.get_by_role("link", name="Voir le code du pare-brise").click()
    then_the_symbol_can_be_read(page)
    then_accessible(page)


def then_the_symbol_can_be_read(page):
    """As another telephone would, off this one's screen."""
    import io

    from PIL import Image

    from tests.journey import symbol

    picture = page.locator(".qr img")
    expect(picture).to_have_js_property("complete", True)
    said = symbol.read_image(Image.open(io.BytesIO(page.screenshot(full_page=True))))
    page.get_by_text("Le code en toutes lettres").click()
    assert said.endswith(f"/C/#{page.locator('details code').inner_text()}")


def when_reloading_until_it_is_read(page):
    """What a page without scripts asks for."""
    page.wait_for_load_state()
    for _time in range(120):
        if page.get_by_text(READ).is_visible():
            return
        # Chromium's switch leaves <noscript> undrawn: what it says is looked for in the source.
        assert "Rechargez cette page dans quelques secondes" in page.content()
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError("nobody reads the photos")


def test_a_citizen_without_scripts_gets_as_far(open_page, given_signed_in, tmp_path):
    page = open_page(scripts=False)
    given_signed_in(page, UserFactory())
    page.goto("/accueil/")
    Network(page).becomes_thin()
    person = Journey(page)
    person.begin()
    person.choose_paper("cin")
    person.photograph(*people.cin_photos(tmp_path))
    when_reloading_until_it_is_read(page)
    assert same(page.locator("[name=number]").input_value()) == papers.person(people.SEED)["number"]
    person.correct(people.truth_of_the_card())
    person.tick("sex", "F")
    person.press("Continuer")
    person.tell_the_rest(tmp_path)
    person.send()
    given_an_agent_sends_the_face_back()
    person.mend(tmp_path)
    given_an_agent_approves(IdentityCase)
    person.then_approved()

    owner, vehicle = people.given_an_owner()
    given_signed_in(page, owner)
    page.goto(f"/vehicules/{vehicle.pk}/")
    page.get_by_role("link", name="Payer").click()
    page.get_by_role("button", name="Payer").click()
    page.wait_for_load_state()  # a thin network brings a page bit by bit
    while not page.get_by_role("heading", name="Taxe payée").is_visible():
        assert "Rechargez cette page" in page.content()
        page.wait_for_timeout(300)
        page.reload()
    page.get_by_role("link", name="Voir le code du pare-brise").click()
    expect(page.locator(".qr img")).to_be_visible()
    assert Payment.objects.get().state == "confirmed"


def test_a_wrong_code_is_refused_and_the_right_one_still_works(page):
    page.goto("/compte/inscription/")
    page.get_by_label("Numéro de téléphone mobile").fill("034 55 123 46")
    page.get_by_label("Mot de passe", exact=True).fill("trois mots sans rapport")
    page.get_by_role("button", name="Continuer").click()
    code = people.the_code_sent("+261345512346")
    when_confirming(page, "000000" if not code.startswith("000") else "111111")
    expect(page.get_by_role("alert").filter(has_text="Il y a un problème")).to_be_visible()
    then_accessible(page)
    when_confirming(page, code)
    expect(page.get_by_role("heading", name="Mon espace")).to_be_visible()


def test_a_file_that_is_no_picture_is_refused_and_the_other_side_is_kept(
    page, given_signed_in, tmp_path
):
    person = UserFactory()
    given_signed_in(page, person)
    front, back = people.cin_photos(tmp_path)
    renamed = tmp_path / "verso.jpg"
    renamed.write_text("ceci n'est pas une photo\n" * 20)
    page.goto("/identite/")
    page.get_by_role("button", name="Commencer").click()
    when_choosing_a_paper(page)
    page.locator("[name=identity_front]").set_input_files(front)
    page.locator("[name=identity_back]").set_input_files(str(renamed))
    expect(page.get_by_text(SENT)).to_have_count(1, timeout=40_000)
    refused = page.locator("#field-identity_back [role=status]")
    expect(refused).to_contain_text("ni une photo (JPEG, PNG, WebP, GIF) ni un PDF")
    page.get_by_role("button", name="Continuer").click()
    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("Choisissez ou prenez une photo")
    expect(summary).to_be_focused()
    expect(page.locator(".thumbs img")).to_have_count(1)
    then_accessible(page)

    page.locator("[name=identity_back]").set_input_files(back)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name=ANSWERS)).to_be_visible()
    sides = [document.side for document in IdentityCase.objects.get().current_documents()]
    assert sides == ["identity_front", "identity_back"]


def test_photos_are_kept_while_no_worker_reads_and_are_read_once_one_does(
    page, site, given_signed_in, tmp_path
):
    given_signed_in(page, UserFactory())
    site.stop("reader")
    given_a_case_with_photos(page, tmp_path)
    expect(page.get_by_text("vous pouvez aussi écrire sans attendre")).to_be_visible()
    page.locator("[name=address]").fill("Lot écrit à la main")

    # Half a minute later, the page no longer promises.
    case = IdentityCase.objects.get()
    case.documents.update(asked_at=timezone.now() - timezone.timedelta(seconds=31))
    expect(page.get_by_text("La lecture des photos tarde")).to_be_visible()
    then_accessible(page)

    site.start_reader()
    expect(page.get_by_text(READ)).to_be_visible(timeout=60_000)
    truth = people.truth_of_the_card()
    assert same(page.locator("[name=number]").input_value()) == truth["number"]
    assert page.locator("[name=address]").input_value() == "Lot écrit à la main"
    assert case.current_documents()[0].state == "read"


def test_what_was_typed_is_there_again_after_the_session_ended(page, given_signed_in, tmp_path):
    person = UserFactory()
    given_signed_in(page, person)
    given_a_case_with_photos(page, tmp_path)
    page.locator("[name=surname]").fill("RAZAFINDRAKOTO")
    page.locator("[name=father]").fill("RABE Norbert")
    Session.objects.update(expire_date=timezone.now())
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name="Me connecter")).to_be_visible()
    then_accessible(page)
    people.when_signing_in(page, person)
    expect(page.get_by_role("heading", name=ANSWERS)).to_be_visible()
    assert page.locator("[name=surname]").input_value() == "RAZAFINDRAKOTO"
    assert page.locator("[name=father]").input_value() == "RABE Norbert"
