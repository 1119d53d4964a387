"""A plan as files: CSV, Markdown, calendar, and a page to print. Words of users are text in each of them, never markup."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import escape

import pandas as pd

from clm_core.exports import markdown_text, to_csv
from clm_core.gaps.plan import Card, Plan
from clm_core.wording import long_day

FOLD = 75
"""Octets of a calendar line before it is folded (RFC 5545, section 3.1)."""
_STYLE = (
    "body{font:15px/1.5 Georgia,serif;color:#23211F;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.7rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin:0}article{border-top:1px solid #BAB6AF;padding:1rem 0;"
    "break-inside:avoid}dl{display:grid;grid-template-columns:9rem 1fr;gap:.2rem 1rem;margin:.5rem 0 0}dt{color:#625E59}dd{margin:0}"
)


def facts_of(card: Card) -> dict[str, str]:
    """A card as labels and texts, in the order in which it is read."""
    facts = {
        "Owner": card.owner or "not named yet",
        "Stage": card.stage,
        "Channel": card.channel,
        "Trigger": card.trigger_words,
        "Audience today": "unknown" if card.n_audience is None else f"{card.n_audience:,}",
        "Now and aim": f"{card.current:g} → {card.target:g} of 5",
        "Metric": f"{card.metric.name}: {card.metric.how}",
        "Start": long_day(card.starts_on),
        "Measure": f"{card.measure_days} days, until {long_day(card.measured_on)}",
        "Hold-out": card.hold_out_note,
    }
    return {label: text for label, text in facts.items() if text}


def plan_table(plan: Plan) -> pd.DataFrame:
    """One row a card, plain values."""
    return pd.DataFrame(
        [
            {
                "activity": card.name,
                "what": card.what,
                "owner": card.owner,
                "stage": card.stage,
                "channel": card.channel,
                "trigger": card.trigger_words,
                "audience": card.n_audience,
                "now": card.current,
                "aim": card.target,
                "effort": card.effort,
                "metric": card.metric.name,
                "starts_on": card.starts_on.isoformat(),
                "measured_on": card.measured_on.isoformat(),
                "hold_out": card.n_hold_out,
                "hold_out_note": card.hold_out_note,
            }
            for card in plan.cards
        ]
    )


def plan_days(plan: Plan) -> pd.DataFrame:
    """What a picture of the plan needs of each card: `activity`, `stage`, `owner`, `starts_on`, `measured_on`."""
    rows = [(card.name, card.stage, card.owner, card.starts_on, card.measured_on) for card in plan.cards]
    return pd.DataFrame(rows, columns=["activity", "stage", "owner", "starts_on", "measured_on"])


def plan_csv(plan: Plan) -> str:
    """The table as CSV that no spreadsheet will run."""
    return to_csv(plan_table(plan))


def _about(plan: Plan) -> str:
    return f"{plan.framework}; audiences as of {long_day(plan.as_of)}."


def plan_markdown(plan: Plan) -> str:
    """The plan as Markdown, a heading a card."""
    lines = [f"# {markdown_text(plan.title)}", "", markdown_text(_about(plan)), ""]
    for card in plan.cards:
        lines += [f"## {markdown_text(card.name)}", "", markdown_text(card.what), ""]
        lines += [f"- **{label}** {markdown_text(text)}" for label, text in facts_of(card).items()] + [""]
    return "\n".join(lines)


def plan_html(plan: Plan) -> str:
    """One page to print: no script, nothing fetched."""
    cards = "".join(
        f"<article><h2>{escape(card.name)}</h2><p>{escape(card.what)}</p><dl>"
        + "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in facts_of(card).items())
        + "</dl></article>"
        for card in plan.cards
    )
    title = escape(plan.title)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>'
        f"<body><h1>{title}</h1><p>{escape(_about(plan))}</p>{cards}</body></html>"
    )


def plan_ics(plan: Plan, stamped_at: datetime) -> str:
    """Start and measurement of each card as calendar entries of a day (RFC 5545); ``stamped_at`` is in UTC."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Lifecycle Workbench//Plan//EN", "CALSCALE:GREGORIAN"]
    for card in plan.cards:
        about = "\n".join(f"{label}: {text}" for label, text in facts_of(card).items())
        for what, day in (("start", card.starts_on), ("measure", card.measured_on)):
            lines += _entry(f"{card.activity}-{what}", f"{card.name}: {what}", about, day, stamped_at)
    folded = [part for line in [*lines, "END:VCALENDAR"] for part in _folded(line)]
    return "\r\n".join(folded) + "\r\n"


def _entry(uid: str, title: str, about: str, day: date, stamped_at: datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}-{day:%Y%m%d}@lifecycle-workbench",
        f"DTSTAMP:{stamped_at:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_calendar_text(title)}",
        f"DESCRIPTION:{_calendar_text(about)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _calendar_text(text: str) -> str:
    kept = "".join(sign for sign in text.replace("\r\n", "\n").replace("\r", "\n") if sign >= " " or sign == "\n")
    for mark in ("\\", ";", ","):
        kept = kept.replace(mark, "\\" + mark)
    return kept.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, never inside a character."""
    part = ""
    for sign in line:
        if len((part + sign).encode()) > FOLD:
            yield part
            part = " "
        part += sign
    yield part
