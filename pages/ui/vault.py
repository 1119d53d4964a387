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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT_PREFIX = "lifecycle-workbench-"
IDLE_SECONDS = 60 * 60
SWEEP_SECONDS = 60
MOST_VALUES = 12
"""Results kept per session: a handful of settings back and forth; the eldest go first."""


@dataclass
class _Compartment:
    folder: Path
    last_used: float
    values: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    lock: threading.RLock = field(default_factory=threading.RLock)


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
        with compartment.lock:
            if key not in compartment.values:
                compartment.values[key] = make()
                while len(compartment.values) > MOST_VALUES:
                    _close(compartment.values.popitem(last=False)[1])
            compartment.values.move_to_end(key)
            return compartment.values[key]

    def forget(self, session: str) -> None:
        """Delete everything of a session: files and memory."""
        with self._lock:
            compartment = self._compartments.pop(session, None)
        if compartment is not None:
            with compartment.lock:
                for value in compartment.values.values():
                    _close(value)
                compartment.values.clear()
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


def _close(value: Any) -> None:
    close = getattr(value, "close", None)
    if callable(close):
        close()
