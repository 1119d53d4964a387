"""Which rules decide a stage, and what changes when a limit moves?"""

import streamlit as st

from clm_core import charts, findings, metrics
from clm_core.features import known_features
from clm_core.frameworks import dump_framework
from clm_core.pipeline import explain_stage
from clm_core.tables import to_date
from clm_core.wording import long_day
from pages.ui import cached, figures, frame, inputs, messages, tables

workspace = frame.begin(
    "What decides a stage?",
    "This page shows the rules of the chosen framework as sentences, lets you move their limits, and redraws who is in "
    "which stage and who moved.",
    owns=["limits"],
)
shipped = inputs.shipped_framework()
st.markdown(messages.plain(shipped.idea))
inputs.ask_limits(shipped)
st.button("Reset the limits", on_click=inputs.reset_limits, icon=":material/undo:", type="tertiary")
framework = inputs.framework()
if faults := frame.faults_of(workspace, framework):
    messages.show_faults(tuple(faults))
    st.stop()

before = cached.lifecycle(inputs.as_of(), shipped)
after = cached.lifecycle(inputs.as_of(), framework)
theme = figures.theme()
today = long_day(to_date(workspace.as_of_day))

changed = findings.what_rules_change(before.counts, after.counts, framework)
subtitle = f"People by stage on {today}: your limits beside the shipped ones"
comparison = metrics.compare_counts(before.counts, after.counts)
figures.show(
    charts.before_after(before.counts, after.counts, framework, title=changed.title, subtitle=subtitle, theme=theme),
    changed.title,
    subtitle,
    comparison,
    "before_after",
)
messages.show_finding(changed)

st.header("How does movement change?", anchor=False)
moves = metrics.moves_of(after.moves, after.moves["as_of"].max())
moved = findings.who_moved(moves, framework)
subtitle = f"People by stage a month before (rows) and on {today} (columns), under your limits; % of the row"
figures.show(
    charts.move_matrix(moves, framework, title=moved.title, subtitle=subtitle, theme=theme),
    moved.title,
    subtitle,
    moves,
    "rule_moves",
)
messages.show_finding(moved)

st.header("The rules, in the order they are asked", anchor=False)
st.caption("The first that holds decides. Everyone falls under exactly one.")
features = known_features(workspace.frames)
st.table(
    [
        {
            "": str(number),
            "Stage": messages.plain(framework.stage(rule.stage).name),
            "When": messages.plain(framework.rule_sentence(rule, features)),
        }
        for number, rule in enumerate(framework.rules, 1)
    ]
)
st.markdown(messages.plain(framework.note))

st.header("Why is this customer here?", anchor=False)
if asked := st.text_input("Customer id", key="asked_customer", max_chars=200, placeholder="as in your file").strip():
    tables.show_explanation(explain_stage(workspace, framework, asked), framework)
st.download_button(
    "Download this framework (TOML)",
    data=lambda: dump_framework(framework),
    file_name=f"{framework.id}.toml",
    mime="application/toml",
    on_click="ignore",
    icon=":material/download:",
)
st.page_link("pages/understand/lifecycle.py", label="See the stages month by month", icon=":material/cycle:")

figures.how_made(
    "lifecycle",
    [
        ("Rule", "feature – operator – value, joined by all, any or not; a missing value satisfies nothing."),
        (
            "Limits",
            ", ".join(f"{limit.label.lower()} {limit.value:g} {limit.unit}" for limit in framework.limits.values()),
        ),
        ("Window", f"Everything known up to {today}."),
        ("Rows", f"{int(after.counts['n_customers'].sum()):,} people, each counted once in each bar."),
        ("Source", framework.source),
    ],
)
