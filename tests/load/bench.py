"""`python -m tests.load.bench [NAME…]`: one JSON line a figure, all of them or those so begun.

A new figure is a function marked `@figure` in a module of this folder, named in MODULES.
"""

import importlib
import os
import shutil
import sys
import tempfile

from tests import servers

MODULES = [
    "tests.load.scan",
    "tests.load.reading",
    "tests.load.sealing",
    "tests.load.audit",
    "tests.load.capture",
    "tests.load.copies",
    "tests.load.equal",
]

# Figures of a server that keeps what it has confirmed: a commit waits for the disk.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def main(wanted: list[str]) -> int:
    """Measure on a throw-away PostgreSQL; 0 once every figure is said."""
    folder = tempfile.mkdtemp(prefix="hetra-bench-")
    try:
        with servers.postgres(**DURABLE) as postgres:
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": "tests.load.settings",
                "DATABASE_URL": postgres.url("postgres"),
                "DEMO_DIR": folder,
            }
            return measure(wanted)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(wanted: list[str]) -> int:
    """Prepare the database, then say each figure as soon as it is known."""
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    for module in MODULES:
        importlib.import_module(module)
    from tests.load.figures import FIGURES, line

    names = [name for name in FIGURES if not wanted or name.startswith(tuple(wanted))]
    for name in names:
        sys.stdout.write(line(name) + "\n")
        sys.stdout.flush()
    connections.close_all()
    if not names:
        sys.stderr.write(f"no figure begins so; there are: {', '.join(FIGURES)}\n")
    return 0 if names else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
