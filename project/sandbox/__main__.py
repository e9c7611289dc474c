"""Plays the operators: `python -m project.sandbox --port 8600 [--state FILE] [--delay SECONDS]`."""

import argparse
import errno
import signal
import sqlite3
import sys
from types import FrameType

from project.sandbox import control
from project.sandbox.memory import Memory
from project.sandbox.server import Box, Server


def main() -> int:
    """Serve until SIGINT or SIGTERM. Return 1, saying why, where it cannot be served."""
    options = _options()
    try:
        box = Box(Memory(options.state), delay=options.delay)
        server = Server(options.port, box, control.routes())
    except OSError as failure:
        if failure.errno != errno.EADDRINUSE:
            raise
        return _sorry(f"port {options.port} is taken: stop what uses it, or choose another --port")
    except sqlite3.Error as failure:
        return _sorry(f"cannot keep its memory in {options.state}: {failure}")
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    control.resume(box)
    sys.stdout.write(f"sandbox operators on http://127.0.0.1:{options.port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="project.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8600)
    parser.add_argument("--state", metavar="FILE", help="keep the truth here; else in memory")
    parser.add_argument(
        "--delay", type=float, default=2.0, metavar="SECONDS", help="until a payer decides"
    )
    return parser.parse_args()


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _sorry(words: str) -> int:
    sys.stderr.write(f"sandbox: {words}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
