"""Somebody at a browser without scripts: follows links, fills forms, reads what the page says."""

import io
import re
import time
from urllib.parse import urljoin

import requests
from bs4 import BeautifulSoup
from django.core.management import call_command

PATIENCE = 60  # seconds for what happens in the background
PAUSE = 0.3  # seconds between two looks


class Failed(Exception):
    """What a person would have stumbled over, in words."""


def expect(truth, words):
    """Raise Failed, saying `words`, unless it is so."""
    if not truth:
        raise Failed(words)


class Visitor:
    """One person, with their own cookies, on one page at a time."""

    def __init__(self, base, name):
        self.base, self.name = base, name
        self.http = requests.Session()
        # No proxy that the environment may name stands between us and ourselves.
        self.http.trust_env = False
        self.url, self.page = base, BeautifulSoup("", "html.parser")

    @property
    def text(self):
        """All that the page says, on one line."""
        return plain(self.page.find("main") or self.page)

    def get(self, path):
        """Open a page."""
        self._read(self.http.get(urljoin(self.url, path), timeout=30))

    def fetch(self, path, kind):
        """The bytes of what the page refers to, of that content type."""
        response = self.http.get(urljoin(self.url, path), timeout=30)
        given = response.headers.get("Content-Type", "")
        expect(response.ok and given.startswith(kind), f"{path}: {response.status_code} {given}")
        return response.content

    def follow(self, word):
        """Click the link that says `word`."""
        links = [link for link in self.page.select("main a") if word in link.get_text(" ")]
        expect(links, f"no link « {word} » on {self.url}: {self.text[:300]}")
        self.get(links[0]["href"])

    def form(self, word):
        """The form whose button says `word`."""
        for form in self.page.find_all("form"):
            if any(word in button.get_text(" ") for button in form.find_all("button")):
                return form
        raise Failed(f"no form « {word} » on {self.url}: {self.text[:300]}")

    def send(self, word, *, files=None, **typed):
        """Fill in the form of the button `word`, and press it. Raises Failed on a refusal."""
        form = self.form(word)
        filled = values(form)
        unknown = set(typed) - {field.get("name") for field in form.select("[name]")}
        expect(not unknown, f"the form « {word} » asks for no {unknown}")
        response = self.http.post(
            urljoin(self.url, form.get("action") or self.url),
            data=filled | typed,
            files=files,
            headers={"Referer": self.url},
            timeout=60,
        )
        self._read(response)

    def _read(self, response):
        self.url, self.page = response.url, BeautifulSoup(response.text, "html.parser")
        if not response.ok:
            said = self.page.select_one(".error-summary") or self.page.select_one("main")
            words = plain(said) if said else response.text
            raise Failed(f"{self.name}, {response.url}: {response.status_code} {words[:400]}")

    def read(self, *words):
        """Expect each of these words on the page."""
        for word in words:
            expect(word in self.text, f"« {word} » is not on {self.url}: {self.text[:600]}")

    def wait_for(self, word, *, path=None):
        """Look at the page again and again until it says `word`."""
        ends = time.monotonic() + PATIENCE
        while True:
            self.get(path or self.url)
            if word in self.text:
                return
            expect(
                time.monotonic() < ends, f"« {word} » never came on {self.url}: {self.text[:600]}"
            )
            time.sleep(PAUSE)

    # --- What is done on many pages ---------------------------------------------------------------

    def sign_in(self, login, password, *, seed=""):
        """Sign in, and pass the second factor where the account has one."""
        self.get("/compte/connexion/")
        self.send("Me connecter", login=login, password=password)
        if "Est-ce bien vous" in self.text:
            page, address = self.page, self.url
            code = self.code_for(login)
            self.page, self.url = page, address
            self.send("Confirmer", code=code)
        if seed:
            self.get("/accueil/")
            self.read("Entrez votre second code")
            self.send("Continuer", token=totp(seed))

    def messages(self, to):
        """The texts that the outbox shows for a phone or an address, the latest first."""
        self.get("/demo/messages/")
        lines = [plain(line) for line in self.page.select("ol.history > li")]
        return [line for line in lines if to in line]

    def code_for(self, to):
        """The newest six-digit code sent to a phone or an address, read in the outbox."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            for line in self.messages(to):
                found = re.search(r"code est (\d{3})-?(\d{3})\b", line)
                if found:
                    return found[1] + found[2]
            time.sleep(PAUSE)
        raise Failed(f"no code for {to} in the outbox: {self.text[-400:]}")


def plain(element):
    """What an element says, on one line, its narrow and hard spaces as simple ones."""
    return re.sub(r"\s+", " ", element.get_text(" ")).strip()


def values(form):
    """What a form holds, as a browser would send it."""
    filled = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name, kind = field["name"], field.get("type", "text")
        if kind in ("file", "submit"):
            continue
        if kind in ("radio", "checkbox"):
            if field.has_attr("checked"):
                filled[name] = field.get("value", "on")
        elif field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            filled[name] = chosen["value"] if chosen else ""
        else:
            filled[name] = field.get_text() if field.name == "textarea" else field.get("value", "")
    return filled


def totp(seed):
    """What the authenticator on the command line shows for a Base32 seed."""
    out = io.StringIO()
    call_command("totp", seed, stdout=out)
    return out.getvalue().split()[0]
