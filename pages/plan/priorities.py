"""Which gap is worth closing first?"""

import streamlit as st

from clm_core import charts
from clm_core.gaps import FACTORS, prioritise, vocabulary, what_comes_first
from clm_core.tables import to_date
from clm_core.wording import long_day
from pages.ui import cached, definition, figures, frame, gap_inputs, inputs, messages, state, tables

workspace = frame.begin(
    "Which gap is worth closing first?",
    "This page joins each gap to your data: how many customers stand there, what the next stage is worth, and how many fall short "
    "of it.",
    owns=["horizon"],
)
framework, words = gap_inputs.framework(), vocabulary()
catalogue = gap_inputs.ask_catalogue()
[horizon] = definition.sentence("A stage is worth what its people will spend in the next", inputs.ask_horizon, "days.")
facts = cached.stage_facts(inputs.as_of(), framework, horizon)
board = gap_inputs.table(catalogue, framework)
factors = st.pills(
    "Counted in",
    list(FACTORS),
    selection_mode="multi",
    default=list(FACTORS),
    format_func=lambda name: FACTORS[name].partition(":")[0],
    key="factors",
    persist_state="session",
    help="Impact is the product of these, each divided by its largest.",
)
ranked = prioritise(board, catalogue, words, framework, facts, factors or list(FACTORS))
first = what_comes_first(ranked, workspace.dataset.tables.currency)
st.markdown(f"### {messages.plain(first.says)}")
today = long_day(to_date(workspace.as_of_day))
subtitle = f"Number: rank; thick ring: quick win; colour: stage of the people, {today}"
figures.show(
    charts.impact_effort(ranked, framework, title=first.title, subtitle=subtitle, theme=figures.theme()),
    first.title,
    subtitle,
    ranked,
    "priorities",
)
messages.show_next(first)

st.header("In order", anchor=False)
tables.show_priorities(ranked, framework, workspace.dataset.tables.currency)
with st.expander("What the data says of each stage", icon=":material/query_stats:"):
    tables.show_stage_facts(facts, framework, workspace.dataset.tables.currency)
    figures.download(facts, "stages_and_steps.csv", "Data of this table (CSV)", "stage_facts")

st.header("Into the plan", anchor=False)
names = dict(zip(ranked["activity"], ranked["name"], strict=True))
suggested = list(ranked.loc[ranked["is_quick_win"], "activity"].head(5))
kept = [id_ for id_ in state.planned() or suggested if id_ in names]
key = f"planned_{catalogue.id}"
chosen = st.multiselect(
    "Gaps to close",
    list(names),
    kept,
    format_func=names.get,
    key=key,
    # kept at once: whoever goes on to the plan right away does not wait for this page
    on_change=lambda: state.set_planned(tuple(st.session_state[key])),
)
state.set_planned(tuple(chosen))
st.page_link("pages/plan/plan.py", label="Make the plan", icon=":material/event_available:")

figures.how_made(
    "gaps",
    [
        *FACTORS.items(),
        (
            "Formula",
            "Impact = the product of the factors that are counted in, each divided by its largest; the order does not depend on the currency.",
        ),
        (
            "Value",
            f"Expected spend a head in {horizon} days in the next stage − in this one, at least 0; for the last stage, what is lost with those who leave it.",
        ),
        (
            "Shortfall",
            "The best period end of the last twelve judged ones (30 people or more) − all twelve together, three months ahead.",
        ),
        (
            "At stake",
            "The factors multiplied as they are: what this shop would gain if its usual conversion came up to its own best. A ceiling, no forecast.",
        ),
        ("Quick win", "Effort of at most 2, a gap of at least 1, an impact not below the middle."),
    ],
)
