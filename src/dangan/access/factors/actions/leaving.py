"""Nobody who needs a second factor takes away the last one: another is added first."""

from __future__ import annotations

from dangan.access.factors.models import RecoveryCode
from dangan.access.factors.queries import enrolment, required_of
from dangan.access.rules import Actor
from dangan.dictionary.rules import Message


class LastFactor(Exception):  # noqa: N818 - an answer to the person
    """The factor is the last one of somebody who needs one; ``message`` says so."""

    def __init__(self) -> None:
        self.message = Message("你的角色必须有两步验证，请先添加另一种方式，再停用这一种。")
        super().__init__(self.message.text)


def keep_one(actor: Actor, *, leaving: str) -> None:
    """Raises :class:`LastFactor` if without the factor none were left that must be.

    Recovery codes are worth nothing without a factor and go with the last one.
    """
    held = enrolment(actor.id)
    left = held.keys if leaving == "app" else held.keys - 1 + held.app
    if left > 0:
        return
    if required_of(actor):
        raise LastFactor
    RecoveryCode.objects.filter(account=actor.id).delete()
