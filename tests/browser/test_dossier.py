"""A whole dossier in Malagasy, by keyboard alone, on a thin network; then what went wrong in it."""

from datetime import date

import pytest
from playwright.sync_api import expect

from kyc.models import IdentityCase
from tests import papers_with_zones
from tests.browser import dossier, people
from tests.browser.hands import Keyboard
from tests.browser.network import Network
from tests.factories import UserFactory

SEED = 3


@pytest.fixture
def malagasy(page, given_signed_in):
    """Somebody who has signed in, reads Malagasy, and has no mouse."""
    given_signed_in(page, UserFactory())
    page.goto("/accueil/")
    Network(page).becomes_thin()
    journey = dossier.Journey(page, hand=Keyboard, language="mg")
    journey.hand.press(page.get_by_role("button", name="Malagasy"))
    return journey


def a_passport(tmp_path):
    path = tmp_path / "passport.jpg"
    path.write_bytes(papers_with_zones.photo(papers_with_zones.PASSPORT, SEED, "moderate"))
    return str(path)


def test_a_passport_in_malagasy_by_keyboard_alone_goes_all_the_way(page, malagasy, tmp_path):
    truth = papers_with_zones.holder(papers_with_zones.PASSPORT, SEED)

    # Given a dossier that has been begun, with the photo of a passport.
    malagasy.begin()
    malagasy.choose_paper("passport")
    malagasy.photograph(a_passport(tmp_path))
    malagasy.then_said(dossier.READ)
    assert page.locator("[name=number]").input_value() == truth["number"]
    assert page.locator("[name=expiry]").input_value() == people.french(truth["expiry"])

    # When something is missing, the summary has the focus and leads to the field.
    malagasy.press("Continuer")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    malagasy.then_well()
    malagasy.hand.press(summary.get_by_role("link").first)
    expect(page.locator("[name=birth_place]")).to_be_focused()
    malagasy.write("birth_place", "Toamasina")
    malagasy.write("issue_date", "01/03/2023")
    malagasy.write("issue_place", "Antananarivo")
    malagasy.press("Continuer")
    malagasy.tell_the_rest(tmp_path)
    malagasy.send()

    # Then what an agent sends back opens alone, is mended, and is approved.
    dossier.given_an_agent_sends_the_face_back()
    malagasy.mend(tmp_path)
    dossier.given_an_agent_approves(IdentityCase)
    malagasy.then_approved()
    case = IdentityCase.objects.get()
    assert case.tries == 2
    assert case.expires_on == date.fromisoformat(truth["expiry"])
