"""How do customers move?"""

from functools import partial

import streamlit as st

from clm_core import charts, findings, metrics
from clm_core.progress import QUICK_RATIO
from clm_core.tables import to_date
from clm_core.wording import long_day, month
from pages.ui import cached, figures, frame, inputs, marks, messages, movement_views

workspace = frame.begin(
    "How do customers move?",
    "This page follows every customer from month to month or week to week: who came, came back and left, from which stage "
    "to which, who moved on to the next phase, and how long people stay in a stage.",
)
framework, as_of, theme = inputs.framework(), inputs.as_of(), figures.theme()
chosen = inputs.ask_window()
recent = cached.movement(as_of, framework, chosen.unit, chosen.known_days).last(chosen.n_periods)
name = month if chosen.unit == "month" else long_day

period = f"{'' if chosen.unit == 'month' else 'the week to '}{name(recent.last_full)}"
came = findings.who_comes_and_goes(recent.comings, period)
st.markdown(f"### {messages.plain(came.says)}")
subtitle = f"People by {chosen.unit}: newly known and back on the path above zero, off the path below"
figures.show(
    charts.coming_and_going(recent.comings, title=came.title, subtitle=subtitle, theme=theme),
    came.title,
    subtitle,
    recent.comings,
    "coming_and_going",
)
messages.show_next(came)

st.header("Who moved where?", anchor=False)
day = st.selectbox(
    chosen.unit.capitalize(),
    sorted(recent.days, reverse=True),
    format_func=name,
    key=f"moves_{chosen.unit}",
    help=f"From the {chosen.unit} end before to this one.",
)
moves = metrics.moves_of(recent.moves, day)
is_cut = recent.is_last_partial and day == recent.days[-1]
found = findings.who_moved(moves, framework)
subtitle = f"People by stage a {chosen.unit} before (rows) and on {long_day(day)} (columns); % of the row"
subtitle += f". This {chosen.unit} is not over" if is_cut else ""
chart = charts.move_matrix(moves, framework, title=found.title, subtitle=subtitle, theme=theme, selectable=True)
told = partial(movement_views.told_stage, framework=framework)
cell = marks.pick(chart, found.title, subtitle, moves, "moves", {"from_stage": told, "to_stage": told})
movement_views.show_movers(cell, day, chosen, workspace, framework)
messages.show_finding(found)

st.header("Which ways do they take?", anchor=False)
movement_views.show_flow(recent, chosen, framework, theme)

st.header("Who moves on, and how long do they stay?", anchor=False)
movement_views.show_more(recent, chosen, framework, theme)
st.page_link(frame.LIFECYCLE_PAGE, label="See where everyone is now", icon=":material/cycle:")

figures.how_made(
    "movement",
    [
        ("Rule", f"{framework.name}: the first rule that holds at each {chosen.unit} end decides the stage."),
        ("Formula", "Stock = stock before + newly known + arrived − left, for each stage."),
        ("Quick ratio", QUICK_RATIO),
        (
            "Conversion",
            "Customers seen on a later stage of the path ÷ customers in the stage at the start; 95 %, Wilson.",
        ),
        ("New", cached.new_customers(as_of).sentence),
        ("Known", f"People known for at least {chosen.known_days} days; earlier history is not seen."),
        ("Window", f"{len(recent.days)} {chosen.unit} ends up to {long_day(to_date(workspace.as_of_day))}."),
        ("Rows", f"{int(moves['n_customers'].sum()):,} people in the table of moves, each counted once."),
    ],
)
