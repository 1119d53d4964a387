"""Does the CRM tell the same story?"""

import streamlit as st

from clm_core import charts, findings
from clm_core.crm_stages import crm_stages, suggest_meaning
from clm_core.tables import to_date
from clm_core.wording import long_day
from pages.ui import cached, figures, frame, inputs, messages, offers

workspace = frame.begin(
    "Does the CRM tell the same story?",
    "This page puts the stages that your CRM recorded beside those that follow from what people do, month by month, and "
    "shows whom the CRM still calls a customer though they have left.",
)
framework, history = inputs.framework(), workspace.dataset.tables.stage_history
today, theme = long_day(to_date(workspace.as_of_day)), figures.theme()
if history is None or not len(history):
    st.info(
        "These files hold no stage history. Add your CRM's contacts as the customers file, exported with the columns "
        "“Date entered …” of its lifecycle stages, and with the customer id or e-mail that your orders carry.",
        icon=messages.ICONS["info"],
    )
    st.page_link(frame.DATA_PAGE, label="Add the contacts", icon=":material/upload_file:")
else:
    offers.show_mismatches(workspace.dataset)
    names = crm_stages(history)
    meaning = suggest_meaning(names, framework)
    with st.expander("Which of our stages agree with each of the CRM", icon=":material/link:"):
        for place, name in enumerate(names):
            meaning[name] = tuple(
                st.multiselect(
                    name.replace("*", "").replace("_", " "),
                    framework.stage_ids,
                    meaning[name],
                    format_func=lambda stage: framework.stage(stage).name,
                    key=f"crm_meaning_{framework.id}_{place}",
                    placeholder="none: left out",
                )
            )
    found = cached.crm(inputs.as_of(), framework, meaning)
    told = findings.does_the_crm_agree(found)
    st.markdown(f"### {messages.plain(told.says)}")
    subtitle = f"People with a CRM stage on {today}, n = {found.comparison.n_customers:,}; % of the row"
    figures.show(
        charts.stage_crosstab(found.comparison, found.crm, framework, title=told.title, subtitle=subtitle, theme=theme),
        told.title,
        subtitle,
        found.comparison.cells,
        "crm_stages",
    )
    messages.show_next(told)
    st.header("Has it always been so?", anchor=False)
    months = [
        {
            "Month end": long_day(row.as_of),
            "With a CRM stage": f"{row.n_customers:,}",
            "Where the CRM says": f"{row.n_agree:,}",
            "Share (95 %)": f"{row.share:.0%} ({row.low:.0%}–{row.high:.0%})",
        }
        for row in found.agreement.tail(12).itertuples()
    ]
    st.table(months, border="horizontal")
    figures.download(found.agreement, "crm_agreement.csv", "Every month (CSV)", "crm_agreement")

figures.how_made(
    "crm",
    [
        (
            "CRM stage",
            "The one entered last on or before the day; of several on one day the later one of the CRM's order.",
        ),
        (
            "Agrees",
            "Our stage is among those that the CRM stage is said to mean; CRM stages without a meaning are left out.",
        ),
        ("Window", f"Month ends up to {today}; people whom both the CRM and our files know by then."),
        ("Source", f"The “Date entered …” columns of the customers file; {framework.name} for ours."),
    ],
)
