"""A figure is taken apart so that its drawing stays while what it shows changes."""

import json
import re
from typing import Any

import pytest

from clm_core import charts
from tests.core.test_charts import COUNTS, FRAMEWORK, MOVES
from tests.core.test_charts_movement import FLOWS, STERNE

ARE = {"subtitle": "People by stage", "theme": "light"}
BEFORE = charts.before_after(COUNTS, COUNTS, FRAMEWORK, title="None moved", **ARE)
MORE = COUNTS.assign(n_customers=COUNTS["n_customers"] + 7)
MOVED = MOVES.assign(n_customers=[41, 35, 1400, 148, 3001, 825], rate=[1.0, 1.0, 0.905, 0.095, 0.785, 0.215])
PAIRS = {
    "before_after": (BEFORE, charts.before_after(COUNTS, MORE, FRAMEWORK, title="7 more", **ARE)),
    "move_matrix": tuple(charts.move_matrix(moves, FRAMEWORK, title="825 left", **ARE) for moves in (MOVES, MOVED)),
    "alluvial": tuple(
        charts.alluvial(FLOWS.assign(n_customers=n), STERNE, title="The widest band", **ARE)
        for n in ([10, 60, 30, 70, 30], [10, 50, 40, 70, 30])
    ),
}


def read_back(part: charts.Parts, expression: str) -> Any:
    """What an expression of this kind is in the browser."""
    row, cell = part.shown["words"].to_pylist()[0], r"data\('words'\)\[0\]\.(\w+)"
    lines = re.sub(rf"split\({cell}, '\\n'\)", lambda found: json.dumps(row[found[1]].split("\n")), expression)
    return json.loads(re.sub(cell, lambda found: json.dumps(row[found[1]]), lines))


@pytest.mark.parametrize(("one", "other"), PAIRS.values(), ids=PAIRS)
def test_other_numbers_leave_the_drawing_as_it_is(one: Any, other: Any) -> None:
    assert charts.apart(one).drawing == charts.apart(other).drawing
    assert charts.apart(one).shown != charts.apart(other).shown


@pytest.mark.parametrize("chart", [other for _, other in PAIRS.values()], ids=PAIRS)
def test_rows_title_and_lookups_are_told_apart_and_nothing_is_lost(chart: Any) -> None:
    spec, part = charts.written(chart), charts.apart(chart)
    *layers, unseen = part.drawing["layer"]
    assert [{**layer, "data": {"values": part.shown[layer["data"]["name"]].to_pylist()}} for layer in layers] == spec[
        "layer"
    ]
    assert unseen["data"] == {"name": "words"}
    assert read_back(part, part.drawing["title"]["text"]["expr"]) == [spec["title"]["text"]]
    for param, was in zip(part.drawing["params"], spec["params"], strict=True):
        assert param["name"] == was["name"]
        assert read_back(part, param["expr"]) == was["value"]
