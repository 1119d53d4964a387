"""Rules as data: what holds, what a missing value does, and how a rule reads."""

import narwhals as nw
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from clm_core import conditions
from clm_core.conditions import (
    OPERATORS,
    WORDS,
    All,
    AnyOf,
    Condition,
    Feature,
    Not,
    Test,
    decide,
    features_used,
    first_match,
    matches,
    sentence,
)
from clm_core.engine import collect
from clm_core.features import FEATURES

PEOPLE = pa.table(
    {
        "customer_id": ["a", "b", "c", "d"],
        "n": pa.array([1, 2, 3, None], pa.int64()),
        "money": pa.array([9.99, 10.0, None, 10.01], pa.float64()),
        "plan": pa.array(["basic", None, "plus", ""], pa.string()),
    }
)
parse = TypeAdapter(Condition).validate_python


def held(engine, condition, limits=None):
    """The ids of those for whom the condition holds."""
    frame = engine.frame(PEOPLE).with_columns(matches(condition, limits or {}).alias("held"))
    table = collect(frame)
    assert table["held"].notna().all(), "a truth value is never null"
    return "".join(sorted(table.loc[table["held"].astype(bool), "customer_id"]))


@pytest.mark.parametrize(
    ("feature", "op", "value", "who"),
    [
        ("n", ">=", 2, "bc"),
        ("n", ">", 2, "c"),
        ("n", "<=", 2, "ab"),
        ("n", "<", 2, "a"),
        ("n", "==", 2, "b"),
        ("n", "!=", 2, "ac"),
        ("n", "missing", None, "d"),
        ("n", "present", None, "abc"),
        ("money", ">=", 10, "bd"),
        ("money", "<", 10, "a"),
        ("plan", "==", "plus", "c"),
        ("plan", "!=", "plus", "ad"),
        ("plan", "in", ("basic", "plus"), "ac"),
        ("plan", "missing", None, "b"),
        ("plan", "present", None, "acd"),
    ],
)
def test_a_test_holds_exactly_at_its_limit(each_engine, feature, op, value, who):
    assert held(each_engine, Test(feature=feature, op=op, value=value)) == who


def test_every_operator_has_a_word_and_a_kind():
    assert set(WORDS) == {op for ops in OPERATORS.values() for op in ops}


def test_a_named_limit_is_the_right_side(each_engine):
    test = Test(feature="n", op=">=", limit="loyal_orders")
    assert held(each_engine, test, {"loyal_orders": 3}) == "c"
    assert held(each_engine, test, {"loyal_orders": 2}) == "bc"


def test_a_missing_value_satisfies_no_comparison_and_so_every_negated_one(each_engine):
    at_least_two = Test(feature="n", op=">=", value=2)
    assert held(each_engine, at_least_two) == "bc"
    assert held(each_engine, Not(part=at_least_two)) == "ad"
    assert held(each_engine, Not(part=Test(feature="plan", op="in", value=("basic",)))) == "bcd"
    assert held(each_engine, Not(part=Not(part=at_least_two))) == "bc"


def test_all_and_any_with_missing_parts(each_engine):
    many, rich = Test(feature="n", op=">=", value=2), Test(feature="money", op=">=", value=10)
    assert held(each_engine, All(all=(many, rich))) == "b"
    assert held(each_engine, AnyOf(any=(many, rich))) == "bcd"
    assert held(each_engine, Not(part=All(all=(many, rich)))) == "acd"
    assert held(each_engine, Not(part=AnyOf(any=(many, rich)))) == "a"
    assert held(each_engine, All(all=(many,))) == "bc"


def test_first_match_takes_the_first_and_says_when_none_holds(each_engine):
    ladder = [Test(feature="n", op=">=", value=3), Test(feature="n", op=">=", value=2)]
    frame = each_engine.frame(PEOPLE).with_columns(first_match(ladder, {}).alias("rule"))
    assert collect(frame).set_index("customer_id")["rule"].to_dict() == {"a": 2, "b": 1, "c": 0, "d": 2}
    frame = each_engine.frame(PEOPLE).with_columns(first_match([*ladder, None], {}).alias("rule"))
    assert collect(frame).set_index("customer_id")["rule"].to_dict() == {"a": 2, "b": 1, "c": 0, "d": 2}


def test_nothing_follows_a_rule_without_condition(each_engine):
    frame = each_engine.frame(PEOPLE).with_columns(
        first_match([None, Test(feature="n", op=">=", value=1)], {}).alias("rule")
    )
    assert set(collect(frame)["rule"]) == {0}


NUMBERS, WORDS_OF_PEOPLE = [None, 0.0, 1.0, 2.0, 2.5], [None, "", "basic", "plus", "None"]
TESTS = st.one_of(
    st.builds(Test, feature=st.just("n"), op=st.sampled_from([">=", ">", "<=", "<", "==", "!="]), value=st.sampled_from(NUMBERS[1:])),
    st.builds(Test, feature=st.just("n"), op=st.just("<"), limit=st.just("few")),
    st.builds(Test, feature=st.just("plan"), op=st.sampled_from(["==", "!="]), value=st.sampled_from(WORDS_OF_PEOPLE[2:])),
    st.builds(Test, feature=st.just("plan"), op=st.just("in"), value=st.tuples(*[st.sampled_from(WORDS_OF_PEOPLE[2:])] * 2)),
    st.builds(Test, feature=st.sampled_from(["n", "plan", "unknown"]), op=st.sampled_from(["missing", "present"])),
    st.builds(Test, feature=st.just("unknown"), op=st.sampled_from([">=", "!="]), value=st.just(1.0)),
)  # fmt: skip
CONDITIONS = st.recursive(
    TESTS,
    lambda parts: st.one_of(
        st.builds(Not, part=parts),
        st.builds(All, all=st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, any=st.lists(parts, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)


@settings(max_examples=150)
@given(st.lists(CONDITIONS | st.none(), min_size=1, max_size=4))
def test_rows_at_hand_are_decided_as_an_engine_decides_them(rules):
    cells = {
        "n": np.array([np.nan if n is None else n for n in NUMBERS for _ in WORDS_OF_PEOPLE]),
        "plan": np.array(WORDS_OF_PEOPLE * len(NUMBERS), object),
        "unknown": np.full(len(NUMBERS) * len(WORDS_OF_PEOPLE), np.nan),
    }
    table = pa.table(
        {
            "n": pa.array(cells["n"], from_pandas=True),
            "plan": pa.array(cells["plan"], pa.string()),
            "unknown": pa.nulls(len(cells["n"]), pa.float64()),
        }
    )
    asked = nw.from_native(table).lazy().with_columns(first_match(rules, {"few": 2.0}).alias("rule"))
    assert decide(rules, {"few": 2.0}, cells, table.num_rows).tolist() == collect(asked)["rule"].tolist()


def test_a_prefix_reads_the_other_column(each_engine):
    frame = each_engine.frame(PEOPLE).with_columns((nw.col("n") + 1).alias("previous_n"))
    frame = frame.with_columns(matches(Test(feature="n", op=">=", value=3), {}, "previous_").alias("held"))
    assert sorted(collect(frame.filter(nw.col("held")))["customer_id"]) == ["b", "c"]


def test_features_used_and_tests_walk_the_whole_condition_in_order():
    rule = parse(
        {
            "all": [
                {"feature": "a", "op": "present"},
                {"any": [{"feature": "b", "op": ">", "value": 1}, {"not": {"feature": "c", "op": "missing"}}]},
            ]
        }
    )
    assert [test.feature for test in conditions.tests(rule)] == ["a", "b", "c"]
    assert features_used(rule) == {"a", "b", "c"}


@pytest.mark.parametrize(
    "faulty",
    [
        {"feature": "n", "op": ">="},
        {"feature": "n", "op": ">=", "value": 1, "limit": "loyal"},
        {"feature": "n", "op": "missing", "value": 1},
    ],
)
def test_a_test_takes_one_right_side(faulty):
    with pytest.raises(ValidationError, match=r"takes a value or a limit, and only one of them"):
        Test.model_validate(faulty)


@pytest.mark.parametrize(
    "faulty",
    [
        {"all": []},
        {"any": []},
        {"feature": "n", "op": "like", "value": "x"},
        {"feature": "n", "op": ">=", "value": 1, "valu": 2},
        {"feature": "n", "op": ">=", "value": float("nan")},
        {"feature": "n", "op": "<", "value": float("inf")},
        {"not": {"feature": "n"}},
        {},
    ],
)
def test_other_shapes_are_refused(faulty):
    with pytest.raises(ValidationError):
        parse(faulty)


def test_definitions_are_values_that_cannot_change():
    test = Test(feature="n", op=">=", value=1)
    with pytest.raises(ValidationError, match="frozen"):
        test.value = 2
    assert test == Test(feature="n", op=">=", value=1)
    assert hash(test) == hash(Test(feature="n", op=">=", value=1))


PLAN = {"plan": Feature("plan", "plan", kind="text")}


@pytest.mark.parametrize(
    ("rule", "code", "message"),
    [
        (
            {"feature": "n_order", "op": ">=", "value": 1},
            "unknown_feature",
            "Rule 'x' reads 'n_order', which is no feature. Did you mean 'n_orders'?",
        ),
        (
            {"not": {"feature": "plan", "op": ">", "value": "b"}},
            "wrong_operator",
            "Rule 'x': '>' does not fit text 'plan'; use ==, !=, in, missing, present.",
        ),
        (
            {"feature": "n_orders", "op": ">=", "value": "four"},
            "wrong_value",
            "Rule 'x': 'n_orders >=' takes a number, found 'four'.",
        ),
        ({"feature": "plan", "op": "==", "value": 4}, "wrong_value", "Rule 'x': 'plan ==' takes a text, found 4.0."),
        (
            {"feature": "plan", "op": "in", "value": "basic"},
            "wrong_value",
            "Rule 'x': 'plan in' takes a list of texts, found 'basic'.",
        ),
        (
            {"feature": "plan", "op": "==", "limit": "loyal"},
            "wrong_value",
            "Rule 'x': 'plan ==' takes a text, found limit 'loyal'.",
        ),
    ],
)
def test_what_cannot_be_asked_is_told_before_it_is_asked(rule, code, message):
    (issue,) = conditions.misfits(parse(rule), {**FEATURES, **PLAN}, "Rule 'x'")
    assert (issue.severity, issue.code, issue.message) == ("error", code, message)


@pytest.mark.parametrize(
    "rule",
    [
        {"feature": "n_orders", "op": ">=", "value": 4},
        {"feature": "n_orders", "op": ">=", "limit": "loyal"},
        {"feature": "plan", "op": "in", "value": ["basic"]},
        {"feature": "plan", "op": "missing"},
        {"feature": "n_orders", "op": "present"},
    ],
)
def test_what_can_be_asked_raises_no_issue(rule):
    assert not list(conditions.misfits(parse(rule), {**FEATURES, **PLAN}, "Rule 'x'"))


COUNTRY = {"country": Feature("country", "country", kind="text")}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"feature": "n_orders", "op": ">=", "value": 1}, "at least 1 order"),
        ({"feature": "n_orders", "op": ">=", "value": 4}, "at least 4 orders"),
        ({"feature": "n_orders", "op": "==", "value": 0}, "exactly 0 orders"),
        ({"feature": "n_orders", "op": "!=", "value": 2}, "anything but 2 orders"),
        ({"feature": "days_since_last_order", "op": "<", "value": 1}, "less than 1 day since the last order"),
        ({"feature": "days_since_last_order", "op": ">", "value": 1825}, "more than 1,825 days since the last order"),
        ({"feature": "spend_total", "op": ">=", "value": 99.5}, "at least 99.5 spent in total"),
        ({"feature": "mean_gap_days", "op": "missing"}, "no days between orders on average"),
        ({"feature": "mean_gap_days", "op": "present"}, "any days between orders on average"),
        ({"feature": "gap_ratio", "op": ">", "value": 2}, "more than 2 × their usual gap since the last order"),
        ({"feature": "gap_ratio", "op": "missing"}, "no usual gap since the last order"),
        ({"feature": "country", "op": "==", "value": "Norway"}, "country is Norway"),
        ({"feature": "country", "op": "!=", "value": "Norway"}, "country is anything but Norway"),
        ({"feature": "country", "op": "in", "value": ["Norway", "Peru"]}, "country is one of Norway, Peru"),
        ({"not": {"feature": "n_orders", "op": ">=", "value": 2}}, "not (at least 2 orders)"),
        ({"feature": "shoe_size", "op": ">", "value": 40}, "more than 40 shoe_size"),
    ],
)
def test_sentences(rule, words):
    assert sentence(parse(rule), {}, {**FEATURES, **COUNTRY}) == words


def test_a_sentence_brackets_alternatives_inside_a_list_of_parts():
    two, again = {"feature": "n_orders", "op": ">=", "value": 2}, {"feature": "n_sign_ups", "op": ">=", "limit": "x"}
    assert sentence(parse({"all": [two, {"any": [two, again]}]}), {"x": 1}, FEATURES) == (
        "at least 2 orders and (at least 2 orders or at least 1 sign-up)"
    )
    assert sentence(parse({"any": [{"all": [two, again]}, two]}), {"x": 1}, FEATURES) == (
        "(at least 2 orders and at least 1 sign-up) or at least 2 orders"
    )
