"""What staff do with a dossier, on a small screen: the counter, resemblances, a suspension."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from kyc import duplicates
from kyc.models import Assistance, Check, IdentityCase
from notify.models import Message
from project.lib import phones
from tests.browser.dossier import Journey
from tests.browser.watch import then_accessible
from tests.factories import IdentityCaseFactory, UserFactory
from tests.servers import wait_for


@pytest.fixture
def given_at_work(page, given_signed_in):
    """Somebody of the staff who has given their factor a moment ago."""

    def sign_in(user):
        given_signed_in(page, user, is_fresh=True)
        page.goto("/accueil/")
        return Journey(page)

    return sign_in


def the_code_read_aloud(template):
    """The six figures of the newest message of that kind."""
    letters = Message.objects.filter(template=template).order_by("-pk")
    letter = wait_for(letters.first, what=f"a message {template}")
    return re.search(r"\b\d{6}\b", letter.body)[0]


# --- The counter --------------------------------------------------------------------------------


def test_a_dossier_filled_in_at_a_counter_is_sent_by_two_codes_of_its_citizen(given_at_work):
    # Given somebody whose dossier lacks only where they live, and an agent at a counter.
    case = IdentityCaseFactory(commune="")
    agent = UserFactory(agent=True)
    desk = given_at_work(agent)
    desk.follow_menu("Au guichet")
    desk.then_at("Au guichet")

    # When the person agrees by the first code,
    desk.write("phone", case.citizen.phone)
    desk.page.get_by_role("radio", name="français").check()
    desk.press("Envoyer le code")
    desk.then_at("Code de la personne")
    right = the_code_read_aloud("counter_code")
    desk.write("code", "000000" if right != "000000" else "111111")
    desk.press("Ouvrir le dossier")
    expect(desk.page.locator(".error-summary")).to_be_focused()
    desk.then_well()
    desk.write("code", right)
    desk.press("Ouvrir le dossier")

    # the agent fills in what is left, with them,
    desk.then_at("Historique")
    expect(desk.page.get_by_text("avec la personne présente")).to_be_visible()
    desk.follow("Vos coordonnées")
    desk.then_at("Vos coordonnées")
    main = desk.page.get_by_role("main")
    expect(main).to_contain_text(phones.display(case.citizen.phone))
    expect(main.get_by_role("link", name="Changer")).to_have_count(0)
    desk.press("Continuer")
    desk.then_at("Où vous habitez")
    desk.write("commune", "Antananarivo")
    desk.press("Continuer")

    # and reads all of it back: the second code stands for it.
    desk.then_at("Relisez tout à la personne")
    desk.press("Tout est relu : envoyer le code")
    expect(desk.page.get_by_text("Un code est parti")).to_be_visible()
    desk.then_well()
    desk.write("code", the_code_read_aloud("counter_agree"))
    desk.press("Envoyer le dossier")

    # Then it is sent, and has both names.
    desk.then_at("Dossier envoyé")
    expect(desk.page.locator(".panel")).to_contain_text(case.reference)
    visit = Assistance.objects.get()
    case.refresh_from_db()
    assert (visit.agent, visit.citizen, case.state) == (agent, case.citizen, "waiting")
    desk.follow("Personne suivante")
    expect(desk.page.get_by_role("cell", name="Envoyé")).to_be_visible()
    desk.then_well()


# --- Resemblances, and what services say --------------------------------------------------------


def given_services_answered(case):
    """One that wants eyes, one that never answered."""
    known = {"case": case, "version": case.fingerprint(), "next_at": None}
    Check.objects.create(
        **known,
        checker="onfido",
        state="attention",
        answered_at=timezone.now(),
        words="consider",
        evidence={"face_comparison": {"result": "consider"}},
    )
    Check.objects.create(**known, checker="smile_id", state="unknown")


def test_an_agent_compares_two_dossiers_and_sends_one_part_back(given_at_work):
    # Given a dossier with the number of another one, in the hands of an agent.
    agent = UserFactory(agent=True)
    other = IdentityCaseFactory(waiting=True, number="101231000001")
    held = IdentityCaseFactory(
        claimed=True, agent=agent, number="101231000001", surname="RABEMANANJARA"
    )
    duplicates.look_for(held)
    given_services_answered(held)
    desk = given_at_work(agent)
    desk.page.goto(held.agent_url)
    services = desk.page.get_by_role("region", name="Contrôles par d'autres services")
    expect(services.get_by_text("consider").first).to_be_visible()
    expect(services.get_by_text("Sans réponse").first).to_be_visible()
    desk.then_at("Ressemblances avec d'autres dossiers")

    # When they have looked at both and said what they think,
    desk.page.locator("a[href*='/ressemblances/']").first.click()
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text(other.reference)
    desk.then_well()
    desk.press("Enregistrer mon avis")
    expect(desk.page.locator(".error-summary")).to_be_focused()
    desk.then_well()
    desk.tick("verdict", "unrelated")
    desk.write("reason", "Deux personnes, un chiffre mal lu.")
    desk.press("Enregistrer mon avis")
    expect(desk.page.get_by_text("Votre avis est enregistré")).to_be_visible()
    desk.then_well()

    # and send the portrait back, for a reason of the list,
    desk.tick("verdict", "returned")
    desk.page.get_by_label("Photo de vous").check()
    desk.pick("code", "Le visage ne se voit pas bien : de face, sans lunettes ni chapeau.")
    desk.press("Enregistrer la décision")
    expect(desk.page.get_by_text(" : renvoyé pour correction.")).to_be_visible()
    desk.then_well()

    # Then that alone is open again.
    held.refresh_from_db()
    assert held.state == "returned"
    assert list(held.reopened) == ["selfie"]


# --- A suspension ---------------------------------------------------------------------------------


def test_one_supervisor_suspends_a_dossier_and_another_resumes_it(given_at_work, given_signed_in):
    # Given an approved dossier, and a supervisor who knows its reference.
    case = IdentityCaseFactory(approved=True)
    desk = given_at_work(UserFactory(supervisor=True))
    when_finding(desk, case)

    # When they suspend it,
    desk.follow("Suspendre")
    desk.then_at("Suspendre ce dossier")
    desk.press("Suspendre")
    expect(desk.page.locator(".error-summary")).to_be_focused()
    desk.then_well()
    desk.tick("code", "stolen")
    desk.write("reason", "Déclarée volée le 3 mars.")
    desk.press("Suspendre")
    expect(desk.page.get_by_text("une autre personne peut le rétablir")).to_be_visible()
    desk.then_well()

    # its citizen reads why,
    given_signed_in(desk.page, case.citizen)
    desk.page.goto(case.get_absolute_url())
    desk.then_at("Ce dossier est suspendu")
    expect(desk.page.locator("main .notice.bad")).to_contain_text("Déclarée volée le 3 mars.")

    # and a second supervisor resumes it.
    desk = given_at_work(UserFactory(supervisor=True))
    when_finding(desk, case)
    desk.follow("Rétablir")
    desk.then_at("Rétablir ce dossier")
    desk.write("reason", "La carte est retrouvée.")
    desk.press("Rétablir")
    expect(desk.page.get_by_text("Approuvé").first).to_be_visible()
    desk.then_well()
    case.refresh_from_db()
    assert case.state == "approved"


def when_finding(desk, case):
    desk.follow_menu("Dossiers")
    desk.then_at("Trouver un dossier")
    desk.write("named", case.reference)
    desk.press("Chercher")
    desk.then_at("Historique")


# --- The end of a paper ---------------------------------------------------------------------------


def test_whoever_has_a_paper_that_ends_opens_another_dossier_and_finds_the_old_one(
    page, given_signed_in
):
    # Given a dossier that ends in ten days.
    soon = timezone.localdate() + timezone.timedelta(days=10)
    case = IdentityCaseFactory(passport=True, approved=True, expires_on=soon, expiry=soon)
    given_signed_in(page, case.citizen)
    person = Journey(page)
    page.goto("/identite/")
    person.then_at("Approuvé")
    expect(page.get_by_text("Votre pièce arrive à sa fin")).to_be_visible()

    # When its citizen brings another paper,
    person.press("Présenter une nouvelle pièce")
    new = IdentityCase.objects.exclude(pk=case.pk).get()
    expect(page.get_by_role("heading", level=1)).to_contain_text(new.reference)
    person.then_well()

    # Then each dossier leads to the other, and the old one proves who they are until then.
    person.follow(case.reference)
    person.then_at("Approuvé")
    expect(page.get_by_role("button", name="Présenter une nouvelle pièce")).to_have_count(0)
    page.get_by_role("link", name=new.reference).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(new.reference)
    assert case.citizen.is_identified

    # And once it has ended, it says so.
    IdentityCase.objects.filter(pk=case.pk).update(state="expired")
    page.goto(case.get_absolute_url())
    expect(page.get_by_text("Ce dossier n'est plus valable")).to_be_visible()
    then_accessible(page)
