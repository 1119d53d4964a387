"""Any file opens as text rows: encodings, delimiters, preambles, archives; what cannot be read says so."""

import codecs
import gzip
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from clm_core.errors import InputError, MappingError
from clm_core.ingest import import_table, inspect
from clm_core.ingest.opening.unpack import unpack

ROWS = [("customer_id", "order_date", "amount"), ("Zoë", "2026-01-31", "10.50"), ("00002", "2026-02-01", "2.00")]


def text(delimiter=",", end="\n"):
    return end.join(delimiter.join(row) for row in ROWS) + end


def write(folder, content, name="orders.csv"):
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def facts(imported):
    return [(row["customer_id"], str(row["ordered_at"].date()), row["amount"]) for row in imported.table.to_pylist()]


EXPECTED = [("Zoë", "2026-01-31", 10.5), ("00002", "2026-02-01", 2.0)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end_gives_the_same_rows(tmp_path, delimiter, end):
    assert facts(import_table([write(tmp_path, text(delimiter, end))])) == EXPECTED


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (text().encode("utf-8"), "utf-8"),
        (text().encode("utf-8-sig"), "utf-8 with BOM"),
        (text().encode("cp1252"), "cp1252"),
        (codecs.BOM_UTF16_LE + text("\t").encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + text("\t").encode("utf-16-be"), "utf-16"),
        (text().encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_encodings_are_recognised(tmp_path, content, named):
    imported = import_table([write(tmp_path, content)])
    assert facts(imported) == EXPECTED
    assert imported.inspection.dialect.encoding == named


@pytest.mark.parametrize(
    ("encoding", "line"),
    [
        ("cp932", "日付,店舗,売上\n2026-04-01,新宿店,カテゴリ\n"),
        ("gb18030", "日期,客户,金额\n2026-01-01,张三,12\n"),
        ("cp949", "날짜,고객,금액\n2026-01-01,홍길동,1\n"),
        ("cp1251", "дата,клиент,сумма\n2026-01-01,Анна Петрова,1\n"),
        ("cp1250", "data,klient,kwota\n2026-01-01,Żółć Świętosława,1\n"),
    ],
)
def test_letters_of_other_alphabets_survive(tmp_path, encoding, line):
    names = [column.name for column in inspect([write(tmp_path, line.encode(encoding))]).columns]
    assert names == line.splitlines()[0].split(",")


def test_columns_aligned_by_blanks_have_their_header_found(tmp_path):
    lines = " customer_id  date n_cds  dollar_value \r\n 00001 19970101  1   11.77\r\n 00002 19970112  5   77.00\r\n"
    imported = import_table([write(tmp_path, lines, "CD.txt")])
    assert facts(imported) == [("00001", "1997-01-01", 11.77), ("00002", "1997-01-12", 77.0)]


def test_file_without_header_gets_numbered_columns_and_roles_by_content(tmp_path):
    lines = "".join(f" {i // 2:05d} {i // 2:04d} 199701{i + 1:02d} {i % 3 + 1} {i}.5{i}\n" for i in range(1, 9))
    imported = import_table([write(tmp_path, lines, "sample.txt")])
    assert imported.inspection.dialect.has_header is False
    assert imported.mapping.columns == {
        "customer_id": "column_1",
        "ordered_at": "column_3",
        "amount": "column_5",
        "quantity": "column_4",
    }
    assert imported.rows_kept == 8


def test_title_and_comment_lines_above_the_table_are_skipped(tmp_path):
    imported = import_table([write(tmp_path, '# exported\nSales report\n"Jan 1, 2026 - Feb 1, 2026"\n\n' + text())])
    assert facts(imported) == EXPECTED
    assert imported.rows_read == 2
    assert "4 line(s) above the table skipped" in imported.inspection.dialect.summary


def test_header_may_lack_the_delimiter_that_ends_each_data_line(tmp_path):
    imported = import_table([write(tmp_path, "customer_id,order_date,amount\na,2026-01-31,1,\nb,2026-01-31,2,\n")])
    assert [row[2] for row in facts(imported)] == [1.0, 2.0]


def test_quoted_newlines_stay_inside_their_cell(tmp_path):
    lines = 'customer_id,order_date,amount,product\na,2026-01-31,1,"two\nlines"\nb,2026-01-31,2,"5"" disk"\n'
    imported = import_table([write(tmp_path, lines)])
    assert imported.rows_read == 2
    assert imported.table["product"].to_pylist() == ["two\nlines", '5" disk']


def test_short_lines_are_filled_and_long_lines_set_aside(tmp_path):
    lines = "customer_id,order_date,amount,channel\na,2026-01-31,1,web\nb,2026-01-31,2\nc,2026-01-31,3,web,oops\n"
    imported = import_table([write(tmp_path, lines)])
    assert (imported.rows_read, imported.rows_kept) == (3, 2)
    assert imported.table["channel"].to_pylist() == ["web", None]
    assert imported.set_aside.to_pylist() == [
        {
            "row": 3,
            "reason": "more cells than the header",
            "customer_id": "c",
            "order_date": "2026-01-31",
            "amount": "3",
            "channel": "web,oops",
        }
    ]


def test_unclosed_quotation_mark_costs_one_line_not_the_rest_of_the_file(tmp_path):
    rest = "".join(f"c{i},2026-01-31,{i}\n" for i in range(300))
    imported = import_table([write(tmp_path, 'customer_id,order_date,amount\n"a,2026-01-31,1\n' + rest)])
    assert (imported.rows_read, imported.rows_kept) == (301, 300)
    assert imported.set_aside["reason"].to_pylist() == ["quotation mark never closed"]
    assert imported.set_aside["row"].to_pylist() == [1]


def test_repeated_and_blank_headers_become_distinct_names(tmp_path):
    inspection = inspect([write(tmp_path, "customer_id,date,date,\na,2026-01-31,2026-01-30,x\n")])
    assert [column.name for column in inspection.columns] == ["customer_id", "date", "date_2", "column_4"]


def test_compressed_files_open(tmp_path):
    gz = write(tmp_path, gzip.compress(text().encode()), "orders.csv.gz")
    archive = tmp_path / "orders.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("orders.csv", text())
        out.writestr("__MACOSX/orders.csv", "junk")
    assert facts(import_table([gz])) == facts(import_table([archive])) == EXPECTED


def test_workbook_and_parquet_give_the_same_rows(tmp_path):
    frame = pd.DataFrame(ROWS[1:], columns=ROWS[0])
    frame.to_excel(tmp_path / "orders.xlsx", index=False)
    frame.assign(amount=frame["amount"].astype(float)).to_parquet(tmp_path / "orders.parquet")
    for name in ("orders.xlsx", "orders.parquet"):
        assert facts(import_table([tmp_path / name])) == EXPECTED


def test_workbook_with_real_dates_and_numbers_is_read(tmp_path):
    frame = pd.DataFrame({"customer_id": ["a"], "order_date": [pd.Timestamp("2026-01-31 10:15")], "amount": [10.5]})
    frame.to_excel(tmp_path / "orders.xlsx", index=False)
    imported = import_table([tmp_path / "orders.xlsx"])
    assert str(imported.table["ordered_at"][0].as_py()) == "2026-01-31 10:15:00"


def test_several_files_of_one_shape_are_one_history(tmp_path):
    first = write(tmp_path, text(), "a.csv")
    second = write(tmp_path, "amount;customer_id;order_date\n3.00;c;2026-03-01\n", "b.csv")
    imported = import_table([first, second])
    assert facts(imported) == [*EXPECTED, ("c", "2026-03-01", 3.0)]
    assert imported.inspection.file_name == "a.csv, b.csv"


def test_files_of_different_shape_are_refused(tmp_path):
    first = write(tmp_path, text(), "a.csv")
    second = write(tmp_path, "customer_id,order_date,price\nc,2026-03-01,3\n", "b.csv")
    with pytest.raises(
        MappingError, match=r"'b.csv' has other columns than the first file(.|\n)*missing: amount; extra: price"
    ):
        import_table([first, second])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \n\n", "holds no table"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "no table that can be read"),
        (b"\x00\x01\x02\x03" * 500, "no table that can be read"),
        (b"customer_id,order_date,amount\n", "has a header but no data rows"),
        (b"PK\x03\x04 not really a zip", "damaged"),
        (b"\x1f\x8b not really gzip", "damaged"),
        (b"PAR1 not really parquet", "holds no table"),
    ],
)
def test_unusable_files_are_refused_with_a_way_out(tmp_path, content, message):
    with pytest.raises(InputError, match=message) as caught:
        import_table([write(tmp_path, content)])
    assert caught.value.where == "orders.csv"
    assert all((caught.value.found, caught.value.allowed, caught.value.next_step))


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"'nowhere.csv' cannot be opened"):
        import_table([tmp_path / "nowhere.csv"])


def test_archive_that_expands_beyond_the_limit_is_refused(tmp_path):
    path = write(tmp_path, gzip.compress(b"a" * 10_000), "bomb.csv.gz")
    with pytest.raises(InputError, match=r"too big once expanded(.|\n)*more than 1,000 bytes"):
        unpack(path, tmp_path, limit=1_000)


def test_names_and_paths_with_quotes_cannot_break_a_query(tmp_path):
    folder = tmp_path / 'it\'s "here"'
    folder.mkdir()
    lines = 'customer\'; drop table source; --,order_date,"a""mount"\na,2026-01-31,1\n'
    imported = import_table([write(folder, lines, "o'rders.csv")])
    assert imported.rows_kept == 1
    assert imported.mapping.columns["customer_id"] == "customer'; drop table source; --"


def test_nothing_is_left_behind_in_the_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    import_table([write(tmp_path, gzip.compress(text().encode("cp1252")), "orders.csv.gz")])
    assert list(Path(tmp_path / "tmp").iterdir()) == []


def read_rows(imported):
    return [(row["customer_id"], row["amount"]) for row in imported.table.to_pylist()]


TWO = [("a", 1.0), ("b", 2.0)]


@pytest.mark.parametrize(
    ("above", "preamble"),
    [
        ("sep=;\n", ("sep=",)),
        ("Orders export;;\n", ("Orders export",)),
        ("Orders;2026-01-01;2026-02-01\n\n", ("Orders;2026-01-01;2026-02-01", "")),
        (
            "Shop;Zoo\nFrom;2026-01-01\nTo;2026-02-01\nRows;2\n",
            ("Shop;Zoo", "From;2026-01-01", "To;2026-02-01", "Rows;2"),
        ),
        ('"Report\nof two lines"\n', ("Report\nof two lines",)),
        ('say "hi; there\n', ('say "hi; there',)),
        ('"never closed\n', ('"never closed',)),
        ("\n \n\n", ("", "", "")),
    ],
)
def test_lines_above_the_table_are_kept_and_not_read_as_rows(tmp_path, above, preamble):
    rows = "customer_id;order_date;amount\na;2026-01-31;1\nb;2026-01-31;2\n"
    imported = import_table([write(tmp_path, above + rows)])
    assert read_rows(imported) == TWO
    assert imported.rows_read == 2
    assert imported.inspection.dialect.preamble == preamble


def test_twenty_lines_of_three_hundred_characters_are_kept_of_what_stands_above(tmp_path):
    above = "".join(f"# note {i} {'x' * 400}\n" for i in range(30))
    preamble = import_table([write(tmp_path, above + text())]).inspection.dialect.preamble
    assert len(preamble) == 20
    assert {len(line) for line in preamble} == {300}


def test_header_is_the_line_with_known_names_whatever_stands_above(tmp_path):
    lines = "Who,When,What,How\nName,Order Date,Total,Channel\na,2026-01-31,1,web\n"
    inspection = inspect([write(tmp_path, lines)])
    assert [column.name for column in inspection.columns] == ["Name", "Order Date", "Total", "Channel"]


def test_words_in_data_rows_do_not_make_them_headers(tmp_path):
    lines = "".join(f"c{i},2026-01-{i + 10},5,email,date\n" for i in range(9))
    inspection = inspect([write(tmp_path, lines)])
    assert (inspection.dialect.has_header, inspection.n_rows) == (False, 9)


@pytest.mark.parametrize("extra", ["", "c,2026-02-01\n"])  # a short line has the whole file read line by line
def test_header_that_is_repeated_inside_the_file_is_set_aside(tmp_path, extra):
    rows = "customer_id,order_date,amount\na,2026-01-31,1\n"
    imported = import_table([write(tmp_path, rows + rows.replace("a,", "b,").replace(",1", ",2") + extra)])
    assert read_rows(imported)[:2] == TWO
    assert imported.set_aside["reason"].to_pylist()[0] == "the header again"
    assert imported.set_aside["row"].to_pylist()[0] == 2


def test_line_ends_may_change_half_way(tmp_path):
    lines = b"customer_id,order_date,amount\r\na,2026-01-31,1\nb,2026-01-31,2\r"
    assert read_rows(import_table([write(tmp_path, lines)])) == TWO


def test_header_cells_are_trimmed_and_may_hold_a_line_end(tmp_path):
    lines = 'customer_id , "order\ndate",  amount\na,2026-01-31,1\nb,2026-01-31,2\n'
    inspection = inspect([write(tmp_path, lines)])
    assert [column.name for column in inspection.columns] == ["customer_id", "order\ndate", "amount"]
    assert inspection.n_rows == 2


@pytest.mark.parametrize(
    ("cell", "product"),
    [
        ('"5\\" disk, black"', '5" disk, black'),
        ('"5" disk, black"', '5" disk, black'),
        ('5" disk', '5" disk'),
        ('"C:\\dir\\"', "C:\\dir\\"),
        (' "disk, black"', "disk, black"),
        ('"5"" disk"', '5" disk'),
    ],
)
def test_marks_inside_cells_are_read_as_they_were_meant(tmp_path, cell, product):
    lines = f"customer_id,product,order_date,amount\na,{cell},2026-01-31,1\nb,,2026-01-31,2\n"
    imported = import_table([write(tmp_path, lines)])
    assert read_rows(imported) == TWO
    assert imported.table["product"].to_pylist() == [product, None]


def test_cells_between_apostrophes_are_read(tmp_path):
    lines = "'customer_id','order_date','amount'\n'a','2026-01-31','1'\n'O''Neil, Ann','2026-01-31','2'\n"
    assert read_rows(import_table([write(tmp_path, lines)])) == [("a", 1.0), ("O'Neil, Ann", 2.0)]


def test_lines_that_end_in_a_delimiter_give_a_column_without_name(tmp_path):
    inspection = inspect([write(tmp_path, "customer_id,order_date,amount,\na,2026-01-31,1,\n")])
    assert [column.name for column in inspection.columns] == ["customer_id", "order_date", "amount", "column_4"]
