"""Churn from a table with a label or a day of leaving: roles guessed, calibrated out of fold, tenure by group, leaks named."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clm_core import findings
from clm_core.contracts import (
    Margin,
    Roles,
    best_groups,
    column_uses,
    guess_roles,
    learn,
    measure,
    prepare,
    quality_table,
    share_of_group,
    tenure_curves,
    words,
    worth,
    worth_by_group,
)
from clm_core.contracts.worth import _area_ahead
from clm_core.errors import InputError, MappingError, TooThinError
from clm_core.ingest.one_table import read_one_table
from clm_core.simulate import chance_to_leave, simulate_subscribers

TELCO = Path(__file__).resolve().parents[3] / "shared" / "data" / "telco_churn.csv"


def subscribers(n=400, seed=0):
    rng = np.random.default_rng(seed)
    plan = rng.choice(["month", "year"], n)
    left = rng.random(n) < np.where(plan == "month", 0.5, 0.1)
    return pd.DataFrame(
        {
            "customer_id": [f"s{k}" for k in range(n)],
            "plan": plan,
            "tenure": rng.integers(1, 40, n).astype(float),
            "monthly_fee": 10.0,
            "left": np.where(left, "Yes", "No"),
        }
    )


@pytest.fixture(scope="module")
def scored():
    frame = subscribers()
    ready = prepare(frame, guess_roles(frame))
    return ready, learn(ready)


def test_probability_is_that_of_the_plan_and_value_follows_from_tenure(scored):
    ready, learned = scored
    frame, before = subscribers(), subscribers()
    assert guess_roles(frame) == Roles("left", ("yes",), "tenure", "months", "monthly_fee", "customer_id")
    pd.testing.assert_frame_equal(frame, before)
    by_plan = pd.Series(learned.told).groupby(frame["plan"]).mean()
    assert by_plan["month"] == pytest.approx(0.5, abs=0.08) and by_plan["year"] == pytest.approx(0.1, abs=0.08)
    assert ready.features == ("plan", "tenure") and learned.suspects == ()
    assert best_groups(ready, learned) == ["plan"]
    told = worth(ready, learned, "plan", Margin(0.4), months_ahead=24)
    stays = frame.loc[frame["left"] == "No", "customer_id"]
    assert set(told["customer_id"]) == set(stays), "nobody who has left is asked about"
    one = told.iloc[0]
    assert one["margin"] == 4 and one["value"] == pytest.approx(one["remaining_months"] * 4)
    assert one["value_at_stake"] == pytest.approx(one["value"] * one["churn_prob"])
    assert told["value_at_stake"].is_monotonic_decreasing and told["remaining_months"].between(0, 24).all()
    table = worth_by_group(told).set_index("segment")
    assert table["worth"].sum() == pytest.approx(told["value"].sum()) and table["n_customers"].sum() == len(stays)
    assert table.loc["year", "worth"] / table.loc["year", "n_customers"] > table.loc["month", "worth"] / table.loc["month", "n_customers"]  # fmt: skip
    same = worth(ready, learned, margin=Margin(amount=1.0))
    assert (same["value"] == same["remaining_months"]).all() and set(same["segment"]) == {"all customers"}


def test_the_plain_rule_is_learned_on_other_customers_and_stands_beside(scored):
    ready, learned = scored
    rule = share_of_group(ready, "plan")
    by_plan = pd.Series(rule).groupby(subscribers()["plan"]).agg(["mean", "nunique"])
    assert by_plan["mean"].tolist() == pytest.approx([0.5, 0.1], abs=0.08) and (by_plan["nunique"] > 1).all()
    same = measure(ready.left, share_of_group(ready, ""))
    assert same["auc"] < 0.52 and same["predicted_rate"] == pytest.approx(same["observed_rate"], abs=1e-3)
    table = quality_table(learned.metrics, same)
    assert table["Baseline"].iloc[-1] == f"{100 * same['observed_rate']:.1f} %" and len(table) == 6
    says = findings.how_good_are_contracts(learned.metrics, same, "plan")
    assert (
        f"{learned.metrics['auc'] * 100:.0f} % of the time" in says
        and "the share that left of the same plan: 49 %" in says
    )


def test_the_curve_counts_those_still_there_as_long_as_they_were_seen():
    months, left = [1.0, 2.0, 2.0, 3.0] * 50, ["Yes", "Yes", "No", "No"] * 50
    frame = pd.DataFrame({"months": months, "churn": left, "noise": np.arange(200) % 7 * 1.0})
    curve = tenure_curves(prepare(frame, guess_roles(frame)))
    assert curve["survival"].tolist() == pytest.approx([1, 0.75, 0.5, 0.5])
    assert curve["n_at_risk"].tolist() == [200, 200, 150, 50]
    found = findings.how_long_contracts_last(curve)
    assert found.says == "After 3 months 50 % are still there."
    two = pd.concat([curve, curve.assign(segment="B", survival=curve["survival"] / 2)])
    assert findings.how_long_contracts_last(two).says.startswith(
        "After 3 months 50 % of all customers are still there, and 25 % of B."
    )


def test_remaining_tenure_is_the_area_under_the_curve_ahead():
    assert _area_ahead(np.array([1.0, 0.5, 0.25]), 2, 2)[0] == pytest.approx(0.75)
    assert _area_ahead(np.array([1.0, 0.5, 0.25]), 2, 5)[5] == pytest.approx(0.75)  # half leave each month, also beyond
    assert _area_ahead(np.array([1.0, 1.0]), 3, 1).tolist() == [3.0, 3.0]
    assert _area_ahead(np.array([1.0, 0.0]), 3, 1)[0] >= 0


def test_a_column_written_down_afterwards_is_named_or_not_learned_from_at_all():
    frame = subscribers()
    gone = frame["left"] == "Yes"
    frame["survey"], frame["cancel_reason"] = np.where(gone, "sent", "none"), np.where(gone, "price", None)
    roles = guess_roles(frame)
    assert roles.left_out == ("cancel_reason",)
    uses = column_uses(frame.assign(shop="A", name=[f"n {k}" for k in range(400)]), roles).set_index("column")
    assert uses["use"].tolist()[:4] == ["customer", "how long", "charge, learned from", "who left"]
    assert uses["use"].tolist()[4:] == ["left out"] * 3 + ["learned from"] * 2
    assert uses["why"]["shop"] == "the same in every row" and "400 different texts" in uses["why"]["name"]
    found = findings.too_good_to_be_true(learn(prepare(frame, roles)))
    assert "written down after the customer had left" in found.says and "'survey' (1.00 alone)" in found.says


@pytest.mark.parametrize(
    ("name", "cells", "left"),
    [
        ("Attrition_Flag", ["Existing Customer", "Attrited Customer"], ("attrited customer",)),
        ("Customer Status", ["Churned", "Stayed", "Joined"], ("churned",)),
        ("is_active", [True, False], ("false",)),
        ("Exited", [0.0, 1.0], ("1",)),
        ("Churn", ["ja", "nein"], ()),
        ("Churn", ["yes", "no", None], ()),
        ("State", ["cancelled", None], ("cancelled",)),
        ("Partner", ["Yes", "No"], None),
    ],
)
def test_what_says_who_left_is_recognised_and_words_that_are_not_plain_are_left_to_a_person(name, cells, left):
    frame = pd.DataFrame({"x": range(12), name: (cells * 12)[:12]})
    roles = guess_roles(frame)
    assert roles.label == ("" if left is None else name) and roles.left_words == (left or ())
    assert words(pd.Series([1.0, 0.5, np.nan, " Yes"], dtype=object)) == ["(blank)", "0.5", "1", "yes"]


def test_days_of_leaving_ask_who_left_since_and_nothing_of_the_window_is_learned_from(tmp_path):
    day = pd.Timestamp("2026-01-01")
    n = 300
    came = pd.Series([day - pd.Timedelta(days=400 + k) for k in range(n - 1)] + [day - pd.Timedelta(days=10)])
    ended = pd.Series([pd.NaT] * n)
    ended[:40], ended[40:60], ended[60] = day - pd.Timedelta(days=30), day - pd.Timedelta(days=200), day
    frame = pd.DataFrame({"started": came, "ended": ended.astype("datetime64[us]"), "plan": ["a", "b", "c"] * 100})
    roles = guess_roles(frame)
    assert (roles.label, roles.tenure) == ("ended", "started")
    ready = prepare(frame, roles, window_days=90)
    assert ready.period == "the 90 days from 3 October 2025 to 1 January 2026"
    assert len(ready.left) == n - 21 and ready.left.sum() == 41, (
        "who left before the window, or came in it, teaches nothing"
    )
    assert ready.teaching["started"].iloc[0] == pytest.approx(310 / 30.4375) and len(ready.asked) == n - 61
    assert ready.place[-1] == -1 and ready.people["months"].iloc[0] == pytest.approx(370 / 30.4375)
    learned = learn(ready)
    assert np.isfinite(learned.asked).all() and 0 < learned.asked[-1] < 1
    with pytest.raises(MappingError, match="nothing tells when the customers came"):
        prepare(frame, Roles("ended"))
    with pytest.raises(MappingError, match="only beside the day of leaving"):
        prepare(frame.assign(churn="no"), Roles("churn", ("yes",), "started"))
    planned = frame.assign(ended=frame["ended"].fillna(day + pd.Timedelta(days=700)))
    assert prepare(planned, roles).people["has_left"].sum() == 60, "an end agreed for later has not happened"


def test_what_cannot_be_read_is_named():
    frame = subscribers()
    with pytest.raises(MappingError, match="Did you mean 'left'"):
        prepare(frame, Roles("lefft", ("yes",)))
    with pytest.raises(MappingError, match="No column was recognised that says who left") as refusal:
        prepare(frame[["plan", "tenure"]], guess_roles(frame[["plan", "tenure"]]))
    assert refusal.value.found == "plan, tenure"
    with pytest.raises(MappingError, match="does not say of everybody whether they left") as refusal:
        prepare(frame, Roles("plan"))
    assert refusal.value.found == "month, year"
    with pytest.raises(MappingError, match="does not say how long"):
        prepare(frame, Roles("left", ("yes",), "plan"))
    with pytest.raises(TooThinError, match="too few of either outcome") as thin:
        prepare(frame.assign(left="No"), Roles("left"))
    assert thin.value.found == "400 customers, 0 of whom left"
    with pytest.raises(TooThinError, match="Too few customers"):
        prepare(frame.head(150), Roles("left", ("yes",)))
    with pytest.raises(TooThinError, match="No column is left to learn from"):
        prepare(frame[["left", "monthly_fee"]], Roles("left", ("yes",)))


def test_any_file_is_read_under_its_own_names(tmp_path):
    path = tmp_path / "kunden.csv"
    path.write_text(
        "Kunde;Beginn;Kündigung zum;Beitrag (EUR);PLZ\nK-1;01.02.2024;;12,50 €;01067\n"
        "K-2;13.02.2024;31.01.2025;1.012,50 €;10115\nK-3;14.03.2024;;9,90 €;n/a\n",
        encoding="cp1252",
    )
    told = read_one_table([path])
    assert told.frame["Beitrag (EUR)"].tolist() == [12.5, 1012.5, 9.9] and told.currencies == {"Beitrag (EUR)": "EUR"}
    assert told.frame["PLZ"].dropna().tolist() == ["01067", "10115"], "a code is no number"
    assert (
        told.frame["Kündigung zum"].tolist()[1] == pd.Timestamp("2025-01-31")
        and told.frame["Kündigung zum"].isna().sum() == 2
    )
    assert guess_roles(told.frame, told.id_column) == Roles(
        "Kündigung zum", (), "Beginn", "months", "Beitrag (EUR)", "Kunde"
    )
    for content, what in ((b"", "empty"), (b"1;2;3\n4;5;6\n7;8;9\n", "names no columns"), (b"a;b\n", "no data rows")):
        path.write_bytes(content)
        with pytest.raises(InputError, match=what):
            read_one_table([path])


def test_the_sample_is_learned_nearly_as_well_as_its_truth_allows():
    frame = simulate_subscribers()
    days = frame[["Subscribed on", "Ended on"]].apply(pd.to_datetime)
    table = frame.assign(**days)
    roles = guess_roles(table)
    assert roles.left_out == ("Reason for leaving",) and roles.charge == "Monthly fee (GBP)"
    ready = prepare(table, roles)
    learned = learn(ready)
    cut = pd.Timestamp("2026-10-31") - pd.Timedelta(days=90)
    taught = (days["Subscribed on"] <= cut) & ~(days["Ended on"] <= cut)
    best = measure(ready.left, 1 - np.exp(-chance_to_leave(frame[taught]) * 90 / 30.4375))
    assert learned.metrics["auc"] >= best["auc"] - 0.04 and learned.metrics["calibration_error"] <= 0.03
    assert learned.metrics["auc"] > measure(ready.left, share_of_group(ready, "Plan"))["auc"] + 0.03


@pytest.mark.skipif(not TELCO.exists(), reason=f"not in {TELCO.parent}")
def test_telco_ranks_as_well_as_it_honestly_can_and_is_calibrated():
    told = read_one_table([TELCO])
    roles = guess_roles(told.frame, told.id_column)
    assert roles == Roles("Churn", ("yes",), "tenure", "months", "MonthlyCharges", "customerID")
    ready = prepare(told.frame, roles)
    learned = learn(ready)
    assert 0.845 <= learned.metrics["auc"] <= 0.86 and not learned.is_too_good
    assert learned.metrics["calibration_error"] <= 0.03
    assert learned.metrics["observed_rate"] == pytest.approx(0.2654, abs=5e-5)
    assert best_groups(ready, learned)[0] == "Contract"
    assert set(tenure_curves(ready, "Contract")["segment"]) == {"Month-to-month", "One year", "Two year"}
