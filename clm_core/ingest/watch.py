"""A running import, watched from another thread: which step it is at, how far that step is, and a way to end it."""

from __future__ import annotations

import threading
from typing import Any

from clm_core.errors import ClmError


class Cancelled(ClmError):
    """The reading was ended by whoever watched it; nothing of it is kept."""

    code = "cancelled"

    def __init__(self) -> None:
        super().__init__("Reading was cancelled.", next_step="Start it again, or choose another file.")


class Watch:
    """What the reader tells and the watcher asks. The reader calls :meth:`begin` at each step."""

    def __init__(self) -> None:
        self._is_cancelled = threading.Event()
        self._step, self._con = "", None

    def begin(self, step: str, con: Any = None) -> None:
        """Enter a step that runs on a DuckDB connection, where it has one.

        Raises
        ------
        Cancelled
            When the watcher has cancelled meanwhile.
        """
        if self._is_cancelled.is_set():
            raise Cancelled
        self._step, self._con = step, con

    def cancel(self) -> None:
        """End the reading at once: the query that runs is interrupted, the next step does not begin."""
        self._is_cancelled.set()
        if self._con is not None:
            self._con.interrupt()

    @property
    def is_cancelled(self) -> bool:
        """True once somebody cancelled."""
        return self._is_cancelled.is_set()

    @property
    def progress(self) -> tuple[str, float | None]:
        """The step's name, and the share of it that is done (0 to 1) where that is known."""
        share = self._con.query_progress() if self._con is not None else -1.0
        return self._step, share / 100 if share >= 0 else None
