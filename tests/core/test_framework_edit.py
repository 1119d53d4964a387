"""Edits of a framework: what each changes and leaves alone, undo and redo, and which version is in force."""

import itertools

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm_core import columns as c
from clm_core.conditions import OPERATORS, All, AnyOf, Not, Test
from clm_core.engine import collect
from clm_core.features import FEATURES
from clm_core.frameworks import (
    BY_SILENCE,
    SHIPPED,
    Draft,
    check_framework,
    dump_framework,
    edit,
    load_framework,
    parse_framework,
    parts,
)
from clm_core.stages import assign_rules

LOOP = load_framework("loyalty_loop")
STERNE = load_framework("sterne_cutler")
ONE, TWO, THREE = (Test(feature="n_orders", op=">=", value=value) for value in (1, 2, 3))
CHANNEL = Test(feature="first_channel", op="==", value="web")


def codes(framework):
    return [issue.code for issue in check_framework(framework, FEATURES)]


# rules


def test_a_new_rule_is_asked_first_and_takes_few():
    added = edit.add_rule(STERNE, "retain")
    assert [rule.id for rule in added.rules[:2]] == ["retain_rule", "silent_too_long"]
    assert added.rule_sentence(added.rules[0], FEATURES) == "at least 10 orders"
    assert edit.add_rule(added, "retain").rules[0].id == "retain_rule_2"
    assert codes(edit.add_rule(added, "reach")) == ["shadowed_rule"]  # both ask for the same
    assert codes(added) == []


def test_a_rule_moves_leads_elsewhere_and_goes():
    moved = edit.move_rule(STERNE, 3, -1)
    assert [rule.id for rule in moved.rules[2:4]] == ["bought_again", "often_or_advocate"]
    assert edit.move_rule(moved, 2, 1) == STERNE
    assert edit.move_rule(STERNE, 0, -1) == STERNE
    assert edit.lead_to(STERNE, 4, "retain").stage_of_rule[4] == "retain"
    assert codes(edit.lead_to(STERNE, 4, "retain")) == ["unreachable_stage"]
    assert len(edit.remove_rule(STERNE, 5).rules) == 6
    alone = STERNE.model_copy(update={"rules": STERNE.rules[-1:]})
    assert edit.remove_rule(alone, 0) == alone


def test_the_catch_all_moved_up_is_told_and_not_mended():
    assert codes(edit.move_rule(STERNE, 6, -1)) == ["no_catch_all", "dead_rules"]
    assert codes(edit.put_condition(STERNE, 3, None)) == ["dead_rules"]


# stages


def test_a_stage_is_renamed_and_still_found():
    renamed = edit.change_stage(STERNE, "loyal", name="Fans", colour_step=4)
    assert renamed.stage("loyal").name == "Fans"
    assert renamed.rules == STERNE.rules
    assert codes(renamed) == []


def test_a_new_stage_ends_the_path_and_waits_for_a_rule():
    added = edit.add_stage(STERNE, "Ärzte & Co.")
    assert added.stage_ids == ["reach", "acquire", "convert", "retain", "loyal", "arzte_co", "at_risk", "lost"]
    assert [issue.place for issue in check_framework(added, FEATURES)] == ["stages.arzte_co"]
    assert codes(edit.add_rule(added, "arzte_co")) == []
    assert edit.add_stage(STERNE, "4 stars").stage_ids[5] == "n_4_stars"
    assert edit.add_stage(STERNE, "Loyal").stage_ids[5] == "loyal_2"
    assert edit.add_stage(STERNE, "…").stage_ids[5] == "n"


def test_a_stage_moves_in_the_lifecycle():
    assert edit.move_stage(STERNE, "acquire", 1).stage_ids[:3] == ["reach", "convert", "acquire"]


def test_a_stage_takes_its_rules_along_and_everyone_else_goes_on():
    without = edit.remove_stage(STERNE, "loyal")
    assert [rule.id for rule in without.rules] == [rule.id for rule in STERNE.rules if rule.stage != "loyal"]
    assert codes(without) == []
    first = edit.remove_stage(STERNE, "reach")
    assert first.stage_of_rule[-2] == "acquire"
    assert codes(first) == []
    two = STERNE.model_copy(update={"stages": STERNE.stages[:2]})
    assert edit.remove_stage(two, "reach") == two


# limits


def test_a_limit_is_added_changed_and_removed_without_moving_anyone():
    added = edit.add_limit(STERNE, "Sleepy after")
    assert added.limits["sleepy_after"].value == 30
    assert codes(added) == []
    assert edit.change_limit(added, "sleepy_after", value=45, most=60).limits["sleepy_after"].most == 60
    removed = edit.remove_limit(STERNE, "loyal_orders")
    assert removed.rule_sentence(removed.rules[2], FEATURES) == STERNE.rule_sentence(STERNE.rules[2], FEATURES)
    assert "loyal_orders" not in removed.limits
    assert codes(removed) == []
    assert [rule.id for rule in edit.rules_using(STERNE, "lost_days")] == ["silent_too_long"]


# names


def test_a_changed_framework_does_not_pass_for_the_shipped_one():
    assert edit.owned(STERNE.with_limits({"lost_days": 300})).id == "sterne_cutler"
    changed = edit.owned(edit.move_rule(STERNE, 3, -1))
    assert (changed.id, changed.name) == ("sterne_cutler_changed", "Sterne & Cutler, changed")
    named = edit.owned(STERNE.model_copy(update={"name": "Ours"}))
    assert (named.id, named.name) == ("sterne_cutler_changed", "Ours")
    assert edit.owned(changed) == changed


# conditions

NESTED = All(all=(ONE, AnyOf(any=(TWO, CHANNEL))))


def test_parts_are_put_added_removed_and_joined_by_their_path():
    assert parts.part_at(NESTED, (1, 0)) == TWO
    assert parts.put_part(NESTED, (1, 0), THREE) == All(all=(ONE, AnyOf(any=(THREE, CHANNEL))))
    assert parts.put_part(NESTED, (1, 0), None) == All(all=(ONE, CHANNEL))
    assert parts.put_part(NESTED, (0,), None) == AnyOf(any=(TWO, CHANNEL))
    assert parts.put_part(ONE, (), None) is None
    assert parts.add_part(ONE, (), TWO) == All(all=(ONE, TWO))
    assert parts.add_part(NESTED, (1,), THREE) == All(all=(ONE, AnyOf(any=(TWO, CHANNEL, THREE))))
    assert parts.rejoin(NESTED, (1,), "all") == All(all=(ONE, All(all=(TWO, CHANNEL))))
    assert parts.rejoin(NESTED, (), "any") == AnyOf(any=(ONE, AnyOf(any=(TWO, CHANNEL))))


def test_what_rows_cannot_show_is_not_flattened():
    assert parts.is_editable(NESTED)
    assert not parts.is_editable(Not(part=ONE))
    assert not parts.is_editable(All(all=(NESTED, TWO)))
    assert not parts.is_editable(All(all=(ONE, Not(part=TWO))))
    every = [rule.when for name in (*SHIPPED, *BY_SILENCE) for rule in load_framework(name).rules if rule.when]
    assert all(parts.is_editable(when) for when in every)


@pytest.mark.parametrize("feature", FEATURES.values(), ids=lambda feature: feature.name)
def test_a_row_keeps_what_fits_when_its_feature_or_operator_changes(feature):
    here = parts.with_feature(Test(feature="n_orders", op="<", limit="loyal_orders"), feature, FEATURES)
    alike = (feature.kind, feature.unit) == ("number", "orders")
    assert (here.op, here.limit) == (("<", "loyal_orders") if alike else (here.op, None))
    for op in parts.operators_of(feature):
        assert op in OPERATORS[feature.kind]
        for other in parts.operators_of(feature):
            test = parts.with_operator(parts.with_operator(here, op, feature), other, feature)
            framework = edit.put_condition(STERNE, 0, test)
            has_words = feature.kind == "text" and other not in ("missing", "present")
            expected = {"wrong_value"} if has_words else set()
            assert {issue.code for issue in check_framework(framework, FEATURES)} - {"shadowed_rule", "dead_rules"} == (
                expected
            )


def test_words_survive_a_change_of_operator():
    feature = FEATURES["first_channel"]
    several = parts.with_operator(CHANNEL, "in", feature)
    assert several.value == ("web",)
    assert parts.with_operator(several, "!=", feature).value == "web"


# undo


@pytest.fixture(scope="module")
def people(engine):
    """Customers of every sort that the rules tell apart, and some of whom nothing is known."""
    sorts = itertools.product((0, 1, 2, 4), (None, 0, 181, 400), (None, 0, 1), (None, 2), (None, 3))
    names = ("n_orders", "days_since_last_order", "n_advocacy_365d", "n_actions_90d", "n_sign_ups")
    rows = [{c.CUSTOMER_ID: f"c{i}", **dict(zip(names, row, strict=True))} for i, row in enumerate(sorts)]
    return engine.frame(pa.Table.from_pylist(rows))


_PLACE = st.integers(0, 5)
_STAGE = st.sampled_from(["reach", "acquire", "convert", "retain", "loyal", "at_risk", "lost", "added"])
_EDITS = st.one_of(
    st.builds(lambda stage: lambda f: edit.add_rule(f, stage if stage in f.stage_ids else f.stage_ids[0]), _STAGE),
    st.builds(lambda place: lambda f: edit.remove_rule(f, place % len(f.rules)), _PLACE),
    st.builds(
        lambda place, by: lambda f: edit.move_rule(f, place % len(f.rules), by), _PLACE, st.sampled_from([-1, 1])
    ),
    st.builds(
        lambda place, value: (
            lambda f: edit.put_condition(
                f, place % (len(f.rules) - 1) if len(f.rules) > 1 else 0, Test(feature="n_orders", op="==", value=value)
            )
        ),
        _PLACE,
        st.integers(1, 9),
    ),
    st.builds(lambda stage: lambda f: edit.remove_stage(f, stage), _STAGE),
    st.builds(lambda name: lambda f: edit.add_stage(f, name), st.sampled_from(["Added", "Lost", "!"])),
    st.builds(lambda value: lambda f: f.with_limits({"lost_days": value}), st.integers(100, 500)),
    st.just(lambda f: edit.add_limit(f, "Another", "orders")),
    st.builds(
        lambda name: lambda f: edit.remove_limit(f, name) if name in f.limits else f,
        st.sampled_from(["loyal_orders", "lost_days", "another"]),
    ),
)


@settings(max_examples=6)
@given(changes=st.lists(_EDITS, max_size=8))
def test_any_edits_can_be_undone_and_sound_ones_put_everyone_under_one_rule(changes, people):
    start = Draft.of(STERNE)
    draft = start
    for number, change in enumerate(changes):
        draft = draft.change(change(draft.framework), f"step {number}")
        assert parse_framework(dump_framework(draft.framework)) == draft.framework
    back = draft
    for _ in draft.past:
        back = back.undo()
    assert back.now == start.now
    assert back.undo() == back
    forth = back
    for _ in draft.past:
        forth = forth.redo()
    assert forth == draft
    in_force = draft.in_force(lambda framework: not check_framework(framework, FEATURES))
    assert codes(in_force) == []
    numbered = collect(assign_rules(people, in_force))
    assert numbered[c.RULE_NO].between(0, len(in_force.rules) - 1).all()
    assert len(numbered) == numbered[c.CUSTOMER_ID].nunique() == 192


def test_the_moves_of_one_slider_are_one_step():
    draft = Draft.of(STERNE)
    for value in (170, 160, 150):
        draft = draft.change(STERNE.with_limits({"at_risk_days": value}), "moved 'At risk after'", goes_on=True)
    assert draft.framework.limit_values["at_risk_days"] == 150
    assert draft.undo().framework == STERNE
    assert draft.change(draft.framework, "nothing") is draft
    other = draft.change(STERNE.with_limits({"lost_days": 300}), "moved 'Lost after'", goes_on=True)
    assert len(other.past) == 2
    assert other.undo().undone[-1].change == "moved 'Lost after'"


def test_a_new_step_forgets_what_was_undone():
    draft = Draft.of(STERNE).change(edit.move_rule(STERNE, 3, -1), "moved").undo()
    assert draft.redo().framework.id == "sterne_cutler_changed"
    assert draft.change(edit.remove_rule(STERNE, 3), "removed").undone == ()


def test_the_last_sound_version_is_in_force_until_the_fault_is_mended():
    def is_sound(framework):
        return not check_framework(framework, FEATURES)

    sound = Draft.of(STERNE).change(STERNE.with_limits({"lost_days": 300}), "moved 'Lost after'")
    faulty = sound.change(edit.add_stage(sound.framework, "Fans"), "added").change(
        edit.add_stage(sound.framework, "Friends"), "added"
    )
    assert faulty.in_force(is_sound) == sound.framework
    mended = faulty.change(edit.add_rule(faulty.framework, "friends"), "added a rule")
    assert mended.in_force(is_sound) == mended.framework
    assert mended.framework.limit_values["lost_days"] == 300
    from_link = Draft.of(STERNE.with_limits({"at_risk_days": 400}), STERNE)
    assert from_link.in_force(is_sound) == STERNE
    file = edit.add_stage(LOOP, "Nowhere")
    assert Draft.of(file).in_force(is_sound) == STERNE


def test_another_beginning_is_a_step_like_any_other():
    draft = Draft.of(STERNE).change(edit.move_rule(STERNE, 3, -1), "moved").begin(LOOP, "chose Loyalty loop")
    assert (draft.base, draft.framework) == (LOOP, LOOP)
    assert draft.undo().base == STERNE
