"""Which rules decide a stage, and what changes when a limit, rule or stage does?"""

import streamlit as st

from clm_core.errors import Issue
from clm_core.frameworks import Framework
from clm_core.pipeline import count_by_stage
from clm_core.tables import to_date
from clm_core.wording import count, long_day
from pages.ui import cached, drafting, figures, frame, inputs, messages, parts, redrawn, steady


@st.fragment
@frame.in_words()
def redraw(drawn: Framework, told: list[Issue]) -> None:
    """Everything that follows a moved limit; the page around it stands.

    ``drawn`` and ``told`` are what the page around shows of the framework in hand: when more than limits has changed,
    or a fault came or went, the whole page is run again.
    """
    # the browser lays these out while the rest is worked out
    limits, sizes, editor, moves, flow = (st.container() for _ in range(5))
    moves.header("How does movement change?", anchor=False)
    if frame.are_files_gone():
        st.rerun()
    day, held = inputs.as_of(), inputs.draft()
    faults = inputs.faults(held.framework)
    if faults != told or held.framework != drawn.with_limits(held.framework.limit_values):
        st.rerun()
    framework, original = inputs.framework() if faults else held.framework, inputs.original()
    outline = cached.outline(day, framework, is_moved=True)
    counts, counts_at_first = count_by_stage(outline.by_rule, framework), cached.stage_counts(day, original)
    beside = f"People by stage on {today}: your rules beside {original.name}, as {inputs.beginning(original)}"
    moved = f"People by stage a month before (rows) and on {today} (columns), under your rules; % of the row"
    pictures = {
        sizes: redrawn.sizes(counts, framework, counts_at_first, original, beside),
        moves: redrawn.moves(outline, framework, moved),
    }
    if len(outline.flows):
        pictures[flow] = redrawn.flow(outline, framework)

    # pictures first, and all of them in a row: they are what a person who moves a limit waits for
    for place, picture in pictures.items():
        with place:
            picture.draw()
    with limits:
        inputs.ask_limits()
        for name in held.framework.limits:
            messages.show_faults_at(f"limits.{name}", faults)
        drafting.show_steps()
    for place, picture in pictures.items():
        with place:
            picture.tell()
    with editor:
        st.header("Change it", anchor=False)
        parts.show(outline.by_rule, counts, faults)
    inputs.keep_in_address(())


workspace = frame.begin(
    "What decides a stage?",
    "This page shows the rules of the chosen framework as sentences with the people each decides, lets you move their "
    "limits and change rules and stages, and redraws who is in which stage.",
)
today, in_hand = long_day(to_date(workspace.as_of_day)), inputs.draft().framework
st.markdown(messages.plain(in_hand.idea))
cached.outline(inputs.as_of(), inputs.framework())  # told while it is made; from then on a moved limit takes a moment
with steady.place("redrawn"):
    redraw(in_hand, inputs.faults(in_hand))
st.page_link(frame.MOVEMENT_PAGE, label="Follow them between other months", icon=":material/swap_horiz:")
st.page_link(frame.LIFECYCLE_PAGE, label="See the stages month by month", icon=":material/cycle:")
st.page_link(frame.LIMITS_PAGE, label="Have limits proposed from your orders", icon=":material/timer:")
st.page_link(frame.COMPARE_PAGE, label="See who changes stage, and what they have spent", icon=":material/compare:")
st.page_link(frame.CUSTOMERS_PAGE, label="Why is a customer in a stage?", icon=":material/person_search:")
n_people = int(cached.stage_counts(inputs.as_of(), inputs.original())["n_customers"].sum())
figures.how_made(
    "lifecycle",
    [
        ("Rule", "feature – operator – value, joined by all or any; a missing value satisfies nothing."),
        ("Limits", f"as their sliders stand: {', '.join(limit.label.lower() for limit in in_hand.limits.values())}."),
        ("Window", f"Everything known up to {today}."),
        ("Rows", f"{count(n_people, 'person', 'people')}, each counted once in each bar."),
        ("Source", in_hand.source),
    ],
)
