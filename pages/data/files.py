"""What is in your files?"""

import streamlit as st

from clm_core import charts, findings
from clm_core.errors import ClmError
from clm_core.ingest.watch import Cancelled
from clm_core.tables import to_date
from clm_core.wording import count, long_day, money, percent
from pages.ui import (
    cached,
    figures,
    frame,
    inputs,
    issues,
    mapping_form,
    messages,
    offers,
    recognised,
    state,
    switches,
    tables,
)

st.title("What is in your files?", anchor=False)
recognised.show_refused()
if not state.files():
    offers.show_welcome()
    st.stop()

try:
    dataset = cached.dataset()
except Cancelled:
    offers.show_resume()
    st.stop()
except ClmError as fault:
    recognised.show_files()
    messages.show_error(fault, first=state.missing_orders())
    offers.show_way_out(fault.table or "orders")
    st.stop()

framework, theme = inputs.framework(), figures.theme()
counts = cached.stage_counts(inputs.as_of(), framework)
orders, currency = dataset.imported["orders"], dataset.tables.currency
found, history = cached.order_overview()
inputs.keep_in_address([])
st.caption(f"{frame.data_name()} · {messages.plain(orders.inspection.dialect.summary)}")
st.markdown(f"### {count(found.n_orders, 'order')} of {count(found.n_customers, 'customer')}")
read, aside, revenue = st.columns(3)
read.metric("Rows read", f"{orders.rows_read:,}", help="Data rows of the orders file, line items where it has them.")
share = percent(orders.rows_set_aside / orders.rows_read)
aside.metric(
    "Set aside", f"{orders.rows_set_aside:,}", help=f"{share} of the rows read; each has its reason in the file below."
)
earned = None if found.revenue is None else money(found.revenue, currency)
revenue.metric("Revenue, net", earned, help="Kept rows, refunds and credit notes subtracted.")

now = findings.where_everyone_is(counts, framework)
today = long_day(to_date(cached.workspace(inputs.as_of()).as_of_day))
subtitle = f"People by stage on {today}, n = {int(counts['n_customers'].sum()):,}, {framework.name}"
picture = charts.stage_bars(counts, framework, title=now.title, subtitle=subtitle, theme=theme)
figures.show(picture, now.title, subtitle, counts, "first_stages")
st.page_link(frame.LIFECYCLE_PAGE, label="See how they move from stage to stage", icon=":material/arrow_forward:")

st.header("How was it understood?", anchor=False)
recognised.show_files(dataset)
offers.show_mismatches(dataset)
for kind in dataset.imported:
    mapping_form.show(kind)
preview = st.expander(
    "The first orders, as they were understood", key="preview", icon=":material/preview:", on_change="rerun"
)
if preview.open:
    with preview:
        tables.show_preview(orders)

st.header("What should you know about the rows?", anchor=False)
issues.show(dataset.imported)
if orders.rows_set_aside:
    label = f"The {count(orders.rows_set_aside, 'row')} set aside (CSV)"
    figures.download(orders.set_aside.to_pandas, "set_aside.csv", label, "aside")
switches.show_drawer(dataset.imported)

st.header("Is the history complete?", anchor=False)
whole = findings.is_history_whole(history)
subtitle = f"Orders by {history.unit}"
picture = charts.orders_in_history(history, title=whole.title, subtitle=subtitle, theme=theme)
figures.show(picture, whole.title, subtitle, history.bars, "orders_in_history")
messages.show_finding(whole)

st.header("What can these files carry?", anchor=False)
tables.show_requirements(cached.eligibility(inputs.as_of(), inputs.horizon()))

st.header("What else could they tell?", anchor=False)
for kind in offers.UNLOCKS:
    offers.show_table(kind, dataset)
offers.show_orders()

st.header("Next month, in one step", anchor=False)
st.markdown("Save what you chose here as a recipe. Drop it with next month's export, and it is read the same way.")
offers.show_recipe()

figures.how_made(
    "data",
    [
        (
            "Rule",
            "Lines are grouped to orders by order number and customer; amounts are net of refunds and credit notes.",
        ),
        ("Set aside", "Rows without customer, date or amount, and rows of failed, voided or cancelled orders."),
        ("Rows", f"{orders.rows_read:,} read = {orders.rows_kept:,} kept + {orders.rows_set_aside:,} set aside."),
        ("Columns", ", ".join(f"{role} = {name}" for role, name in orders.mapping.columns.items())),
        (
            "Gaps",
            "A run of empty days is a gap when the same weekdays around it are so seldom empty that chance would make fewer "
            "than one such run in twenty histories of this length.",
        ),
    ],
)
