"""A table of contracts: read, and learned from."""

from __future__ import annotations

from clm_core.contracts import Contracts, Learned, Roles, learn, prepare
from clm_core.ingest.one_table import OneTable, read_one_table
from pages.ui import state
from pages.ui.cached.recall import recall
from pages.ui.state import SourceFile


def contract_table(file: SourceFile) -> OneTable:
    """The file as one table with its own columns.

    Raises
    ------
    InputError
        When the file holds no table.
    """
    hashes = state.hashes_emails()
    key = (file.digest, hashes)
    return recall(
        "Reading the table", key, lambda: read_one_table([file.path], hash_emails=hashes), is_common=_is_sample(file)
    )


def learned_contracts(file: SourceFile, roles: Roles, window_days: int) -> tuple[Contracts, Learned]:
    """The table made ready, and the probability of each customer.

    Raises
    ------
    ClmError
        When nothing says who left, or too little is there to learn from.
    """

    def work() -> tuple[Contracts, Learned]:
        ready = prepare(contract_table(file).frame, roles, window_days=window_days)
        return ready, learn(ready)

    key = (file.digest, state.hashes_emails(), roles, window_days)
    return recall("Learning who leaves", key, work, is_common=_is_sample(file))


def _is_sample(file: SourceFile) -> bool:
    return file.path.parent == state.SAMPLE_FOLDER
