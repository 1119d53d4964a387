"""Every page with no data and with the sample, and one behaviour of each."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
PAGES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "pages").glob("*/*.py") if path.parent.name != "ui")
ORDERS = (
    "Order,Customer,Date,Amount\n"
    "1,A,2026-01-05,10\n2,A,2026-02-05,20\n3,B,2026-02-07,30\n4,C,2026-03-01,=1+1\n5,,2026-03-02,5\n6,D,2026-03-09,0\n"
)


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


def uploaded(content, name="orders.csv"):
    app = started()
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    return app


def open_drawer(app, key):
    app.session_state[key] = True
    return app.run()


def test_every_page_is_in_the_menu():
    listed = (ROOT / "app.py").read_text(encoding="utf-8")
    assert [page for page in PAGES if page not in listed] == []


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
    assert "from clm_core.engine import open_engine" in app.expander[-1].code[0].value


def test_the_sample_loads_with_one_click():
    app = started()
    button = next(button for button in app.button if button.label == "Load the sample shop")
    button.click().run()
    assert "11,759 orders" in texts(app)


def test_an_upload_is_read_and_what_was_set_aside_is_said():
    app = uploaded(ORDERS.encode())
    assert not app.exception
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["Rows read"] == "6"
    assert metrics["Set aside"] == "2"
    assert "4 orders of 3 customers" in texts(app)


def test_a_file_that_cannot_be_used_is_answered_in_words():
    app = uploaded(b"name,colour\nA,red\nB,blue\n")
    assert not app.exception
    assert len(app.error) == 1
    assert "Next:" in app.error[0].value


def test_an_empty_file_is_answered_in_words():
    app = uploaded(b"")
    assert not app.exception
    assert "empty" in app.error[0].value


def test_names_from_a_file_are_never_markdown():
    app = uploaded(
        ORDERS.replace("Order,", "![x](http://example.com/a.png),").encode(), "![y](http://example.com/b.png).csv"
    )
    assert not app.exception
    assert "![" not in texts(app)


def test_columns_that_nobody_could_guess_are_named_by_hand():
    app = uploaded(b"wer,z,a,b\nA,2026-01-05,10,1\nA,2026-02-05,20,2\nB,2026-02-07,30,3\n")
    assert "Customer" in app.error[0].value
    for label, column in (("Customer", "wer"), ("Order date", "z"), ("Amount", "b")):
        next(box for box in app.selectbox if box.label.startswith(label)).select(column)
    next(button for button in app.button if button.label == "Read the file this way").click().run()
    assert not app.exception
    assert not app.error
    assert next(metric for metric in app.metric if metric.label == "Revenue, net").value == "6.00"


def test_a_limit_in_the_address_moves_people_between_stages():
    shipped = started(sample="shop").switch_page("pages/understand/lifecycle.py").run()
    strict = started(sample="shop", at_risk_days="60").switch_page("pages/understand/lifecycle.py").run()

    def at_risk(app):
        return int(next(metric for metric in app.metric if metric.label == "At risk").value.replace(",", ""))

    assert at_risk(strict) > at_risk(shipped)


def test_another_framework_shows_its_own_stages():
    app = started(sample="shop", framework="race").switch_page("pages/understand/stage_rules.py").run()
    assert not app.exception
    assert {"Reach", "Act", "Convert", "Engage", "At risk", "Lost"} == set(app.table[0].value["Stage"])


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
    assert "nobody could be at risk" in app.error[0].value


@pytest.mark.parametrize("page", [page for page in PAGES if "data" not in page])
def test_an_early_day_works_on_every_page(page):
    app = started(sample="shop", as_of="2024-12-15").switch_page(page).run()
    assert not app.exception
    assert not app.error


def test_the_horizon_in_the_address_holds_where_there_is_no_slider():
    app = started(sample="shop", horizon="30").switch_page("pages/understand/personas.py").run()
    assert not app.exception
    assert "Churn in 30 days" in [metric.label for metric in app.metric]


def test_own_orders_take_the_place_of_the_sample_and_its_personas(sample):
    app = open_drawer(sample, "offer_Another orders file")
    app.file_uploader[0].set_value(("mine.csv", ORDERS.encode(), "text/csv")).run()
    assert "4 orders of 3 customers" in texts(app)
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception
        assert not app.error


def test_another_table_joins_the_sample(sample):
    app = open_drawer(sample, "offer_Customers: 4,900 rows read")
    traits = b"customer_id,created_at,colour\nC-000001,2024-11-02,red\nNEW-1,2026-01-05,blue\n"
    app.file_uploader[0].set_value(("traits.csv", traits, "text/csv")).run()
    assert not app.exception
    assert "11,759 orders" in texts(app)


def test_a_second_table_that_cannot_be_used_is_told_and_can_be_removed():
    app = open_drawer(uploaded(ORDERS.encode()), "offer_Customers: not given")
    app.file_uploader[0].set_value(("people.csv", b"name,colour\nA,red\n", "text/csv")).run()
    assert not app.exception
    assert "people.csv" in app.error[0].value.replace("\\", "")
    next(button for button in app.button if button.label == "Remove this customers file").click().run()
    assert not app.error
    assert "4 orders of 3 customers" in texts(app)


def test_why_a_customer_is_in_a_stage_is_told(sample):
    app = sample.switch_page("pages/understand/stage_rules.py").run()
    app.text_input(key="asked_customer").set_value("C-000001").run()
    assert not app.exception
    assert list(app.table[1].value["Holds"]).count("decides") == 1
    app.text_input(key="asked_customer").set_value("nobody").run()
    assert not app.exception
    assert "Nobody of that id" in app.error[0].value


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
