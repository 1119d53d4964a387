"""What will we do, from when, and how shall we know?"""

import datetime as dt

import streamlit as st

from clm_core import charts
from clm_core.features import known_features
from clm_core.gaps import (
    make_plan,
    plan_csv,
    plan_days,
    plan_html,
    plan_ics,
    plan_markdown,
    prioritise,
    vocabulary,
    what_is_planned,
)
from clm_core.gaps.power import FORMULA
from clm_core.tables import to_date
from pages.ui import cached, cards, figures, frame, gap_inputs, inputs, messages, state

workspace = frame.begin(
    "What will we do, from when, and how shall we know?",
    "This page turns chosen gaps into cards with owner, trigger, audience, start and a hold-out that can show the effect.",
)
framework, catalogue, words = gap_inputs.framework(), gap_inputs.catalogue(), vocabulary()
facts = cached.stage_facts(inputs.as_of(), framework, inputs.horizon())
ranked = prioritise(gap_inputs.table(catalogue, framework), catalogue, words, framework, facts)
wins = tuple(ranked.loc[ranked["is_quick_win"], "activity"].head(5))
chosen = tuple(id_ for id_ in (wins if state.planned() is None else state.planned()) if id_ in set(ranked["activity"]))
left, right = st.columns(2)
title = left.text_input("Title", "Lifecycle plan", max_chars=80, key="plan_title", persist_state="session")
begins_on = right.date_input("Begins on", to_date(workspace.as_of_day), key="begins_on", persist_state="session")
plan = cards.with_edits(
    make_plan(
        chosen,
        ranked,
        catalogue,
        words,
        framework,
        known_features(workspace.frames),
        facts,
        cached.audiences(inputs.as_of(), framework, catalogue, chosen),
        title=title.strip() or "Lifecycle plan",
        as_of=to_date(workspace.as_of_day),
        begins_on=begins_on,
    )
)
said = what_is_planned(plan)
st.markdown(f"### {messages.plain(f'{said.title}. {said.says}')}")
messages.show_next(said)
if plan.cards:
    dates, subtitle = plan_days(plan), "Pale: prepared; full: runs and is measured, from the day that is written above"
    figures.show(
        charts.plan_timeline(dates, framework, begins_on, title=said.title, subtitle=subtitle, theme=figures.theme()),
        said.title,
        subtitle,
        dates,
        "timeline",
    )
    st.header("Cards", anchor=False)
    cards.ask_edits(plan)
    cards.show(plan)
    st.header("Take it with you", anchor=False)
    stamp = dt.datetime.now(dt.UTC)
    cards.offer(
        {
            "Slides (PPTX)": ("plan.pptx", cards.deck_of(plan)),
            "Page to print (HTML)": ("plan.html", lambda: plan_html(plan)),
            "Calendar (ICS)": ("plan.ics", lambda: plan_ics(plan, stamp)),
            "Table (CSV)": ("plan.csv", lambda: plan_csv(plan)),
            "Text (Markdown)": ("plan.md", lambda: plan_markdown(plan)),
        }
    )
else:
    st.page_link("pages/plan/priorities.py", label="Choose gaps to close", icon=":material/low_priority:")

figures.how_made(
    "gaps",
    [
        ("Audience", "People in the audience's stage today for whom the card's rule holds; one scan of all customers."),
        ("Start", "The day the plan begins plus the time that the effort takes: 1, 7, 30, 90 or 180 days."),
        ("Hold-out", FORMULA),
        ("Base rate", "The stage's own conversion within three months; the uplift to show is 20 % of it."),
    ],
)
