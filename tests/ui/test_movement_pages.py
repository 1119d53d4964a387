"""Lifecycle, movement and cohorts: what a click, a unit, a guard and a cohort change. One run of the sample serves several."""

from datetime import date

from tests.ui.test_pages import started, texts

LIFECYCLE, MOVEMENT, COHORTS = (f"pages/understand/{name}.py" for name in ("lifecycle", "movement", "cohorts"))


def at(page, **query):
    return started(sample="shop", **query).switch_page(page).run()


def clicked(app, chart, **mark):
    app.session_state[f"chart_{chart}"] = {"selection": {"pick": [mark]}}
    app.run()
    assert not app.exception and not app.error
    return app


def n_of(app, stage):
    return int(next(metric for metric in app.metric if metric.label == stage).value.replace(",", ""))


def n_of_stage(app, stage):
    """How many the chart counts, by the label of the choice below it."""
    listed = app.dataframe[0].value
    assert set(listed["stage"]) == {stage.capitalize()}
    return 27 if stage == "reach" else len(listed)


def test_a_click_on_a_bar_or_a_cell_lists_the_customers_behind_it():
    app = at(LIFECYCLE)
    choice = app.selectbox(key="mark_stages")
    assert choice.value is None and choice.placeholder == "Click the chart, or choose here"
    clicked(app, "stages", stage="lost")
    assert app.selectbox(key="mark_stages").value == ("lost",)
    n_lost = n_of(app, "Lost")
    assert f"{n_lost} customers" in texts(app)
    assert f"Download {n_lost} customers (CSV)" in [button.label for button in app.get("download_button")]
    first = app.dataframe[0].value
    assert set(first["stage"]) == {"Lost"} and first["spend_total"].is_monotonic_decreasing
    app.selectbox(key="grouping").set_value("acquisition_channel").run()
    table = app.get("vega_lite_chart")
    clicked(app, "groups_acquisition_channel", group="shop", stage="lost")
    assert "shop in Lost on" in texts(app) and len(table) == 3
    clicked(app, "stages", stage="a stage of another framework")
    assert app.selectbox(key="mark_stages").value is None and "Lost on" not in texts(app).replace("shop in Lost on", "")


def test_without_a_mouse_a_mark_is_chosen_by_name_and_the_chart_lets_go_of_what_was_clicked():
    app = clicked(at(LIFECYCLE), "stages", stage="lost")
    app.selectbox(key="mark_stages").set_value(("reach",)).run()
    assert not app.exception
    assert f"{n_of_stage(app, 'reach')} customers" in texts(app)
    assert "chart_stages_1" in app.session_state and "chart_stages" not in app.session_state
    clicked(app, "stages_1", stage="loyal")
    assert app.selectbox(key="mark_stages").value == ("loyal",)
    app.selectbox(key="framework").set_value("race").run()
    assert not app.exception and app.selectbox(key="mark_stages").value is None
    assert not app.dataframe


def test_from_a_list_one_comes_to_the_page_of_a_customer():
    app = clicked(at(LIFECYCLE), "stages", stage="lost")
    second = app.dataframe[0].value["customer_id"].iloc[1]
    app.selectbox(key="one_of_stage_lost").set_value(second).run()
    app.button(key="why_stage_lost").click().run()
    assert not app.exception
    assert app.title[0].value == "Why is this customer here?" and app.selectbox(key="customer").value == second


def test_a_customer_who_is_not_known_yet_on_an_earlier_day_gives_way_to_another():
    app = at("pages/understand/customer.py")
    app.session_state["customer"] = "C-001943"
    app.session_state["as_of"] = date(2024, 11, 3)
    app.run()
    assert not app.exception and not app.error
    assert "is not known on this day" in app.info[0].value
    assert app.selectbox(key="customer").value != "C-001943"


def test_movement_by_month_with_the_customers_who_made_a_move():
    app = at(MOVEMENT)
    assert "New means the first order in the file" in texts(app)
    clicked(app, "moves", from_stage="convert", to_stage="at_risk")
    assert "Convert → At risk by 31 October 2026" in texts(app)
    assert len(app.dataframe[0].value) == 20
    clicked(app, "moves", from_stage="", to_stage="convert")
    assert "Newly known → Convert" in texts(app)
    for view in ("stays", "flow"):
        app.segmented_control(key="movement_view").set_value(view).run()
        assert not app.exception and not app.error
        assert len(app.get("vega_lite_chart")) == 4
    app.multiselect(key="flow_days_month_12_0").set_value([]).run()
    assert not app.exception
    assert "Choose two days or more." in [info.value for info in app.info]


def test_weeks_and_a_guard_are_taken_from_the_address_and_told():
    app = at(MOVEMENT, unit="Week", known_days="90", as_of="2025-03-12")
    assert not app.exception and not app.error
    assert app.selectbox(key="moves_week").options[0] == "12 March 2025"
    assert "People known for at least 90 days" in texts(app).replace("\\", "")
    assert "In the week to 9 March 2025" in texts(app)


def test_cohorts_by_quarter_and_two_of_them_compared():
    app = at(COHORTS, cohort_by="Quarter")
    assert not app.exception and not app.error
    assert app.selectbox(key="cohort_one_quarter").options[0] == "Q4 2024"
    assert "came back in the quarter after their first order" in texts(app)
    app.selectbox(key="cohort_other_quarter").set_value(app.selectbox(key="cohort_one_quarter").value).run()
    assert "Nothing to compare yet" in texts(app)
