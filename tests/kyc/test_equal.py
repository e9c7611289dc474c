"""Nothing tells whether an account exists: the same answer and the same work if it does or not."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kyc import codes
from kyc.accounts import Backend
from kyc.credentials import Tally
from kyc.models import Activation, User
from notify.models import Message
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

FREE, TAKEN, CLAIMED, CLOSED = "+261341110001", "+261341110002", "+261341110003", "+261341110004"
FREE_MAIL, TAKEN_MAIL, CLAIMED_MAIL = "libre@example.mg", "prise@example.mg", "dite@example.mg"
STAFF_MAIL, NEW_STAFF_MAIL = "agente@example.mg", "invitee@example.mg"
PHONES = [TAKEN, CLAIMED, CLOSED]
PHONE_CODE, EMAIL_CODE = "account_verify_phone", "account_email_verification_sent"
RESET_CODE = "account_confirm_password_reset_code"
MAILS = [TAKEN_MAIL, CLAIMED_MAIL, STAFF_MAIL, NEW_STAFF_MAIL]


@pytest.fixture(autouse=True)
def people():
    """Everybody an address may stand for; nobody has the free ones."""
    owner = UserFactory(phone=TAKEN, email=TAKEN_MAIL)
    EmailAddress.objects.create(user=owner, email=TAKEN_MAIL, verified=True, primary=True)
    for _ in range(3):
        UserFactory(phone=CLAIMED, phone_verified_at=None)
    claim = UserFactory(email=CLAIMED_MAIL)
    EmailAddress.objects.create(user=claim, email=CLAIMED_MAIL, verified=False, primary=True)
    UserFactory(phone=CLOSED, is_active=False)
    UserFactory(agent=True, email=STAFF_MAIL, mailed=True)
    fresh = UserFactory(agent=True, email=NEW_STAFF_MAIL, mailed=True)
    fresh.set_unusable_password()
    fresh.save()


@pytest.fixture
def hashed(monkeypatch):
    """Every password that went through the hasher."""
    seen, encode = [], MD5PasswordHasher.encode

    def counted(self, password, salt):
        seen.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return seen


class Visit:
    """What somebody can learn from the pages they go through, and what each cost us."""

    def __init__(self, hashed):
        self.client, self.hashed = Client(), hashed
        self.pages, self.runs, self.writes, self.reads, self.told = [], [], [], [], []

    def post(self, name, **data):
        return self._ask(lambda: self.client.post(reverse(name), data))

    def get(self, name):
        return self._ask(lambda: self.client.get(reverse(name)))

    def _ask(self, ask):
        Tally.objects.all().delete()  # the first of each kind: a count costs what it costs
        self.hashed.clear()
        messages = Message.objects.count()
        with CaptureQueriesContext(connection) as queries:
            answer = ask()
        head = {name: value for name, value in answer.headers.items() if name not in CHANGING}
        self.pages.append((answer.status_code, head, sorted(answer.cookies), bare(answer.text)))
        self.runs.append(len(self.hashed))
        said = [re.match(r"\w+", sql)[0] for sql in (query["sql"] for query in queries)
                if not OWN.search(sql)]  # fmt: skip
        self.writes.append([word for word in said if word in ("INSERT", "UPDATE", "DELETE")])
        self.reads.append(len([word for word in said if word == "SELECT"]))
        self.told.append(Message.objects.count() - messages)
        return self


# Whoever has an account in hand has it read by its key: a hundredth of what the page costs.
OWN = re.compile(r'WHERE "kyc_user"."id" = \d+ ORDER BY "kyc_user"."id" ASC LIMIT 1$')
CHANGING = {"X-Request-ID", "Content-Security-Policy", "Content-Length", "Expires"}
ADDRESSES = r"[\w.]+@example\.mg|\+26134\d{7}|034 [\d•]{2} [\d•]{3} \d\d"


def bare(html):
    """A page without its random tokens, nor the address the visitor typed."""
    html = re.sub(r'(nonce|value)="[A-Za-z0-9_=/+-]{16,}"', "", html)
    return re.sub(ADDRESSES, "ADDRESS", html)


def sign_in(visit, login):
    return visit.post("account_login", login=login, password="pas-le-bon-mot")


def sign_up(visit, phone, email=""):
    """Sign up, ask for another code, and try three."""
    visit.post("account_signup", phone=phone, email=email, password1=PASSWORD)
    visit.get(PHONE_CODE).post(PHONE_CODE, action="resend")
    for _ in range(3):
        visit.get(PHONE_CODE).post(PHONE_CODE, code="000000")
    return visit.get(PHONE_CODE)


def confirm_email(visit, phone, email):
    """Sign up with an address, confirm the phone, and be asked for the address's code."""
    visit.post("account_signup", phone=phone, email=email, password1=PASSWORD)
    sent = Message.objects.filter(template="code").latest("pk").body
    visit.post(PHONE_CODE, code=re.search(r"\d{6}", sent)[0])
    visit.get(EMAIL_CODE).post(EMAIL_CODE, action="resend")
    for _ in range(3):
        visit.get(EMAIL_CODE).post(EMAIL_CODE, code="000000")
    return visit.get(EMAIL_CODE)


def reset(visit, address):
    visit.post("account_reset_password", email=address)
    for _ in range(3):
        visit.get(RESET_CODE).post(RESET_CODE, code="000000")
    return visit.get(RESET_CODE)


def compare(hashed, flow, free, others):
    """Nothing that can be seen differs, nor any hash nor any write. One indexed read may."""
    nobody = flow(Visit(hashed), *free)
    for case in others:
        somebody = flow(Visit(hashed), *case)
        assert somebody.pages == nobody.pages, case
        assert somebody.runs == nobody.runs, case
        assert somebody.told == nobody.told or flow is sign_up, case
        assert somebody.writes == nobody.writes, case
        reads = list(zip(somebody.reads, nobody.reads, strict=True))
        assert max(abs(one - other) for one, other in reads) <= 1, (case, reads)


def each(values):
    return [(value,) for value in values]


def test_signing_in_with_a_phone(hashed):
    compare(hashed, sign_in, (FREE,), each(PHONES))


def test_signing_in_with_an_address(hashed):
    compare(hashed, sign_in, (FREE_MAIL,), each(MAILS))


def test_signing_up_with_a_phone(hashed):
    compare(hashed, sign_up, (FREE,), each(PHONES))


def test_signing_up_with_an_address(hashed):
    phones = [f"+2613477700{n:02}" for n in range(10)]
    compare(hashed, sign_up, (FREE, FREE_MAIL), zip(phones, MAILS, strict=False))


def test_confirming_an_address_at_sign_up(hashed):
    phones = [f"+2613477700{n:02}" for n in range(10)]
    compare(hashed, confirm_email, (FREE, FREE_MAIL), zip(phones, MAILS, strict=False))


def test_resetting_a_password_by_phone(hashed):
    compare(hashed, reset, (FREE,), each(PHONES))


def test_resetting_a_password_by_mail(hashed):
    compare(hashed, reset, (FREE_MAIL,), each(MAILS))


def test_who_has_an_address_is_told_that_somebody_tried_it_and_nobody_else_gets_a_code():
    client = Client()
    confirm_email(Visit([]), FREE, TAKEN_MAIL)
    mails = [message for message in Message.objects.all() if message.to == TAKEN_MAIL]
    assert {message.template for message in mails} == {"account_already_exists"}
    assert "_auth_user_id" not in client.session
    assert not EmailAddress.objects.filter(user__phone=FREE, verified=True).exists()


def test_a_code_that_went_nowhere_is_never_right(monkeypatch):
    monkeypatch.setattr(codes, "check", lambda reference, typed: True)
    client = Client()
    client.post(reverse("account_signup"), {"phone": TAKEN, "email": "", "password1": PASSWORD})
    assert client.post(reverse(PHONE_CODE), {"code": "123456"}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_link_of_the_staff_that_never_was_looks_like_one_that_is_spent():
    Activation.objects.create(
        user=User.objects.get(email=NEW_STAFF_MAIL),
        by=UserFactory(administrator=True),
        token_hash=codes.digest("activation", "b" * 43),
        used_at=timezone.now(),
        expires_at=timezone.now(),
    )
    never, spent = "a" * 43, "b" * 43
    pages = [Client().get(reverse("kyc:staff_activate", args=[each])) for each in (never, spent)]
    assert [page.status_code for page in pages] == [404, 404]
    assert len({bare(page.text).replace(never, "").replace(spent, "") for page in pages}) == 1


def test_control_a_page_that_says_more_is_noticed(hashed, monkeypatch):
    monkeypatch.setattr(Backend, "_mitigate_timing_attack", lambda self, password: None)
    with pytest.raises(AssertionError):
        compare(hashed, sign_in, (FREE,), each([CLAIMED, TAKEN]))
