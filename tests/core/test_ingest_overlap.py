"""Several files as one history: what overlaps is counted once, what only touches is added up."""

from itertools import permutations

import pytest

from clm_core.ingest import Mapping, import_table

HEADER = "order,customer,date,total,status"
COLUMNS = {"order_id": "order", "customer_id": "customer", "ordered_at": "date", "amount": "total", "status": "status"}


def imported(tmp_path, *files, header=HEADER, columns=COLUMNS, **choices):
    paths = []
    for number, rows in enumerate(files):
        paths.append(tmp_path / f"part{number}.csv")
        paths[-1].write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return import_table(paths, "orders", Mapping(columns=columns, **choices))


def totals(result):
    rows = result.table.select(["order_id", "amount"]).to_pylist()
    return {row["order_id"]: row["amount"] for row in rows}


def reasons(result):
    return sorted(result.set_aside["reason"].to_pylist())


JANUARY = ["1,A,2026-01-05,5,paid", "2,B,2026-01-30,6,paid", "3,C,2026-01-31,7,pending"]
FEBRUARY = ["2,B,2026-01-30,6,paid", "3,C,2026-01-31,7,refunded", "4,A,2026-02-05,8,paid"]


@pytest.mark.parametrize("files", list(permutations([JANUARY, FEBRUARY])), ids=["in order", "newest first"])
def test_an_order_in_two_exports_is_counted_once_in_its_newest_state(tmp_path, files):
    result = imported(tmp_path, *files)
    assert totals(result) == {"1": 5.0, "2": 6.0, "3": 0.0, "4": 8.0}  # order 3 was refunded in February
    assert reasons(result) == ["a later export has this order", "already in an earlier file"]
    assert (result.rows_read, result.rows_kept) == (6, 4)
    switches = {issue.switch for issue in result.issues if issue.code.startswith("set_aside")}
    assert switches == {"repeats"}


def test_repeats_are_counted_each_time_on_request(tmp_path):
    result = imported(tmp_path, JANUARY, FEBRUARY, repeats="each")
    assert totals(result) == {"1": 5.0, "2": 12.0, "3": 7.0, "4": 8.0}  # of order 3 one row is refunded
    assert (result.rows_set_aside, result.rows_read) == (0, 6)
    (found,) = [issue for issue in result.issues if issue.code == "rows_repeated_across_files"]
    assert (found.n_rows, found.examples, found.switch) == (1, ("row 4",), "repeats")


def test_equal_pieces_of_an_order_stay_as_many_as_one_file_has(tmp_path):
    first = ["1,A,2026-01-05,5,paid", "1,A,2026-01-05,5,paid", "2,B,2026-01-06,3,paid"]
    second = ["1,A,2026-01-05,5,paid", "1,A,2026-01-05,5,paid", "3,B,2026-01-07,4,paid"]
    result = imported(tmp_path, first, second)
    assert totals(result) == {"1": 10.0, "2": 3.0, "3": 4.0}
    assert reasons(result) == ["already in an earlier file"] * 2


@pytest.mark.parametrize("reverse", [False, True])
def test_a_history_cut_at_any_line_is_added_up(tmp_path, reverse):
    first = ["1,A,2026-01-05,5,paid", "2,B,2026-01-06,3,paid"]
    second = ["2,B,2026-01-06,4,paid", "3,B,2026-01-07,4,paid"]
    result = imported(tmp_path, *([second, first] if reverse else [first, second]))
    assert totals(result) == {"1": 5.0, "2": 7.0, "3": 4.0}  # 3 + 4 at the cut
    assert result.rows_set_aside == 0


def test_numbers_that_start_anew_each_year_are_different_orders(tmp_path):
    last_year = ["1,A,2025-01-05,5,paid", "2,B,2025-01-06,6,paid"]
    this_year = ["1,C,2026-01-05,7,paid", "2,B,2026-01-06,8,paid"]
    result = imported(tmp_path, last_year, this_year)
    assert result.rows_set_aside == 0
    assert sum(result.table["amount"].to_pylist()) == 26.0  # 5 + 6 + 7 + 8


def test_three_exports_leave_the_newest_state_of_each_order(tmp_path):
    march = ["3,C,2026-01-31,7,paid", "4,A,2026-02-05,8,cancelled", "5,A,2026-03-01,9,paid"]
    expected = {"1": 5.0, "2": 6.0, "3": 7.0, "5": 9.0}  # order 4 was cancelled in March
    for files in permutations([JANUARY, FEBRUARY, march]):
        assert totals(imported(tmp_path, *files)) == expected


def test_rows_without_order_number_are_counted_once_word_for_word(tmp_path):
    header, columns = "customer,date,total", {"customer_id": "customer", "ordered_at": "date", "amount": "total"}
    first = ["A,2026-01-05,5", "A,2026-01-05,5", "B,2026-01-06,6"]
    second = ["A,2026-01-05,5", "B,2026-01-06,6", "B,2026-01-07,7"]
    result = imported(tmp_path, first, second, header=header, columns=columns)
    assert sorted(result.table["amount"].to_pylist()) == [5.0, 5.0, 6.0, 7.0]
    assert reasons(result) == ["already in an earlier file"] * 2
