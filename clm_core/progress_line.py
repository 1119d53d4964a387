"""One line on a terminal that shows what is being done and how far it is. In a log there is no such line."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self, TextIO

from clm_core.ingest.watch import Watch

_SECONDS = 0.2
_CLEAR = "\r\x1b[2K"


class ProgressLine:
    """Shows the step of a :class:`Watch` while it reads, and the steps it is told of, until it is left."""

    def __init__(self, stream: TextIO, watch: Watch) -> None:
        self._stream, self._watch = stream, watch
        self._step, self._is_over = "", threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True)

    def tell(self, step: str) -> None:
        """Name the step that begins."""
        self._step = step

    def __enter__(self) -> Self:
        if self._stream.isatty():
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()
            self._stream.write(_CLEAR)
            self._stream.flush()

    def _show(self) -> None:
        while not self._is_over.wait(_SECONDS):
            reading, share = self._watch.progress
            text = reading if self._step == "read" and reading else self._step
            shown = f" {share:.0%}" if self._step == "read" and share is not None else ""
            self._stream.write(f"{_CLEAR}… {text}{shown}")
            self._stream.flush()
