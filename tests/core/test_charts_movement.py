"""Figures of movement: what is written beside the marks, what is pale or grey, and that only what is drawn travels."""

import datetime as dt
import json
import re

import pandas as pd
import pytest

from clm_core import charts
from clm_core.charts.palette import ramp
from clm_core.compare import Comparison
from clm_core.frameworks import load_framework
from clm_core.timeline import Timeline
from tests.core.test_charts import with_rows

STERNE, LOOP = load_framework("sterne_cutler"), load_framework("loyalty_loop")
SECRET = "must not travel"
JAN, FEB, MAR = dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2024, 3, 31)

CONVERSION = pd.DataFrame(
    {
        "stage": ["convert", "retain", "at_risk"],
        "n_customers": [1759, 12, 400],
        "share": [0.553, 0.25, None],
        "low": [0.53, 0.09, None],
        "high": [0.576, 0.53, None],
        "e_mail": SECRET,
    }
)
STAYS = pd.DataFrame(
    {
        "stage": ["convert", "convert", "lost"],
        "n_periods": [1, 2, 1],
        "n_at_risk": [90, 40, 30],
        "share_staying": [0.8, 0.5, 1.0],
        "e_mail": SECRET,
    }
)
COMING = pd.DataFrame(
    {
        "as_of": [JAN, FEB, MAR],
        "new": [10, 20, 5],
        "reactivated": [0, 4, 1],
        "newly_off": [0, 8, 3],
        "quick_ratio": [None, 3.0, 2.0],
        "is_partial": [False, False, True],
        "is_first": [True, False, False],
        "e_mail": SECRET,
    }
)
FLOWS = pd.DataFrame(
    [
        (JAN, FEB, "", "convert", 10),
        (JAN, FEB, "convert", "convert", 60),
        (JAN, FEB, "convert", "retain", 30),
        (FEB, MAR, "convert", "at_risk", 70),
        (FEB, MAR, "retain", "retain", 30),
    ],
    columns=["from_as_of", "as_of", "from_stage", "to_stage", "n_customers"],
).assign(e_mail=SECRET)
COHORTS = pd.DataFrame(
    [
        (dt.date(2024, 1, 1), 0, 100, 1.0, 20.0, False),
        (dt.date(2024, 1, 1), 1, 100, 0.4, 30.0, False),
        (dt.date(2024, 1, 1), 2, 100, 0.2, 34.0, True),
        (dt.date(2024, 2, 1), 0, 300, 1.0, 40.0, False),
        (dt.date(2024, 2, 1), 1, 300, 0.1, 44.0, True),
        (dt.date(2023, 12, 1), 1, 12, 0.5, 9.0, False),
    ],
    columns=["cohort", "periods_since", "n_customers", "share_ordering", "value_per_customer", "is_partial"],
).assign(e_mail=SECRET)
CELLS = pd.DataFrame(
    [
        ("convert", "buy", 74, 0.2, 900.0, False),
        ("convert", "experience", 296, 0.8, 1200.0, True),
        ("lost", "bond", 5, 1.0, None, True),
    ],
    columns=["stage_a", "stage_b", "n_customers", "share_of_a", "value", "differs"],
).assign(e_mail=SECRET)
STORY = Timeline(
    "anna",
    pd.DataFrame(
        {"day": [dt.date(2024, 1, 15), dt.date(2024, 2, 20)], "amount": [10.0, None], "is_purchase": [True, False]}
    ),
    pd.DataFrame({"day": [dt.date(2024, 1, 10)], "kind": ["sign_up"]}),
    pd.DataFrame(
        {"stage": ["convert", "retain"], "stage_rule": ["a", "b"], "starts_on": [JAN, FEB], "ends_on": [JAN, MAR]}
    ),
    pd.DataFrame({"day": [dt.date(2024, 8, 19)], "stage": ["at_risk"], "stage_rule": ["silent"]}),
)

IN_BOTH = {"Sterne & Cutler": STERNE, "Loyalty loop": LOOP}
PLACES = pd.DataFrame({"framework": ["sterne_cutler", "loyalty_loop"], "stage": ["loyal", "lost"], "e_mail": SECRET})

FIGURES = {
    "conversion_dots": (lambda f, **k: charts.conversion_dots(f, STERNE, **k), CONVERSION),
    "stay_lines": (lambda f, **k: charts.stay_lines(f, STERNE, **k), STAYS),
    "coming_and_going": (charts.coming_and_going, COMING),
    "alluvial": (lambda f, **k: charts.alluvial(f, STERNE, **k), FLOWS),
    "cohort_triangle": (charts.cohort_triangle, COHORTS),
    "cohort_value": (lambda f, **k: charts.cohort_value(f, currency="GBP", **k), COHORTS),
    "place_in_every": (lambda f, **k: charts.place_in_every(f, IN_BOTH, **k), PLACES),
    "stage_crosstab": (lambda f, **k: charts.stage_crosstab(Comparison(f, False), STERNE, LOOP, **k), CELLS),
    "customer_timeline": (lambda f, **k: charts.customer_timeline(f, STERNE, MAR, currency="GBP", **k), STORY),
}


def spec_of(name, given=None, theme="light", **more):
    figure, usual = FIGURES[name]
    chart = figure(usual if given is None else given, title="A finding", subtitle="People", theme=theme, **more)
    assert charts.written(chart) == with_rows(chart.to_dict())
    return chart.to_dict()


def cells(spec):
    return [row for rows in spec["datasets"].values() for row in rows]


def every(part, key):
    children = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    if isinstance(part, dict) and key in part:
        yield part[key]
    for child in children:
        yield from every(child, key)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_drawn_and_only_what_is_drawn_travels(name, theme):
    spec = spec_of(name, theme=theme)
    assert SECRET not in json.dumps(spec, allow_nan=False)
    words = json.dumps(spec["layer"])
    used = {field for field in every(spec["layer"], "field") if isinstance(field, str)}
    used |= set(re.findall(r"datum\.(\w+?)(?:_narrow)?\b", words))
    for row in cells(spec):
        assert {column.removesuffix("_narrow") for column in row} <= used, name


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "customer_timeline"])
def test_nothing_is_a_sentence(name):
    nothing = spec_of(name, FIGURES[name][1].head(0))
    assert [layer["mark"]["type"] for layer in nothing["layer"]] == ["text"]


def test_conversion_is_told_with_its_interval_and_unjudged_stages_are_left_out():
    labels = {row["stage"]: row["label"] for row in cells(spec_of("conversion_dots")) if "label" in row}
    assert labels == {"convert": "55 % (53–58 %)", "retain": "25 % (9–53 %)"}
    faint = {row["stage"] for row in cells(spec_of("conversion_dots")) if row.get("opacity", 1) < 1}
    assert faint == {"retain"}


def test_everyone_is_there_at_the_start_of_a_stay():
    rows = [row for row in cells(spec_of("stay_lines")) if row.get("n_periods") == 0]
    assert [(row["stage"], row["share_staying"]) for row in rows] == [("convert", 1.0), ("lost", 1.0)]
    assert {
        row["lines"].replace("\N{NO-BREAK SPACE}", " ") for row in cells(spec_of("stay_lines")) if "lines" in row
    } == {
        "Convert 50 %",
        "Lost 100 %",
    }


def test_the_quick_ratio_stands_over_its_bar_and_a_partial_period_is_pale():
    spec = spec_of("coming_and_going")
    assert {row["when"]: row["ratio"] for row in cells(spec) if "ratio" in row} == {
        "Feb 2024": "3.0",
        "Mar 2024": "2.0",
    }
    assert {row["when"] for row in cells(spec) if row.get("opacity", 1) < 1} == {"Mar 2024"}
    assert "Mar 2024 is not over" in " ".join(spec["title"]["subtitle"])


def test_bands_fill_the_bars_they_join():
    rows = cells(spec_of("alluvial"))
    boxes = {(row["at"], row["stage"]): row for row in rows if "at" in row}
    assert {key: row["n_customers"] for key, row in boxes.items()} == {
        (0, "convert"): 90,
        (1, "convert"): 70,
        (1, "retain"): 30,
        (2, "retain"): 30,
        (2, "at_risk"): 70,
    }
    start = [row for row in rows if row.get("band", "").startswith("0 convert") and row["x"] == 0.09]
    assert sorted((row["low"], row["high"]) for row in start) == [(0, 60), (60, 90)]
    end = [row for row in rows if row.get("band") == "0 convert convert" and row["x"] == pytest.approx(0.91)]
    assert [(row["low"], row["high"]) for row in end] == [(10, 70)], "the ten newly known are at the bottom of the bar"
    assert boxes[1, "convert"]["share"] == "70 %"


def test_a_triangle_writes_its_numbers_and_marks_what_is_small_or_not_over():
    rows = {(row["name"], row["periods_since"]): row for row in cells(spec_of("cohort_triangle"))}
    assert {key: row["number"] for key, row in rows.items()} == {
        ("Jan 2024", 1): "40",
        ("Jan 2024", 2): "20",
        ("Feb 2024", 1): "10",
        ("Dec 2023", 1): "50",
    }
    palette = charts.PALETTES["light"]
    assert rows["Jan 2024", 1]["fill"] == ramp(1.0, "light")
    assert rows["Feb 2024", 1]["fill"] == palette.background
    assert rows["Dec 2023", 1]["fill"] == palette.quiet


def test_all_cohorts_together_add_up_what_those_followed_for_so_long_spent():
    rows = [row for row in cells(spec_of("cohort_value")) if set(row) == {"periods_since", "value_per_customer"}]
    # (100 × 20 + 300 × 40) / 400 = 35, and the 10 that January's members spent in their second month
    assert [row["value_per_customer"] for row in rows] == [35.0, 45.0]


def test_a_crosstab_has_both_frameworks_in_lifecycle_order_and_heat_only_where_people_differ():
    spec = spec_of("stage_crosstab")
    domains = [channel["scale"]["domain"] for channel in every(spec["layer"], "y") if "scale" in channel]
    assert domains[0] == STERNE.stage_ids
    fills = {(row["stage_a"], row["stage_b"]): row["fill"] for row in cells(spec) if "fill" in row}
    quiet = charts.PALETTES["light"].quiet
    assert [key for key, fill in fills.items() if fill == quiet] == [("convert", "buy"), ("lost", "bond")]
    assert {row["spent"] for row in cells(spec) if "spent" in row} == {"900", "1.2k", "unknown"}


def test_a_story_shows_what_was_known_and_what_silence_brings():
    spec = spec_of("customer_timeline")
    bands = [(row["stage"], row["since"][:10], row["until"][:10], row["kind"]) for row in cells(spec) if "until" in row]
    assert bands == [
        ("convert", "2024-01-10", "2024-01-31", "known"),
        ("retain", "2024-01-31", "2024-03-31", "known"),
        ("retain", "2024-03-31", "2024-08-19", "ahead, if silent"),
        ("at_risk", "2024-08-19", "2024-09-18", "ahead, if silent"),
    ]
    assert [row["said"] for row in cells(spec) if "said" in row] == ["Order, £10", "Credit note", "Sign up"]
    assert "first on 19 August 2024" in " ".join(spec["title"]["subtitle"])


def test_the_place_of_a_customer_is_full_and_named_in_every_framework():
    rows = cells(spec_of("place_in_every"))
    full = {row["framework"]: row["stage"] for row in rows if row.get("opacity") == 1}
    assert full == {"Sterne & Cutler": "Loyal", "Loyalty loop": "Lost"}
    assert {row["framework"]: row["stage"] for row in rows if "name" in row} == full
    assert sum(row.get("framework") == "Sterne & Cutler" and "opacity" in row for row in rows) == len(STERNE.stages)
