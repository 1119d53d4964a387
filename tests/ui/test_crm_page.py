"""The page of CRM stages: nothing to compare with the sample, and a file with a stage history."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
PAGE = "pages/understand/crm.py"
ORDERS = "order,email,date,amount\n" + "".join(
    f"{i},p{i % 4}@example.com,2025-{1 + i % 12:02d}-03,{10 + i}\n" for i in range(24) if i % 4 or i < 6
)
CONTACTS = (
    'Record ID,Email,Lifecycle Stage,Create Date,"Date entered ""Lead (Lifecycle Stage Pipeline)""",'
    '"Date entered ""Customer (Lifecycle Stage Pipeline)"""\n'
    + "".join(f"{i},p{i}@example.com,Customer,2025-01-0{i + 1},2025-01-0{i + 1},2025-02-0{i + 1}\n" for i in range(4))
    + "9,lead@example.com,Lead,2025-03-01,2025-03-01,\n"
)


def texts(app):
    return " ".join(element.value for element in [*app.markdown, *app.info]).replace("\\", "")


def test_without_a_stage_history_the_page_says_what_would_unlock_it():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params["sample"] = "shop"
    app.run().switch_page(PAGE).run()
    assert not app.exception
    assert "Date entered" in texts(app)


def test_contacts_keyed_otherwise_than_the_orders_are_told_before_their_figures():
    orders = ORDERS.replace("order,email", "order,customer_id").replace("@example.com", "")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    files = [("orders.csv", orders.encode(), "text/csv"), ("contacts.csv", CONTACTS.encode(), "text/csv")]
    app.file_uploader[0].set_value(files).run()
    told = "Customers: 0 of 5 customers in this file are among those with orders. This file names people by e-mail"
    assert any(told in warning.value.replace("\\", "") for warning in app.warning)
    app.switch_page(PAGE).run()
    assert any(told in warning.value.replace("\\", "") for warning in app.warning)


def test_a_stage_history_is_compared_and_its_meaning_can_be_changed():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    files = [("orders.csv", ORDERS.encode(), "text/csv"), ("contacts.csv", CONTACTS.encode(), "text/csv")]
    app.file_uploader[0].set_value(files).run()
    app.switch_page(PAGE).run()
    assert not app.exception and not app.error
    assert "whom the CRM calls customers" in texts(app)
    before = app.table[0].value.iloc[-1].tolist()
    meaning = next(box for box in app.multiselect if box.label == "Customer")
    meaning.set_value(["lost"]).run()
    assert not app.exception
    assert app.table[0].value.iloc[-1].tolist() != before
