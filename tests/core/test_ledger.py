"""Stage at every month end: moves counted by hand, and the identities that no data may break."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm_core import columns as c
from clm_core.conditions import Test as Comparison
from clm_core.engine import collect
from clm_core.features import build_features, load_frames
from clm_core.frameworks import Rule, load_framework, shipped_frameworks
from clm_core.ledger import NOT_KNOWN, build_ledger, count_moves, period_ends, stock_and_flow
from clm_core.stages import assign_rules, name_stages
from clm_core.tables import Tables, to_date, to_day

STERNE = load_framework("sterne_cutler")
BIG = Comparison(feature="spend_total", op=">=", value=20.0)


def day(text):
    return to_day(dt.date.fromisoformat(text))


@pytest.mark.parametrize(
    ("first", "as_of", "ends"),
    [
        ("2024-02-10", "2024-02-10", ["2024-02-10"]),
        ("2024-02-10", "2024-02-29", ["2024-02-29"]),
        ("2024-02-29", "2024-03-01", ["2024-02-29", "2024-03-01"]),
        ("2023-01-31", "2023-03-31", ["2023-01-31", "2023-02-28", "2023-03-31"]),
        ("2023-12-01", "2024-01-15", ["2023-12-31", "2024-01-15"]),
        ("2023-11-05", "2024-02-29", ["2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29"]),
    ],
)
def test_period_ends_run_from_the_first_month_to_the_day_itself(first, as_of, ends):
    assert [to_date(end).isoformat() for end in period_ends(day(first), day(as_of))] == ends


@pytest.fixture
def shop(make_orders, make_events):
    """Anna comes back and falls silent; Ben signs up, then buys; Cy is seen once with a credit note."""
    return Tables(
        make_orders(
            [
                ("anna", "2024-01-15", 10.0),
                ("anna", "2024-02-10", 10.0),
                ("ben", "2024-03-31", 10.0),
                ("cy", "2024-02-29", -5.0),
                ("zoe", "2024-09-15", 10.0),
            ]
        ),
        events=make_events([("ben", "2024-01-31", "sign_up")]),
    )


def moves_of(shop, engine, as_of):
    return count_moves(build_ledger(load_frames(shop, engine), day(as_of)), STERNE)


def test_moves_counted_by_hand(shop, engine):
    moves = moves_of(shop, engine, "2024-03-31")
    jan, feb, mar = dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2024, 3, 31)
    assert list(moves.itertuples(index=False, name=None)) == [
        (jan, NOT_KNOWN, "acquire", 1, 0.5),
        (jan, NOT_KNOWN, "convert", 1, 0.5),
        (feb, NOT_KNOWN, "reach", 1, 1.0),
        (feb, "acquire", "acquire", 1, 1.0),
        (feb, "convert", "retain", 1, 1.0),
        (mar, "reach", "reach", 1, 1.0),
        (mar, "acquire", "convert", 1, 1.0),
        (mar, "retain", "retain", 1, 1.0),
    ]


def test_silence_is_a_move_of_its_own(shop, engine):
    moves = moves_of(shop, engine, "2024-09-15")
    assert moves[c.AS_OF].unique().tolist()[-1] == dt.date(2024, 9, 15), "the last month ends on the day itself"
    anna = moves[moves[c.FROM_STAGE] == "retain"].set_index(c.AS_OF)[c.TO_STAGE]
    assert anna[dt.date(2024, 7, 31)] == "retain"  # 172 days
    assert anna[dt.date(2024, 8, 31)] == "at_risk"  # 203 days


def test_the_grid_is_complete_and_in_lifecycle_order(shop, engine):
    stock = stock_and_flow(moves_of(shop, engine, "2024-03-31"), STERNE)
    assert stock[c.STAGE].tolist() == STERNE.stage_ids * 3
    march = stock[stock[c.AS_OF] == dt.date(2024, 3, 31)].set_index(c.STAGE)
    assert march[c.N_CUSTOMERS].tolist() == [1, 0, 1, 1, 0, 0, 0]
    assert march[c.SHARE].sum() == pytest.approx(1.0)
    assert (march.loc["convert", "arrived"], march.loc["acquire", "left"], march["entered"].sum()) == (1, 1, 0)
    february = stock[stock[c.AS_OF] == dt.date(2024, 2, 29)].set_index(c.STAGE)
    assert february["entered"].to_dict() == {stage: int(stage == "reach") for stage in STERNE.stage_ids}


def test_an_as_of_day_in_the_first_month_has_one_month_of_newcomers(shop, engine):
    moves = moves_of(shop, engine, "2024-01-31")
    assert set(moves[c.FROM_STAGE]) == {NOT_KNOWN}
    assert moves[c.N_CUSTOMERS].sum() == 2
    assert moves_of(shop, engine, "2024-01-15")[c.N_CUSTOMERS].tolist() == [1]


def test_other_limits_need_no_new_ledger(shop, engine):
    ledger = build_ledger(load_frames(shop, engine), day("2024-09-15"))
    strict = STERNE.with_limits({"at_risk_days": 30, "lost_days": 60})
    last = stock_and_flow(count_moves(ledger, strict), strict).tail(7).set_index(c.STAGE)[c.N_CUSTOMERS]
    assert last.to_dict() == {"reach": 1, "acquire": 0, "convert": 1, "retain": 0, "loyal": 0, "at_risk": 0, "lost": 2}


def test_a_trait_decides_the_same_before_and_after(make_orders, make_customers, engine):
    from clm_core.conditions import Test
    from clm_core.frameworks import Rule

    tables = Tables(
        make_orders([("a", "2024-01-15", 1.0), ("b", "2024-02-15", 1.0)]), make_customers([("a", None)], plan=["plus"])
    )
    rule = Rule(id="plus", stage="loyal", when=Test(feature="plan", op="==", value="plus"))
    framework = STERNE.model_copy(update={"rules": (rule, *STERNE.rules)})
    moves = count_moves(build_ledger(load_frames(tables, engine), day("2024-02-15")), framework)
    assert moves[[c.FROM_STAGE, c.TO_STAGE]].to_numpy().tolist() == [
        [NOT_KNOWN, "loyal"],
        [NOT_KNOWN, "convert"],
        ["loyal", "loyal"],
    ]


# laws


def check_identities(moves, framework, n_known):
    """stock(t) = stock(t−1) + entered + arrived − left; rates of each stage left sum to 1; everyone once a month."""
    stock = stock_and_flow(moves, framework)
    assert stock.groupby(c.AS_OF)[c.N_CUSTOMERS].sum().to_dict() == n_known
    assert moves.groupby(c.AS_OF)[c.N_CUSTOMERS].sum().to_dict() == n_known
    before = stock.groupby(c.STAGE)[c.N_CUSTOMERS].shift(1, fill_value=0)
    assert (stock[c.N_CUSTOMERS] == before + stock["entered"] + stock["arrived"] - stock["left"]).all()
    assert (stock["left"] <= before).all()
    assert moves.groupby([c.AS_OF, c.FROM_STAGE])[c.RATE].sum().to_numpy() == pytest.approx(1.0)
    assert not moves.duplicated([c.AS_OF, c.FROM_STAGE, c.TO_STAGE]).any()
    known = moves[moves[c.FROM_STAGE] != NOT_KNOWN].groupby(c.AS_OF)[c.N_CUSTOMERS].sum()
    earlier = pd.Series(n_known).shift(1).dropna()
    assert known.to_dict() == earlier.to_dict(), "whoever is known stays known"


@given(data=st.data())
def test_the_identities_hold_on_both_engines_alike(data, shops, both_engines):
    tables = data.draw(shops)
    as_of = max(tables.orders[c.DAY].to_pylist())
    ledgers = [build_ledger(load_frames(tables, one), as_of) for one in both_engines]
    rows = collect(ledgers[0].frame.select(c.CUSTOMER_ID, c.PERIOD))
    assert not rows.duplicated().any()
    n_known = {to_date(ledgers[0].snapshots[period]): n for period, n in rows.groupby(c.PERIOD).size().items()}
    for framework in data.draw(st.permutations(shipped_frameworks()))[:2]:
        first, second = [count_moves(ledger, framework) for ledger in ledgers]
        pd.testing.assert_frame_equal(first, second, rtol=1e-9)
        check_identities(first, framework, n_known)


@given(data=st.data())
def test_later_data_never_change_earlier_months(data, shops, both_engines, cut_at):
    tables = data.draw(shops)
    days = tables.orders[c.DAY].to_pylist()
    as_of, earlier = max(days), data.draw(st.sampled_from(days))
    one = data.draw(st.sampled_from(both_engines))
    whole = count_moves(build_ledger(load_frames(tables, one), as_of), STERNE)
    part = count_moves(build_ledger(load_frames(cut_at(tables, earlier), one), earlier), STERNE)
    full_months = part[c.AS_OF].isin(set(whole[c.AS_OF]))
    expected = whole[whole[c.AS_OF].isin(set(part[c.AS_OF]))].reset_index(drop=True)
    pd.testing.assert_frame_equal(part[full_months].reset_index(drop=True), expected)


@given(data=st.data())
def test_the_ledgers_stages_are_those_of_each_day(data, shops, both_engines):
    tables = data.draw(shops)
    as_of = max(tables.orders[c.DAY].to_pylist())
    one = data.draw(st.sampled_from(both_engines))
    frames = load_frames(tables, one)
    ledger = build_ledger(frames, as_of)
    stock = stock_and_flow(count_moves(ledger, STERNE), STERNE)
    at = data.draw(st.sampled_from(ledger.snapshots))
    there = name_stages(collect(assign_rules(build_features(frames, at), STERNE)), STERNE)
    counted = stock[stock[c.AS_OF] == to_date(at)].set_index(c.STAGE)[c.N_CUSTOMERS]
    assert counted[counted > 0].to_dict() == there[c.STAGE].value_counts().to_dict()


def test_what_the_rules_read_is_laid_out_once_and_equals_the_whole_ledger(shop, engine):
    ledger = build_ledger(load_frames(shop, engine), day("2024-08-20"))
    kept = ledger.read_by(STERNE)
    names = [name for name in kept.collect_schema().names() if name != c.CUSTOMER_NO]
    assert {"n_orders", "previous_n_orders", c.PERIOD, "was_known"} <= set(names)
    assert "spend_total" not in names
    home, whole = (collect(frame.select(names)) for frame in (kept, ledger.frame))
    pd.testing.assert_frame_equal(
        home.sort_values(names, ignore_index=True), whole.sort_values(names, ignore_index=True), check_dtype=False
    )
    alike = collect(ledger.alike(STERNE))
    assert alike[c.N_CUSTOMERS].sum() == len(whole)
    assert not alike.drop(columns=c.N_CUSTOMERS).duplicated().any()


def test_rules_that_read_other_features_get_their_own(shop, engine):
    ledger = build_ledger(load_frames(shop, engine), day("2024-08-20"))
    by_sterne = count_moves(ledger, STERNE)
    for other in shipped_frameworks():
        assert count_moves(ledger, other)[c.N_CUSTOMERS].sum() == by_sterne[c.N_CUSTOMERS].sum()
    by_spend = STERNE.model_copy(update={"rules": (Rule(id="big", stage="loyal", when=BIG), *STERNE.rules)})
    assert set(count_moves(ledger, by_spend)[c.TO_STAGE]) >= {"loyal"}
    pd.testing.assert_frame_equal(count_moves(ledger, STERNE), by_sterne)
