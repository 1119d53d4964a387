"""Every page with no data and with the sample, and one behaviour of each."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
EVERY_PAGE = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "pages").glob("*/*.py") if path.parent.name != "ui")
JOIN = "pages/plan/join.py"
"""The one page that needs no data: it is for the phones of a workshop."""
PAGES = [page for page in EVERY_PAGE if page != JOIN]


def started(**query):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


@pytest.fixture
def sample():
    return started(sample="shop")


def texts(app):
    return " ".join(element.value for element in [*app.markdown, *app.caption, *app.title, *app.header])


def test_every_page_is_in_the_menu():
    listed = (ROOT / "app.py").read_text(encoding="utf-8")
    assert [page for page in EVERY_PAGE if page not in listed] == []


@pytest.mark.parametrize("page", PAGES)
def test_without_data_a_page_says_what_it_will_show_and_offers_the_sample(page):
    app = started().switch_page(page).run()
    assert not app.exception
    assert [button.label for button in app.button].count("Load the sample shop") == 1


@pytest.mark.parametrize("page", PAGES)
def test_with_the_sample_a_page_shows_its_figures(sample, page):
    app = sample.switch_page(page).run()
    assert not app.exception
    assert not app.error
    assert app.expander[-1].label == "How this was made"
    assert "from clm_core." in app.expander[-1].code[0].value


def test_the_sample_loads_with_one_click():
    app = started()
    button = next(button for button in app.button if button.label == "Load the sample shop")
    button.click().run()
    assert "11,759 orders" in texts(app)


def test_a_limit_in_the_address_moves_people_between_stages():
    shipped = started(sample="shop").switch_page("pages/understand/lifecycle.py").run()
    strict = started(sample="shop", at_risk_days="60").switch_page("pages/understand/lifecycle.py").run()

    def at_risk(app):
        return int(next(metric for metric in app.metric if metric.label == "At risk").value.replace(",", ""))

    assert at_risk(strict) > at_risk(shipped)


def test_another_framework_shows_its_own_stages():
    app = started(sample="shop", framework="race").switch_page("pages/understand/stage_rules.py").run()
    assert not app.exception
    assert {"Reach", "Act", "Convert", "Engage", "At risk", "Lost"} == {
        stage.name for stage in app.session_state["draft"].framework.stages
    }
    assert any("**3. Engage**" in element.value for element in app.markdown)


@pytest.mark.parametrize("limit", ["many", "nan", "inf", "-inf", "1e999"])
def test_nonsense_in_the_address_is_ignored(limit):
    app = started(sample="shop", framework="nonsense", at_risk_days=limit, as_of="2099-01-01", horizon="7")
    app.switch_page("pages/understand/lifecycle.py").run()
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
def test_limits_that_leave_no_room_are_told_on_every_page(page):
    app = started(sample="shop", at_risk_days="400", lost_days="300").switch_page(page).run()
    assert not app.exception
    assert "nobody could be in 'At risk'" in app.warning[0].value


@pytest.mark.parametrize("page", [page for page in PAGES if "data" not in page])
def test_an_early_day_works_on_every_page(page):
    app = started(sample="shop", as_of="2024-12-15").switch_page(page).run()
    assert not app.exception
    assert not app.error


def test_the_horizon_in_the_address_holds_where_there_is_no_slider():
    app = started(sample="shop", horizon="30").switch_page("pages/understand/personas.py").run()
    assert not app.exception
    assert "Churn in 30 days" in [metric.label for metric in app.metric]


def test_a_persona_without_a_name_is_refused(sample):
    app = sample.switch_page("pages/understand/personas.py").run()
    app.text_input[0].set_value("  ")
    next(button for button in app.button if button.label == "Save this persona").click().run()
    assert "The persona has no name" in app.error[0].value


def test_a_persona_is_moved_up(sample):
    app = sample.switch_page("pages/understand/personas.py").run()
    app.selectbox(key="persona_chosen").select_index(1).run()
    next(button for button in app.button if button.label == "Move up").click().run()
    assert not app.exception
    assert app.selectbox(key="persona_chosen").options[:2] == ["Bargain-hunting Bea", "Nursery or club"]


def test_a_new_persona_is_added_and_counted(sample):
    app = sample.switch_page("pages/understand/personas.py").run()
    app.selectbox(key="persona_chosen").select_index(6).run()
    app.text_input[0].set_value("Clubs")
    next(button for button in app.button if button.label == "Save this persona").click().run()
    assert not app.exception
    assert "Clubs" in app.selectbox(key="persona_chosen").options


def test_deleting_the_data_forgets_everything(sample):
    next(button for button in sample.button if button.label == "Delete my data").click().run()
    assert not sample.exception
    assert any(button.label == "Load the sample shop" for button in sample.button)
    assert "deleted" in sample.success[0].value


def values(app):
    return {metric.label: metric.value for metric in app.metric}


def test_the_proposed_limits_come_into_force_and_go_again(sample):
    app = sample.switch_page("pages/understand/limits.py").run()
    shipped = values(app)
    next(button for button in app.button if button.label.startswith("Use the proposed limits")).click().run()
    assert not app.exception
    limits = [int(app.slider(key=f"slider_{name}").value) for name in ("at_risk_days", "lost_days")]
    assert f"({limits[0]} and {limits[1]} days)" in " ".join(button.label for button in app.button)
    assert int(values(app)["Lost"].replace(",", "")) > int(shipped["Lost"].replace(",", ""))
    app.switch_page("pages/understand/stage_rules.py").run()
    assert int(app.slider(key="slider_at_risk_days").value) == limits[0]
    app.switch_page("pages/understand/limits.py").run()
    next(button for button in app.button if button.label == "Reset to the shipped limits").click().run()
    assert values(app) == shipped


def test_a_limit_dragged_on_the_curve_moves_its_slider_and_stops_before_the_other(sample):
    app = sample.switch_page("pages/understand/limits.py").run()
    drag = {"selection": {"at_risk_days": {"days": [113.6, 126.4]}}}
    app.session_state[app.session_state["limit_handles"].key] = drag
    app.run()
    assert (app.slider(key="slider_at_risk_days").value, app.slider(key="slider_lost_days").value) == (120, 365)
    app.session_state[app.session_state["limit_handles"].key] = {"selection": {"at_risk_days": {"days": [600, 612]}}}
    app.run()
    assert not app.error
    assert 300 < app.slider(key="slider_at_risk_days").value < app.slider(key="slider_lost_days").value == 365


def test_limits_by_each_customers_own_rhythm_come_into_force_and_can_be_undone(sample):
    app = sample.switch_page("pages/understand/limits.py").run()
    button = next(button for button in app.button if button.label == "Use each customer's own rhythm")
    button.click().run()
    assert not app.exception and not app.error
    assert app.session_state["draft"].framework.id == "sterne_cutler_changed"
    assert "Your rules go by each customer's own rhythm" in texts(app)
    next(button for button in app.button if button.label == "Undo").click().run()
    assert app.session_state["draft"].framework.id == "sterne_cutler"
    assert "Your rules go by each customer's own rhythm" not in texts(app)


def test_three_orders_of_three_customers_break_no_page():
    orders = b"order_id,customer_id,order_date\n1,a,2026-01-03\n2,=b,2026-02-03\n3,<b>c</b>,2026-03-01\n"
    app = started()
    app.file_uploader[0].set_value([("orders.csv", orders, "text/csv")]).run()
    for page in PAGES:
        if page.startswith("pages/understand/"):
            app.switch_page(page).run()
            assert not app.exception, page


def test_a_history_too_short_for_limits_says_so_and_leaves_them_to_the_user():
    app = started(sample="shop", as_of="2024-11-20").switch_page("pages/understand/limits.py").run()
    assert not app.exception
    assert "No limits are proposed" in app.warning[0].value
    assert next(button for button in app.button if button.label == "No limits to propose").disabled
    assert app.slider(key="slider_at_risk_days").value == 180


def test_another_framework_is_compared_and_one_customer_is_found_in_all(sample):
    app = sample.switch_page("pages/understand/compare.py").run()
    proposed = values(app)["Sit differently"]
    app.selectbox(key="rule_set_B").set_value("RACE, as shipped").run()
    assert not app.exception
    assert values(app)["Sit differently"] != proposed
    assert "under RACE, as shipped" in texts(app).replace("\\", "")
    app.text_input(key="customer_in_every").set_value("C-000001").run()
    assert len(app.table[0].value) == 6
    app.text_input(key="customer_in_every").set_value("nobody").run()
    assert not app.exception
    assert "Nobody of that id" in app.warning[0].value


def test_a_cell_of_the_comparison_lists_its_customers(sample):
    app = sample.switch_page("pages/understand/compare.py").run()
    app.session_state["chart_compare_cells"] = {"selection": {"pick": [{"stage_a": "loyal", "stage_b": "loyal"}]}}
    app.run()
    assert not app.exception
    assert "Loyal under A, Loyal under B" in texts(app)
    assert set(app.dataframe[0].value["stage_b"]) == {"Loyal"}


def test_a_framework_file_is_offered_and_a_broken_one_is_told(sample):
    app = sample.switch_page("pages/understand/compare.py").run()
    text = (ROOT / "clm_core" / "frameworks" / "race.toml").read_text().replace('name = "RACE"', 'name = "Ours"')
    app.file_uploader(key="rule_file_drop").set_value(("ours.toml", text.encode(), "application/toml")).run()
    assert not app.exception
    assert "Ours, from a file" in app.selectbox(key="rule_set_A").options
    app.file_uploader(key="rule_file_drop").set_value(("broken.toml", b"id = 1", "application/toml")).run()
    assert not app.exception
    assert "The file is not used" in app.warning[0].value


def test_a_customer_is_found_by_a_part_of_the_id_and_explained(sample):
    app = sample.switch_page("pages/understand/customer.py").run()
    assert "about to leave" in app.selectbox(key="customer").options[0]
    app.text_input(key="customer_part").set_value("c-000011").run()
    assert app.selectbox(key="customer").value == "C-000011"
    assert "because of the first rule that holds" in texts(app)
    lead = next(one for one in sample.selectbox(key="customer").options if one)
    assert lead and not app.exception and "C-000011" not in str(app.query_params)
    app.text_input(key="customer_part").set_value("nobody at all").run()
    assert "Nobody known" in app.warning[0].value and not app.exception


def test_a_customer_without_orders_is_explained_too(sample):
    app = sample.switch_page("pages/understand/customer.py").run()
    people = app.selectbox(key="customer")
    people.set_value(next(one for one in people.options if "without an order" in one).split(" ")[0]).run()
    assert not app.exception
    assert next(metric for metric in app.metric if metric.label == "Last order").value == "none yet"


def test_the_early_warning_is_filtered_by_stage(sample):
    app = sample.switch_page("pages/understand/customer.py").run()
    everyone = app.dataframe[0].value
    app.slider(key="warned_days").set_value(90).run()
    app.button_group(key="warned_stages").set_value(["loyal"]).run()
    assert not app.exception
    assert set(app.dataframe[0].value["stage"]) == {"Loyal"} and len(set(everyone["stage"])) > 1
