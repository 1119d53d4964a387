"""When has a customer gone quiet for too long?"""

import streamlit as st

from clm_core import charts, findings
from clm_core.frameworks import silence_frameworks
from clm_core.rhythm import BY_OWN_RHYTHM, limits_for, rule_sets_of
from clm_core.sensitivity import ROLE_NAMES, role_changes
from clm_core.tables import to_date
from clm_core.wording import count, long_day, percent, signed
from pages.ui import cached, drafting, figures, frame, handles, inputs, messages

YOURS = "Your rules"

workspace = frame.begin(
    "When has a customer gone quiet for too long?",
    "This page reads from your orders how soon customers return, proposes after how many days of silence they are at risk "
    "and lost, and shows what follows when you move these limits.",
)
as_of = inputs.as_of()
shipped, rhythm = inputs.original(), cached.rhythm(as_of)
handles.take_drag(rhythm.curve)
today, theme = long_day(to_date(workspace.as_of_day)), figures.theme()
proposal, curve = rhythm.proposal, rhythm.curve

found = findings.when_silence_is_too_long(proposal, curve)
st.markdown(f"### {messages.plain(found.says)}")
if rhythm.refusal:
    messages.show_error(rhythm.refusal, first="No limits are proposed for these orders.")
elif proposal.reason:
    st.info(messages.plain(proposal.reason), icon=":material/info:")
subtitle = f"Share of orders followed by another, by days since; {count(curve.n_gaps, 'gap')} up to {today}"
handles.show(rhythm, found.title, subtitle)
messages.show_next(found)
st.caption("Drag the upright lines of the curve, or use these. Your limits hold on every page.")
inputs.ask_limits()
handles.offer(limits_for(shipped, proposal) if proposal else {})

framework = inputs.framework()
presets = {preset.name: preset for preset in silence_frameworks()}
as_begun = f"As {inputs.beginning(shipped)}"
before = {as_begun: shipped} if framework != shipped else {}
sets = {YOURS: framework, **before, **rule_sets_of(rhythm, framework), **presets}
strip = cached.rule_sets(as_of, sets)
changes = role_changes(strip, YOURS, as_begun if before else YOURS)
for column, row in zip(st.columns(3), changes.itertuples(), strict=False):
    column.metric(
        ROLE_NAMES[row.role],
        f"{row.n_customers:,}",
        f"{signed(int(row.change))} against the {inputs.beginning(shipped)} limits",
        delta_color="off",
        delta_arrow="off",
        help=f"{percent(row.share)} of all known on {today}, under {framework.name} with your limits.",
    )

st.header("What would other rules say of the same people?", anchor=False)
found = findings.how_rule_sets_differ(strip, list(presets), YOURS)
n_known = int(changes["n_customers"].sum())
subtitle = f"Share of all known on {today}, n = {n_known:,}, by rule set. Your rules: {framework.name}"
picture = charts.rule_set_strip(strip, title=found.title, subtitle=subtitle, theme=theme)
figures.show(picture, found.title, subtitle, strip, "rule_sets")
messages.show_finding(found)

st.header("How much hangs on each limit?", anchor=False)
moved = cached.moved_limits(as_of, framework)
found = findings.what_hangs_on_limits(moved)
subtitle = f"People who change stage on {today} when one limit moves and the others stay"
picture = charts.limit_moves(moved, title=found.title, subtitle=subtitle, theme=theme)
figures.show(picture, found.title, subtitle, moved, "limit_moves")
messages.show_finding(found)

st.header("Late for this customer?", anchor=False)
if BY_OWN_RHYTHM in sets:
    n_differ = cached.comparison(as_of, framework, sets[BY_OWN_RHYTHM]).n_differ
    found = findings.what_own_rhythm_says(rhythm.own, *cached.customers_with_rhythm(as_of), n_differ)
    messages.show_finding(found)
    st.button(
        "Use each customer's own rhythm",
        on_click=inputs.take,
        args=(sets[BY_OWN_RHYTHM], "went by each customer's own rhythm"),
        icon=":material/person_play:",
        help="Your rules on silence are told twice: by the usual gap, and in days for those without one.",
    )
elif rhythm.own:
    st.markdown("Your rules go by each customer's own rhythm; the limits in days decide for those who have none yet.")
    drafting.show_steps()
elif rhythm.own_refusal:
    messages.show_error(rhythm.own_refusal, first="No limits by the customer's own rhythm.")
left, right = st.columns(2)
left.page_link(frame.RULES_PAGE, label="See and change the rules behind the stages", icon=":material/tune:")
right.page_link(frame.COMPARE_PAGE, label="See who would change stage", icon=":material/compare:")

figures.how_made(
    "limits",
    [
        ("Rule", f"{framework.name}: silence is the days since the last order. The presets go by days alone."),
        (
            "Formula",
            "Kaplan–Meier: F(t) is the share of orders followed by another within t days; silences still open count as "
            "long as they were followed. At risk: the first day with F(t) ≥ 80 % of F at the curve's end; lost: 95 %.",
        ),
        ("Intervals", "95 %, from drawing groups of customers anew 400 times; the band is Greenwood's."),
        (
            "Own rhythm",
            "The same with t in usual gaps, the mean of the customer's gaps before, followed for 20 of them; a rule on gap_ratio.",
        ),
        ("Window", f"Every order up to {today}; the curve ends where fewer than 30 silences are followed."),
        ("Rows", f"{count(curve.n_gaps, 'gap')} between orders; {count(curve.n_censored, 'silence')} still open."),
        ("Source", "Kaplan and Meier (1958); Maller and Zhou (1992) for those who never return."),
    ],
)
