"""Two rule sets on the same people."""

from __future__ import annotations

from clm_core import columns as c
from clm_core.compare import DIFFERS, STAGE_A, STAGE_B, Comparison
from clm_core.findings.finding import Finding, largest
from clm_core.frameworks import Framework
from clm_core.wording import count, money, percent


def who_sits_differently(compared: Comparison, a: Framework, b: Framework, currency: str) -> Finding:
    """How many sit elsewhere under the other rules, what they have spent, and the largest move among them."""
    n, total = compared.n_differ, compared.n_customers
    if not n:
        says = f"All {count(total, 'person', 'people')} sit the same under {a.name} and {b.name}."
        return Finding("Nobody sits differently", says, "Choose other rules to compare.")
    value = compared.value_differs
    spent = f"; they have spent {money(value, currency)} so far" if value == value else ""
    says = (
        f"{count(n, 'person', 'people')} of {total:,} ({percent(n / max(total, 1))}) {'sits' if n == 1 else 'sit'} "
        f"differently under {b.name} than under {a.name}{spent}."
    )
    top = largest(compared.cells[compared.cells[DIFFERS]])
    origin, goal = stage_name(a, str(top[STAGE_A])), stage_name(b, str(top[STAGE_B]))
    title = f"{count(n, 'person', 'people')} {'sits' if n == 1 else 'sit'} differently"
    next_step = f"Look first at the {int(top[c.N_CUSTOMERS]):,} who go from {origin} to {goal}: would you treat them differently?"
    return Finding(title, says, next_step)


def stage_name(framework: Framework, stage_id: str) -> str:
    """The name of a stage, also of nobody's."""
    return "Unassigned" if stage_id == c.UNASSIGNED else framework.stage(stage_id).name
