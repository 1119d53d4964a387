"""What is said of churn and value, and what their pictures say without hovering."""

import math

import pandas as pd
import pytest

from clm_core import charts, findings, outlook
from clm_core.frameworks import load_framework
from clm_core.models import ModelCard
from clm_core.models.buying import BuyingChurn
from clm_core.models.scaling import Scaling
from clm_core.outlook import Bargain, OwnFigures, Reasons, SimpleValue, Verdict

SHEET = {"title": "t", "subtitle": "s", "theme": "light"}
FIGURES = {"lift_at_decile": 1.42, "predicted_rate": 0.711, "observed_rate": 0.703, "bias": 0.02}
CARD = ModelCard(
    "churn", "", 90, method="a line", n_test=200, metrics=FIGURES, baseline_metrics=FIGURES, verdict="shown"
)
REFUSED = ModelCard("churn", "", 90, reason="The history is too short.")


def rows_of(chart):
    """Every row that a figure draws."""
    return [row for rows in chart.to_dict(validate=False)["datasets"].values() for row in rows]


def labels(chart):
    """Every label that a figure draws, once."""
    return list(dict.fromkeys(row["label"] for row in rows_of(chart) if "label" in row))


def test_who_may_leave_counts_those_asked_about():
    asked = pd.DataFrame({"churn_prob": [0.9, 0.8, 0.3]})
    found = findings.who_may_leave(CARD, asked, "customers still on the path", 0.85)
    assert found.title == "1 of 3 are likely to leave"
    assert found.says == (
        "About 2 of 3 customers still on the path are expected to order nothing in the next 90 days; 1 of them with a probability "
        "above 85 %."
    )
    assert (
        "no customers still on the path"
        in findings.who_may_leave(CARD, asked[:0], "customers still on the path", 0.5).says
    )
    assert findings.who_may_leave(REFUSED, asked, "anybody", 0.5).says.endswith("The history is too short.")


def test_what_is_at_stake_names_where_most_is():
    table = pd.DataFrame({"persona": ["Ada", "Bea"], "worth": [1000.0, 3000.0], "value_at_stake": [500.0, 1500.0]})
    found = findings.what_is_at_stake(table, str.upper, "persona", "GBP", has_money=True)
    assert found.says == "Of £4.0k in the last 365 days £2.0k is at stake (50 %), 75 % of it in BEA."
    in_orders = findings.what_is_at_stake(table, str, "persona", "", has_money=False)
    assert in_orders.title == "2,000 orders at stake, most in Bea"
    nothing = findings.what_is_at_stake(table.assign(worth=0.0, value_at_stake=0.0), str, "persona", "", has_money=True)
    assert nothing.title == "Nothing is at stake"
    drawn = charts.value_at_stake(table.assign(n_customers=[40, 50]), currency="GBP", **SHEET)
    assert labels(drawn) == ["£500 of £1.0k · 50 %", "£1.5k of £3.0k · 50 %"]


def test_spend_to_come_tells_its_discount_and_how_far_off_it_was():
    plain = findings.what_is_to_come(CARD, 1200.0, 5000.0, "GBP", "customers who have bought")
    assert plain.says.startswith(
        "Customers who have bought are expected to spend £1.2k in the next 90 days, not discounted;"
    )
    assert plain.says.endswith("such a total was 2 % too high.")
    less = ModelCard("spend", "", 1, metrics={"bias": -0.001}, verdict="shown", discount_rate=0.05)
    says = findings.what_is_to_come(less, 1200.0, 5000.0, "GBP").says
    assert "in the next 1 day, discounted at 5.0 % a year" in says and says.endswith("such a total was right.")


def test_quality_stands_beside_chance_and_baseline():
    test = pd.DataFrame({"churn_prob": [0.9] * 100 + [0.1] * 100, "has_no_order": [True] * 90 + [False] * 110})
    says = findings.how_good_is_churn(CARD, test)
    assert "of the 100 most at risk 90 did leave; of as many by chance it would have been 45." in says
    assert "1.42 times as often as all (baseline: 1.42)" in says and "71.1 % leave; happened: 70.3 %" in says
    spend = ModelCard("spend", "", 90, n_test=20, metrics={"bias": 0.02, "predicted_mean": 10.2, "observed_mean": 10.0}, baseline_metrics={"bias": -0.19})  # fmt: skip
    tenths = pd.DataFrame({"decile": [1, 2], "n_customers": [10, 10], "predicted": [1.0, 2.0], "actual": [5.0, 15.0]})
    says = findings.how_good_is_value(spend, tenths, "GBP")
    assert "brought 75 % of what came" in says and "2 % too high (baseline: 19 % too low)" in says
    assert outlook.quality_table(spend)["Model"].tolist() == ["+2.0 %", "10.20", "10.00"]
    assert outlook.quality_table(spend)["Baseline"].tolist() == ["−19.0 %", "–", "–"]


def test_a_look_back_says_what_was_said_and_what_came():
    churn = findings.was_it_right(Verdict(100, 71.0, 69.0, 0.84), "1 May 2026", 90, "churn_prob")
    assert churn.title == "71 were said to leave, 69 did" and "84 % of the time" in churn.says
    spend = findings.was_it_right(Verdict(100, 7100.0, 6900.0, 0.6), "1 May 2026", 90, "expected_spend", "GBP")
    assert spend.title == "£7.1k was said, £6.9k came"
    nobody = findings.was_it_right(Verdict(0, math.nan, math.nan, math.nan), "1 May 2026", 90, "churn_prob")
    assert nobody.says == "Nobody had a score on 1 May 2026: there was too little to learn from by then."
    tenths = pd.DataFrame({"decile": [1], "n_customers": [40], "predicted": [0.2], "actual": [0.25]})
    assert labels(charts.tenths(tenths, "percent", **SHEET)) == ["25 % came, 20 % said"]


def test_one_score_is_told_from_both_sides():
    told = pd.DataFrame({"subject": ["Silence", "Orders"], "because": ["80 days", "6 days"], "effect": [0.2, -0.3]})
    reasons = Reasons("churn_prob", (), Scaling.of(pd.DataFrame([[0.0]]).to_numpy()), pd.Series().to_numpy(), 0.0, 0.9)
    found = findings.why_this_score("C-1", 0.4, reasons, told, CARD, "")
    assert found.says == (
        "C-1: probability of leaving 40 %; somebody average in everything has 50 %. Raises it most: silence (+20 points) – 80 days. "
        "Lowers it most: orders (−30 points) – 6 days."
    )
    alone = ModelCard("churn", "", 90, method=BuyingChurn.method)
    assert "speaks alone" in findings.why_this_score("C-1", 0.4, reasons, told, alone, "").says
    drawn = pd.DataFrame({"feature": ["Silence", "Orders"], "weight": [20.0, -1.0]})
    assert labels(charts.drivers(drawn, unit="points", **SHEET)) == ["+20 points", "−1 point"]
    factors = pd.DataFrame({"feature": ["Orders"], "weight": [math.log(2)]})
    assert labels(charts.drivers(factors, unit="times", **SHEET)) == ["× 2.00"]


def test_who_brings_the_spend():
    curve = pd.DataFrame({"kind": "so far", "share_customers": [0, 0.1, 0.5, 1], "share_spend": [0, 0.4, 1.05, 1]})
    found = findings.who_brings_the_spend(curve)
    assert found.says.startswith("A tenth of the customers brought 40 % of the spend so far, the lower half −5 %.")
    assert "At its height the curve stands at 105 %" in found.says
    assert labels(charts.spend_concentration(curve, **SHEET)) == ["10 % bring 40 % so far", "50 % bring 105 % so far"]


def test_formula_and_model_differ_for_a_reason():
    own = OwnFigures(365, 1000.0, 20, 10, 10, 5)
    above = findings.why_they_differ(SimpleValue(50, 12, 8), own, 40.0, 365, "GBP")
    assert above.startswith(
        "The formula says £4.8k over 8.0 years, £600 of it in the first 365 days. The model expects £40 a head"
    )
    assert "at the pace of the 10 customers" in above
    assert "spreads the last year evenly" in findings.why_they_differ(SimpleValue(50, 12, 8), own, 700.0, 365, "GBP")
    assert "no model" in findings.why_they_differ(SimpleValue(50, 12, 8), own, None, 365, "GBP")


@pytest.mark.parametrize(
    ("bargain", "payback", "months", "parts"),
    [
        (Bargain(150, 100), None, 6, ("0.7 for each 1 spent, a loss", "In the 6 months", "Win fewer or cheaper")),
        (Bargain(20, 30), 3, 6, ("1.5 for each 1 spent, a gain", "back by month 3", "below 3 for 1")),
        (Bargain(20, 100), None, 0, ("5.0 for each 1 spent", "Nobody was followed", "room to spend more")),
        (Bargain(math.nan, 100), None, 0, ("Type in what was spent", "Sales and marketing", "No cost is known")),
    ],
)
def test_a_bargain_is_called_what_it_is(bargain, payback, months, parts):
    found = findings.is_it_worth_it(bargain, payback, months, "GBP")
    assert all(part in f"{found.title} {found.says} {found.next_step}" for part in parts)


def test_fact_and_estimate_stand_end_to_end_and_debts_are_drawn_as_nothing():
    framework = load_framework("sterne_cutler")
    table = pd.DataFrame(
        {
            "stage": ["loyal", "lost"],
            "n_customers": [40, 50],
            "spend_total": [100.0, -20.0],
            "expected_spend": [30.0, 5.0],
        }
    )
    chart = charts.total_value(table, framework, currency="GBP", **SHEET)
    rows = {row["stage"]: row for row in rows_of(chart) if "stage" in row}
    assert (rows["loyal"]["middle"], rows["loyal"]["end"]) == (100, 130)
    assert (rows["lost"]["middle"], rows["lost"]["end"]) == (0, 5)
    assert rows["lost"]["label"] == "−£20 + £5.00 expected" and rows["reach"]["label"] == ""


def test_ends_of_tenure_lines_do_not_meet():
    curve = pd.DataFrame(
        {"segment": ["a", "a", "b", "b"], "tenure": [0, 1, 0, 1], "n_at_risk": [9] * 4, "survival": [1, 0.5, 1, 0.51]}
    )
    words = [row for row in rows_of(charts.tenure(curve, "months", **SHEET)) if "label" in row]
    assert [word["label"] for word in words] == ["a 50 %", "b 51 %"]
    assert words[1]["place"] - words[0]["place"] >= 0.06
