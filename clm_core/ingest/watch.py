"""A running import, watched from another thread: which step it is at, how far that step is, and a way to end it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import duckdb

from clm_core.errors import ClmError

_PAUSE_SECONDS = 0.05
Piece = TypeVar("Piece", str, bytes)


class Cancelled(ClmError):  # noqa: N818  no error: somebody wanted it
    """The reading was ended by whoever watched it; nothing of it is kept."""

    code = "cancelled"

    def __init__(self) -> None:
        super().__init__("Reading was cancelled.", next_step="Start it again, or choose another file.")


class Watch:
    """What the reader tells and the watcher asks. The reader calls :meth:`begin` at each step and :meth:`end` at the end."""

    def __init__(self) -> None:
        self._is_cancelled, self._has_ended = threading.Event(), threading.Event()
        self._step, self._share = "", -1.0
        self._con: Any = None

    def begin(self, step: str, con: Any = None) -> None:
        """Enter a step that runs on a DuckDB connection, where it has one.

        Raises
        ------
        Cancelled
            When the watcher has cancelled meanwhile.
        """
        self._step, self._share, self._con = step, -1.0, con
        self.check()

    def reach(self, share: float) -> None:
        """Tell how much of the step is done (0 to 1), which then counts and not what a query tells; raise Cancelled as :meth:`begin` does."""
        self._share = min(share, 1.0)
        self.check()

    def check(self) -> None:
        """Raise Cancelled when the watcher has cancelled; loops without a query ask this at every round."""
        if self._is_cancelled.is_set():
            raise Cancelled

    def pieces(self, read: Callable[[int], Piece], size: int) -> Iterator[Piece]:
        """What a stream gives piece by piece, for as long as nobody cancels."""
        while piece := read(size):
            self.check()
            yield piece

    def end(self) -> None:
        """Tell that the reading is over, however it ended."""
        self._con = None
        self._has_ended.set()

    def cancel(self) -> None:
        """End the reading: the query that runs is interrupted, the next step does not begin. Returns at once."""
        if not self._is_cancelled.is_set():
            self._is_cancelled.set()
            threading.Thread(target=self._interrupt_until_ended, daemon=True).start()

    def _interrupt_until_ended(self) -> None:
        # an interrupt between two queries is forgotten by DuckDB, so one is not enough
        while not self._has_ended.wait(_PAUSE_SECONDS):
            con = self._con
            if con is not None:
                _ask(con.interrupt)

    @property
    def is_cancelled(self) -> bool:
        """True once somebody cancelled."""
        return self._is_cancelled.is_set()

    @property
    def progress(self) -> tuple[str, float | None]:
        """The step's name, and the share of it that is done (0 to 1) where that is known."""
        con = self._con
        share = self._share if con is None or self._share >= 0 else (_ask(con.query_progress) or 0.0) / 100
        return self._step, share if share >= 0 else None


def _ask(question: Any) -> Any:
    """The answer of a connection; None where the reader has closed it meanwhile."""
    try:
        return question()
    except duckdb.ConnectionException:
        return None
