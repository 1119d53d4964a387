"""Movement through the stages: figures counted by hand, and the same figures counted the slow way on random shops."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm_core import columns as c
from clm_core.conditions import All, Not, Test
from clm_core.engine import collect
from clm_core.errors import InputError
from clm_core.features import load_frames
from clm_core.frameworks import load_framework, shipped_frameworks
from clm_core.ledger import NOT_KNOWN, build_ledger, count_moves
from clm_core.progress import (
    comings_and_goings,
    conversion,
    conversion_after_entry,
    count_paths,
    flows_between,
    outline_movement,
    pooled_conversion,
    stay_curves,
    stays,
    time_in_stage,
)
from clm_core.stages import assign_rules
from clm_core.tables import Tables, to_date, to_day

# at risk after 60 days, lost after 120: short enough to count month ends on the fingers
STERNE = load_framework("sterne_cutler").with_limits({"at_risk_days": 60, "lost_days": 120})


def day(text):
    return to_day(dt.date.fromisoformat(text))


@pytest.fixture
def shop(make_orders):
    """Month ends January to August 2024 by stage (C convert, R retain, A at risk, L lost, · not known yet).

    anna  C R R A A L L R     15 Jan, 20 Feb, 20 Aug
    ben   · C C A A L L L     20 Feb
    cy    · · C R R A A L     10 Mar, 5 Apr
    dot   · · · · · · · C     31 Aug, which makes August a full month
    """
    return Tables(
        make_orders(
            [
                ("anna", "2024-01-15", 10.0),
                ("anna", "2024-02-20", 10.0),
                ("anna", "2024-08-20", 10.0),
                ("ben", "2024-02-20", 10.0),
                ("cy", "2024-03-10", 10.0),
                ("cy", "2024-04-05", 10.0),
                ("dot", "2024-08-31", 10.0),
            ]
        )
    )


WORDS = {"C": "convert", "R": "retain", "A": "at_risk", "L": "lost"}
PATHS = ["CRRAALLR", ".CCAALLL", "..CRRAAL", ".......C"]


@pytest.fixture
def ledger(shop, engine):
    return build_ledger(load_frames(shop, engine), day("2024-08-31"))


@pytest.fixture
def paths(ledger):
    return count_paths(ledger, STERNE)


def as_letters(paths):
    letter = {word: sign for sign, word in WORDS.items()}
    names = [letter.get(id_, "?") for id_ in paths.stage_ids] + ["."]  # people not known yet are -1, the last
    return sorted("".join(names[stage] for stage in row) for row in paths.stages)


def test_paths_are_those_drawn_above(paths):
    assert as_letters(paths) == sorted(PATHS)
    assert paths.n_customers.tolist() == [1, 1, 1, 1]


def figures(table, horizon, as_of, stage):
    rows = table[(table["horizon"] == horizon) & (table[c.AS_OF] == dt.date.fromisoformat(as_of))]
    row = rows[rows[c.STAGE] == stage].iloc[0]
    return row[c.N_CUSTOMERS], row["n_forward"], row["n_back"]


def test_conversion_counted_by_hand(paths):
    table = conversion(paths, (1, 3))
    assert figures(table, 1, "2024-01-31", "convert") == (1, 1, 0)  # anna
    assert figures(table, 1, "2024-03-31", "convert") == (2, 1, 1)  # cy on, ben at risk
    assert figures(table, 3, "2024-02-29", "convert") == (1, 0, 1)  # ben
    assert figures(table, 3, "2024-01-31", "convert") == (1, 1, 1)  # anna went on to retain, then at risk
    assert figures(table, 3, "2024-05-31", "at_risk") == (2, 1, 2)  # both are lost in June, anna is back in August
    assert figures(table, 1, "2024-05-31", "at_risk") == (2, 0, 2)
    assert figures(table, 1, "2024-04-30", "at_risk") == (2, 0, 0)
    assert figures(table, 1, "2024-07-31", "lost") == (2, 1, 0)
    assert "loyal" not in set(table[c.STAGE]), "the last stage of the path has no next phase"


def test_windows_that_reach_beyond_the_data_are_not_judged(paths):
    table = conversion(paths, (3,))
    late = table[table[c.AS_OF] > dt.date(2024, 5, 31)]
    assert len(late) and not late["is_complete"].any()
    assert late[["n_forward", "n_back", "share", "low", "high"]].isna().all(axis=None)
    assert table[table[c.AS_OF] <= dt.date(2024, 5, 31)]["is_complete"].all()
    assert table["is_small"].all()


def test_a_month_that_is_not_over_judges_nobody(shop, engine):
    ledger = build_ledger(load_frames(shop, engine), day("2024-08-20"))
    assert ledger.is_last_partial and ledger.n_full == 7
    table = conversion(count_paths(ledger, STERNE), (1,))
    judged = table[table["is_complete"]]
    assert max(judged[c.AS_OF]) == dt.date(2024, 6, 30)
    assert ledger.periods()["is_partial"].tolist() == [False] * 7 + [True]


def test_shares_and_wilson_bounds(paths):
    row = conversion(paths, (1,)).query("stage == 'convert' and n_customers == 2").iloc[0]
    assert row["share"] == 0.5
    # Wilson, 1 of 2, z = 1.959964: centre .5, half z√(.125 + z²/16) / (1 + z²/2)
    assert (row["low"], row["high"]) == (pytest.approx(0.0945, abs=1e-4), pytest.approx(0.9055, abs=1e-4))


def test_each_entry_counts_once_and_late_ones_are_told(paths):
    pooled = pooled_conversion(conversion_after_entry(paths, (1, 3))).set_index(["horizon", c.STAGE])
    # ben, cy and dot enter convert after January; anna's January is the first month of the file
    assert pooled.loc[(1, "convert"), [c.N_CUSTOMERS, "n_forward", "n_left_out"]].tolist() == [2, 1, 1]
    assert pooled.loc[(3, "convert"), [c.N_CUSTOMERS, "n_forward", "n_back"]].tolist() == [2, 1, 2]
    # at risk: anna and ben in April, cy in June
    assert pooled.loc[(3, "at_risk"), [c.N_CUSTOMERS, "n_forward", "n_left_out"]].tolist() == [2, 0, 1]
    # lost: anna and ben in June, cy in August, all too late for three months
    assert pooled.loc[(3, "lost"), [c.N_CUSTOMERS, "n_forward", "n_left_out"]].tolist() == [0, 0, 3]
    assert pd.isna(pooled.loc[(3, "lost"), "share"])
    assert pooled.loc[(1, "lost"), [c.N_CUSTOMERS, "n_forward", "n_left_out"]].tolist() == [2, 0, 1]


def test_stays_are_runs_and_the_first_are_marked(paths):
    table = stays(paths).set_index(c.STAGE)
    convert = table.loc[["convert"]].sort_values("n_periods")
    assert convert[["n_periods", "has_left", "is_first", c.N_CUSTOMERS]].to_numpy().tolist() == [
        [1, False, False, 1],  # dot
        [1, True, False, 1],  # cy
        [1, True, True, 1],  # anna
        [2, True, False, 1],  # ben
    ]
    assert table[c.N_CUSTOMERS].sum() == 13


def test_time_in_stage_counts_running_stays_for_as_long_as_seen(paths):
    table = time_in_stage(paths, within=3).set_index(c.STAGE)
    # lost: anna left after 2; ben has been there for 3 and cy for 1, both still there
    lost = table.loc["lost"]
    assert lost[["n_stays", "n_running", "n_first"]].tolist() == [3, 2, 0]
    curve = stay_curves(paths).query("stage == 'lost'")
    assert curve[["n_periods", "n_at_risk", "n_left", "share_staying"]].to_numpy().tolist() == [
        [1, 2, 0, 1.0],
        [2, 2, 1, 0.5],  # ben's third period is the last seen: whether he stays beyond it is not known
    ]
    assert (lost["median"], lost["mean_within"]) == (2.0, 2.5)
    # convert without anna: cy left after 1, ben after 2, dot's one period says nothing
    assert table.loc["convert", ["n_stays", "n_running", "n_first", "median", "mean_within"]].tolist() == [
        3,
        1,
        1,
        1,
        1.5,
    ]
    with_first = time_in_stage(paths, within=3, with_first=True).set_index(c.STAGE)
    assert with_first.loc["convert", ["n_stays", "n_first"]].tolist() == [4, 1]
    assert with_first.loc["convert", "mean_within"] == pytest.approx(4 / 3)
    assert pd.isna(table.loc["loyal", "median"]) and pd.isna(table.loc["loyal", "mean_within"])


def test_comings_and_goings_and_the_quick_ratio(ledger):
    table = comings_and_goings(count_moves(ledger, STERNE), STERNE, ledger).set_index(c.AS_OF)
    assert table["new"].tolist() == [1, 1, 1, 0, 0, 0, 0, 1]
    assert table["reactivated"].tolist() == [0, 0, 0, 0, 0, 0, 0, 1]
    assert table["newly_off"].tolist() == [0, 0, 0, 2, 0, 1, 0, 0]
    assert table["quick_ratio"].tolist()[3] == 0.0
    assert table["quick_ratio"].isna().sum() == 6


def test_flows_between_chosen_months(ledger):
    flows = flows_between(ledger, STERNE, [dt.date(2024, 8, 31), dt.date(2024, 2, 29), dt.date(2024, 4, 30)])
    told = flows[[c.AS_OF, c.FROM_STAGE, c.TO_STAGE, c.N_CUSTOMERS]].to_numpy().tolist()
    april, august = dt.date(2024, 4, 30), dt.date(2024, 8, 31)
    assert told == [
        [april, NOT_KNOWN, "retain", 1],
        [april, "convert", "at_risk", 1],
        [april, "retain", "at_risk", 1],
        [august, NOT_KNOWN, "convert", 1],
        [august, "retain", "lost", 1],
        [august, "at_risk", "retain", 1],
        [august, "at_risk", "lost", 1],
    ]
    assert flows[c.RATE].tolist() == [1, 1, 1, 1, 1, 0.5, 0.5]  # of those who were in the stage at the day before


@pytest.mark.parametrize("days", [["2024-02-29"], ["2024-02-29", "2024-03-30"], ["2024-02-29", "2024-02-29"]])
def test_flows_need_two_period_ends(ledger, days):
    with pytest.raises(InputError, match="two to six different period ends") as refused:
        flows_between(ledger, STERNE, [dt.date.fromisoformat(text) for text in days])
    assert refused.value.allowed == "2 to 6 of the month ends from 2024-01-31 to 2024-08-31"


def test_rules_over_a_column_of_the_customers_file_are_drawn_as_the_whole_tells(shop, make_customers, each_engine):
    people = [("anna", "2024-01-01"), ("ben", "2024-01-01"), ("cy", None), ("eve", "2024-06-01")]
    traits = {"plan": ["gold", None, "basic", "gold"], "seats": [3.0, None, 1.0, 2.0]}
    tables = Tables(shop.orders, customers=make_customers(people, **traits))
    ledger = build_ledger(load_frames(tables, each_engine), day("2024-08-31"))
    gold = All(all=(Test(feature="plan", op="in", value=("gold", "None")), Test(feature="seats", op=">", value=2.0)))
    plain = Not(part=Test(feature="plan", op="missing"))
    rules = (
        STERNE.rules[0].model_copy(update={"when": gold}),
        STERNE.rules[1].model_copy(update={"when": plain}),
        *STERNE.rules[2:],
    )
    framework = STERNE.model_copy(update={"rules": rules})
    drawn, moves = outline_movement(ledger, framework), count_moves(ledger, framework)
    last = moves[moves[c.AS_OF] == ledger.dates[-1]].reset_index(drop=True)
    pd.testing.assert_frame_equal(drawn.moves, last)
    # anna has gold; cy and eve have a plan; ben and dot, who is in no file, have none and two orders at most
    assert drawn.by_rule[c.N_CUSTOMERS].tolist()[:2] == [1, 2]
    assert drawn.by_rule[c.N_CUSTOMERS].sum() == 5


def test_weeks_end_on_sundays_and_leave_the_months_as_they_were(shop, engine):
    frames = load_frames(shop, engine)
    months = build_ledger(frames, day("2024-03-12"))
    weeks = build_ledger(frames, day("2024-03-12"), "week")
    assert [str(one) for one in weeks.dates] == [
        *("2024-01-21", "2024-01-28", "2024-02-04", "2024-02-11", "2024-02-18", "2024-02-25"),
        *("2024-03-03", "2024-03-10", "2024-03-12"),
    ]
    assert weeks.is_last_partial
    moves = count_moves(weeks, STERNE)
    assert moves[moves[c.FROM_STAGE] == NOT_KNOWN][c.AS_OF].astype(str).tolist() == [
        *("2024-01-21", "2024-02-25", "2024-03-10")
    ]
    assert count_moves(months, STERNE)[c.AS_OF].nunique() == 3


def test_people_known_for_too_short_a_time_enter_later(ledger):
    guarded = ledger.known_for(30)
    moves = count_moves(guarded, STERNE)
    entered = moves[moves[c.FROM_STAGE] == NOT_KNOWN]
    # anna is 16 days old at the end of January, ben 9 in February, cy 21 in March, dot 0 in August
    assert entered[[c.AS_OF, c.TO_STAGE, c.N_CUSTOMERS]].to_numpy().tolist() == [
        [dt.date(2024, 2, 29), "retain", 1],
        [dt.date(2024, 3, 31), "convert", 1],
        [dt.date(2024, 4, 30), "retain", 1],
    ]
    assert as_letters(count_paths(guarded, STERNE)) == sorted([".RRAALLR", "..CAALLL", "...RRAAL"])
    assert count_moves(ledger.known_for(0), STERNE).equals(count_moves(ledger, STERNE))


# laws


def slow_paths(ledger, framework):
    """Customer → stage by period, read row by row."""
    rows = collect(assign_rules(ledger.frame, framework).select(c.CUSTOMER_ID, c.PERIOD, c.RULE_NO))
    told = {}
    for who, period, rule in rows.itertuples(index=False):
        told.setdefault(who, {})[period] = framework.stage_of_rule[rule]
    return told


def slow_conversion(told, framework, ledger, horizon):
    path = [stage.id for stage in framework.stages if stage.kind == "path"]
    off = [stage.id for stage in framework.stages if stage.kind == "off_path"]
    place = {id_: i for i, id_ in enumerate(path)} | {id_: -1 - i for i, id_ in enumerate(off)}
    counts = {}
    for stages in told.values():
        for period, stage in stages.items():
            if period + horizon < ledger.n_full and stage != path[-1]:
                later = [place[stages[period + step]] for step in range(1, horizon + 1)]
                n = counts.setdefault((ledger.dates[period], stage), [0, 0, 0])
                n[0] += 1
                n[1] += max(later) > max(place[stage], -1)
                n[2] += min(later) < place[stage]
    return counts


@given(data=st.data())
def test_conversion_is_what_counting_row_by_row_gives(data, shops, both_engines):
    tables = data.draw(shops)
    framework = data.draw(st.sampled_from(shipped_frameworks()))
    unit = data.draw(st.sampled_from(["month", "week"]))
    as_of = max(tables.orders[c.DAY].to_pylist())
    ledger = build_ledger(load_frames(tables, data.draw(st.sampled_from(both_engines))), as_of, unit)
    paths, told = count_paths(ledger, framework), slow_paths(ledger, framework)
    assert paths.n_customers.sum() == len(told)
    for horizon in (1, 5):
        table = conversion(paths, (1, 5))
        judged = table[table["is_complete"] & (table["horizon"] == horizon)]
        found = {
            (row[c.AS_OF], row[c.STAGE]): [row[c.N_CUSTOMERS], row["n_forward"], row["n_back"]]
            for _, row in judged.iterrows()
        }
        assert found == slow_conversion(told, framework, ledger, horizon)
        assert (judged["low"] <= judged["share"]).all() and (judged["share"] <= judged["high"]).all()


@given(data=st.data())
def test_paths_flows_and_stays_agree_with_the_moves(data, shops, both_engines):
    tables = data.draw(shops)
    framework = data.draw(st.sampled_from(shipped_frameworks()))
    as_of = max(tables.orders[c.DAY].to_pylist())
    ledger = build_ledger(load_frames(tables, data.draw(st.sampled_from(both_engines))), as_of)
    paths, moves = count_paths(ledger, framework), count_moves(ledger, framework)
    n_known = int(moves.loc[moves[c.AS_OF] == ledger.dates[-1], c.N_CUSTOMERS].sum())
    assert paths.n_customers.sum() == n_known
    if len(ledger.dates) > 1:
        flows = flows_between(ledger, framework, ledger.dates[-2:])
        last = moves[moves[c.AS_OF] == ledger.dates[-1]].drop(columns=[c.AS_OF, c.RATE])
        keys = [c.FROM_STAGE, c.TO_STAGE]
        pd.testing.assert_series_equal(
            flows.groupby(keys)[c.N_CUSTOMERS].sum(), last.groupby(keys)[c.N_CUSTOMERS].sum()
        )
    # what a moved limit redraws is the same as the whole, of which it reads a part
    drawn = outline_movement(ledger, framework)
    last = moves[moves[c.AS_OF] == ledger.dates[-1]].reset_index(drop=True)
    pd.testing.assert_frame_equal(drawn.moves, last)
    sizes = drawn.by_rule.groupby(c.STAGE)[c.N_CUSTOMERS].sum()
    assert sizes[sizes > 0].to_dict() == last.groupby(c.TO_STAGE)[c.N_CUSTOMERS].sum().to_dict()
    if len(drawn.flows):
        days = sorted({*drawn.flows["from_as_of"], *drawn.flows[c.AS_OF]})
        pd.testing.assert_frame_equal(drawn.flows, flows_between(ledger, framework, days))
    # each stay is begun once: by whoever was not known, or by a move
    full = moves[moves[c.AS_OF].isin(ledger.dates[: ledger.n_full])]
    began = full[full[c.FROM_STAGE] != full[c.TO_STAGE]][c.N_CUSTOMERS].sum()
    table = stays(paths)
    assert table[c.N_CUSTOMERS].sum() == began
    assert (table["n_periods"] * table[c.N_CUSTOMERS]).sum() == full[c.N_CUSTOMERS].sum()
    curves = stay_curves(paths, with_first=True)
    assert ((curves["low"] <= curves["share_staying"]) & (curves["share_staying"] <= curves["high"])).all()


@given(data=st.data())
def test_the_way_back_from_off_the_path_balances(data, shops, both_engines):
    """Off the path now = off before + newly off + newly known there − back on the path."""
    tables = data.draw(shops)
    as_of = max(tables.orders[c.DAY].to_pylist())
    ledger = build_ledger(load_frames(tables, data.draw(st.sampled_from(both_engines))), as_of)
    moves = count_moves(ledger, STERNE)
    table = comings_and_goings(moves, STERNE, ledger).set_index(c.AS_OF)
    off = {"at_risk", "lost"}
    stock = moves[moves[c.TO_STAGE].isin(off)].groupby(c.AS_OF)[c.N_CUSTOMERS].sum()
    stock = stock.reindex(table.index, fill_value=0)
    straight = moves[moves[c.TO_STAGE].isin(off) & (moves[c.FROM_STAGE] == NOT_KNOWN)]
    straight = straight.groupby(c.AS_OF)[c.N_CUSTOMERS].sum().reindex(table.index, fill_value=0)
    assert (stock.diff().fillna(stock) == table["newly_off"] + straight - table["reactivated"]).all()


@given(data=st.data())
def test_one_more_customer_changes_nobody_elses_path(data, shops, both_engines, make_orders):
    import pyarrow as pa

    tables = data.draw(shops)
    days = tables.orders[c.DAY].to_pylist()
    engine = data.draw(st.sampled_from(both_engines))
    other = make_orders([("somebody else", data.draw(st.sampled_from(days)), 10.0)])
    if not tables.has_amounts:
        other = other.set_column(other.column_names.index(c.AMOUNT), c.AMOUNT, pa.nulls(1, pa.float64()))
    more = pa.concat_tables([tables.orders.select(other.column_names), other])
    more = Tables(more, tables.customers, tables.events)
    plain = Tables(tables.orders.select(other.column_names), tables.customers, tables.events)
    before = slow_paths(build_ledger(load_frames(plain, engine), max(days)), STERNE)
    after = slow_paths(build_ledger(load_frames(more, engine), max(days)), STERNE)
    assert {who: path for who, path in after.items() if who != "somebody else"} == before


def test_dates_are_those_of_the_snapshots(ledger):
    assert ledger.dates == [to_date(snapshot) for snapshot in ledger.snapshots]
