"""When it was bought: zones, clocks, the order of day and month, months by name, and days that mean nothing."""

import datetime as dt

import pytest

from clm_core.errors import MappingError
from clm_core.ingest import Mapping, import_table
from clm_core.ingest.reading.zones import clock_changes

COLUMNS = {"customer_id": "customer", "ordered_at": "date"}


def imported(tmp_path, *cells, header="customer;date", columns=COLUMNS, **choices):
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([header, *[f"c{n};{cell}" for n, cell in enumerate(cells)]]) + "\n", encoding="utf-8")
    return import_table([path], "orders", Mapping(columns=columns, **choices))


def by_customer(result):
    rows = sorted(result.table.to_pylist(), key=lambda row: row["customer_id"])
    return [row["ordered_at"] for row in rows]


def issue(result, code):
    return next(found for found in result.issues if found.code == code)


@pytest.mark.parametrize(
    ("cell", "local"),
    [
        ("2026-01-31T23:30:00Z", dt.datetime(2026, 2, 1, 0, 30)),  # winter: an hour ahead
        ("2026-07-31T23:30:00Z", dt.datetime(2026, 8, 1, 1, 30)),  # summer: two
        ("2026-03-29T00:59:59Z", dt.datetime(2026, 3, 29, 1, 59, 59)),  # the last second of winter time
        ("2026-03-29T01:00:00Z", dt.datetime(2026, 3, 29, 3, 0)),  # the first of summer time
        ("2026-01-31 20:00:00 -0500", dt.datetime(2026, 2, 1, 2, 0)),
        ("2026-01-31 20:00:00 EST", dt.datetime(2026, 2, 1, 2, 0)),
        ("2026-01-31 10:00:00 +05:30", dt.datetime(2026, 1, 31, 5, 30)),
        ("2026-01-31 10:00:00 +01", dt.datetime(2026, 1, 31, 10, 0)),
        ("2026-01-31 23:30 UTC", dt.datetime(2026, 2, 1, 0, 30)),
        ("Sat Jan 31 2026 10:11:12 GMT+0200 (EET)", dt.datetime(2026, 1, 31, 9, 11, 12)),
        ("1769902200", dt.datetime(2026, 2, 1, 0, 30)),  # seconds since 1970 are UTC: 2026-01-31 23:30
        ("2026-01-31 23:30", dt.datetime(2026, 1, 31, 23, 30)),  # no zone: the shop's own clock
        ("2026-01-31", dt.datetime(2026, 1, 31)),
    ],
)
def test_moments_with_a_zone_become_the_shops_clock(tmp_path, cell, local):
    assert by_customer(imported(tmp_path, cell, time_zone="Europe/Berlin")) == [local]


def test_a_header_tells_the_zone_of_its_clocks(tmp_path):
    columns = {**COLUMNS, "ordered_at": "Created date (UTC)"}
    header = "customer;Created date (UTC)"
    cells = ("2026-01-31 23:30:00", "2026-01-31")
    shop = imported(tmp_path, *cells, header=header, columns=columns, time_zone="Europe/Berlin")
    assert by_customer(shop) == [dt.datetime(2026, 2, 1, 0, 30), dt.datetime(2026, 1, 31)]
    plain = imported(tmp_path, *cells, header=header, columns=columns)
    assert by_customer(plain) == [dt.datetime(2026, 1, 31, 23, 30), dt.datetime(2026, 1, 31)]
    found = issue(plain, "dates_in_utc")
    assert (found.severity, found.n_rows, found.switch) == ("warning", 1, "time_zone")


def test_the_zones_seen_are_named_where_none_is_chosen(tmp_path):
    result = imported(tmp_path, "2026-01-31 10:00:00 +0100", "2026-07-31 10:00:00 +0200", "2026-07-30 10:00:00 +0200")
    found = issue(result, "time_zone_dropped")
    assert (found.examples, found.n_rows, found.switch) == (("+0200", "+0100"), 3, "time_zone")
    assert by_customer(result)[0] == dt.datetime(2026, 1, 31, 10)


def test_an_unknown_zone_is_refused_with_the_closest_name(tmp_path):
    with pytest.raises(MappingError, match=r"no time zone 'Europe/Berlim'. Did you mean 'Europe/Berlin'\?"):
        imported(tmp_path, "2026-01-31", time_zone="Europe/Berlim")


def test_the_changes_of_a_clock_are_exact():
    assert [change for change in clock_changes("America/New_York") if change[0].year == 2026] == [
        (dt.datetime(2026, 3, 8, 7), -4 * 3600),
        (dt.datetime(2026, 11, 1, 6), -5 * 3600),
    ]


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("14:05:09", dt.datetime(2026, 1, 31, 14, 5, 9)),
        ("2:05 PM", dt.datetime(2026, 1, 31, 14, 5)),
        ("2:05 p. m.", dt.datetime(2026, 1, 31, 14, 5)),
        ("", dt.datetime(2026, 1, 31)),
        ("noon", dt.datetime(2026, 1, 31)),
    ],
)
def test_a_clock_in_its_own_column_joins_the_date(tmp_path, clock, expected):
    result = imported(
        tmp_path, f"2026-01-31;{clock}", header="customer;date;time", columns={**COLUMNS, "time_of_day": "time"}
    )
    assert by_customer(result) == [expected]


def test_a_clock_that_cannot_be_read_is_told(tmp_path):
    columns = {**COLUMNS, "time_of_day": "time"}
    found = issue(
        imported(tmp_path, "2026-01-31;noon", header="customer;date;time", columns=columns), "time_not_readable"
    )
    assert (found.n_rows, found.examples) == (1, ("noon",))


def test_a_clock_inside_the_date_stands(tmp_path):
    result = imported(
        tmp_path, "2026-01-31 08:00;14:05", header="customer;date;time", columns={**COLUMNS, "time_of_day": "time"}
    )
    assert by_customer(result) == [dt.datetime(2026, 1, 31, 8)]


def test_dates_that_a_spreadsheet_turned_round_are_told_and_set_aside(tmp_path):
    result = imported(tmp_path, "13/01/2026", "14/01/2026", "15/01/2026", "02/28/2026", "03/04/2026")
    found = issue(result, "dates_mangled")
    assert (found.n_rows, found.examples, found.switch) == (1, ("02/28/2026",), "date_order")
    assert result.set_aside.select(["row", "reason"]).to_pylist() == [{"row": 4, "reason": "date not readable"}]
    assert by_customer(result)[-1] == dt.datetime(2026, 4, 3)


def test_an_open_order_names_the_switch(tmp_path):
    found = issue(imported(tmp_path, "03/04/2026"), "date_order_ambiguous")
    assert found.switch == "date_order"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("31 января 2026", dt.datetime(2026, 1, 31)),
        ("5 мая 2026 г.", dt.datetime(2026, 5, 5)),
        ("31 ianuarie 2026", dt.datetime(2026, 1, 31)),
        ("3 noiembrie 2026", dt.datetime(2026, 11, 3)),
        ("12 czerwca 2026", dt.datetime(2026, 6, 12)),
        ("12 września 2026", dt.datetime(2026, 9, 12)),
        ("1er juillet 2026", dt.datetime(2026, 7, 1)),
        ("3 de septiembre de 2026", dt.datetime(2026, 9, 3)),
        ("15. Dezember 2026", dt.datetime(2026, 12, 15)),
        ("2026年1月31日", dt.datetime(2026, 1, 31)),
        ("2026年12月05日 10:11", dt.datetime(2026, 12, 5, 10, 11)),
    ],
)
def test_months_by_name(tmp_path, cell, expected):
    assert by_customer(imported(tmp_path, cell)) == [expected]


@pytest.mark.parametrize("day", ["1970-01-01", "1900-01-01", "2099-12-31"])
def test_days_that_programs_write_for_no_date_are_told_however_many(tmp_path, day):
    result = imported(tmp_path, *[f"2026-01-{n + 1:02d}" for n in range(20)], day, day, day)
    found = issue(result, "dates_far_off")
    assert (found.n_rows, found.examples) == (3, (f"{day} (3 orders)",))
