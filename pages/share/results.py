"""Take it with you."""

import streamlit as st

from clm_core.errors import ClmError
from clm_core.outputs import customer_table, zip_outputs
from clm_core.recipe import dump_recipe
from clm_core.snippets import command_for
from clm_core.tables import to_date
from clm_core.wording import long_day
from pages.ui import cached, figures, frame, inputs, messages, state

workspace = frame.begin(
    "Take it with you",
    "This page hands out the customer table with stage, persona, churn and value, everything a run writes, and the recipe "
    "that makes it again next month.",
)
try:
    recipe = inputs.recipe()
    analysis = cached.analysis(inputs.as_of(), inputs.framework(), inputs.horizon(), recipe)
except ClmError as fault:
    messages.show_error(fault)
    st.stop()
customers = customer_table(analysis.customers)
st.markdown(
    f"### {len(customers):,} customers as of {long_day(to_date(workspace.as_of_day))}, each with stage, persona and scores"
)
st.caption(f"The first {min(200, len(customers)):,} of {len(customers):,} rows are shown; the download has all.")
st.dataframe(customers.head(200), hide_index=True, height=380)
figures.download(customers, "customers.csv", f"Download {len(customers):,} customers (CSV)", "customers")

st.header("Everything, and the recipe", anchor=False)
left, right = st.columns(2)
left.download_button(
    "Download all results (ZIP)",
    data=lambda: zip_outputs(analysis),
    file_name="lifecycle.zip",
    mime="application/zip",
    on_click="ignore",
    icon=":material/folder_zip:",
    help="customers, stages, moves, models, set-aside rows, summary and recipe: the files the terminal writes.",
)
right.download_button(
    "Download the recipe (TOML)",
    data=dump_recipe(recipe),
    file_name="recipe.toml",
    mime="application/toml",
    on_click="ignore",
    icon=":material/receipt_long:",
    help="Columns, framework, limits, personas, day and horizon, without any customer row.",
)
st.code(command_for(state.names_by_table()), language="bash")

st.header("Share a link", anchor=False)
st.markdown(
    "The address of each page holds the framework, limits, day and horizon, never data. With the sample shop it opens as you "
    "see it; with your own files the other person uploads theirs. Rules and stages that you changed travel in the recipe."
)
figures.how_made(
    "customers",
    [
        (
            "Rule",
            "One row per person known at the day; cells that a spreadsheet would run as a formula get an apostrophe.",
        ),
        (
            "Window",
            f"Everything known up to {to_date(workspace.as_of_day)}; scores look {inputs.horizon()} days ahead.",
        ),
        ("Rows", f"{len(customers):,} people."),
    ],
)
