"""A whole dossier, page by page, as its citizen goes through it: any hand, any language."""

import re

from playwright.sync_api import expect

from kyc import review
from kyc.models import IdentityCase, User
from project.sandbox import papers
from tests.browser import people
from tests.browser.hands import Finger
from tests.browser.languages import speaker, then_nothing_is_left_in_french
from tests.browser.watch import then_accessible
from tests.factories import UserFactory

SENT = "Bien reçu."
ANSWERS = "Ce qui est écrit sur la pièce"
READ = "Vos photos sont lues. Vérifiez chaque champ : c'est votre réponse qui compte."


class Journey:
    """One person at one screen: what they do, and what every page they see must be."""

    def __init__(self, page, *, hand=Finger, language="fr"):
        self.page, self.hand, self.language = page, hand(page), language
        self.say = speaker(language)

    # --- What they see --------------------------------------------------------------------------

    def then_well(self):
        """The page can be used by everybody, and speaks one language."""
        self.page.wait_for_load_state()  # the network may be thin
        then_accessible(self.page)
        if self.language != "fr":
            then_nothing_is_left_in_french(self.page, self.language)

    def then_at(self, title, **fields):
        heading = self.page.get_by_role("heading", name=self.say(title, **fields), exact=True)
        expect(heading).to_be_visible()
        self.then_well()

    def then_said(self, sentence):
        expect(self.page.get_by_text(self.say(sentence))).to_be_visible(timeout=60_000)

    # --- What they do ---------------------------------------------------------------------------

    def follow(self, word):
        self.hand.press(self.page.get_by_role("main").get_by_role("link", name=self.say(word)))

    def follow_menu(self, word):
        self.hand.press(self.page.get_by_role("link", name=self.say(word), exact=True).first)

    def press(self, word):
        button = self.page.get_by_role("main").get_by_role("button", name=self.say(word))
        self.hand.press(button)

    def tick(self, name, value):
        self.hand.tick(self.page.locator(f"[name={name}][value={value}]"))

    def write(self, name, text):
        self.hand.write(self.page.locator(f"form [name={name}]"), text)

    def pick(self, name, word):
        self.hand.pick(self.page.locator(f"[name={name}]"), self.say(word))

    def correct(self, truth):
        """Write whatever was not read, or read wrong, as somebody with the paper in hand would."""
        for name, value in truth.items():
            if same(self.page.locator(f"form [name={name}]").input_value()) != same(value):
                self.write(name, value)

    def photograph(self, *files):
        """Choose a file for each side, in the order the page asks for them."""
        fields = self.page.locator("input[type=file]")
        expect(fields).to_have_count(len(files))
        for field, file in zip(fields.all(), files, strict=True):
            self.hand.give(field, file)
        states = self.page.locator(".capture [role=status]")
        if states.count():  # with scripts, each is judged and sent at once
            received = states.filter(has_text=self.say(SENT))
            expect(received).to_have_count(len(files), timeout=60_000)
        self.then_well()
        self.press("Continuer")

    # --- The sections ---------------------------------------------------------------------------

    def begin(self):
        """From the first page after signing in to the first section."""
        self.then_at("Mon espace")
        self.follow("Mon identité")
        self.then_at("Prouver qui vous êtes")
        self.press("Commencer")
        self.then_at("Historique")
        self.follow("Vos coordonnées")
        self.then_at("Vos coordonnées")
        self.press("Continuer")

    def choose_paper(self, kind):
        self.then_at("Votre pièce d'identité")
        self.tick("paper", kind)
        self.press("Continuer")
        self.then_at("Photos de la pièce")

    def tell_the_rest(self, tmp_path):
        """Where one lives and on what, one's face, and a bill: page after page."""
        self.then_at("Où vous habitez")
        self.pick("district", "Antananarivo-Renivohitra")
        self.write("commune", "Antananarivo")
        self.write("fokontany", "Ankadivato")
        self.press("Continuer")
        self.then_at("Votre activité")
        self.pick("income", "je préfère ne pas répondre")
        self.pick("income_source", "salaire")
        self.press("Continuer")
        self.then_at("Photo de vous")
        self.photograph(a_face(tmp_path))
        self.then_at("Justificatif de domicile")
        bill = papers.draw_proof_of_address(papers.person(people.SEED), seed=1)
        self.photograph(people.a_photo(bill, tmp_path, "bill.jpg"))

    def send(self):
        self.then_at("Vérifiez vos réponses")
        self.press("Envoyer le dossier")
        self.then_at("Dossier envoyé")
        case = IdentityCase.objects.get()
        expect(self.page.locator(".panel")).to_contain_text(case.reference)

    def mend(self, tmp_path):
        """What was sent back, and nothing else, is open: it is done again and sent again."""
        self.page.reload()
        self.then_at("Un agent vous demande de corriger")
        expect(self.page.locator("ul.tasks a")).to_have_count(1)
        self.follow("Photo de vous")
        notice = self.page.locator("main .notice.bad")
        expect(notice).to_contain_text(
            self.say("Le visage ne se voit pas bien : de face, sans lunettes ni chapeau.")
        )
        expect(notice.locator("img")).to_have_js_property("complete", True)
        self.then_at("Photo de vous")
        self.photograph(a_face(tmp_path, seed=2))
        self.send()

    def then_approved(self):
        self.page.reload()
        self.then_at("Approuvé")


def a_face(tmp_path, seed=1):
    return people.a_photo(papers.draw_selfie(seed=seed), tmp_path, f"face{seed}.jpg")


def same(text):
    return re.sub(r"\s", "", text).upper()


# --- The agent, whose own journey is in test_office.py --------------------------------------------


def _taken(model):
    agent = User.objects.filter(role="agent").first() or UserFactory(agent=True)
    return {"case": review.claim_next(model, by=agent), "by": agent}


def given_an_agent_sends_the_face_back():
    taken = _taken(IdentityCase)
    review.decide(**taken, verdict="returned", code="face_hidden", items=["selfie"])


def given_an_agent_approves(model):
    review.decide(**_taken(model), verdict="approved")
