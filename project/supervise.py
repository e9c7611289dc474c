"""Child processes that never outlive us: each, with all it starts, is a group that dies whole."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import IO

# The tether reads a pipe that only we hold. When we end, however we end, it reads the pipe's end
# and kills its group, itself included; PR_SET_PDEATHSIG would reach our children but not theirs.
TETHER = 'trap "" HUP INT TERM; read _; kill -KILL 0'


class Group:
    """One command in a process group of its own, tied to the life of this process."""

    def __init__(
        self,
        command: list[str],
        *,
        env: dict[str, str] | None = None,
        output: IO[bytes] | None = None,
    ):
        # The tether leads: as long as it lives, the number of the group cannot be given to others.
        self.tether = subprocess.Popen(
            ["/bin/sh", "-c", TETHER],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        try:
            self.main = subprocess.Popen(
                command,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                process_group=self.tether.pid,
            )
        except OSError:
            self.kill()
            raise

    def is_whole(self) -> bool:
        """Whether the command and its tether both still run."""
        return self.main.poll() is None and self.tether.poll() is None

    def stop(self, seconds: float, *, signum: int = signal.SIGTERM) -> bool:
        """Ask the command alone to end, then kill the group. True if it ended within `seconds`."""
        with contextlib.suppress(ProcessLookupError):
            self.main.send_signal(signum)
        try:
            self.main.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        finally:
            self.kill()
        return True

    def kill(self) -> None:
        """End the whole group at once, with whatever it has started, and reap what is ours."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.tether.pid, signal.SIGKILL)
        self.tether.wait()
        if self.tether.stdin:
            self.tether.stdin.close()
        if hasattr(self, "main"):
            self.main.wait()


class StopRequest:
    """Notes SIGINT and SIGTERM, so that a loop can end between two steps."""

    def __init__(self) -> None:
        self.asked = False
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, self._note)

    def _note(self, _signum: int, _frame: object) -> None:
        self.asked = True

    def wait(self, seconds: float) -> bool:
        """Sleep in short steps. True as soon as somebody asked us to stop."""
        end = time.monotonic() + seconds
        while not self.asked and time.monotonic() < end:
            time.sleep(min(0.2, seconds))
        return self.asked


def children(pid: int) -> list[int]:
    """The direct children of a process, oldest first (Linux). Empty if it is gone."""
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except OSError:
        return []


def naps(pid: int) -> int:
    """How often a process has gone to sleep of its own accord (Linux): a hung one never again."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
