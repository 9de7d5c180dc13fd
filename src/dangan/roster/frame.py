"""What the roster puts into the frame of every page: the head count and the organisation's name."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from dangan.access.pages import ActorRequest
from dangan.organization.queries import tree
from dangan.roster.counting import counts_of
from dangan.roster.forms import ACTIVE_STATES
from dangan.roster.rules import RosterQuery

NAMES_SHOWN = 2


def people(request: HttpRequest) -> int:
    """Everybody employed whom the asker may list; the same number as the roster's first tab."""
    return counts_of(cast(ActorRequest, request)).totals([RosterQuery(states=ACTIVE_STATES)])[0]


def organization(request: HttpRequest) -> str:  # noqa: ARG001 - the frame asks with its request
    """The names of the topmost units."""
    return " · ".join(node.name for node in tree().roots[:NAMES_SHOWN])
