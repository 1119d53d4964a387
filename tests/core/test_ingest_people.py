"""Who bought: the key that tells people apart, and the ways in which one person is written."""

import pytest

from clm_core.ingest import import_table


def imported(tmp_path, header, *rows):
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return import_table([path])


def customer_column(result):
    return result.mapping.columns["customer_id"]


def issues(result, code):
    return [found for found in result.issues if found.code == code]


def test_an_id_that_is_new_on_every_order_gives_way_to_one_that_comes_back(tmp_path):
    rows = [f"o{n},c{n},u{n % 3},2026-01-0{n + 1},5" for n in range(6)]
    result = imported(tmp_path, "order_id,customer_id,customer_unique_id,order_date,amount", *rows)
    assert customer_column(result) == "customer_unique_id"
    assert result.inspection.guess.reasons["customer_id"] == (
        "'customer_id' is different on every order, 'customer_unique_id' comes back"
    )
    assert len(set(result.table["customer_id"].to_pylist())) == 3
    (found,) = issues(result, "customer_key_per_order")
    assert (found.severity, found.switch) == ("info", "columns")


def test_a_lone_key_that_is_new_on_every_order_is_told(tmp_path):
    rows = [f"o{n},c{n},2026-01-{n + 1:02d},5" for n in range(25)]
    result = imported(tmp_path, "order_id,customer_id,order_date,amount", *rows)
    (found,) = issues(result, "customer_key_per_order")
    assert found.severity == "warning"
    assert "nobody seems to have bought twice" in found.message


def test_a_few_orders_by_different_people_are_nothing_to_tell(tmp_path):
    result = imported(
        tmp_path, "order_id,customer_id,order_date,amount", "1,A,2026-01-01,5", "2,B,2026-01-02,5", "3,C,2026-01-03,5"
    )
    assert issues(result, "customer_key_per_order") == []


@pytest.mark.parametrize("guest", ["0", "Guest", ""])
def test_guests_are_told_apart_by_their_e_mail(tmp_path, guest):
    rows = ["1,7,a@x.de,2026-01-01,5", "2,7,a@x.de,2026-01-02,5", f"3,{guest},b@x.de,2026-01-03,5"]
    result = imported(tmp_path, "order_id,customer_id,email,order_date,amount", *rows)
    assert customer_column(result) == "email"


def test_a_filled_e_mail_is_a_better_key_than_an_id_that_is_mostly_blank(tmp_path):
    rows = [f"{n},{'7' if n == 0 else ''},p{n % 4}@x.de,2026-01-0{n + 1},5" for n in range(8)]
    result = imported(tmp_path, "order_id,Customer ID,Email,order_date,amount", *rows)
    assert customer_column(result) == "Email"
    assert result.rows_set_aside == 0


def test_names_and_telephones_never_push_an_id_aside(tmp_path):
    rows = [f"{n},c{n},Ann,0151{n % 2},2026-01-0{n + 1},5" for n in range(6)]
    result = imported(tmp_path, "order_id,customer_id,customer_name,customer_phone,order_date,amount", *rows)
    assert customer_column(result) == "customer_id"


@pytest.mark.parametrize(
    "cell", ["ANN@x.com", " ann@x.com ", "mailto:ann@x.com", "<Ann@X.com>", "Ann Lee <ann@x.com>", "'ann@x.com"]
)
def test_one_address_is_one_person_however_it_is_written(tmp_path, cell):
    result = imported(tmp_path, "email,order_date,amount", "ann@x.com,2026-01-01,5", f"{cell},2026-01-02,5")
    assert result.table["customer_id"].to_pylist() == ["ann@x.com", "ann@x.com"]


def test_ids_in_scientific_notation_are_written_out_where_no_digit_is_lost(tmp_path):
    rows = ["1.234E+3,2026-01-01,5", "1234,2026-01-02,5", "4.91512E+12,2026-01-03,5", "7E+00,2026-01-04,5"]
    result = imported(tmp_path, "customer_id,order_date,amount", *rows)
    assert result.table["customer_id"].to_pylist() == ["1234", "1234", "4.91512E+12", "7"]
    (found,) = issues(result, "ids_in_scientific_notation")
    assert (found.n_rows, found.examples) == (1, ("4.91512E+12",))
