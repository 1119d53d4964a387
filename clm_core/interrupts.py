"""Interrupts from the keyboard, remembered: what is raised inside a library's callback may never come out of it."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Self


class Interrupts:
    """While entered, an interrupt raises KeyboardInterrupt where it meets the program, and again at the next :meth:`check`.

    Only the main thread may enter it. A command that was started to ignore interrupts, as a shell starts one in the background, goes on
    ignoring them.
    """

    def __init__(self) -> None:
        self._is_given, self._is_too_late = False, False

    def __enter__(self) -> Self:
        self._before = signal.getsignal(signal.SIGINT)
        if self._before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """Raise KeyboardInterrupt where an interrupt was given and has not ended the work."""
        if self._is_given:
            raise KeyboardInterrupt

    def refuse(self) -> None:
        """The last check: from here on an interrupt comes too late and changes nothing."""
        self._is_too_late = True
        self.check()

    def _note(self, number: int, frame: FrameType | None) -> None:
        if not self._is_too_late:
            self._is_given = True
            raise KeyboardInterrupt
