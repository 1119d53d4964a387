"""Figures are held to their specification: order, colours, columns that travel, baselines, and words that can be read."""

from __future__ import annotations

import ast
import itertools
import json
import re
import time
import tomllib
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest
from altair.utils import schemapi

from clm_core import charts
from clm_core.charts.encode import amount_label, from_zero, month_labels, records, size_label
from clm_core.charts.margin import spread
from clm_core.charts.palette import ramp, text_on
from clm_core.charts.sheet import balanced, wrap
from clm_core.completeness import History
from clm_core.frameworks import load_framework, shipped_frameworks
from clm_core.rhythm import ProposedLimit, ReturnCurve

ROOT = Path(__file__).parents[2]
FRAMEWORK = load_framework("sterne_cutler")
STAGES = FRAMEWORK.stage_ids
THEMES: tuple[charts.Theme, ...] = ("light", "dark")
SECRET = "must not travel"

COUNTS = pd.DataFrame(
    {
        "stage": STAGES,
        "n_customers": [0, 12, 0, 1549, 3825, 2976, 15220],
        "share": [0.0, 0.0005, 0.0, 0.066, 0.162, 0.126, 0.646],
        "e_mail": SECRET,
    }
)
STOCK = pd.concat(
    [
        COUNTS.assign(as_of=date(1998, 5, 31), entered=0, arrived=40, left=20),
        COUNTS.assign(as_of=date(1998, 6, 30), entered=3, arrived=50, left=10),
    ],
    ignore_index=True,
)
MOVES = pd.DataFrame(
    {
        "from_stage": ["", "acquire", "retain", "retain", "loyal", "loyal"],
        "to_stage": ["acquire", "convert", "retain", "loyal", "loyal", "at_risk"],
        "n_customers": [40, 12, 1400, 149, 3000, 825],
        "rate": [1.0, 1.0, 0.904, 0.096, 0.784, 0.216],
        "e_mail": SECRET,
    }
)
PERSONAS = pd.DataFrame(
    {
        "persona": ["Racers", "Commuters who buy in spring", "Everyone else"],
        "n_customers": [1204, 18, 0],
        "share": [0.985, 0.015, 0.0],
        "churn_prob": [0.3, 0.5, None],
        "churn_prob_low": [0.25, 0.2, None],
        "churn_prob_high": [0.35, 0.8, None],
        "e_mail": SECRET,
    }
)
PERSONA_STAGES = pd.DataFrame(
    [
        {"persona": name, "stage": stage, "n_customers": n, "share": n / 70, "e_mail": SECRET}
        for name in ("Racers", "Everyone else")
        for stage, n in zip(STAGES, (0, 5, 5, 10, 10, 20, 20), strict=True)
    ]
)
CHURN = pd.DataFrame(
    {
        "stage": STAGES,
        "n_customers": COUNTS["n_customers"],
        "churn_prob": [None, 0.4, None, 0.35, 0.18, 0.62, 0.96],
        "churn_prob_low": [None, 0.2, None, 0.3, 0.15, 0.57, 0.94],
        "churn_prob_high": [None, 0.66, None, 0.41, 0.22, 0.66, 0.97],
        "e_mail": SECRET,
    }
)
BINS = pd.DataFrame(
    {
        "bin": [0, 1],
        "n_customers": [12, 236],
        "predicted": [0.1, 0.9],
        "observed": [0.2, 0.85],
        "observed_low": [0.05, 0.8],
        "observed_high": [0.4, 0.9],
        "e_mail": SECRET,
    }
)
GAINS = pd.DataFrame(
    {
        "model": ["By churn score"] * 3 + ["By chance"] * 3,
        "share_contacted": [0.0, 0.5, 1.0] * 2,
        "share_found": [0.0, 0.8, 1.0, 0.0, 0.5, 1.0],
        "e_mail": SECRET,
    }
)
VALUE = COUNTS.assign(
    spend_total=[0.0, 430.0, 0.0, 210e3, 1.5e6, 4e5, 9e5], expected_spend=[0, 120, 0, 42e3, 3e5, 6e4, 4e4]
)
STAKE = PERSONAS.assign(worth=[120e3, 500.0, 0.0], value_at_stake=[40e3, 100.0, 0.0])
CONCENTRATION = pd.DataFrame(
    {
        "kind": ["so far"] * 4 + ["expected"] * 3,
        "share_customers": [0.0, 0.1, 0.5, 1.0, 0.0, 0.2, 1.0],
        "share_spend": [0.0, 0.5, 1.1, 1.0, 0.0, 0.6, 1.0],
        "e_mail": SECRET,
    }
)
PAYBACK = pd.DataFrame({"month": [1, 2], "n_customers": [400, 380], "brought": [20.0, 31.0], "e_mail": SECRET})
TENURE = pd.DataFrame(
    {
        "segment": ["Month to month"] * 2 + ["Two years"] * 2,
        "tenure": [0, 1] * 2,
        "n_at_risk": [90, 80] * 2,
        "survival": [1.0, 0.6, 1.0, 0.62],
        "e_mail": SECRET,
    }
)
DECILES = pd.DataFrame(
    {"decile": [1, 2], "n_customers": [20, 300], "predicted": [1.5, 40.0], "actual": [1.0, 44.0], "e_mail": SECRET}
)
DRIVERS = pd.DataFrame({"feature": ["days since last order", "orders"], "weight": [0.8, -0.6], "e_mail": SECRET})
DAILY = pd.DataFrame(
    {
        "starts_on": pd.to_datetime(["1998-01-01", "1998-01-02", "1998-01-20"]),
        "ends_on": pd.to_datetime(["1998-01-01", "1998-01-02", "1998-01-20"]),
        "n_orders": [8, 5, 5],
        "is_partial": [False, False, True],
        "e_mail": SECRET,
    }
)
GAP = pd.DataFrame({"starts_on": [pd.Timestamp("1998-01-03")], "ends_on": [pd.Timestamp("1998-01-19")], "n_days": [17]})

CURVE = pd.DataFrame(
    {
        "days": [0, 1, 2, 3],
        "n_at_risk": [90, 80, 60, 40],
        "n_returned": [0, 8, 30, 0],
        "survival": [1.0, 0.9, 0.45, 0.45],
        "survival_low": [1.0, 0.8, 0.35, 0.35],
        "survival_high": [1.0, 0.95, 0.55, 0.55],
        "e_mail": SECRET,
    }
)
STRIP = pd.DataFrame(
    {
        "rule_set": ["90 / 365 days"] * 4,
        "rule": ["at risk after 90, lost after 365 days"] * 4,
        "role": ["active", "at_risk", "lost", "not_bought"],
        "n_customers": [100, 300, 595, 5],
        "share": [0.1, 0.3, 0.595, 0.005],
        "e_mail": SECRET,
    }
)
LIMIT_MOVES = pd.DataFrame(
    {
        "limit": ["at_risk_days"] * 2,
        "label": ["At risk after"] * 2,
        "step": [-0.5, 0.5],
        "value": [90.0, 270.0],
        "n_customers": pd.array([215, None], "Int64"),
        "share": pd.array([0.091, None], "Float64"),
        "e_mail": SECRET,
    }
)


def curve_of(table: pd.DataFrame, **given: Any) -> alt.LayerChart:
    curve = ReturnCurve(table, n_gaps=38 if len(table) else 0, n_censored=52)
    proposed = {"at_risk_days": ProposedLimit(1, 1, 2, 0.8)}
    return charts.return_curve(curve, {"at_risk_days": 1, "lost_days": 2}, proposed=proposed, **given)


def history_of(bars: pd.DataFrame, **given: Any) -> alt.LayerChart:
    return charts.orders_in_history(History("day", bars, GAP, 20, 17), **given)


Figure = Callable[..., alt.LayerChart]
FIGURES: dict[str, tuple[Figure, pd.DataFrame]] = {
    "stage_bars": (lambda f, **k: charts.stage_bars(f, FRAMEWORK, **k), COUNTS),
    "before_after": (lambda f, **k: charts.before_after(f, f, FRAMEWORK, **k), COUNTS),
    "stage_history": (lambda f, **k: charts.stage_history(f, FRAMEWORK, is_last_partial=True, **k), STOCK),
    "flow_bars": (lambda f, **k: charts.flow_bars(f, FRAMEWORK, "loyal", **k), STOCK),
    "move_matrix": (lambda f, **k: charts.move_matrix(f, FRAMEWORK, **k), MOVES),
    "persona_bars": (charts.persona_bars, PERSONAS),
    "group_stage_heat": (
        lambda f, **k: charts.group_stage_heat(f, FRAMEWORK, "persona", "Persona", **k),
        PERSONA_STAGES,
    ),
    "persona_dots": (lambda f, **k: charts.persona_dots(f, "churn_prob", **k), PERSONAS),
    "churn_by_stage": (lambda f, **k: charts.churn_by_stage(f, FRAMEWORK, **k), CHURN),
    "calibration": (charts.calibration, BINS),
    "gains": (charts.gains, GAINS),
    "total_value": (lambda f, **k: charts.total_value(f, FRAMEWORK, currency="GBP", **k), VALUE),
    "value_at_stake": (charts.value_at_stake, STAKE),
    "tenths": (lambda f, **k: charts.tenths(f, "money", **k), DECILES),
    "spend_concentration": (charts.spend_concentration, CONCENTRATION),
    "payback": (lambda f, **k: charts.payback(f, 28.0, currency="GBP", **k), PAYBACK),
    "tenure": (lambda f, **k: charts.tenure(f, "months", **k), TENURE),
    "drivers": (charts.drivers, DRIVERS),
    "orders_in_history": (history_of, DAILY),
    "return_curve": (curve_of, CURVE),
    "rule_set_strip": (charts.rule_set_strip, STRIP),
    "limit_moves": (charts.limit_moves, LIMIT_MOVES),
}
IN_STAGE_ROWS = ("stage_bars", "before_after", "churn_by_stage", "total_value")
PICKED = {"stage_bars": "stage", "stage_history": "stage", "move_matrix": "from_stage", "persona_bars": "persona"}


def spec_of(name: str, frame: pd.DataFrame | None = None, **more: Any) -> dict[str, Any]:
    figure, usual = FIGURES[name]
    given: dict[str, Any] = {"title": "A finding", "subtitle": "People by stage", "theme": "light", **more}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        spec: dict[str, Any] = figure(usual if frame is None else frame, **given).to_dict()
    return spec


def channels(spec: dict[str, Any], *names: str) -> Iterator[dict[str, Any]]:
    for layer in spec["layer"]:
        for name, channel in layer.get("encoding", {}).items():
            if name in names:
                yield channel


def cells(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for rows in spec["datasets"].values() for row in rows]


def every(part: Any, key: str) -> Iterator[dict[str, Any]]:
    """Each object in the specification that has the key."""
    children = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    if isinstance(part, dict) and key in part:
        yield part
    for child in children:
        yield from every(child, key)


def expressions(spec: dict[str, Any]) -> list[str]:
    drawn = {name: part for name, part in spec.items() if name not in ("datasets", "params")}
    return [str(part[key]) for key in ("expr", "labelExpr", "test") for part in every(drawn, key)]


def test_every_figure_is_offered_and_the_list_is_sorted() -> None:
    assert charts.__all__ == sorted(charts.__all__)
    assert set(FIGURES) <= set(charts.__all__)
    assert all(hasattr(charts, name) for name in charts.__all__)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", FIGURES)
def test_usual_data_zeros_one_row_and_none_are_drawn(name: str, theme: charts.Theme) -> None:
    usual = FIGURES[name][1]
    zeros = usual.copy()
    numbers = [column for column in usual.select_dtypes("number").columns if column not in ("decile", "bin")]
    zeros[numbers] = 0
    for frame in (usual, zeros, usual.head(1)):
        json.dumps(spec_of(name, frame, theme=theme), allow_nan=False)
    nothing = spec_of(name, usual.head(0), theme=theme)
    assert [layer["mark"]["type"] for layer in nothing["layer"]] == ["text"]
    assert nothing["title"]["text"] == "A finding"


@pytest.mark.parametrize("name", FIGURES)
def test_only_what_is_drawn_travels(name: str) -> None:
    spec = spec_of(name)
    assert SECRET not in json.dumps(spec)
    used = {channel["field"] for channel in every(spec["layer"], "field")}
    used |= {word for text in expressions(spec) for word in re.findall(r"datum\.(\w+?)(?:_narrow)?\b", text)}
    for row in cells(spec):
        assert {column.removesuffix("_narrow") for column in row} <= used


@pytest.mark.parametrize("name", IN_STAGE_ROWS)
def test_stages_stand_in_lifecycle_order_with_a_gap_before_those_off_the_path(name: str) -> None:
    domain = next(channels(spec_of(name), "y"))["scale"]["domain"]
    assert [stage for stage in domain if stage in STAGES] == STAGES
    assert domain.index("off the path") == domain.index("at_risk") - 1


def test_a_matrix_has_lifecycle_order_both_ways_and_newcomers_first() -> None:
    spec = spec_of("move_matrix")
    assert next(channels(spec, "x"))["scale"]["domain"] == STAGES
    assert next(channels(spec, "y"))["scale"]["domain"] == ["", *STAGES]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("framework", shipped_frameworks(), ids=lambda framework: framework.id)
def test_stages_have_the_colours_of_their_steps(framework: Any, theme: charts.Theme) -> None:
    counts = pd.DataFrame({"stage": framework.stage_ids, "n_customers": 40, "share": 0.1})
    spec = charts.stage_bars(counts, framework, title="", subtitle="", theme=theme).to_dict()
    scale = next(channels(spec, "color"))["scale"]
    steps = charts.PALETTES[theme].steps
    assert scale["domain"] == framework.stage_ids
    assert scale["range"] == [steps[stage.colour_step - 1] for stage in framework.stages]


def test_stage_names_are_shown_and_ids_are_not() -> None:
    names = next(param["value"] for param in spec_of("stage_bars")["params"] if param["name"] == "row_names")
    assert names["at_risk"] == ["At risk"]


@pytest.mark.parametrize("name", FIGURES)
def test_bars_start_at_zero(name: str) -> None:
    spec = spec_of(name)
    lookups = {param["name"]: param.get("value") for param in spec.get("params", [])}
    for layer in spec["layer"]:
        if layer["mark"]["type"] != "bar":
            continue
        for axis in ("x", "y"):
            channel = layer["encoding"].get(axis, {})
            if channel.get("type") == "quantitative":
                low, high = channel["scale"]["domain"]
                high = lookups[high["expr"]] if isinstance(high, dict) else high
                assert channel["scale"]["zero"] and low <= 0 < high


@pytest.mark.parametrize(("name", "field"), PICKED.items())
def test_a_page_can_ask_what_was_picked(name: str, field: str) -> None:
    picks = [param for param in spec_of(name, selectable=True)["params"] if "select" in param]
    assert [pick["name"] for pick in picks] == ["pick"]
    assert field in picks[0]["select"]["fields"]
    assert not [param for param in spec_of(name).get("params", []) if "select" in param]


def test_counts_and_shares_stand_at_the_bar_and_small_groups_are_marked() -> None:
    rows = {row["stage"]: row for row in cells(spec_of("stage_bars")) if "label" in row}
    assert rows["retain"]["label"] == "1,549 · 6.6 %"
    assert rows["acquire"]["label"] == "12 · 0.1 % (n<30)"
    assert rows["acquire"]["opacity"] < rows["retain"]["opacity"] == 1


def test_a_month_that_is_not_over_is_pale_and_said_so() -> None:
    spec = spec_of("stage_history")
    pale = {row["month"] for row in cells(spec) if row.get("opacity", 1) < 1}
    assert pale == {"Jun 1998"}
    assert "Jun 1998 is not over" in " ".join(spec["title"]["subtitle"])


def test_shares_fill_the_height() -> None:
    assert next(channels(spec_of("stage_history", measure="share"), "y"))["scale"]["domain"] == [0, 1]


def test_stayers_newcomers_and_small_groups_have_no_heat() -> None:
    fills = {
        (row["from_stage"], row["to_stage"]): row["fill"] for row in cells(spec_of("move_matrix")) if "fill" in row
    }
    quiet = charts.PALETTES["light"].quiet
    assert {key for key, fill in fills.items() if fill == quiet} == {
        ("", "acquire"),
        ("acquire", "convert"),
        ("retain", "retain"),
        ("loyal", "loyal"),
    }
    assert fills["loyal", "at_risk"] == ramp(1.0, "light")


def test_a_heat_map_says_which_end_of_its_colours_is_more() -> None:
    for theme, word in (("light", "Darker"), ("dark", "Brighter")):
        assert any(row.get("note", "").startswith(word) for row in cells(spec_of("move_matrix", theme=theme)))
        pale, strong = ramp(0, theme), ramp(1, theme)
        page = charts.PALETTES[theme].background
        assert charts.contrast(strong, page) > charts.contrast(pale, page)


def test_changes_between_two_rule_sets_are_signed() -> None:
    after = COUNTS.assign(n_customers=[0, 12, 0, 1861, 3825, 2976, 14908])
    chart = charts.before_after(COUNTS, after, FRAMEWORK, title="", subtitle="", theme="light")
    labels = {row["stage"]: row["label"] for row in cells(chart.to_dict()) if "label" in row}
    assert (labels["retain"], labels["loyal"], labels["lost"]) == ("1,861 (+312)", "3,825", "14,908 (−312)")


def test_estimates_tell_how_sure_they_are() -> None:
    labels = {row["stage"]: row["label"] for row in cells(spec_of("churn_by_stage")) if "label" in row}
    assert labels["loyal"] == "18 % (15–22 %)"
    assert labels["reach"] == "no score"


def test_a_gap_is_shaded_from_edge_to_edge_and_a_last_day_that_is_not_over_is_pale() -> None:
    spec = spec_of("orders_in_history")
    band = {"since": "1998-01-03T00:00:00", "until": "1998-01-20T00:00:00", "length": "17 days"}
    assert [row for row in cells(spec) if row.items() >= band.items()]
    assert {row["span"] for row in cells(spec) if row.get("opacity", 1) < 1} == {"20 January 1998"}
    assert "The last day is not over" in " ".join(spec["title"]["subtitle"])
    assert next(channels(spec, "x"))["scale"]["domain"] == ["1998-01-01T00:00:00", "1998-01-21T00:00:00"]


def test_limits_on_the_return_curve_can_be_dragged_and_nothing_else_moves_them() -> None:
    spec = spec_of("return_curve")
    grips = {param["name"]: param for layer in spec["layer"] for param in layer.get("params", [])} or {
        param["name"]: param for param in spec["params"] if "select" in param
    }
    assert list(grips) == ["at_risk_days", "lost_days"]
    for days, grip in zip((1, 2), grips.values(), strict=True):
        assert sum(grip["value"]["x"]) / 2 == pytest.approx(days)
        told = {name: grip["select"][name] for name in ("type", "encodings", "zoom", "clear")}
        assert told == {"type": "interval", "encodings": ["x"], "zoom": False, "clear": False}
        assert grip["select"]["on"].startswith("[pointerdown[false]")
    assert any("of returns by then" in text for text in expressions(spec))
    assert {row["said"] for row in cells(spec) if "halo" in row} == {"At risk after", "Lost after"}
    assert {row["said"] for row in cells(spec) if "interval" in row} == {"80 % of returns within 1 day"}
    told = " ".join(spec["title"]["subtitle"]).replace("\N{NO-BREAK SPACE}", " ")
    assert "Dashed: 55 % are ever followed, as far as is known" in told


def test_a_curve_without_limits_has_nothing_to_drag() -> None:
    curve = ReturnCurve(CURVE, n_gaps=38, n_censored=52)
    spec = charts.return_curve(curve, {}, title="t", subtitle="s", theme="light").to_dict()
    assert not [param for param in spec["params"] if "select" in param]


def test_every_part_of_a_strip_has_its_number_in_or_beside_the_bar() -> None:
    spec = spec_of("rule_set_strip")
    ends = {row["name"]: (row["label"], pytest.approx(row["end"])) for row in cells(spec) if "name" in row}
    assert ends == {
        "Active": ("10.0 %", 0.1), "At risk": ("30.0 %", 0.4), "Lost": ("59.5 %", 0.995), "Not bought": ("0.5 %", 1.0),
    }  # fmt: skip
    head = next(row for row in cells(spec) if "beside" in row)
    assert head["rule"] == "at risk after 90, lost after 365 days"
    assert (head["beside"], head["on_phone"]) == ("Not bought 0.5 %", "Active 10.0 %, Not bought 0.5 %")
    assert next(channels(spec, "color"))["scale"]["domain"] == ["Active", "At risk", "Lost", "Not bought"]


def test_a_move_that_is_not_possible_is_a_dash_and_said_so() -> None:
    spec = spec_of("limit_moves")
    shown = {row["step"]: (row["top"], row["to"]) for row in cells(spec)}
    assert shown == {"−50\N{NO-BREAK SPACE}%": ("215", "to 90"), "+50\N{NO-BREAK SPACE}%": ("–", "to 270")}
    assert "Dash: not possible" in " ".join(spec["title"]["subtitle"])


def test_words_of_users_are_data_and_never_part_of_an_expression() -> None:
    nasty = "x'] || alert(1) || ['"
    renamed = PERSONAS.assign(persona=[nasty, "b", "c"])
    spec = spec_of("persona_bars", renamed, title=f"{nasty} is by far the largest of all the personas")
    assert not [text for text in expressions(spec) if "alert" in text]
    assert nasty in {row.get("persona") for row in cells(spec)}


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read_wherever_it_stands(theme: charts.Theme) -> None:
    palette = charts.PALETTES[theme]
    for colour in (palette.text, palette.muted):
        assert charts.contrast(colour, palette.background) >= 4.5
    assert charts.contrast(palette.muted, palette.quiet) >= 4.5
    for place in range(101):
        fill = ramp(place / 100, theme)
        assert charts.contrast(text_on(fill, theme), fill) >= 4.5
    for colour in (palette.accent, palette.raises, palette.lowers):
        assert charts.contrast(colour, palette.background) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_the_app_and_the_charts_have_the_same_colours(theme: charts.Theme) -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"][theme]
    palette = charts.PALETTES[theme]
    assert config["backgroundColor"] == palette.background
    assert config["textColor"] == palette.text
    assert tuple(config["chartCategoricalColors"]) == palette.steps
    assert tuple(config["chartSequentialColors"]) == palette.sequential
    assert len(config["chartDivergingColors"]) == 10
    for page, words in (("backgroundColor", "textColor"), ("secondaryBackgroundColor", "textColor")):
        assert charts.contrast(config[page], config[words]) >= 4.5
        assert charts.contrast(config["sidebar"][page], config["sidebar"][words]) >= 4.5
    assert charts.contrast(config["backgroundColor"], config["linkColor"]) >= 4.5
    assert charts.contrast(config["primaryColor"], "#FFFFFF") >= 4.5
    assert charts.contrast(config["dataframeHeaderBackgroundColor"], config["dataframeHeaderTextColor"]) >= 4.5
    assert charts.contrast(config["codeBackgroundColor"], config["codeTextColor"]) >= 4.5


def test_channels_are_spelled_out() -> None:
    for path in sorted((ROOT / "clm_core" / "charts").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            first = node.args[0] if node.args else None
            is_channel = isinstance(node.func.value, ast.Name) and node.func.value.id == "alt"
            is_channel = is_channel and node.func.attr[:1].isupper() and not node.func.attr.endswith(("Value", "Ref"))
            assert not (is_channel and isinstance(first, ast.Constant)), f"{path.name}:{node.lineno}"
            if node.func.attr == "encode":
                values = [keyword.value for keyword in node.keywords]
                assert not any(isinstance(value, ast.Constant) for value in values), f"{path.name}:{node.lineno}"


def with_rows(spec: dict[str, Any]) -> dict[str, Any]:
    """What altair writes, with the rows in the layers that draw them, and without the sizes that altair adds to every view."""
    rows = spec.pop("datasets")
    for part in (spec, *spec.get("layer", ())):
        if "data" in part:
            part["data"] = {"values": list(rows[part["data"]["name"]])}
    spec["config"]["view"] = {
        name: value for name, value in spec["config"]["view"].items() if not name.startswith("continuous")
    }
    return spec


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_written_as_altair_writes_it_and_in_a_moment(name: str) -> None:
    figure, usual = FIGURES[name]
    with schemapi.debug_mode(False):  # as the app makes them: the other tests hold them against the specification
        times = []
        for _ in range(4):
            start = time.process_time()
            chart = figure(usual, title="A finding", subtitle="People by stage", theme="light")
            spec = charts.written(chart)
            times.append(time.process_time() - start)
    assert spec == with_rows(chart.to_dict(validate=False))
    assert json.loads(json.dumps(spec)) == spec
    assert min(times) < 0.05


def test_long_titles_are_broken_into_lines_of_like_length_that_fit_a_phone() -> None:
    title = "4,812 customers are more likely to leave than to stay in the next 90 days"
    lines = spec_of("stage_bars", title=title)["title"]["text"]
    assert " ".join(lines) == title
    assert max(map(len, lines)) <= 42
    assert spec_of("stage_bars")["title"]["text"] == "A finding"


def test_alternative_text_is_the_finding_and_the_measure() -> None:
    assert charts.alt_text("Lost is largest: 64.6 %", "People by stage.") == "Lost is largest: 64.6 %. People by stage."
    assert charts.alt_text("Only a title", "") == "Only a title."


def test_lines_are_balanced() -> None:
    assert wrap("", 10) == [""]
    assert balanced("one two three four", 14) == ["one two", "three four"]


def test_labels_in_the_margin_do_not_touch_and_stay_near() -> None:
    placed = spread([5.0, 6.0, 200.0], [16.0, 16.0, 16.0], 200)
    assert all(later - earlier >= 16 for earlier, later in itertools.pairwise(placed))
    assert placed[-1] <= 200


def test_plain_values_and_words() -> None:
    frame = pd.DataFrame({"a": [1.0, float("nan")], "b": ["x", None]})
    assert records(frame, ["a", "b"]) == [{"a": 1.0, "b": "x"}, {"a": None, "b": None}]
    assert from_zero([]) == [0.0, 1.0]
    assert from_zero([-2, 3, None]) == [-2.0, 3.0]
    assert month_labels([date(2025, 12, 31), date(2026, 2, 28)]) == ["Dec 2025", "Jan 2026", "Feb 2026"]
    assert size_label(12) == "n 12 (n<30)"
    assert size_label(None) == "n 0"
    assert amount_label(0, "GBP") == "£0"
