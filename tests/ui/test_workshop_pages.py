"""A workshop through its pages: a facilitator and two phones, two rounds, an order of gaps and a plan."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clm_core.gaps.rooms import OpenedRoom
from pages.ui.room_store import rooms

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def store(request, tmp_path, monkeypatch):
    """A file of the test's own; each store in turn for a test that asks for ``rooms_url``."""
    is_each = "rooms_url" in request.fixturenames
    url = request.getfixturevalue("rooms_url") if is_each else f"sqlite:///{tmp_path / 'rooms.db'}"
    monkeypatch.setenv("ROOMS_URL", url)
    rooms.cache_clear()
    yield
    rooms().close()
    rooms.cache_clear()


def page(path, **query):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run().switch_page(path).run()


def press(app, label):
    return next(button for button in app.button if button.label == label).click().run()


def joined(code, name):
    phone = page("pages/plan/join.py", room=code)
    assert not phone.exception
    phone.text_input[0].set_value(name)
    return press(phone, "Join")


@pytest.mark.usefixtures("rooms_url")
def test_a_room_from_opening_to_what_was_agreed():
    desk = page("pages/plan/workshop.py", sample="shop")
    desk.multiselect[0].set_value(["welcome", "thank_you"]).run()
    press(desk, "Open the room")
    assert not desk.exception and not desk.error
    code = desk.session_state["room_key"].code
    anna, ben = joined(code, "Anna <b>"), joined(code, "Ben")
    assert "You are in" in anna.info[0].value
    press(desk, "Open round 1")
    for phone, score in ((anna, 0), (ben, 5)):
        phone.run()
        next(one for one in phone.button_group if "now" in one.label).set_value(score).run()
        next(one for one in phone.button_group if "aim" in one.label).set_value(5).run()
        assert not phone.exception and not phone.error
    press(desk.run(), "Close the round")
    assert "The round is closed" in anna.run().info[0].value
    press(desk, "Reveal the scores")
    assert not desk.exception
    said = " ".join(one.value for one in desk.markdown)
    assert "answers for now from 0 to 5" in said.replace("\\", "")
    assert "answers for now" in " ".join(one.value for one in anna.run().markdown).replace("\\", "")
    press(desk, "Use these scores on every page")
    assert desk.session_state["gap_scores"]["retail"][("welcome", "target")] == 5


def test_a_room_opens_without_data_and_a_phone_goes_from_one_activity_to_the_next():
    desk = page("pages/plan/workshop.py")
    assert "This works without data" in desk.info[0].value
    press(desk, "Open the room")
    assert not desk.exception and not desk.error
    code = desk.session_state["room_key"].code
    anna = joined(code, "Anna")
    press(desk, "Open round 1")
    seen = [anna.run().markdown[1].value]
    seen += [press(anna, label).markdown[1].value for label in ("Next", "Next", "Back")]
    assert seen[3] == seen[1] and len(set(seen)) == 3
    asked = [len(anna.button_group), len(anna.selectbox[0].options)]
    assert asked == [3, 12]  # three questions about one of twelve activities
    anna.selectbox[0].set_value(anna.selectbox[0].options[-1]).run()
    assert any("12 of 12" in str(one.proto) for one in anna.get("progress"))


def test_a_room_that_is_over_or_somebody_elses_can_be_left():
    desk = page("pages/plan/workshop.py")
    press(desk, "Open the room")
    desk.session_state["room_key"] = OpenedRoom(desk.session_state["room_key"].code, "of another room")
    assert "Only the facilitator may do this" in desk.run().error[0].value
    press(desk, "Open another room")
    assert not desk.error and any(button.label == "Open the room" for button in desk.button)


def test_a_taken_name_and_a_wrong_code_are_told():
    desk = page("pages/plan/workshop.py", sample="shop")
    press(desk, "Open the room")
    code = desk.session_state["room_key"].code
    joined(code, "Anna")
    assert "Somebody in the room has this name" in joined(code, "anna").error[0].value
    assert "no such room" in joined("AAAA-AAAA-AAAA-AAAA", "Ben").error[0].value
    assert "not in this room" in page("pages/plan/join.py", room=code, me="stranger").error[0].value


def test_gaps_become_a_plan():
    app = page("pages/plan/priorities.py", sample="shop")
    chosen = list(app.multiselect[0].value)
    assert chosen and not app.exception
    app.switch_page("pages/plan/plan.py").run()
    assert not app.exception
    assert f"{len(chosen)} activities, the first from" in " ".join(one.value for one in app.markdown)


def test_an_activity_of_ones_own_is_added_and_hidden():
    app = page("pages/plan/gap_analysis.py", sample="shop")
    next(one for one in app.text_input if one.label == "A new activity").set_value("Parcel inserts")
    press(app, "Add this activity")
    assert not app.exception
    assert (
        any("of 71 activities" in one.value for one in app.markdown) or "Parcel inserts" in app.multiselect[0].options
    )
    app.multiselect[0].set_value(["own_parcel_inserts"]).run()
    assert app.session_state["gap_changes"]["retail"].hidden == {"own_parcel_inserts"}


def test_the_self_assessment_says_the_level_and_what_moves_it_up():
    app = page("pages/plan/workshop.py", sample="shop")
    said = " ".join(one.value for one in app.markdown)
    assert "**Not started**" in said and "Pick the stage with the largest impact" in said
    for one in app.button_group:
        if one.key and one.key.startswith("maturity_"):
            one.set_value(2)
    app.run()
    assert not app.exception
    assert "**Leader**" in " ".join(one.value for one in app.markdown)
