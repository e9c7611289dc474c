"""Money under a bad day: many people paying at once, and everything going wrong by turns.

Some seconds in `make test`; `make soak` goes on for an hour, or for SOAK_SECONDS.
"""

import json
import os
import random
import threading
import time
import uuid
from collections import Counter

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from project.lib.workflow import MoveRefused
from taxes import callbacks, payments, receipts, tasks
from taxes.models import Callback, Notice, Payment, Receipt, Refund
from taxes.providers.base import NoAnswer, NotSent, Outcome, Status
from tests import queued
from tests.factories import NoticeFactory, TariffFactory
from tests.operator import PAYEE, Operator

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = float(os.environ.get("SOAK_SECONDS", 8))
SEED = int(os.environ.get("SOAK_SEED", 20260101))
PEOPLE = 6  # threads; each plays citizens, workers and the operator's callbacks by turns
A_SECOND = 15  # notices owed for each second of the day


class Ledger(Operator):
    """An operator with a truth of its own, that answers badly: what it took is never forgotten."""

    lock = threading.Lock()
    is_calm = False
    deals: dict = {}
    chance = random.Random(SEED)

    def charge(self, charge):
        mood = self._mood()
        if mood < 0.15:
            raise NotSent("refused")
        with self.lock:
            known = self.deals.get(charge.reference)
            if known:
                known["asked"] += 1
            else:
                self.deals[charge.reference] = self._open(charge)
        key = self.deals[charge.reference]["id"]
        if mood < 0.35:
            raise NoAnswer("the answer was lost")
        if mood < 0.4:
            raise NoAnswer("an answer without id")
        return Outcome(Status.WAITING, operator={"serverCorrelationId": key})

    def fetch(self, charge):
        key = charge.operator.get("serverCorrelationId")
        deal = next((deal for deal in list(self.deals.values()) if deal["id"] == key), None)
        if deal is None or self._mood() < 0.2:
            raise NoAnswer("silence")
        if not deal["fate"]:
            return Outcome(Status.WAITING)
        if deal["fate"] == "declines":
            return Outcome(Status.REFUSED, detail="declined")
        return Outcome(
            Status.PAID,
            reference=deal["debit"],
            amount=deal["took"],
            currency="MGA",
            payer=charge.phone,
            payee=PAYEE,
        )

    @classmethod
    def decide(cls):
        """A payer who has not answered yet answers; money may move, even for who waits no more."""
        with cls.lock:
            open_deals = [deal for deal in cls.deals.values() if not deal["fate"]]
            if not open_deals:
                return None
            deal = cls.chance.choice(open_deals)
            luck = cls.chance.random()
            if luck < 0.25:
                deal["fate"] = "declines"
            else:
                extra = 1 if luck > 0.92 else 0
                deal |= {"fate": "pays", "took": deal["amount"] + extra}
            return deal

    @classmethod
    def _open(cls, charge):
        return {
            "id": str(uuid.uuid4()),
            "debit": f"MV-{uuid.uuid4()}",
            "amount": charge.amount,
            "address": charge.callback_url,
            "fate": "",
            "took": 0,
            "asked": 1,
        }

    @classmethod
    def _mood(cls):
        with cls.lock:
            return 1.0 if cls.is_calm else cls.chance.random()


# --- What people and machines do ------------------------------------------------------------------


def click(chance, notices):
    """Somebody pays, perhaps twice, perhaps what is paid already."""
    notice = chance.choice(notices)
    holder = notice.vehicle.holdings.get().holder
    for _ in range(chance.choice([1, 1, 2])):
        payments.start(notice, provider="mvola", phone="+261341234567", by=holder)


def any_payment(chance):
    """Mostly one that is not over, now and then any."""
    rows = Payment.objects.order_by("?")
    return (chance.random() < 0.8 and rows.live().first()) or rows.first()


def task(chance, notices):
    """A worker takes any task for any attempt, as often as it likes."""
    payment = any_payment(chance)
    if payment:
        chance.choice([tasks.charge, tasks.check, tasks.check])(payment.pk)


def news(chance, notices):
    """A payer decides; the callback comes once, often, or never, and may lie."""
    deal = Ledger.decide()
    for _ in range(chance.choice([0, 1, 1, 3])):
        if deal:
            said = {"transactionStatus": "completed", "serverCorrelationId": deal["id"]}
            secret = deal["address"].rstrip("/").rpartition("/")[2]
            callbacks.receive("mvola", secret, body=json.dumps(said).encode(), headers={})


def give_up(chance, notices):
    """Time passes for one attempt: it is found lying, or given up."""
    payment = any_payment(chance)
    if payment and payment.state in ("sending", "pending"):
        target = {"sending": "unknown", "pending": "expired"}[payment.state]
        payment.move(target, by=None)


def die(chance, notices):
    """A worker is killed in the middle of settling: nothing of it may remain."""
    payment = any_payment(chance)
    if payment:
        with transaction.atomic():
            payment.move("sending", by=None, sent_at=timezone.now())
            raise MemoryError


ACTS = [click, click, click, task, task, task, task, news, news, give_up, give_up, die]
EXPECTED = (MoveRefused, MemoryError, IntegrityError)


def live(seed, notices, ends, seen, surprises):
    chance = random.Random(seed)
    try:
        while time.monotonic() < ends:
            act = chance.choice(ACTS)
            try:
                act(chance, notices)
                seen[act.__name__] += 1
            except EXPECTED as failure:
                seen[type(failure).__name__] += 1
            queued.forget()
    except Exception as failure:
        surprises.append(failure)
    finally:
        connection.close()


def bad_day(seconds, seed=SEED):
    Ledger.is_calm = False
    TariffFactory()
    notices = NoticeFactory.create_batch(int(min(seconds, 120) * A_SECOND))
    seen, surprises, ends = Counter(), [], time.monotonic() + seconds
    threads = [
        threading.Thread(target=live, args=(seed + n, notices, ends, seen, surprises))
        for n in range(PEOPLE)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 60)
    return seen, surprises


def settle_down():
    """The day ends: every payer has decided and every attempt is asked about until it is known."""
    while Ledger.decide():
        pass
    Ledger.is_calm = True
    for _ in range(3):
        for payment in Payment.objects.filter(state="sending"):
            payments.hold(payment, note="killed")
        for deal in Ledger.deals.values():
            said = json.dumps({"serverCorrelationId": deal["id"]}).encode()
            secret = deal["address"].rstrip("/").rpartition("/")[2]
            callbacks.receive("mvola", secret, body=said, headers={})
        for pk in Payment.objects.values_list("pk", flat=True):
            tasks.check(pk)
        queued.forget()


# --- What must be true ----------------------------------------------------------------------------


def faults():
    """Everything that is wrong between the operator's books and ours: nothing, one hopes."""
    found = []
    took = {deal["debit"]: deal["took"] for deal in Ledger.deals.values() if deal["took"]}
    for reference, deal in Ledger.deals.items():
        payment = Payment.objects.get(reference=reference)
        if deal["asked"] > 1:
            found.append(f"{payment} was charged {deal['asked']} times")
        if deal["took"] and payment.state not in ("confirmed", "suspense"):
            found.append(f"{payment} took {deal['took']} and is {payment.state}")
        if not deal["took"] and payment.state in ("confirmed", "suspense"):
            found.append(f"{payment} took nothing and is {payment.state}")
    for payment in Payment.objects.filter(state="confirmed"):
        effects = Receipt.objects.filter(payment=payment).count()
        effects += Refund.objects.filter(payment=payment).count()
        if effects != 1:
            found.append(f"{payment} is confirmed and has {effects} effects")
        if took.get(payment.operator_reference) != payment.amount:
            found.append(f"{payment} is confirmed for another amount than was taken")
    confirmed = set(Payment.objects.filter(state="confirmed").values_list("pk", flat=True))
    booked = [*Receipt.objects.values_list("payment", flat=True)]
    booked += Refund.objects.values_list("payment", flat=True)
    if set(booked) != confirmed or len(booked) != len(confirmed):
        found.append("a receipt or a refund stands without its payment")
    numbers = sorted(Receipt.objects.values_list("number", flat=True))
    if numbers != list(range(1, len(numbers) + 1)):
        found.append(f"receipts are numbered {numbers}")
    for notice in Notice.objects.all():
        if notice.codes.filter(revoked_at=None).count() != notice.is_settled:
            found.append(f"{notice} is settled: {notice.is_settled}, and its codes differ")
        if notice.payments.exclude(state="suspense").live().count() > 1:
            found.append(f"{notice} has two attempts under way")
    for payment in Payment.objects.prefetch_related("log"):
        states = ["created", *[line.state for line in payment.log.all()]]
        origins = [line.origin for line in payment.log.all()]
        if origins != states[:-1] or states[-1] != payment.state:
            found.append(f"{payment} has a broken history: {states}")
    return found


@pytest.fixture(autouse=True)
def ledger(settings):
    settings.PAYMENT_PROVIDERS = ["tests.soak.test_money.Ledger"]
    # Two people pay all day long here: nobody is held back.
    often = {"free": 10**6, "window": 60}
    settings.LIMITS = dict.fromkeys(["prompt_own", "prompt_phone", "prompt_account"], often)
    Ledger.deals, Ledger.chance = {}, random.Random(SEED)


def test_after_a_bad_day_every_ariary_is_where_it_belongs():
    seen, surprises = bad_day(SECONDS)
    assert surprises == []
    settle_down()
    assert faults() == []
    assert min(seen[act.__name__] for act in (click, task, news)) > 0
    assert Payment.objects.filter(state="confirmed").exists()
    assert Callback.objects.exists()
    states = Counter(Payment.objects.values_list("state", flat=True))
    assert not set(states) & {"sending", "pending"}


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("silence is failure", lambda patch: patch.setattr(payments, "hold", _fail)),
        ("callbacks are believed", lambda patch: patch.setattr(callbacks, "receive", _believe)),
        ("amounts are not compared", lambda patch: patch.setattr(payments, "_discrepancy", _trust)),
        ("a second payment is dropped", lambda patch: patch.setattr(receipts, "credit", _drop)),
        ("late money is refused", lambda patch: patch.setattr(Payment, "MOVES", _strict())),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_control_the_books_show_each_of_these_faults(monkeypatch, name, damage):
    """A soak that finds nothing proves nothing, unless it finds what was put there."""
    damage(monkeypatch)
    for day in range(6):
        bad_day(2, seed=SEED + 100 * day)
        settle_down()
        if faults():
            return
    raise AssertionError(f"nothing was found of: {name}")


def _fail(payment, *, note):
    try:
        payment.move("failed", by=None, note=note)
    except MoveRefused:
        payment.refresh_from_db()


def _believe(provider, secret, *, body, headers):
    payment = Payment.objects.filter(secret=secret).first()
    if payment and payment.state in ("pending", "unknown"):
        claimed = Outcome(
            Status.PAID,
            reference=f"claimed-{payment.pk}",
            amount=payment.amount,
            currency="MGA",
            payer=payment.phone,
            payee=PAYEE,
        )
        payments.settle(payment, claimed)


def _trust(payment, outcome):
    return ""


def _drop(payment):
    with transaction.atomic():
        notice = Notice.objects.select_for_update().get(pk=payment.notice_id)
        return None if notice.is_settled else _credit(payment)


_credit = receipts.credit


def _strict():
    return Payment.MOVES | {"failed": set(), "expired": set()}
