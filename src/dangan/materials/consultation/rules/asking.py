"""Who may ask for what, and that what is granted never exceeds what was asked. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from dangan.dictionary.rules import Message
from dangan.materials.consultation.rules.bodies import Scope

Deed = Literal["view", "print", "download", "copy", "provide"]
STUDENT = "student"
"""``Subject.kind`` of somebody whose records a school keeps."""
PURPOSE_MIN = 4
PURPOSE_MOST = 1000
READERS_MOST = 8
COPIES_MOST = 10
REGISTER_YEARS = 3
"""How long the register of provisions is kept at least after the period ends."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is not right with a request, and in which field of the form."""

    field: str
    message: Message


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody named as reader. ``keeps_away``: it is their own file or a relative's."""

    name: str
    keeps_away: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Asking:
    """A request for consultation, with what the house knows about it."""

    number: str
    """The volume's."""
    cadre: bool
    subject_kind: str
    applicant_keeps_away: bool
    readers: Sequence[Reader]
    outsiders: int
    letters: int
    ground_known: bool
    purpose: str
    scope: Scope
    categories_known: bool
    readers_least: int
    most_hours: int
    now: datetime
    starts: datetime | None = None


def student_may(subject_kind: str, deed: Deed) -> bool:
    """学生档案: used on the school leader's leave, to look at; no copies are kept, so nothing is
    printed, downloaded, copied or handed out (requirement I5)."""
    return subject_kind != STUDENT or deed == "view"


STUDENT_LOOKS_ONLY = Message("学生档案只能查看，不打印、不下载、不复制、不对外提供。")


def problems(asking: Asking) -> list[Wrong]:
    """Everything that stands in the way of asking; empty: it may be sent."""
    return [
        *_who(asking),
        *_why(asking),
        *_how_much(asking),
    ]


def _who(asking: Asking) -> list[Wrong]:
    found = []
    if asking.applicant_keeps_away:
        text = Message("案卷 {number} 需要你回避，不能由你申请查阅。", number=asking.number)
        found.append(Wrong("volume", text))
    for reader in asking.readers:
        if reader.keeps_away:
            text = Message(
                "{name} 查阅案卷 {number} 需要回避，请换一名阅览人。",
                name=reader.name,
                number=asking.number,
            )
            found.append(Wrong("account", text))
        if not reader.active:
            text = Message("{name} 的账号已停用，请换一名阅览人。", name=reader.name)
            found.append(Wrong("account", text))
    if not asking.readers:
        text = Message("请选择阅览人；单位以外的人要由一名有账号的阅览人陪同。")
        found.append(Wrong("account", text))
    elif asking.cadre and len(asking.readers) + asking.outsiders < asking.readers_least:
        text = Message(
            "查阅干部人事档案至少要 {least} 名阅览人，请再加人。", least=asking.readers_least
        )
        found.append(Wrong("account", text))
    if len(asking.readers) + asking.outsiders > READERS_MOST:
        text = Message("阅览人最多 {most} 人，请只留实际要看的人。", most=READERS_MOST)
        found.append(Wrong("account", text))
    if asking.outsiders and not asking.letters:
        text = Message("单位以外的人查阅，请上传介绍信或证件。")
        found.append(Wrong("letters", text))
    return found


def _why(asking: Asking) -> list[Wrong]:
    found = []
    if not asking.ground_known:
        found.append(Wrong("ground", Message("请选择一类查阅事由。")))
    if not PURPOSE_MIN <= len(asking.purpose.strip()) <= PURPOSE_MOST:
        text = Message(
            "请写明具体事由，{least} 至 {most} 字。", least=PURPOSE_MIN, most=PURPOSE_MOST
        )
        found.append(Wrong("purpose", text))
    return found


def _how_much(asking: Asking) -> list[Wrong]:
    found = []
    scope = asking.scope
    if not asking.categories_known:
        found.append(Wrong("categories", Message("有不认识的材料类别，请重新选择。")))
    if not 1 <= scope.hours <= asking.most_hours:
        text = Message("查阅时长最多 {most} 小时，请改短。", most=asking.most_hours)
        found.append(Wrong("hours", text))
    if not student_may(asking.subject_kind, "print") and (scope.print or scope.download):
        found.append(Wrong("use", STUDENT_LOOKS_ONLY))
    if asking.starts is not None and asking.starts.date() < asking.now.date():
        found.append(Wrong("starts", Message("开始时间已经过去，请改成今天或以后。")))
    return found


def wider(
    asked: Scope, granted: Scope, categories: Mapping[UUID, str], marked: Collection[UUID]
) -> list[Wrong]:
    """Where a granted scope exceeds what was asked: the archivist may narrow, never widen.

    ``categories`` are the classes of the volume's materials, ``marked`` those that are 机密 or
    绝密.
    """
    found = []
    if granted.hours > asked.hours:
        text = Message("时长不能超过申请的 {hours} 小时。", hours=asked.hours)
        found.append(Wrong("hours", text))
    if granted.hours < 1:
        found.append(Wrong("hours", Message("时长至少 1 小时。")))
    if granted.print and not asked.print:
        found.append(Wrong("use", Message("没有申请打印，不能准予打印。")))
    if granted.download and not asked.download:
        found.append(Wrong("use", Message("没有申请下载，不能准予下载。")))
    if granted.marked and not asked.marked:
        found.append(Wrong("materials", Message("没有申请查阅涉密材料，不能准予。")))
    if not asked.whole and not granted.materials:
        found.append(Wrong("materials", Message("请勾选准予查阅的材料。")))
    for material in granted.materials or ():
        if material not in categories or not inside(asked, categories[material]):
            found.append(Wrong("materials", Message("有的材料不在申请的范围内，请去掉。")))
            break
    if not granted.marked and any(material in marked for material in granted.materials or ()):
        found.append(Wrong("materials", Message("有的材料是涉密材料，没有申请，请去掉。")))
    return found


def inside(asked: Scope, category: str) -> bool:
    """Whether a material of this class lies within what was asked. ``4`` asks for 4-1 … 4-4."""
    if not asked.categories:
        return True
    return category in asked.categories or category.split("-", maxsplit=1)[0] in asked.categories


def top_secrecy(asked: Scope, materials: Mapping[UUID, tuple[str, int]]) -> int:
    """The highest mark among what is asked for: 0 unless marked materials are asked for."""
    if not asked.marked:
        return 0
    chosen = (
        secrecy
        for material, (category, secrecy) in materials.items()
        if inside(asked, category) and (asked.materials is None or material in asked.materials)
    )
    return max(chosen, default=0)


def provision_problems(
    *, people: int, begins: date, until: date, purpose: str, receiver: str, basis_known: bool
) -> list[Wrong]:
    """What is wrong with a wish to hand data out."""
    found = []
    if not receiver.strip():
        found.append(Wrong("receiver", Message("请填写接收单位。")))
    if len(purpose.strip()) < PURPOSE_MIN:
        found.append(Wrong("purpose", Message("请写明提供的目的，至少 4 个字。")))
    if not basis_known:
        found.append(Wrong("basis", Message("请选择法律依据。")))
    if people < 1:
        found.append(Wrong("people", Message("请填写涉及多少人。")))
    if until < begins:
        found.append(Wrong("until", Message("结束日期早于开始日期，请改正。")))
    return found


def kept_until(until: date) -> date:
    """Till when the register keeps the line: three years after the period ends."""
    try:
        return until.replace(year=until.year + REGISTER_YEARS)
    except ValueError:  # the 29th of February
        return date(until.year + REGISTER_YEARS, 3, 1)
