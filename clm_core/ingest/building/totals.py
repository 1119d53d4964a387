"""Rows that repeat the sum of the others: reports end or begin with them, and counting them would count everything twice."""

from __future__ import annotations

from collections.abc import Iterable

from clm_core.ingest.query import literal

TOTAL_ROW = "total row"

# a whole cell, in lower case; a campaign called "Total Fitness" is none, "Total: Account" is one
_WORDS = (
    r"(grand |sub[- ]?|overall )?totals?( général| general| generale| ogółem)?|totale|gesamt(summe|ergebnis|betrag)?|"
    r"(end|zwischen)?summe|somme|suma( końcowa| total)?|razem|łącznie|ogółem|итого|всего|общий итог|"
    r"总计|合计|总和|小计|合計|総計|総合計|小計|합계|총계|총합계"
)
_TOTAL = rf"({_WORDS})|(total|gesamt|summe|suma|итого|总计|合计|合計)\s*[:：].*"


def total_row_sql(cells: Iterable[str]) -> str:
    """SQL that is true where one of the cells (expressions of text) says that its row is a total; never null."""
    # one test over a list: a test a column, written out eighty times, takes the planner seconds
    says_total = f"regexp_full_match(lower(known(x)), {literal(_TOTAL)})"
    listed = ", ".join(cells) or "null::varchar"
    return f"coalesce(list_bool_or(list_transform([{listed}], lambda x: {says_total})), false)"
