"""Where is everyone now, and how did they get there?"""

import streamlit as st

from clm_core import charts, findings, metrics
from clm_core.tables import count_orders, to_date
from clm_core.wording import long_day, month, percent, signed
from pages.ui import cached, figures, frame, inputs, messages

workspace = frame.begin(
    "Where is everyone now?",
    "This page sorts every customer into a lifecycle stage and follows them from month to month: how many are in each "
    "stage, who arrived, who left.",
)
framework = inputs.framework()
lifecycle = cached.lifecycle(inputs.as_of(), framework)
today = to_date(workspace.as_of_day)
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
        help=f"{percent(row.share)} of {n_people:,} people known on {long_day(today)}.",
    )

subtitle = f"People by stage on {long_day(today)}, n = {n_people:,}, {framework.name}"
figures.show(
    charts.stage_bars(lifecycle.counts, framework, title=now.title, subtitle=subtitle, theme=theme),
    now.title,
    subtitle,
    lifecycle.counts,
    "stages",
)
messages.show_next(now)

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
is_partial = frame.is_month_partial(workspace.as_of_day)
subtitle = f"{'Share of people' if measure == 'share' else 'People'} by stage at each month end"
figures.show(
    charts.stage_history(
        lifecycle.stock,
        framework,
        measure=measure,
        is_last_partial=is_partial,
        title=grown.title,
        subtitle=subtitle,
        theme=theme,
    ),
    grown.title,
    subtitle,
    lifecycle.stock,
    "history",
)
messages.show_finding(grown)

st.header("Who moved where?", anchor=False)
months = sorted(lifecycle.moves["as_of"].unique(), reverse=True)
chosen = st.selectbox(
    "Month", months, format_func=month, key="moves_month", help="From the month end before to this one."
)
moves = metrics.moves_of(lifecycle.moves, chosen)
moved = findings.who_moved(moves, framework)
subtitle = f"People by stage a month before (rows) and on {long_day(chosen)} (columns); % of the row"
figures.show(
    charts.move_matrix(moves, framework, title=moved.title, subtitle=subtitle, theme=theme),
    moved.title,
    subtitle,
    moves,
    "moves",
)
messages.show_finding(moved)
st.header("Who arrived, and who left?", anchor=False)
stages = framework.stage_ids
busiest = stages.index(metrics.busiest_stage(lifecycle.stock))
stage = st.selectbox("Stage", stages, busiest, format_func=lambda name: framework.stage(name).name, key="flow_stage")
flow = findings.who_came_and_went(lifecycle.stock, framework, stage)
subtitle = f"People by month: newly known and arrived above zero, left below; {framework.stage(stage).name}"
picture = charts.flow_bars(
    lifecycle.stock, framework, stage, is_last_partial=is_partial, title=flow.title, subtitle=subtitle, theme=theme
)
figures.show(picture, flow.title, subtitle, metrics.flow_of(lifecycle.stock, stage), "flow")
messages.show_finding(flow)
st.page_link(
    "pages/understand/stage_rules.py", label="See and change the rules behind the stages", icon=":material/tune:"
)

figures.how_made(
    "lifecycle",
    [
        ("Rule", f"{framework.name}: the first rule that holds decides; the page Stage rules shows each in words."),
        ("Formula", "Stock at a month end = stock a month before + newly known + arrived − left, for each stage."),
        ("Window", f"{len(workspace.ledger.snapshots)} month ends up to {today}; only rows up to each day count."),
        (
            "Rows",
            f"{n_people:,} people with {count_orders(workspace.dataset.tables.orders, workspace.as_of_day):,} orders up to {today}.",
        ),
        ("Known", "A person is known from the first order or sign-up in the files; earlier history is not seen."),
        ("Source", framework.source),
    ],
)
