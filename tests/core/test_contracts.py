"""Churn from a table with a label: calibrated out of fold, tenure by segment, leaks named."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clm_core.contracts import _area_ahead, score_contracts
from clm_core.errors import MappingError, TooThinError

TELCO = Path(__file__).resolve().parents[3] / "shared" / "data" / "telco_churn.csv"


def subscribers(n=400, seed=0):
    rng = np.random.default_rng(seed)
    plan = rng.choice(["month", "year"], n)
    left = rng.random(n) < np.where(plan == "month", 0.5, 0.1)
    return pd.DataFrame(
        {
            "customer_id": [f"s{k}" for k in range(n)],
            "plan": plan,
            "months": rng.integers(1, 40, n),
            "margin": 10.0,
            "left": np.where(left, "Yes", "No"),
        }
    )


@pytest.fixture(scope="module")
def scored():
    return score_contracts(subscribers(), "left", "months", segment="plan", margin="margin")


def test_probability_is_that_of_the_plan_and_value_follows_from_tenure(scored):
    frame = subscribers()
    by_plan = scored.table.groupby(frame["plan"])["churn_prob"].mean()
    assert by_plan["month"] == pytest.approx(0.5, abs=0.08) and by_plan["year"] == pytest.approx(0.1, abs=0.08)
    stays = frame["left"] == "No"
    assert scored.table.loc[~stays, "value"].isna().all()
    kept = scored.table[stays]
    assert (kept["value"] == kept["remaining_tenure"] * 10).all() and kept["remaining_tenure"].between(0, 24).all()
    assert kept.groupby(frame["plan"])["value"].mean()["year"] > kept.groupby(frame["plan"])["value"].mean()["month"]
    assert scored.warning == "" and scored.features == ("plan", "months")


def test_the_curve_counts_those_still_there_as_long_as_they_were_seen():
    months, left = [1, 2, 2, 3] * 30, (["Yes", "Yes", "No", "No"]) * 30
    frame = pd.DataFrame({"customer_id": range(120), "months": months, "left": left, "noise": np.arange(120) % 7})
    curve = score_contracts(frame, "left", "months").tenure
    assert curve["survival"].tolist() == pytest.approx([1, 0.75, 0.5, 0.5])
    assert curve["n_at_risk"].tolist() == [120, 120, 90, 30]


def test_remaining_tenure_is_the_area_under_the_curve_ahead():
    assert _area_ahead(np.array([1.0, 0.5, 0.25]), 2)[0] == pytest.approx(0.75)
    assert _area_ahead(np.array([1.0, 0.5, 0.25]), 2)[2] == pytest.approx(0.75)  # half leave each period, also beyond
    assert _area_ahead(np.array([1.0, 0.0]), 3).tolist()[0] >= 0


def test_a_column_written_down_afterwards_is_named():
    frame = subscribers()
    frame["exit_survey"] = np.where(frame["left"] == "Yes", "sent", "none")
    warning = score_contracts(frame, "left", "months").warning
    assert "written down after the customer had left" in warning and "'exit_survey' (1.00 alone)" in warning


def test_what_cannot_be_read_is_named():
    frame = subscribers()
    with pytest.raises(MappingError, match="Did you mean 'left'"):
        score_contracts(frame, "lefft", "months")
    with pytest.raises(MappingError, match="does not say who left") as refusal:
        score_contracts(frame, "plan", "months")
    assert refusal.value.found == "month, year"
    with pytest.raises(TooThinError, match="too few of either outcome"):
        score_contracts(frame.assign(left="No"), "left", "months")


@pytest.mark.skipif(not TELCO.exists(), reason=f"not in {TELCO.parent}")
def test_telco_ranks_as_well_as_it_honestly_can_and_is_calibrated():
    frame = pd.read_csv(TELCO)
    before = frame.copy()
    told = score_contracts(
        frame, "Churn", "tenure", segment="Contract", margin="MonthlyCharges", customer_id="customerID"
    )
    pd.testing.assert_frame_equal(frame, before)
    assert 0.845 <= told.metrics["auc"] <= 0.86 and told.warning == ""
    assert told.metrics["calibration_error"] <= 0.03
    assert told.metrics["observed_rate"] == pytest.approx(0.2654, abs=5e-5)
    assert set(told.tenure["segment"]) == {"Month-to-month", "One year", "Two year"}
