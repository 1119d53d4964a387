"""Where workshop rooms are kept: a file beside the app, or the store that ROOMS_URL names. Open for as long as the process."""

from __future__ import annotations

import os
import time
from functools import cache
from pathlib import Path

from clm_core.gaps.rooms import Board, Database, OpenedRoom, open_database, open_room, sweep

ROOMS_FILE = Path(__file__).parents[2] / "rooms.db"


@cache
def rooms() -> Database:
    """The store, opened once and shared by everyone: whoever may see a room is decided by its codes."""
    return open_database(os.environ.get("ROOMS_URL") or f"sqlite:///{ROOMS_FILE}")


def now() -> int:
    """This moment, in seconds."""
    return int(time.time())


def open_new(board: Board) -> OpenedRoom:
    """A new room; those whose time is over go at the same time."""
    sweep(rooms(), now())
    return open_room(rooms(), board, now())
