"""Tasks for a worker under test. Each leaves a line in a file: a task run twice leaves two."""

import os
import time


def mark(path):
    _write(path, "done")


def dawdle(path, seconds):
    """Say who is at work, take some time, and say that it is done."""
    _write(path, str(os.getpid()))
    time.sleep(seconds)
    _write(path, "done")


def _write(path, line):
    with open(path, "a") as file:
        file.write(f"{line}\n")
