"""Gaps in a history, counted on shops whose rhythm is known."""

from datetime import date, datetime, time, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from clm_core import findings
from clm_core.completeness import MOST_DAYS, completeness
from clm_core.tables import MOMENT, ORDERS, Tables, to_day

MONDAY = date(2026, 1, 5)


def history(days, clock=time(0, 0), refunded=()):
    """Orders of one customer, one a day."""
    days = [*days, *refunded]
    n = len(days)
    moments = [datetime.combine(day, clock) for day in days]
    columns = {
        "order_id": pa.array([str(i) for i in range(n)], pa.string()),
        "customer_id": pa.array(["A"] * n, pa.string()),
        "ordered_at": pa.array(moments, MOMENT),
        "day": pa.array([to_day(day) for day in days], pa.int32()),
        "amount": pa.array([1.0] * n),
        "is_purchase": pa.array([i < n - len(refunded) for i in range(n)]),
        "n_lines": pa.array([1] * n, pa.int32()),
    }
    return Tables(ORDERS.check(pa.table(columns)))


def days(n, keep=lambda day: True):
    return [day for day in (MONDAY + timedelta(days=i) for i in range(n)) if keep(day)]


def spans(gaps):
    return [(row.starts_on.date(), row.ends_on.date(), row.n_days) for row in gaps.itertuples()]


def test_a_shop_that_sells_every_day_has_no_gap():
    found = completeness(history(days(200)))
    assert (found.unit, len(found.bars), found.n_days, found.n_empty_days, len(found.gaps)) == ("day", 200, 200, 0, 0)
    assert found.bars["n_orders"].tolist() == [1] * 200


def test_closed_sundays_are_no_gap_and_a_closed_fortnight_is_one():
    def is_open(day):
        return day.weekday() != 6 and not date(2026, 4, 6) <= day <= date(2026, 4, 18)

    found = completeness(history(days(200, is_open)))
    # the Sundays before and after the closed Monday-to-Saturday fortnight belong to the run
    assert spans(found.gaps) == [(date(2026, 4, 5), date(2026, 4, 19), 15)]


def test_a_single_day_off_is_no_gap():
    found = completeness(history(days(200, lambda day: day != date(2026, 4, 6))))
    assert (found.n_empty_days, len(found.gaps)) == (1, 0)


def test_a_shop_with_one_order_a_week_has_no_gap_until_it_skips_a_month():
    mondays = days(364, lambda day: day.weekday() == 0)
    assert completeness(history(mondays)).gaps.empty
    skipped = [day for day in mondays if not date(2026, 6, 1) <= day <= date(2026, 6, 30)]
    assert spans(completeness(history(skipped)).gaps) == [(date(2026, 5, 26), date(2026, 7, 5), 41)]


def test_a_long_history_is_summed_by_week_and_the_last_week_may_not_be_over():
    found = completeness(history(days(MOST_DAYS + 1)))  # 401 days from a Monday: 57 weeks and two days
    assert found.unit == "week"
    assert found.bars["n_orders"].tolist() == [7] * 57 + [2]
    assert found.bars["is_partial"].tolist() == [False] * 57 + [True]
    assert found.bars["starts_on"].iloc[-1] == pd.Timestamp("2027-02-08")


def test_dates_mistyped_by_decades_are_drawn_by_month_with_one_gap():
    found = completeness(history([date(1970, 1, 1), *days(100)]))
    assert found.unit == "month"
    assert spans(found.gaps) == [(date(1970, 1, 2), date(2026, 1, 4), 20_457)]


@pytest.mark.parametrize(("last", "is_cut"), [(time(9, 30), True), (time(18, 0), False)])
def test_a_last_day_that_ends_early_is_cut_short(last, is_cut):
    orders = pa.concat_tables(
        [history(days(30), time(18, 0)).orders, history([MONDAY + timedelta(days=30)], last).orders]
    )
    assert bool(completeness(Tables(orders)).bars["is_partial"].iloc[-1]) is is_cut


def test_dates_without_a_clock_say_nothing_about_the_last_day():
    assert not completeness(history(days(60))).bars["is_partial"].any()


def test_orders_refunded_in_full_are_not_counted_and_none_at_all_is_an_empty_history():
    assert completeness(history(days(10), refunded=[MONDAY + timedelta(days=20)])).n_days == 10
    nothing = completeness(history([], refunded=[MONDAY]))
    assert (nothing.n_days, len(nothing.bars), len(nothing.gaps)) == (0, 0, 0)


def test_the_finding_names_the_longest_gap():
    closed = (range(60, 70), range(120, 126))
    open_days = [MONDAY + timedelta(days=i) for i in range(200) if not any(i in part for part in closed)]
    found = findings.is_history_whole(completeness(history(open_days)))
    assert found.title == "2 gaps in 200 days of orders, the longest 10 days"
    assert "From 6 March 2026 to 15 March 2026 there is no order" in found.says


def test_the_finding_says_when_nothing_is_missing():
    assert findings.is_history_whole(completeness(history(days(200)))).title == "No gap in 200 days of orders"
