"""Sessions go to a file and back, two are compared, and the self-assessment says what moves up."""

import datetime as dt

import pandas as pd
import pytest

from clm_core.errors import DefinitionError, InputError
from clm_core.gaps import (
    assess_maturity,
    assessment,
    compare_sessions,
    dump_session,
    gaps,
    load_catalogue,
    parse_session,
    session_of,
    vocabulary,
)


def session(scores, name="Autumn"):
    long = [
        (id_, measure, value)
        for id_, pair in scores.items()
        for measure, value in zip(("current", "target"), pair, strict=True)
    ]
    frame = pd.DataFrame(long, columns=["activity", "measure", "value"])
    table = gaps(frame, load_catalogue("retail"), vocabulary(), "race")
    return session_of(table, name=name, held_on=dt.date(2026, 11, 27), catalogue="retail", framework="race")


BEFORE = session({"welcome": (1, 4), "cart_mail": (1, 4), "thank_you": (2, 4), "win_back": (2, 3), "voc": (0, 3)})
AFTER = session({"welcome": (4, 4), "cart_mail": (2, 4), "thank_you": (1, 4), "win_back": (2, 3), "referral": (0, 4)})


def test_a_session_goes_to_a_file_and_comes_back_equal():
    assert parse_session(dump_session(BEFORE)) == BEFORE
    with pytest.raises(DefinitionError, match="session does not fit"):
        parse_session('name = "x"')


def test_what_became_of_each_gap():
    table = compare_sessions(BEFORE, AFTER).set_index("activity")
    assert table["move"].to_dict() == {
        "welcome": "closed",
        "voc": "dropped",
        "cart_mail": "narrowed",
        "win_back": "same",
        "thank_you": "widened",
        "referral": "new",
    }
    assert table.loc["welcome", ["gap_before", "gap_after"]].tolist() == [3, 0]
    assert set(compare_sessions(BEFORE, BEFORE)["move"]) == {"same"}


def answers(**changes):
    return {question.id: 0 for question in assessment().questions} | changes


def test_levels_and_what_would_move_you_up():
    start = assess_maturity(answers())
    assert (start.level.id, start.n_reached, len(start.steps)) == ("not_started", 0, 8)
    top = assess_maturity(dict.fromkeys(answers(), 2))
    assert (top.level.id, top.steps) == ("leader", ())
    assert "7 %" in top.level.context
    half = assess_maturity(answers(stages=2, channels=1, handover=1, metrics=1))
    assert half.level.id == "developing" and "70 %" in half.level.context
    assert half.steps[0][0].id == "channels"
    assert half.steps[0][1].startswith("Let service, shop and mail see the same history")
    assert "3 %" in assessment().questions[1].context and "23 %" in assessment().questions[2].context
    with pytest.raises(InputError, match="not answered"):
        assess_maturity(answers(stages=3))
