"""One cell of a good file is spoilt, in every place and every way: the total is right, smaller by a row that is accounted for, or refused.

A spoilt cell may be read as what a person reads in it, be set aside with a reason, or make the file be refused. What may
never happen is another total, or another order, without a word.
"""

import csv
import io
from functools import cache

import pytest

from clm_core.errors import ClmError
from clm_core.ingest import import_table

# name → (header, rows, delimiter); amounts are cents in CENTS
PLAIN = [
    ["A1", "ann@example.com", "2025-01-13", "12.50"],
    ["A2", "bob@example.com", "2025-01-14", "1250.00"],
    ["A3", "ann@example.com", "2025-02-17", "8.75"],
    ["A4", "cy@example.com", "2025-03-18", "40.00"],
    ["A5", "dee@example.com", "2025-03-19", "7.20"],
    ["A6", "bob@example.com", "2025-04-21", "19.99"],
]
GERMAN = [[a, who, ".".join(reversed(day.split("-"))), amount.replace(".", ",")] for a, who, day, amount in PLAIN]
FILES = {
    "plain": (["Order number", "Customer", "Order date", "Amount"], PLAIN, ",", "."),
    "german": (["Bestellnummer", "Kunde", "Bestelldatum", "Betrag"], GERMAN, ";", ","),
}

# a spoilt cell from the good one; every one is either the same to a person, or says nothing that can be used
SAME = {
    "padded": lambda x: f"  {x} ",
    "apostrophe": lambda x: f"'{x}",
    "no-break space": lambda x: f"\u00a0{x}\u00a0",
    "tab behind": lambda x: f"{x}\t",
}
LOST = {
    "blank": lambda x: "",
    "only blanks": lambda x: "   ",
    "dash": lambda x: "--",
    "n/a": lambda x: "N/A",
    "null": lambda x: "NULL",
}
BROKEN_DATE = {
    "no such day": lambda x: "2025-02-30",
    "no such month": lambda x: "2025-13-01",
    "words": lambda x: "soon",
    "a number": lambda x: "7",
    "cut": lambda x: x[:6],
    "hashes": lambda x: "########",
    "doubled": lambda x: f"{x} {x}",
    "error": lambda x: "#VALUE!",
}
BROKEN_AMOUNT = {
    "words": lambda x: "free?",
    "two marks": lambda x: "1.2.3,4",
    "letters inside": lambda x: f"{x[0]}o{x[1:]}",
    "infinite": lambda x: "1e999",
    "not a number": lambda x: "inf",
    "hexadecimal": lambda x: "0x10",
    "hashes": lambda x: "#####",
    "error": lambda x: "#DIV/0!",
    "two numbers": lambda x: f"{x} {x}",
    "formula": lambda x: "=1+1",
    "percent": lambda x: f"{x}%",
    "absurd": lambda x: "1" + "0" * 40,
}
SAME_AMOUNT = {
    "plus": lambda x: f"+{x}",
    "code": lambda x: f"EUR {x}",
    "sign": lambda x: f"€{x}",
    "zeros": lambda x: f"0{x}",
}
CASES = [
    *((place, name, change, True) for place in range(4) for name, change in SAME.items()),
    *((place, name, change, False) for place in (1, 2, 3) for name, change in LOST.items()),
    *((2, name, change, False) for name, change in BROKEN_DATE.items()),
    *((3, name, change, False) for name, change in BROKEN_AMOUNT.items()),
    *((3, name, change, True) for name, change in SAME_AMOUNT.items()),
    *((1, name, change, True) for name, change in {"capitals": str.upper, "title": str.title}.items()),
]


def imported(tmp_path, header, rows, delimiter):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    path = tmp_path / "orders.csv"
    path.write_text(out.getvalue(), encoding="utf-8")
    return import_table([path])


def told(result):
    return [
        (row["order_id"], row["customer_id"], row["ordered_at"].date().isoformat(), round(row["amount"] * 100))
        for row in sorted(result.table.to_pylist(), key=lambda row: row["order_id"])
    ]


@cache
def truth(n_rows=6):
    """The orders of the good file, or as many of them over and over, under numbers of their own."""
    name = "A{}" if n_rows == len(PLAIN) else "A{:03}"
    rows = (PLAIN[number % len(PLAIN)] for number in range(n_rows))
    return [(name.format(i), who, day, round(float(amount) * 100)) for i, (_, who, day, amount) in enumerate(rows, 1)]


def check(result, n_rows, spoilt, is_same):
    """Every row but the spoilt ones is as it was; a spoilt one is read as meant, or set aside and told."""
    wanted = truth(n_rows)
    lost = [number for number in spoilt if not is_same[number]]
    assert result.rows_read == n_rows == result.rows_kept + result.rows_set_aside
    assert told(result) == [row for number, row in enumerate(wanted) if number not in lost]
    assert result.set_aside["row"].to_pylist() == [number + 1 for number in lost]
    assert all(result.set_aside["reason"].to_pylist())
    if lost:
        assert any(issue.n_rows and issue.severity != "info" for issue in result.issues)


@pytest.mark.parametrize("file", FILES)
def test_spoilt_cells_of_every_kind_change_nothing_silently(tmp_path, file):
    """One row for each way to spoil a cell, good rows between them."""
    header, good, delimiter, _ = FILES[file]
    n_rows = 3 * len(CASES)
    rows = [[f"A{number + 1:03}", *good[number % len(good)][1:]] for number in range(n_rows)]
    is_same = {}
    for number, (place, _, change, same) in enumerate(CASES):
        spoilt = 3 * number + 1
        rows[spoilt][place] = change(rows[spoilt][place])
        is_same[spoilt] = same
    check(imported(tmp_path, header, rows, delimiter), n_rows, sorted(is_same), is_same)


@pytest.mark.parametrize(
    ("spoilt", "place", "change"),
    # another row each time, the first and the last among them
    [
        (number % len(PLAIN), place, change)
        for number, (place, _, change, same) in enumerate(CASES)
        if not same and place > 1
    ],
    ids=[f"{place}-{name.replace(' ', '_')}" for place, name, _, same in CASES if not same and place > 1],
)
def test_one_spoilt_date_or_amount_does_not_change_how_the_others_are_read(tmp_path, spoilt, place, change):
    """In a short file one cell weighs most: it may decide neither the order of dates nor the decimal mark."""
    header, good, delimiter, _ = FILES["german"]
    rows = [list(row) for row in good]
    rows[spoilt][place] = change(rows[spoilt][place])
    try:
        result = imported(tmp_path, header, rows, delimiter)
    except ClmError as refusal:
        assert refusal.next_step
        return
    check(result, len(rows), [spoilt], {spoilt: False})


WRITTEN_OTHERWISE = {"plain": {"12,50": 1250, "1,250.00": 125000, "1.250,00": 125000, "1 250.00": 125000},
                     "german": {"12.50": 1250, "1.250,00": 125000, "1,250.00": 125000, "1 250,00": 125000}}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "cell"), [(file, cell) for file, cells in WRITTEN_OTHERWISE.items() for cell in cells]
)
def test_an_amount_in_the_other_notation_is_read_as_meant_or_set_aside(tmp_path, file, cell):
    """Never 1,250.00 read as 1.25, nor 12,50 as 1250."""
    header, good, delimiter, _ = FILES[file]
    rows = [list(row) for row in good]
    rows[1][3] = cell
    result = imported(tmp_path, header, rows, delimiter)
    meant = [*truth()[:1], (*truth()[1][:3], WRITTEN_OTHERWISE[file][cell]), *truth()[2:]]
    assert told(result) in (meant, [*truth()[:1], *truth()[2:]])


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("spoilt", ["1925-01-13", "2062-01-13", "1970-01-01", "1899-12-30"])
def test_a_date_far_from_all_others_is_told(tmp_path, file, spoilt):
    header, good, delimiter, _ = FILES[file]
    rows = [list(row) for row in good]
    rows[0][2] = spoilt
    result = imported(tmp_path, header, rows, delimiter)
    is_told = any(issue.code == "dates_far_off" for issue in result.issues)
    assert is_told or result.rows_set_aside == 1


@pytest.mark.parametrize("junk", ['"', '""', ',"', ";;;;", "\n", "a\nb", '"\n', "\x00", "\ufffd", "=cmd()", "\\"])
@pytest.mark.parametrize("place", [1, 3])
def test_marks_inside_a_raw_line_spoil_that_line_at_most(tmp_path, junk, place):
    """The junk is written raw, as a broken exporter does; the other orders stay as they are."""
    header, good, delimiter, _ = FILES["german"]  # its decimal comma and semicolon are among the junk
    lines = [delimiter.join(row) for row in [header, *good]]
    cells = list(good[2])
    cells[place] = cells[place][:3] + junk + cells[place][3:]
    lines[3] = delimiter.join(cells)
    path = tmp_path / "orders.csv"
    path.write_bytes(("\n".join(lines) + "\n").encode())
    try:
        result = import_table([path])
    except ClmError as refusal:
        assert refusal.next_step
        return
    assert result.rows_read == result.rows_kept + result.rows_set_aside
    found = {row[0]: row for row in told(result)}
    for row in (truth()[0], truth()[1], truth()[4], truth()[5]):
        assert found.get(row[0]) == row
    cents = sum(row[3] for row in told(result))
    total, spoilt, behind = (sum(row[3] for row in truth()), truth()[2][3], truth()[3][3])
    # a line torn inside its last cell leaves a shorter amount, and the rest of it as a row that is set aside and told
    is_torn = "\n" in junk and place == 3 and result.rows_set_aside == 1
    assert is_torn or cents in (total, total - spoilt, total - spoilt - behind)
