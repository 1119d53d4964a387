"""Where is everyone now?"""

from functools import partial

import streamlit as st

from clm_core import charts, findings, metrics
from clm_core.breakdown import groupings
from clm_core.tables import count_orders, to_date
from clm_core.wording import long_day, percent, signed
from pages.ui import behind, cached, figures, frame, inputs, marks, messages

workspace = frame.begin(
    "Where is everyone now?",
    "This page sorts every customer into a lifecycle stage: how many are in each now, who they are, how groups of customers "
    "differ, and how the stages grew.",
)
framework, as_of = inputs.framework(), inputs.as_of()
lifecycle = cached.lifecycle(as_of, framework)
today = long_day(to_date(workspace.as_of_day))
n_people = int(lifecycle.counts["n_customers"].sum())
theme = figures.theme()

now = findings.where_everyone_is(lifecycle.counts, framework)
st.markdown(f"### {messages.plain(now.says)}")
headline = metrics.stage_headline(lifecycle.stock, framework)
for column, row in zip(st.columns(len(headline)), headline.itertuples(), strict=True):
    change = None if row.change != row.change else f"{signed(int(row.change))} since the month before"
    column.metric(
        row.group,
        f"{row.n_customers:,}",
        change,
        delta_color="off",
        delta_arrow="off",
        help=f"{percent(row.share)} of {n_people:,} people known on {today}.",
    )

subtitle = f"People by stage on {today}, n = {n_people:,}, {framework.name}"
chart = charts.stage_bars(lifecycle.counts, framework, title=now.title, subtitle=subtitle, theme=theme, selectable=True)
named = partial(findings.stage_name, framework)
picked = marks.pick(chart, now.title, subtitle, lifecycle.counts, "stages", {"stage": named})
if picked:
    listed = cached.stage_members(as_of, framework, picked["stage"])
    behind.show(listed, f"{named(picked['stage'])} on {today}", workspace, framework, f"stage_{picked['stage']}")
messages.show_next(now)

st.header("How do groups differ?", anchor=False)
ways = {way.name: way.label for way in groupings(workspace.frames)}
way = st.selectbox(
    "Tell people apart by",
    ways,
    format_func=lambda name: ways[name].capitalize(),
    key="grouping",
    persist_state="session",
)
table = cached.stages_by(as_of, framework, way)
differ = findings.how_groups_differ(table, framework, ways[way])
subtitle = f"Share of each group by stage on {today}, by {ways[way]}; each row adds up to 100 %"
chart = charts.group_stage_heat(
    table, framework, label=ways[way].capitalize(), title=differ.title, subtitle=subtitle, theme=theme, selectable=True
)
cell = marks.pick(chart, differ.title, subtitle, table, f"groups_{way}", {"group": str, "stage": named})
if cell:
    listed = cached.stage_members(as_of, framework, cell["stage"], way, cell["group"])
    name = f"{cell['group']} in {named(cell['stage'])} on {today}"
    behind.show(listed, name, workspace, framework, "group_and_stage")
messages.show_finding(differ)

st.header("How did the stages grow?", anchor=False)
measure = st.segmented_control(
    "Show",
    ["n_customers", "share"],
    default="n_customers",
    format_func={"n_customers": "People", "share": "Share of all"}.get,
    key="history_measure",
    bind="query-params",
    required=True,
)
grown = findings.how_it_changed(lifecycle.stock, framework)
subtitle = f"{'Share of people' if measure == 'share' else 'People'} by stage at each month end"
chart = charts.stage_history(
    lifecycle.stock,
    framework,
    measure=measure,
    is_last_partial=workspace.ledger.is_last_partial,
    title=grown.title,
    subtitle=subtitle,
    theme=theme,
)
figures.show(chart, grown.title, subtitle, lifecycle.stock, "history")
messages.show_finding(grown)
left, right = st.columns(2)
left.page_link(frame.MOVEMENT_PAGE, label="See how customers move", icon=":material/swap_horiz:")
right.page_link(frame.RULES_PAGE, label="See and change the rules behind the stages", icon=":material/tune:")

figures.how_made(
    "lifecycle",
    [
        ("Rule", f"{framework.name}: the first rule that holds decides; the page Stage rules shows each in words."),
        ("Share", "People in a stage ÷ all people known; in a group, ÷ all people of the group. Grey: fewer than 30."),
        ("Window", f"{len(workspace.ledger.snapshots)} month ends up to {today}; only rows up to each day count."),
        (
            "Rows",
            f"{n_people:,} people with {count_orders(workspace.dataset.tables.orders, workspace.as_of_day):,} orders up to {today}.",
        ),
        ("Known", "A person is known from the first order or sign-up in the files; earlier history is not seen."),
        ("Source", framework.source),
    ],
)
