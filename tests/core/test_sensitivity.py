"""The same customers under several rules, and who changes stage when a limit moves: counted by hand, and against a second count."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm_core import columns as c
from clm_core.conditions import Test
from clm_core.engine import collect
from clm_core.features import build_features, load_frames
from clm_core.frameworks import Framework, Limit, Rule, Stage, load_framework, shipped_frameworks, silence_frameworks
from clm_core.ingest import import_table
from clm_core.sensitivity import ROLES, STEPS, compare_rule_sets, limit_sensitivity, moved_limits
from clm_core.stages import assign_rules, name_stages
from clm_core.tables import Tables, to_day

DATA = Path(__file__).parents[2].parent / "shared" / "data"
AS_OF = to_day(dt.date(2024, 6, 30))
SILENT_DAYS = (0, 45, 95, 170, 185, 200, 340, 370, 390, 600)


@pytest.fixture(scope="module")
def tables(make_orders, make_events):
    """Ten people who bought once, silent for ``SILENT_DAYS``, and a lead."""
    orders = [(f"silent_{ago}", AS_OF - ago, 10.0) for ago in SILENT_DAYS]
    return Tables(make_orders(orders), events=make_events([("lead", AS_OF - 1, "visit")]))


def counts_of(table):
    wide = table.pivot(index="rule_set", columns="role", values=c.N_CUSTOMERS)
    return {str(name): tuple(int(row[role]) for role in ROLES) for name, row in wide.iterrows()}


def test_roles_under_each_rule_set_counted_by_hand(tables, engine):
    today = build_features(load_frames(tables, engine), AS_OF)
    sets = {framework.name: framework for framework in (*silence_frameworks(), load_framework("race"))}
    table = compare_rule_sets(today, sets)
    assert counts_of(table) == {
        "182 / 385 days": (4, 4, 2, 1),
        "90 / 365 days": (2, 5, 3, 1),
        "40 / 90 / 180 days": (2, 2, 6, 1),
        "30 / 60 / 90 days": (2, 0, 8, 1),
        "RACE": (4, 3, 3, 1),
    }
    assert list(table["rule_set"].unique()) == list(sets)
    assert list(table["role"][:4]) == ["active", "at_risk", "lost", "not_bought"]
    assert table.loc[0, c.SHARE] == pytest.approx(4 / 11)


def test_a_limit_that_moves_moves_people_counted_by_hand(tables, engine):
    today = build_features(load_frames(tables, engine), AS_OF)
    table = limit_sensitivity(today, load_framework("sterne_cutler"), (-0.5, -0.1, 0.1, 0.5))
    table[c.N_CUSTOMERS] = table[c.N_CUSTOMERS].astype(object).where(table[c.N_CUSTOMERS].notna(), None)
    moves = {(row["limit"], row["step"]): (row["value"], row[c.N_CUSTOMERS]) for _, row in table.iterrows()}
    assert moves == {
        ("at_risk_days", -0.5): (90, 2),  # 95 and 170 days
        ("at_risk_days", -0.1): (162, 1),
        ("at_risk_days", 0.1): (198, 1),  # 185 days
        ("at_risk_days", 0.5): (270, 2),
        ("lost_days", -0.5): (183, 3),  # 185, 200 and 340 days
        ("lost_days", -0.1): (329, 1),
        ("lost_days", 0.1): (402, 2),  # 370 and 390 days
        ("lost_days", 0.5): (548, 2),
        ("loyal_orders", -0.5): (2, None),  # whoever comes back would be loyal, and nobody retained
        ("loyal_orders", -0.1): (4, 0),  # a whole number of orders
        ("loyal_orders", 0.1): (4, 0),
        ("loyal_orders", 0.5): (6, 0),
    }
    assert table.loc[0, c.SHARE] == pytest.approx(2 / 11)
    assert table.loc[0, "label"] == "At risk after"


def test_a_step_that_is_not_possible_has_no_number(tables, engine):
    today = build_features(load_frames(tables, engine), AS_OF)
    assert len(limit_sensitivity(today, load_framework("days_30_60_90"))) == 3 * 6
    table = limit_sensitivity(today, load_framework("days_30_60_90"), (0.5, 0.2)).set_index(["limit", "step"])
    assert table.loc[("at_risk_days", 0.5), "value"] == 90
    assert pd.isna(table.loc[("at_risk_days", 0.5), c.N_CUSTOMERS]), "at risk would begin where lost does"
    assert pd.isna(table.loc[("at_risk_days", 0.5), c.SHARE])
    assert table.loc[("at_risk_days", 0.2), c.N_CUSTOMERS] == 0
    narrow = load_framework("race").with_limits({"at_risk_days": 7})
    assert [move.framework is None for move in moved_limits(narrow, (-0.5, 0.5))][:2] == [True, False]


def test_rules_that_lead_to_one_stage_are_one_stage(tables, engine):
    def rule(name, stage, op, limit):
        return Rule(id=name, stage=stage, when=Test(feature="days_since_last_order", op=op, limit=limit))

    framework = Framework(
        id="alike", name="Alike", source="a test", idea="Two rules of one stage.",
        stages=(Stage(id="early", name="Early", colour_step=3), Stage(id="late", name="Late", colour_step=8)),
        limits={"first": Limit(label="First", value=100), "second": Limit(label="Second", value=200)},
        rules=(rule("a", "early", "<=", "first"), rule("b", "early", "<=", "second"), Rule(id="rest", stage="late")),
    )  # fmt: skip
    today = build_features(load_frames(tables, engine), AS_OF)
    table = limit_sensitivity(today, framework, (-0.1, 0.9)).set_index(["limit", "step"])[c.N_CUSTOMERS]
    assert table.loc["first"].tolist() == [0, 0]
    assert table.loc["second"].tolist() == [2, 2]  # 185 and 200 days leave; 340 and 370 come
    assert counts_of(compare_rule_sets(today, {"x": framework})) == {"x": (6, 0, 4, 1)}


def test_limits_of_ratios_are_not_rounded():
    rule = Rule(id="quiet", stage="late", when=Test(feature="gap_ratio", op=">", limit="times"))
    framework = load_framework("race").model_copy(
        update={"limits": {"times": Limit(label="At risk after", value=2, unit="usual gaps")}, "rules": (rule,)}
    )
    assert [move.value for move in moved_limits(framework, (-0.1, 0.1))] == [1.8, 2.2]


def stages_of(today, framework):
    return (
        name_stages(collect(assign_rules(today, framework)), framework).set_index(c.CUSTOMER_ID)[c.STAGE].sort_index()
    )


@given(data=st.data())
def test_moves_are_those_of_each_customer(data, shops, both_engines):
    drawn, one = data.draw(shops), data.draw(st.sampled_from(both_engines))
    framework = data.draw(st.sampled_from([*shipped_frameworks(), *silence_frameworks()]))
    frames = load_frames(drawn, one)
    today = build_features(frames, frames.last_day)
    steps = (data.draw(st.sampled_from(STEPS)),)
    table = limit_sensitivity(today, framework, steps)
    before = stages_of(today, framework)
    for move, (_, row) in zip(moved_limits(framework, steps), table.iterrows(), strict=True):
        assert (move.limit, move.step, move.value) == (row["limit"], row["step"], row["value"])
        if move.framework is not None:
            changed = int((stages_of(today, move.framework) != before).sum())
            assert (row[c.N_CUSTOMERS], row[c.SHARE]) == (changed, pytest.approx(changed / len(before)))
    strip = compare_rule_sets(today, {"own": framework})
    assert strip[c.N_CUSTOMERS].sum() == len(before)


@pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not beside the project")
@pytest.mark.parametrize(
    ("name", "lost"),
    [("CDNOW_sample.txt", (63.3, 65.3, 78.2, 87.3)), ("CDNOW_master.txt", (63.0, 64.6, 77.2, 85.9))],
)
def test_the_lost_share_of_public_data_under_vendors_presets(name, lost, engine):
    frames = load_frames(Tables(import_table([DATA / name]).table), engine)
    assert frames.last_day == to_day(dt.date(1998, 6, 30))
    today = build_features(frames, frames.last_day)
    table = compare_rule_sets(today, {framework.id: framework for framework in silence_frameworks()})
    shares = table.loc[table["role"] == "lost", c.SHARE] * 100
    assert tuple(round(share, 1) for share in shares) == lost
