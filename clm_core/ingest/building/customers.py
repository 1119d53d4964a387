"""Text rows to customers: one row each, every other column kept as a trait."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from clm_core import columns as c
from clm_core.errors import Issue
from clm_core.ingest.building.built import NO_CUSTOMER, Built, check_any_kept, checked, reason_issues, zone_issues
from clm_core.ingest.building.reasons import judge
from clm_core.ingest.building.stage_history import build_stage_history, stage_columns
from clm_core.ingest.mapping import Mapping
from clm_core.ingest.query import arrow, literal
from clm_core.ingest.reading.cells import Cells
from clm_core.ingest.reading.values import number
from clm_core.ingest.splitting.dialect import column_names
from clm_core.ingest.splitting.read import Source
from clm_core.tables import CUSTOMERS
from clm_core.wording import count as counted

_FIXED = (c.CUSTOMER_ID, c.CREATED_AT, c.DAY)
_NUMBER_SHARE = 0.95
_CODE = r"^\s*('|[+]\s*[0-9]|0[0-9]+\s*$|[0-9]{16,}\s*$)"


def build_customers(con: Any, source: Source, mapping: Mapping) -> Built:
    """Build the customers table from ``source``, and the history of stages where it tells one; leave ``judged`` behind."""
    cells = Cells(con, source, mapping, "customers")
    con.execute(
        f"""create temp table people as select s.rowid + 1 as row, s.problem as problem,
            {cells.value(c.CUSTOMER_ID)} as customer_id, {cells.value(c.CREATED_AT)} as created_at from {cells.rows}"""
    )
    judge(con, "people", f"coalesce(problem, case when customer_id is null then {literal(NO_CUSTOMER)} end)")
    check_any_kept(con, source)
    stages = stage_columns(source, mapping)
    traits = [i for i in _traits(source, mapping) if i not in stages]
    numeric = _numeric(con, traits, mapping.decimal)
    firsts = "".join(
        f", arg_min({value}, row) filter (where {value} is not null) as t{i}"
        for i, value in _trait_places(traits, numeric).items()
    )
    table = arrow(
        con,
        f"""select customer_id, created_at, date_diff('day', date '1970-01-01', created_at::date)::int as day
            {"".join(f", t{i}" for i in traits)}
        from (select customer_id, arg_min(created_at, row) filter (where created_at is not null) as created_at {firsts}
              from ({_trait_cells(traits, numeric, mapping.decimal)}) group by customer_id)
        order by customer_id""",
    )
    named = table.rename_columns([*_FIXED, *trait_names([source.names[i] for i in traits])])
    issues = [*reason_issues(con, cells, {}), *_date_issues(cells), *_duplicate_issues(con)]
    issues += zone_issues(con, cells, c.CREATED_AT)
    issues += _lost_numbers(con, source, numeric, mapping.decimal)
    history, stage_issues = build_stage_history(con, source, mapping, stages)
    return Built(checked(named, CUSTOMERS), (*issues, *stage_issues), stage_history=history)


def trait_names(names: list[str]) -> list[str]:
    """Column names in snake_case, distinct, and never that of a column every customers table has."""
    cleaned = []
    for name in names:
        spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
        snake = re.sub(r"\W+|_+", "_", spaced).strip("_").lower() or "trait"
        cleaned.append(f"trait_{snake}" if snake in _FIXED else snake)
    return list(column_names(cleaned))


def _traits(source: Source, mapping: Mapping) -> list[int]:
    used = set(mapping.columns.values())
    return [i for i, name in enumerate(source.names) if name not in used]


# A reading written out for each of eighty columns takes the planner seconds, so each is written once: over the cells as
# rows where they are counted, over the cells as a list where they are kept.


def _as_rows(traits: Iterable[int]) -> str:
    """The filled cells of some columns, one a row: ``i`` (the column), ``raw``, and ``x`` without what says nothing."""
    columns = ", ".join(f"c{i}" for i in traits)
    return f"""(select i, raw, x from (select name[2:]::int as i, raw, known(raw) as x
        from (unpivot (select {columns} from source where problem is null) on {columns} into name name value raw))
        where x is not null)"""


def _numeric(con: Any, traits: list[int], decimal: str) -> dict[int, int]:
    """Traits of which nearly all cells are numbers, each with how many are not.

    A leading zero, plus or apostrophe, or more digits than a number can hold, say that the digits are a code or a
    telephone number, which must stay as written.
    """
    if not traits:
        return {}
    rows = con.execute(
        f"""select i, sum(n)::bigint, coalesce(sum(n) filter ({number("x", decimal)} is not null), 0)::bigint,
            count(*) filter (regexp_matches(raw, {literal(_CODE)}))
        from (select i, raw, x, count(*) as n from {_as_rows(traits)} group by all) group by i order by i"""
    ).fetchall()
    return {i: n - fits for i, n, fits, n_codes in rows if not n_codes and fits >= _NUMBER_SHARE * n}


def _trait_places(traits: list[int], numeric: dict[int, int]) -> dict[int, str]:
    """Where each trait stands in the two lists that :func:`_trait_cells` gives."""
    texts = [i for i in traits if i not in numeric]
    places = {i: f"texts[{place}]" for place, i in enumerate(texts, 1)}
    places |= {i: f"numbers[{place}]" for place, i in enumerate(numeric, 1)}
    return {i: places[i] for i in traits}


def _trait_cells(traits: list[int], numeric: dict[int, int], decimal: str) -> str:
    """SQL for the kept rows: customer, sign-up, and the traits as a list of texts and a list of numbers."""
    texts = ", ".join(f"s.c{i}" for i in traits if i not in numeric)
    numbers = ", ".join(f"s.c{i}" for i in numeric)
    return f"""select j.customer_id, j.created_at, j.row,
        list_transform([{texts}]::varchar[], lambda x: cell(x)) as texts,
        list_transform(list_transform([{numbers}]::varchar[], lambda x: known(x)), lambda x: {number("x", decimal)}) as numbers
    from judged j join source s on s.rowid + 1 = j.row where j.reason is null"""


def _date_issues(cells: Cells) -> list[Issue]:
    n, examples = cells.unreadable(c.CREATED_AT)
    message = f"{counted(n, 'row')} kept without '{c.CREATED_AT}': the date is not readable."
    return [Issue("warning", "date_not_readable", message, n, examples)] if n else []


def _duplicate_issues(con: Any) -> list[Issue]:
    rows = con.execute(
        "select customer_id, count(*) from judged where reason is null group by 1 having count(*) > 1 order by 1"
    ).fetchall()
    n = sum(count - 1 for _, count in rows)
    message = f"{counted(len(rows), 'customer')} on several rows: the first filled cells were taken."
    examples = tuple(str(customer) for customer, _ in rows[:5])
    return [Issue("warning", "duplicate_customers", message, n, examples)] if rows else []


def _lost_numbers(con: Any, source: Source, numeric: dict[int, int], decimal: str) -> list[Issue]:
    lost = [i for i, n in numeric.items() if n]
    if not lost:
        return []
    rows = con.execute(
        f"""select i, list(distinct raw order by raw)[:5] from {_as_rows(lost)}
        where {number("x", decimal)} is null group by i order by i"""
    ).fetchall()
    issues = []
    for i, examples in rows:
        message = f"{counted(numeric[i], 'cell')} of '{source.names[i]}' left out: not a number."
        issues.append(Issue("warning", "number_not_readable", message, numeric[i], tuple(examples)))
    return issues
