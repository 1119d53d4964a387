from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clm_core.errors import InputError
from clm_core.simulate import ShopSettings, SimulatedShop, as_tables, simulate_horizon, simulate_shop, write_files
from clm_core.simulate.__main__ import main
from clm_core.tables import CUSTOMERS, EVENT_KINDS, EVENTS, ORDERS, SPEND, to_day

SAMPLE = Path(__file__).parents[2] / "sample_data"
SMALL = ShopSettings(n_people=400)
FILES = ("orders.csv", "customers.csv", "events.csv", "spend.csv")


@pytest.fixture(scope="module")
def shop() -> SimulatedShop:
    return simulate_shop()


@pytest.fixture(scope="module")
def orders(shop):
    return shop.orders.to_pandas()


@pytest.fixture(scope="module")
def lines(shop):
    return shop.order_lines.to_pandas()


@pytest.fixture(scope="module")
def events(shop):
    return shop.events.to_pandas()


@pytest.fixture(scope="module")
def truth(shop, orders):
    bought = (
        orders[orders.is_purchase]
        .groupby("customer_id")
        .agg(n_orders=("order_id", "size"), discount_share=("discount", lambda column: (column > 0).mean()))
    )
    return shop.truth.to_pandas().set_index("customer_id").join(bought)


def test_tables_keep_to_their_contracts(shop):
    tables = as_tables(shop)
    for contract, table in zip(
        (ORDERS, CUSTOMERS, EVENTS, SPEND), (tables.orders, tables.customers, tables.events, tables.spend), strict=True
    ):
        assert contract.check(table) is table
    assert tables.currency == "GBP" and tables.has_amounts


def test_size_is_what_the_readme_promises(orders, truth, events):
    assert 2_850 <= truth.n_orders.notna().sum() <= 3_150
    assert 10_800 <= orders.is_purchase.sum() <= 13_200
    assert 1_500 <= truth.n_orders.isna().sum() <= 2_500
    assert sum((SAMPLE / name).stat().st_size for name in FILES) <= 5_000_000


def test_the_readme_counts_what_is_there(shop, truth, orders):
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    tables = (shop.order_lines, shop.customers, shop.events, shop.spend)
    counts = [*(table.num_rows for table in tables), truth.n_orders.notna().sum(), orders.is_purchase.sum()]
    counts += [*truth.persona.value_counts(), *truth[truth.n_orders.notna()].persona.value_counts()]
    assert [count for count in counts if f"{count:,}" not in readme] == []


def test_the_committed_files_are_what_the_seed_makes(tmp_path, capsys):
    assert main([str(tmp_path)]) == 0
    assert "orders.csv" in capsys.readouterr().out
    for name in (*FILES, "subscribers.csv"):
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes(), name


def test_the_command_explains_itself(capsys):
    assert main([]) == 2
    assert "OUT_DIR" in capsys.readouterr().err


def test_same_seed_same_shop_other_seed_other_shop():
    one, same, other = simulate_shop(SMALL, seed=5), simulate_shop(SMALL, seed=5), simulate_shop(SMALL, seed=6)
    for name, table in vars(one).items():
        assert table.equals(getattr(same, name)), name
        assert not table.equals(getattr(other, name)), name


def test_tiny_shops_can_be_simulated(tmp_path):
    for seed in range(8):
        tiny = simulate_shop(ShopSettings(n_people=1, n_months=1), seed=seed)
        assert tiny.truth.num_rows == 1
    assert [path.name for path in write_files(tiny, tmp_path / "new")] == list(FILES)


@pytest.mark.parametrize(
    ("wrong", "message"), [({"n_people": 0}, "needs people"), ({"first_day": date(2025, 1, 2)}, "first day")]
)
def test_settings_that_make_no_shop_are_refused(wrong, message):
    with pytest.raises(InputError, match=message):
        ShopSettings(**wrong)


def test_nothing_lies_outside_the_window(shop):
    first = to_day(date(2024, 11, 1))
    for table in (shop.orders, shop.customers, shop.events, shop.spend):
        days = table["day"].to_numpy()
        assert first <= days.min() and days.max() <= to_day(date(2026, 10, 31))


def test_canonical_orders_follow_from_the_raw_lines(orders, lines):
    when = pd.to_datetime(lines["Order Date"], errors="coerce", format="%Y-%m-%d %H:%M")
    kept = lines[when.notna() & lines["Customer ID"].notna() & (lines["Status"] != "Cancelled")]
    expected = kept.groupby("Order No").agg(
        net=("Line Total", "sum"), n=("Quantity", "size"), who=("Customer ID", "first")
    )
    found = orders.set_index("order_id").loc[expected.index]
    assert len(expected) == len(orders)
    assert np.allclose(found.amount, expected.net, atol=0.005)
    assert (found.n_lines == expected.n).all() and (found.customer_id == expected.who).all()
    all_free = kept["Line Total"].eq(0).groupby(kept["Order No"]).all()
    assert (found.is_purchase == ((expected.net > 0.005) | all_free[expected.index])).all()


def test_a_line_adds_up(lines):
    assert np.allclose(lines["Quantity"] * lines["Unit Price"] - lines["Discount"], lines["Line Total"], atol=0.005)


def test_the_raw_file_has_the_dirt_of_real_files(lines):
    is_credit = lines["Order No"].str.startswith("R-")
    unreadable = pd.to_datetime(lines["Order Date"], errors="coerce", format="%Y-%m-%d %H:%M").isna()
    assert 0.02 < lines["Customer ID"].isna().mean() < 0.05
    assert 0.01 < (lines["Status"] == "Cancelled").mean() < 0.04
    assert is_credit.sum() > 100 and (lines["Line Total"][is_credit] <= 0).all()
    assert 3 <= unreadable.sum() <= 40
    assert ((lines["Line Total"] == 0) & (lines["Discount"] > 0)).sum() > 10


def test_every_credit_note_names_an_earlier_order_of_the_same_customer(orders):
    credits = orders[orders.order_id.str.startswith("R-")]
    origin = orders.set_index("order_id").loc[credits.order_id.str.removeprefix("R-")]
    assert (origin.customer_id.to_numpy() == credits.customer_id.to_numpy()).all()
    assert (origin.day.to_numpy() < credits.day.to_numpy()).all()
    assert not credits.is_purchase.any()


def test_customers_do_not_give_the_truth_away(shop):
    known = set(shop.customers.column_names)
    assert not known & (set(shop.truth.column_names) - {"customer_id"})
    assert shop.customers["customer_id"].equals(shop.truth["customer_id"])
    assert 0.05 < shop.customers["age"].null_count / shop.customers.num_rows < 0.2


def test_nobody_orders_or_acts_as_a_known_person_before_being_known(shop, orders, events):
    since = shop.customers.to_pandas().set_index("customer_id").day
    assert (orders.day >= orders.customer_id.map(since)).all()
    known = events[events.customer_id.notna()]
    assert (known.day >= known.customer_id.map(since)).all()


def test_who_left_does_not_order(orders, truth):
    left = orders[orders.is_purchase].customer_id.map(truth.churned_day)
    assert (orders.day[left.dropna().index] <= left.dropna()).all()
    assert (truth.is_alive_at_end == truth.churned_day.isna()).all()
    assert (truth.churn_prob[~truth.is_alive_at_end] == 1).all()


def test_truth_agrees_with_what_happens_next():
    settings = ShopSettings(n_people=40_000, n_months=12)
    expected = simulate_shop(settings, seed=11).truth.to_pandas()
    realised = simulate_horizon(settings, seed=11).to_pandas()
    assert (realised.customer_id == expected.customer_id).all()
    surplus = pd.DataFrame(
        {
            "churn": (realised.n_orders == 0) - expected.churn_prob,
            "orders": realised.n_orders - expected.expected_orders,
            "spend": realised.spend - expected.expected_spend,
        }
    ).groupby(expected.persona)
    z_scores = surplus.mean() / surplus.std() * np.sqrt(surplus.size().to_numpy())[:, None]
    assert (z_scores.abs() < 3.5).all(axis=None), z_scores
    assert expected[["churn_prob", "expected_orders"]].notna().all(axis=None)


def test_truth_tells_low_from_high_churn():
    settings = ShopSettings(n_people=40_000, n_months=12)
    expected = simulate_shop(settings, seed=12).truth.to_pandas().churn_prob
    is_silent = simulate_horizon(settings, seed=12).to_pandas().n_orders == 0
    groups = pd.cut(expected, [-0.01, 0.2, 0.4, 0.6, 0.8, 0.9999, 1.01])
    gap = (is_silent.groupby(groups, observed=True).mean() - expected.groupby(groups, observed=True).mean()).abs()
    assert len(gap) == 6 and (gap < 0.03).all(), gap


def test_personas_differ(truth):
    by = truth.groupby("persona")
    orders, discounts = by.n_orders.mean(), by.discount_share.mean()
    assert orders.idxmax() == "cycling_father" and orders["cycling_father"] > 1.5 * orders["mother_of_two"]
    assert discounts["bargain_hunter"] > 0.8 > 0.5 > discounts.drop("bargain_hunter").max()
    assert by.mean_order_value.mean().idxmax() == "club_buyer"
    assert (truth[truth.persona == "one_off_gift"].n_orders.dropna() == 1).mean() > 0.8


def test_grandparents_come_before_christmas(orders, truth):
    month = orders.ordered_at.dt.month
    is_winter = month.isin([11, 12]).groupby(orders.customer_id.map(truth.persona)).mean()
    assert is_winter["grandparent"] > 0.3 > 0.2 > is_winter["mother_of_two"]


def test_spring_and_christmas_are_busy(orders):
    by_month = orders[orders.day >= to_day(date(2025, 11, 1))].groupby(orders.ordered_at.dt.month).size()
    assert by_month[[4, 5]].min() > 1.5 * by_month[[1, 2]].max()
    assert by_month[12] > 1.5 * by_month[1]


def test_price_changes_are_visible(lines):
    bikes = lines[lines["Product"] == "Kids bike 16 inch"].groupby(lines["Order Date"].str[:7])["Unit Price"].median()
    assert bikes["2025-08"] == 189.0 and bikes["2025-10"] == 204.1
    helmets = lines[lines["Product"] == "Helmet"].groupby(lines["Order Date"].str[:10])["Unit Price"].min()
    assert helmets["2025-11-18":"2025-12-03"].unique().tolist() == [29.99, 24.0]


def test_bargain_hunters_stay_away_after_the_price_rise(orders, truth):
    purchases = orders[orders.is_purchase & (orders.customer_id.map(truth.persona) == "bargain_hunter")]

    def share_back(start: date) -> float:
        since = purchases.day - to_day(start)
        before = purchases.customer_id[since.between(-120, -1)].unique()
        return float(np.isin(before, purchases.customer_id[since.between(0, 89)]).mean())

    assert share_back(date(2025, 9, 1)) < 0.8 * share_back(date(2026, 4, 1))


def test_events_of_every_kind(events):
    assert set(events.kind) == set(EVENT_KINDS)
    assert len(events) <= 70_000
    assert events.customer_id[events.kind == "post"].isna().all()
    assert 0.1 < events.customer_id[events.kind == "visit"].isna().mean() < 0.5
    assert events.value[events.kind == "survey"].between(0, 10).all()


def test_a_web_order_follows_a_visit_a_cart_and_a_checkout(orders, events):
    web = orders[(orders.channel == "web") & ~orders.order_id.str.startswith("R-")]
    for kind in ("visit", "cart", "checkout"):
        done = events[(events.kind == kind) & (events.channel == "web")].set_index(["customer_id", "day"]).index
        assert pd.MultiIndex.from_frame(web[["customer_id", "day"]]).isin(done).all(), kind


def test_carts_are_left_standing_and_few_are_named_in_a_mail(events):
    counts = events.kind.value_counts()
    assert 0.3 < 1 - counts["checkout"] / counts["cart"] < 0.5
    mails = events[(events.kind == "send") & (events.channel == "email")]
    assert 0.1 < mails.value.mean() < 0.35


def test_too_many_mails_drive_subscribers_away(events):
    mails = (
        events[(events.kind == "send") & (events.channel == "email")]
        .groupby("customer_id")
        .day.agg(["size", "min", "max"])
    )
    a_month = mails["size"] / (mails["max"] - mails["min"] + 30) * 30
    leaves = a_month.index.isin(events.customer_id[events.kind == "unsubscribe"])
    assert leaves[a_month >= 3].mean() > 2 * leaves[a_month < 1.5].mean()


def test_unsolved_tickets_are_followed_by_silence(orders, events):
    last_order = orders[orders.is_purchase].groupby("customer_id").day.max()
    tickets = events[(events.kind == "ticket") & (events.day < events.day.max() - 180)]
    is_silent = tickets.customer_id.map(last_order).fillna(0) <= tickets.day
    assert is_silent[tickets.value.isna()].mean() > 1.5 * is_silent[tickets.value.notna()].mean()


def test_what_is_expected_exceeds_what_is_received(events):
    score = events[events.kind == "survey"].groupby("channel").value.mean()
    assert score["web"] > score["email"] + 0.5


def test_every_known_spend_channel_has_every_month(shop):
    spend = shop.spend.to_pandas()
    assert (spend.groupby("channel").size() == 24).all() and spend.channel.nunique() == 8
    assert (spend[["cost", "impressions", "clicks", "conversions"]] >= 0).all(axis=None)
    assert set(spend.stage) == {"Reach", "Acquire", "Convert", "Retain", "Loyal"}


def test_one_channel_costs_more_than_its_customers_bring(shop, orders):
    source = shop.customers.to_pandas().set_index("customer_id").acquisition_channel
    value = orders.groupby("customer_id").amount.sum().groupby(source).mean()
    spend = shop.spend.to_pandas().groupby("channel")[["cost", "conversions"]].sum()
    cost = spend.cost / spend.conversions
    assert [name for name in cost.index if name in value.index and cost[name] > value[name]] == ["display"]
