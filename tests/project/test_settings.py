"""Production settings: complete they pass every check, incomplete they stop the start."""

import base64
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from project import checks

KEY, FIELD, BLIND, CODE, AUDIT = (
    base64.b64encode(bytes(range(start, start + 32))).decode() for start in (0, 32, 64, 96, 128)
)

COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "project.settings.base",
    "SECRET_KEY": "Vn3x0q-8Gd" * 6,
    "ALLOWED_HOSTS": "hetra.gov.mg",
    "SITE_URL": "https://hetra.gov.mg",
    "DATABASE_URL": "postgres://hetra:secret@db.internal:5432/hetra",
    "S3_BUCKET": "scans",
    "S3_ENDPOINT_URL": "https://s3.gov.mg",
    "S3_PUBLIC_URL": "https://s3.gov.mg",
    "S3_REGION": "mg-1",
    "S3_ACCESS_KEY": "access",
    "S3_SECRET_KEY": "secret",
    "SEAL_KEYS": f"2026:{KEY}",
    "FIELD_KEYS": f"2026:{FIELD}",
    "BLIND_KEYS": f"2026:{BLIND}",
    "CODE_KEYS": f"1:{CODE}",
    "AUDIT_KEYS": f"2026:{AUDIT}",
    "AUDIT_ANCHOR": "s3://anchors/hetra",
    "ADMIN_NETWORKS": "196.192.32.0/20,2c0f:f8f0::/32",
    "BREACHED_PASSWORDS": "tests/project/leaked.txt",
    "EMAIL_URL": "smtp+tls://hetra:secret@mail.gov.mg:587",
    "DEFAULT_FROM_EMAIL": "ne-pas-repondre@hetra.gov.mg",
    "ORANGE_SMS_CLIENT_ID": "id",
    "ORANGE_SMS_CLIENT_SECRET": "secret",
    "MVOLA_CONSUMER_KEY": "key",
    "MVOLA_CONSUMER_SECRET": "secret",
    "MVOLA_MERCHANT_MSISDN": "0340000000",
}


def check(**changes):
    """`manage.py check --deploy` on production settings; None takes a variable away."""
    environment = {"PATH": os.environ["PATH"], **COMPLETE, **changes}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.ROOT,
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
    )


def test_a_complete_environment_passes_every_deployment_check():
    done = check()
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    "variable",
    ["SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "DATABASE_URL", "S3_BUCKET", "S3_PUBLIC_URL"]
    + ["AUDIT_KEYS", "AUDIT_ANCHOR", "ADMIN_NETWORKS"]
    + ["SEAL_KEYS", "FIELD_KEYS", "BLIND_KEYS", "CODE_KEYS"]
    + ["MVOLA_CONSUMER_SECRET", "ORANGE_SMS_CLIENT_ID", "DEFAULT_FROM_EMAIL"],
)
def test_what_is_missing_is_named(variable):
    done = check(**{variable: None})
    assert done.returncode != 0
    assert variable in done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MVOLA_BASE_URL", "http://127.0.0.1:8600", "https://"),
        ("MVOLA_BASE_URL", "https://127.0.0.1:8600", "this machine"),
        ("MVOLA_BASE_URL", "https://devapi.mvola.mg", "trial system"),
        ("ORANGE_SMS_BASE_URL", "http://api.orange.com", "https://"),
        ("S3_ENDPOINT_URL", "http://s3.gov.mg", "https://"),
        ("SITE_URL", "http://hetra.gov.mg", "https://"),
        ("DATABASE_URL", "sqlite:////tmp/hetra.sqlite3", "PostgreSQL"),
        ("SEAL_KEYS", "2026:short", "SEAL_KEYS"),
        ("SEAL_KEYS", f"2026:{KEY},2026:{KEY}", "two keys"),
        ("FIELD_KEYS", "2026:ZGVtby1vbmx5LWZpZWxkLWtleS0wMDAwMDAwMDAwMDA=", "everybody knows"),
        ("BLIND_KEYS", f"2026:{FIELD}", "BLIND_KEYS and FIELD_KEYS hold the same key"),
        ("FIELD_KEYS", f"2027:{BLIND},2026:{FIELD}", "hold the same key"),
        ("SITE_URL", "hetra.gov.mg", "https://"),
        ("MVOLA_BASE_URL", "api.mvola.mg", "https://"),
        ("S3_PUBLIC_URL", "https://s3.gov.mg; script-src *", "https origin"),
        ("MVOLA_MERCHANT_MSISDN", "12", "mobile number"),
        ("ALLOWED_HOSTS", "*", "name the hosts"),
        ("ADMIN_NETWORKS", "196.192.32.0/20,partout", "'partout'"),
        ("ADMIN_NETWORKS", "196.192.32.7/20", "host bits"),
        ("BREACHED_PASSWORDS", "/nowhere/leaked.txt", "cannot be read"),
        ("BREACHED_PASSWORDS", "README.md", "not SHA-1"),
        ("CODE_KEYS", f"main:{KEY}", "0 to 255"),
        ("CODE_KEYS", f"1:{KEY},256:{KEY}", "0 to 255"),
        ("CODE_KEYS", "1:ZGVtby1vbmx5LWNvZGUta2V5LTAwMDAwMDAwMDAwMDA=", "everybody knows"),
        ("SECRET_KEY", "demo-only-" + "0123456789" * 5, "SECRET_KEY"),
        ("AUDIT_KEYS", "2026:ZGVtby1vbmx5LWF1ZGl0LWtleS0wMDAwMDAwMDAwMDA=", "everybody knows"),
        ("MVOLA_CONSUMER_KEY", "demo-key", "MVOLA_CONSUMER_KEY is the demo's"),
        ("DEBUG", "true", "Take DEBUG away"),
        ("AUDIT_ANCHOR_MINUTES", "0", "AUDIT_ANCHOR_MINUTES is 0"),
        ("QUEUE_WORKERS", "0", "QUEUE_WORKERS is 0"),
        ("TRUSTED_PROXY_COUNT", "0", "TRUSTED_PROXY_COUNT is 0"),
        ("EMAIL_URL", "console://", "EMAIL_URL"),
        ("LIMITS", '{"uplaods": {"free": 1, "window": 1}}', "uplaods"),
        ("LIMITS", '{"uploads": {"free": 1}}', "uploads"),
    ],
)
def test_production_refuses_what_belongs_to_the_demo(variable, value, said):
    done = check(**{variable: value})
    assert done.returncode != 0
    assert said in done.stderr


def test_without_the_list_of_leaks_the_start_goes_on_and_says_what_is_missing():
    done = check(BREACHED_PASSWORDS=None)
    assert done.returncode == 0, done.stderr
    assert "not those known from leaks" in " ".join((done.stdout + done.stderr).split())


def start(**changes):
    """What the web server does first: importing the application."""
    nowhere = {"DATABASE_URL": "postgres://hetra@127.0.0.1:1/hetra"}
    environment = {"PATH": os.environ["PATH"], **COMPLETE, **nowhere, **changes}
    return subprocess.run(
        [sys.executable, "-c", "import project.wsgi"],
        cwd=settings.ROOT,
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("FIELD_KEYS", "2026:ZGVtby1vbmx5LWZpZWxkLWtleS0wMDAwMDAwMDAwMDA=", "everybody knows"),
        ("SEAL_KEYS", None, "SEAL_KEYS is missing"),
        ("DEBUG", "1", "Take DEBUG away"),
    ],
)
def test_the_web_server_does_not_start_either(variable, value, said):
    done = start(**{variable: value})
    assert done.returncode == 1
    assert "Hetra does not start:" in done.stderr
    assert said in done.stderr


def test_the_web_server_starts_on_a_complete_environment_and_without_its_database():
    done = start()
    assert done.returncode == 0, done.stderr


@pytest.mark.django_db(transaction=True)
def test_the_web_server_does_not_start_beside_an_invented_account(
    child_environment, django_user_model
):
    database = {"DATABASE_URL": child_environment["DATABASE_URL"]}
    assert start(**database).returncode == 0
    django_user_model.objects.create(phone="+261340000001", is_demo=True)
    done = start(**database)
    assert done.returncode == 1
    assert "Delete them" in done.stderr


def test_the_demo_refuses_production_settings(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="production"):
        call_command("demo", skip_checks=True)


@pytest.mark.django_db
def test_an_invented_account_stops_production(settings, django_user_model):
    settings.DEMO = False
    assert checks.nobody_is_invented(databases=["default"]) == []
    django_user_model.objects.create(phone="+261340000001", is_demo=True)
    assert [fault.id for fault in checks.nobody_is_invented(databases=["default"])] == [
        "hetra.E001"
    ]


def test_psycopg_3_cannot_be_imported():
    """Django would silently take it instead of the driver that all was measured with."""
    with pytest.raises(ModuleNotFoundError):
        __import__("psycopg")


def test_a_task_has_its_whole_timeout_before_the_watchdog_or_the_queue_loses_patience():
    queue = settings.Q_CLUSTER
    prefetched = queue["queue_limit"] / queue["workers"] + 1
    assert queue["retry"] >= prefetched * queue["timeout"]
    assert queue["timeout"] + 10 <= settings.HEARTBEAT_LIMIT
    assert not queue["ack_failures"]
    assert queue["bulk"] == 1


# --- Services that check identities ---------------------------------------------------------------

ONFIDO = {
    "IDENTITY_CHECKERS": "kyc.checkers.onfido.Onfido",
    "ONFIDO_TOKEN": "api_live.x",
    "ONFIDO_WEBHOOK_TOKEN": "x",
}


def test_a_service_there_is_a_contract_with_passes():
    done = check(**ONFIDO)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"ONFIDO_TOKEN": ""}, "hetra.E041"),
        ({"ONFIDO_WEBHOOK_TOKEN": ""}, "hetra.E041"),
        ({"ONFIDO_TOKEN": "api_sandbox.x"}, "hetra.E042"),
        ({"ONFIDO_BASE_URL": "http://127.0.0.1:8600"}, "hetra.E004"),
        ({"ONFIDO_BASE_URL": "https://api.sandbox.onfido.com"}, "hetra.E004"),
        ({"SMILE_ID_BASE_URL": "https://testapi.smileidentity.com"}, "hetra.E004"),
        ({"IDENTITY_CHECKS_FOR_PEOPLE": "smile_id"}, "hetra.E043"),
        ({"IDENTITY_CHECKS_TO_APPROVE_ALONE": "smile_id"}, "hetra.E043"),
        ({"IDENTITY_APPROVES_ALONE": "true"}, "hetra.E044"),
    ],
)
def test_production_takes_no_trial_and_no_unchecked_approval(changes, fault):
    done = check(**ONFIDO | changes)
    assert done.returncode != 0
    assert fault in done.stderr
