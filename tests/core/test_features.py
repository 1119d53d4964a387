"""Features of customers at a day: hand-computed truth, and laws over random order logs."""

import datetime as dt
from itertools import pairwise

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm_core import columns as c
from clm_core.engine import collect
from clm_core.errors import PeriodError
from clm_core.features import (
    FEATURES,
    build_features,
    build_panel,
    features_of,
    known_features,
    load_frames,
)
from clm_core.tables import Tables, to_day


def day(text):
    return to_day(dt.date.fromisoformat(text))


@pytest.fixture
def shop(make_orders):
    """Anna orders twice on a leap day and once more, and gives something back; Ben's one order was free."""
    return Tables(
        make_orders(
            [
                ("anna", "2024-01-31", 30.0),
                ("anna", "2024-02-29", 20.0),
                ("anna", "2024-02-29", 10.0),
                ("anna", "2024-03-02", -20.0),
                ("anna", "2024-04-29", 5.0),
                ("ben", "2024-02-01", 0.0),
                ("cy", "2024-03-01", -8.0),
                ("dee", "2024-04-30", 12.5),
            ],
            discount=[None, 2.0, 0.0, None, 1.0, None, None, None],
            channel=["web", "shop", "web", "web", "web", None, "web", "mail"],
        )
    )


def test_features_counted_by_hand(shop, features_at, engine):
    found = features_at(shop, engine, "2024-04-30")
    assert list(found.index) == ["anna", "ben", "cy", "dee"]
    anna = found.loc["anna"]
    assert anna["n_orders"] == 4
    assert anna["n_order_days"] == 3
    assert anna["spend_total"] == 45.0
    assert anna["days_since_last_order"] == 1
    assert anna["days_since_first_order"] == 90
    assert anna["tenure_days"] == 90
    assert anna["mean_gap_days"] == (29 + 60) / 2
    assert anna["gap_ratio"] == pytest.approx(1 / 44.5)
    assert anna["mean_order_value"] == 45.0 / 4
    assert anna["discount_share"] == 2 / 4
    assert anna["n_orders_90d"] == 3  # the order of 31 January is 90 days old: out
    assert anna["n_orders_365d"] == 4
    assert anna["spend_365d"] == 45.0
    assert anna["first_channel"] == "web"


def test_a_free_order_is_an_order(shop, features_at, engine):
    ben = features_at(shop, engine, "2024-04-30").loc["ben"]
    assert (ben["n_orders"], ben["n_order_days"], ben["spend_total"]) == (1, 1, 0.0)
    assert (ben["mean_order_value"], ben["discount_share"]) == (0.0, 0.0)
    assert pd.isna(ben["mean_gap_days"])
    assert pd.isna(ben["gap_ratio"])
    assert pd.isna(ben["first_channel"])


def test_a_customer_with_credit_notes_alone_is_known_and_has_no_orders(shop, features_at, engine):
    cy = features_at(shop, engine, "2024-04-30").loc["cy"]
    assert (cy["n_orders"], cy["n_order_days"], cy["spend_total"], cy["tenure_days"]) == (0, 0, -8.0, 60)
    missing = ["days_since_last_order", "days_since_first_order", "mean_gap_days", "gap_ratio", "mean_order_value"]
    assert cy[[*missing, "discount_share", "first_channel", "first_order_day", "last_order_day"]].isna().all()


def test_an_order_of_the_day_itself_counts(shop, features_at, engine):
    dee = features_at(shop, engine, "2024-04-30").loc["dee"]
    assert (dee["n_orders"], dee["days_since_last_order"], dee["tenure_days"], dee["n_orders_90d"]) == (1, 0, 0, 1)
    assert "dee" not in features_at(shop, engine, "2024-04-29").index


def test_nothing_about_later_orders_shows(shop, features_at, engine):
    anna = features_at(shop, engine, "2024-02-28").loc["anna"]
    assert (anna["n_orders"], anna["spend_total"], anna["days_since_last_order"]) == (1, 30.0, 28)
    assert features_at(shop, engine, "2024-01-31").index.tolist() == ["anna"]


@pytest.mark.parametrize(
    ("feature", "window", "kind"),
    [
        ("n_orders_90d", 90, None),
        ("n_orders_365d", 365, None),
        ("spend_365d", 365, None),
        ("n_actions_90d", 90, "visit"),
        ("n_carts_30d", 30, "checkout"),
        ("n_contacts_30d", 30, "send"),
        ("n_clicks_90d", 90, "click"),
        ("n_tickets_90d", 90, "ticket"),
        ("n_advocacy_365d", 365, "referral"),
    ],
)
def test_a_window_lets_go_exactly_on_its_last_day(make_orders, make_events, features_at, engine, feature, window, kind):
    start = day("2024-02-29")
    orders = make_orders([("a", start, 1.0), ("z", start + 400, 1.0)])
    tables = Tables(orders, events=make_events([("a", start, kind)]) if kind else None)
    assert features_at(tables, engine, start + window - 1).loc["a", feature] == 1
    assert features_at(tables, engine, start + window).loc["a", feature] == 0


def test_a_year_across_a_leap_day_has_365_days_in_its_window(make_orders, features_at, engine):
    tables = Tables(make_orders([("a", "2024-02-29", 1.0), ("z", "2025-03-31", 1.0)]))
    assert features_at(tables, engine, "2025-02-27").loc["a", "n_orders_365d"] == 1
    assert features_at(tables, engine, "2025-02-28").loc["a", "n_orders_365d"] == 0


def test_leads_are_known_by_what_they_do(make_orders, make_events, make_customers, features_at, engine):
    tables = Tables(
        make_orders([("buyer", "2024-03-01", 9.0), ("buyer", "2024-06-30", 9.0)]),
        make_customers([("signed", "2024-03-05"), ("never_seen", None), ("buyer", "2024-04-01")], plan=["x", "y", "z"]),
        make_events([("lead", "2024-01-15", "visit"), (None, "2024-01-16", "visit"), ("buyer", "2024-02-01", "send")]),
    )
    found = features_at(tables, engine, "2024-04-13")
    assert found.index.tolist() == ["buyer", "lead", "signed"]
    assert found["tenure_days"].to_dict() == {"buyer": 72, "lead": 89, "signed": 39}
    assert found["n_orders"].to_dict() == {"buyer": 1, "lead": 0, "signed": 0}
    assert found["n_actions_90d"].to_dict() == {"buyer": 0, "lead": 1, "signed": 0}
    assert found["plan"].fillna("–").to_dict() == {"buyer": "z", "lead": "–", "signed": "x"}
    assert features_at(tables, engine, "2024-04-14").loc["lead", "n_actions_90d"] == 0


def test_every_registered_feature_is_there_in_any_file(make_orders, features_at, engine):
    found = features_at(Tables(make_orders([("a", "2024-01-01", None)])), engine, "2024-01-01")
    assert set(FEATURES) <= set(found.columns)
    unknown = ["spend_total", "spend_365d", "mean_order_value", "discount_share", "first_channel", "n_sign_ups"]
    assert found.loc["a", unknown].isna().all()
    assert found.loc["a", "n_orders"] == 1


def test_features_of_names_what_the_files_really_fill(make_orders, make_events, make_customers, engine):
    plain = features_of(load_frames(Tables(make_orders([("a", 19_000, None)])), engine))
    assert list(plain) == [
        "n_orders", "n_order_days", "days_since_last_order", "days_since_first_order", "tenure_days", "mean_gap_days",
        "gap_ratio", "n_orders_90d", "n_orders_365d",
    ]  # fmt: skip
    rich = load_frames(
        Tables(
            make_orders([("a", 19_000, 1.0)], discount=[0.5], category=["bikes"]),
            make_customers([("a", None)], home_town=["Oslo"], age=[41]),
            make_events([("a", 19_000, "visit")]),
        ),
        engine,
    )
    assert set(features_of(rich)) == {
        name for name, feature in FEATURES.items() if feature.kind == "number" or name == "first_category"
    } | {"home_town", "age"}
    assert known_features(rich)["home_town"].label == "home town"
    assert known_features(rich)["home_town"].kind == "text"
    assert known_features(rich)["age"].kind == "number"
    assert set(known_features(rich)) == set(FEATURES) | {"home_town", "age"}


def test_the_day_must_lie_inside_the_data(shop, engine):
    frames = load_frames(shop, engine)
    for outside in ("2024-01-30", "2024-05-01"):
        with pytest.raises(PeriodError, match=r"The day asked for lies outside the data") as told:
            build_features(frames, day(outside))
        assert told.value.found == outside
        assert "2024-01-31 to 2024-04-30" in told.value.allowed
        assert told.value.next_step


def test_an_event_after_the_last_order_lengthens_the_data(make_orders, make_events, features_at, engine):
    tables = Tables(make_orders([("a", "2024-01-01", 1.0)]), events=make_events([("a", "2024-02-10", "visit")]))
    assert features_at(tables, engine, "2024-02-10").loc["a", "days_since_last_order"] == 40


def test_no_cents_are_invented(make_orders, features_at, engine):
    tables = Tables(make_orders([("a", "2024-01-01", 0.3), ("a", "2024-01-02", -0.1), ("a", "2024-01-03", -0.2)]))
    spent = features_at(tables, engine, "2024-01-03").loc["a", "spend_total"]
    assert spent == 0.0
    assert f"{spent:g}" == "0", "not minus nothing"


@pytest.mark.parametrize(
    "taken",
    ["n_orders", "period", "N_Discounted", "first_channel", "was_known", "stage", "previous_plan", "churn_prob_low"],
)
def test_a_trait_cannot_take_the_name_of_a_feature(make_orders, make_customers, features_at, engine, taken):
    tables = Tables(make_orders([("a", "2024-01-01", 7.0)]), make_customers([("a", None)], **{taken: [99.0]}))
    found = features_at(tables, engine, "2024-01-01").loc["a"]
    assert (found["n_orders"], found["spend_total"], found[f"trait_{taken}"]) == (1, 7.0, 99.0)


@pytest.mark.parametrize("free", ["country", "segment", "amount", "plan", "channel"])
def test_other_traits_keep_their_names(make_orders, make_customers, features_at, engine, free):
    tables = Tables(
        make_orders([("a", "2024-01-01", 7.0)], country=["Peru"]), make_customers([("a", None)], **{free: ["x"]})
    )
    found = features_at(tables, engine, "2024-01-01").loc["a"]
    assert (found["n_orders"], found["first_country"], found[free]) == (1, "Peru", "x")


def test_the_registers_sentences_have_both_numbers():
    for feature in FEATURES.values():
        assert feature.description, feature.name
        if feature.kind == "number" and feature.unit not in ("money", "share"):
            assert feature.singular, f"'1 {feature.label}' would read badly"


# laws


@given(data=st.data())
def test_both_engines_agree(data, shops, both_engines, features_at):
    tables = data.draw(shops)
    as_of = int(max(tables.orders[c.DAY].to_pylist()))
    first, second = [features_at(tables, one, as_of) for one in both_engines]
    pd.testing.assert_frame_equal(first, second, rtol=1e-9, atol=0)


@given(data=st.data())
def test_features_of_all_data_equal_features_of_the_data_cut_at_the_day(data, shops, both_engines, features_at, cut_at):
    tables = data.draw(shops)
    days = tables.orders[c.DAY].to_pylist()
    as_of = data.draw(st.sampled_from(days) | st.integers(min(days), max(days)))
    one = data.draw(st.sampled_from(both_engines))
    cut = cut_at(tables, as_of)
    # without a row on the day itself, the cut data would end before it
    marked = Tables(
        pa.concat_tables([cut.orders, tables.orders.slice(0, 1)]).set_column(
            tables.orders.column_names.index(c.DAY),
            c.DAY,
            pa.array([*cut.orders[c.DAY].to_pylist(), as_of], pa.int32()),
        ),
        cut.customers,
        cut.events,
    )
    marker = tables.orders[c.CUSTOMER_ID][0].as_py()
    whole, part = features_at(tables, one, as_of), features_at(marked, one, as_of)
    if as_of in cut.orders[c.DAY].to_pylist():
        part = features_at(cut, one, as_of)
    else:
        whole, part = whole.drop(index=marker, errors="ignore"), part.drop(index=marker)
    pd.testing.assert_frame_equal(whole, part, check_dtype=False, rtol=1e-9, atol=0)


@given(data=st.data())
def test_the_panel_at_a_day_is_the_features_of_that_day(data, shops, both_engines, features_at):
    tables = data.draw(shops)
    days = tables.orders[c.DAY].to_pylist()
    snapshots = sorted(data.draw(st.sets(st.integers(min(days), max(days)), min_size=1, max_size=4)))
    one = data.draw(st.sampled_from(both_engines))
    panel = collect(build_panel(load_frames(tables, one), snapshots))
    for period, as_of in enumerate(snapshots):
        row = panel[panel[c.PERIOD] == period].set_index(c.CUSTOMER_ID).sort_index().drop(columns=c.PERIOD)
        expected = features_at(tables, one, as_of)
        assert (row[c.AS_OF_DAY] == as_of).all()
        pd.testing.assert_frame_equal(row[expected.columns], expected, check_dtype=False, rtol=1e-9, atol=0)


@given(data=st.data())
def test_adding_a_customer_changes_nobody_elses_row(data, shops, both_engines, features_at):
    tables = data.draw(shops)
    as_of = max(tables.orders[c.DAY].to_pylist())
    one = data.draw(st.sampled_from(both_engines))
    twin = tables.orders.set_column(
        tables.orders.column_names.index(c.CUSTOMER_ID), c.CUSTOMER_ID, pa.array(["newcomer"] * len(tables.orders))
    )
    more = Tables(pa.concat_tables([tables.orders, twin]), tables.customers, tables.events)
    before, after = features_at(tables, one, as_of), features_at(more, one, as_of)
    assert set(after.index) - set(before.index) == {"newcomer"}
    pd.testing.assert_frame_equal(after.drop(index="newcomer"), before, check_dtype=False, rtol=1e-9, atol=0)


def naive_features(rows, as_of):
    """The same features from plain loops over (customer, day, amount, is_purchase), for comparison."""
    known = {}
    for who, at, amount, is_purchase in rows:
        if at <= as_of:
            known.setdefault(who, []).append((at, amount, is_purchase))
    found = {}
    for who, seen in known.items():
        bought = sorted(at for at, _, is_purchase in seen if is_purchase)
        order_days = sorted(set(bought))
        gaps = [later - earlier for earlier, later in pairwise(order_days)]
        cents = [(at, round(amount * 100)) for at, amount, _ in seen if amount is not None]
        found[who] = {
            "n_orders": len(bought),
            "n_order_days": len(order_days),
            "days_since_last_order": as_of - bought[-1] if bought else None,
            "mean_gap_days": sum(gaps) / len(gaps) if gaps else None,
            "gap_ratio": (as_of - order_days[-1]) * len(gaps) / sum(gaps) if gaps else None,
            "n_orders_90d": sum(as_of - at < 90 for at in bought),
            "spend_total": sum(amount for _, amount in cents) / 100 if cents else None,
            "spend_365d": sum(amount for at, amount in cents if as_of - at < 365) / 100 if cents else None,
        }
    return found


@given(data=st.data())
def test_the_engine_agrees_with_plain_loops(data, shops, both_engines, features_at):
    tables = data.draw(shops)
    days = tables.orders[c.DAY].to_pylist()
    as_of = data.draw(st.integers(min(days), max(days)))
    columns = [tables.orders[name].to_pylist() for name in (c.CUSTOMER_ID, c.DAY, c.AMOUNT, c.IS_PURCHASE)]
    expected = naive_features(list(zip(*columns, strict=True)), as_of)
    found = features_at(tables, data.draw(st.sampled_from(both_engines)), as_of)
    for who, features in expected.items():
        for name, value in features.items():
            seen = found.loc[who, name]
            same = pd.isna(seen) if value is None else seen == pytest.approx(value, rel=1e-9, abs=1e-9)
            assert same, f"{who} {name}: {seen}, by hand {value}"
