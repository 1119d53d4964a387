"""The level of a forecast lies half-way between its own and that of the exact answer, and nobody changes places."""

import numpy as np
import pytest

from clm_core.models.level import amounts_half_way, odds_half_way


def test_a_total_goes_half_way_by_one_factor():
    amounts, exact = np.array([1.0, 3.0, 0.0]), np.array([4.0, 4.0, 8.0])
    levelled = amounts_half_way(amounts, exact)
    assert levelled.sum() == pytest.approx(8.0)  # the geometric mean of 4 and 16
    assert levelled.tolist() == pytest.approx([2.0, 6.0, 0.0])


@pytest.mark.parametrize(("amounts", "exact"), [([0.0, 0.0], [1.0, 1.0]), ([1.0, 2.0], [0.0, 0.0])])
def test_a_total_of_nothing_moves_nothing(amounts, exact):
    assert amounts_half_way(np.array(amounts), np.array(exact)).tolist() == amounts


@pytest.mark.parametrize("exact", [[0.5, 0.7, 0.9], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
@pytest.mark.parametrize("said", [[0.1, 0.2, 0.6], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
def test_a_mean_probability_goes_half_way_by_one_step_of_the_log_odds(said, exact):
    said, exact = np.array(said), np.array(exact)
    levelled = odds_half_way(said, exact)
    assert levelled.mean() == pytest.approx((said.mean() + exact.mean()) / 2, abs=1e-5)
    assert ((levelled >= 0) & (levelled <= 1)).all() and (np.diff(levelled) >= 0).all()


def test_answers_at_the_same_level_stay():
    said = np.array([0.2, 0.4, 0.9])
    assert odds_half_way(said, said[::-1]) == pytest.approx(said, abs=1e-9)
    assert amounts_half_way(said, said[::-1]) == pytest.approx(said)
