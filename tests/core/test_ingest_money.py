"""Money as it was meant: refunds, taxes, discounts, statuses and currencies, each with the arithmetic beside it."""

import pytest

from clm_core.errors import InputError, MappingError
from clm_core.ingest import Mapping, import_table

BASE = {"customer_id": "customer", "ordered_at": "date", "order_id": "order", "amount": "total"}


def imported(tmp_path, header, *rows, columns=None, **choices):
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    mapping = Mapping(columns=columns, **choices) if columns else None
    return import_table([path], "orders", mapping)


def issue(result, code):
    return next(found for found in result.issues if found.code == code)


def column(result, name):
    return result.table[name].to_pylist()


def reasons(result):
    return list(zip(result.set_aside["row"].to_pylist(), result.set_aside["reason"].to_pylist(), strict=True))


LINES = ["1,A,2026-01-05,120,20,30,3", "1,A,,,,,", "2,B,2026-01-06,60,10,0,0", "3,C,2026-01-07,24,4,24,4"]
TAXED = {**BASE, "tax": "tax", "refunded": "refunded"}


@pytest.mark.parametrize(
    ("refunds", "taxes", "amounts"),
    [
        ("subtract", "keep", [90.0, 60.0, 0.0]),  # 120 - 30, 60, 24 - 24
        ("ignore", "keep", [120.0, 60.0, 24.0]),
        ("ignore", "leave_out", [100.0, 50.0, 20.0]),  # 120 - 20, 60 - 10, 24 - 4
        ("subtract", "leave_out", [75.0, 50.0, 0.0]),  # three quarters kept, of 100
    ],
)
def test_refunds_and_taxes_of_an_order_are_taken_once(tmp_path, refunds, taxes, amounts):
    result = imported(
        tmp_path,
        "order,customer,date,total,tax,refunded,x",
        *LINES,
        columns=TAXED,
        amount_grain="order",
        refunds=refunds,
        taxes=taxes,
    )
    assert column(result, "amount") == amounts
    assert column(result, "is_purchase") == [amount > 0 for amount in amounts]


def test_tax_of_lines_is_left_out_line_by_line(tmp_path):
    rows = ["1,A,2026-01-05,12,2", "1,A,2026-01-05,6,1", "2,B,2026-01-06,-12,-2"]
    result = imported(
        tmp_path,
        "order,customer,date,total,tax",
        *rows,
        columns={**BASE, "tax": "tax"},
        amount_grain="line",
        taxes="leave_out",
    )
    assert column(result, "amount") == [15.0, -10.0]  # 12 - 2 + 6 - 1, -12 + 2


def test_ignored_refunds_set_credit_notes_aside(tmp_path):
    rows = ["1,A,2026-01-05,10", "2,A,2026-01-06,-4", "3,B,2026-01-07,8"]
    result = imported(tmp_path, "order,customer,date,total", *rows, columns=BASE, refunds="ignore")
    assert column(result, "amount") == [10.0, 8.0]
    assert reasons(result) == [(2, "credit note")]
    assert issue(result, "set_aside_credit_note").switch == "refunds"


def test_free_orders_are_left_out_on_request_and_credit_notes_stay(tmp_path):
    rows = ["1,A,2026-01-05,0", "2,A,2026-01-06,-4", "3,B,2026-01-07,8", "4,B,2026-01-08,5", "4,B,2026-01-08,-5"]
    result = imported(tmp_path, "order,customer,date,total", *rows, columns=BASE, free_orders="leave_out")
    assert column(result, "amount") == [-4.0, 8.0, 0.0]
    assert reasons(result) == [(1, "free order")]
    assert issue(result, "set_aside_free_order").switch == "free_orders"
    assert (result.rows_read, result.rows_kept) == (5, 4)


def test_an_amount_made_of_quantity_and_price_is_less_the_discount(tmp_path):
    header = "order,customer,date,quantity,unit price,discount"
    money = imported(tmp_path, header, "1,A,2026-01-05,2,10,3", "1,A,2026-01-05,1,5,", "2,B,2026-01-06,1,8,-2")
    assert column(money, "amount") == [22.0, 6.0]  # 2 x 10 - 3 + 5, 8 - 2
    shares = imported(tmp_path, header, "1,A,2026-01-05,2,10,0.25", "2,B,2026-01-06,1,8,0")
    assert column(shares, "amount") == [15.0, 8.0]  # 2 x 10 x 0.75
    assert column(shares, "discount") == [5.0, 0.0]


def test_an_order_refunded_by_its_status_is_worth_nothing_where_the_column_is_blank(tmp_path):
    rows = ["1,A,2026-01-05,10,refunded,", "2,A,2026-01-06,10,refunded,4", "3,A,2026-01-07,10,partially_refunded,4"]
    columns = {**BASE, "status": "status", "refunded": "refunded"}
    result = imported(tmp_path, "order,customer,date,total,status,refunded", *rows, columns=columns)
    assert column(result, "amount") == [0.0, 6.0, 6.0]


def test_a_part_given_back_that_no_column_tells_is_pointed_out(tmp_path):
    result = imported(tmp_path, "order,customer,date,total,status", "1,A,2026-01-05,10,partially_refunded")
    assert column(result, "amount") == [10.0]
    found = issue(result, "partly_refunded")
    assert (found.n_rows, found.switch) == (1, "statuses")


def test_the_statuses_are_listed_with_what_they_were_taken_for(tmp_path):
    rows = [
        f"{n},A,2026-01-05,10,{status}"
        for n, status in enumerate(["Paid", "paid", "On-Hold", "Отменён", "Partially cancelled", "已退款"])
    ]
    result = imported(tmp_path, "order,customer,date,total,status", *rows)
    assert [(found.status, found.meaning, found.n_rows) for found in result.statuses] == [
        ("paid", "sale", 2),
        ("on-hold", "sale", 1),
        ("partially cancelled", "sale", 1),
        ("отменён", "no_sale", 1),
        ("已退款", "refunded", 1),
    ]


def test_the_mapping_overrules_what_a_status_means(tmp_path):
    rows = ["1,A,2026-01-05,10,on-hold", "2,A,2026-01-06,20,cancelled", "3,A,2026-01-07,40,returned"]
    result = imported(
        tmp_path,
        "order,customer,date,total,status",
        *rows,
        columns={**BASE, "status": "status"},
        statuses={"on_hold": "no_sale", "Cancelled": "sale", "returned": "refunded"},
    )
    assert column(result, "amount") == [20.0, 0.0]
    assert reasons(result) == [(1, "order failed, voided or cancelled")]
    assert issue(result, "set_aside_order_failed_voided_or_cancelled").switch == "statuses"


def test_rows_that_were_never_paid_are_set_aside(tmp_path):
    rows = ["1,A,2026-01-05,10,true", "2,A,2026-01-06,20,False", "3,A,2026-01-07,40,", "4,A,2026-01-08,80,0"]
    result = imported(tmp_path, "order,customer,date,total,captured", *rows, columns={**BASE, "paid": "captured"})
    assert column(result, "amount") == [10.0, 40.0]
    assert reasons(result) == [(2, "order never paid"), (4, "order never paid")]


CURRENCIES = ["1,A,2026-01-05,10,EUR", "2,A,2026-01-06,20,usd", "3,B,2026-01-07,40,EUR", "4,B,2026-01-08,1000,JPY"]
COINS = {**BASE, "currency": "currency"}


@pytest.mark.parametrize(
    ("choices", "currency", "amounts", "aside"),
    [
        ({}, "EUR", [10.0, 40.0], [2, 4]),
        ({"currency": "USD"}, "USD", [20.0], [1, 3, 4]),
        ({"rates": {"USD": 0.5}}, "EUR", [10.0, 10.0, 40.0], [4]),  # 20 dollars at a half
        ({"currency": "usd", "rates": {"EUR": 2, "JPY": 0.01}}, "USD", [20.0, 20.0, 80.0, 10.0], []),
    ],
)
def test_different_currencies_are_never_added_up(tmp_path, choices, currency, amounts, aside):
    result = imported(tmp_path, "order,customer,date,total,currency", *CURRENCIES, columns=COINS, **choices)
    assert (result.currency, column(result, "amount")) == (currency, amounts)
    assert reasons(result) == [(row, "another currency") for row in aside]
    found = issue(result, "several_currencies")
    assert "EUR (2 rows), JPY (1 row), USD (1 row)" in found.message
    assert found.severity == ("warning" if aside else "info")


def test_signs_beside_amounts_tell_their_currencies_apart(tmp_path):
    result = imported(
        tmp_path, "order;customer;date;total", "1;A;2026-01-05;€10.50", "2;A;2026-01-06;$20.50", "3;A;2026-01-07;€1.00"
    )
    assert (result.currency, column(result, "amount")) == ("EUR", [10.5, 1.0])
    assert reasons(result) == [(2, "another currency")]


def test_a_header_tells_which_dollar_is_meant(tmp_path):
    result = imported(tmp_path, "order,customer,date,Amount (CAD)", "1,A,2026-01-05,$10.50", "2,A,2026-01-06,20.50")
    assert (result.currency, column(result, "amount")) == ("CAD", [10.5, 20.5])


def test_a_row_without_currency_among_several_is_set_aside(tmp_path):
    rows = [*CURRENCIES[:3], "4,B,2026-01-08,5,"]
    result = imported(tmp_path, "order,customer,date,total,currency", *rows, columns=COINS)
    assert reasons(result) == [(2, "another currency"), (4, "no currency")]


def test_a_rate_must_be_above_zero(tmp_path):
    with pytest.raises(MappingError, match="The rate of 'USD' is no rate of exchange"):
        imported(tmp_path, "order,customer,date,total,currency", *CURRENCIES, columns=COINS, rates={"USD": 0})


def test_a_currency_that_no_row_has_is_refused_with_the_reason(tmp_path):
    with pytest.raises(InputError, match="No row") as refusal:
        imported(tmp_path, "order,customer,date,total,currency", *CURRENCIES, columns=COINS, currency="GBP")
    assert refusal.value.found == "another currency (4 rows)"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("&euro;12.50", 12.5),
        ("&#36;1,012.50", 1012.5),
        ("CHF 1'234.50", 1234.5),
        ("1\u202f234.50", 1234.5),
        ("12.50-", -12.5),
        ("12.50- €", -12.5),
        ("–12.50", -12.5),
        ("USD $12.50", 12.5),
        ("$12.50 USD", 12.5),
        ("12.50 kr.", 12.5),
        ("Rs.12.50", 12.5),
        ("$.50", 0.5),
        ("12 50", None),
        ("1e12", None),
        ("-4000000000001", None),
        ("inf", None),
        ("12.50%", None),
    ],
)
def test_amounts_are_read_as_meant_or_not_at_all(tmp_path, cell, expected):
    result = imported(
        tmp_path, "order;customer;date;total", "1;A;2026-01-05;1.25", f'2;B;2026-01-06;"{cell}"', columns=BASE
    )
    assert column(result, "amount")[1:] == ([] if expected is None else [pytest.approx(expected)])
    assert reasons(result) == ([(2, "amount not readable")] if expected is None else [])


def test_total_rows_are_called_so(tmp_path):
    rows = ["1,A,2026-01-05,10", "2,B,2026-01-06,5", "Total,,,15", ",Grand total,2026-01-31,15", "9,Total,2026-01-06,7"]
    result = imported(tmp_path, "order,customer,date,total", *rows, columns=BASE)
    assert reasons(result) == [(3, "total row"), (4, "total row")]
    assert column(result, "amount") == [10.0, 5.0, 7.0]
