"""Every session key, and the only place that reads or writes one by name (widgets name theirs where they are drawn).

The table of contracts, which is no part of the shop's files, has its keys in `contract_file`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from clm_core.errors import ClmError
from clm_core.frameworks import Draft
from clm_core.gaps import Changes
from clm_core.gaps.rooms import OpenedRoom
from clm_core.ingest import Inspection, Mapping, Preset, TableKind
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
REFUSED = "refused"
CANCELLED = "cancelled"
HASH_EMAILS = "hash_emails"
RECIPE = "recipe"
HANDLES = "limit_handles"
RULE_FILE = "rule_file"
GAP_SCORES = "gap_scores"
GAP_CHANGES = "gap_changes"
PLANNED = "planned"
CARD_EDITS = "card_edits"
ROOM = "room_key"
ROOM_FAULT = "room_fault"
DRAFT = "draft"
OPEN_PART = "open_part"
CUSTOMER = "customer"
DISCOUNT = "discount"


@dataclass(frozen=True)
class Look:
    """What a first look into one file found: the export it is, where it is known by name, its columns, how many have a role."""

    preset: Preset | None
    columns: tuple[str, ...]
    n_roles: int

    @classmethod
    def of(cls, found: Inspection) -> Look:
        """The parts of an inspection that are told for each file."""
        names = tuple(column.name for column in found.columns)
        return cls(found.preset, names, len(found.guess.mapping.columns))


@dataclass(frozen=True)
class SourceFile:
    """One file of the session: where it lies, what the user calls it, a fingerprint of its bytes, what it was taken for."""

    kind: TableKind
    name: str
    path: Path
    digest: str
    look: Look | None = None


@dataclass(frozen=True)
class Handles:
    """Limits drawn on a picture where they can be dragged, which drawing of it this is, and where they were last seen."""

    number: int
    days: dict[str, float]
    seen: dict[str, float]

    @property
    def key(self) -> str:
        """The key of the picture: each drawing is a widget of its own, so that the browser forgets what was dragged before."""
        return f"limit_handles_{self.number}"


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


def missing_orders() -> str:
    """What to say first while there are files and none of them holds orders; else nothing."""
    return "" if any(file.kind == "orders" for file in files()) else "One file is missing."


def set_files(chosen: tuple[SourceFile, ...], *, is_sample: bool = False) -> None:
    """Replace the session's files; what was chosen for the old ones (columns, the sample's personas) goes with them."""
    if bool(st.session_state.get(IS_SAMPLE, False)) != is_sample or not chosen:
        st.session_state.pop(PERSONAS, None)
        st.session_state.pop(MAPPINGS, None)
        st.session_state.pop(CUSTOMER, None)
    st.session_state[FILES] = chosen
    st.session_state[IS_SAMPLE] = is_sample


def forget_mapping(kind: TableKind) -> None:
    """Columns chosen for a file mean nothing for the next one."""
    st.session_state[MAPPINGS] = {known: mapping for known, mapping in mappings().items() if known != kind}


def keep_fitting_mapping(kind: TableKind, columns: tuple[str, ...]) -> bool:
    """Keep the choices for a table when a new file has every column they name, as next month's export does; else forget."""
    mapping = mappings().get(kind)
    if mapping is not None and not set(mapping.columns.values()) <= set(columns):
        forget_mapping(kind)
    return mapping is not None and kind in mappings()


def remove_files(kind: TableKind) -> None:
    """Take the files of one table out."""
    forget_mapping(kind)
    set_files(tuple(file for file in files() if file.kind != kind), is_sample=is_sample() and kind != "orders")


def is_sample() -> bool:
    """True while the sample shop is loaded."""
    return bool(st.session_state.get(IS_SAMPLE, False))


def is_whole_sample() -> bool:
    """True while every file is the sample's own, read as guessed."""
    return (
        is_sample()
        and not mappings()
        and not hashes_emails()
        and all(file.path.parent == SAMPLE_FOLDER for file in files())
    )


def mappings() -> dict[TableKind, Mapping]:
    """Corrections of the guessed columns, by table."""
    return dict(st.session_state.get(MAPPINGS, {}))


def set_mapping(kind: TableKind, mapping: Mapping) -> None:
    """Keep a correction."""
    st.session_state[MAPPINGS] = {**mappings(), kind: mapping}


def hashes_emails() -> bool:
    """True when every e-mail is read as its SHA-256."""
    return bool(st.session_state.get(HASH_EMAILS, False))


def set_hash_emails(chosen: bool) -> None:
    """Choose whether e-mails are replaced while reading."""
    st.session_state[HASH_EMAILS] = chosen


def cancel(key: Hashable) -> None:
    """Remember that reading under this key was ended by the user, so that it does not begin again by itself."""
    st.session_state[CANCELLED] = key


def is_cancelled(key: Hashable) -> bool:
    """True when the user ended the reading under this key."""
    return bool(st.session_state.get(CANCELLED) == key)


def resume() -> None:
    """Let what was cancelled be read after all."""
    st.session_state.pop(CANCELLED, None)


def refused() -> tuple[tuple[str, ClmError], ...]:
    """Names of the files that were last dropped and not kept, each with the reason."""
    return tuple(st.session_state.get(REFUSED, ()))


def set_refused(files: tuple[tuple[str, ClmError], ...]) -> None:
    """Keep why files were refused until the next ones arrive."""
    st.session_state[REFUSED] = files


def leave_recipe(recipe: Recipe) -> None:
    """Have a recipe applied on the next run, before any widget exists."""
    st.session_state[RECIPE] = recipe


def take_recipe() -> Recipe | None:
    """The recipe left by the run before, once."""
    taken = st.session_state.pop(RECIPE, None)
    return taken if isinstance(taken, Recipe) else None


def set_mappings(chosen: dict[TableKind, Mapping]) -> None:
    """Replace every choice of columns and rows."""
    st.session_state[MAPPINGS] = dict(chosen)


def personas() -> tuple[Persona, ...]:
    """The user's personas, in their order."""
    return tuple(st.session_state.get(PERSONAS, default_personas()))


def set_personas(chosen: tuple[Persona, ...]) -> None:
    """Keep the user's personas."""
    st.session_state[PERSONAS] = chosen


def handles() -> Handles:
    """The limits as last drawn on the return curve."""
    drawn = st.session_state.get(HANDLES)
    return drawn if isinstance(drawn, Handles) else Handles(0, {}, {})


def set_handles(drawn: Handles) -> None:
    """Keep what was drawn."""
    st.session_state[HANDLES] = drawn


def rule_file() -> str:
    """The text of the framework file that was dropped to compare with, or nothing."""
    return str(st.session_state.get(RULE_FILE, ""))


def set_rule_file(text: str) -> None:
    """Keep the text of a framework file."""
    st.session_state[RULE_FILE] = text


def gap_scores(catalogue_id: str) -> dict[tuple[str, str], float]:
    """What this session scored of a catalogue: (activity, measure) → score."""
    scored: dict[str, dict[tuple[str, str], float]] = st.session_state.get(GAP_SCORES, {})
    return dict(scored.get(catalogue_id, {}))


def set_gap_scores(catalogue_id: str, scores: dict[tuple[str, str], float]) -> None:
    """Keep scores; those of other catalogues stay."""
    st.session_state[GAP_SCORES] = {**st.session_state.get(GAP_SCORES, {}), catalogue_id: scores}


def gap_changes(catalogue_id: str) -> Changes:
    """What this session added, hid and renamed in a catalogue."""
    changes: Changes = st.session_state.get(GAP_CHANGES, {}).get(catalogue_id, Changes())
    return changes


def set_gap_changes(catalogue_id: str, changes: Changes) -> None:
    """Keep a session's own view of a catalogue."""
    st.session_state[GAP_CHANGES] = {**st.session_state.get(GAP_CHANGES, {}), catalogue_id: changes}


def planned() -> tuple[str, ...] | None:
    """The activities chosen for the plan, or None before anything was chosen."""
    return st.session_state.get(PLANNED)


def set_planned(chosen: tuple[str, ...]) -> None:
    """Keep what is to be planned."""
    st.session_state[PLANNED] = chosen


def card_edits() -> dict[str, dict[str, object]]:
    """What was typed into cards of the plan, by activity."""
    return dict(st.session_state.get(CARD_EDITS, {}))


def set_card_edits(edits: dict[str, dict[str, object]]) -> None:
    """Keep what was typed into cards."""
    st.session_state[CARD_EDITS] = edits


def room() -> OpenedRoom | None:
    """The room this session facilitates. Its key stays out of the address, which a projector shows."""
    return st.session_state.get(ROOM)


def set_room(opened: OpenedRoom | None) -> None:
    """Keep the facilitator's code and key, or let them go."""
    st.session_state[ROOM] = opened


def leave_room_fault(fault: ClmError) -> None:
    """Have a score that was not taken told on the next run."""
    st.session_state[ROOM_FAULT] = fault


def take_room_fault() -> ClmError | None:
    """Why the last score was not taken, once."""
    taken = st.session_state.pop(ROOM_FAULT, None)
    return taken if isinstance(taken, ClmError) else None


def draft() -> Draft | None:
    """The framework in hand with the steps before it; nothing before anybody asked for one."""
    held = st.session_state.get(DRAFT)
    return held if isinstance(held, Draft) else None


def set_draft(held: Draft) -> None:
    """Keep the framework in hand."""
    st.session_state[DRAFT] = held


def open_part() -> str:
    """The one rule, stage or limit that is open for editing, by its place in the definition."""
    return str(st.session_state.get(OPEN_PART, ""))


def set_open_part(place: str) -> None:
    """Open one part and close the others; nothing closes all."""
    st.session_state[OPEN_PART] = place


def customer() -> str:
    """Whom the page about one customer shows; empty before anyone was chosen. It never stands in an address."""
    return str(st.session_state.get(CUSTOMER) or "")


def discount_rate() -> float:
    """By how much money a year ahead is worth less; the field that asks for it is in percent."""
    percent = st.session_state.get(DISCOUNT, 0)
    return float(percent) / 100 if isinstance(percent, int | float) and 0 <= percent < 100 else 0.0


def choose_customer(customer_id: str) -> None:
    """Have the page about one customer show this one."""
    st.session_state[CUSTOMER] = customer_id


def uploader_key(name: str) -> str:
    """A key that changes after each upload, so that the uploader lets the bytes go."""
    return f"upload_{name}_{st.session_state.get(UPLOADER_VERSION, 0)}"


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
    set_files(_sample_files(), is_sample=True)
    set_personas(sample_recipe().personas)


@cache
def _sample_files() -> tuple[SourceFile, ...]:
    found = {"orders": "orders.csv*", "customers": "customers.csv*", "events": "events.csv*", "spend": "spend.csv*"}
    return tuple(
        SourceFile(kind, path.name, path, hashlib.sha256(path.read_bytes()).hexdigest())  # type: ignore[arg-type]
        for kind, pattern in found.items()
        for path in sorted(SAMPLE_FOLDER.glob(pattern))
    )


@cache
def sample_recipe() -> Recipe:
    """The recipe that comes with the sample shop."""
    return read_recipe(SAMPLE_FOLDER / "recipe.toml")
