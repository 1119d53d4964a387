"""Agreement has its published properties; gaps, roles and the agenda are counted by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm_core.frameworks import load_framework
from clm_core.gaps import (
    agenda,
    agreed,
    consensus,
    gaps,
    load_catalogue,
    no_evidence,
    spread,
    spreads,
    spreads_by_role,
    starting_scores,
    vocabulary,
    what_room_says,
    what_runs,
    where_gaps_are,
    worth_scoring,
)

RETAIL = load_catalogue("retail")
WORDS = vocabulary()
answers = st.lists(st.integers(0, 5), min_size=1, max_size=30)


@given(st.integers(0, 5), st.integers(1, 40))
def test_everyone_of_one_mind_is_full_consensus(score, n):
    assert consensus([score] * n, 0, 5) == 1


@given(st.integers(1, 30))
def test_half_at_each_end_is_none(n):
    assert consensus([0] * n + [5] * n, 0, 5) == 0


@given(answers)
def test_consensus_lies_between_and_does_not_depend_on_direction_or_number(scores):
    found = consensus(scores, 0, 5)
    assert 0 <= found <= 1
    assert consensus([5 - score for score in scores], 0, 5) == pytest.approx(found)
    assert consensus(scores * 3, 0, 5) == pytest.approx(found)
    assert consensus([score + 1 for score in scores], 1, 6) == pytest.approx(found)


@given(st.integers(1, 10), st.integers(1, 4))
def test_two_camps_agree_the_more_the_closer_they_stand(n, apart):
    near = consensus([0] * n + [apart] * n, 0, 5)
    far = consensus([0] * n + [apart + 1] * n, 0, 5)
    assert far < near


def test_a_worked_example():
    # mean 3: distances 2, 0, 0, 2 on a scale as wide as 4, so half of the answers lose log2(1 − 1/2) = −1
    assert consensus([1, 3, 3, 5], 1, 5) == pytest.approx(0.5)
    assert np.isnan(consensus([], 0, 5))
    found = spread([0, 1, 2, 3, 5], 0, 5)
    assert (found.n, found.median, found.low_quartile, found.high_quartile, found.iqr) == (5, 2, 1, 3, 2)


def votes(rows):
    """Rows of activity, measure, role and the scores given in it."""
    flat = [(a, m, r, v) for a, m, r, scores in rows for v in scores]
    frame = pd.DataFrame(flat, columns=["activity", "measure", "role", "value"])
    return frame.assign(participant=range(len(frame)))


ROOM = votes(
    [
        ("welcome", "current", "CRM", [0, 0, 0]),
        ("welcome", "current", "Paid", [5, 5]),
        ("welcome", "target", "CRM", [5, 5, 5]),
        ("welcome", "target", "Paid", [5, 5]),
        ("thank_you", "current", "CRM", [1, 1, 1, 1]),
        ("thank_you", "target", "CRM", [5, 5, 5, 5]),
        ("newsletter", "current", "CRM", [4, 4, 4]),
        ("newsletter", "target", "CRM", [3, 3, 3]),
    ]
)


def test_gaps_are_target_less_current_and_never_below_zero():
    table = gaps(agreed(ROOM, ROOM.iloc[:0]), RETAIL, WORDS, "race").set_index("activity")
    assert table.loc["welcome", ["current", "target", "gap"]].tolist() == [0, 5, 5]
    assert table.loc["newsletter", "gap"] == 0
    assert table["gap"].isna().sum() == len(RETAIL.activities) - 3
    assert table.loc["welcome", "stage"] == "act"
    assert table.loc["welcome", "effort"] == RETAIL.by_id["welcome"].effort


def test_what_was_agreed_stands_before_the_middle_of_the_votes():
    finals = pd.DataFrame([("welcome", "current", 2.0)], columns=["activity", "measure", "value"])
    table = gaps(agreed(ROOM, finals), RETAIL, WORDS, "race").set_index("activity")
    assert table.loc["welcome", ["current", "target"]].tolist() == [2, 5]


def test_the_agenda_puts_a_large_gap_without_agreement_first():
    first = agenda(ROOM, gaps(agreed(ROOM, ROOM.iloc[:0]), RETAIL, WORDS, "race"))
    assert first["activity"].tolist() == ["welcome", "thank_you", "newsletter"]
    assert first["weight"].iloc[1] == 0  # a gap that all see needs no talk
    assert "Now 0, wanted 5; answers for now from 0 to 5, for the aim from 5 to 5" in first["why"].iloc[0]


def test_what_the_room_says_is_true_of_a_room_that_agrees_differs_or_has_not_scored_the_aim():
    table = gaps(agreed(ROOM, ROOM.iloc[:0]), RETAIL, WORDS, "race")
    assert what_room_says(agenda(ROOM, table)).title == "Talk about Welcome mail first"
    alike = ROOM[ROOM["activity"] != "welcome"]
    assert what_room_says(agenda(alike, table)).title == "The room is of one mind"
    half = ROOM[ROOM["measure"] == "current"]
    without_aims = gaps(agreed(half, half.iloc[:0]), RETAIL, WORDS, "race")
    assert what_room_says(agenda(half, without_aims)).title == "No gap is scored yet"


def test_a_board_begins_from_what_the_data_shows():
    evidence = pd.DataFrame({"evidence": ["welcome", "thank_you"], "score": pd.array([4, None], "Int64")})
    table = gaps(starting_scores(RETAIL, evidence), RETAIL, WORDS, "race").set_index("activity")
    assert table.loc["welcome", ["current", "target", "gap"]].tolist() == [4, 4, 0]
    assert pd.isna(table.loc["thank_you", "current"]) and table.loc["thank_you", "target"] == 3
    channels = {channel.id: channel.name for channel in WORDS.channels}
    race = load_framework("race")
    assert what_runs(table.reset_index(), race).title == "1 of 70 activities run"
    assert where_gaps_are(table.reset_index(), race, channels).title == "No gap is known yet"


def shown(*roles):
    frame = votes([("welcome", "current", name, [1] * n) for name, n in roles])
    return spreads_by_role(frame).set_index("role")["n"].to_dict()


def test_no_group_of_less_than_three_is_shown_and_none_can_be_worked_out():
    assert shown(("CRM", 3), ("Paid", 3)) == {"CRM": 3, "Paid": 3}
    assert shown(("CRM", 4), ("Paid", 2), ("Finance", 1)) == {"CRM": 4, "Other roles": 3}
    assert shown(("CRM", 5), ("Paid", 3), ("Finance", 2)) == {"CRM": 5, "Other roles": 5}
    assert shown(("Paid", 2)) == {}
    assert shown(("CRM", 3), ("Paid", 2)) == {"Other roles": 5}


@given(st.lists(st.integers(1, 6), min_size=1, max_size=6))
def test_roles_partition_the_room_or_hide_it(sizes):
    found = shown(*((f"role {i}", n) for i, n in enumerate(sizes)))
    assert all(n >= 3 for n in found.values())
    assert sum(found.values()) == (sum(sizes) if sum(sizes) >= 3 else 0)


def test_nobody_is_named_in_a_result():
    assert "participant" not in {*spreads(ROOM), *spreads_by_role(ROOM)}


def test_a_group_looks_first_at_wide_gaps_then_at_every_stage_in_turn():
    blank = gaps(starting_scores(RETAIL, no_evidence()), RETAIL, WORDS, "race")
    first = worth_scoring(blank, RETAIL, 12)
    order = list(blank["activity"])
    assert first == sorted(first, key=order.index) and len(first) == 12
    assert set(blank.set_index("activity").loc[first, "stage"]) == set(blank["stage"])
    assert {one.id for one in RETAIL.activities if one.is_often_missed} <= set(first)
    known = blank.assign(gap=[2.0 if id_ in ("welcome", "cart_mail") else None for id_ in order])
    assert set(worth_scoring(known, RETAIL, 2)) == {"welcome", "cart_mail"}
