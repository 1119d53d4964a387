"""A framework in hand: what it began as, what it is now, and the way back and forth. The newest sound version is in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from clm_core.frameworks.edit import owned
from clm_core.frameworks.load import SHIPPED, load_framework
from clm_core.frameworks.model import Framework

MOST_VERSIONS = 100
"""Steps that can be undone; the eldest go first."""


@dataclass(frozen=True)
class Version:
    """A framework, the one it began as, and what was done to get here, in words ("moved 'At risk after'")."""

    base: Framework
    framework: Framework
    change: str = ""


@dataclass(frozen=True)
class Draft:
    """The version in hand with those before it and those undone; each step gives a new draft."""

    now: Version
    past: tuple[Version, ...] = ()
    undone: tuple[Version, ...] = ()

    @classmethod
    def of(cls, framework: Framework, base: Framework | None = None) -> Draft:
        """A draft nothing was done to yet."""
        return cls(Version(base or framework, framework))

    @property
    def framework(self) -> Framework:
        """The version in hand, sound or not."""
        return self.now.framework

    @property
    def base(self) -> Framework:
        """What it began as: a shipped definition, or a file that was loaded."""
        return self.now.base

    def change(self, framework: Framework, what: str, *, goes_on: bool = False) -> Draft:
        """One step on. With ``goes_on`` it joins a step of the same words right before, as the moves of one slider do."""
        return self._step(Version(self.base, owned(framework), what), goes_on=goes_on)

    def begin(self, base: Framework, what: str, framework: Framework | None = None) -> Draft:
        """One step on, to another beginning."""
        return self._step(Version(base, framework or base, what))

    def _step(self, version: Version, *, goes_on: bool = False) -> Draft:
        if (version.base, version.framework) == (self.base, self.framework):
            return self
        if goes_on and self.past and self.now.change == version.change:
            return replace(self, now=version, undone=())
        return Draft(version, (*self.past, self.now)[-MOST_VERSIONS:])

    def undo(self) -> Draft:
        """One step back, if there is one."""
        return Draft(self.past[-1], self.past[:-1], (*self.undone, self.now)) if self.past else self

    def redo(self) -> Draft:
        """The step that was undone last, again."""
        return Draft(self.undone[-1], (*self.past, self.now), self.undone[:-1]) if self.undone else self

    def in_force(self, is_sound: Callable[[Framework], bool]) -> Framework:
        """The newest sound version: this one, an earlier one, the beginning, or the default."""
        versions = [version.framework for version in (self.now, *reversed(self.past))]
        return next((one for one in [*versions, self.base] if is_sound(one)), load_framework(SHIPPED[0]))
