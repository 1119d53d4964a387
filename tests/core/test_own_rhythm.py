"""Limits in usual gaps: spells counted by hand, the feature they stand for, and what they do to a framework."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm_core import columns as c
from clm_core.engine import collect
from clm_core.errors import TooThinError
from clm_core.features import FEATURES, build_features, load_frames
from clm_core.frameworks import check_framework, load_framework, shipped_frameworks
from clm_core.rhythm import (
    BY_OWN_RHYTHM,
    PROPOSED,
    count_with_rhythm,
    own_spells_of,
    propose_own_rhythm,
    read_rhythm,
    rule_sets_of,
    with_own_rhythm,
)
from clm_core.sensitivity import rule_words
from clm_core.stages import assign_rules, name_stages
from clm_core.tables import Tables, to_day

START = to_day(dt.date(2022, 1, 1))
STERNE = load_framework("sterne_cutler")
TIMES = {"at_risk_days": 2.0, "lost_days": 4.0}


def lengths(counts):
    return {int(length): int(n) for length, n in enumerate(counts.sum(axis=0)) if n}


def test_spells_counted_by_hand(make_orders):
    orders = [("anna", START), ("anna", START + 10), ("anna", START + 30), ("ben", START - 10), ("ben", START + 10)]
    orders += [("cy", START), ("dee", START + 39), ("dee", START + 40)]
    spells = own_spells_of(Tables(make_orders([(who, day, 5.0) for who, day in orders])), START + 70)
    # anna's second gap: 20 days on a gap of 10; her third silence: 40 days on a mean gap of 15; ben's: 60 days on 20
    assert lengths(spells.returned) == {20: 1}
    # dee has been silent for 30 of her gaps, which is beyond what is followed; cy has no gap at all
    assert lengths(spells.still_open) == {26: 1, 30: 1, 200: 1}
    assert (spells.n_returning, spells.words(28)) == (1, "2.8 usual gaps")


def test_nobody_with_two_days_is_refused(make_orders):
    with pytest.raises(TooThinError, match="Nobody has a rhythm of their own yet"):
        own_spells_of(Tables(make_orders([("a", START, 1.0), ("b", START, 1.0)])), START + 9)


@given(data=st.data())
def test_the_silence_that_is_open_is_the_feature(data, shops, both_engines):
    tables = data.draw(shops)
    frames = load_frames(tables, both_engines[0])
    told = collect(build_features(frames, frames.last_day).select("gap_ratio"))["gap_ratio"].dropna().astype(float)
    spells = None
    try:
        spells = own_spells_of(tables, frames.last_day)
    except TooThinError:
        assert told.empty
        return
    within = told[told <= 20]
    found = np.repeat(np.arange(spells.still_open.shape[1]), spells.still_open.sum(axis=0))
    np.testing.assert_allclose(sorted(found)[: len(within)], np.floor(sorted(within * 10 + 1e-9)))


def test_a_regular_shop_is_late_after_one_gap(make_orders):
    rows = [(f"c{i}", START + i + gap * (20 + i), 1.0) for i in range(40) for gap in range(12)]
    own = propose_own_rhythm(own_spells_of(Tables(make_orders(rows)), START + 900))
    assert own.times == {"at_risk_days": 1.0, "lost_days": 1.0}


def stages(today, framework):
    named = name_stages(collect(assign_rules(today, framework).select(c.CUSTOMER_ID, c.RULE_NO)), framework)
    return dict(zip(named[c.CUSTOMER_ID], named[c.STAGE_RULE], strict=True))


def test_each_is_late_by_their_own_gap_and_who_has_none_by_days(make_orders, engine):
    as_of = START + 1000
    rows = [("weekly", as_of - 20), ("weekly", as_of - 27), ("yearly", as_of - 390), ("yearly", as_of - 755)]
    rows += [("often", as_of - 50), ("often", as_of - 60), ("once", as_of - 200), ("new", as_of)]
    today = build_features(load_frames(Tables(make_orders([(who, day, 5.0) for who, day in rows])), engine), as_of)
    own = with_own_rhythm(STERNE, TIMES)
    assert stages(today, STERNE) == {
        "weekly": "bought_again", "yearly": "silent_too_long", "often": "bought_again", "once": "silent", "new": "bought_once",
    }  # fmt: skip
    assert stages(today, own) == {
        "weekly": "silent_for_them", "yearly": "bought_again", "often": "silent_too_long_for_them", "once": "silent",
        "new": "bought_once",
    }  # fmt: skip
    assert count_with_rhythm(today) == (3, 5)
    assert rule_words(own) == "after 2 / 4 usual gaps, without one 180 / 365 days"


@pytest.mark.parametrize("framework", shipped_frameworks(), ids=lambda framework: framework.id)
def test_every_framework_can_go_by_own_rhythm(framework):
    own = with_own_rhythm(framework, TIMES)
    assert len(own.rules) == len(framework.rules) + 2
    assert check_framework(own, FEATURES) == []
    assert with_own_rhythm(framework, {}) == framework


def test_what_a_rhythm_proposes_is_offered_as_rule_sets(make_orders):
    random = np.random.default_rng(5)
    days = [np.cumsum(random.exponential(20, 60)).astype(int) for _ in range(120)]
    rows = [(f"c{i}", START + int(day), 1.0) for i, gaps in enumerate(days) for day in gaps if day < 700]
    rhythm = read_rhythm(Tables(make_orders(rows)), START + 700)
    sets = rule_sets_of(rhythm, STERNE)
    assert list(sets) == [PROPOSED, BY_OWN_RHYTHM]
    assert sets[PROPOSED].limit_values["at_risk_days"] == rhythm.proposal.at_risk.days
    # with gaps at random and a mean that is well known, 80 % return within −ln .2 = 1.6 means and 95 % within 3.0
    assert rhythm.own.times["at_risk_days"] == pytest.approx(1.6, abs=0.3)
    assert rhythm.own.times["lost_days"] == pytest.approx(3.0, abs=0.6)


def test_what_cannot_be_said_is_told_with_its_reason(make_orders):
    rhythm = read_rhythm(Tables(make_orders([("a", START, 1.0), ("b", START, 1.0)])), START + 9)
    assert (rhythm.proposal, rhythm.own, rule_sets_of(rhythm, STERNE)) == (None, None, {})
    assert "Too few orders" in rhythm.refusal.what
    assert "Nobody has a rhythm" in rhythm.own_refusal.what
