"""The season ahead: told by earlier years, believed in part, applied where it would have helped."""

import numpy as np
import pandas as pd
import pytest

from clm_core.models.dataset import plan_cutoffs, season_days
from clm_core.models.score import score_customers
from clm_core.models.season import Season
from tests.core.test_models_score import frames_of


def windows(misses):
    """One row a cut-off: order days beside an expectation of 100."""
    rows = [(day, 100 * miss, 100.0) for day, miss in misses.items()]
    return pd.DataFrame(rows, columns=["as_of_day", "next_order_days", "btyd_orders"])


YEAR_THROUGH = dict.fromkeys((910, 820, 730, 640), 1.0)


def test_half_of_one_year_is_believed_and_two_thirds_of_two():
    one = Season.after(1000, windows({**YEAR_THROUGH, 635: 1.44}), 90)
    assert (one.factor, one.n_years) == (pytest.approx(1.44**0.5), 1)
    two = Season.after(1000, windows({**YEAR_THROUGH, 635: 1.44, 270: 1.44}), 90)
    assert (two.factor, two.n_years) == (pytest.approx(1.44 ** (2 / 3)), 2)


def test_what_is_missed_all_year_is_no_season():
    always = dict.fromkeys((*YEAR_THROUGH, 635), 1.3)
    assert Season.after(1000, windows(always), 90).factor == pytest.approx(1)


def test_a_season_needs_a_whole_year_of_windows_with_enough_orders():
    assert Season.after(1000, windows({910: 1.0, 820: 1.0, 635: 2.0}), 90) is None
    assert Season.after(1000, windows({**YEAR_THROUGH, 635: 0.4}), 90) is None


def test_silence_has_the_power_of_the_factor_and_amounts_are_multiplied():
    season = Season(2.0, 1)
    assert season.applied(np.array([0.5, 1.0]), "churn_prob").tolist() == [0.25, 1.0]
    assert season.applied(np.array([3.0]), "expected_orders").tolist() == [6.0]


def test_cutoffs_of_a_season_have_history_before_them_and_labels_within_what_is_known():
    assert season_days(0, 400, 90) == ()
    assert season_days(0, 425, 90) == (60, 65, 155, 245, 335)
    assert season_days(0, 900, 200) == ()
    plan = plan_cutoffs(0, 1000, 90)
    assert max(plan.season_final) + 90 <= 1000 and max(plan.season_test) + 90 <= plan.test
    assert plan.season_final[0] == 1000 - 2 * 365


def seasonal_shop(n, strength, seed=1, last_day=1005):
    """Orders whose rate swings through the year, highest on day 275 of each, by customers who leave in time."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 700, n)
    days = np.arange(last_day + 1)
    swing = 1 + strength * np.cos((days - 275) * 2 * np.pi / 365)
    rate = rng.gamma(1.5, 1 / 60, n)
    is_there = (days > first[:, None]) & (days < (first + rng.exponential(500, n))[:, None])
    is_order = (rng.random((n, last_day + 1)) < rate[:, None] * swing) & is_there
    is_order[np.arange(n), first] = True
    customers, at = np.nonzero(is_order)
    return frames_of(customers, at, rng.lognormal(3, 0.3, len(at)))


@pytest.mark.parametrize(("strength", "is_applied"), [(0.7, True), (0.0, None)])
def test_a_shop_with_seasons_is_forecast_nearer_with_them(strength, is_applied):
    frames, day, horizon = seasonal_shop(500, strength), 960, 45
    scores = score_customers(frames, day, horizon)
    card = scores.cards[1]
    factor = 1 + float(card.method.split("Season: orders ")[1].split("%")[0]) / 100
    orders = frames.orders.collect("pandas").to_native()
    known = orders[orders["day"] <= day]["customer_id"].unique()
    ahead = orders[(orders["day"] > day) & (orders["day"] <= day + horizon) & orders["customer_id"].isin(known)]
    expected, actual = scores.table["expected_orders"].sum(), len(ahead)
    if is_applied:
        assert "it is applied" in card.method and factor > 1.15
        assert abs(np.log(expected / actual)) < abs(np.log(expected / factor / actual))
    else:
        assert factor == pytest.approx(1, abs=0.1)
        assert expected == pytest.approx(actual, rel=0.15)
