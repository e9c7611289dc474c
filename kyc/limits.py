"""Limits on what may be tried: counted in rows, each under its lock, whatever comes at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kyc import codes
from kyc.credentials import Tally
from project.audit import chain


@dataclass(frozen=True)
class Rule:
    """`free` times within `window`; then a pause of `pause`, doubled each time up to `longest`.

    Without a pause, nothing more until the window ends. Times are seconds.
    """

    free: int
    window: int
    pause: int = 0
    longest: int = 0

    def wait_after(self, count: int) -> int:
        """Seconds to wait after that many times."""
        if count < self.free or not self.pause:
            return 0
        return min(self.pause * 2 ** min(count - self.free, 30), self.longest)


MINUTE, HOUR, DAY = 60, 3600, 24 * 3600

RULES = {
    # Wrong passwords. By account and neighbourhood of addresses: whoever guesses from elsewhere
    # does not keep the owner out. By account alone: guesses from everywhere at once leave only
    # known devices and the way by code. By address: a carrier puts a town behind one.
    "password": Rule(free=5, window=DAY, pause=30, longest=15 * MINUTE),
    "password_device": Rule(free=10, window=DAY, pause=30, longest=15 * MINUTE),
    "password_account": Rule(free=50, window=HOUR),
    "password_address": Rule(free=500, window=HOUR),
    # Messages that a second factor was wrong.
    "factor_notice": Rule(free=1, window=HOUR),
    "recovery": Rule(free=5, window=DAY, pause=60, longest=HOUR),
    # Codes. A new one is asked for with growing pauses; text messages cost money.
    "resend": Rule(free=1, window=HOUR, pause=30, longest=10 * MINUTE),
    "number_hour": Rule(free=6, window=HOUR),
    "number_day": Rule(free=15, window=DAY),
    "prefix_day": Rule(free=300, window=DAY),
    "service_day": Rule(free=100_000, window=DAY),
    "mail_hour": Rule(free=10, window=HOUR),
    # Pages that send something, or that could be used to look for accounts, by address.
    "signup": Rule(free=200, window=HOUR),
    "reset": Rule(free=200, window=HOUR),
    # Organisations and invitations to them, by account: each invitation is a message to somebody.
    "organisation": Rule(free=10, window=DAY),
    "invitation": Rule(free=30, window=DAY),
    # Asking to prove anew who one is, by account; what an agent copies from the card, by request.
    "reproofing": Rule(free=3, window=7 * DAY),
    "reproofing_proof": Rule(free=5, window=DAY),
    # Codes sent at a counter, by agent; dossiers a supervisor looks up, and pages of them.
    "counter": Rule(free=120, window=DAY),
    "look_up": Rule(free=60, window=HOUR),
    "consult": Rule(free=120, window=HOUR),
    # Changes of one's own account, by account.
    "change": Rule(free=30, window=HOUR),
    # Uploads, by account: files, and KiB of them.
    "uploads": Rule(free=60, window=DAY),
    "upload_kib": Rule(free=200 * 1024, window=DAY),
    # KiB of parts of them: what is begun and never finished costs us too.
    "part_kib": Rule(free=400 * 1024, window=DAY),
    # Requests for money nobody agreed to: to one's own phone; to another's, by phone and by who
    # asks. A stranger must not make a phone ring for money again and again.
    "prompt_own": Rule(free=10, window=HOUR),
    "prompt_phone": Rule(free=3, window=DAY),
    "prompt_account": Rule(free=15, window=DAY),
    # Public questions, by address: slowed and never shut, see kyc.questions.
    "question": Rule(free=600, window=HOUR, pause=1, longest=2),
    # Rows kept of the public's checks of one code; all are answered.
    "public_check": Rule(free=20, window=HOUR),
}


def take(action: str, key: str, amount: int = 1) -> int:
    """Count `amount` more, unless it is too many. Returns the seconds to wait: 0 if it may be.

    What is refused is not counted: whoever waits gets in, however long others kept trying.
    """
    rule = rule_of(action)
    with transaction.atomic():
        tally = _hold(action, key, rule, timezone.now())
        now = timezone.now()  # of this one's turn: those before have moved the hour
        wait = _seconds_left(tally, rule, now, amount)
        if wait:
            return wait
        tally.count += amount
        tally.free_at = now + timedelta(seconds=rule.wait_after(tally.count))
        tally.save(update_fields=["count", "free_at", "forgotten_at"])
    return 0


@transaction.atomic
def give_back(action: str, key: str, amount: int = 1) -> None:
    """Take back what was counted: it was no failure after all, or the failure was ours."""
    rule, now = rule_of(action), timezone.now()
    tally = _hold(action, key, rule, now)
    tally.count = max(0, tally.count - amount)
    tally.free_at = now
    tally.save(update_fields=["count", "free_at", "forgotten_at"])


def forget(action: str, key: str) -> None:
    """Begin anew."""
    Tally.objects.filter(action=action, key=codes.digest(action, key)).delete()


@transaction.atomic
def release(pk: int, *, by: Any) -> bool:
    """Let somebody who is held back try again, with a line in the log. False if nobody is."""
    tally = Tally.objects.select_for_update().filter(pk=pk).first()
    if tally is None:
        return False
    Tally.objects.filter(pk=pk).delete()
    chain.record("limit.released", by=by, about=tally, rule=tally.action, count=tally.count)
    return True


def about(keys: list[str]) -> Any:
    """The counts kept under one of these keys, as `take` is given them, whatever the rule."""
    hashed = [codes.digest(action, key) for action in RULES for key in keys]
    return Tally.objects.filter(key__in=hashed)


def forget_old() -> int:
    """Delete counts that no longer matter. Returns how many."""
    return Tally.objects.filter(forgotten_at__lt=timezone.now() - timedelta(hours=1)).delete()[0]


def rule_of(action: str) -> Rule:
    """The rule of an action: ours, or that of the settings (`LIMITS`)."""
    changed = settings.LIMITS.get(action)
    return Rule(**changed) if changed else RULES[action]


def _hold(action: str, key: str, rule: Rule, now: datetime) -> Tally:
    """The row that counts this, locked until the transaction ends."""
    hashed, end = codes.digest(action, key), now + timedelta(seconds=rule.window)
    rows = Tally.objects.select_for_update()
    tally = rows.filter(action=action, key=hashed).first()
    if tally is None:
        # Of two that begin at once, one makes the row and the other finds it.
        fresh = Tally(action=action, key=hashed, free_at=now, forgotten_at=end)
        Tally.objects.bulk_create([fresh], ignore_conflicts=True)
        tally = rows.get(action=action, key=hashed)
    if tally.forgotten_at <= now:
        tally.count, tally.free_at, tally.forgotten_at = 0, now, end
    return tally


def _seconds_left(tally: Tally, rule: Rule, now: datetime, amount: int) -> int:
    end = tally.free_at if rule.pause else tally.forgotten_at
    if not rule.pause and tally.count + amount <= rule.free:
        return 0
    return max(0, -int((now - end).total_seconds() // 1))
