"""Where a session's data lies: a private folder and a private compartment of memory, both emptied on request and after idling.

Streamlit frees an expired session only when a later one ends, so the deletion promise is kept here instead.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT_PREFIX = "lifecycle-workbench-"
IDLE_SECONDS = 60 * 60
SWEEP_SECONDS = 60
MOST_VALUES, MOST_OPENED, MOST_BYTES = 60, 3, 250_000_000
"""Kept per compartment: results of a handful of settings back and forth, of which few hold an engine open, and how much
the frames among them may weigh. The eldest go first."""


@dataclass
class _Slot:
    """The place of one value. Its lock is held while the value is made, so that two who ask for it wait for one making."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    value: Any = None
    is_made: bool = False
    n_bytes: int = 0


@dataclass
class _Compartment:
    folder: Path
    last_used: float
    slots: OrderedDict[Hashable, _Slot] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def slot(self, key: Hashable) -> _Slot:
        """The place for a key, as the one used last."""
        with self.lock:
            slot = self.slots.setdefault(key, _Slot())
            self.slots.move_to_end(key)
            return slot

    def take_over_limit(self) -> list[Any]:
        """Let the eldest values go until what is left is within the limits; they are returned to be closed."""
        taken = []
        with self.lock:
            made = [(key, slot) for key, slot in self.slots.items() if slot.is_made]
            n_values, n_bytes = len(made), sum(slot.n_bytes for _, slot in made)
            n_opened = sum(_is_open(slot.value) for _, slot in made)
            for key, slot in made[:-1]:
                too_many_opened = n_opened > MOST_OPENED and _is_open(slot.value)
                if n_values > MOST_VALUES or n_bytes > MOST_BYTES or too_many_opened:
                    n_values, n_bytes = n_values - 1, n_bytes - slot.n_bytes
                    n_opened -= _is_open(slot.value)
                    taken.append(self.slots.pop(key).value)
        return taken

    def empty(self) -> list[Any]:
        """Let everything go; what was made is returned to be closed."""
        with self.lock:
            values = [slot.value for slot in self.slots.values() if slot.is_made]
            self.slots.clear()
            return values


class Vault:
    """Compartments by session id. One per process; no session can name another's."""

    def __init__(self, root: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        base = root or Path(os.environ.get("LIFECYCLE_DATA_DIR", tempfile.gettempdir()))
        base.mkdir(parents=True, exist_ok=True)
        _clear_abandoned(base)
        self._root = Path(tempfile.mkdtemp(prefix=f"{ROOT_PREFIX}{os.getpid()}-", dir=base))
        self._clock = clock
        self._compartments: dict[str, _Compartment] = {}
        self._lock = threading.Lock()

    def _open(self, session: str) -> _Compartment:
        with self._lock:
            if session not in self._compartments:
                folder = Path(tempfile.mkdtemp(dir=self._root))
                self._compartments[session] = _Compartment(folder, self._clock())
            compartment = self._compartments[session]
            compartment.last_used = self._clock()
            return compartment

    def keep_file(self, session: str, name: str, content: memoryview) -> Path:
        """Write a file into a folder of its own, under the user's name for it less what a path could be made of."""
        kept = "".join(ch if ch.isalnum() or ch in "._- " else "_" for ch in Path(name).name)[-80:].lstrip(". ")
        path = Path(tempfile.mkdtemp(dir=self._open(session).folder)) / (kept or "file")
        path.write_bytes(content)
        return path

    def recall(self, session: str, key: Hashable, make: Callable[[], Any]) -> Any:
        """The session's value under ``key``, made once. Values with a ``close`` are closed when they leave."""
        compartment = self._open(session)
        slot = compartment.slot(key)
        with slot.lock:
            if not slot.is_made:
                slot.value = make()
                slot.n_bytes, slot.is_made = weight(slot.value), True
                for value in compartment.take_over_limit():
                    _close(value)
            return slot.value

    def forget(self, session: str) -> None:
        """Delete everything of a session: files and memory."""
        with self._lock:
            compartment = self._compartments.pop(session, None)
        if compartment is not None:
            for value in compartment.empty():
                _close(value)
            shutil.rmtree(compartment.folder, ignore_errors=True)

    def close(self) -> None:
        """Forget everybody and remove the vault's own folder; for the end of the process."""
        for name in list(self._compartments):
            self.forget(name)
        shutil.rmtree(self._root, ignore_errors=True)

    def sweep(self) -> list[str]:
        """Forget every session idle for longer than allowed; who they were."""
        now = self._clock()
        with self._lock:
            idle = [name for name, box in self._compartments.items() if now - box.last_used > IDLE_SECONDS]
        for name in idle:
            self.forget(name)
        return idle

    def sweep_forever(self) -> None:
        """Start the sweeper, a thread that ends with the process."""

        def run() -> None:
            while True:
                time.sleep(SWEEP_SECONDS)
                self.sweep()

        threading.Thread(target=run, name="vault-sweeper", daemon=True).start()


def _clear_abandoned(base: Path) -> None:
    """Remove the folders of processes that are gone: one that was killed could not clear up after itself."""
    for root in base.glob(f"{ROOT_PREFIX}*"):
        owner = root.name.removeprefix(ROOT_PREFIX).split("-")[0]
        if not owner.isdigit() or not _is_alive(int(owner)):
            shutil.rmtree(root, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it exists, and belongs to somebody else
        return True
    return True


def weight(value: Any) -> int:
    """The bytes of the pandas frames and arrays inside a value, looked for through data classes, tuples and dictionaries.

    What a text weighs beside its pointer is not counted. Nor are Arrow tables: those are what was read of the files, which
    every page needs, and not a result that could be made again in a moment.
    """
    if isinstance(value, pd.DataFrame):
        # column by column: pandas' own sum takes as long as many a result that is weighed
        return int(value.index.nbytes + sum(column.nbytes for _, column in value.items()))
    if isinstance(value, pd.Series):
        return int(value.index.nbytes + value.nbytes)
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, dict):
        return sum(weight(part) for part in value.values())
    if isinstance(value, list | tuple):
        return sum(weight(part) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return sum(weight(getattr(value, part.name)) for part in fields(value))
    return 0


def _is_open(value: Any) -> bool:
    return callable(getattr(value, "close", None))


def _close(value: Any) -> None:
    if _is_open(value):
        value.close()
