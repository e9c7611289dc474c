"""The agent's, the supervisor's and the finance officer's journeys at a desk."""

import io

from django.core.management import call_command
from PIL import Image
from playwright.sync_api import expect

from kyc.models import DocumentView, TOTPDevice
from project.sandbox.papers import as_jpeg
from tests.browser.people import when_signing_in
from tests.browser.watch import then_accessible
from tests.factories import (
    IdentityCaseFactory,
    NoticeFactory,
    PaymentFactory,
    UserFactory,
    VehicleCaseFactory,
    retake,
)

BLANK = as_jpeg(Image.new("RGB", (640, 400), "white"))


def given_an_authenticator(user):
    """A device as the administration gives it out; returns its seed."""
    device = TOTPDevice.objects.create(user=user, name="bureau", confirmed=True)
    return device.config_url.split("secret=")[1].split("&")[0]


def the_code_shown(seed):
    out = io.StringIO()
    call_command("totp", seed, stdout=out)
    return out.getvalue().split()[0]


def when_passing_the_second_factor(page, code):
    page.get_by_label("Code de votre application d'authentification").fill(code)
    page.get_by_role("main").get_by_role("button", name="Continuer").click()


def test_an_agent_passes_the_second_factor_and_decides_both_kinds_of_case(desk):
    agent = UserFactory(agent=True)
    seed = given_an_authenticator(agent)
    first, second = IdentityCaseFactory.create_batch(2, waiting=True)
    declared = VehicleCaseFactory(waiting=True)

    desk.goto("/agent/identites/")
    when_signing_in(desk, agent)
    expect(desk.get_by_role("heading", name="Entrez votre second code")).to_be_visible()
    then_accessible(desk)
    when_passing_the_second_factor(desk, f"{(int(the_code_shown(seed)) + 1) % 1_000_000:06}")
    expect(desk.locator(".error-summary")).to_contain_text("Ce code n'est pas le bon")
    then_accessible(desk)
    agent.totpdevice_set.update(throttling_failure_count=0)  # a second later, in the test's time
    when_passing_the_second_factor(desk, the_code_shown(seed))
    expect(desk.get_by_role("heading", name="Dossiers d'identité")).to_be_visible()
    then_accessible(desk)

    # The oldest first: its papers beside what was declared. Sent back, with a reason.
    desk.get_by_role("button", name="Prendre le dossier suivant").click()
    expect(desk.get_by_role("heading", name=first.reference)).to_be_visible()
    expect(desk.locator(".scans img")).to_have_count(4)
    for image in desk.locator(".scans img").all():
        expect(image).to_have_js_property("naturalWidth", 8)
    assert DocumentView.objects.filter(by=agent).count() == 4
    then_accessible(desk)
    desk.get_by_label("Renvoyer au citoyen pour correction").check()
    desk.get_by_role("button", name="Enregistrer la décision").click()
    expect(desk.locator(".error-summary")).to_contain_text("Dites au citoyen pourquoi")
    then_accessible(desk)
    desk.get_by_label("Raison, telle que le citoyen la lira").fill("Le verso est illisible.")
    desk.get_by_role("button", name="Enregistrer la décision").click()
    expect(desk.get_by_text(" : renvoyé pour correction.")).to_be_visible()
    then_accessible(desk)
    first.refresh_from_db()
    assert (first.state, first.reason) == ("returned", "Le verso est illisible.")

    # The next one, approved; then a vehicle, rejected.
    desk.get_by_role("button", name="Prendre le dossier suivant").click()
    desk.get_by_label("Approuver").check()
    desk.get_by_role("button", name="Enregistrer la décision").click()
    expect(desk.get_by_text(" : approuvé.")).to_be_visible()
    desk.get_by_role("link", name="Véhicules", exact=True).click()
    then_accessible(desk)
    desk.get_by_role("button", name="Prendre le dossier suivant").click()
    desk.get_by_label("Rejeter définitivement").check()
    desk.get_by_label("Raison, telle que le citoyen la lira").fill("Cette carte est périmée.")
    desk.get_by_role("button", name="Enregistrer la décision").click()
    expect(desk.get_by_text(" : rejeté.")).to_be_visible()
    for case in (second, declared):
        case.refresh_from_db()
    assert (second.state, declared.state) == ("approved", "rejected")


def test_an_agent_finds_nothing_else_to_open(desk, given_signed_in):
    given_signed_in(desk, UserFactory(agent=True))
    desk.goto("/finances/")
    expect(desk.get_by_role("heading", name="Cette page ne vous est pas ouverte")).to_be_visible()
    then_accessible(desk)


def test_a_supervisor_sees_how_long_the_queues_are(desk, given_signed_in):
    IdentityCaseFactory.create_batch(3, waiting=True, photos=False)
    VehicleCaseFactory(returned=True, photos=False)
    given_signed_in(desk, UserFactory(supervisor=True))
    desk.goto("/accueil/")
    expect(desk.get_by_role("heading", name="Files d'attente")).to_be_visible()
    waiting = desk.locator("dl.figures").first.locator("div", has_text="En attente d'examen")
    expect(waiting).to_contain_text("3")
    then_accessible(desk)
    desk.get_by_role("link", name="Chiffres").click()
    expect(desk.get_by_role("table", name="Dossiers commencés")).to_be_visible()
    then_accessible(desk)


def test_a_supervisor_has_papers_read_again_and_sees_the_end_come(desk, given_signed_in):
    for case in IdentityCaseFactory.create_batch(2, waiting=True):
        for paper in case.documents.all():
            retake(paper, BLANK)
    given_signed_in(desk, UserFactory(supervisor=True))
    desk.goto("/accueil/")
    desk.get_by_role("link", name="Lectures").click()
    then_accessible(desk)
    desk.get_by_label("Toutes", exact=True).check()
    desk.get_by_role("button", name="Relire").click()
    # The page asks by itself, and stops asking.
    expect(desk.get_by_role("heading", name="Dernière relecture, terminée")).to_be_visible(
        timeout=60_000
    )
    expect(desk.locator("#readings")).to_contain_text("4 photos relues sur 4")
    expect(desk.locator("#readings")).not_to_have_attribute("hx-get", "/superviseur/lectures/")
    then_accessible(desk)


def test_an_agent_has_a_photo_read_again_without_losing_what_they_write(desk, given_signed_in):
    agent = UserFactory(agent=True)
    case = IdentityCaseFactory(claimed=True, agent=agent)
    for paper in case.documents.all():
        retake(paper, BLANK)
    given_signed_in(desk, agent)
    desk.goto(case.agent_url)
    desk.get_by_label("Raison").fill("Je compare encore.")
    desk.get_by_role("button", name="Relire cette photo").first.click()
    expect(desk.locator("#rereading")).to_contain_text("La relecture est finie", timeout=60_000)
    expect(desk.get_by_label("Raison")).to_have_value("Je compare encore.")
    then_accessible(desk)


def test_finance_sees_every_payment_and_filters_them(desk, given_signed_in):
    NoticeFactory(paid=True)
    troubled = PaymentFactory(suspense=True)
    given_signed_in(desk, UserFactory(finance=True))
    desk.goto("/accueil/")
    expect(desk.get_by_role("heading", name="Paiements")).to_be_visible()
    expect(desk.locator("tbody tr")).to_have_count(2)
    then_accessible(desk)
    desk.get_by_label("État").select_option("suspense")
    desk.get_by_role("button", name="Filtrer").click()
    expect(desk.locator("tbody tr")).to_have_count(1)
    expect(desk.locator("tbody th")).to_contain_text(troubled.notice.vehicle.shown_plate)
    then_accessible(desk)
