"""Contracts: one's own table from refusal to list, corrected on the page, and gone when asked."""

from pages.ui import cached
from tests.ui.test_pages import started, texts

CONTRACTS = "pages/predict/contracts.py"


def table(word=lambda n: "gone" if n % 4 == 0 else "here"):
    rows = [f"C{n},{'basic' if n % 8 < 5 else 'plus'},{n % 30 + 1},{word(n)}" for n in range(240)]
    return "\n".join(["id,plan,months,how it is", *rows]) + "\n"


def given(app, name, text):
    app.file_uploader[0].set_value((name, text.encode(), "text/csv")).run()
    assert not app.exception
    return app


def field(app, label):
    return next(one for one in [*app.selectbox, *app.multiselect, *app.number_input] if one.label.startswith(label))


def test_an_own_table_is_refused_in_words_corrected_on_the_page_listed_and_deleted():
    app = started().switch_page(CONTRACTS).run()
    assert "Words such as Churn" in texts(app) and "Delete my data" not in [one.label for one in app.button]
    assert "No column was recognised that says who left" in given(app, "members.csv", table()).error[0].value
    assert "how it is" in app.error[0].value and "Choose the column below" in app.error[0].value
    field(app, "Who left").set_value("how it is")
    next(one for one in app.button if one.label == "Read the table this way").click().run()
    assert "does not say of everybody whether they left" in app.error[0].value
    field(app, "Words of").set_value(["gone"])
    next(one for one in app.button if one.label == "Read the table this way").click().run()
    assert not app.exception and not app.error
    assert "60 of 240 left" in texts(app) and "who left: how it is = gone · how long: months" in texts(app)
    listed = app.dataframe[0].value
    assert len(listed) == 20 and set(listed.columns) >= {"customer_id", "churn_prob", "value", "value_at_stake"}
    was = listed["value"].max()
    field(app, "A month").set_value(10.0).run()  # no charge in the file: one margin for all
    assert app.dataframe[0].value["value"].max() == was * 10
    session = app.session_state["session_id"]
    next(one for one in app.button if one.label == "Delete my data").click().run()
    assert "Words such as Churn" in texts(app) and session not in cached.vault()._compartments


def test_what_cannot_be_learned_from_is_told_and_the_next_table_is_read():
    app = started().switch_page(CONTRACTS).run()
    fine = table(lambda n: "yes" if n % 4 == 0 else "no").replace("how it is", "churn")
    for name, text, told in (
        ("nobody.csv", table(lambda n: "no").replace("how it is", "churn"), "0 of whom left"),
        ("few.csv", "\n".join(fine.splitlines()[:60]), "200"),
        ("nothing.csv", "", "is empty"),
    ):
        assert told in given(app, name, text).error[0].value.replace("\\", "")
        assert "Next" in app.error[0].value and "Traceback" not in app.error[0].value
    given(app, "fine.csv", fine)
    assert not app.error and "60 of 240 left" in texts(app)
