"""What runs, and what could?"""

import streamlit as st

from clm_core import charts
from clm_core.gaps import SCORE_RULE, vocabulary, what_runs, where_gaps_are
from clm_core.gaps.scale import MATURITY, RUNNING
from pages.ui import cached, figures, frame, gap_inputs, inputs, messages, tables

workspace = frame.begin_with_or_without(
    "What runs, and what could?",
    "This page sets everything that could always be on across the lifecycle beside what really is, and shows what your own "
    "events prove of it.",
    "Orders and events would fill in what runs already, each score with its figure and the question behind it.",
)
catalogue, framework = gap_inputs.ask_catalogue(), gap_inputs.framework()
if workspace is not None:
    cached.stage_counts(inputs.as_of(), framework)  # a framework that cannot be used is told here, as on every page
board = gap_inputs.table(catalogue, framework)
theme = figures.theme()

runs = what_runs(board, framework)
st.markdown(f"### {messages.plain(runs.says)}")
subtitle = f"{catalogue.name}, {framework.name}; a score of {RUNNING} or more runs"
figures.show(
    charts.lifecycle_bands(board, framework, running=RUNNING, title=runs.title, subtitle=subtitle, theme=theme),
    runs.title,
    subtitle,
    board,
    "bands",
)
messages.show_next(runs)

st.header("Where are the gaps?", anchor=False)
channels = {channel.id: channel.name for channel in vocabulary().channels}
where, subtitle = where_gaps_are(board, framework, channels), "Mean of aim − now, and how many activities are scored"
figures.show(
    charts.gap_heat(board, framework, channels, title=where.title, subtitle=subtitle, theme=theme),
    where.title,
    subtitle,
    board,
    "gaps",
)

messages.show_finding(where)

st.header("Score them", anchor=False)
gap_inputs.ask_scores(board, catalogue, framework)
with st.expander("Activities of your own", icon=":material/add:"):
    gap_inputs.ask_own_activities(catalogue)

if workspace is not None:
    st.header("What do the events prove?", anchor=False)
    evidence = gap_inputs.evidence()
    tables.show_evidence(evidence)
    figures.download(evidence, "evidence.csv", "Evidence with its questions (CSV)", "evidence")
st.page_link("pages/plan/workshop.py", label="Score with colleagues on their phones", icon=":material/co_present:")
st.page_link("pages/plan/priorities.py", label="Put the gaps in order", icon=":material/low_priority:")

figures.how_made(
    "gaps",
    [
        ("Scale", "; ".join(f"{score} {name}: {says}" for score, (name, says) in MATURITY.items())),
        ("Gap", "Aim − now, at least 0. Until you score, the aim is 3, always on."),
        ("Now", SCORE_RULE),
        ("Control", "The same event in as many days just before, or 90 days later where nobody is known before."),
        ("Window", "Occasions of the 365 days up to the as-of day whose follow-up is over."),
        (
            "Sources",
            "Activities from five articles on the customer lifecycle, in our own words; docs/workshop.md states every formula.",
        ),
    ],
)
