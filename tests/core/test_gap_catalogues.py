"""Catalogues are sound in every framework, complete, and can be made one's own."""

import pytest

from clm_core.errors import DefinitionError, InputError
from clm_core.features import FEATURES
from clm_core.frameworks import edit, shipped_frameworks
from clm_core.gaps import (
    Changes,
    changed,
    check_catalogue,
    load_catalogue,
    own_activity,
    parse_catalogue,
    read_own_activities,
    shipped_catalogues,
    vocabulary,
)

WORDS = vocabulary()
FRAMEWORKS = shipped_frameworks()
RETAIL = load_catalogue("retail")


@pytest.mark.parametrize("catalogue", shipped_catalogues(), ids=lambda one: one.id)
def test_a_shipped_catalogue_has_no_fault(catalogue):
    assert check_catalogue(catalogue, WORDS, FRAMEWORKS, FEATURES) == []


@pytest.mark.parametrize("catalogue", [load_catalogue("retail"), load_catalogue("b2b")], ids=lambda one: one.id)
def test_a_full_catalogue_covers_every_moment_and_mends_each_of_the_eight_mistakes(catalogue):
    assert 40 <= len(catalogue.activities) <= 70
    assert {one.moment for one in catalogue.activities} == {moment.id for moment in WORDS.moments}
    assert {one.mistake for one in catalogue.activities} - {None} == set(range(1, 9))
    assert sum(one.is_often_missed for one in catalogue.activities) >= 2


def test_every_channel_metric_and_evidence_rule_is_used():
    every = [one for catalogue in shipped_catalogues() for one in catalogue.activities]
    assert {one.channel for one in every} == {channel.id for channel in WORDS.channels}
    assert {one.metric for one in every} == {metric.id for metric in WORDS.metrics}
    assert {one.evidence for one in every} - {""} == set(WORDS.evidence)


def test_every_stage_of_every_framework_has_an_activity():
    for framework in FRAMEWORKS:
        shelves = {WORDS.moment(one.moment).shelf[framework.id] for one in RETAIL.activities}
        assert shelves == set(framework.stage_ids)


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda one: one.id)
def test_activities_have_a_place_in_a_framework_of_ones_own_that_kept_the_stages(framework):
    assert WORDS.kin(framework) == framework.id
    first, off = framework.stage_ids[0], framework.stage_ids[-1]
    own = edit.add_stage(edit.change_stage(edit.add_rule(framework, off), first, name="Ours"), "Fans")
    own = edit.owned(own)
    assert own.id != framework.id
    assert WORDS.kin(own) == framework.id
    assert WORDS.kin(edit.remove_stage(own, off)) == ""


def test_people_are_moved_on_from_the_stage_of_the_activity_or_one_before_it():
    for framework in FRAMEWORKS:
        place = {stage: number for number, stage in enumerate(framework.stage_ids)}
        for moment in WORDS.moments:
            assert place[moment.audience[framework.id]] <= place[moment.shelf[framework.id]]


def broken(**changes):
    return RETAIL.model_copy(update={"activities": (RETAIL.activities[0].model_copy(update=changes),)})


@pytest.mark.parametrize(
    ("catalogue", "told"),
    [
        (broken(moment="be_fuond"), "names the moment 'be_fuond', which is none. Did you mean 'be_found'?"),
        (broken(evidence="welcom"), "names the evidence 'welcom'"),
        (RETAIL.model_copy(update={"activities": RETAIL.activities[:1] * 2}), "The id 'target_group' is given to 2"),
    ],
)
def test_a_fault_of_a_catalogue_is_told(catalogue, told):
    assert any(told in issue.message for issue in check_catalogue(catalogue, WORDS, FRAMEWORKS, FEATURES))


def test_a_stage_that_is_none_and_a_rule_that_reads_nothing_are_told():
    moment = WORDS.moments[0].model_copy(update={"shelf": {**WORDS.moments[0].shelf, "race": "rech"}})
    rule = WORDS.evidence["welcome"].model_copy(update={"after": "signup"})
    words = WORDS.model_copy(update={"moments": (moment,), "evidence": {"welcome": rule}})
    told = " ".join(issue.message for issue in check_catalogue(RETAIL, words, FRAMEWORKS, FEATURES))
    assert "Moment 'be_found', shelf in RACE: found 'rech'; stages are reach, act" in told
    assert "Evidence 'welcome' reads 'signup'; known are visit" in told


def test_what_is_not_a_catalogue_is_refused():
    with pytest.raises(DefinitionError, match=r"no such catalogue\. Did you mean 'retail'"):
        load_catalogue("retial")
    with pytest.raises(DefinitionError, match="does not fit"):
        parse_catalogue('id = "x"\nname = "X"\nidea = ""\nactivities = []\n')


def test_activities_can_be_added_hidden_and_renamed():
    own = own_activity("Parcel inserts", "after_order", "Direct mail", WORDS, effort=1)
    team = changed(RETAIL, Changes(added=(own,), hidden={"seo_rivals"}, renamed={"welcome": "Hello mail"}))
    assert team.by_id["own_parcel_inserts"].channel == "direct_mail"
    assert "seo_rivals" not in team.by_id
    assert team.by_id["welcome"].name == "Hello mail"
    assert len(team.activities) == len(RETAIL.activities)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (Changes(hidden={"welcom"}), "no activity 'welcom'. Did you mean 'welcome'"),
        (Changes(renamed={"welcome": "Win-back sequence"}), "the same name"),
        (Changes(hidden=frozenset(RETAIL.by_id)), "needs activities"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(changes, told):
    with pytest.raises(DefinitionError, match=told):
        changed(RETAIL, changes)


FILE = """Name;Moment;Channel;Effort;Why
Parcel inserts;After the order;direct_mail;1;"=HYPERLINK(""x"")"
Store events;come_back;Comunity;2;
;come_back;community;;
Parcel inserts;after_order;email;2;
Tiny;be_found;seo;9;
"""


def test_own_activities_come_from_a_file_and_bad_rows_are_explained():
    read = read_own_activities(FILE, WORDS)
    assert [(one.id, one.moment, one.channel, one.effort) for one in read.activities] == [
        ("own_parcel_inserts", "after_order", "direct_mail", 1)
    ]
    assert read.activities[0].why == '=HYPERLINK("x")'
    (issue,) = read.issues
    assert issue.n_rows == 4
    assert "line 3: channel is 'Comunity'; allowed are E-mail" in issue.examples[0]
    assert "Did you mean 'Community'?" in issue.examples[0]
    assert "line 4: name" in issue.examples[1]
    assert "stands there twice" in issue.examples[2]
    assert "effort is '9'; allowed are 1 to 5" in issue.examples[3]


def test_a_file_without_the_needed_columns_is_refused():
    with pytest.raises(InputError, match="lacks the column 'moment'"):
        read_own_activities("name,channel\nx,email\n", WORDS)
    with pytest.raises(DefinitionError, match="does not fit"):
        own_activity("X", "nowhere", "email", WORDS)


def test_names_in_any_script_give_an_id():
    assert own_activity("Привет", "be_found", "seo", WORDS).id.startswith("own_")
