"""New root keys and the end of old ones, on demand: two people. Each month the system does both."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.exceptions import AlreadyEnqueued

from dangan.access.consents import ConsentProblem, Kind, register
from dangan.access.consents.registry import Facts
from dangan.access.queries import system_actor
from dangan.access.rules import Actor
from dangan.audit.actions import flush
from dangan.dictionary.rules import Message
from dangan.vault.actions import EpochInUse, destroy_epoch
from dangan.vault.queries import Epoch, epochs
from dangan.vault.rules import KeyDestroyed

ROTATE, DESTROY = "key.rotate", "key.destroy"


def closed(epoch: Epoch, newest: int) -> bool:
    """Whether an epoch wraps nothing any more and is not gone yet."""
    return epoch.destroyed_at is None and epoch.keys == 0 and epoch.id != newest


def _rotate(actor: Actor, facts: Facts, account: UUID | None) -> None:  # noqa: ARG001
    """The worker rotates once this transaction has committed; one that waits already suffices."""
    from dangan.access.jobs import rotate_as_asked  # noqa: PLC0415 - jobs need loaded models

    try:
        rotate_as_asked.defer()
    except AlreadyEnqueued:
        return


def _may_destroy(actor: Actor, facts: Facts, account: UUID | None) -> None:  # noqa: ARG001
    known = epochs()
    found = next((epoch for epoch in known if epoch.id == facts.get("epoch")), None)
    if found is None or found.destroyed_at is not None:
        raise ConsentProblem(Message("没有这一期主密钥，或它已经销毁"))
    if not closed(found, known[0].id):
        raise ConsentProblem(Message("还有数据密钥由这一期主密钥保护，请先更换主密钥"))


def _destroy(actor: Actor, facts: Facts, account: UUID | None) -> None:  # noqa: ARG001
    system = system_actor(purpose=f"agreed by {actor.id}")
    try:
        destroy_epoch(system, epoch=int(facts["epoch"]))
    except (EpochInUse, KeyDestroyed):
        raise ConsentProblem(Message("没有这一期主密钥，或它已经销毁")) from None
    flush(system.trail)


def register_kinds() -> None:
    """Called from ``AppConfig.ready``."""
    register(
        Kind(
            key=ROTATE,
            label=gettext_lazy("更换主密钥"),
            asks="keys.request",
            agrees="keys.approve",
            describe=lambda facts: "",  # noqa: ARG005
            perform=_rotate,
        )
    )
    register(
        Kind(
            key=DESTROY,
            label=gettext_lazy("销毁旧主密钥"),
            asks="keys.request",
            agrees="keys.approve",
            describe=lambda facts: _("第 {epoch} 期").format(epoch=facts.get("epoch", "")),
            perform=_destroy,
            check=_may_destroy,
        )
    )
