"""Rows to orders: cells read, rows judged, lines added up, each trap with its truth computed by hand."""

import datetime as dt

import pytest

from clm_core.errors import InputError
from clm_core.ingest import Mapping, import_table

BASE = "customer_id,order_date,amount"


def imported(tmp_path, header, *rows, mapping=None):
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return import_table([path], "orders", mapping)


def issue(result, code):
    return next(found for found in result.issues if found.code == code)


def column(result, name):
    return result.table[name].to_pylist()


def moments(tmp_path, *cells):
    return column(
        imported(tmp_path, "customer_id;order_date", *[f"c{i};{cell}" for i, cell in enumerate(cells)]), "ordered_at"
    )


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("20260131", dt.datetime(2026, 1, 31)),
        ("2026-01-31", dt.datetime(2026, 1, 31)),
        ("2026/1/3", dt.datetime(2026, 1, 3)),
        ("2026-01-31T10:11:12", dt.datetime(2026, 1, 31, 10, 11, 12)),
        ("2026-01-31 9:05", dt.datetime(2026, 1, 31, 9, 5)),
        ("2026-01-31T10:11:12.250Z", dt.datetime(2026, 1, 31, 10, 11, 12, 250_000)),
        ("2026-01-31 23:50:26 -0500", dt.datetime(2026, 1, 31, 23, 50, 26)),
        ("31/12/2025 13:45", dt.datetime(2025, 12, 31, 13, 45)),
        ("12/31/2025 1:45 PM", dt.datetime(2025, 12, 31, 13, 45)),
        ("12/31/25 12:05:01 AM", dt.datetime(2025, 12, 31, 0, 5, 1)),
        ("31.12.99", dt.datetime(1999, 12, 31)),
        ("7.8.2025, 09:15", dt.datetime(2025, 8, 7, 9, 15)),
        ("31-Jan-26", dt.datetime(2026, 1, 31)),
        ("January 31, 2026 10:00", dt.datetime(2026, 1, 31, 10)),
        ("Sat, 31 Jan 2026 10:11:12 +0200", dt.datetime(2026, 1, 31, 10, 11, 12)),
        ("3. März 2025", dt.datetime(2025, 3, 3)),
        ("31 décembre 2025", dt.datetime(2025, 12, 31)),
        ("1 de enero de 2024", dt.datetime(2024, 1, 1)),
        ("5 paź 2023", dt.datetime(2023, 10, 5)),
        ("45000", dt.datetime(2023, 3, 15)),
        ("45000.5", dt.datetime(2023, 3, 15, 12)),
        ("1700000000", dt.datetime(2023, 11, 14, 22, 13, 20)),
        ("1700000000000", dt.datetime(2023, 11, 14, 22, 13, 20)),
    ],
)
def test_every_way_of_writing_a_date(tmp_path, cell, expected):
    assert moments(tmp_path, cell) == [expected]


@pytest.mark.parametrize("cell", ["31/31/2025", "2026-02-30", "0001-01-01", "soon", "20261345", "2026-01-31 25:00"])
def test_dates_that_do_not_exist_are_set_aside(tmp_path, cell):
    result = imported(tmp_path, BASE, "a,2026-01-31,1", f"b,{cell},1", "c,2026-01-30,1")
    assert result.set_aside.to_pylist() == [
        {"row": 2, "reason": "date not readable", "customer_id": "b", "order_date": cell, "amount": "1"}
    ]
    assert issue(result, "set_aside_date_not_readable").examples == (f"row 2: {cell}",)


def test_day_counts_from_1970(tmp_path):
    result = imported(tmp_path, BASE, "a,1970-01-11 23:59,1", "b,1969-12-31 23:59,1")
    assert column(result, "day") == [-1, 10]


def test_ambiguous_dates_are_read_day_first_and_said_so(tmp_path):
    result = imported(tmp_path, BASE, "a,03/04/2025,1")
    found = issue(result, "date_order_ambiguous")
    assert column(result, "ordered_at") == [dt.datetime(2025, 4, 3)]
    assert "'03/04/2025' is 2025-04-03 or 2025-03-04" in found.message
    assert found.severity == "warning"


def test_date_order_given_by_the_user_stands_without_warning(tmp_path):
    mapping = Mapping(
        columns={"customer_id": "customer_id", "ordered_at": "order_date", "amount": "amount"}, date_order="mdy"
    )
    result = imported(tmp_path, BASE, "a,03/04/2025,1", mapping=mapping)
    assert column(result, "ordered_at") == [dt.datetime(2025, 3, 4)]
    assert [found.code for found in result.issues] == ["no_order_id"]


def test_time_zones_are_mentioned(tmp_path):
    result = imported(tmp_path, BASE, "a,2025-10-07 23:50:26 +0200,1", "b,2025-10-07 10:00:00,1")
    assert column(result, "day") == [20368, 20368]
    assert issue(result, "time_zone_dropped").n_rows == 1


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("10.50", 10.5),
        ("1,234.56", 1234.56),
        ("1,23,456.00", 123456.0),
        ("(50.00)", -50.0),
        ("RM 1,234.56", 1234.56),
        ("(RM 50.00)", -50.0),
        ("£12.00", 12.0),
        ("-€5.00", -5.0),
        ("€-5.00", -5.0),
        ("5.00-", -5.0),
        ("−3.10", -3.1),
        ("'12.00", 12.0),
        ("1'234.50", 1234.5),
        ("1e3", 1000.0),
        (".5", 0.5),
    ],
)
def test_every_way_of_writing_an_amount_with_a_point(tmp_path, cell, expected):
    result = imported(tmp_path, "customer_id;order_date;amount", f"a;2026-01-31;{cell}", "b;2026-02-01;1.25")
    assert column(result, "amount")[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("10,50", 10.5), ("1.234,56", 1234.56), ("1.234", 1234.0), ("1 234,50 €", 1234.5), ("-3,1", -3.1), ("7", 7.0)],
)
def test_every_way_of_writing_an_amount_with_a_comma(tmp_path, cell, expected):
    result = imported(tmp_path, "customer_id;order_date;amount", f"a;2026-01-31;{cell}", "b;2026-02-01;1,25")
    assert column(result, "amount")[0] == pytest.approx(expected)


def test_amount_that_does_not_fit_the_decimal_mark_is_never_misread(tmp_path):
    rows = ["a;2026-01-31;1.25", "b;2026-01-31;2.25", "c;2026-01-31;12,50", "d;2026-01-31;--", "e;2026-01-31;x12"]
    result = imported(tmp_path, "customer_id;order_date;amount", *rows)
    assert column(result, "amount") == [1.25, 2.25]
    assert result.set_aside["reason"].to_pylist() == ["amount not readable", "no amount", "amount not readable"]


@pytest.mark.parametrize("blank", ["", "  ", "NA", "null", "nan", "None", "--"])
def test_rows_without_customer_are_set_aside(tmp_path, blank):
    result = imported(tmp_path, BASE, "a,2026-01-31,1", f"{blank},2026-01-31,2")
    assert (result.rows_read, result.rows_kept, result.rows_set_aside) == (2, 1, 1)
    assert issue(result, "set_aside_no_customer").message == "1 row set aside: no customer."


def test_customer_ids_are_trimmed_and_keep_their_zeros(tmp_path):
    result = imported(tmp_path, BASE, " 00001 ,2026-01-31,1", "'00002,2026-01-31,1", "00003,2026-01-31,1")
    assert column(result, "customer_id") == ["00001", "00002", "00003"]


def test_spreadsheet_floats_lose_their_point_zero_only_when_all_have_it(tmp_path):
    assert column(imported(tmp_path, BASE, "17850.0,2026-01-31,1", "17851.0,2026-01-31,1"), "customer_id") == [
        "17850",
        "17851",
    ]
    assert column(imported(tmp_path, BASE, "17850.0,2026-01-31,1", "v1.2,2026-01-31,1"), "customer_id") == [
        "17850.0",
        "v1.2",
    ]


def test_email_customers_are_one_whatever_the_case(tmp_path):
    result = imported(tmp_path, "Email,order_date,amount", "Ann@X.com,2026-01-31,1", "ann@x.com,2026-02-01,1")
    assert column(result, "customer_id") == ["ann@x.com", "ann@x.com"]


def test_lines_are_added_up_to_orders(tmp_path):
    rows = ["1,a,2026-01-31 12:00,5.10,Mug", "1,a,2026-01-31 11:00,5.20,Tea", "1,b,2026-01-31 11:00,1.00,Pen"]
    result = imported(tmp_path, "order_id,customer_id,order_date,amount,product", *rows)
    wanted = ["order_id", "customer_id", "ordered_at", "amount", "n_lines", "product"]
    assert result.table.select(wanted).to_pylist() == [
        dict(zip(wanted, ("1", "a", dt.datetime(2026, 1, 31, 11), 10.3, 2, "Tea"), strict=True)),
        dict(zip(wanted, ("1", "b", dt.datetime(2026, 1, 31, 11), 1.0, 1, "Pen"), strict=True)),
    ]


def test_lines_that_cancel_out_are_no_purchase_despite_binary_fractions(tmp_path):
    rows = ["1,a,2026-01-31,10.10", "1,a,2026-01-31,20.20", "1,a,2026-01-31,-30.30"]
    result = imported(tmp_path, "order_id,customer_id,order_date,amount", *rows)
    assert (column(result, "amount"), column(result, "is_purchase")) == ([0.0], [False])


def test_credit_notes_are_kept_and_free_orders_count(tmp_path):
    rows = ["1,a,2026-01-01,10", "2,a,2026-01-02,-4", "3,a,2026-01-03,0"]
    result = imported(tmp_path, "order_id,customer_id,order_date,amount", *rows)
    assert (column(result, "amount"), column(result, "is_purchase")) == ([10.0, -4.0, 0.0], [True, False, True])
    assert issue(result, "credit_notes").message.startswith("1 credit note (orders below zero) kept")


def test_quantity_times_price_is_the_amount_where_there_is_none(tmp_path):
    rows = ["1,a,2026-01-01,2,3.50,", "1,a,2026-01-01,1,10.00,", "2,a,2026-01-02,,3.50,"]
    result = imported(tmp_path, "order_id,customer_id,order_date,quantity,unit_price,note", *rows)
    assert result.table.select(["amount", "quantity"]).to_pylist() == [{"amount": 17.0, "quantity": 3.0}]
    assert column(result, "price_paid") == [pytest.approx(17 / 3)]
    assert result.set_aside["reason"].to_pylist() == ["no amount"]


def test_file_without_amounts_has_none_anywhere(tmp_path):
    result = imported(tmp_path, "customer_id,order_date", "a,2026-01-01", "a,2026-01-01")
    assert (column(result, "amount"), column(result, "is_purchase")) == ([None, None], [True, True])
    assert issue(result, "no_amounts").message.startswith("Value cannot be computed")
    assert issue(result, "no_order_id").n_rows == 2


def test_rows_without_order_number_stay_orders_of_their_own(tmp_path):
    rows = ["7,a,2026-01-01,1", ",a,2026-01-01,2", ",a,2026-01-01,4"]
    result = imported(tmp_path, "order_id,customer_id,order_date,amount", *rows)
    assert column(result, "order_id") == ["7", "row-2", "row-3"]
    assert issue(result, "order_id_blank").n_rows == 2


SHOP = (
    "Name,Email,Financial Status,Created at,Currency,Total,Refunded Amount,Cancelled at,Lineitem quantity,Lineitem name"
)


def test_shop_export_counts_totals_once_and_fills_blank_cells_from_the_order(tmp_path):
    rows = [
        "#1,Ann@x.com,paid,2026-01-05 10:00:00 +0100,EUR,33.00,3.00,,1,Tea",
        "#1,Ann@x.com,,,,,,,2,Mug",
        "#2,bob@x.com,paid,2026-01-06 10:00:00 +0100,EUR,20.00,20.00,,1,Tea",
        "#3,cy@x.com,voided,2026-01-07 10:00:00 +0100,EUR,20.00,0,,1,Tea",
        "#3,cy@x.com,,,,,,,1,Mug",
        "#4,dee@x.com,paid,2026-01-08 10:00:00 +0100,EUR,20.00,0,2026-01-09 10:00:00 +0100,1,Tea",
        "#5,,paid,2026-01-08 10:00:00 +0100,EUR,20.00,0,,1,Tea",
    ]
    result = imported(tmp_path, SHOP, *rows)
    wanted = ["order_id", "customer_id", "amount", "is_purchase", "n_lines", "quantity"]
    assert result.table.select(wanted).to_pylist() == [
        dict(zip(wanted, ("#1", "ann@x.com", 30.0, True, 2, 3.0), strict=True)),
        dict(zip(wanted, ("#2", "bob@x.com", 0.0, False, 1, 1.0), strict=True)),
    ]
    assert list(zip(result.set_aside["row"].to_pylist(), result.set_aside["reason"].to_pylist(), strict=True)) == [
        (4, "order failed, voided or cancelled"),
        (5, "order failed, voided or cancelled"),
        (6, "order has a cancellation date"),
        (7, "no customer"),
    ]
    assert (result.rows_read, result.rows_kept, result.currency) == (7, 3, "EUR")
    assert issue(result, "fully_refunded").n_rows == 1


def test_order_numbers_that_start_anew_for_each_customer_do_not_mix(tmp_path):
    rows = ["1,a,2026-01-01,10", "1,a,,", "1,b,2026-02-01,20", "1,b,,"]
    result = imported(tmp_path, "order_id,customer_id,order_date,order_total", *rows)
    assert result.table.select(["customer_id", "amount", "n_lines"]).to_pylist() == [
        {"customer_id": "a", "amount": 10.0, "n_lines": 2},
        {"customer_id": "b", "amount": 20.0, "n_lines": 2},
    ]


def test_totals_that_differ_within_an_order_are_reported(tmp_path):
    mapping = Mapping(
        columns={"order_id": "order_id", "customer_id": "customer_id", "ordered_at": "order_date", "amount": "total"},
        amount_grain="order",
    )
    rows = ["1,a,2026-01-01,10", "1,a,2026-01-01,12"]
    result = imported(tmp_path, "order_id,customer_id,order_date,total", *rows, mapping=mapping)
    assert column(result, "amount") == [10.0]
    assert issue(result, "order_total_varies").examples == ("1",)


@pytest.mark.parametrize(
    "status", ["Failed", "voided", "Cancelled", "CANCELED", "declined", "payment_failed", "Storniert"]
)
def test_dead_orders_are_set_aside(tmp_path, status):
    result = imported(tmp_path, f"{BASE},status", "a,2026-01-01,1,paid", f"b,2026-01-01,1,{status}")
    assert result.set_aside["reason"].to_pylist() == ["order failed, voided or cancelled"]


@pytest.mark.parametrize("status", ["completed", "pending", "partially_refunded", "shipped"])
def test_living_orders_are_kept(tmp_path, status):
    result = imported(tmp_path, f"{BASE},status", f"b,2026-01-01,1,{status}")
    assert (column(result, "amount"), column(result, "is_purchase")) == ([1.0], [True])


def test_refunded_status_without_an_amount_returned_gives_back_everything(tmp_path):
    result = imported(tmp_path, f"{BASE},status", "a,2026-01-01,10,paid", "a,2026-01-02,10,refunded")
    assert (column(result, "amount"), column(result, "is_purchase")) == ([10.0, 0.0], [True, False])


def test_cancelled_flags_that_say_no_keep_the_row(tmp_path):
    result = imported(tmp_path, f"{BASE},cancelled", "a,2026-01-01,10,false", "b,2026-01-02,10,true")
    assert column(result, "customer_id") == ["a"]


def test_product_and_category_are_those_of_the_largest_line(tmp_path):
    rows = ["1,a,2026-01-01,5,Tea,Food,DE", "1,a,2026-01-01,50,Pot,Home,FR", "1,a,2026-01-01,50,Pan,Kitchen,"]
    result = imported(tmp_path, "order_id,customer_id,order_date,amount,product,category,country", *rows)
    assert result.table.select(["product", "category", "country"]).to_pylist() == [
        {"product": "Pot", "category": "Home", "country": "DE"}
    ]


def test_discounts_are_summed_and_shares_become_money(tmp_path):
    header = "order_id,customer_id,order_date,amount,discount"
    money = imported(tmp_path, header, "1,a,2026-01-01,5,1.5", "1,a,2026-01-01,5,2")
    share = imported(tmp_path, header, "1,a,2026-01-01,80,0.2", "1,a,2026-01-01,5,0")
    assert (column(money, "discount"), column(share, "discount")) == ([3.5], [20.0])
    assert issue(share, "discount_is_rate").severity == "info"


def test_optional_number_that_cannot_be_read_leaves_the_row_and_says_so(tmp_path):
    result = imported(tmp_path, f"{BASE},quantity", "a,2026-01-01,10,2", "b,2026-01-01,10,few", "c,2026-01-01,9,3")
    assert column(result, "quantity") == [2.0, None, 3.0]
    found = issue(result, "number_not_readable")
    assert (found.message, found.examples) == ("1 row kept without 'quantity': it is not a number.", ("few",))


@pytest.mark.parametrize(
    ("header", "rows", "currency"),
    [
        (f"{BASE},currency", ["a,2026-01-01,1,eur", "b,2026-01-01,1,EUR"], "EUR"),
        (BASE, ["a,2026-01-01,£1.50", "b,2026-01-01,£2.50"], "GBP"),
        (BASE, ["a,2026-01-01,1.50 PLN"], "PLN"),
        ("customer_id,order_date,Amount (CHF)", ["a,2026-01-01,1.50"], "CHF"),
        (BASE, ["a,2026-01-01,1.50"], ""),
    ],
)
def test_currency_comes_from_column_cells_or_header(tmp_path, header, rows, currency):
    assert imported(tmp_path, header, *rows).currency == currency


def test_the_most_frequent_of_several_currencies_is_counted_and_the_others_are_set_aside(tmp_path):
    result = imported(tmp_path, f"{BASE},currency", "a,2026-01-01,1,EUR", "b,2026-01-01,1,USD", "c,2026-01-01,1,EUR")
    found = issue(result, "several_currencies")
    assert (result.currency, column(result, "amount")) == ("EUR", [1.0, 1.0])
    assert result.set_aside["reason"].to_pylist() == ["another currency"]
    assert "EUR (2 rows), USD (1 row)" in found.message
    assert (found.severity, found.switch) == ("warning", "currency")


def test_one_customer_holding_many_orders_is_pointed_out(tmp_path):
    rows = [f"guest,2026-01-{i % 28 + 1:02d},5" for i in range(60)] + [f"c{i},2026-01-01,5" for i in range(10)]
    found = issue(imported(tmp_path, BASE, *rows), "one_customer_dominates")
    assert "Customer 'guest' holds 60 of 70 orders" in found.message


def test_orders_come_sorted_by_day_time_order_and_customer(tmp_path):
    rows = ["2,b,2026-01-02 09:00,1", "1,b,2026-01-02 09:00,1", "1,a,2026-01-02 09:00,1", "9,z,2026-01-01 23:00,1"]
    result = imported(tmp_path, "order_id,customer_id,order_date,amount", *rows)
    keys = list(zip(column(result, "order_id"), column(result, "customer_id"), strict=True))
    assert keys == [("9", "z"), ("1", "a"), ("1", "b"), ("2", "b")]


def test_file_in_which_no_row_can_be_used_is_refused_with_the_reasons(tmp_path):
    with pytest.raises(InputError, match=r"No row of 'orders.csv' can be used") as caught:
        imported(tmp_path, BASE, ",2026-01-01,1", ",2026-01-01,2")
    assert caught.value.found == "no customer (2 rows)"


def test_equal_lines_of_one_file_are_two_pieces_of_an_order(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("order,customer,date,amount\n1,A,2026-01-05,5\n1,A,2026-01-05,5\n", encoding="utf-8")
    result = import_table([path])
    assert (result.rows_set_aside, result.table["amount"].to_pylist()) == (0, [10.0])


@pytest.mark.parametrize(("odd", "is_told"), [("2099-01-01", True), ("1999-01-01", True), ("2026-12-01", False)])
def test_a_date_far_from_all_others_is_told(tmp_path, odd, is_told):
    path = tmp_path / "far.csv"
    rows = [f"x{n},C{n},2026-01-{n % 28 + 1:02d},5" for n in range(50)]
    path.write_text("\n".join(["order,customer,date,amount", *rows, f"odd,D,{odd},5"]) + "\n", encoding="utf-8")
    found = [issue for issue in import_table([path]).issues if issue.code == "dates_far_off"]
    assert [issue.examples for issue in found] == ([(f"{odd} (order odd)",)] if is_told else [])
