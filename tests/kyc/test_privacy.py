"""« Mes données »: a copy of everything, correcting, closing; and what nobody else may read."""

import io
import json
import zipfile

import pytest
from django.urls import reverse

from kyc import privacy
from kyc.models import User
from notify.models import Message
from project.lib.workflow import MoveRefused
from tests.factories import (
    PASSWORD,
    IdentityCaseFactory,
    MessageFactory,
    NoticeFactory,
    PaymentFactory,
    TariffFactory,
    UserFactory,
    VehicleCaseFactory,
    VehicleFactory,
)

pytestmark = pytest.mark.django_db

NUMBER = "909876543210"


@pytest.fixture
def person():
    TariffFactory()
    person = UserFactory()
    IdentityCaseFactory(citizen=person, number=NUMBER, father="RABE Norbert")
    VehicleCaseFactory(citizen=person, plate="9091TUV")
    vehicle = VehicleFactory(holder=person, plate="9090TUV")
    PaymentFactory(notice=NoticeFactory(vehicle=vehicle), by=person, confirmed=True)
    MessageFactory(recipient=person, body="Votre dossier est reçu.")
    MessageFactory(recipient=person, body="code 123456", is_secret=True)
    return person


def prove(client):
    """Give the password once more, as the page asks for it."""
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302


def export(client):
    prove(client)
    answer = client.post(reverse("kyc:privacy_export"))
    assert answer.headers["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    return answer, archive, json.loads(archive.read("donnees.json"))


def test_a_person_gets_all_of_theirs(client, login, person):
    login(person)
    answer, archive, told = export(client)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert told["identitycase"][0]["number"] == NUMBER
    assert told["identitycase"][0]["father"] == "RABE Norbert"
    assert told["vehiclecase"][0]["plate"] == "9091TUV"
    assert told["vehicles"][0]["plate"] == "9090TUV"
    assert told["payments"][0]["plate"] == "9090TUV"
    assert told["account"]["phone"] == person.phone
    pictures = [name for name in archive.namelist() if name.endswith(".jpg")]
    assert len(pictures) == person.documents.count() == 5
    assert archive.testzip() is None


def test_a_person_gets_nothing_of_anybody_else_and_nothing_that_opens_a_door(client, login, person):
    stranger = UserFactory(phone="+261349990001")
    IdentityCaseFactory(citizen=stranger, number="808876543210", surname="CANARI")
    PaymentFactory(by=stranger, phone=stranger.phone)
    login(person)
    told = str(export(client)[2])
    secret = person.payments.get().secret
    for word in ("808876543210", "CANARI", "99990001", secret, "code 123456", person.password):
        assert word not in told


@pytest.mark.parametrize("name", ["privacy_export", "privacy_close"])
def test_a_machine_left_open_gives_neither_a_copy_nor_the_end(client, login, person, name):
    """Step-up: whoever sits down at somebody's open session has not proved who they are."""
    login(person)
    answer = client.post(reverse(f"kyc:{name}"), {"understood": "on"})
    assert answer.status_code == 302
    assert reverse("account_reauthenticate") in answer.url
    person.refresh_from_db()
    assert person.is_active


def test_whoever_proved_who_they_are_comes_back_to_the_button(client, login, person):
    login(person)
    again = client.post(reverse("kyc:privacy_export")).url
    client.post(again, {"password": PASSWORD}, follow=True)
    answer = client.get(reverse("kyc:privacy_export"))
    assert answer.url == reverse("kyc:privacy")
    assert client.post(reverse("kyc:privacy_export")).headers["Content-Type"] == "application/zip"


def test_the_page_masks_the_number(client, login, person):
    login(person)
    page = client.get(reverse("kyc:privacy")).text
    assert "•••\u00a0•••\u00a0•••\u00a0210" in page
    assert "909" not in page
    assert person.phone[-7:] not in page.replace(" ", "").replace("\u00a0", "")


def test_the_dashboard_leads_there(client, login, person):
    login(person)
    assert reverse("kyc:privacy") in client.get(reverse("taxes:dashboard")).text


def test_closing_is_said_in_so_many_words(client, login, person):
    login(person)
    prove(client)
    answer = client.post(reverse("kyc:privacy_close"))
    assert answer.status_code == 422
    person.refresh_from_db()
    assert person.is_active


def test_a_closed_account_signs_in_nowhere(client, login, person):
    from django.test import Client

    elsewhere = Client()
    elsewhere.force_login(person)
    login(person)
    prove(client)
    answer = client.post(reverse("kyc:privacy_close"), {"understood": "on"})
    assert answer.status_code == 200
    assert elsewhere.get(reverse("taxes:dashboard")).status_code == 302, "its sessions end at once"
    assert client.get(reverse("taxes:dashboard")).status_code == 302
    client.post(reverse("account_login"), {"login": person.phone, "password": PASSWORD})
    assert client.get(reverse("taxes:dashboard")).status_code == 302
    assert Message.objects.filter(template="account_closed", recipient=person).exists()


def test_closing_deletes_nothing_and_is_done_once(person):
    privacy.close(person, by=person)
    privacy.close(person, by=person)
    assert Message.objects.filter(template="account_closed").count() == 1
    assert person.identitycases.count() == person.payments.count() == 1


def test_nobody_closes_anybody_elses_account_nor_one_of_the_staffs(person):
    agent = UserFactory(agent=True)
    for whose, by in ((person, agent), (agent, agent)):
        with pytest.raises(MoveRefused):
            privacy.close(whose, by=by)
    assert User.objects.filter(is_active=False).count() == 0
