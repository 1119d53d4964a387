"""Finding people by a part of their id, whom to suggest, and one customer's whole story."""

import pytest

from clm_core.engine import open_engine
from clm_core.errors import InputError
from clm_core.features import FEATURES
from clm_core.findings import who_leaves_soon, why_here
from clm_core.frameworks import load_framework
from clm_core.lookup import find_people, suggest_people
from clm_core.pipeline import Dataset, open_workspace, tell_story
from clm_core.silence import early_warning, of_stages
from clm_core.tables import Tables, to_date
from clm_core.timeline import what_would_turn

STERNE = load_framework("sterne_cutler")
AS_OF = to_date(19_900)


@pytest.fixture(scope="module")
def workspace(make_orders, make_events):
    """A-10 is about to fall silent for too long, B-1 spent most, lea and leo never ordered."""
    orders = make_orders(
        [("A-10", 19_740, 20.0), ("A-1", 19_890, 5.0), ("B-1", 19_900, 900.0), ("B-1", 19_899, 9.0), ("C", 19_000, 1.0)]
    )
    tables = Tables(orders, events=make_events([("lea", 19_800, "sign_up"), ("leo", 19_895, "visit")]))
    engine = open_engine("duckdb")
    yield open_workspace(Dataset({}, tables), engine, AS_OF)
    engine.close()


@pytest.fixture(scope="module")
def leaving(workspace):
    return early_warning(workspace.frames, workspace.today, STERNE, workspace.as_of_day, 30)


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("a-1", ["A-1", "A-10"]),
        ("A-10 ", ["A-10"]),
        ("l", ["lea", "leo"]),
        ("%", []),
        ("a.1", []),
        ("-1", ["A-1", "A-10", "B-1"]),
    ],
)
def test_people_are_found_by_any_part_of_their_id(workspace, part, found):
    assert find_people(workspace.today, part) == found


def test_no_more_are_found_than_asked_for(workspace):
    assert find_people(workspace.today, "", most=2) == ["A-1", "A-10"]


def test_those_worth_a_look_are_told_with_the_reason(workspace, leaving):
    assert suggest_people(workspace.today, leaving, each=2) == {
        "A-10": "about to leave",
        "B-1": "most spent in a year",
        "leo": "newest without an order",
        "lea": "newest without an order",
    }


def test_a_story_holds_what_is_known_the_rules_and_what_would_turn_them(workspace):
    story = tell_story(workspace, STERNE, "A-10")
    assert (story.features["n_orders"], story.features["days_since_last_order"]) == (1, 160)
    assert story.rules.loc[story.rules["decides"], "stage"].tolist() == ["convert"]
    turns = story.tests[story.tests["change"] != ""]
    assert turns.set_index("sentence")["change"].to_dict() == {
        "more than 365 days since the last order": "206 days without an order",
        "more than 180 days since the last order": "21 days without an order",
        "at least 4 orders": "3 more orders",
        "at least 1 review or referral in the last 365 days": "1 more review or referral in the last 365 days",
        "at least 2 orders": "1 more order",
    }
    here = why_here(story.told, story.rules, STERNE, AS_OF)
    assert here.says == "They are in Convert because of the first rule that holds: at least 1 order."
    assert here.next_step.startswith("If nothing happens: At risk on 17 July 2024 (in 21 days), Lost on")


def test_a_person_without_orders_has_a_story_too(workspace):
    story = tell_story(workspace, STERNE, "lea")
    assert story.told.orders.empty and len(story.told.bands)
    assert story.features["days_since_last_order"] is None
    assert why_here(story.told, story.rules, STERNE, AS_OF).title.startswith("lea: ")


def test_nobody_of_an_id_is_refused_with_what_to_do(workspace):
    with pytest.raises(InputError, match="Nobody of that id is known"):
        tell_story(workspace, STERNE, "nobody")


def test_the_warning_names_how_many_when_and_what_they_are_worth(leaving):
    told = who_leaves_soon(leaving, STERNE, 30, "GBP")
    assert told.title == "1 person leaves the path within 30 days if nothing happens"
    assert told.says == "The first is due on 17 July 2024, At risk. Together they spent £20 in the last 365 days."
    assert (
        of_stages(leaving, ["loyal"]).empty and len(of_stages(leaving, [])) == len(of_stages(leaving, ["convert"])) == 1
    )
    assert "Nobody" in who_leaves_soon(of_stages(leaving, ["loyal"]), STERNE, 30, "GBP").says


@pytest.mark.parametrize(
    ("rule", "value", "holds", "told"),
    [
        (("n_orders", ">=", 4.0), 3, False, "1 more order"),
        (("n_orders", ">", 4.0), 3, False, "2 more orders"),
        (("n_orders", "<", 4.0), 3, True, "1 more order"),
        (("n_orders", "<=", 4.0), 7, False, "3 fewer orders"),
        (("n_orders", ">=", 4.0), 5, True, ""),
        (("days_since_last_order", ">", 180.0), 200, True, "an order"),
        (("days_since_last_order", "<=", 180.0), 180, True, "1 day without an order"),
        (("tenure_days", ">=", 30.0), 10, False, "20 days more"),
        (("spend_total", ">=", 30.0), 10.0, False, ""),
        (("n_orders", ">=", 4.0), None, False, ""),
    ],
)
def test_what_would_turn_a_comparison_is_said_in_its_unit(rule, value, holds, told):
    from clm_core.conditions import Test

    test = Test(feature=rule[0], op=rule[1], value=rule[2])
    assert what_would_turn(test, value, {}, FEATURES, holds=holds) == told
