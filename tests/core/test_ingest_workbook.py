"""Workbooks as people keep them: titles, several sheets, tables side by side, real dates, remarks below."""

import datetime as dt
import zipfile

import openpyxl
import pytest

from clm_core.errors import InputError
from clm_core.ingest import import_table, inspect
from clm_core.ingest.splitting import workbook as reader

HEADER = ["customer_id", "order_date", "amount"]
ROWS = [["a", dt.datetime(2026, 1, 31, 10, 15), 1.5], ["b", dt.date(2026, 2, 1), 2]]


def save(folder, sheets, hidden=()):
    """A workbook of sheets: name → {cell where a block begins: rows}."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, blocks in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for place, rows in blocks.items():
            first = sheet[place]
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    sheet.cell(first.row + i, first.column + j, value)
    book.save(folder / "orders.xlsx")
    return folder / "orders.xlsx"


def facts(imported):
    return [(row["customer_id"], str(row["ordered_at"]), row["amount"]) for row in imported.table.to_pylist()]


EXPECTED = [("a", "2026-01-31 10:15:00", 1.5), ("b", "2026-02-01 00:00:00", 2.0)]


def notes(imported):
    return [issue.message for issue in imported.issues if issue.code == "reading_note"]


def test_title_rows_stay_above_and_nothing_is_noted(tmp_path):
    path = save(tmp_path, {"Orders": {"A1": [["Orders of the shop"], [], HEADER, *ROWS]}})
    imported = import_table([path])
    assert facts(imported) == EXPECTED
    assert imported.inspection.dialect.preamble == ("Orders of the shop", "")
    assert notes(imported) == []


def test_title_merged_over_the_table_is_a_title(tmp_path):
    path = save(tmp_path, {"Orders": {"A1": [["Orders of the shop"], HEADER, *ROWS]}})
    book = openpyxl.load_workbook(path)
    book["Orders"].merge_cells("A1:C1")
    book.save(path)
    assert facts(import_table([path])) == EXPECTED


def test_the_sheet_with_known_headers_is_read_and_the_others_are_named(tmp_path):
    summary = {"A1": [["month", "figure"], *[[f"2026-{i:02d}", i] for i in range(1, 12)]]}
    path = save(tmp_path, {"Summary": summary, "Orders": {"A1": [HEADER, *ROWS]}, "Old": summary}, hidden=["Old"])
    imported = import_table([path])
    assert facts(imported) == EXPECTED
    assert notes(imported) == ["Sheet 'Summary' was not read.", "Hidden sheet 'Old' was not read."]


def test_a_hidden_sheet_is_read_only_where_there_is_no_other_table(tmp_path):
    sheets = {"Cover": {"A1": [["Please see the data"]]}, "Data": {"A1": [HEADER, *ROWS]}}
    imported = import_table([save(tmp_path, sheets, hidden=["Data"])])
    assert facts(imported) == EXPECTED
    assert notes(imported) == ["Sheet 'Cover' was not read."]


def test_tables_side_by_side_and_below_are_kept_apart(tmp_path):
    stock = [["product", "stock"], ["lamp", 4], ["cup", 5]]
    path = save(tmp_path, {"Orders": {"A1": [HEADER, *ROWS], "F3": stock, "A6": stock}})
    imported = import_table([path])
    assert facts(imported) == EXPECTED
    assert imported.rows_read == 2
    assert notes(imported) == [
        "What stands at A6 of 'Orders' was not read: 2 rows that begin with 'product'.",
        "What stands at F3 of 'Orders' was not read: 2 rows that begin with 'product'.",
    ]


def test_a_blank_row_between_rows_of_one_table_does_not_end_it(tmp_path):
    path = save(tmp_path, {"Orders": {"B2": [HEADER, ROWS[0], [], [], ROWS[1]]}})
    imported = import_table([path])
    assert facts(imported) == EXPECTED
    assert notes(imported) == []


def test_a_remark_below_the_table_is_told(tmp_path):
    path = save(tmp_path, {"Orders": {"A1": [HEADER, *ROWS, [], ["Printed by Ann"]]}})
    imported = import_table([path])
    assert imported.rows_read == 2
    assert notes(imported) == ["What stands at A5 of 'Orders' was not read: 'Printed by Ann'."]


def test_a_total_row_is_a_row_that_is_accounted_for(tmp_path):
    path = save(tmp_path, {"Orders": {"A1": [HEADER, *ROWS, ["Total", None, 3.5]]}})
    imported = import_table([path])
    assert facts(imported) == EXPECTED
    assert (imported.rows_read, imported.rows_set_aside) == (3, 1)


def test_one_sheet_a_month_is_one_table(tmp_path):
    sheets = {"January": {"A1": [HEADER, ROWS[0]]}, "February": {"A1": [["February"], HEADER, ROWS[1]]}}
    imported = import_table([save(tmp_path, sheets)])
    assert facts(imported) == EXPECTED
    assert notes(imported) == ["2 tables with the same header were read as one: A1 of 'January', A1 of 'February'."]


def test_days_times_serial_numbers_and_numbers_kept_as_text_are_read(tmp_path):
    rows = [
        [7, "2026-01-31", "1.50"],
        [7.0, 46053, 2],  # 46053 days after 1899-12-30 is 2026-01-31
        ["007", dt.date(2026, 1, 31), "3,000.25"],
    ]
    imported = import_table([save(tmp_path, {"Orders": {"A1": [HEADER, *rows]}})])
    assert facts(imported) == [
        ("7", "2026-01-31 00:00:00", 1.5),
        ("7", "2026-01-31 00:00:00", 2.0),
        ("007", "2026-01-31 00:00:00", 3000.25),
    ]


def test_repeated_and_blank_headers_get_names(tmp_path):
    rows = [["customer_id", "order_date", "amount", "amount", None], ["a", "2026-01-31", 1, 2, "x"]]
    inspection = inspect([save(tmp_path, {"Orders": {"A1": rows}})])
    assert [column.name for column in inspection.columns] == [
        "customer_id", "order_date", "amount", "amount_2", "column_5",
    ]  # fmt: skip


@pytest.mark.parametrize("sheets", [{"Empty": {}}, {"Words": {"A1": [["only"], ["one"], ["column"]]}}])
def test_workbook_without_a_table_is_refused(tmp_path, sheets):
    with pytest.raises(InputError, match="holds no table") as caught:
        import_table([save(tmp_path, sheets)])
    assert "save the sheet" in caught.value.next_step


def test_workbook_of_too_many_cells_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MOST_CELLS", 5)
    with pytest.raises(InputError, match="more than 5 cells"):
        import_table([save(tmp_path, {"Orders": {"A1": [HEADER, *ROWS]}})])


def test_damaged_workbook_is_refused(tmp_path):
    path = tmp_path / "orders.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<oops")
    with pytest.raises(InputError, match="a workbook that cannot be opened"):
        import_table([path])


def test_old_excel_format_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "orders.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    with pytest.raises(InputError, match=r"old Excel workbook") as caught:
        import_table([path])
    assert ".xlsx" in caught.value.next_step
