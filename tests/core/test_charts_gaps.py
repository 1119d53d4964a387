"""Figures of the workshop: what is grey, full or outlined, what stands where, and that only what is drawn travels."""

import json
import re
from datetime import date

import pandas as pd
import pytest

from clm_core import charts
from clm_core.charts.palette import ramp
from clm_core.frameworks import load_framework
from clm_core.gaps import load_catalogue, vocabulary
from clm_core.gaps.scale import RUNNING
from tests.core.test_charts import with_rows

RACE = load_framework("race")
CHANNELS = {channel.id: channel.name for channel in vocabulary().channels}
SECRET = "must not travel"
BOARD = pd.DataFrame(
    [
        ("welcome", "Welcome mail", "act", "email", 0.0, 4.0, 4.0),
        ("cart_mail", "Cart reminder", "convert", "email", 3.0, 5.0, 2.0),
        ("cart_scarcity", "Last pieces", "convert", "email", 4.0, 5.0, 1.0),
        ("organic_posts", "Posts", "reach", "organic_social", None, None, None),
    ],
    columns=["activity", "name", "stage", "channel", "current", "target", "gap"],
).assign(e_mail=SECRET)
RANKED = pd.DataFrame(
    [
        (1, "Welcome mail", "act", 1.0, 0.5, True),
        (2, "Thank you", "convert", 1.0, 0.49, True),
        (3, "Programme", "engage", 5.0, 0.2, False),
        (4, "Last call", "lost", 1.0, None, False),
    ],
    columns=["rank", "name", "audience", "effort", "impact", "is_quick_win"],
).assign(e_mail=SECRET)
SPREADS = pd.DataFrame(
    [
        ("welcome", "current", 8, 1.0, 0.0, 3.0, 0.4),
        ("welcome", "target", 8, 4.0, 4.0, 5.0, 0.9),
        ("welcome", "importance", 8, 4.0, 4.0, 5.0, 0.9),
    ],
    columns=["activity", "measure", "n", "median", "low_quartile", "high_quartile", "consensus"],
).assign(e_mail=SECRET)
CARDS = pd.DataFrame(
    [
        ("Welcome mail", "Act", date(2027, 1, 11), date(2027, 4, 11)),
        ("Thank you", "Convert", date(2027, 1, 10), date(2027, 4, 10)),
    ],
    columns=["activity", "stage", "starts_on", "measured_on"],
).assign(e_mail=SECRET)
NAMES = {"thank_you": "Thank you", "welcome": "Welcome mail"}

FIGURES = {
    "gap_heat": (lambda f, **k: charts.gap_heat(f, RACE, CHANNELS, **k), BOARD),
    "lifecycle_bands": (lambda f, **k: charts.lifecycle_bands(f, RACE, running=RUNNING, **k), BOARD),
    "impact_effort": (lambda f, **k: charts.impact_effort(f, RACE, **k), RANKED),
    "plan_timeline": (lambda f, **k: charts.plan_timeline(f, RACE, date(2027, 1, 10), **k), CARDS),
    "agreement": (lambda f, **k: charts.agreement(f, NAMES, **k), SPREADS),
}


def spec_of(name, frame=None, theme="light", **more):
    figure, usual = FIGURES[name]
    chart = figure(usual if frame is None else frame, title="A finding", subtitle="Scores", theme=theme, **more)
    assert charts.written(chart) == with_rows(chart.to_dict())
    return chart.to_dict()


def cells(spec):
    return [row for rows in spec["datasets"].values() for row in rows]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", FIGURES)
def test_usual_data_one_row_and_none_are_drawn(name, theme):
    usual = FIGURES[name][1]
    for frame in (usual, usual.head(1)):
        json.dumps(spec_of(name, frame, theme), allow_nan=False)
    nothing = spec_of(name, usual.head(0), theme)
    assert [layer["mark"]["type"] for layer in nothing["layer"]] == ["text"]


@pytest.mark.parametrize("name", FIGURES)
def test_only_what_is_drawn_travels(name):
    spec = spec_of(name)
    drawn = json.dumps(spec["layer"])
    assert SECRET not in json.dumps(spec)
    used = set(re.findall(r'"field": "(\w+)"', drawn)) | set(re.findall(r"datum\.(\w+?)(?:_narrow)?\b", drawn))
    assert {column.removesuffix("_narrow") for row in cells(spec) for column in row} <= used


def test_the_heat_is_the_mean_gap_and_what_is_not_scored_is_grey():
    fills = {
        (row["channel"], row["stage"]): (row["fill"], row["top"], row["bottom"])
        for row in cells(spec_of("gap_heat"))
        if "fill" in row
    }
    assert fills["email", "convert"] == (ramp(1.5 / 5, "light"), "1.5", "2 of 2")
    assert fills["organic_social", "reach"] == (charts.PALETTES["light"].quiet, "–", "0 of 1")
    picked = [param for param in spec_of("gap_heat", selectable=True)["params"] if "select" in param]
    assert picked[0]["select"]["fields"] == ["channel", "stage"]


def test_bands_show_every_activity_that_could_run_and_each_that_does():
    rows = cells(spec_of("lifecycle_bands"))
    could = [row["activity"] for row in rows if row.get("band") == "could"]
    runs = [row["activity"] for row in rows if row.get("band") == "runs"]
    assert sorted(could) == ["Cart reminder", "Last pieces", "Posts", "Welcome mail"]
    assert sorted(runs) == ["Cart reminder", "Last pieces"]
    labels = {row["stage"]: row["label"] for row in rows if "label" in row}
    assert labels == {
        "reach": "0 of 1",
        "act": "0 of 1",
        "convert": "2 of 2",
        "engage": "0 of 0",
        "at_risk": "0 of 0",
        "lost": "0 of 0",
    }


def test_points_that_would_touch_step_aside_and_what_is_unknown_is_left_out():
    points = {row["number"]: row for row in cells(spec_of("impact_effort"))}
    assert set(points) == {"1", "2", "3"}
    assert points["1"]["place"] == 1 and points["2"]["place"] > 1
    assert points["1"]["height"] == 1
    assert points["1"]["ring"] > points["3"]["ring"]


def test_agreement_tells_middle_half_and_the_lower_consensus():
    spec = spec_of("agreement")
    told = {row["answer"]: row["told"] for row in cells(spec) if "answer" in row}
    assert told == {"now": "1 (0–3), n 8", "aim": "4 (4–5), n 8"}
    # the word stands beside the bar: after it, or before it where the scale ends
    sides = {row["answer"]: (row["word_at"], row["is_before"]) for row in cells(spec) if "answer" in row}
    assert sides == {"now": (3, False), "aim": (4, True)}
    assert [row["label"] for row in cells(spec) if "label" in row] == ["0.40"]


def test_the_whole_catalogue_fits_the_bands():
    catalogue, words = load_catalogue("retail"), vocabulary()
    table = pd.DataFrame(
        [(one.name, words.moment(one.moment).shelf["race"], 3.0) for one in catalogue.activities],
        columns=["name", "stage", "current"],
    )
    rows = cells(spec_of("lifecycle_bands", table))
    assert len([row for row in rows if row.get("band") == "could"]) == len(catalogue.activities)


def test_a_card_is_pale_until_it_starts_and_full_while_it_is_measured():
    bars = [row for row in cells(spec_of("plan_timeline")) if "what" in row]
    told = [(row["name"], row["what"], row["since"][:10], row["to"][:10], row["opacity"] == 1) for row in bars]
    assert told == [
        ("Welcome mail", "prepared", "2027-01-10", "2027-01-11", False),
        ("Welcome mail", "measured", "2027-01-11", "2027-04-11", True),
        ("Thank you", "measured", "2027-01-10", "2027-04-10", True),
    ]
    assert bars[1]["fill"] == charts.stage_colours(RACE, "light")["act"]
