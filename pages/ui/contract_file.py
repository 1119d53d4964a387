"""The table of contracts of a session: which file it is, and what its columns are for. It has nothing to do with the shop's orders."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import streamlit as st

from clm_core.contracts import WINDOW_DAYS, Roles
from pages.ui import state
from pages.ui.state import SourceFile

FILE, ROLES, WINDOW, CURRENCY = "contract_file", "contract_roles", "contract_window", "contract_currency"
SAMPLE_FILE = state.SAMPLE_FOLDER / "subscribers.csv"


def current() -> SourceFile | None:
    """The table in use: one's own, or the sample shop's subscribers while that shop is loaded or they were asked for."""
    held = st.session_state.get(FILE)
    if isinstance(held, SourceFile) and not held.path.exists():
        take(None)
        state.leave_notice("Your table was deleted from this server after an hour idle. Upload it again to go on.")
        held = None
    return held if isinstance(held, SourceFile) else _sample() if state.is_sample() else None


def is_own() -> bool:
    """True while a file of the visitor's own is held."""
    held = st.session_state.get(FILE)
    return isinstance(held, SourceFile) and held.path.parent != state.SAMPLE_FOLDER


def take(file: SourceFile | None) -> None:
    """Use another table, or none; what was chosen for the columns of the one before goes with it."""
    for key in (ROLES, WINDOW, CURRENCY):
        st.session_state.pop(key, None)
    st.session_state[FILE] = file


def load_sample() -> None:
    """Use the sample shop's subscribers."""
    take(_sample())


def roles() -> Roles | None:
    """What the visitor chose the columns to be; nothing before they did."""
    held = st.session_state.get(ROLES)
    return held if isinstance(held, Roles) else None


def window_days() -> int:
    """How many days before the end of the file are looked back on."""
    return int(st.session_state.get(WINDOW, WINDOW_DAYS))


def currency() -> str | None:
    """The currency that was chosen; nothing before one was."""
    return st.session_state.get(CURRENCY)


def choose(roles: Roles | None, window_days: int = WINDOW_DAYS, currency: str | None = None) -> None:
    """Keep a correction, or take all of them back."""
    st.session_state[ROLES], st.session_state[WINDOW], st.session_state[CURRENCY] = roles, window_days, currency


@cache
def _sample() -> SourceFile:
    return SourceFile(
        "customers", SAMPLE_FILE.name, Path(SAMPLE_FILE), hashlib.sha256(SAMPLE_FILE.read_bytes()).hexdigest()
    )
