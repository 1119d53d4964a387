"""Every session key, and the only place that reads or writes one by name (widgets name theirs in `inputs`)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from clm_core.ingest import Mapping, TableKind
from clm_core.personas import Persona, default_personas
from clm_core.recipe import Recipe, read_recipe

SAMPLE_FOLDER = Path(__file__).parents[2] / "sample_data"
SAMPLE_NAME = "shop"

SESSION_ID = "session_id"
FILES = "files"
MAPPINGS = "mappings"
PERSONAS = "personas"
IS_SAMPLE = "is_sample"
UPLOADER_VERSION = "uploader_version"
NOTICE = "notice"


@dataclass(frozen=True)
class SourceFile:
    """One file of the session: where it lies, what the user calls it, and a fingerprint of its bytes."""

    kind: TableKind
    name: str
    path: Path
    digest: str


def session_id() -> str:
    """An unguessable name for this browser session's private data."""
    return str(st.session_state.setdefault(SESSION_ID, secrets.token_urlsafe(24)))


def files() -> tuple[SourceFile, ...]:
    """The files of this session; empty before anything was loaded."""
    return tuple(st.session_state.get(FILES, ()))


def names_by_table() -> dict[str, list[str]]:
    """The users' names of the files, by table."""
    names: dict[str, list[str]] = {}
    for file in files():
        names.setdefault(file.kind, []).append(file.name)
    return names


def set_files(chosen: tuple[SourceFile, ...], *, is_sample: bool = False) -> None:
    """Replace the session's files; what was chosen for the old ones (columns, the sample's personas) goes with them."""
    if bool(st.session_state.get(IS_SAMPLE, False)) != is_sample or not chosen:
        st.session_state.pop(PERSONAS, None)
        st.session_state.pop(MAPPINGS, None)
    st.session_state[FILES] = chosen
    st.session_state[IS_SAMPLE] = is_sample


def forget_mapping(kind: TableKind) -> None:
    """Columns chosen for a file mean nothing for the next one."""
    st.session_state[MAPPINGS] = {known: mapping for known, mapping in mappings().items() if known != kind}


def remove_files(kind: TableKind) -> None:
    """Take the files of one table out."""
    forget_mapping(kind)
    set_files(tuple(file for file in files() if file.kind != kind), is_sample=is_sample() and kind != "orders")


def is_sample() -> bool:
    """True while the sample shop is loaded."""
    return bool(st.session_state.get(IS_SAMPLE, False))


def is_whole_sample() -> bool:
    """True while every file is the sample's own, read as guessed."""
    return is_sample() and not mappings() and all(file.path.parent == SAMPLE_FOLDER for file in files())


def mappings() -> dict[TableKind, Mapping]:
    """Corrections of the guessed columns, by table."""
    return dict(st.session_state.get(MAPPINGS, {}))


def set_mapping(kind: TableKind, mapping: Mapping) -> None:
    """Keep a correction."""
    st.session_state[MAPPINGS] = {**mappings(), kind: mapping}


def personas() -> tuple[Persona, ...]:
    """The user's personas, in their order."""
    return tuple(st.session_state.get(PERSONAS, default_personas()))


def set_personas(chosen: tuple[Persona, ...]) -> None:
    """Keep the user's personas."""
    st.session_state[PERSONAS] = chosen


def uploader_key(kind: TableKind) -> str:
    """A key that changes after each upload, so that the uploader lets the bytes go."""
    return f"upload_{kind}_{st.session_state.get(UPLOADER_VERSION, 0)}"


def renew_uploaders() -> None:
    """Empty every uploader."""
    st.session_state[UPLOADER_VERSION] = st.session_state.get(UPLOADER_VERSION, 0) + 1


def notice() -> str:
    """A message left by the run before, once."""
    return str(st.session_state.pop(NOTICE, ""))


def leave_notice(text: str) -> None:
    """Say something on the next run."""
    st.session_state[NOTICE] = text


def load_sample() -> None:
    """Take the sample shop's files and personas into this session."""
    found = {"orders": "orders.csv*", "customers": "customers.csv*", "events": "events.csv*", "spend": "spend.csv*"}
    chosen = [
        SourceFile(kind, path.name, path, hashlib.sha256(path.read_bytes()).hexdigest())  # type: ignore[arg-type]
        for kind, pattern in found.items()
        for path in sorted(SAMPLE_FOLDER.glob(pattern))
    ]
    set_files(tuple(chosen), is_sample=True)
    set_personas(sample_recipe().personas)


def sample_recipe() -> Recipe:
    """The recipe that comes with the sample shop."""
    return read_recipe(SAMPLE_FOLDER / "recipe.toml")
