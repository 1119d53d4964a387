"""Churn, value and cost: the definition edited in place, one customer's reasons, an earlier day. One run of the sample serves several."""

from tests.ui.test_movement_pages import at
from tests.ui.test_pages import texts

CHURN, VALUE, COST = (f"pages/predict/{name}.py" for name in ("churn", "value", "cost"))


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


def test_the_sentence_is_edited_in_place_and_everything_follows():
    app = at(CHURN, horizon="60")
    assert "of 3,092 customers who have bought" in heading(app) and "in the next 60 days" in heading(app)
    likely = int(heading(app).split("; ")[1].split()[0].replace(",", ""))
    sound(app.number_input(key="likely").set_value(80).run())
    assert int(heading(app).split("; ")[1].split()[0].replace(",", "")) < likely
    sound(app.selectbox(key="who_churn").set_value("path").run())
    assert "1,697 customers still on the path" in heading(app)
    sound(app.segmented_control(key="stake_by").set_value("persona").run())
    assert "of the 100 most at risk" in told(app) and "(baseline:" in told(app)
    second = app.dataframe[0].value["customer_id"].iloc[1]
    sound(app.selectbox(key="reasons_churn_prob").set_value(second).run())
    assert f"{second}: probability of leaving" in told(app)
    app.number_input(key="horizon").set_value(180).run()
    app.select_slider(key="look_back_churn_prob").set_value(3).run()
    assert "was not over 3 months later" in sound(app).warning[0].value
    app.select_slider(key="look_back_churn_prob").set_value(12).run()
    assert "On 31 October 2025 the score would have said" in told(sound(app))
    app.selectbox(key="one_of_worth_keeping").set_value(second).run()
    app.button(key="why_worth_keeping").click().run()
    assert app.title[0].value == "Why is this customer here?" and app.selectbox(key="customer").value == second
    assert app.query_params["horizon"] == "180"  # a field of the page before, and still the session's horizon


def test_money_ahead_is_discounted_at_the_rate_in_the_sentence():
    app = at(VALUE, discount="20")
    assert "discounted at 20.0 % a year" in heading(app)
    sound(app.number_input(key="discount").set_value(0).run())
    assert "not discounted" in heading(app)
    assert {"Who orders next, and when?", "How few customers bring how much?"} <= {one.value for one in app.header}
    sound(app.selectbox(key="who_value").set_value("repeat").run())
    assert "Customers with two orders or more are expected to spend" in heading(app)
    sound(app.segmented_control(key="value_by").set_value("persona").run())


def test_the_formula_takes_other_figures_and_a_customer_who_costs_more_than_one_brings_is_a_loss():
    app = at(COST)
    fields = {field.label: field for field in app.number_input}
    for label, value in (
        ("Average order (GBP)", 50),
        ("Orders a year, per customer", 12),
        ("Years a customer stays", 8),
    ):
        fields[label].set_value(value)
    sound(app.run())
    assert "£50.00 × 12.00 × 8.00 = £4,800.00" in heading(app)
    sound(app.segmented_control(key="worth_by").set_value("The simple formula").run())
    assert next(one.value for one in app.metric if one.label == "A customer brings") == "£4,800.00"
    spent = next(field for field in app.number_input if field.label == "Spent on winning them (GBP)")
    assert spent.value > 0  # filled in from the spend file
    sound(spent.set_value(0.0).run())
    assert "No cost is known" in told(app) or "Type in what was spent" in told(app)
    spent = next(field for field in app.number_input if field.label == "Spent on winning them (GBP)")
    sound(spent.set_value(100_000_000.0).run())
    assert "a loss" in told(app)
