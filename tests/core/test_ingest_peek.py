"""A look at the beginning tells what a look at the whole tells, and costs no more for a longer file."""

import gzip

import pytest

from clm_core.errors import InputError
from clm_core.ingest.recognising.inspection import inspect
from clm_core.ingest.recognising.peek import BEGINNING_BYTES, peek

HEADER = "Order number,E-mail,Order date,Amount,Überschrift\n"


def written(path, n_rows, encoding="utf-8"):
    rows = "".join(f"A{i},c{i % 97}@example.com,2025-01-{i % 28 + 1:02},{i % 50}.50,Äpfel\n" for i in range(n_rows))
    path.write_bytes((HEADER + rows).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_beginning_of_a_long_file_tells_the_same_export_and_columns(tmp_path, encoding):
    path = written(tmp_path / "orders.csv", 20_000, encoding)
    assert path.stat().st_size > 2 * BEGINNING_BYTES
    seen, whole = peek(path), inspect([path])
    assert (seen.kind, seen.preset, seen.guess.mapping) == (whole.kind, whole.preset, whole.guess.mapping)
    assert (seen.dialect, seen.file_name) == (whole.dialect, "orders.csv")
    assert 0 < seen.n_rows < whole.n_rows == 20_000


def test_a_short_file_and_a_compressed_one_are_seen_whole(tmp_path):
    assert peek(written(tmp_path / "short.csv", 10)).n_rows == 10
    (tmp_path / "long.csv.gz").write_bytes(gzip.compress(written(tmp_path / "long.csv", 20_000).read_bytes()))
    assert peek(tmp_path / "long.csv.gz").n_rows == 20_000


def test_what_is_no_table_is_refused(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"")
    with pytest.raises(InputError, match="empty"):
        peek(tmp_path / "x.csv")
    with pytest.raises(InputError, match="cannot be opened"):
        peek(tmp_path / "nothing.csv")
