"""Churn, value and cost: the definition edited in place, one customer's reasons, an earlier day. One visit, so that one fit serves all, over a
horizon so long that little of the sample is left to learn from, which is soon done.
"""

import pytest

from tests.ui.test_pages import started, texts

CHURN, VALUE, COST = (f"pages/predict/{name}.py" for name in ("churn", "value", "cost"))


@pytest.fixture(scope="module")
def visit():
    return started(sample="shop", horizon="300", discount="20")


def sound(app):
    assert not app.exception and not app.error
    return app


def heading(app):
    return next(said(element.value) for element in app.markdown if element.value.startswith("### "))


def said(text):
    """What the browser shows of Markdown in which every mark of its own is escaped."""
    return text.replace("\\", "")


def told(app):
    return said(texts(app))


def test_the_sentence_is_edited_in_place_and_everything_follows(visit):
    app = sound(visit.switch_page(CHURN).run())
    assert "of 3,092 customers who have bought" in heading(app) and "in the next 300 days" in heading(app)
    likely = int(heading(app).split("; ")[1].split()[0].replace(",", ""))
    app.number_input(key="likely").set_value(80)
    app.segmented_control(key="stake_by").set_value("persona")
    sound(app.run())
    assert int(heading(app).split("; ")[1].split()[0].replace(",", "")) < likely
    sound(app.selectbox(key="who_churn").set_value("path").run())
    assert "1,697 customers still on the path" in heading(app)
    assert "of the 100 most at risk" in told(app) and "(baseline:" in told(app)
    second = app.dataframe[0].value["customer_id"].iloc[1]
    app.selectbox(key="reasons_churn_prob").set_value(second)
    app.select_slider(key="look_back_churn_prob").set_value(3).run()
    assert f"{second}: probability of leaving" in told(app)
    assert "was not over 3 months later" in sound(app).warning[0].value
    app.select_slider(key="look_back_churn_prob").set_value(12).run()
    assert "On 31 October 2025 the score would have said" in told(sound(app))
    sound(app.number_input(key="horizon").set_value(700).run())
    assert "No churn score is shown: The history is too short" in heading(app) and "horizon of 700 days" in heading(app)
    assert "Next:" not in heading(app) and "Who is overdue by their own rhythm?" in {one.value for one in app.header}
    app.number_input(key="horizon").set_value(300).run()


def test_money_ahead_is_discounted_at_the_rate_in_the_sentence(visit):
    app = sound(visit.switch_page(VALUE).run())
    assert "in the next 300 days, discounted at 20.0 % a year" in heading(app), "the horizon is the session's"
    app.selectbox(key="who_value").set_value("repeat")
    app.segmented_control(key="value_by").set_value("persona")
    sound(app.number_input(key="discount").set_value(0).run())
    assert "not discounted" in heading(app) and "Customers with two orders or more are expected to spend" in heading(
        app
    )
    assert {"Who orders next, and when?", "How few customers bring how much?"} <= {one.value for one in app.header}


def test_the_formula_takes_other_figures_and_a_customer_who_costs_more_than_one_brings_is_a_loss(visit):
    app = sound(visit.switch_page(COST).run())
    assert app.query_params["horizon"] == "300"  # a field of other pages, and still in the address of this one
    fields = {field.label: field for field in app.number_input}
    for label, value in (
        ("Average order (GBP)", 50),
        ("Orders a year, per customer", 12),
        ("Years a customer stays", 8),
    ):
        fields[label].set_value(value)
    sound(app.segmented_control(key="worth_by").set_value("The simple formula").run())
    assert "£50.00 × 12.00 × 8.00 = £4,800.00" in heading(app)
    assert next(one.value for one in app.metric if one.label == "A customer brings") == "£4,800.00"
    spent = next(field for field in app.number_input if field.label == "Spent on winning them (GBP)")
    assert spent.value > 0  # filled in from the spend file
    sound(spent.set_value(0.0).run())
    assert "No cost is known" in told(app) or "Type in what was spent" in told(app)
    spent = next(field for field in app.number_input if field.label == "Spent on winning them (GBP)")
    sound(spent.set_value(100_000_000.0).run())
    assert "a loss" in told(app)
