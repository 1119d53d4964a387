"""Bytes to canonical tables: open any file, guess what its columns mean, account for every row."""

from clm_core.ingest.canonical import Imported, import_table
from clm_core.ingest.mapping import Mapping
from clm_core.ingest.presets import Preset, all_presets, load_preset
from clm_core.ingest.recognising.guess import Guess
from clm_core.ingest.recognising.inspection import Inspection, inspect
from clm_core.ingest.recognising.profile import ColumnProfile
from clm_core.ingest.roles import ORDER_ROLES, ROLES, Role, TableKind
from clm_core.ingest.splitting.dialect import Dialect

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
