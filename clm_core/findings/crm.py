"""Another system's stages beside ours."""

from __future__ import annotations

from clm_core.crm_stages import CrmComparison
from clm_core.findings.finding import Finding
from clm_core.wording import SMALL_GROUP, count, interval, percent


def does_the_crm_agree(found: CrmComparison) -> Finding:
    """The share of those with a CRM stage whom we put where it says, and how many it keeps as customers who are lost here."""
    if found.agreement.empty:
        says = "Nobody with a CRM stage of a known meaning is known here on the day."
        return Finding(
            "Nothing to compare yet", says, "Say below which of our stages agree with each stage of the CRM."
        )
    now = found.agreement.iloc[-1]
    says = (
        f"{interval(float(now['share']), float(now['low']), float(now['high']))} of "
        f"{count(int(now['n_customers']), 'person', 'people')} with a CRM stage are where the CRM says."
    )
    if int(now["n_customers"]) < SMALL_GROUP:
        says += f" Fewer than {SMALL_GROUP} people: read it with care."
    if not found.n_called_customers:
        return Finding(says.rstrip("."), says, "Ask why the others differ: the table shows where they sit.")
    lost = (
        f"Of {found.n_called_customers:,} whom the CRM calls customers, {found.n_high_water:,} "
        f"({percent(found.n_high_water / found.n_called_customers)}) are off the path by what they do."
    )
    title = f"{found.n_high_water:,} of {found.n_called_customers:,} customers of the CRM have left the path"
    return Finding(
        title, f"{lost} {says}", "A stage once reached stays in most CRMs: sort these people by what they do."
    )
