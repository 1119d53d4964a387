"""Files made to hurt, or hurt by accident: each is read or refused in bounded time and memory, with what to do."""

import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from clm_core.errors import InputError
from clm_core.exports import to_csv
from clm_core.ingest import import_table
from clm_core.ingest.opening.unpack import unpack

ROOT = Path(__file__).parents[2]
HEADER = b"customer_id,order_date,amount\n"
ROW = b"a,2026-01-31,1\n"
MOST_SECONDS, MOST_MEGABYTES = 10, 400

READER = """
import json, os, resource, sys, time
from pathlib import Path
from clm_core.errors import ClmError
from clm_core.ingest import import_table

def read(path):
    began = time.process_time()
    try:
        result = import_table([path])
        told = {"kept": result.rows_kept, "aside": result.rows_set_aside}
    except ClmError as error:
        told = {"refused": str(error)}
    # the peak of this process alone: what getrusage tells begins with the size of the process that started it
    status = Path("/proc/self/status")
    peak = status.read_text().split("VmHWM:")[1].split()[0] if status.exists() else resource.getrusage(0).ru_maxrss
    return {**told, "seconds": time.process_time() - began, "megabytes": int(peak) / 1024}

for line in sys.stdin:
    if os.fork():
        code = os.wait()[1]
        if code:
            print(json.dumps({"ended": code}), flush=True)
        continue
    resource.setrlimit(resource.RLIMIT_CPU, (100, 100))
    print(json.dumps(read(Path(line.strip()))), flush=True)
    os._exit(0)
"""


@pytest.fixture(scope="module")
def reader():
    """A process that has loaded what reading takes, and reads each file it is told of in a copy of itself."""
    command = [sys.executable, "-c", READER]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


@pytest.fixture
def read_elsewhere(reader):
    """``read_elsewhere(path)``: import a file in a process of its own, so that its processor time and memory can be told."""

    def read(path):
        print(path, file=reader.stdin, flush=True)
        told = json.loads(reader.stdout.readline())
        assert "ended" not in told
        assert told["seconds"] < MOST_SECONDS
        assert told["megabytes"] < MOST_MEGABYTES
        return told

    return read


def zipped(members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return content.getvalue()


def bomb_of_zeros():
    return gzip.compress(bytes(1 << 20), compresslevel=1) * 600


REFUSED = {
    "ten thousand columns": (lambda: b",".join(b"h%d" % i for i in range(10_000)) + b"\n1\n", "10,000 columns"),
    "one name ten thousand times": (lambda: b",".join([b"date"] * 10_000) + b"\n1\n", "10,000 columns"),
    "a line of 50 MB": (lambda: HEADER + ROW + b"x" * 50_000_000, "a line of more than 1,048,576 bytes"),
    "only a line of 50 MB": (lambda: b"x" * 50_000_000, "a line of more than 1,048,576 bytes"),
    "a million blank lines": (lambda: b"\n" * 1_000_000, "only blank lines"),
    "zeros in gz": (bomb_of_zeros, "too big once expanded"),
    "zeros in zip": (lambda: zipped([(f"{i}.csv", bytes(60 << 20)) for i in range(9)]), "too big once expanded"),
    "five thousand members": (lambda: zipped([(f"{i}.csv", HEADER) for i in range(5000)]), "5,000 tables"),
    "gz in gz": (lambda: gzip.compress(gzip.compress(HEADER + ROW)), "a compressed file inside a compressed file"),
    "zip in zip": (lambda: zipped([("inner.zip", zipped([("a.csv", HEADER)]))]), "holds no table"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_export_is_gets_refused_quickly(tmp_path, read_elsewhere, name):
    make, found = REFUSED[name]
    path = tmp_path / "orders.csv"
    path.write_bytes(make())
    assert found in read_elsewhere(path)["refused"]


LONG = b"," + b"x" * 190 + b"\n"
READABLE = {
    "blank lines between rows": (lambda: HEADER + ROW + b"\n" * 1_000_000 + ROW, 2, 0),
    "one mark never closed in 20 MB": (
        lambda: HEADER.replace(b"\n", b",note\n") + b'a,"2026-01-31,1,\n' + ROW.replace(b"\n", LONG) * 100_000,
        100_000,
        1,
    ),
    "a mark never closed in every line": (lambda: HEADER + ROW + b'"a,2026-01-31,1\n' * 150_000, 1, 150_000),
    "marks that stay open for long": (
        lambda: HEADER + (b'a,2026-01-31,"1\n' + ROW * 60) * 5000,
        300_000,
        5000,
    ),
}


@pytest.mark.parametrize("name", READABLE)
def test_what_is_broken_in_places_is_read_in_time_that_grows_with_its_size(tmp_path, read_elsewhere, name):
    make, n_kept, n_aside = READABLE[name]
    path = tmp_path / "orders.csv"
    path.write_bytes(make())
    told = read_elsewhere(path)
    assert (told["kept"], told["aside"]) == (n_kept, n_aside)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
        (b"\xef\xbb\xbf\n  <html xmlns:x='urn'><table><tr><td>1</td></tr></table></html>", "a web page"),
        ("<html><table></table></html>".encode("utf-16"), "a web page"),
        (b"<?xml version='1.0'?><Workbook/>", "an XML document"),
        (b'{"orders": []}', "JSON"),
        (b'[{"id": 1}]', "JSON"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"SQLite format 3\x00" + bytes(100), "an SQLite database"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "a picture"),
        (zipped([("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w/>")]), "a Word document"),
        (zipped([("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", "<o/>")]), "OpenDocument"),
    ],
)  # fmt: skip
def test_files_of_other_kinds_are_named_and_refused(tmp_path, content, found):
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no table that can be read") as caught:
        import_table([path])
    assert found in caught.value.found
    assert caught.value.next_step


def test_names_inside_an_archive_lead_nowhere(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    path = tmp_path / "orders.zip"
    path.write_bytes(zipped([("../../evil.csv", HEADER + ROW), ("/etc/evil.csv", HEADER + ROW)]))
    assert {found.parent for found in unpack(path, folder)} == {folder}
    assert not (tmp_path.parent / "evil.csv").exists()


def test_archive_with_a_password_and_a_download_cut_short_say_so(tmp_path):
    locked = bytearray(zipped([("orders.csv", HEADER + ROW)]))
    directory = locked.index(b"PK\x01\x02")
    locked[6] |= 1
    locked[directory + 8] |= 1
    cases = {
        "locked.zip": (bytes(locked), "password"),
        "cut.csv.gz": (gzip.compress(HEADER + ROW * 99)[:-20], "expanded"),
    }
    for name, (content, found) in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match="damaged or protected") as caught:
            import_table([tmp_path / name])
        assert found in caught.value.found


@pytest.mark.parametrize("kind", ["folder", "pipe", "loop"])
def test_what_is_no_plain_file_is_refused_without_waiting(tmp_path, kind):
    path = tmp_path / "orders.csv"
    {"folder": path.mkdir, "pipe": lambda: os.mkfifo(path), "loop": lambda: path.symlink_to(path)}[kind]()
    with pytest.raises(InputError, match="cannot be opened"):
        import_table([path])


def test_endless_devices_are_refused():
    with pytest.raises(InputError, match=r"cannot be opened(.|\n)*no plain file"):
        import_table([Path("/dev/zero")])


def test_cells_that_look_like_formulas_are_read_as_they_are_and_made_safe_on_the_way_out(tmp_path):
    cells = ["=1+1", "+1", "-1", "@x", "\t=1", "＝1", "＋1"]
    rows = "".join(3 * f'"{cell}",2026-01-31,1,=note\n' + f'"{cell}",never,1,\n' for cell in cells)
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,order_date,amount,=head\n" + rows, encoding="utf-8")
    imported = import_table([path])
    assert set(imported.table["customer_id"].to_pylist()) == {cell.strip() for cell in cells}
    told = to_csv(imported.set_aside.to_pandas())
    assert told.splitlines()[0].endswith(",'=head")
    assert all(f"'{cell}" in told for cell in cells)
    assert imported.rows_set_aside == len(cells)


def test_zero_bytes_are_told_as_a_finding(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(HEADER + b"a\x00\x00,2026-01-31,1\n" * 3)
    imported = import_table([path])
    assert imported.table["customer_id"].to_pylist()[0] == "a"
    assert "Zero bytes were left out of the text: 6." in [issue.message for issue in imported.issues]
