"""What the sandbox remembers: the truth about money and messages, apart from what it answered."""

import json
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

Record = dict[str, Any]


class Memory:
    """Records by kind and id, in a SQLite file, or in memory where no path is given."""

    def __init__(self, path: str | None = None) -> None:
        self._lock = threading.RLock()
        self._rows = sqlite3.connect(path or ":memory:", check_same_thread=False)
        self._rows.execute("PRAGMA journal_mode = WAL")
        self._rows.execute("PRAGMA synchronous = NORMAL")
        with self._rows:
            self._rows.execute(
                "CREATE TABLE IF NOT EXISTS record (place INTEGER PRIMARY KEY, kind TEXT, id TEXT,"
                " data TEXT, UNIQUE (kind, id))"
            )

    def add(self, kind: str, key: str, record: Record) -> bool:
        """Keep a new record. Return False, and change nothing, where the id is known."""
        with self._lock, self._rows:
            done = self._rows.execute(
                "INSERT OR IGNORE INTO record (kind, id, data) VALUES (?, ?, ?)",
                (kind, key, json.dumps(record)),
            )
        return done.rowcount == 1

    def get(self, kind: str, key: str) -> Record | None:
        """The record of that id, or None."""
        with self._lock:
            row = self._rows.execute(
                "SELECT data FROM record WHERE kind = ? AND id = ?", (kind, key)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str) -> list[Record]:
        """All records of a kind, oldest first."""
        with self._lock:
            rows = self._rows.execute(
                "SELECT data FROM record WHERE kind = ? ORDER BY place", (kind,)
            ).fetchall()
        return [json.loads(data) for (data,) in rows]

    def change(self, kind: str, key: str, edit: Callable[[Record], bool]) -> Record | None:
        """Let `edit` change the record; it is kept where it returns True, else None is returned."""
        with self._lock:
            record = self.get(kind, key)
            if record is None or not edit(record):
                return None
            with self._rows:
                self._rows.execute(
                    "UPDATE record SET data = ? WHERE kind = ? AND id = ?",
                    (json.dumps(record), kind, key),
                )
        return record

    def clear(self) -> None:
        """Forget everything."""
        with self._lock, self._rows:
            self._rows.execute("DELETE FROM record")
