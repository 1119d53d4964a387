"""The data page: what is dropped, what was understood, every switch, what is refused, recipes."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clm_core.frameworks import load_framework
from clm_core.frameworks.edit import add_rule, change_stage, owned
from clm_core.recipe import Recipe, dump_recipe, parse_recipe

ROOT = Path(__file__).parents[2]
PAGES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "pages").glob("*/*.py") if path.parent.name != "ui")
ORDERS = (
    "Order,Customer,Date,Amount\n"
    "1,A,2026-01-05,10\n2,A,2026-02-05,20\n3,B,2026-02-07,30\n4,C,2026-03-01,=1+1\n5,,2026-03-02,5\n6,D,2026-03-09,0\n"
)
AMBIGUOUS = "order,customer,date,amount\n1,A,03/04/2026,10\n2,B,05/06/2026,20\n3,A,07/08/2026,30\n"
MIXED = (
    "order,customer,date,amount,currency\n"
    "1,A,2026-01-05,10,EUR\n2,A,2026-02-05,20,EUR\n3,B,2026-02-07,30,USD\n4,B,2026-02-09,40,EUR\n"
)
STATUSES = (
    "order,customer,date,amount,status\n1,A,2026-01-05,10,paid\n2,B,2026-01-06,20,cancelled\n3,B,2026-01-07,40,paid\n"
)
PEOPLE = "customer_id,created_at,colour\nA,2025-11-02,red\nNEW,2026-01-05,blue\n"
STRANGE = "wer,z,a,b\nA,2026-01-05,10,1\nA,2026-02-05,20,2\nB,2026-02-07,30,3\n"


def started(**query):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def dropped(*files, app=None):
    app = app or started()
    app.file_uploader[0].set_value([(name, text.encode(), "text/csv") for name, text in files]).run()
    assert not app.exception
    return app


def texts(app):
    return " ".join(element.value for element in [*app.markdown, *app.caption, *app.title, *app.header]).replace(
        "\\", ""
    )


def told(elements):
    return " ".join(element.value for element in elements).replace("\\", "")


def figure(app, label):
    return next(metric.value for metric in app.metric if metric.label == label)


def opened(app, key):
    app.session_state[key] = True
    return app.run()


def pressed(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def box(app, label):
    return next(box for box in app.selectbox if box.label == label)


def edit(app, key_starts_with, edits):
    """Change cells of an editor, by row and column."""
    keys = [editor.proto.id.split("-", 2)[2] for editor in app.data_editor]
    key = next(key for key in keys if key.startswith(key_starts_with))
    app.session_state[key] = {"edited_rows": edits, "added_rows": [], "deleted_rows": []}
    return key


# what is dropped


def test_an_upload_is_read_and_what_was_set_aside_is_said():
    app = dropped(("orders.csv", ORDERS))
    assert (figure(app, "Rows read"), figure(app, "Set aside")) == ("6", "2")
    assert "4 orders of 3 customers" in texts(app)
    assert "orders.csv is taken as orders. No export known by name, 6 rows" in texts(app).replace("**", "")


def test_several_files_at_once_go_to_their_tables():
    app = dropped(("people.csv", PEOPLE), ("orders.csv", ORDERS))
    assert not app.error
    assert "people.csv is taken as customers" in texts(app).replace("**", "")
    assert "Customers: 2 rows read, 50 % of customers match" in [drawer.label for drawer in app.expander]


def test_files_of_one_shape_are_one_history_and_the_same_file_counts_once():
    more = "Order,Customer,Date,Amount\n7,E,2026-04-01,5\n"
    app = dropped(("q1.csv", ORDERS), ("q2.csv", more), ("copy.csv", more))
    assert figure(app, "Rows read") == "7"
    assert "5 orders of 4 customers" in texts(app)


def test_a_file_of_another_shape_is_refused_and_the_first_goes_on():
    app = dropped(("orders.csv", ORDERS), ("other.csv", MIXED))
    assert "other.csv was not kept" in told(app.warning)
    assert "4 orders of 3 customers" in texts(app)
    assert not pressed(app, "Dismiss").warning


def test_a_look_alike_is_refused_with_the_export_to_use_and_the_others_go_on():
    payouts = (ROOT / "tests/core/presets/stripe_payouts.csv").read_text(encoding="utf-8-sig")
    app = dropped(("payouts.csv", payouts), ("orders.csv", ORDERS))
    assert "payouts.csv was not kept" in told(app.warning)
    assert "For orders use" in told(app.warning)
    assert "4 orders of 3 customers" in texts(app)


def test_a_customers_file_alone_is_kept_and_asks_for_orders():
    customers = (ROOT / "tests/core/presets/shopify_customers.csv").read_text(encoding="utf-8-sig")
    app = dropped(("customers.csv", customers))
    assert not app.error
    assert "There are no orders yet" in told(app.warning)
    assert "Shopify customers export" in texts(app)
    app = dropped(("orders.csv", ORDERS), app=app)
    assert "4 orders of 3 customers" in texts(app)
    assert [drawer.label for drawer in app.expander if drawer.label.startswith("Customers: 4 rows")] != []


@pytest.mark.parametrize(("content", "says"), [("name,colour\nA,red\nB,blue\n", "Customer"), ("wer,z\n", "rows")])
def test_a_file_that_cannot_be_used_is_answered_in_words(content, says):
    app = dropped(("strange.csv", content))
    assert says in told([*app.error, *app.warning])
    assert "Next:" in told([*app.error, *app.warning])


def test_an_empty_file_is_not_kept():
    app = dropped(("empty.csv", ""))
    assert "empty.csv was not kept" in told(app.warning)
    assert [button.label for button in app.button].count("Load the sample shop") == 1


def test_names_from_a_file_are_never_markdown():
    text = ORDERS.replace("Order,", "![x](http://example.com/a.png),")
    app = dropped(("![y](http://example.com/b.png).csv", text))
    shown = [element.value for element in [*app.markdown, *app.caption]]
    assert not any("![" in value for value in shown)


def test_own_orders_take_the_place_of_the_sample_and_its_personas():
    app = dropped(("mine.csv", ORDERS), app=opened(started(sample="shop"), "offer_orders"))
    assert "4 orders of 3 customers" in texts(app)
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception
        assert not app.error


def test_another_table_joins_the_sample():
    people = PEOPLE.replace("A,2025", "C-000001,2025")
    app = dropped(("people.csv", people), app=opened(started(sample="shop"), "offer_customers"))
    assert "11,759 orders" in texts(app)


def test_a_file_in_the_wrong_drawer_is_put_where_it_belongs():
    app = opened(dropped(("orders.csv", ORDERS)), "offer_events")
    customers = (ROOT / "tests/core/presets/shopify_customers.csv").read_text(encoding="utf-8-sig")
    app = dropped(("people.csv", customers), app=app)
    assert "people.csv holds customers and was put there" in told(app.success)
    assert [drawer.label for drawer in app.expander if drawer.label.startswith("Customers: 4 rows")] != []


def test_a_further_period_is_added_to_the_orders():
    app = opened(dropped(("q1.csv", ORDERS)), "offer_orders")
    app.button_group(key="adds_orders").set_value("add").run()
    app = dropped(("q2.csv", "Order,Customer,Date,Amount\n7,E,2026-04-01,5\n"), app=app)
    assert figure(app, "Rows read") == "7"


def test_a_second_table_that_cannot_be_used_is_told_and_can_be_removed():
    app = opened(dropped(("orders.csv", ORDERS)), "offer_customers")
    app = dropped(("people.csv", "name,colour\nA,red\n"), app=app)
    assert "people.csv" in told(app.error)
    pressed(app, "Remove this customers file")
    assert not app.error
    assert "4 orders of 3 customers" in texts(app)


# columns


def test_columns_that_nobody_could_guess_are_named_by_hand():
    app = dropped(("strange.csv", STRANGE))
    assert "Customer" in told(app.error)
    roles = ["Customer (needed)", "Order date (needed)", "not used", "Amount"]
    edit(app, "roles_orders", {row: {"Plays the role of": role} for row, role in enumerate(roles)})
    pressed(app, "Read the file this way")
    assert not app.error
    assert figure(app, "Revenue, net") == "6.00"


@pytest.mark.parametrize(
    ("edits", "says"),
    [
        ({0: "Amount"}, "'Amount' is given to several columns: Order, Amount"),
        ({1: "not used"}, "No column is 'Customer'"),
    ],
)
def test_columns_that_cannot_be_right_are_told_beside_and_nothing_is_lost(edits, says):
    app = opened(dropped(("orders.csv", ORDERS)), "columns_orders_False")
    edited = {row: {"Plays the role of": role} for row, role in edits.items()}
    key = edit(app, "roles_orders", edited)
    pressed(app, "Read the file this way")
    assert says in told(app.error)
    assert app.session_state[key]["edited_rows"] == edited
    assert "4 orders of 3 customers" in texts(app)


# switches


def test_ambiguous_dates_are_asked_for_and_answered():
    app = dropped(("orders.csv", AMBIGUOUS))
    assert "can be read day-first or month-first" in texts(app)
    assert app.date_input[0].value.isoformat() == "2026-08-07"
    box(app, "Dates are written").select("mdy").run()
    assert app.date_input[0].value.isoformat() == "2026-07-08"
    assert "can be read day-first" not in texts(app)


def test_another_choice_leaves_an_open_question_open():
    app = opened(dropped(("orders.csv", AMBIGUOUS)), "how_rows_count")
    box(app, "Orders worth nothing").select("leave_out").run()
    assert "can be read day-first or month-first" in texts(app)


def test_orders_worth_nothing_can_be_left_out_and_counted_again():
    app = opened(dropped(("orders.csv", ORDERS)), "how_rows_count")
    box(app, "Orders worth nothing").select("leave_out").run()
    assert not app.exception
    assert "3 orders of 2 customers" in texts(app)
    pressed(opened(app, "columns_orders_False"), "Back to how it was recognised")
    assert "4 orders of 3 customers" in texts(app)


def test_other_currencies_are_counted_once_a_rate_is_given():
    app = dropped(("orders.csv", MIXED))
    assert figure(app, "Revenue, net") == "€70"
    app.number_input[0].set_value(0.5)
    pressed(app, "Convert at these rates")
    assert figure(app, "Revenue, net") == "€85"  # 10 + 20 + 40 + 30 × 0.5
    currency = next(box for box in app.selectbox if box.label == "Count money in")
    currency.select("USD").run()
    assert figure(app, "Revenue, net") == "$30"


def test_a_status_can_be_given_another_meaning():
    app = dropped(("orders.csv", STATUSES))
    assert figure(app, "Revenue, net") == "50"
    at = next(i for i, row in enumerate(app.data_editor[0].value["Status"]) if row == "cancelled")
    edit(app, "statuses_", {at: {"Counts as": "a sale"}})
    pressed(app, "Count them this way")
    assert figure(app, "Revenue, net") == "70"


def test_no_address_is_shown_once_they_are_hashed():
    text = ORDERS.replace(",A,", ",ann@example.com,")
    app = started()
    app.toggle(key="privacy").set_value(True).run()
    app = opened(dropped(("orders.csv", text), app=app), "columns_orders_False")
    shown = " ".join(str(frame.value.to_csv()) for frame in app.dataframe)
    assert "4 orders of 3 customers" in texts(app)
    assert "ann@example.com" not in shown


# what is shown


def test_a_gap_in_the_history_is_told():
    days = [*range(1, 29)]
    rows = [f"{m}{d},C{d % 5},2026-{m:02d}-{d:02d},5" for m in (1, 2, 5, 6) for d in days]
    app = dropped(("orders.csv", "\n".join(["order,customer,date,amount", *rows]) + "\n"))
    assert "From 1 March 2026 to 30 April 2026 there is no order" in texts(app)


def test_each_analysis_has_a_light_in_words_and_the_files_own_figure():
    app = dropped(("orders.csv", ORDERS))
    assert "Limited:] Stages today" in texts(app).replace("**", "")
    assert "3 customers, 4 orders" in texts(app)


# recipes


def test_a_recipe_reads_the_next_export_the_same_way():
    recipe = parse_recipe(
        'framework = "race"\nhorizon_days = 45\n[mapping.orders]\ndecimal = "."\n'
        '[mapping.orders.columns]\ncustomer_id = "wer"\nordered_at = "z"\namount = "b"\n'
    )
    app = dropped(("march.csv", STRANGE), ("recipe.toml", dump_recipe(recipe)))
    assert not app.error
    assert figure(app, "Revenue, net") == "6.00"
    assert app.session_state["framework"] == "race"
    assert "45 days ahead" in texts(app)
    april = STRANGE.replace("2026-02-07,30,3", "2026-04-07,30,4")
    app = dropped(("april.csv", april), app=opened(app, "offer_orders"))
    assert figure(app, "Revenue, net") == "7.00"
    assert "Read with your earlier choices for orders" in told(app.success)


def test_a_recipe_brings_a_framework_of_its_own():
    race = load_framework("race")
    own = owned(add_rule(change_stage(race, "engage", name="Fans"), "engage"))
    recipe = Recipe(definition=own, limits={"at_risk_days": 100})
    app = dropped(("orders.csv", ORDERS), ("recipe.toml", dump_recipe(recipe)))
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="framework").options[-1] == "RACE, changed"
    assert app.session_state["draft"].framework == own.with_limits({"at_risk_days": 100})
    assert "framework" not in app.query_params


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("framework = ", "not valid TOML"),
        ('framework = "nobody"\n', "nobody"),
        ('framework = "sterne_cutler"\n[limits]\nat_risk_days = 99999\n', "allowed is 7 to 1460 days"),
        ('[mapping.orders.columns]\ncustomer_id = "Kunde"\nordered_at = "Date"\n', "does not have: 'Kunde'"),
    ],
)
def test_a_faulty_recipe_is_told_and_nothing_changes(text, says):
    app = opened(dropped(("orders.csv", ORDERS)), "offer_recipe")
    uploader = next(one for one in app.file_uploader if one.label == "recipe.toml")
    uploader.set_value([("recipe.toml", text.encode(), "application/toml")]).run()
    assert not app.exception
    assert says in told(app.warning)
    assert app.session_state["framework"] == Recipe().framework
    assert "4 orders of 3 customers" in texts(app)
