"""Opening an account, confirming it, signing in and coming back, through the real pages."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kyc.models import User
from notify.models import Message
from tests import queued
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

SIGNUP, LOGIN = "account_signup", "account_login"
PHONE_CODE, EMAIL_CODE = "account_verify_phone", "account_email_verification_sent"
DEVICE_CODE = "account_new_device"
PHONE = "+261341234567"
FORM = {"phone": "034 12 345 67", "email": "", "password1": PASSWORD}


@pytest.fixture(autouse=True)
def gateway(settings):
    """Text messages are taken, and kept by nobody."""
    settings.SMS_GATEWAYS = ["tests.kyc.test_accounts.Taken"]


class Taken:
    code = "taken"

    def send(self, *, to, body, reference):
        return reference


def post(client, name, data, **kwargs):
    return client.post(reverse(name), data, **kwargs)


def code(channel="sms"):
    """The last code that was sent, as its reader would find it."""
    body = Message.objects.filter(channel=channel, template="code").latest("pk").body
    return re.search(r"\b\d{6}\b", body)[0]


def is_signed_in(client):
    return "_auth_user_id" in client.session


def sign_up(client, **changes):
    return post(client, SIGNUP, FORM | changes)


def sign_in(client, login, password=PASSWORD, **more):
    """Give the password, and the code if this device was never seen."""
    answer = post(client, LOGIN, {"login": login, "password": password} | more)
    if answer.status_code == 302 and answer.url == reverse(DEVICE_CODE):
        sent_to = Message.objects.filter(template="code").latest("pk").channel
        answer = post(client, DEVICE_CODE, {"code": code(sent_to)})
    return answer


# --- Opening an account ---------------------------------------------------------------------------


def test_a_phone_alone_opens_an_account(client):
    assert sign_up(client).url == reverse(PHONE_CODE)
    assert not is_signed_in(client)
    answer = post(client, PHONE_CODE, {"code": code()})
    assert answer.url == reverse("landing")
    assert is_signed_in(client)
    user = User.objects.get()
    assert (user.phone, user.role, user.email) == (PHONE, "citizen", "")
    assert user.phone_verified_at
    assert not EmailAddress.objects.exists()


def test_a_phone_and_an_address_are_each_confirmed_by_their_code(client):
    sign_up(client, email="Rabe@Example.mg")
    assert post(client, PHONE_CODE, {"code": code()}).url == reverse(EMAIL_CODE)
    assert not is_signed_in(client)
    assert post(client, EMAIL_CODE, {"code": code("email")}).url == reverse("landing")
    assert is_signed_in(client)
    assert User.objects.get().email == "rabe@example.mg"
    assert EmailAddress.objects.get().verified


@pytest.mark.parametrize(
    "spelling",
    ["0341234567", "034 12 345 67", "+261 34 12 345 67", "00261341234567", "341234567",
     "034.12.345.67", "034-12-345-67", "０３４１２３４５６７"],
)  # fmt: skip
def test_a_phone_is_the_same_however_it_is_spelt(client, spelling):
    sign_up(client, phone=spelling)
    assert User.objects.get().phone == PHONE


@pytest.mark.parametrize(
    ("phone", "word"),
    [
        ("020 22 123 45", "ligne fixe"),
        ("+33 6 12 34 56 78", "malgache"),
        ("031 12 345 67", "existe pas"),
        ("034 12 345", "existe pas"),
        ("bonjour", "Écrivez un numéro"),
        ("", ""),
    ],
)
def test_a_phone_that_cannot_be_texted_is_refused_by_what_is_wrong_with_it(client, phone, word):
    page = sign_up(client, phone=phone)
    assert page.status_code == 200
    assert word in page.text.replace("&#x27;", "'")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password", ["", "court", "1234567890", "0341234567", "034 12 345 67", "+261341234567!"]
)
def test_a_password_anybody_would_guess_is_refused(client, password):
    assert sign_up(client, password1=password).status_code == 200
    assert not User.objects.exists()


def test_nothing_but_phone_address_and_password_can_be_posted(client):
    smuggled = {"role": "administrator", "is_staff": "1", "is_superuser": "1", "is_demo": "1"}
    sign_up(client, **smuggled, phone_verified_at="2026-01-01", language="en")
    user = User.objects.get()
    assert (user.role, user.is_superuser, user.is_demo) == ("citizen", False, False)
    assert user.phone_verified_at is None
    assert user.language == "fr"


def test_an_account_speaks_the_language_it_was_opened_in(client):
    client.cookies["language"] = "en"
    sign_up(client)
    assert User.objects.get().language == "en"
    assert Message.objects.get().recipient == User.objects.get()


# --- Codes ----------------------------------------------------------------------------------------


def wrong(right):
    return f"{(int(right) + 1) % 1_000_000:06}"


def test_a_wrong_code_opens_nothing(client):
    sign_up(client)
    page = post(client, PHONE_CODE, {"code": wrong(code())})
    assert page.status_code == 200
    assert not is_signed_in(client)


def test_wrong_codes_are_counted_and_then_the_right_one_is_worth_nothing(client):
    sign_up(client)
    right = code()
    for _ in range(3):
        answer = post(client, PHONE_CODE, {"code": wrong(right)})
    assert answer.status_code == 302
    post(client, PHONE_CODE, {"code": right})
    assert not is_signed_in(client)
    assert User.objects.get().phone_verified_at is None


def test_a_code_is_worth_nothing_after_ten_minutes(client):
    sign_up(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        post(client, PHONE_CODE, {"code": code()})
    assert not is_signed_in(client)


def test_a_code_of_one_browser_is_worth_nothing_in_another(client):
    sign_up(client)
    other = Client()
    sign_up(other, phone="034 76 543 21")
    first, second = (
        re.search(r"\d{6}", body)[0]
        for body in Message.objects.order_by("pk").values_list("body", flat=True)
    )
    if first != second:
        post(other, PHONE_CODE, {"code": first})
        assert not is_signed_in(other)
    post(other, PHONE_CODE, {"code": second})
    assert is_signed_in(other)


def test_a_new_code_kills_the_old_one(client):
    sign_up(client)
    old = code()
    post(client, PHONE_CODE, {"action": "resend"})
    new = code()
    if old != new:
        post(client, PHONE_CODE, {"code": old})
        assert not is_signed_in(client)
    post(client, PHONE_CODE, {"code": new})
    assert is_signed_in(client)


def test_codes_are_not_resent_for_ever(client):
    sign_up(client)
    for _ in range(10):
        post(client, PHONE_CODE, {"action": "resend"})
    assert Message.objects.filter(template="code").count() <= 5


def test_whoever_mistyped_their_phone_begins_again(client):
    page = client.get(sign_up(client).url)
    assert "pas mon numéro" in page.text
    post(client, "account_logout", {"next": reverse(SIGNUP)})
    sign_up(client, phone="033 11 222 33")
    assert Message.objects.latest("pk").to == "+261331122233"
    post(client, PHONE_CODE, {"code": code()})
    user = User.objects.get(phone_verified_at__isnull=False)
    assert user.phone == "+261331122233"


def test_a_code_is_not_kept_once_it_has_left(client, settings):
    settings.DEMO = False
    sign_up(client, email="rabe@example.mg")
    sent = code()
    queued.work()
    assert [message.body for message in Message.objects.all()] == [""]
    assert sent not in str(list(Message.objects.values()))
    assert not any(sent in str(task) for task in queued.waiting())


def test_a_code_by_mail_is_not_kept_either(client, settings):
    settings.DEMO = False
    sign_up(client, email="rabe@example.mg")
    post(client, PHONE_CODE, {"code": code()})
    queued.work()
    assert re.search(r"\b\d{6}\b", mail.outbox[-1].body)
    assert set(Message.objects.values_list("body", flat=True)) == {""}


# --- Accounts that exist --------------------------------------------------------------------------


def answers(client, **form):
    """What somebody sees who signs up: address after address, and the words of the last page."""
    first = sign_up(client, **form)
    page = client.get(first.url)
    return first.status_code, first.url, page.status_code, _bare(page.text, form["phone"])


def _bare(html, phone):
    html = re.sub(r'value="[A-Za-z0-9]{64}"', "", html)
    html = re.sub(r'nonce="[^"]*"', "", html)
    return html.replace(phone, "")


def test_a_phone_that_has_an_account_gets_the_same_answer_and_its_owner_is_told(client):
    owner = UserFactory()
    known = "0" + owner.phone[4:]
    shown = f"{known[:3]} {known[3:5]} {known[5:8]} {known[8:]}"
    taken = answers(client, phone=shown)
    free = answers(Client(), phone="034 76 543 21")
    assert taken[:3] == free[:3]
    assert "existe déjà" not in taken[3]
    assert Message.objects.filter(recipient=owner).values_list("template", flat=True)[0] == (
        "account_exists"
    )
    assert User.objects.filter(phone=owner.phone).count() == 1


def test_whoever_tries_a_taken_phone_cannot_get_in_with_any_code(client):
    owner = UserFactory()
    sign_up(client, phone="0" + owner.phone[4:])
    for guess in ("", "000000", "123456"):
        post(client, PHONE_CODE, {"code": guess})
    assert not is_signed_in(client)


# --- Signing in -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling", [PHONE, "0341234567", "034 12 345 67", "341234567", "00261 34 12 345 67"]
)
def test_people_sign_in_by_their_phone_however_they_spell_it(client, spelling):
    UserFactory(phone=PHONE)
    assert sign_in(client, spelling).url == reverse("landing")
    assert is_signed_in(client)


@pytest.mark.parametrize("spelling", ["rabe@example.mg", "RABE@Example.MG", " rabe@example.mg "])
def test_people_sign_in_by_their_address(client, spelling):
    user = UserFactory(email="rabe@example.mg")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    sign_in(client, spelling)
    assert is_signed_in(client)


@pytest.mark.parametrize("login", [PHONE, "+261349999999", "x@example.mg", "nobody", "' OR 1=1"])
def test_a_wrong_pair_says_the_same_whether_the_account_exists_or_not(client, login):
    UserFactory(phone=PHONE)
    page = sign_in(client, login, password="une-autre-phrase")
    assert page.status_code == 200
    assert not is_signed_in(client)
    said = re.search(r'class="error-?summary.*?</', page.text, re.DOTALL)
    assert "mot de passe" in page.text
    assert said is None or "n'existe pas" not in said[0]


def test_what_others_mistype_shuts_nobody_out(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key"}
    user = UserFactory()
    for number in range(6):
        sign_in(Client(), f"034 98 765 4{number}", password="faux")
    assert sign_in(client, user.phone).url == reverse("landing")


@pytest.mark.parametrize("kind", ["phone", "email"])
def test_wrong_passwords_of_one_account_are_counted_together(client, settings, kind):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key"}
    user = UserFactory(phone="+261349876543", email="tentee@example.mg")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    for _ in range(5):
        sign_in(Client(), getattr(user, kind), password="faux")
    assert "Trop d'essais" in html.unescape(sign_in(client, getattr(user, kind)).text)


def test_a_closed_account_does_not_open(client):
    user = UserFactory(is_active=False)
    sign_in(client, user.phone)
    assert not is_signed_in(client)


def test_somebody_who_never_confirmed_their_phone_is_asked_to(client):
    user = UserFactory(phone_verified_at=None)
    assert sign_in(client, user.phone).url == reverse(PHONE_CODE)
    assert not is_signed_in(client)
    post(client, PHONE_CODE, {"code": code()})
    assert is_signed_in(client)


def test_the_session_changes_its_name_when_somebody_signs_in(client):
    user = UserFactory()
    client.get(reverse(LOGIN))
    session = client.session
    session["planted"] = "x"
    session.save()
    before = session.session_key
    client.cookies["session"] = before
    sign_in(client, user.phone)
    assert client.session.session_key != before


def test_signing_out_ends_the_session_on_our_side(client):
    user = UserFactory()
    sign_in(client, user.phone)
    old = client.cookies["session"].value
    post(client, "account_logout", {})
    client.cookies["session"] = old
    assert client.get(reverse("taxes:dashboard")).status_code == 302


def test_looking_at_the_sign_out_page_signs_nobody_out(client, login):
    login(UserFactory())
    client.get(reverse("account_logout"))
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(client, target):
    user = UserFactory()
    answer = sign_in(client, user.phone, next=target)
    assert is_signed_in(client)
    assert "evil" not in answer.url
    assert "javascript" not in answer.url


# --- Forgotten passwords --------------------------------------------------------------------------

NEW = "papaye-locomotive-88"


def reset(client, address, channel):
    post(client, "account_reset_password", {"email": address})
    post(client, "account_confirm_password_reset_code", {"code": code(channel)})
    done = {"password1": NEW, "password2": NEW}
    return post(client, "account_complete_password_reset", done)


def test_a_password_is_reset_by_text_message(client):
    user = UserFactory(phone=PHONE)
    reset(client, "034 12 345 67", "sms")
    assert not is_signed_in(client)
    sign_in(client, user.phone, password=NEW)
    assert is_signed_in(client)


def test_a_password_is_reset_by_mail(client):
    user = UserFactory(email="rabe@example.mg")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    reset(client, "Rabe@example.mg", "email")
    sign_in(client, "rabe@example.mg", password=NEW)
    assert is_signed_in(client)


def test_whoever_took_somebodys_phone_does_not_get_in_by_an_address_of_their_own(client):
    sign_up(client, email="intrus@example.mg")
    answer = post(client, "account_reset_password", {"email": "intrus@example.mg"})
    assert answer.url == reverse("account_confirm_password_reset_code")
    assert not Message.objects.filter(channel="email", template="code").exists()
    assert not EmailAddress.objects.get().verified


def test_resetting_a_password_ends_no_second_factor(client):
    agent = UserFactory(agent=True, phone=PHONE)
    reset(client, PHONE, "sms")
    sign_in(client, agent.phone, password=NEW)
    assert reverse("kyc:second_factor") in client.get(reverse("kyc:queue")).url


def test_an_unknown_phone_gets_the_same_answer_and_no_code(client):
    answer = post(client, "account_reset_password", {"email": "034 99 888 77"})
    known = UserFactory()
    other = post(Client(), "account_reset_password", {"email": known.phone})
    assert (answer.status_code, answer.url) == (other.status_code, other.url)
    assert "+261349988877" not in [sent.to for sent in Message.objects.filter(template="code")]


def test_wrong_reset_codes_are_counted(client):
    UserFactory(phone=PHONE)
    post(client, "account_reset_password", {"email": PHONE})
    right = code()
    for _ in range(3):
        post(client, "account_confirm_password_reset_code", {"code": wrong(right)})
    post(client, "account_confirm_password_reset_code", {"code": right})
    done = {"password1": NEW, "password2": NEW}
    post(client, "account_complete_password_reset", done)
    assert not User.objects.get().check_password(NEW)


def test_resetting_a_password_signs_other_browsers_out(client):
    user = UserFactory(phone=PHONE)
    other = Client()
    sign_in(other, user.phone)
    reset(client, PHONE, "sms")
    assert other.get(reverse("taxes:dashboard")).status_code == 302


# --- Languages ------------------------------------------------------------------------------------


def test_the_language_of_the_pages_becomes_the_language_of_the_messages(client, login):
    user = UserFactory()
    login(user)
    post(client, "set_language", {"language": "mg", "next": "/espace/"})
    user.refresh_from_db()
    assert user.language == "mg"


@pytest.mark.parametrize("language", ["de", "", "../x"])
def test_a_language_we_do_not_speak_changes_nothing(client, login, language):
    user = UserFactory()
    login(user)
    answer = post(client, "set_language", {"language": language, "next": "//evil.example"})
    assert answer.url == "/"
    user.refresh_from_db()
    assert user.language == "fr"


def test_a_demo_account_opens_nothing_outside_the_demo(client, settings):
    person = UserFactory(is_demo=True)
    client.force_login(person)
    assert client.get(reverse("taxes:dashboard")).status_code == 200

    settings.DEMO = False
    assert client.get(reverse("taxes:dashboard")).status_code == 302
    answer = client.post(
        reverse("account_login"), {"login": person.phone, "password": PASSWORD}, follow=True
    )
    assert not answer.wsgi_request.user.is_authenticated


def test_whoever_mistyped_their_address_goes_on_with_their_phone_alone(client):
    sign_up(client, email="quelquun-dautre@example.mg")
    post(client, "account_verify_phone", {"code": code()})
    assert not is_signed_in(client)

    answer = client.post(reverse("kyc:drop_email"))
    assert answer.status_code == 302
    assert is_signed_in(client)
    person = User.objects.get()
    assert person.email == ""
    assert not EmailAddress.objects.exists()


def test_nobody_goes_on_without_having_proved_their_phone(client):
    sign_up(client, email="quelquun-dautre@example.mg")
    client.post(reverse("kyc:drop_email"))
    assert not is_signed_in(client)
    assert EmailAddress.objects.exists()


@pytest.mark.parametrize("name", ["account_email", "account_change_phone"])
def test_no_cache_keeps_the_pages_of_an_account(client, name):
    client.force_login(UserFactory())
    assert client.get(reverse(name))["Cache-Control"] == "no-store"


def test_the_language_chosen_before_signing_in_is_that_of_the_messages(client):
    person = UserFactory(language="fr")
    client.cookies["language"] = "mg"
    sign_in(client, person.phone)
    person.refresh_from_db()
    assert person.language == "mg"


def test_a_new_device_speaks_the_language_of_the_account(client):
    sign_in(client, UserFactory(language="mg").phone)
    post(client, "account_new_device", {"code": code()})
    assert client.cookies["language"].value == "mg"
