"""Rules that can decide for nobody: what is proven, what is not, and that a proof is never wrong."""

import itertools

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm_core.conditions import All, AnyOf, Feature, Not, Test, features_used, matches
from clm_core.engine import collect
from clm_core.frameworks.reach import MOST_STEPS, DeadRule, can_be, dead_rules, holds

FEATURES = {
    "n": Feature("n", "n", unit="orders", is_whole=True, is_always_known=True),
    "days": Feature("days", "days", unit="days", is_whole=True),
    "share": Feature("share", "share", unit="share"),
    "plan": Feature("plan", "plan", kind="text"),
}
LIMITS = {"few": 2.0, "late": 3.0}


def n(op, value):
    return Test(feature="n", op=op, value=value)


def share(op, value):
    return Test(feature="share", op=op, value=value)


def plan(op, value=None):
    return Test(feature="plan", op=op, value=value)


def dead(*conditions):
    return [(rule.index, rule.is_impossible, rule.claimed_by) for rule in dead_rules(conditions, LIMITS, FEATURES)]


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ((n(">=", 2), n(">", 1), None), [(1, False, 0)]),  # whole numbers
        ((share(">=", 0.2), share(">", 0.1), None), []),
        ((share(">", 0.1), share(">=", 0.2), None), [(1, False, 0)]),
        ((n("<", 0), None), [(0, True, None)]),
        ((share(">", 1), None), [(0, True, None)]),
        ((share(">=", 1), None), []),
        ((n(">", 1.2), n("<=", 1), None), [(2, False, None)]),  # nobody is left for the last
        ((n("==", 1.5), None), [(0, True, None)]),
        ((Test(feature="n", op=">", limit="few"), Test(feature="n", op=">", limit="late"), None), [(1, False, 0)]),
        ((Test(feature="n", op=">", limit="late"), Test(feature="n", op=">", limit="few"), None), []),
        ((Test(feature="n", op=">=", limit="late"), Test(feature="n", op=">=", limit="few"), None), []),
        ((Test(feature="n", op=">", limit="unheard of"), n(">", 5), None), []),
        ((Test(feature="unheard of", op=">", value=1), Test(feature="unheard of", op=">", value=1), None), []),
        ((n(">=", 1), All(all=(n(">=", 2), plan("==", "plus"))), None), [(1, False, 0)]),
        ((AnyOf(any=(n(">=", 1), plan("==", "plus"))), All(all=(n("<", 1), plan("!=", "plus"))), None), []),
        ((plan("==", "plus"), plan("!=", "plus"), plan("present"), None), [(2, False, None)]),
        ((plan("present"), plan("missing"), None), [(2, False, None)]),
        ((plan("in", ("a", "b")), plan("==", "b"), None), [(1, False, 0)]),
        ((plan("in", ()), None), []),  # told as a wrong value
        ((Not(part=n(">", 3)), n("<=", 2), None), [(1, False, 0)]),
        ((None, n(">", 1), None), [(1, False, 0), (2, False, 0)]),
        ((n("missing", None), None), [(0, True, None)]),
    ],
)
def test_what_is_dead_and_why(rules, found):
    assert dead(*rules) == found


def test_too_many_combinations_leave_a_rule_alone():
    features = {f"f{i}": Feature(f"f{i}", "") for i in range(12)}
    wide = AnyOf(any=tuple(Test(feature=name, op=">", value=1) for name in features))
    narrow = All(all=tuple(Test(feature=name, op="==", value=value) for name in features for value in (1, 2)))
    assert can_be(wide, (narrow,), {}, features)
    tangled = tuple(
        AnyOf(
            any=(Test(feature=a, op=">", value=1), Test(feature=b, op="<", value=1), Test(feature=b, op=">", value=1))
        )
        for a, b in itertools.combinations(features, 2)
    )
    assert list(dead_rules([All(all=tangled), None], {}, features)) == []
    assert MOST_STEPS < 100_000


# properties

_numbers = st.builds(
    Test,
    feature=st.sampled_from(["n", "days"]),
    op=st.sampled_from([">=", ">", "<=", "<", "==", "!="]),
    value=st.sampled_from([0.0, 1.0, 1.5, 2.0, 3.0]),
)
_words = st.builds(
    Test, feature=st.just("plan"), op=st.sampled_from(["==", "!="]), value=st.sampled_from(["basic", "plus"])
)
_absent = st.builds(Test, feature=st.sampled_from(["days", "plan"]), op=st.sampled_from(["missing", "present"]))
_named = st.builds(Test, feature=st.just("n"), op=st.sampled_from([">=", "<"]), limit=st.sampled_from(list(LIMITS)))
_conditions = st.recursive(
    _numbers | _words | _absent | _named,
    lambda parts: (
        st.lists(parts, min_size=1, max_size=3).map(lambda found: All(all=tuple(found)))
        | st.lists(parts, min_size=1, max_size=3).map(lambda found: AnyOf(any=tuple(found)))
        | parts.map(lambda part: Not(part=part))
    ),
    max_leaves=4,
)
EVERYONE = [
    {"n": number, "days": days, "plan": word}
    for number in range(5)
    for days in (None, 0, 1, 2, 3, 4)
    for word in (None, "basic", "plus", "another")
]


@settings(max_examples=30)
@given(st.lists(_conditions, min_size=1, max_size=4))
def test_a_rule_is_dead_exactly_when_nobody_of_everyone_reaches_it(rules):
    conditions = [*rules, None]
    first = {
        next(i for i, condition in enumerate(conditions) if holds(condition, person, LIMITS)) for person in EVERYONE
    }
    assert {rule.index for rule in dead_rules(conditions, LIMITS, FEATURES)} == set(range(len(conditions))) - first
    for rule in dead_rules(conditions, LIMITS, FEATURES):
        if rule.is_impossible:
            assert not any(holds(conditions[rule.index], person, LIMITS) for person in EVERYONE)
        if rule.claimed_by is not None:
            claimed = [person for person in EVERYONE if holds(conditions[rule.index], person, LIMITS)]
            assert all(holds(conditions[rule.claimed_by], person, LIMITS) for person in claimed)


@settings(max_examples=8)
@given(rules=st.lists(_conditions, min_size=5, max_size=5))
def test_a_proof_and_the_engine_read_a_condition_alike(engine, rules):
    table = pa.Table.from_pylist(EVERYONE, pa.schema([("n", pa.int64()), ("days", pa.int64()), ("plan", pa.string())]))
    found = collect(
        engine.frame(table).with_columns(**{f"r{i}": matches(rule, LIMITS) for i, rule in enumerate(rules)})
    )
    for i, rule in enumerate(rules):
        read = features_used(rule)
        for row in found.itertuples():
            person = {
                name: None if value != value or value is None else value
                for name, value in {"n": row.n, "days": row.days, "plan": row.plan}.items()
                if name in read
            }
            assert holds(rule, person, LIMITS) == bool(getattr(row, f"r{i}")), (rule, person)


def test_what_is_not_known_does_not_settle_a_condition():
    assert holds(n(">", 1), {}, LIMITS) is None
    assert holds(All(all=(n(">", 1), plan("==", "a"))), {"n": 1.0}, LIMITS) is False
    assert holds(All(all=(n(">", 1), plan("==", "a"))), {"n": 2.0}, LIMITS) is None
    assert holds(AnyOf(any=(n(">", 1), plan("==", "a"))), {"n": 2.0}, LIMITS) is True
    assert holds(Not(part=plan("==", "a")), {"n": 2.0}, LIMITS) is None
    assert holds(None, {}, LIMITS) is True
    assert DeadRule(1, False, 0) == next(dead_rules([n(">", 1), n(">", 2), None], LIMITS, FEATURES))
