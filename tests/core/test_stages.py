"""Stages of customers: counted, named, and explained the way they were decided."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm_core import columns as c
from clm_core.conditions import Test
from clm_core.engine import collect
from clm_core.features import FEATURES, build_features, known_features, load_frames
from clm_core.frameworks import Rule, load_framework, shipped_frameworks
from clm_core.stages import assign_rules, count_stages, explain_customer, name_stages
from clm_core.tables import Tables

RACE = load_framework("race")


def test_names_come_from_the_rule_that_decided():
    frame = pd.DataFrame({c.CUSTOMER_ID: ["a", "b"], c.RULE_NO: [0, len(RACE.rules)]})
    named = name_stages(frame, RACE)
    assert named.to_dict("list") == {
        c.CUSTOMER_ID: ["a", "b"],
        c.STAGE: ["lost", "unassigned"],
        c.STAGE_RULE: ["silent_too_long", "unassigned"],
    }
    assert c.RULE_NO in frame, "the frame given is left as it was"


def test_counts_are_complete_and_in_lifecycle_order():
    customers = pd.DataFrame(
        {
            c.STAGE: ["convert", "convert", "act", "lost"],
            c.SPEND_TOTAL: [10.0, 5.0, math.nan, 2.5],
            c.EXPECTED_SPEND: [1.0, 2.0, math.nan, math.nan],
        }
    )
    table = count_stages(customers, RACE)
    assert table[c.STAGE].tolist() == ["reach", "act", "convert", "engage", "at_risk", "lost"]
    assert table[c.N_CUSTOMERS].tolist() == [0, 1, 2, 0, 0, 1]
    assert table[c.SHARE].tolist() == [0.0, 0.25, 0.5, 0.0, 0.0, 0.25]
    assert table[c.SPEND_TOTAL].tolist() == [0.0, 0.0, 15.0, 0.0, 0.0, 2.5]
    assert table[c.EXPECTED_SPEND].tolist() == [0.0, 0.0, 3.0, 0.0, 0.0, 0.0]


def test_without_amounts_sums_are_unknown_not_zero():
    table = count_stages(pd.DataFrame({c.STAGE: ["act"], c.SPEND_TOTAL: [math.nan]}), RACE)
    assert table[c.SPEND_TOTAL].isna().all()
    assert c.EXPECTED_SPEND not in table


def test_nobody_is_counted_as_nobody():
    table = count_stages(pd.DataFrame({c.STAGE: pd.Series(dtype="str")}), RACE)
    assert table[c.N_CUSTOMERS].sum() == 0
    assert table[c.SHARE].tolist() == [0.0] * 6


def test_an_explanation_shows_every_rule_and_the_one_that_decides(make_orders, engine):
    tables = Tables(make_orders([("a", 19_000, 5.0), ("a", 19_010, 5.0), ("b", 19_020, 5.0)]))
    frame = build_features(load_frames(tables, engine), 19_020)
    told = explain_customer(frame.filter(frame_of("a")), RACE, FEATURES)
    assert told["rule"].tolist() == [rule.id for rule in RACE.rules]
    assert told[c.STAGE].tolist() == ["lost", "at_risk", "engage", "convert", "act", "reach"]
    assert told["is_true"].tolist() == [False, False, True, True, False, True]
    assert told["decides"].tolist() == [False, False, True, False, False, False]
    assert told["sentence"].tolist()[-1] == "everyone else"
    assert told["values_read"].tolist() == [
        "days_since_last_order = 10, n_orders = 2",
        "days_since_last_order = 10, n_orders = 2",
        "n_advocacy_365d = unknown, n_orders = 2",
        "n_orders = 2",
        "n_actions_90d = unknown, n_sign_ups = unknown",
        "",
    ]


def frame_of(who):
    import narwhals as nw

    return nw.col(c.CUSTOMER_ID) == who


def test_a_rule_may_carry_the_name_of_a_feature(make_orders, engine):
    frame = build_features(load_frames(Tables(make_orders([("a", 19_000, 5.0)])), engine), 19_000)
    named = RACE.model_copy(
        update={
            "rules": (
                Rule(id="tenure_days", stage="act", when=Test(feature="n_orders", op=">=", value=2)),
                Rule(id="n_orders", stage="convert", when=Test(feature="tenure_days", op="<=", value=0)),
                RACE.rules[-1],
            )
        }
    )
    told = explain_customer(frame, named, FEATURES)
    assert told["decides"].tolist() == [False, True, False]
    assert told["values_read"].tolist() == ["n_orders = 1", "tenure_days = 0", ""]


@pytest.mark.parametrize("framework", shipped_frameworks(), ids=lambda framework: framework.id)
def test_a_lead_with_nothing_but_a_credit_note_has_a_stage(make_orders, engine, framework):
    frame = build_features(load_frames(Tables(make_orders([("a", 19_000, -5.0)])), engine), 19_000)
    told = explain_customer(frame, framework, FEATURES)
    assert told.loc[told["decides"], c.STAGE].tolist() == [framework.stages[0].id]


# laws


@given(data=st.data())
def test_both_engines_put_everyone_into_the_same_single_stage(data, shops, both_engines):
    tables = data.draw(shops)
    as_of = max(tables.orders[c.DAY].to_pylist())
    today = [build_features(load_frames(tables, one), as_of) for one in both_engines]
    for framework in shipped_frameworks():
        first, second = [
            collect(assign_rules(frame, framework).select(c.CUSTOMER_ID, c.RULE_NO)).sort_values(
                c.CUSTOMER_ID, ignore_index=True
            )
            for frame in today
        ]
        pd.testing.assert_frame_equal(first, second, check_dtype=False)
        assert first[c.CUSTOMER_ID].is_unique
        assert first[c.RULE_NO].between(0, len(framework.rules) - 1).all()


@given(data=st.data())
def test_exactly_one_rule_decides_and_the_explanation_names_it(data, shops, both_engines):
    tables = data.draw(shops)
    as_of = max(tables.orders[c.DAY].to_pylist())
    one = data.draw(st.sampled_from(both_engines))
    frames = load_frames(tables, one)
    today = one.persist(build_features(frames, as_of), "today")
    who = data.draw(st.sampled_from(sorted(collect(today.select(c.CUSTOMER_ID))[c.CUSTOMER_ID])))
    row = today.filter(frame_of(who))
    for framework in shipped_frameworks():
        named = name_stages(collect(assign_rules(row, framework).select(c.CUSTOMER_ID, c.RULE_NO)), framework)
        told = explain_customer(row, framework, known_features(frames))
        deciding = told[told["decides"]]
        assert deciding["rule"].tolist() == named[c.STAGE_RULE].tolist()
        assert deciding[c.STAGE].tolist() == named[c.STAGE].tolist()
        assert not told.loc[: deciding.index[0] - 1, "is_true"].any()
