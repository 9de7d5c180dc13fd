"""What rooms above add to a volume's page: facts in its head, buttons, marks beside the lines, and
the viewer at the right. Registered from ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from dangan.access import units
from dangan.access.rules import Actor
from dangan.materials.catalogue import shown
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries.looking import Item, Look
from dangan.materials.catalogue.rules.settings import RETENTION_LABELS

if TYPE_CHECKING:
    from dangan.access.pages import ActorRequest
    from dangan.roster.counting import Counts


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the head: 存放, 借阅, 上次检查. ``state`` is a key of the ``state`` tag (``ok``,
    ``late`` …) or empty for plain text; ``url`` makes it a link; ``poll`` is an address that gives
    the value anew, asked every 20 seconds."""

    label: str
    value: str
    state: str = ""
    url: str = ""
    poll: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands in the column 电子件 beside a line: an icon that speaks ``text``. ``state`` is
    ``ok``, ``warn``, ``late`` or empty; ``note`` is written into 备注 beside what stands there."""

    icon: str
    text: str
    state: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """A button of one volume's page."""

    key: str
    label: str | Promise
    icon: str
    url: str
    menu: bool


@dataclass(frozen=True, slots=True)
class VolumeHead:
    """``head`` of the template part ``catalogue/parts/volume_head.html``."""

    volume: Volume
    line: shown.VolumeLine
    facts: tuple[Fact, ...]
    grants: tuple[str, ...] = ()
    """Numbers of the cases that let the reader see it."""


@dataclass(frozen=True, slots=True)
class _Action:
    key: str
    order: int
    label: str | Promise
    icon: str
    url: Callable[[Volume], str]
    permission: str
    fits: Callable[[Volume], bool] | None
    menu: bool


FactProvider = Callable[[Actor, Look], Fact | None]
"""Providers are given the look itself, so that none reads again what it says."""
MarkProvider = Callable[[Actor, Look, Sequence[Item]], Mapping[UUID, Mark]]
"""Of the materials that the page shows."""
PaneProvider = Callable[["ActorRequest", Look, Item], Mapping[str, Any] | None]

_facts: dict[str, tuple[int, FactProvider]] = {}
_of_readers: set[str] = set()
_actions: dict[str, _Action] = {}
_marks: list[MarkProvider] = []
_panes: dict[str, PaneProvider] = {}


def register_fact(key: str, order: int, provider: FactProvider, *, readers: bool = False) -> None:
    """Adds a fact to the head of volumes. 存放 10, 材料 20 and 电子化 30 (this room's),
    保管期限 40 (this room's), 借阅 50, 上次检查 60. ``readers``: shown to whoever sees by a grant
    too, since it is about their reading."""
    _facts[key] = (order, provider)
    if readers:
        _of_readers.add(key)


def register_action(  # noqa: PLR0917 - a line of a table
    key: str,
    order: int,
    label: str | Promise,
    icon: str,
    url: Callable[[Volume], str],
    permission: str,
    *,
    fits: Callable[[Volume], bool] | None = None,
    menu: bool = True,
) -> None:
    """Adds a deed to volumes' pages for those who hold ``permission`` over the person's unit.

    With ``menu`` it stands in the menu 更多, otherwise as a button of its own (few do). ``fits``
    leaves it out where it makes no sense, for example lending what is lent.
    """
    _actions[key] = _Action(key, order, label, icon, url, permission, fits, menu)


def register_mark(provider: MarkProvider) -> None:
    """Adds marks beside the lines; where several speak of one material the last wins."""
    if provider not in _marks:
        _marks.append(provider)


def register_pane(template: str, provider: PaneProvider) -> None:
    """Adds the viewer at the right: the first provider that answers is drawn by its template with
    ``pane`` (what it returned), ``item`` and ``looked``."""
    _panes[template] = provider


def facts(actor: Actor, looked: Look, own: Sequence[tuple[int, Fact]] = ()) -> tuple[Fact, ...]:
    """What is known of a volume, in order; ``own`` are this room's facts with their places."""
    found = list(own)
    for _key, (order, provider) in sorted(_facts.items()):
        fact = provider(actor, looked)
        if fact is not None:
            found.append((order, fact))
    return tuple(fact for _order, fact in sorted(found, key=lambda one: one[0]))


def buttons(actor: Actor, volume: Volume) -> tuple[Button, ...]:
    """What the actor may do with a volume, in order."""
    path = units.path(volume.subject.unit)
    return tuple(
        Button(action.key, action.label, action.icon, action.url(volume), action.menu)
        for action in sorted(_actions.values(), key=lambda item: (item.order, item.key))
        if actor.may_at(action.permission, path) and (action.fits is None or action.fits(volume))
    )


def marks(actor: Actor, looked: Look, items: Sequence[Item]) -> dict[UUID, Mark]:
    """Marks by material, of those that the page shows."""
    found: dict[UUID, Mark] = {}
    for provider in _marks:
        found.update(provider(actor, looked, items))
    return found


def pane(request: ActorRequest, looked: Look, item: Item) -> tuple[str, Mapping[str, Any]] | None:
    """Template and content of the viewer for one material."""
    for template, provider in _panes.items():
        content = provider(request, looked, item)
        if content is not None:
            return template, content
    return None


def head(
    actor: Actor,
    looked: Look,
    lines: Sequence[Item] | None = None,
    *,
    roster: Counts | None = None,
) -> VolumeHead:
    """The block at the top of every page about one volume.

    Facts are for keepers: whoever sees single materials by a grant learns nothing of the others.
    ``lines`` are the materials that the reader sees, where the page has them at hand; ``roster``
    the request's look at the roster (``counts_of``), which the frame shares.
    """
    grants = tuple(grant.number for grant in looked.sight.grants)
    line = shown.volume_line(actor, looked.volume, told=bool(grants), roster=roster)
    own = _own_facts(looked.volume, lines) if looked.sight.whole else None
    known = _reading(actor, looked) if own is None else facts(actor, looked, own)
    return VolumeHead(looked.volume, line, known, grants)


def _reading(actor: Actor, looked: Look) -> tuple[Fact, ...]:
    """What somebody who sees by a grant is told in the head: only about the reading itself."""
    found = [_facts[key][1](actor, looked) for key in sorted(_of_readers)]
    return tuple(fact for fact in found if fact is not None)


def _own_facts(volume: Volume, lines: Sequence[Item] | None) -> list[tuple[int, Fact]]:
    """Counts are those of what the reader sees; without lines only how many papers it holds."""
    found = [(40, Fact(_("保管期限"), gettext(RETENTION_LABELS.get(volume.retention, ""))))]
    if lines is None:
        found.append((20, Fact(_("材料"), _("{n} 份").format(n=volume.materials))))
        return found
    pages = sum(item.pages for item in lines)
    scanned = sum(1 for item in lines if item.pages and item.scanned_pages >= item.pages)
    paper = _("{n} 份 {pages} 页").format(n=len(lines), pages=pages)
    found.append((20, Fact(_("材料"), paper)))
    images = _("{done} / {all} 份").format(done=scanned, all=len(lines))
    found.append((30, Fact(_("电子化"), images)))
    return found
