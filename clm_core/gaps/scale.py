"""What the numbers of the workshop mean, so that a 3 is the same 3 for everyone in the room."""

from __future__ import annotations

MATURITY = {
    0: ("Not done", "Nobody does it."),
    1: ("Now and then", "Somebody does it by hand when there is time."),
    2: ("Planned", "It is done as a campaign, for some customers."),
    3: ("Always on", "It runs by itself for most of those it is meant for."),
    4: ("Measured", "It runs for nearly all, is told apart by group, and its effect is known."),
    5: ("Improved", "It is tested against a group without it, improved regularly, and joined with the other channels."),
}
"""Score → name and description; for now and for the aim."""
IMPORTANCE = {1: "Hardly matters", 2: "Nice to have", 3: "Helps", 4: "Matters much", 5: "Decides our year"}
EFFORT = {1: "An afternoon", 2: "A week", 3: "A month", 4: "A quarter", 5: "A programme of its own"}
MEASURES = {"current": (0, 5), "target": (0, 5), "importance": (1, 5), "effort": (1, 5)}
"""What is scored, and its lowest and highest score."""
RUNNING = 3
"""From this score on an activity counts as running."""
