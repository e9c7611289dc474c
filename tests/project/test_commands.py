"""The small commands: an authenticator, and the page of states."""

import base64
import binascii
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from kyc.models import TOTPDevice
from project.management.commands import states


def run(*args, **options):
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue().splitlines()


# RFC 6238, appendix B: the last six of its eight figures, with the secret of its SHA-1 column.
SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("moment", "code", "left"),
    [(59, "287082", 1), (1111111109, "081804", 1), (1111111111, "050471", 29)],
)
def test_codes_are_those_of_the_standard(moment, code, left):
    with time_machine.travel(moment, tick=False):
        assert run("totp", SECRET) == [code, f"{left} s left"]


def test_a_seed_may_be_typed_as_people_read_it():
    with time_machine.travel(59, tick=False):
        assert run("totp", "gezd", "gnbv gy3t-qojq", "GEZDGNBVGY3TQOJQ====")[0] == "287082"


@pytest.mark.parametrize("seed", ["0189", "====", "é"])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(CommandError, match="no base32 seed"):
        run("totp", seed)


@pytest.mark.django_db
def test_a_code_opens_a_device_of_django_otp(django_user_model):
    user = django_user_model.objects.create(phone="+261340000001")
    key = b"12345678901234567890"
    device = TOTPDevice.objects.create(user=user, key=binascii.hexlify(key).decode())
    assert device.verify_token(int(run("totp", SECRET)[0]))


def test_the_page_of_states_is_up_to_date():
    call_command("states", check=True)


def test_a_page_that_is_out_of_date_is_refused(tmp_path, settings):
    settings.ROOT = tmp_path
    page = tmp_path / "docs" / "states.md"
    page.parent.mkdir()
    with pytest.raises(CommandError, match="make states"):
        call_command("states", check=True)
    call_command("states")
    call_command("states", check=True)
    page.write_text(page.read_text().replace("-->", "->", 1))
    with pytest.raises(CommandError, match="out of date"):
        call_command("states", check=True)


def test_every_arrow_is_drawn():
    page = states.Command().render()
    for model in states.tracked_models():
        for origin, targets in model.MOVES.items():
            for target in targets:
                assert f"    {origin} --> {target}\n" in page
