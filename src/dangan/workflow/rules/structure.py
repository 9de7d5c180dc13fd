"""Where each step of a definition stands: what comes after it, what runs beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dangan.workflow.rules.definitions import (
    Approve,
    Definition,
    Fill,
    Step,
    children,
    walk,
)


class Place(NamedTuple):
    """``path``, from the outside in: number of the step in its sequence, of the lane or arm, …"""

    path: tuple[int, ...]
    inside: tuple[str, ...]
    """The branch and parallel steps around it, outermost first."""


class Structure:
    """Steps by key, and the order between them."""

    __slots__ = ("_signed", "places", "steps")

    def __init__(self, definition: Definition) -> None:
        self.steps: dict[str, Step] = {step.key: step for step in walk(definition.steps)}
        self._signed = {
            key: step for key, step in self.steps.items() if isinstance(step, Approve | Fill)
        }
        self.places: dict[str, Place] = dict(_places(definition.steps, (), ()))

    def signed(self, key: str) -> Approve | Fill | None:
        """The step when it is one that waits for people."""
        return self._signed.get(key)

    def before(self, earlier: str, later: str) -> bool:
        """Whether ``earlier`` always comes before ``later``: not so for steps of other lanes."""
        one, two = self.places[earlier].path, self.places[later].path
        for depth, (a, b) in enumerate(zip(one, two, strict=False)):
            if a != b:
                return depth % 2 == 0 and a < b
        return False

    def after(self, key: str) -> list[str]:
        """``key`` and all that comes after it; lanes beside it and the steps around it stay."""
        return [other for other in self.steps if other == key or self.before(key, other)]


def _places(
    steps: tuple[Step, ...], path: tuple[int, ...], inside: tuple[str, ...]
) -> Iterator[tuple[str, Place]]:
    for number, step in enumerate(steps):
        here = (*path, number)
        yield step.key, Place(here, inside)
        for lane, inner in enumerate(children(step)):
            yield from _places(inner, (*here, lane), (*inside, step.key))
