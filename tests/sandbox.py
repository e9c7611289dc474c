"""The operators' sandbox, started as a process of its own for as long as a test needs it."""

import contextlib
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.servers import free_port

ROOT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def sandbox(port=None, **options):
    """Run `python -m project.sandbox`; yield its base address. `options`: delay, state."""
    port = port or free_port()
    command = [sys.executable, "-m", "project.sandbox", "--port", str(port)]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(process, address)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def settings_for(address):
    """The Django settings that make the real adapters talk to a sandbox at `address`."""
    return {
        "MVOLA_BASE_URL": address,
        "MVOLA_CONSUMER_KEY": "demo-key",
        "MVOLA_CONSUMER_SECRET": "demo-secret",
        "MVOLA_MERCHANT_MSISDN": "0343500004",
        "MVOLA_PARTNER_NAME": "Hetra",
        "ORANGE_SMS_BASE_URL": address,
        "ORANGE_SMS_CLIENT_ID": "demo-client",
        "ORANGE_SMS_CLIENT_SECRET": "demo-secret",
        "ORANGE_SMS_SENDER": "tel:+2610000",
        "ORANGE_SMS_SENDER_NAME": "Hetra",
        "NATIONAL_ID_BASE_URL": address,
        "SMILE_ID_BASE_URL": address,
        "ONFIDO_BASE_URL": address,
        "COMPLY_ADVANTAGE_BASE_URL": address,
    }


def ask(address, path, said=None, method=None):
    """Call the sandbox's own interface, or any of its addresses: the status and the JSON."""
    data = None if said is None else json.dumps(said).encode()
    method = method or ("GET" if data is None else "POST")
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def transactions(address):
    """What really happened to the money, oldest first."""
    return ask(address, "/_sandbox/transactions")[1]


def sms(address, to=""):
    """The messages taken, oldest first."""
    found = ask(address, "/_sandbox/sms")[1]
    return [message for message in found if to in ("", message["to"])]


def checks(address, service=""):
    """Whom services were asked about, oldest first."""
    found = ask(address, "/_sandbox/checks")[1]
    return [deal for deal in found if service in ("", deal["operator"])]


def go_wrong(address, operator, call, fault, times=None):
    """Make the next `times` calls go wrong, or all until reset."""
    rule = {"operator": operator, "call": call, "fault": fault, "times": times}
    status, said = ask(address, "/_sandbox/faults", rule)
    assert status == 201, said


def decide(address, transaction, decision):
    """Let the payer `approve` or `decline` a transaction now."""
    return ask(address, f"/_sandbox/transactions/{transaction}/{decision}", {})


def reset(address):
    """Forget everything, and let everything work."""
    ask(address, "/_sandbox/reset", {})


def _wait(process, address):
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"the sandbox ended with status {process.returncode}")
        with contextlib.suppress(OSError):
            ask(address, "/_sandbox/health")
            return
        time.sleep(0.05)
    raise RuntimeError("the sandbox does not answer")
