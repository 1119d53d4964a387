"""One customer's story, and the days on which silence will change stages: recomputed at those days to be sure."""

import datetime as dt

import narwhals as nw
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm_core import columns as c
from clm_core.conditions import All, Test
from clm_core.engine import collect
from clm_core.features import FEATURES, build_features, load_frames
from clm_core.frameworks import Rule, load_framework, shipped_frameworks
from clm_core.ledger import build_ledger
from clm_core.silence import early_warning, is_closed_form, silent_changes
from clm_core.stages import assign_rules
from clm_core.tables import Tables, to_date, to_day
from clm_core.timeline import timeline, what_would_move

STERNE = load_framework("sterne_cutler")


def day(text):
    return to_day(dt.date.fromisoformat(text))


@pytest.fixture
def shop(make_orders, make_events):
    return Tables(
        make_orders(
            [
                ("anna", "2024-01-15", 10.0),
                ("anna", "2024-02-20", 30.0),
                ("ben", "2023-11-01", 500.0),
                ("cy", "2023-01-01", 5.0),
                ("dot", "2024-03-31", 1.0),
            ]
        ),
        events=make_events(
            [("anna", "2024-01-10", "visit"), ("anna", "2024-03-05", "review"), ("lea", "2024-03-01", "visit")]
        ),
    )


def test_a_timeline_holds_what_happened_where_they_stood_and_what_silence_brings(shop, engine):
    frames = load_frames(shop, engine)
    told = timeline(frames, build_ledger(frames, day("2024-03-31")), STERNE, "anna")
    assert told.orders.to_numpy().tolist() == [
        [dt.date(2024, 1, 15), 10.0, True],
        [dt.date(2024, 2, 20), 30.0, True],
    ]
    assert told.events.to_numpy().tolist() == [[dt.date(2024, 1, 10), "visit"], [dt.date(2024, 3, 5), "review"]]
    assert told.bands.to_numpy().tolist() == [
        ["convert", "bought_once", dt.date(2024, 1, 31), dt.date(2024, 1, 31)],
        ["retain", "bought_again", dt.date(2024, 2, 29), dt.date(2024, 2, 29)],
        ["loyal", "often_or_advocate", dt.date(2024, 3, 31), dt.date(2024, 3, 31)],
    ]
    # 181 and 366 days after 20 February; the review of March counts for a year, but silence comes first
    assert told.ahead.to_numpy().tolist() == [
        [dt.date(2024, 8, 19), "at_risk", "silent"],
        [dt.date(2025, 2, 20), "lost", "silent_too_long"],
    ]


def test_a_timeline_without_events_is_whole(make_orders, engine):
    frames = load_frames(Tables(make_orders([("a", 19_000, 1.0)])), engine)
    told = timeline(frames, build_ledger(frames, 19_000), STERNE, "a")
    assert told.events.empty and len(told.orders) == 1 and told.bands[c.STAGE].tolist() == ["convert"]


def test_what_would_move_them_is_told_with_how_much_is_missing(shop, engine):
    frames = load_frames(shop, engine)
    today = build_features(frames, day("2024-03-31")).filter(nw.col(c.CUSTOMER_ID) == "dot")
    table = what_would_move(today, STERNE, FEATURES)
    shown = table[["rule", "sentence", c.VALUE, "limit", "gap", "holds", "decides"]].astype(object)
    assert shown.where(shown.notna(), None).to_numpy().tolist() == [
        ["silent_too_long", "at least 1 order", 1, 1, 0, True, False],
        ["silent_too_long", "more than 365 days since the last order", 0, 365, 365, False, False],
        ["silent", "at least 1 order", 1, 1, 0, True, False],
        ["silent", "more than 180 days since the last order", 0, 180, 180, False, False],
        ["often_or_advocate", "at least 1 order", 1, 1, 0, True, False],
        ["often_or_advocate", "at least 4 orders", 1, 4, 3, False, False],
        ["often_or_advocate", "at least 1 review or referral in the last 365 days", 0, 1, 1, False, False],
        ["bought_again", "at least 2 orders", 1, 2, 1, False, False],
        ["bought_once", "at least 1 order", 1, 1, 0, True, True],
        ["acted_without_order", "at least 1 action in the last 90 days", 0, 1, 1, False, False],
        ["acted_without_order", "at least 1 sign-up", 0, 1, 1, False, False],
    ]


def test_early_warning_names_who_leaves_within_the_days_and_when(shop, engine):
    frames, as_of = load_frames(shop, engine), day("2024-03-31")
    today = build_features(frames, as_of)
    shown = [c.CUSTOMER_ID, c.STAGE, "next_stage", "days_left", c.DAY, c.VALUE]
    # ben: 1 November + 181 days = 30 April; anna: 19 August; cy is lost already; dot: 28 September
    assert early_warning(frames, today, STERNE, as_of, 30)[shown].to_numpy().tolist() == [
        ["ben", "convert", "at_risk", 30, dt.date(2024, 4, 30), 500.0]
    ]
    assert early_warning(frames, today, STERNE, as_of, 29).empty
    assert early_warning(frames, today, STERNE, as_of, 181)[c.CUSTOMER_ID].tolist() == ["ben", "anna", "dot"]


def quiet_rule(**test):
    """At risk when a first rule holds for buyers; every rule of the framework follows."""
    buyer = Test(feature="n_orders", op=">=", value=1.0)
    rule = Rule(id="quiet", stage="at_risk", when=All(all=(buyer, Test(**test))))
    return STERNE.model_copy(update={"rules": (rule, *STERNE.rules)})


COUNTED = quiet_rule(feature="n_orders_90d", op="==", value=0.0)
"""At risk as soon as the last 90 days hold no order: no difference of days tells when, each day has to be asked."""


def test_rules_that_count_the_last_days_are_asked_day_by_day(shop, engine):
    assert is_closed_form(STERNE) and not is_closed_form(COUNTED)
    frames, as_of = load_frames(shop, engine), day("2024-03-31")
    table = early_warning(frames, build_features(frames, as_of), COUNTED, as_of, 60)
    # an order of day d is in the window of 90 days up to day d + 89
    assert table[[c.CUSTOMER_ID, c.DAY]].to_numpy().tolist() == [["anna", dt.date(2024, 5, 20)]]


@pytest.mark.parametrize("framework", shipped_frameworks(), ids=lambda framework: framework.id)
def test_shipped_rules_need_no_stepping(framework):
    assert is_closed_form(framework)


def stages_on(tables, engine, framework, on):
    """Stage by customer, computed in the plain way from a file that goes on to this day with somebody else's order."""
    import pyarrow as pa

    later = tables.orders.slice(0, 1).to_pylist()[0] | {c.CUSTOMER_ID: "later", c.DAY: on, c.ORDER_ID: "later"}
    orders = pa.concat_tables([tables.orders, pa.Table.from_pylist([later], tables.orders.schema)])
    frame = build_features(load_frames(Tables(orders, tables.customers, tables.events), engine), on)
    home = collect(assign_rules(frame, framework).select(c.CUSTOMER_ID, c.RULE_NO))
    return dict(
        zip(home[c.CUSTOMER_ID], home[c.RULE_NO].astype(int).map(dict(enumerate(framework.stage_of_rule))), strict=True)
    )


ODD = quiet_rule(feature="tenure_days", op="==", value=400.0)
TURNING = quiet_rule(feature="days_since_first_order", op="<", value=30.0)


@given(data=st.data())
def test_the_days_told_are_those_on_which_stages_change(data, shops, both_engines, cut_at):
    tables = data.draw(shops)
    engine = data.draw(st.sampled_from(both_engines))
    framework = data.draw(st.sampled_from([STERNE, load_framework("loyalty_loop"), COUNTED, ODD, TURNING]))
    n_days = data.draw(st.sampled_from([1, 30, 200]))
    as_of = max(tables.orders[c.DAY].to_pylist())
    frames = load_frames(tables, engine)
    known = stages_on(tables, engine, framework, as_of) | {}
    known.pop("later")
    table = early_warning(frames, build_features(frames, as_of), framework, as_of, n_days)
    past = cut_at(tables, as_of)
    off = {stage.id for stage in framework.stages if stage.kind == "off_path"}
    for row in table.itertuples():
        on = as_of + row.days_left
        assert known[row.customer_id] == row.stage and row.stage not in off
        assert stages_on(past, engine, framework, on)[row.customer_id] == row.next_stage and row.next_stage in off
        assert stages_on(past, engine, framework, on - 1)[row.customer_id] not in off
    # and whoever is not named is on the path until the last day
    told = set(table[c.CUSTOMER_ID])
    at_end = stages_on(past, engine, framework, as_of + n_days)
    silent = {who for who, stage in known.items() if stage not in off and who not in told}
    assert not {who for who in silent if at_end[who] in off}


@given(data=st.data())
def test_the_changes_of_one_customer_are_those_of_the_list(data, shops, both_engines):
    tables = data.draw(shops)
    framework = data.draw(st.sampled_from([STERNE, COUNTED]))
    frames = load_frames(tables, data.draw(st.sampled_from(both_engines)))
    as_of = max(tables.orders[c.DAY].to_pylist())
    table = early_warning(frames, build_features(frames, as_of), framework, as_of, 120)
    for row in table.head(1).itertuples():
        changes = silent_changes(frames, framework, as_of, row.customer_id)
        first = changes[changes[c.STAGE].isin(["at_risk", "lost"])].iloc[0]
        assert (first[c.DAY], first[c.STAGE]) == (to_date(as_of + row.days_left), row.next_stage)


def test_values_are_unknown_without_amounts(make_orders, engine):
    frames = load_frames(Tables(make_orders([("a", 19_000, None), ("b", 19_100, None)])), engine)
    table = early_warning(frames, build_features(frames, 19_100), STERNE, 19_100, 90)
    assert table[c.CUSTOMER_ID].tolist() == ["a"] and pd.isna(table[c.VALUE].iloc[0])
