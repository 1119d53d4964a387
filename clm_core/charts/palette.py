"""Colours: eight lifecycle steps and a few quiet ones for each theme, and which text can be read on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from clm_core import columns as c
from clm_core.frameworks import Framework

Theme = Literal["light", "dark"]
READABLE = 4.5
"""The least contrast of text with what it stands on."""


@dataclass(frozen=True)
class Palette:
    """One theme. The page's own colours stand in the app's theme file too; a test holds the two together."""

    background: str
    text: str
    muted: str
    grid: str
    quiet: str
    accent: str
    raises: str
    lowers: str
    steps: tuple[str, ...]
    sequential: tuple[str, ...]


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        background="#FCFBF9",
        text="#23211F",
        muted="#625E59",
        grid="#E7E4DE",
        quiet="#EFECE6",
        accent="#56708A",
        raises="#B27048",
        lowers="#527AA1",
        steps=("#B9B6BA", "#80B1FF", "#3B47A6", "#261C49", "#158C76", "#D9A900", "#C83D21", "#59404C"),
        sequential=(
            "#EAF0F5", "#D2DDE8", "#BACBDB", "#A2B8CE", "#8BA6C1", "#7290AD", "#5A7795", "#435F7D", "#2C4866", "#16324F",
        ),
    ),
    "dark": Palette(
        background="#17181C",
        text="#ECEAE6",
        muted="#A9A6A1",
        grid="#2E3138",
        quiet="#26282E",
        accent="#93A9BF",
        raises="#C68152",
        lowers="#789EC4",
        steps=("#959E6F", "#D5E5FF", "#48A2E9", "#6A63D9", "#00F4B1", "#F5CE4B", "#FF6311", "#AA7993"),
        sequential=(
            "#222A35", "#2C3848", "#35475C", "#3F5670", "#4A6685", "#5E7B9B", "#7C96B2", "#9BB1C8", "#BBCDE0", "#DCEAF7",
        ),
    ),
}  # fmt: skip


def stage_colours(framework: Framework, theme: Theme) -> dict[str, str]:
    """Stage id → colour, in lifecycle order; people whom no rule claims come last, in a colour of no stage."""
    steps = PALETTES[theme].steps
    colours = {stage.id: steps[stage.colour_step - 1] for stage in framework.stages}
    return {**colours, c.UNASSIGNED: PALETTES[theme].quiet}


def ramp(share: float, theme: Theme) -> str:
    """The sequential colour of a share between 0 and 1; outside it the nearest end."""
    colours = PALETTES[theme].sequential
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    low = min(int(place), len(colours) - 2)
    pairs = zip(_channels(colours[low]), _channels(colours[low + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * (place - low)):02X}" for a, b in pairs)


@cache
def text_on(fill: str, theme: Theme) -> str:
    """A text colour that reads on a fill: the theme's own where that is enough, else black or white."""
    palette = PALETTES[theme]
    own = max(palette.text, palette.background, key=lambda colour: contrast(colour, fill))
    if contrast(own, fill) >= READABLE:
        return own
    return max("#000000", "#FFFFFF", key=lambda colour: contrast(colour, fill))


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (n / 255 for n in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
