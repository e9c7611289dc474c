"""How long one picture may take: what comes too late is left to human eyes."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

WHOLE = 50  # seconds for all that is asked about one picture: a task has sixty

_ends: ContextVar[float] = ContextVar("ends", default=math.inf)


class Unreadable(Exception):
    """A reader gave no answer in time, or none at all."""


@contextmanager
def one_picture() -> Iterator[None]:
    """What is asked within is about one picture, and has WHOLE seconds together."""
    token = _ends.set(time.monotonic() + WHOLE)
    try:
        yield
    finally:
        _ends.reset(token)


def left() -> float:
    """The seconds there are still; raises `Unreadable` where there are none."""
    seconds = _ends.get() - time.monotonic()
    if seconds <= 0:
        raise Unreadable("no time is left for this picture")
    return seconds
