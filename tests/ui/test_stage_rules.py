"""The rule editor: edits move people on every page, faults are told beside their part while the last sound rules hold."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clm_core.conditions import Test
from clm_core.frameworks import SHIPPED, dump_framework, edit, load_framework, parse_framework

ROOT = Path(__file__).parents[2]
PAGE = "pages/understand/stage_rules.py"
ALL = 4_900
"""People in the sample shop."""
OWN = edit.owned(edit.change_stage(edit.add_rule(load_framework("race"), "engage"), "engage", name="Fans"))


def started(**query):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in {"sample": "shop", **query}.items():
        app.query_params[name] = value
    return app.run().switch_page(PAGE).run()


@pytest.fixture
def page():
    return started()


def part(app, name):
    return app.segmented_control(key="rules_part").set_value(name).run()


def cards(app):
    """Rule or stage name → people."""
    found = {}
    lines = [line.removeprefix("- ") for element in app.markdown for line in element.value.splitlines()]
    for line in lines:
        if line.startswith("**") and " · " in line:
            name, people = line.removeprefix("**").split(" · ")[:2]
            name = name.replace("*", "").partition(". ")
            found[name[2] or name[0]] = int(people.split(" ")[0].replace(",", ""))
    return found


def held(app):
    return app.session_state["draft"].framework


def save(app):
    """The TOML that the button of the page hands out."""
    return dump_framework(held(app))


def sound(app):
    assert not app.exception
    assert not app.error
    assert not app.warning


def test_each_rule_tells_its_sentence_and_its_people_and_everyone_is_counted_once(page):
    sound(page)
    assert list(cards(page)) == ["Lost", "At risk", "Loyal", "Retain", "Convert", "Acquire", "Reach"]
    assert sum(cards(page).values()) == ALL
    told = "".join(element.value for element in page.markdown)
    assert "At least 1 order and more than 365 days since the last order" in told


def test_a_slider_moves_people_stays_in_the_address_and_is_taken_back(page):
    before = cards(page)
    page.slider(key="slider_at_risk_days").set_value(60).run()
    sound(page)
    assert cards(page)["At risk"] > before["At risk"]
    assert sum(cards(page).values()) == ALL
    assert page.query_params["at_risk_days"] == "60"
    next(button for button in page.button if button.label == "Undo").click().run()
    assert cards(page) == before
    assert "at_risk_days" not in page.query_params
    next(button for button in page.button if button.label == "Redo").click().run()
    assert page.slider(key="slider_at_risk_days").value == 60


def test_a_row_is_edited_and_other_pages_follow(page):
    page.pills(key="rule_to_edit").set_value(3).run()
    page.number_input(key="rule_3__number_int").set_value(3).run()
    sound(page)
    assert page.selectbox(key="framework").options[-1] == "Sterne & Cutler, changed"
    assert "framework" not in page.query_params
    convert = cards(page)["Convert"]
    page.switch_page("pages/understand/lifecycle.py").run()
    sound(page)
    assert any("Sterne & Cutler, changed" in chart.proto.spec for chart in page.get("vega_lite_chart"))
    page.switch_page(PAGE).run()
    page.selectbox(key="framework").set_value("sterne_cutler").run()
    assert cards(page)["Convert"] < convert
    next(button for button in page.button if button.label == "Undo").click().run()
    assert cards(page)["Convert"] == convert


# one of the orders, and a column of the customers' own file
@pytest.mark.parametrize("feature", ["first_channel", "acquisition_channel"])
def test_feature_operator_and_value_follow_each_other(page, feature):
    page.pills(key="rule_to_edit").set_value(4).run()
    page.selectbox(key="rule_4__feature").set_value(feature).run()
    assert "takes a text, found ''" in page.error[0].value
    assert page.selectbox(key="rule_4__operator").options == [
        "is",
        "anything but",
        "one of",
        "is not known",
        "is known",
    ]
    word = page.selectbox(key="rule_4__word")
    word.set_value(word.options[0]).run()
    assert not page.error
    page.selectbox(key="rule_4__operator").set_value("in").run()
    assert page.multiselect(key="rule_4__words").value == [word.options[0]]
    assert held(page).rules[4].when == Test(feature=feature, op="in", value=(word.options[0],))
    sound(page)
    assert sum(cards(page).values()) == ALL
    for other in ("gap_analysis", "workshop", "priorities", "plan"):  # its stages are those that activities know
        sound(page.switch_page(f"pages/plan/{other}.py").run())


def test_a_number_becomes_a_limit_and_a_condition_is_added_and_removed(page):
    page.pills(key="rule_to_edit").set_value(3).run()
    page.selectbox(key="rule_3__limit").set_value("loyal_orders").run()
    assert held(page).rules[3].when == Test(feature="n_orders", op=">=", limit="loyal_orders")
    page.selectbox(key="rule_3__limit").set_value("a number").run()
    assert held(page).rules[3].when == Test(feature="n_orders", op=">=", value=4)
    page.button(key="rule_3__add").click().run()
    assert len(held(page).rules[3].when.all) == 2
    page.segmented_control(key="rule_3__joined").set_value("any").run()
    page.button(key="rule_3_1_remove").click().run()
    assert held(page).rules[3].when == Test(feature="n_orders", op=">=", value=4)


def test_a_fault_stands_beside_its_rule_and_the_last_sound_rules_hold(page):
    sizes = cards(page)
    page.pills(key="rule_to_edit").set_value(2).run()
    page.number_input(key="rule_2_0_number_int").set_value(0)
    page.segmented_control(key="rule_2__joined").set_value("any").run()
    assert not page.exception
    assert ["claims everyone" in error.value for error in page.error] == [True]
    assert "every page goes by the last ones that could" in page.warning[0].value
    assert cards(page) == {}, "the rules in hand are not counted"
    page.switch_page("pages/understand/lifecycle.py").run()
    assert "claims everyone" in page.warning[0].value
    assert not page.exception
    page.switch_page(PAGE).run()
    for _ in range(2):
        next(button for button in page.button if button.label == "Undo").click().run()
    sound(page)
    assert cards(page) == sizes


def test_a_rule_nobody_falls_under_is_noted_without_being_a_fault(page):
    page.selectbox(key="new_rule_stage").set_value("loyal").run()
    page.button(key="add_rule").click().run()
    page.number_input(key="rule_0__number_int").set_value(5000).run()
    sound(page)
    assert any("None of your customers falls here on this day." in element.value for element in page.markdown)
    page.button(key="remove_rule_0").click().run()
    assert len(held(page).rules) == 7


def test_a_stage_is_added_named_coloured_and_led_to(page):
    part(page, "stages")
    page.text_input[-1].set_value("Fans")
    next(button for button in page.button if button.label == "Add a stage").click().run()
    assert [error.value for error in page.error] == ["No rule leads to stage 'Fans'\\."]
    page.button(key="lead_fans").click().run()
    sound(page)
    assert cards(page)["Fans"] > 0
    part(page, "stages")
    page.button(key="open_stages.fans").click().run()
    page.text_input(key="stage_fans_name").set_value("Friends").run()
    page.selectbox(key="stage_fans_colour_step").set_value(5).run()
    page.segmented_control(key="stage_fans_kind").set_value("off_path").run()
    sound(page)
    assert (held(page).stage("fans").name, held(page).stage("fans").kind) == ("Friends", "off_path")
    page.button(key="remove_stage_fans").click().run()
    assert "fans" not in held(page).stage_ids


def test_limits_are_added_changed_and_removed(page):
    part(page, "limits")
    page.text_input[-1].set_value("Sleepy after")
    next(button for button in page.button if button.label == "Add a limit").click().run()
    assert page.slider(key="slider_sleepy_after").value == 30
    page.button(key="open_limits.sleepy_after").click().run()
    page.number_input(key="edit_limit_sleepy_after_most").set_value(20.0).run()
    assert "allowed is 1 to 20 days" in page.error[0].value
    page.number_input(key="edit_limit_sleepy_after_value").set_value(10.0).run()
    sound(page)
    page.button(key="remove_limit_sleepy_after").click().run()
    assert "sleepy_after" not in held(page).limits


@pytest.mark.parametrize("name", ["loyalty_loop", "days_182_385"])
def test_any_definition_can_be_begun_from(page, name):
    part(page, "file")
    page.selectbox(key="begin_from").set_value(name).run()
    next(button for button in page.button if button.label == "Begin from it").click().run()
    sound(page)
    assert held(page) == load_framework(name)
    assert page.query_params["framework"] == name


def test_a_framework_goes_into_a_file_and_comes_back(page):
    part(page, "file")
    uploader = page.file_uploader[0]
    uploader.set_value(("ours.toml", dump_framework(OWN).encode(), "application/toml")).run()
    sound(page)
    assert held(page) == OWN
    assert parse_framework(save(page)) == OWN
    assert "Fans" in cards(part(page, "stages"))


@pytest.mark.parametrize(
    ("text", "told"),
    [("stages = [", "not valid TOML"), (dump_framework(OWN).replace("colour_step = 5", "colour_step = 15"), "colour")],
)
def test_a_file_that_does_not_fit_is_refused_with_its_place_and_nothing_changes(page, text, told):
    before = held(page)
    part(page, "file")
    page.file_uploader[0].set_value(("ours.toml", text.encode(), "application/toml")).run()
    assert told in page.error[0].value
    assert "ours" in page.error[0].value
    assert held(page) == before


def test_a_faulty_file_is_loaded_told_and_not_used(page):
    sizes = cards(page)
    faulty = edit.add_stage(OWN, "Nowhere")
    part(page, "file")
    page.file_uploader[0].set_value(("ours.toml", dump_framework(faulty).encode(), "application/toml")).run()
    assert "No rule leads to stage" in page.warning[0].value
    part(page, "stages")
    assert "No rule leads to stage" in page.error[0].value
    page.selectbox(key="framework").set_value(SHIPPED[0]).run()
    assert cards(part(page, "rules")) == sizes
