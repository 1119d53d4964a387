"""What the session's files hold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import streamlit as st

from clm_core.completeness import History, completeness
from clm_core.errors import ClmError, InputError
from clm_core.ingest import Inspection, TableKind, inspect
from clm_core.ingest.watch import Cancelled
from clm_core.metrics import OrderFacts, order_facts
from clm_core.pipeline import Dataset, Sources, load_dataset
from clm_core.recipe import Recipe
from pages.ui import progress, state
from pages.ui.cached.recall import data_key, recall, vault
from pages.ui.state import SourceFile


@st.cache_resource(
    show_spinner="Reading the sample shop …", hash_funcs={SourceFile: lambda file: (file.kind, file.digest)}
)
def _sample(files: tuple[SourceFile, ...]) -> Dataset:
    """The sample shop's tables. They are immutable and nobody's secret, so all sessions share them."""
    return load_dataset(Sources(**{file.kind: (file.path,) for file in files}), Recipe())


def dataset(on_wait: Callable[[], Any] | None = None) -> Dataset:
    """The session's files as canonical tables, read in a thread whose progress is shown.

    ``on_wait`` is called when the reading turns out to take a while.

    Raises
    ------
    ClmError
        When there are no orders, a file cannot be used, or the user ended the reading.
    """
    if not any(file.kind == "orders" for file in state.files()):
        raise _no_orders()
    if state.is_whole_sample():
        return _sample(tuple(state.files()))
    key = data_key()
    if state.is_cancelled(key):
        raise Cancelled

    def read() -> Dataset | ClmError:
        by_kind: dict[str, Any] = {}
        for file in state.files():
            by_kind.setdefault(file.kind, []).append(file.path)
        sources = Sources(**{kind: tuple(paths) for kind, paths in by_kind.items()})
        recipe = Recipe(mapping=state.mappings(), hash_emails=state.hashes_emails())
        try:
            return progress.watched(
                "Reading the files",
                lambda watch: load_dataset(sources, recipe, watch),
                state.cancel,
                key,
                on_wait=on_wait,
            )
        except Cancelled:
            raise
        except ClmError as fault:  # kept too: what cannot be read would else be read again for every part of a page
            return fault

    made: Dataset | ClmError = vault().recall(state.session_id(), ("Reading the files", *key), read)
    if isinstance(made, ClmError):
        raise made.with_traceback(None)
    return made


def _no_orders() -> InputError:
    """What there is instead of orders, and where that system keeps them."""
    presets = [file.look.preset for file in state.files() if file.look and file.look.preset]
    told = {file.name: file.look.preset for file in state.files() if file.look}
    fault = InputError(
        "There are no orders yet, and every analysis begins with them.",
        found=", ".join(
            f"{file.name} ({preset.title}: {preset.lacks})"
            if (preset := told.get(file.name))
            else f"{file.name} ({file.kind})"
            for file in state.files()
        ),
        allowed="an export of orders: who bought, when, and for how much",
        next_step=next(
            (f"Add {preset.instead}." for preset in presets if preset.instead),
            "Add the orders that belong to these files.",
        ),
    )
    fault.table = "orders"
    return fault


def order_overview() -> tuple[OrderFacts, History]:
    """The figures of the orders file, and its orders over time."""
    tables = dataset().tables
    return recall("Counting orders", data_key(), lambda: (order_facts(tables), completeness(tables)), is_common=True)


def inspection(kind: TableKind) -> Inspection:
    """What was found in the files of one table before anything was decided; known already where reading went well."""
    with suppress(ClmError):
        return dataset().imported[kind].inspection
    paths = [file.path for file in state.files() if file.kind == kind]
    hash_emails = state.hashes_emails()
    key = (kind, hash_emails, *(file.digest for file in state.files() if file.kind == kind))
    return recall("Looking into the file", key, lambda: inspect(paths, kind, hash_emails=hash_emails))
