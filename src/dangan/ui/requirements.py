"""How a view states who may open it. Every view carries a :class:`Requirement`.

The statement lives at the bottom of the house so that every room can make it;
:class:`dangan.access.middleware.ActorMiddleware` enforces it, and denies a view without one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Requirement:
    """What it takes to open a page: a permission, being signed in, or nothing (``public``).

    ``step_up``: also a proof of a few minutes ago that its owner still sits at the session.
    """

    permission: str | None = None
    public: bool = False
    login_only: bool = False
    step_up: bool = False

    def __post_init__(self) -> None:
        if (self.permission is not None) + self.public + self.login_only != 1:
            raise ValueError("a page needs exactly one of: permission, public, login_only")
        if self.public and self.step_up:
            raise ValueError("a public page cannot ask who sits before it")


def page(
    permission: str | None,
    *,
    public: bool = False,
    login_only: bool = False,
    step_up: bool = False,
) -> Callable[[View], View]:
    """States a view's requirement: exactly one of a permission, ``public``, ``login_only``.

    Outermost decorator of the view. Whoever is not signed in is sent to the log-in page;
    whoever lacks the permission gets the 403 page, and the refusal is logged. With ``step_up``
    whoever last proved themselves too long ago does so again first; what they typed is kept.
    """
    requirement = Requirement(permission, public, login_only, step_up)

    def state(view: View) -> View:
        view.requirement = requirement  # type: ignore[attr-defined]  # views take attributes
        return view

    return state


def requirement_of(view: Callable[..., Any]) -> Requirement | None:
    """What ``view`` states, or None when it states nothing."""
    found = getattr(view, "requirement", None)
    return found if isinstance(found, Requirement) else None
