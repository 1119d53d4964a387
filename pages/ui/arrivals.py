"""Files that arrive: each is looked into, put to the table it feeds, or answered with the reason why it feeds none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from clm_core.errors import ClmError, InputError
from clm_core.ingest import ROLES, Inspection, TableKind
from clm_core.ingest.presets import check_kind
from clm_core.ingest.recognising.peek import peek
from clm_core.ingest.watch import Watch
from clm_core.wording import count
from pages.ui import progress, recipes, state, uploads
from pages.ui.state import Look, SourceFile

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

HELP = (
    "CSV, text, Excel or Parquet, also compressed, as your shop, mail tool, CRM or ad platform exports it. "
    "Several files of one shape are one history. A recipe.toml you saved before is applied."
)


def ask(label: str, key: str, kind: TableKind | None = None, *, adds: bool = False) -> None:
    """Show an uploader. ``kind`` is the table that unknown exports are for; ``adds`` keeps the files of that table."""
    given = st.file_uploader(
        label, type=uploads.FILE_TYPES, accept_multiple_files=True, key=state.uploader_key(key), help=HELP
    )
    if given:
        _take(given, kind, adds=adds)
        st.rerun()


def _take(given: list[UploadedFile], asked: TableKind | None, *, adds: bool) -> None:
    """Look into each file; what cannot be used is told and let go, the others go on."""
    arrived: list[SourceFile] = []
    refused: list[tuple[str, ClmError]] = []
    in_use = {file.digest for file in state.files()} if adds else set()
    for file in given:
        try:
            if _is_recipe(file):
                continue
            found = _look_into(uploads.spool(file), asked)
            if found.digest not in in_use | {other.digest for other in arrived}:
                _check_shape(found, [*arrived, *(state.files() if adds else ())])
                arrived.append(found)
        except ClmError as fault:
            refused.append((file.name, fault))
    if arrived:
        _put(arrived, asked, adds=adds)
    for file in filter(_is_recipe, given):  # after the files: its columns must be theirs
        try:
            state.leave_recipe(recipes.read(file.name, file.getvalue()))
        except ClmError as fault:
            refused.append((file.name, fault))
    state.set_refused(tuple(refused))
    state.renew_uploaders()
    for file in given:
        uploads.release(file)


def _is_recipe(file: UploadedFile) -> bool:
    return file.name.lower().endswith(".toml")


def _look_into(file: SourceFile, asked: TableKind | None) -> SourceFile:
    """The file with its table: the one that its export feeds; for unknown exports the one asked for, if it fits, or the guess."""
    found = _inspect(file, asked)
    if found.preset is not None:
        check_kind(found.preset, found.preset.table or asked or "orders", file.name)
        kind = found.preset.table or found.kind
        found = found if found.kind == kind else _inspect(file, kind)
    elif asked is not None and not _has_needed(found):
        guessed = _inspect(file, None)
        found = guessed if _has_needed(guessed) else found
    return SourceFile(found.kind, file.name, file.path, file.digest, Look.of(found))


def _inspect(file: SourceFile, kind: TableKind | None) -> Inspection:
    hash_emails = state.hashes_emails()

    def work(watch: Watch) -> Inspection:
        return peek(file.path, kind, hash_emails=hash_emails, watch=watch)

    return progress.watched(f"Looking into {file.name}", work, _let_go)


def _let_go() -> None:
    """Forget the files of an arrival that was cancelled."""
    state.renew_uploaders()
    state.leave_notice("Reading was cancelled; nothing was kept of these files.")


def _has_needed(found: Inspection) -> bool:
    given = {*found.guess.mapping.columns, *found.guess.mapping.constants}
    return all(role.name in given for role in ROLES[found.kind] if role.required)


def _check_shape(file: SourceFile, others: list[SourceFile]) -> None:
    """Raise InputError when a file of the same table has other columns: two shapes are no one history."""
    first = next((other for other in others if other.kind == file.kind and other.look), None)
    if first is None or file.look is None or first.look is None or set(first.look.columns) == set(file.look.columns):
        return
    raise InputError(
        f"'{file.name}' has other columns than '{first.name}', and both hold {file.kind}.",
        where=f"{file.name}, header",
        found=", ".join(file.look.columns),
        allowed=f"the columns of '{first.name}': {', '.join(first.look.columns)}",
        next_step="Give files of one export together, or choose to replace the files in use.",
    )


def _put(arrived: list[SourceFile], asked: TableKind | None, *, adds: bool) -> None:
    """Take the files into the session; those of the same table are replaced unless these are added to them."""
    kinds = {file.kind for file in arrived}
    # one's own orders take the place of the whole sample; another table joins the sample's orders
    leaves_sample = state.is_sample() and "orders" in kinds
    others = () if leaves_sample else tuple(file for file in state.files() if adds or file.kind not in kinds)
    state.set_files((*others, *arrived), is_sample=state.is_sample() and not leaves_sample)
    kept = [file.kind for file in arrived if file.look and state.keep_fitting_mapping(file.kind, file.look.columns)]
    told = []
    if moved := [file for file in arrived if asked and file.kind != asked]:
        told.append(", ".join(f"{file.name} holds {file.kind} and was put there" for file in moved) + ".")
    if kept:
        told.append(f"Read with your earlier choices for {' and '.join(sorted(set(kept)))}.")
    if told:
        state.leave_notice(" ".join([f"{count(len(arrived), 'file')} read.", *told]))
