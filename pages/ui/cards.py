"""The cards of a plan: shown, filled in, and handed out as files."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from clm_core.gaps import Card, Plan
from clm_core.gaps.plan_files import facts_of
from pages.ui import state
from pages.ui.messages import plain

CARDS_A_ROW = 3
IN_SIGHT = ("Owner", "Start", "Audience today", "Now and aim")


def with_edits(plan: Plan) -> Plan:
    """The plan with what was typed into its cards."""
    edits = state.card_edits()
    cards = [card.model_copy(update=edits.get(card.activity, {})) for card in plan.cards]
    return plan.model_copy(update={"cards": tuple(sorted(cards, key=lambda card: card.starts_on))})


def ask_edits(plan: Plan) -> None:
    """Owner, start and measurement window of one card at a time."""
    names = {card.activity: card.name for card in plan.cards}
    with st.expander("Fill in owner, start and measurement", icon=":material/edit:", expanded=False):
        chosen = st.selectbox("Card", list(names), format_func=lambda id_: names[id_], key="edited_card")
        card = next(card for card in plan.cards if card.activity == chosen)
        with st.form(f"card_{chosen}", border=False):
            left, middle, right = st.columns(3)
            owner = left.text_input("Owner", card.owner, max_chars=60)
            starts_on = middle.date_input("Start", card.starts_on)
            days = right.number_input("Measure for (days)", 7, 730, card.measure_days)
            if st.form_submit_button("Save this card"):
                edited = {
                    "owner": owner.strip()[:60],
                    "starts_on": starts_on,
                    "measure_days": min(max(int(days), 7), 730),
                }
                state.set_card_edits({**state.card_edits(), chosen: edited})
                st.rerun()


def show(plan: Plan) -> None:
    """The cards side by side in the order in which they start; everything else of a card is one click away."""
    for first in range(0, len(plan.cards), CARDS_A_ROW):
        row = plan.cards[first : first + CARDS_A_ROW]
        for column, card in zip(st.columns(CARDS_A_ROW), row, strict=False):
            with column.container(border=True, height="stretch"):
                _show_card(card)


def _show_card(card: Card) -> None:
    facts = facts_of(card)
    st.markdown(f"**{plain(card.name)}**")
    st.caption(plain(f"{card.stage} · {card.channel}"))
    st.markdown("  \n".join(f"{label}: {plain(facts[label])}" for label in IN_SIGHT))
    with st.expander("More"):
        st.markdown(plain(card.what))
        st.markdown(
            "\n\n".join(f"**{label}**  {plain(text)}" for label, text in facts.items() if label not in IN_SIGHT)
        )


def offer(files: dict[str, tuple[str, Callable[[], str | bytes]]]) -> None:
    """A button for each file, made when it is clicked."""
    for column, (label, (name, make)) in zip(st.columns(len(files)), files.items(), strict=True):
        column.download_button(label, data=make, file_name=name, key=f"file_{name}", on_click="ignore", width="stretch")


def deck_of(plan: Plan) -> Callable[[], bytes]:
    """The slides, made when they are asked for; the library behind them is loaded no earlier."""

    def make() -> bytes:
        from clm_core.gaps.deck import plan_deck

        return plan_deck(plan)

    return make
