"""The eight steps of the main journey, as the people who take them would."""

import csv
import re
import time
from pathlib import Path

from bs4 import BeautifulSoup

from fleet import plates
from project import demo
from project.sandbox import papers
from taxes import notices
from taxes.models import Callback, Payment
from tests.journey import symbol
from tests.journey.visitor import PATIENCE, PAUSE, Visitor, expect, plain, values

GRID = Path(__file__).resolve().parents[2] / "taxes" / "data" / "tariff_2026.csv"
SEED = 4712  # of the papers: both layouts, and one misread letter to correct
PASSWORD = "trois mots sans rapport"
REASON = "Le domicile ne se lit pas."


class Journey:
    """Three people, their papers, and what they have learnt on the way."""

    def __init__(self, base):
        self.citizen = Visitor(base, "the citizen")
        self.agent = Visitor(base, "the agent")
        self.officer = Visitor(base, "the officer")
        self.person, self.vehicle = papers.person(SEED), papers.vehicle(SEED)
        self.plate = plates.display(plates.normalise(self.vehicle["plate"]))
        self.note = ""  # what is worth saying of the step just taken

    # --- 1 --------------------------------------------------------------------------------------

    def opens_an_account(self):
        """A citizen opens an account with a phone and an e-mail, confirms each, signs in"""
        phone, email = "034 55 123 45", "citoyenne@exemple.mg"
        citizen = self.citizen
        citizen.get("/")
        citizen.follow("Créer mon compte")
        citizen.send("Continuer", phone=phone, email=email, password1=PASSWORD)
        citizen.read("Vérifier mon téléphone", phone)
        page, address = citizen.page, citizen.url
        code = citizen.code_for(phone)
        citizen.page, citizen.url = page, address
        citizen.send("Confirmer", code=code)
        citizen.read("Vérifier mon adresse e-mail", email)
        page, address = citizen.page, citizen.url
        code = citizen.code_for(email)
        citizen.page, citizen.url = page, address
        citizen.send("Confirmer", code=code)
        citizen.read("Mon espace", "Aucun véhicule")
        citizen.http.cookies.clear()
        citizen.sign_in(phone, PASSWORD)
        citizen.read("Mon espace")
        self.phone, self.email = phone, email

    # --- 2 --------------------------------------------------------------------------------------

    def proves_who_they_are(self):
        """They photograph their CIN; the form fills itself; they correct, check and send"""
        front, back = papers.draw_cin(self.person, seed=SEED)
        citizen = self.citizen
        citizen.get("/identite/")
        citizen.send("Commencer")
        citizen.follow("Continuer")
        citizen.send("Continuer", paper="cin")
        files = {"identity_front": self._photo(front), "identity_back": self._photo(back)}
        citizen.send("Continuer", files=files)
        self._fills_in(self.person, sex="F")
        citizen.send("Continuer", district="101", commune="Antananarivo", fokontany="Ankadivato")
        citizen.send("Continuer", income="unsaid", income_source="salary")
        face = papers.draw_selfie(seed=SEED)
        citizen.send("Continuer", files={"selfie": self._photo(face)})
        bill = papers.draw_proof_of_address(self.person, seed=SEED)
        citizen.send("Continuer", files={"proof_of_address": self._photo(bill)})
        citizen.read("Vérifiez vos réponses", self.person["surname"], "Ankadivato")
        citizen.send("Envoyer le dossier")
        citizen.read("Dossier envoyé", "ID-")
        self._was_told("envoyé")

    # --- 3 --------------------------------------------------------------------------------------

    def is_sent_back_then_approved(self):
        """An agent, second factor passed, sends it back with a reason, then approves it"""
        self.agent.sign_in("agent@demo.hetra.mg", demo.PASSWORD, seed=seed_of("agent"))
        self.agent.read("Dossiers d'identité")
        again = {"code": "dark", "items": "identity_back", "reason": REASON}
        self._decides("/agent/identites/", self.person["surname"], "returned", **again)
        self._was_told(REASON)
        self.citizen.get("/identite/")
        self.citizen.read("Un agent vous demande de corriger", REASON, "À refaire", "Accepté")
        self.citizen.follow("Continuer")
        self.citizen.read("trop sombre", REASON)
        back = papers.draw_cin(self.person, seed=SEED)[1]
        self.citizen.send("Continuer", files={"identity_back": self._photo(back)})
        self.citizen.send("Envoyer le dossier")
        self.citizen.read("Dossier envoyé")
        self._decides("/agent/identites/", self.person["surname"], "approved")
        self.citizen.get("/identite/")
        self.citizen.read("Approuvé", "vérifié à vue")
        self._was_told("approuvé")

    # --- 4 --------------------------------------------------------------------------------------

    def declares_a_vehicle(self):
        """They declare a vehicle from its carte grise; an agent approves it"""
        citizen = self.citizen
        citizen.get("/vehicules/declarer/")
        citizen.send("Commencer")
        paper = self._photo(papers.draw_carte_grise(self.vehicle, seed=SEED))
        citizen.follow("Continuer")
        citizen.send("Continuer", files={"carte_grise_front": paper})
        self._fills_in(self.vehicle)  # the region is the one of the identity
        citizen.read("Vérifiez vos réponses")
        citizen.send("Envoyer le dossier")
        citizen.read("Dossier envoyé", "VH-")
        self._decides("/agent/vehicules/", self.plate, "approved")
        self._was_told("approuvé")

    # --- 5 --------------------------------------------------------------------------------------

    def sees_what_is_owed(self):
        """The tax of the year, with each step of the calculation, as the published grid has it"""
        year = notices.current_year()
        amount, age = owed(self.vehicle, year)
        self.amount_shown = f"{amount:,} Ar".replace(",", " ")
        citizen = self.citizen
        citizen.get("/espace/")
        citizen.read(self.plate, "À payer")
        citizen.follow("Pourquoi ce montant")
        steps = plain(citizen.page.select_one("table.reckoning"))
        first = self.vehicle["first_registration"][:4]
        for words in (
            f"{year} − {first}",
            f"{age} an",
            f"{self.vehicle['fiscal_power']} CV",
            self.amount_shown,
        ):
            expect(words in steps, f"« {words} » is not among the steps: {steps}")
        self.vehicle_page = citizen.url
        self.officer.sign_in("officer@demo.hetra.mg", demo.PASSWORD, seed=seed_of("officer"))
        self._checks(self.plate, "NON PAYÉE", self.plate, self.vehicle["make"])
        self.note = f"{self.amount_shown}, {age} years; at the roadside: not paid"

    # --- 6 --------------------------------------------------------------------------------------

    def pays(self):
        """They pay with MVola: the callback is kept raw, and only a status query settles"""
        citizen = self.citizen
        citizen.follow("Payer")
        citizen.send("Payer", provider="mvola", phone=self.phone)
        citizen.wait_for("Taxe payée")
        payment = Payment.objects.get()
        callbacks = Callback.objects.filter(payment=payment)
        waits_until(callbacks.exists, "MVola never called back")
        body = bytes(callbacks.get().body)
        expect(b"transactionStatus" in body, f"the callback was not kept as it came: {body!r}")
        moves = list(payment.log.order_by("pk").values_list("state", flat=True))
        expect(moves[-1] == "confirmed", f"the payment went {moves}")
        number = citizen.page.select_one("#progress strong").get_text()
        self._was_told(number)
        self.note = f"{' → '.join(moves)}; receipt {number}"

    # --- 7 --------------------------------------------------------------------------------------

    def gets_receipt_and_code(self):
        """A receipt and a signed code, which can be printed"""
        citizen = self.citizen
        citizen.get(self.vehicle_page)
        citizen.read("Payée")
        citizen.follow("Voir le reçu")
        citizen.read(self.plate, self.amount_shown)
        citizen.follow("Voir le code du pare-brise")
        citizen.read("Taxe payée", self.plate)
        expect(citizen.page.select_one("button[data-print]"), "nothing to print the code with")
        self.token = citizen.page.select_one("details code").get_text()
        picture = citizen.page.select_one(".qr img")["src"]
        said = symbol.read(citizen.fetch(picture, "image/svg+xml"))
        expected = f"{citizen.base.upper()}/C/#{self.token}"
        expect(said == expected, f"the symbol says {said!r}, not {expected!r}")
        self.address = said
        self.note = f"{len(said)} characters, read off the picture"

    # --- 8 --------------------------------------------------------------------------------------

    def is_checked_at_the_roadside(self):
        """An officer opens the code, then a forged one, an unknown plate; each scan is kept"""
        officer, known = self.officer, self.vehicle
        officer.get(self.address.partition("#")[0].lower())
        officer.send("Vérifier", asked=self.token)
        facts = (known["make"], known["colour"], "personnel", str(notices.current_year()))
        officer.read("PAYÉE", self.plate, *facts)
        middle = len(self.token) // 2
        other = "A" if self.token[middle] != "A" else "B"
        forged = self.token[:middle] + other + self.token[middle + 1 :]
        self._checks(forged, "CODE FAUX")
        self._checks("9999 ZZZ", "PLAQUE INCONNUE")
        self._checks(self.plate, "PAYÉE", *facts)
        officer.get("/controle/")
        kept = [plain(line) for line in officer.page.select("ol.history li")]
        for verdict in ("taxe payée", "taxe non payée", "code faux", "plaque inconnue"):
            expect(any(verdict in line for line in kept), f"no « {verdict} » in {kept}")
        self.note = f"{len(kept)} scans kept"

    # --- What several steps do ------------------------------------------------------------------

    def _photo(self, paper):
        shot = papers.photograph(paper, seed=SEED, level="moderate")
        return "photo.jpg", papers.as_jpeg(shot), "image/jpeg"

    def _fills_in(self, paper, **chosen):
        """Watch the form fill itself, then correct what was read wrong or not at all."""
        form, read = self._watches_the_form()
        truth = {name: as_typed(name, value) for name, value in paper.items() if name in form}
        right = [name for name, value in truth.items() if same(form[name], value)]
        expect(len(right) >= len(truth) / 2, f"only {right} were read, of {list(truth)}")
        wrong = {name: value for name, value in truth.items() if name not in right}
        self.citizen.send("Continuer", **read | wrong | chosen)
        corrected = f", {', '.join(wrong)} corrected" if wrong else ""
        self.note = f"{len(right)} of {len(truth)} fields read{corrected}"

    def _watches_the_form(self):
        """Poll as the page does; return what the form then holds, and what was filled in."""
        citizen = self.citizen
        before = values(citizen.form("Continuer"))
        polling = citizen.page.select_one("#reading")
        read, ends = {}, time.monotonic() + PATIENCE
        while polling is not None and polling.get("hx-get"):
            expect(time.monotonic() < ends, f"reading took more than {PATIENCE} s")
            time.sleep(PAUSE)
            answer = citizen.http.get(
                citizen.base + polling["hx-get"], headers={"HX-Request": "true"}
            )
            fragment = BeautifulSoup(answer.text, "html.parser")
            polling = fragment.select_one("#reading")
            read |= {name: value for name, value in values(fragment).items() if value}
        read = {name: value for name, value in read.items() if not before.get(name)}
        return before | read, read

    def _decides(self, queue, word, verdict, **said):
        """Take the next case, look at its papers, and decide it."""
        agent = self.agent
        agent.get(queue)
        agent.send("Prendre le dossier suivant")
        agent.read(word, "Déclaré", "Lu")
        for scan in agent.page.select(".scans img"):
            agent.fetch(scan["src"], "image/jpeg")
        agent.send("Enregistrer la décision", verdict=verdict, **said)

    def _checks(self, asked, *words):
        self.officer.get("/controle/")
        self.officer.send("Contrôler", asked=asked)
        self.officer.read(*words)

    def _was_told(self, word):
        """Both the SMS and the e-mail say so, in the outbox."""
        reader = Visitor(self.citizen.base, "whoever reads the outbox")
        for address in (self.phone, self.email):
            waits_until(
                lambda to=address: any(word in text for text in reader.messages(to)[:3]),
                f"no message to {address} says « {word} »",
            )


STEPS = [
    Journey.opens_an_account,
    Journey.proves_who_they_are,
    Journey.is_sent_back_then_approved,
    Journey.declares_a_vehicle,
    Journey.sees_what_is_owed,
    Journey.pays,
    Journey.gets_receipt_and_code,
    Journey.is_checked_at_the_roadside,
]


def owed(vehicle, year):
    """(amount, age) by the grid's own file: no code of ours has a hand in it."""
    age = year - int(vehicle["first_registration"][:4])
    power = int(vehicle["fiscal_power"])
    with GRID.open(encoding="utf-8") as file:
        amounts = [
            int(row["amount_ariary"])
            for row in csv.DictReader(file)
            if row["energy"] == vehicle["energy"]
            and int(row["power_min_cv"]) <= power <= int(row["power_max_cv"] or power)
            and int(row["age_min_years"]) <= age <= int(row["age_max_years"] or age)
        ]
    expect(len(amounts) == 1, f"{len(amounts)} rates in the grid for {vehicle}")
    return amounts[0], age


def seed_of(role):
    """The seed of a second factor, as the demo prints it."""
    line = next(line for line in demo.logins() if line.startswith(role))
    return line.partition("SEED ")[2]


def as_typed(name, value):
    """What somebody writes into a form from a paper."""
    return (
        f"{value[8:]}/{value[5:7]}/{value[:4]}" if re.search("_date$|^first_reg", name) else value
    )


def same(shown, value):
    """Whether a form holds what the paper says, however it is spaced."""
    return re.sub(r"\s", "", shown or "").upper() == re.sub(r"\s", "", value).upper()


def waits_until(is_so, words):
    """Wait for what happens in the background."""
    ends = time.monotonic() + PATIENCE
    while not is_so():
        expect(time.monotonic() < ends, words)
        time.sleep(PAUSE)
