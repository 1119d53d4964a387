"""Bytes to canonical tables: open any file, guess what its columns mean, account for every row."""

from clm_core.ingest.canonical import Imported, import_table
from clm_core.ingest.dialect import Dialect
from clm_core.ingest.guess import Guess
from clm_core.ingest.inspection import Inspection, inspect
from clm_core.ingest.mapping import Mapping
from clm_core.ingest.presets import Preset, all_presets, load_preset
from clm_core.ingest.profile import ColumnProfile
from clm_core.ingest.roles import ORDER_ROLES, ROLES, Role, TableKind

__all__ = [
    "ORDER_ROLES",
    "ROLES",
    "ColumnProfile",
    "Dialect",
    "Guess",
    "Imported",
    "Inspection",
    "Mapping",
    "Preset",
    "Role",
    "TableKind",
    "all_presets",
    "import_table",
    "inspect",
    "load_preset",
]
