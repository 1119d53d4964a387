"""Every preset against a file made for it, whose truth was counted by hand; and every header against every preset.

A preset ``x`` has ``tests/core/presets/x.csv`` (or another ending) and ``x.toml`` with what must come out of it.
"""

import tomllib
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pytest

from clm_core.errors import InputError
from clm_core.ingest import ROLES, import_table, inspect
from clm_core.ingest.aliases import fold
from clm_core.ingest.presets import all_presets, plain_headers, recognise
from clm_core.ingest.presets.__main__ import imports_page

FIXTURES = Path(__file__).parent / "presets"
TRUTHS = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FIXTURES.glob("*.toml"))}
PRESETS = {preset.id: preset for preset in all_presets()}


def fixture(preset_id):
    (path,) = [path for path in FIXTURES.glob(f"{preset_id}.*") if path.suffix != ".toml"]
    return path


def test_every_preset_has_a_fixture_and_every_fixture_a_preset():
    assert set(TRUTHS) == set(PRESETS)


@pytest.mark.parametrize("preset_id", PRESETS)
def test_a_fixture_is_recognised_as_its_own_export_and_as_no_other(preset_id):
    found = inspect([fixture(preset_id)])
    assert found.preset is not None
    assert found.preset.id == preset_id
    names = [column.name for column in found.columns]
    for other in PRESETS.values():
        alone = recognise(names, [other])
        assert alone is None or other.id == preset_id, f"{other.id} claims the header of {preset_id}"


@pytest.mark.parametrize("preset_id", [key for key, truth in TRUTHS.items() if "refused" not in truth])
def test_a_fixture_is_read_to_its_truth(preset_id):
    truth, preset = TRUTHS[preset_id], PRESETS[preset_id]
    result = import_table([fixture(preset_id)], preset.table)
    assert result.rows_read == truth["rows_read"]
    assert Counter(result.set_aside["reason"].to_pylist()) == Counter(truth.get("reasons", {}))
    assert len(result.table) == truth["n_rows"]
    rows = result.table.to_pylist()
    for wanted in truth.get("rows", []):
        shown = [{name: as_text(row.get(name)) for name in wanted} for row in rows]
        assert {name: as_text(value) for name, value in wanted.items()} in shown
    if preset.table == "orders":
        check_orders(result, truth)
    for name, total in truth.get("sums", {}).items():
        assert sum(row[name] or 0 for row in rows) == pytest.approx(total, abs=1e-6), name
    for name, counts in truth.get("counts", {}).items():
        assert Counter(str(row[name]) for row in rows) == Counter(counts), name
    for code in truth.get("issues", []):
        assert code in {issue.code for issue in result.issues}


def check_orders(result, truth):
    table = result.table
    assert int(pc.sum(table["is_purchase"]).as_py() or 0) == truth["n_orders"]
    assert len(set(table["customer_id"].to_pylist())) == truth["n_customers"]
    assert result.currency == truth["currency"]
    if "revenue" in truth:
        assert round(sum(table["amount"].to_pylist()), 2) == truth["revenue"]


def as_text(value):
    """Moments in a truth are written as text, numbers as numbers."""
    return value.isoformat(sep=" ") if hasattr(value, "isoformat") else value


@pytest.mark.parametrize("preset_id", [key for key in PRESETS if PRESETS[key].table != "orders"])
def test_a_look_alike_is_refused_with_the_export_to_use(preset_id):
    preset = PRESETS[preset_id]
    with pytest.raises(InputError) as refusal:
        import_table([fixture(preset_id)], "orders")
    told = str(refusal.value)
    assert preset.title in told
    assert (preset.instead or "Give this file as") in told


def test_presets_name_roles_and_tell_where_they_come_from():
    for preset in PRESETS.values():
        assert preset.menu
        assert preset.recognised_by
        assert preset.traps
        assert preset.table or preset.instead


def test_plain_headers_are_folded_and_name_roles():
    for kind, roles in ROLES.items():
        assert set(plain_headers(kind)) <= {role.name for role in roles}
        assert all(word == fold(word) for words in plain_headers(kind).values() for word in words)


def test_the_page_of_known_exports_is_as_printed():
    page = Path(__file__).parents[2] / "docs" / "imports.md"
    assert page.read_text(encoding="utf-8") == imports_page()
