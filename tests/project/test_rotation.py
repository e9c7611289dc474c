"""Renewing keys while the service runs: nothing is lost, stopping and going on is harmless."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings

from fleet.models import VehicleCase
from kyc import duplicates
from kyc.models import Check, Document, IdentityCase, TOTPDevice
from notify.models import Message
from project.lib import crypto
from project.management.commands import rotate_keys
from taxes.models import Callback, Payment
from tests.factories import (
    DocumentFactory,
    IdentityCaseFactory,
    MessageFactory,
    PaymentFactory,
    UserFactory,
    VehicleCaseFactory,
)
from tests.project.test_sealed import put, ring, stored

pytestmark = pytest.mark.django_db

OLD = {"FIELD_KEYS": ring("a"), "BLIND_KEYS": ring("x")}
BOTH = {"FIELD_KEYS": ring("b", "a"), "BLIND_KEYS": ring("y", "x")}
NEW = {"FIELD_KEYS": ring("b"), "BLIND_KEYS": ring("y")}
READING = {"fields": {"surname": {"value": "RABE"}}}
ODD = b"\x00\xff{not json"


def number(turn):
    return f"{turn:012}"


@pytest.fixture
def rows():
    """Something in every sealed column, under the old keys."""
    with override_settings(**OLD):
        cases = [IdentityCaseFactory(number=number(turn), photos=False) for turn in range(7)]
        IdentityCaseFactory(empty=True, photos=False)
        DocumentFactory(reading=READING)
        MessageFactory(body="code 123456")
        TOTPDevice.objects.create(user=UserFactory(), key="3132" * 10)
        VehicleCaseFactory(photos=False, holder="RABE Jean")
        Callback.objects.create(provider="mvola", payment=PaymentFactory(), body=ODD, digest="x")
    return cases


def left():
    return sum(rotate_keys.stale(model).count() for model in rotate_keys.sealed_models())


def rotate(**options):
    call_command("rotate_keys", **options)


def all_is_readable():
    assert {case.number for case in IdentityCase.objects.exclude(number=None)} == {
        number(turn) for turn in range(7)
    }
    assert IdentityCase.objects.filter(number=None).get().address == ""
    assert Document.objects.get().reading == READING
    assert Message.objects.get().body == "code 123456"
    assert TOTPDevice.objects.get().bin_key == b"12" * 10
    assert VehicleCase.objects.get().holder == "RABE Jean"
    assert (Callback.objects.get().body, Payment.objects.get().phone) == (ODD, "+261341234567")
    return all(IdentityCase.objects.numbered(number(turn)).count() == 1 for turn in range(7))


def test_every_model_with_a_sealed_column_is_renewed():
    assert set(rotate_keys.sealed_models()) >= {
        *[IdentityCase, Document, Message, TOTPDevice],
        *[VehicleCase, Callback, Payment],
    }


def test_the_old_keys_can_be_taken_away_afterwards(rows, capsys):
    with override_settings(**BOTH):
        assert left() == 14
        assert all_is_readable()
        rotate(batch=3)
        assert left() == 0
    with override_settings(**NEW):
        assert all_is_readable()
    said = capsys.readouterr().out
    assert re.search(r"kyc\.IdentityCase: 8 rows, \d+ rows/s", said)


@pytest.fixture
def searched():
    """A dossier whose people and whose checks are told by hashes under the old keys."""
    with override_settings(**OLD):
        case = IdentityCaseFactory(waiting=True, photos=False)
        duplicates.look_for(case)
        check = case.checks.create(checker="service", version=case.fingerprint())
        case.checks.create(checker="service", version=f"{check.version[:-4]}xxx=")
    return case


def test_the_same_person_is_found_and_checks_are_seen_once_the_old_key_is_away(searched, capsys):
    with override_settings(**BOTH):
        assert Check.objects.of(searched).count() == 1
        with pytest.raises(CommandError):
            rotate(check=True)
        assert "versions that were checked: 1 dossiers not" in capsys.readouterr().out
        rotate()
        rotate(check=True)
    with override_settings(**NEW):
        assert Check.objects.of(searched).count() == 1
        twin = IdentityCaseFactory(waiting=True, photos=False)
        duplicates.look_for(twin)
        assert ("person", searched.pk) in {
            (pair.kind, pair.other_id) for pair in duplicates.about(twin)
        }


def test_stopped_half_way_it_goes_on_with_what_is_left(rows, monkeypatch, capsys):
    reseal, batches = rotate_keys.reseal, []

    def interrupted(model, keys):
        done = reseal(model, keys)
        batches.append(done)
        if len(batches) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return done

    monkeypatch.setattr(rotate_keys, "reseal", interrupted)
    with override_settings(**BOTH):
        rotate(batch=2)
        assert "stopped" in capsys.readouterr().out
        assert len(batches) == 2
        assert left() == 14 - sum(batches)
        assert all_is_readable(), "the service runs on in between"
        rotate(batch=2)
        assert sum(batches) == 14, "no row was written twice"
        assert left() == 0
    with override_settings(**NEW):
        assert all_is_readable()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_row_written_meanwhile_with_the_old_key_is_found(rows, monkeypatch):
    """A process that still has the old ring writes a row the pass has gone by already."""
    reseal, first = rotate_keys.reseal, rows[0]

    def meanwhile(model, keys):
        done = reseal(model, keys)
        if model is IdentityCase and rows[-1].pk in keys:
            with override_settings(**BOTH | OLD):
                IdentityCase(pk=first.pk, number=first.number).save(update_fields=["number"])
            assert stored(first, "number").startswith(b"a:")
        return done

    monkeypatch.setattr(rotate_keys, "reseal", meanwhile)
    with override_settings(**BOTH):
        rotate(batch=2)
        assert left() == 0
    with override_settings(**NEW):
        assert all_is_readable()


def test_check_counts_and_changes_nothing(rows, capsys):
    with override_settings(**BOTH):
        with pytest.raises(CommandError, match="14 rows"):
            rotate(check=True)
        assert left() == 14
        rotate()
        rotate(check=True)
        assert "kyc.IdentityCase: 0 rows" in capsys.readouterr().out


def test_a_row_that_cannot_be_opened_is_named_and_left_as_it_is(rows):
    broken = rows[3]
    put(broken, "number", b"a:nothing that was ever sealed")
    with override_settings(**BOTH):
        with pytest.raises(CommandError, match=f"IdentityCase {broken.pk}"):
            rotate(batch=50)
        assert stored(broken, "number") == b"a:nothing that was ever sealed"
        assert left() == 1, "all others are renewed"


def test_an_index_that_was_forgotten_is_written(rows):
    with override_settings(**BOTH):
        rotate()
        IdentityCase.objects.filter(pk=rows[0].pk).update(number_index=None)
        assert not IdentityCase.objects.numbered(rows[0].number).exists()
        assert left() == 1
        rotate()
        assert IdentityCase.objects.numbered(rows[0].number).get() == rows[0]


def test_while_keys_are_renewed_a_number_is_still_approved_once():
    """The constraint alone sees two indexes of one number: the old key's and the new one's."""
    from kyc import review
    from project.lib.workflow import MoveRefused

    with override_settings(**OLD):
        IdentityCaseFactory(approved=True, number=number(1), photos=False)
        case = IdentityCaseFactory(claimed=True, number=number(1), photos=False)
    with override_settings(**BOTH), pytest.raises(MoveRefused):
        review.decide(case, "approved", by=case.agent)


def test_approving_writes_the_index_anew():
    from kyc import review

    with override_settings(**OLD):
        case = IdentityCaseFactory(claimed=True, number=number(1), photos=False)
    with override_settings(**BOTH):
        review.decide(case, "approved", by=case.agent)
        case.refresh_from_db()
        assert case.number_index == crypto.blind(number(1), context="kyc_identitycase.number")


@pytest.mark.django_db(transaction=True)
def test_ctrl_c_ends_the_real_command_between_two_batches(rows, child_environment):
    with override_settings(**OLD):
        person = UserFactory()
        TOTPDevice.objects.bulk_create(
            TOTPDevice(user=person, name="t", key=f"{turn:040}") for turn in range(3000)
        )
    code = (
        "from django.conf import settings as s; import django; django.setup();"
        f"s.FIELD_KEYS = {BOTH['FIELD_KEYS']!r}; s.BLIND_KEYS = {BOTH['BLIND_KEYS']!r};"
        "from django.core.management import call_command; print('ready', flush=True);"
        "call_command('rotate_keys', batch=10)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=settings.ROOT,
        env=child_environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout.readline() == "ready\n"
    with override_settings(**BOTH):
        everything, deadline = 3014, time.monotonic() + 20
        while left() == everything and time.monotonic() < deadline:
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        said, _nothing = child.communicate(timeout=20)
        assert child.returncode == 0
        assert "stopped" in said
        assert 0 < left() < everything
        rotate()
        assert left() == 0
        assert all_is_readable_but_seeds()


def all_is_readable_but_seeds():
    return len([device.key for device in TOTPDevice.objects.all()]) == 3001
