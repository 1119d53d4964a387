"""Which column plays which role: header words, content, corrections, refusals."""

import pytest

from clm_core.errors import InputError, MappingError
from clm_core.ingest import ORDER_ROLES, ROLES, Mapping, import_table, inspect


def guess(tmp_path, header, *rows, kind="orders"):
    path = tmp_path / "file.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return inspect([path], kind).guess


def imported(tmp_path, header, *rows, kind="orders", mapping=None):
    path = tmp_path / "file.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return import_table([path], kind, mapping)


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        (
            "Kundennummer;Bestelldatum;Bestellnummer;Gesamtbetrag",
            "1;31.12.2025;A1;12,50",
            {
                "customer_id": "Kundennummer",
                "ordered_at": "Bestelldatum",
                "order_id": "Bestellnummer",
                "amount": "Gesamtbetrag",
            },
        ),
        (
            "ID client;Date de commande;Montant",
            "1;31/12/2025;12,50",
            {"customer_id": "ID client", "ordered_at": "Date de commande", "amount": "Montant"},
        ),
        (
            "ID cliente;Fecha de pedido;Importe",
            "1;31/12/2025;12,50",
            {"customer_id": "ID cliente", "ordered_at": "Fecha de pedido", "amount": "Importe"},
        ),
        (
            "ID klienta;Data zamówienia;Kwota",
            "1;31.12.2025;12,50",
            {"customer_id": "ID klienta", "ordered_at": "Data zamówienia", "amount": "Kwota"},
        ),
        (
            "order-id,purchase-date,buyer-email,item-price",
            "7,2025-12-31T10:00:00Z,a@b.c,12.50",
            {
                "customer_id": "buyer-email",
                "ordered_at": "purchase-date",
                "order_id": "order-id",
                "amount": "item-price",
            },
        ),
        (
            "order_id,order_date,order_status,customer_id,billing_email,order_total,order_currency",
            "7,2025-12-31,completed,5,a@b.c,12.50,EUR",
            {
                "customer_id": "customer_id",
                "ordered_at": "order_date",
                "order_id": "order_id",
                "amount": "order_total",
                "status": "order_status",
                "currency": "order_currency",
            },
        ),
        (
            "Sale Date,Item Name,Buyer,Quantity,Price,Order Total,Order ID",
            "2025-12-31,Mug,ann,2,5.00,10.00,77",
            {
                "customer_id": "Buyer",
                "ordered_at": "Sale Date",
                "order_id": "Order ID",
                "amount": "Order Total",
                "quantity": "Quantity",
                "unit_price": "Price",
                "product": "Item Name",
            },
        ),
    ],
)
def test_headers_of_shops_and_languages_are_understood(tmp_path, header, row, expected):
    assert guess(tmp_path, header, row).mapping.columns == expected


def test_id_that_differs_on_every_row_is_the_order_when_another_column_is_the_customer(tmp_path):
    found = guess(tmp_path, "id,Created (UTC),Amount,Customer ID", "ch_1,2025-01-01,5,c1", "ch_2,2025-01-02,5,c1")
    assert found.mapping.columns["order_id"] == "id"
    assert found.mapping.columns["customer_id"] == "Customer ID"


def test_id_that_comes_back_is_the_customer_when_nothing_else_is(tmp_path):
    found = guess(tmp_path, "Id,Date,Price", "1,2025-01-01,5.5", "1,2025-01-02,6.5", "2,2025-01-02,7.5")
    assert found.mapping.columns == {"customer_id": "Id", "ordered_at": "Date", "amount": "Price"}


def test_guests_who_share_the_id_zero_are_told_apart_by_email(tmp_path):
    rows = ["0,a@x.de,2025-01-01,5", "0,b@x.de,2025-01-02,5", "7,c@x.de,2025-01-02,5"]
    found = guess(tmp_path, "Customer ID,Customer Email,Order Date,Order Total", *rows)
    assert found.mapping.columns["customer_id"] == "Customer Email"
    assert "guests" in found.reasons["customer_id"]


def test_net_amount_is_preferred_to_gross(tmp_path):
    found = guess(tmp_path, "customer_id,date,gross_amount,net_amount", "a,2025-01-01,12,10")
    assert found.mapping.columns["amount"] == "net_amount"


def test_column_with_the_right_name_and_the_wrong_content_is_passed_over(tmp_path):
    found = guess(tmp_path, "customer_id,date,amount,total", "a,2025-01-01,gift,10.5", "b,2025-01-01,card,3.5")
    assert found.mapping.columns["amount"] == "total"


def test_confidence_and_reason_are_given_for_each_role(tmp_path):
    found = guess(tmp_path, "customer_id,date,amount", "a,2025-01-01,10.5")
    assert set(found.confidence) == set(found.reasons) == set(found.mapping.columns)
    assert all(0 < value <= 1 for value in found.confidence.values())
    assert found.reasons["amount"] == "'amount' is a usual name for it, and its cells look like number (10.5)"


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["31/12/2025", "01/02/2025"], "dmy"),
        (["12/31/2025", "01/02/2025"], "mdy"),
        (["2025-12-31", "2025-02-01"], "ymd"),
        (["05/06/2025", "01/02/2025"], "dmy"),
    ],
)
def test_day_and_month_are_decided_by_the_whole_column(tmp_path, cells, order):
    rows = [f"a,{cell},1" for cell in cells]
    assert guess(tmp_path, "customer_id,date,amount", *rows).mapping.date_order == order


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [(["1.234,50", "7"], ","), (["1,234.50", "7"], "."), (["12,5", "8"], ","), (["1,234", "8"], ".")],
)
def test_decimal_mark_is_decided_by_the_number_columns(tmp_path, cells, decimal):
    rows = [f"a;2025-01-01;{cell}" for cell in cells]
    assert guess(tmp_path, "customer_id;date;amount", *rows).mapping.decimal == decimal


def test_total_that_never_varies_within_an_order_is_the_orders(tmp_path):
    header = "order_id,customer_id,date,total"
    repeated = guess(tmp_path, header, "1,a,2025-01-01,10", "1,a,2025-01-01,10", "2,a,2025-01-02,5")
    varying = guess(tmp_path, header, "1,a,2025-01-01,10", "1,a,2025-01-01,7", "2,a,2025-01-02,5")
    assert (repeated.mapping.amount_grain, varying.mapping.amount_grain) == ("order", "line")


def test_given_mapping_overrules_the_guess(tmp_path):
    mapping = Mapping(columns={"customer_id": "who", "ordered_at": "date", "amount": "paid"})
    result = imported(tmp_path, "customer_id,who,date,amount,paid", "x,a,2025-01-01,1,2", mapping=mapping)
    assert result.table.select(["customer_id", "amount"]).to_pylist() == [{"customer_id": "a", "amount": 2.0}]
    assert result.mapping == mapping


def test_mapping_survives_the_way_through_plain_values():
    mapping = Mapping(columns={"customer_id": "who"}, date_order="dmy", decimal=",", amount_grain="order")
    assert Mapping.model_validate(mapping.model_dump()) == mapping


def test_unknown_column_in_a_mapping_is_named_with_the_closest_one(tmp_path):
    mapping = Mapping(columns={"customer_id": "Custmer ID", "ordered_at": "date"})
    with pytest.raises(MappingError, match=r"not in the file: 'Custmer ID'. Did you mean 'Customer ID'\?") as caught:
        imported(tmp_path, "Customer ID,date,amount", "a,2025-01-01,1", mapping=mapping)
    assert caught.value.allowed == "Customer ID, date, amount"
    assert caught.value.where == "mapping of file.csv, role 'customer_id'"


def test_unknown_role_in_a_mapping_is_refused(tmp_path):
    mapping = Mapping(columns={"customer": "Customer ID", "ordered_at": "date"})
    with pytest.raises(MappingError, match=r"a role that orders do not have: 'customer'. Did you mean 'customer_id'\?"):
        imported(tmp_path, "Customer ID,date,amount", "a,2025-01-01,1", mapping=mapping)


def test_two_roles_on_one_column_are_refused(tmp_path):
    mapping = Mapping(columns={"customer_id": "c", "ordered_at": "date", "product": "c"})
    with pytest.raises(MappingError, match=r"Two roles claim the column 'c': 'customer_id' and 'product'"):
        imported(tmp_path, "c,date,amount", "a,2025-01-01,1", mapping=mapping)


def test_file_without_dates_is_refused_by_the_missing_role(tmp_path):
    with pytest.raises(InputError, match=r"No column of 'file.csv' was recognised as 'Order date'") as caught:
        imported(tmp_path, "customer_id,amount", "a,1")
    assert caught.value.found == "customer_id, amount"
    assert caught.value.next_step.startswith("Name the column in the mapping")


def test_file_without_customers_is_refused_by_the_missing_role(tmp_path):
    with pytest.raises(InputError, match=r"was recognised as 'Customer'"):
        imported(tmp_path, "日付,店舗,売上", "2026-04-01,新宿店,128000")


@pytest.mark.parametrize(
    ("header", "row", "hint"),
    [
        ("Customer ID,Email,Total Spent,Total Orders", "1,a@b.c,10.5,2", "Shopify customers export"),
        (
            "id,Amount,Created (UTC),Livemode,Arrival Date (UTC)",
            "po_1,5,2025-01-01,true,2025-01-02",
            "Stripe payouts export",
        ),
    ],
)
def test_files_often_mistaken_for_orders_are_named(tmp_path, header, row, hint):
    with pytest.raises(InputError, match=hint):
        imported(tmp_path, header, row)


def test_order_roles_tell_what_is_required():
    assert {role.name for role in ORDER_ROLES if role.required} == {"customer_id", "ordered_at"}
    assert all(role.label and role.description for roles in ROLES.values() for role in roles)
