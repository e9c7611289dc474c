"""What anybody may see without an account, and how the service says no."""

import pytest
from playwright.sync_api import expect

from tests.browser.watch import then_accessible


@pytest.fixture(params=[360, 1280], ids=["telephone", "desk"])
def visitor(request, open_page):
    return open_page(width=request.param, color_scheme="dark" if request.param == 1280 else "light")


def test_the_home_page_says_what_this_is_and_leads_on(visitor):
    visitor.goto("/")
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("taxe annuelle")
    then_accessible(visitor)
    visitor.get_by_role("main").get_by_role("link", name="Calculer ma taxe").click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("Calculer ma taxe")
    then_accessible(visitor)


def test_the_simulator_shows_the_amount_and_how_it_came_about(visitor):
    visitor.goto("/simulateur/")
    visitor.get_by_label("Puissance fiscale (CV)").fill("8")
    visitor.get_by_label("essence").check()
    visitor.get_by_label("Première mise en circulation").fill("01/03/2015")
    visitor.get_by_role("button", name="Calculer").click()
    expect(visitor.locator(".amount")).to_contain_text("105")
    expect(visitor.get_by_role("table", name="Comment ce montant est calculé")).to_be_visible()
    then_accessible(visitor)


def test_the_simulator_says_what_is_wrong(visitor):
    visitor.goto("/simulateur/?power=0&energy=petrol&first_registration=01/03/2015")
    expect(visitor.locator(".error-summary")).to_be_focused()
    then_accessible(visitor)


def test_what_is_no_code_is_called_forged(visitor):
    visitor.goto("/c/")
    then_accessible(visitor)
    visitor.locator("[name=asked]").fill("1234 TAB")
    visitor.get_by_role("button", name="Vérifier").click()
    expect(visitor.locator(".verdict")).to_be_visible()
    then_accessible(visitor)


@pytest.mark.parametrize("address", ["/nulle-part/", "/vehicules/999999/zut/"])
def test_a_page_that_is_not_there_says_so(page, address):
    page.goto(address)
    expect(page.get_by_role("heading", name="Cette page n'existe pas")).to_be_visible()
    then_accessible(page)


def test_a_form_without_its_token_says_what_to_do(page):
    page.goto("/c/")
    page.locator("[name=asked]").fill("1234TAB")
    page.context.clear_cookies()
    page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ouverte trop longtemps")
    then_accessible(page)


@pytest.mark.parametrize("language", ["Malagasy", "English"])
def test_the_language_is_chosen_and_stays(page, language):
    page.goto("/")
    page.get_by_role("button", name=language).click()
    expect(page.locator("html")).to_have_attribute(
        "lang", {"Malagasy": "mg", "English": "en"}[language]
    )
    then_accessible(page)
    page.goto("/simulateur/")
    expect(page.locator("html")).to_have_attribute(
        "lang", {"Malagasy": "mg", "English": "en"}[language]
    )
