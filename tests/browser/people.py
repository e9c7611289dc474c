"""Who the browser tests are about, and what they do on many pages."""

import re
import time

from django.conf import settings
from django.test import Client

from notify.models import Message
from project.lib.access import FRESH
from project.sandbox import papers
from tests.conftest import pass_second_factor
from tests.factories import PASSWORD, IdentityCaseFactory, UserFactory, VehicleFactory
from tests.servers import wait_for

SEED = 4712


def given_a_citizen(**fields):
    return UserFactory(**fields)


def given_an_owner():
    """A citizen who is known, and whose vehicle is: nothing is paid yet."""
    person = UserFactory()
    IdentityCaseFactory(citizen=person, approved=True, photos=False)
    return person, VehicleFactory(holder=person)


def cookie_of(user, *, is_fresh=False):
    """The session cookie after signing in; staff have passed their second factor, or just now."""
    client = Client()
    client.force_login(user)
    if user.role != "citizen":
        pass_second_factor(client, user)
    if is_fresh:
        session = client.session
        session[FRESH] = time.time()
        session.save()
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


def a_photo(paper, tmp_path, name="photo.jpg"):
    """A specimen, photographed, as a file to choose."""
    path = tmp_path / name
    path.write_bytes(papers.as_jpeg(papers.photograph(paper, seed=SEED, level="moderate")))
    return str(path)


def cin_photos(tmp_path):
    front, back = papers.draw_cin(papers.person(SEED), seed=SEED)
    return a_photo(front, tmp_path, "front.jpg"), a_photo(back, tmp_path, "back.jpg")


def when_signing_in(page, user):
    page.get_by_label("Numéro de téléphone ou adresse e-mail").fill(user.phone)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Me connecter").click()
    if user.role == "citizen":
        page.get_by_label("Code à six chiffres").fill(the_code_sent(user.phone))
        page.get_by_role("button", name="Confirmer").click()


def the_code_sent(to):
    """The newest code, as its reader would copy it."""

    def found():
        for message in Message.objects.order_by("-pk"):
            code = re.search(r"code est (\d{3}-?\d{3})\b", message.body)
            if code and message.to == to:
                return code[1]
        return ""

    return wait_for(found, what=f"a code for {to}")


def truth_of_the_card():
    """What a form holds of the specimen, dates as people write them."""
    person = papers.person(SEED)
    return person | {name: french(person[name]) for name in ("birth_date", "issue_date")}


def french(iso):
    return "/".join(reversed(iso.split("-")))
