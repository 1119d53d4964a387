"""Long work beside the page: done in a thread that touches no widget, told with its step, and ended when nobody waits for it."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import streamlit as st

from clm_core.ingest.watch import Watch
from pages.ui import messages

QUIET_SECONDS, POLL_SECONDS = 0.5, 0.2
PATIENCE = 50
"""How often an ended worker is told again: an interrupt between two queries ends neither."""
Result = TypeVar("Result")


class _Worker(threading.Thread, Generic[Result]):
    """One piece of work, its result or what went wrong."""

    def __init__(self, work: Callable[[Watch], Result]) -> None:
        super().__init__(name="reader", daemon=True)
        self._work = work
        self.watch = Watch()
        self._done: Result | None = None
        self._fault: BaseException | None = None

    def run(self) -> None:
        try:
            self._done = self._work(self.watch)
        except BaseException as fault:  # whatever it is, the page that waits must hear of it
            self._fault = fault

    def result(self) -> Result:
        if self._fault is not None:
            raise self._fault
        return self._done  # type: ignore[return-value]


def watched(
    step: str,
    work: Callable[[Watch], Result],
    on_cancel: Callable[..., None],
    *args: Any,
    on_wait: Callable[[], Any] | None = None,
) -> Result:
    """Do the work; once it lasts, show how far it is, with a button that ends it and calls ``on_cancel``.

    ``on_wait`` is called before that, for a page that clears the screen first.

    A rerun or a closed browser ends the work too: whatever leaves this function early cancels the worker.
    """
    worker = _Worker(work)
    worker.start()
    try:
        worker.join(QUIET_SECONDS)
        if worker.is_alive():
            if on_wait:
                on_wait()
            _show_until_done(step, worker, on_cancel, args)
    finally:
        for _ in range(PATIENCE):
            if not worker.is_alive():
                break
            worker.watch.cancel()
            worker.join(POLL_SECONDS)
    return worker.result()


def _show_until_done(what: str, worker: _Worker[Any], on_cancel: Callable[..., None], args: tuple[Any, ...]) -> None:
    place, started, step, share = st.empty(), time.monotonic(), "", 0.0
    with place.container():
        bar = st.progress(0.0, messages.plain(what))
        key = f"cancel_{secrets.token_hex(8)}"  # one run may have several such waits after another
        st.button("Cancel", key=key, on_click=on_cancel, args=args, icon=":material/close:")
    while worker.is_alive():
        worker.join(POLL_SECONDS)
        now, done = worker.watch.progress
        # a step is several queries, each told from 0 to 100 %: within a step the bar only grows
        share = max(share if now == step else 0.0, min(done or 0.0, 1.0))
        step = now
        told = " · ".join(part for part in (what, step, f"{time.monotonic() - started:.0f} s") if part)
        bar.progress(share, messages.plain(told))
    place.empty()
