"""The exports that are known by name: what each is recognised by, and how its rows are to be read.

Each preset is one TOML file of this folder; files called ``words_…`` hold translations, so that a preset names a column once in
English. Headers are compared folded (lower case, letters and digits only) and by meaning, never by position.
"""

from clm_core.ingest.presets.load import all_presets, known_headers, load_preset, plain_headers
from clm_core.ingest.presets.model import Preset
from clm_core.ingest.presets.recognise import check_kind, column_for, folded_header, recognise

__all__ = [
    "Preset",
    "all_presets",
    "check_kind",
    "column_for",
    "folded_header",
    "known_headers",
    "load_preset",
    "plain_headers",
    "recognise",
]
