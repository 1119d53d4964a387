"""The sheet that every figure is drawn on: title and subtitle, size, quiet axes, and the designed empty state."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from clm_core.charts.encode import at, inline
from clm_core.charts.palette import PALETTES, Theme

TITLE = 42
SUBTITLE = 54
UNBROKEN = "\N{NO-BREAK SPACE}"
NOTHING = "Nothing to draw yet: no rows in this selection."


def alt_text(title: str, subtitle: str) -> str:
    """What a screen reader says in place of the picture."""
    return ". ".join(part.rstrip(". ") for part in (title, subtitle) if part.strip()) + "."


def wrap(text: str, width: int) -> list[str]:
    """The text in lines; a number keeps its %, words longer than a line are broken, no text is one empty line."""
    return textwrap.wrap(text.replace(" %", UNBROKEN + "%"), width) or [""]


def balanced(text: str, width: int) -> list[str]:
    """The text in as few lines as the width allows, of about the same length: no lone word at the end."""
    fewest = len(wrap(text, width))
    return next(lines for at in range(len(text) // fewest, width + 1) if len(lines := wrap(text, max(at, 1))) <= fewest)


def sentences(*parts: str) -> str:
    """Parts that are not empty, as sentences in a row; the last has no full stop, as in a subtitle."""
    return ". ".join(part.rstrip(". ") for part in parts if part)


def finish(
    layers: Sequence[alt.Chart],
    *,
    title: str,
    subtitle: str,
    theme: Theme,
    height: int,
    lookups: Mapping[str, object] | None = None,
    selections: Sequence[alt.TopLevelSelectionParameter] = (),
) -> alt.LayerChart:
    """Layers on one sheet as wide as its container. ``lookups`` are constants that labels are looked up in, ``selections``
    name the layer that they live on.
    """
    # all at once: each later change would copy every layer with its rows
    kind = alt.LayerChart if any(layer.params is not alt.Undefined for layer in layers) else _Layers
    return kind(
        layer=list(layers),
        width="container",
        height=height,
        # the height is that of the drawing: a title of two lines must not squeeze the rows
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        padding={"left": 2, "top": 4, "right": 6, "bottom": 6},
        title=_heading(title, subtitle, theme),
        params=[
            *(alt.VariableParameter(name=name, value=value) for name, value in (lookups or {}).items()),
            *selections,
        ]
        or alt.Undefined,
        config=_look(theme),
    )


def empty(*, title: str, subtitle: str, theme: Theme, message: str = NOTHING) -> alt.LayerChart:
    """A sheet with a sentence in place of the drawing."""
    lines = wrap(message, TITLE)
    text = alt.Chart(inline([{"message": "\n".join(lines)}])).mark_text(
        align="left", baseline="top", fontSize=14, lineHeight=20, lineBreak="\n", color=PALETTES[theme].muted
    )
    text = text.encode(text=alt.Text(field="message", type="nominal"), x=at(alt.XValue, 0), y=at(alt.YValue, 12))
    return finish([text], title=title, subtitle=subtitle, theme=theme, height=20 * len(lines) + 24)


class _Layers(alt.LayerChart):
    """Layers put down as they are. Altair copies each three times, to move up what they share; these share nothing."""

    def __init__(self, data: Any = alt.Undefined, layer: Sequence[Any] = (), **kwargs: Any) -> None:
        super(alt.LayerChart, self).__init__(data=data, layer=list(layer), **kwargs)


def _heading(title: str, subtitle: str, theme: Theme) -> alt.TitleParams:
    palette = PALETTES[theme]
    # broken for a phone, since nobody here knows how wide the page is; short lines read well on any
    return alt.TitleParams(
        text=title if len(title) <= TITLE else balanced(title, TITLE),
        subtitle=balanced(subtitle, SUBTITLE) if subtitle else alt.Undefined,
        anchor="start",
        align="left",
        frame="bounds",
        offset=14,
        color=palette.text,
        fontSize=16,
        fontWeight=600,
        lineHeight=20,
        subtitleColor=palette.muted,
        subtitleFontSize=12.5,
        subtitleLineHeight=17,
        subtitlePadding=5,
    )


def _look(theme: Theme) -> alt.Config:
    palette = PALETTES[theme]
    axis = alt.AxisConfig(
        labelColor=palette.text,
        titleColor=palette.muted,
        labelFontSize=12,
        titleFontSize=12,
        titleFontWeight="normal",
        gridColor=palette.grid,
        domainColor=palette.muted,
        ticks=False,
        domain=False,
        labelPadding=6,
        titlePadding=8,
    )
    # the theme's own background, so that a picture saved from a dark page can still be read
    return alt.Config(
        background=palette.background,
        axis=axis,
        view=alt.ViewConfig(stroke=None, strokeWidth=0),
        # the picture has words of its own for those who cannot see it; a sentence a mark would take the browser a third of its time
        mark=alt.MarkConfig(aria=False),
        text=alt.MarkConfig(color=palette.text, fontSize=12),
    )
