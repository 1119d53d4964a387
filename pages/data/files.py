"""What is in your files?"""

import streamlit as st

from clm_core import charts, findings
from clm_core.errors import ClmError
from clm_core.tables import to_date
from clm_core.wording import count, long_day, money, percent
from pages.ui import cached, figures, frame, inputs, mapping_form, messages, state, uploads

st.title("What is in your files?", anchor=False)
if not state.files():
    st.markdown(
        "Drop an export of your orders here. Within seconds you see which lifecycle stage every customer is in, how "
        "customers move from stage to stage, who may leave and what each is likely to be worth."
    )
    uploads.ask("orders", "Orders, one row per order or line item", frame.FILES_HELP)
    st.button(
        "Load the sample shop",
        on_click=state.load_sample,
        icon=":material/pedal_bike:",
        help="A simulated bicycle shop.",
    )
    st.caption(
        "Your file stays in a private folder of this browser session on the server, is never shared, and is deleted when "
        "you say so or after an hour idle."
    )
    st.stop()

try:
    dataset = cached.dataset()
except ClmError as fault:
    messages.show_error(fault)
    kind = fault.table or "orders"
    mapping_form.show(kind, is_open=True)
    st.button(f"Remove this {kind} file", on_click=state.remove_files, args=(kind,), icon=":material/delete:")
    uploads.ask(kind, f"Or choose another {kind} file", frame.FILES_HELP)
    st.stop()

framework = inputs.framework()
counts = cached.stage_counts(inputs.as_of(), framework)
orders, tables = dataset.imported["orders"], dataset.tables
found, history = cached.order_overview()
inputs.keep_in_address([])
st.caption(f"{frame.data_name()} · {messages.plain(orders.inspection.dialect.summary)}")
st.markdown(f"### {count(found.n_orders, 'order')} of {count(found.n_customers, 'customer')}")
facts = st.columns(3)
facts[0].metric(
    "Rows read", f"{orders.rows_read:,}", help="Data rows of the orders file, line items where it has them."
)
facts[1].metric(
    "Set aside",
    f"{orders.rows_set_aside:,}",
    help=f"{percent(orders.rows_set_aside / orders.rows_read)} of the rows read; each has its reason in the file below.",
)
facts[2].metric(
    "Revenue, net",
    None if found.revenue is None else money(found.revenue, tables.currency),
    help="Kept rows, refunds and credit notes subtracted.",
)
now = findings.where_everyone_is(counts, framework)
today = long_day(to_date(cached.workspace(inputs.as_of()).as_of_day))
subtitle = f"People by stage on {today}, n = {int(counts['n_customers'].sum()):,}, {framework.name}"
figures.show(
    charts.stage_bars(counts, framework, title=now.title, subtitle=subtitle, theme=figures.theme()),
    now.title,
    subtitle,
    counts,
    "first_stages",
)
st.page_link(
    "pages/understand/lifecycle.py", label="See how they move from stage to stage", icon=":material/arrow_forward:"
)

st.header("Is the history complete?", anchor=False)

whole = findings.is_history_whole(history)
subtitle = f"Orders by {history.unit}"
figures.show(
    charts.orders_in_history(history, title=whole.title, subtitle=subtitle, theme=figures.theme()),
    whole.title,
    subtitle,
    history.bars,
    "orders_in_history",
)
messages.show_finding(whole)

st.header("How was it understood?", anchor=False)
messages.show_issues(tuple(issue for result in dataset.imported.values() for issue in result.issues))
if orders.rows_set_aside:
    figures.download(
        orders.set_aside.to_pandas,
        "set_aside.csv",
        f"The {count(orders.rows_set_aside, 'row')} set aside (CSV)",
        "aside",
    )
for kind in dataset.imported:
    mapping_form.show(kind)

st.header("What else could it tell?", anchor=False)
for kind, unlocks in frame.UNLOCKS.items():
    given = dataset.imported.get(kind)
    read = f"{given.rows_kept:,} rows read" if given else "not given"
    frame.offer_upload(kind, f"{kind.capitalize()}: {read}", unlocks, is_given=given is not None)
frame.offer_upload("orders", "Another orders file", "It takes the place of the one in use.", is_given=False)

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
    ],
)
