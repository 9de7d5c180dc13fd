"""What the settings say about back-ups, checked: places that differ, recipients that differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dangan.operations.backup import age
from dangan.operations.backup.places import place_of, same_hands
from dangan.operations.backup.rules.problems import Unusable

if TYPE_CHECKING:
    from dangan.config.environment import Environment

TOGETHER = (
    "密钥备份与数据备份在同一个地方：谁拿到它，谁就拿到一切。"
    "请把 DANGAN_BACKUP_KEYS_TO 设到另一处；只在示例环境里可以加 --demo 继续。"
)
ONE_RECIPIENT = (
    "密钥备份与数据备份加密给同一把公钥。请由两个人各持一把私钥；只在示例环境里可以加 --demo 继续。"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a back-up goes and whom it is for."""

    to: str
    keys_to: str
    recipient: str
    keys_recipient: str
    data: Any
    keys: Any
    remark: str = ""
    """What is wrong with it and was allowed for a demonstration."""


def missing(env: Environment) -> list[str]:
    """The settings without which nothing can be backed up."""
    wanted = {
        "DANGAN_BACKUP_TO": env.backup_to,
        "DANGAN_BACKUP_KEYS_TO": env.backup_keys_to,
        "DANGAN_BACKUP_RECIPIENT": env.backup_recipient,
        "DANGAN_BACKUP_KEYS_RECIPIENT": env.backup_keys_recipient,
    }
    return [name for name, value in wanted.items() if not value]


def plan_of(env: Environment, *, demo: bool = False) -> Plan:
    """Raises :class:`Unusable` for settings that are missing, wrong, or put all in one hand."""
    if lacking := missing(env):
        raise Unusable("还没有设置 " + "、".join(lacking) + "，没有备份。")
    remarks = []
    data = age.recipient_of(env.backup_recipient, setting="DANGAN_BACKUP_RECIPIENT")
    keys = age.recipient_of(env.backup_keys_recipient, setting="DANGAN_BACKUP_KEYS_RECIPIENT")
    if same_hands(place_of(env.backup_to), place_of(env.backup_keys_to)):
        remarks.append(TOGETHER)
    if str(data) == str(keys):
        remarks.append(ONE_RECIPIENT)
    if remarks and not demo:
        raise Unusable("\n".join(remarks))
    return Plan(
        env.backup_to,
        env.backup_keys_to,
        str(data),
        str(keys),
        data,
        keys,
        "\n".join(remarks),
    )
