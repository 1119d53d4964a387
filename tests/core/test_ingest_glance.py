"""What a glance claims of cells is so: held to the slow readings of the same cells, however they come in pieces."""

import re

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clm_core.ingest import import_table
from clm_core.ingest.reading import distinct
from clm_core.ingest.reading.values import PLAIN_ID
from clm_core.ingest.splitting.glance import glance_at
from clm_core.ingest.workspace import open_workspace

NUMBERS = [
    "1e5",
    "1.",
    ".5",
    "-0",
    "+5",
    "1e400",
    "nan",
    "-inf",
    "infinity",
    "0x10",
    "1_000",
    "1,5",
    "12 ",
    " 12",
    "1e-400",
    "٣",
]
cells = st.one_of(
    st.none(),
    st.integers(-5, 10**14).map(str),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.sampled_from(
        [
            *NUMBERS,
            "#1001",
            "A-7",
            "-",
            "#",
            "n/a",
            "ann@x.com",
            "Ann@x.com",
            "a@",
            "@a",
            "a@b@c",
            "e+1@x",
            "1.0",
            "1.2e+3",
            "Świeca",
            "a" * 400,
            "9" * 400,
        ]
    ),
    st.text(min_size=1, max_size=5),
)
columns = st.lists(st.lists(cells, min_size=1, max_size=90), min_size=1, max_size=4)


def glance_over(pieces):
    first, *others = (glance_at(pa.array(piece, pa.string())) for piece in pieces)
    for other in others:
        first = first.above(other)
    return first


@pytest.fixture(scope="module")
def finite():
    """The number that a cell is for the slow reading of numbers, None where it is none."""
    with open_workspace() as workspace:
        read = "select finite(x) from (select unnest($cells) as x)"
        yield lambda cells: [value for (value,) in workspace.con.execute(read, {"cells": cells}).fetchall()]


@pytest.fixture(scope="module")
def read_id():
    """What a cell says as an id for the slow reading of ids."""
    with open_workspace() as workspace:
        read = "select written_out(id_of(known(x))) from (select unnest($cells) as x)"
        yield lambda cells: [value for (value,) in workspace.con.execute(read, {"cells": cells}).fetchall()]


@given(pieces=columns)
@example(pieces=[[number] for number in NUMBERS])
@example(pieces=[["1", "2", None]])
@example(pieces=[["ann@x.com", None, "b-1@y.org"], ["c@z"]])
def test_no_claim_is_false(finite, read_id, pieces):
    glance = glance_over(pieces)
    column = [cell for piece in pieces for cell in piece]
    known = [cell for cell in column if cell is not None]
    assert glance.n_missing == len(column) - len(known)
    if glance.are_plain_ids:
        assert all(re.fullmatch(PLAIN_ID, cell) for cell in known)
        assert not known or read_id(known) == known
    if known and glance.bound < 1e12:
        assert all(number is not None and abs(number) <= glance.bound for number in finite(known))
    if glance.all_differ:
        assert len(set(column)) == len(column) == len(known)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_bound_is_claimed_only_of_what_the_slow_reading_calls_a_number(finite, number):
    (read,) = finite([number])
    assert glance_over([[number]]).bound == float("inf") or abs(read) < float("inf")


@given(
    start=st.integers(0, 10**6), steps=st.lists(st.integers(1, 500), min_size=1, max_size=200), cut=st.integers(1, 200)
)
def test_numbers_of_orders_that_rise_or_fall_are_seen_to_differ(start, steps, cut):
    numbers = [start]
    for step in steps:
        numbers.append(numbers[-1] + step)
    for column in ([f"#{n}" for n in numbers], [str(n) for n in reversed(numbers)]):
        pieces = [column[at : at + cut] for at in range(0, len(column), cut)]
        glance = glance_over(pieces)
        assert glance.all_differ
        assert glance.are_plain_ids
        assert glance.n_missing == 0


def test_addresses_in_small_letters_stand_for_themselves():
    assert glance_over([["ann@x.com", None], ["b-1@y.org"]]).are_plain_ids
    for other in ("Ann@x.com", "a@", "@a", "a@b@c", "<a@b>", "1.0"):
        assert not glance_over([["ann@x.com"], [other]]).are_plain_ids
        assert not glance_over([["ann@x.com", other]]).are_plain_ids


@given(cell=st.from_regex(PLAIN_ID, fullmatch=True, alphabet=st.characters(max_codepoint=127)))
def test_what_is_called_a_plain_id_stands_for_itself(read_id, cell):
    assert read_id([cell]) == [cell]


def test_amounts_are_bounded_by_the_largest():
    glance = glance_over([["9.99", "-120.50"], [None, "3"]])
    assert (glance.bound, glance.n_missing, glance.are_plain_ids, glance.all_differ) == (120.5, 1, False, False)


def test_a_number_that_comes_back_much_later_is_seen_to_come_back():
    rising = [str(1000 + i) for i in range(300)]
    assert not glance_over([[*rising, "1000"]]).all_differ
    assert not glance_over([rising, ["1299", "1300"]]).all_differ


def test_a_large_file_with_an_order_a_row_keeps_its_order_and_its_facts(tmp_path, monkeypatch):
    monkeypatch.setattr(distinct, "MANY_ROWS", 100)
    rows = [f"{1000 + i},c{i % 40},2026-{1 + i * 7 % 12:02}-01,{i}.50" for i in range(400)]
    path = tmp_path / "orders.csv"
    path.write_text("order_id,customer_id,date,amount\n" + "\n".join(rows) + "\n")
    found = import_table([path])
    assert found.table["order_id"].to_pylist() == [str(1000 + i) for i in range(400)]
    assert sum(found.table["amount"].to_pylist()) == sum(range(400)) + 200
    assert found.issues == ()


def test_a_customer_who_dominates_a_large_file_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(distinct, "MANY_ROWS", 100)
    rows = [f"{1000 + i},{'guest1' if i % 4 == 0 else f'c{i}'},2026-03-{1 + i % 28:02},5.00" for i in range(400)]
    path = tmp_path / "orders.csv"
    path.write_text("order_id,customer_id,date,amount\n" + "\n".join(rows) + "\n")
    (issue,) = [issue for issue in import_table([path]).issues if issue.code == "one_customer_dominates"]
    assert issue.message.startswith("Customer 'guest1' holds 100 of 400 orders")
