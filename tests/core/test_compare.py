"""Two rule sets on the same people: cells, value and names counted by hand."""

import pytest

from clm_core import columns as c
from clm_core.compare import compare_stages, in_every, who_differs, who_sits_in
from clm_core.features import build_features, load_frames
from clm_core.findings import who_sits_differently
from clm_core.frameworks import load_framework, shipped_frameworks
from clm_core.tables import Tables

STERNE, WOW = load_framework("sterne_cutler"), load_framework("attract_sell_wow")
AS_OF = 19_500
LAX = STERNE.with_limits({"at_risk_days": 400, "lost_days": 500})


@pytest.fixture
def today(make_orders, engine):
    """One order 0, 200 and 390 days ago; four orders up to 10 days ago; two orders up to 5 days ago."""
    rows = [("new", AS_OF, 10.0), ("quiet", AS_OF - 200, 20.0), ("gone", AS_OF - 390, 99.0)]
    rows += [("often", AS_OF - ago, 5.0) for ago in (10, 20, 30, 40)]
    rows += [("twice", AS_OF - ago, 7.0) for ago in (5, 25)]
    return build_features(load_frames(Tables(make_orders(rows)), engine), AS_OF)


def test_other_limits_move_two_of_five(today):
    compared = compare_stages(today, STERNE, LAX)
    assert compared.cells.to_numpy().tolist() == [
        ["convert", "convert", 1, 1.0, 10.0, False],
        ["retain", "retain", 1, 1.0, 14.0, False],
        ["loyal", "loyal", 1, 1.0, 20.0, False],
        ["at_risk", "convert", 1, 1.0, 20.0, True],
        ["lost", "convert", 1, 1.0, 99.0, True],
    ]
    assert (compared.n_customers, compared.n_differ, compared.value_differs) == (5, 2, 119.0)
    assert compared.is_by_name and "another name" in compared.measure


def test_the_list_has_the_most_valuable_first(today):
    assert who_differs(today, STERNE, LAX).to_numpy().tolist() == [
        ["gone", "lost", "convert", 99.0],
        ["quiet", "at_risk", "convert", 20.0],
    ]


def test_a_rule_set_agrees_with_itself(today):
    assert compare_stages(today, STERNE, STERNE).n_differ == 0
    assert compare_stages(today, STERNE, STERNE).value_differs == 0.0
    assert who_differs(today, STERNE, STERNE).empty


def test_frameworks_of_other_stages_are_compared_by_the_step_they_stand_for(today):
    compared = compare_stages(today, STERNE, WOW)
    told = compared.cells.set_index("stage_a")[["stage_b", "differs"]]
    # returning is a step of its own in one and counts as Wow, the last step of the path, in the other
    assert told.loc["retain"].tolist() == ["wow", True]
    assert told.loc["loyal"].tolist() == ["wow", False]
    assert told.loc["convert"].tolist() == ["sell", False]
    assert not compared.is_by_name and compared.n_differ == 1
    assert who_differs(today, STERNE, WOW)[c.CUSTOMER_ID].tolist() == ["twice"]


def test_without_amounts_value_is_unknown(make_orders, engine):
    tables = Tables(make_orders([("a", AS_OF, None), ("b", AS_OF - 200, None)]))
    frame = build_features(load_frames(tables, engine), AS_OF)
    compared = compare_stages(frame, STERNE, LAX)
    assert compared.cells[c.VALUE].isna().all()
    assert compared.value_differs != compared.value_differs
    assert who_differs(frame, STERNE, LAX)[c.CUSTOMER_ID].tolist() == ["b"]


def test_a_cell_lists_its_people_whether_they_differ_or_not(today):
    assert who_sits_in(today, STERNE, LAX, "at_risk", "convert")[c.CUSTOMER_ID].tolist() == ["quiet"]
    assert who_sits_in(today, STERNE, LAX, "loyal", "loyal").to_numpy().tolist() == [["often", "loyal", "loyal", 20.0]]
    assert who_sits_in(today, STERNE, LAX, "loyal", "lost").empty


def test_one_customer_in_every_framework(today):
    found = in_every(today, "twice", shipped_frameworks())
    assert dict(zip(found["framework"], found[c.STAGE], strict=True)) == {
        "sterne_cutler": "retain",
        "inbound_service": "post_purchase",
        "ecommerce_relationship": "retention",
        "race": "engage",
        "attract_sell_wow": "wow",
        "loyalty_loop": "buy",
    }
    assert found[c.STAGE_RULE].notna().all()
    assert in_every(today, "nobody", shipped_frameworks()).empty


def test_the_sentence_says_how_many_and_what_they_have_spent(today):
    said = who_sits_differently(
        compare_stages(today, STERNE, LAX), STERNE, LAX.model_copy(update={"name": "Lax"}), "GBP"
    )
    assert said.says == (
        "2 people of 5 (40.0 %) sit differently under Lax than under Sterne & Cutler; they have spent £119 so far."
    )
    assert said.title == "2 people sit differently"
    assert "from At risk to Convert" in said.next_step
    assert (
        who_sits_differently(compare_stages(today, STERNE, STERNE), STERNE, STERNE, "").title
        == "Nobody sits differently"
    )
