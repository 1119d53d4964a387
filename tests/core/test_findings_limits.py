"""What is said of limits: proposals with intervals, presets that differ, and what hangs on a limit."""

import pandas as pd

from clm_core import findings
from clm_core.rhythm import OwnRhythm, Proposal, ProposedLimit, ReturnCurve

CURVE = ReturnCurve(pd.DataFrame({"days": [0, 1], "survival": [1.0, 0.4]}), n_gaps=5, n_censored=9)
AT_RISK, LOST = ProposedLimit(136, 133, 140, 0.8), ProposedLimit(319, 313, 326, 0.95)


def strip(**lost):
    return pd.DataFrame({"rule_set": list(lost), "role": "lost", "share": list(lost.values())})


def moves(*n):
    return pd.DataFrame(
        {
            "limit": "lost_days",
            "label": "Lost after",
            "step": [-0.2, 0.2][: len(n)],
            "n_customers": pd.array(n, "Int64"),
            "share": pd.array([None if one is None else one / 1000 for one in n], "Float64"),
        }
    )


def test_proposed_limits_are_said_with_their_intervals():
    found = findings.when_silence_is_too_long(Proposal(AT_RISK, LOST, "", 500, 100, 0.7), CURVE)
    assert found.says == (
        "Of those who order again, 80 % are back within 136 days (133–140) and 95 % within 319 days (313–326)."
    )
    assert "lost after 319" in found.next_step


def test_what_cannot_be_proposed_is_left_out():
    half = findings.when_silence_is_too_long(Proposal(AT_RISK, None, "short", 500, 100, 0.7), CURVE)
    assert half.says == "Of those who order again, 80 % are back within 136 days (133–140)."
    assert "cannot be told yet" in half.next_step
    assert "60 % of orders were followed by another" in findings.when_silence_is_too_long(None, CURVE).says


def test_presets_that_differ_and_presets_that_agree():
    found = findings.how_rule_sets_differ(strip(yours=0.7, mild=0.633, strict=0.873), ["mild", "strict"], "yours")
    assert found.title == "Lost: from 63 % to 87 % of the same people"
    assert "between 63.3 % and 87.3 %" in found.says and "yours" not in found.says
    same = findings.how_rule_sets_differ(strip(yours=0.0, mild=0.0, strict=0.0), ["mild", "strict"], "yours")
    assert same.title == "Lost: 0 % under every preset"


def test_the_limit_that_weighs_most_is_named_with_its_step():
    found = findings.what_hangs_on_limits(moves(310, 170))
    assert found.title == "Lost after −20 %: 310 people change stage"
    assert found.next_step.startswith("Settle this limit first")
    assert findings.what_hangs_on_limits(moves(3, 1)).next_step.startswith("Little hangs")
    assert findings.what_hangs_on_limits(moves(0, 0)).title == "Nobody changes stage"
    assert findings.what_hangs_on_limits(moves(None, None)).title == "No limit to move"


def test_the_own_rhythm_says_of_whom_it_is_silent():
    own = OwnRhythm({"at_risk_days": 2.8, "lost_days": 7.8}, Proposal(AT_RISK, LOST, "", 500, 100, 0.7))
    says = findings.what_own_rhythm_says(own, 60, 100, 12).says
    assert "80 % are back within 2.8 × their usual gap and 95 % within 7.8 ×." in says
    assert "60 customers have a usual gap; the other 40 (40.0 %) ordered on one day only" in says
    assert "12 people would change stage" in says
