"""Tasks for a worker under test. Each leaves a line in a file: a task run twice leaves two."""

import os
import signal
import sys
import time

from PIL import Image

from kyc import documents, ocr, tasks
from kyc.ocr import engine
from project.sandbox import papers

READERS = {"onnxruntime", "rapidocr", "cv2", "numpy"}


def mark(path):
    _write(path, "done")


def dawdle(path, seconds):
    """Say who is at work, take some time, and say that it is done."""
    _write(path, str(os.getpid()))
    time.sleep(seconds)
    _write(path, "done")


def tell_libraries(path):
    """Say which of the readers' libraries this process has loaded."""
    _write(path, ",".join(sorted(READERS & sys.modules.keys())) or "none")


def read_nothing(path):
    """Read a blank page; say who did, how many models were loaded before, how many for it."""
    before = engine._session.cache_info().misses
    ocr.read(papers.as_jpeg(Image.new("RGB", (300, 200), "white")), kind="cin")
    _write(path, f"{os.getpid()}:{before}+{engine._session.cache_info().misses - before}")


def read_badly(document_id, how):
    """Read a paper as usual, with a reader that dies, or hangs where no signal reaches it."""
    documents.content = lambda document: b""
    ocr.read = _hang if how == "hang" else _die
    tasks.read(document_id)


def _hang(*args, **kwargs):
    """As inside a library written in C."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    time.sleep(60)


def _die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def _write(path, line):
    with open(path, "a") as file:
        file.write(f"{line}\n")
