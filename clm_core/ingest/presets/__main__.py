"""Print ``docs/imports.md``: ``python -m clm_core.ingest.presets``."""

from __future__ import annotations

import sys

from clm_core.ingest.presets.load import all_presets
from clm_core.ingest.presets.model import Preset

_HEAD = """\
# Exports known by name

Printed by `python -m clm_core.ingest.presets > docs/imports.md` from the definitions in `clm_core/ingest/presets/`; a test
holds the page against them. A file that is none of these is read all the same: its columns are recognised one by one, by
header words in nine languages and by what their cells look like.

To add an export, write `clm_core/ingest/presets/<id>.toml` (every field is described in `model.py` there), a file of 5 to 30
rows `tests/core/presets/<id>.csv`, and what must come out of it, counted by hand, in `tests/core/presets/<id>.toml`.
Translations of headers stand in `words_shops.toml` and `words_marketing.toml`: a preset names a column in English only.
Names are compared without case, blanks and punctuation; `*` stands for anything. A `/` separates names of which one is
enough.

| Export | Where it comes from | Recognised by | Feeds | Easily misread, read rightly here | Test |
|---|---|---|---|---|---|
"""


def imports_page() -> str:
    """The page as Markdown."""
    return _HEAD + "".join(_line(preset) for preset in all_presets())


def _line(preset: Preset) -> str:
    names = ", ".join(" / ".join(f"`{name}`" for name in group) for group in preset.recognised_by)
    feeds = preset.table or f"nothing: {preset.lacks}"
    cells = (preset.title, preset.menu, names, feeds, "; ".join(preset.traps), f"`tests/core/presets/{preset.id}`")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    sys.stdout.write(imports_page())
