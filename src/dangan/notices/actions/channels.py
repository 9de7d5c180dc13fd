"""The channels outside: robots, tests, and what could not be carried."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.notices import addresses
from dangan.notices.carrying import mail, robots
from dangan.notices.carrying.robots import Access
from dangan.notices.models import Delivery, DeliveryState, Robot
from dangan.notices.rules.outbox import TROUBLES, Trouble
from dangan.notices.rules.robots import SERVICES
from dangan.notices.topics import topics
from dangan.organization.queries import tree


class CannotTest(Exception):  # noqa: N818 - an answer to the asker
    """A test message did not get through; ``message`` says why."""

    def __init__(self, message: Message, code: int | None = None) -> None:
        super().__init__(message.text)
        self.message, self.code = message, code


class BadRobot(Exception):  # noqa: N818 - an answer to the asker
    """A robot that cannot be kept like that; ``message`` says why, ``field`` where."""

    def __init__(self, field: str, message: Message) -> None:
        super().__init__(message.text)
        self.field, self.message = field, message


@dataclass(frozen=True, slots=True)
class RobotPlan:
    """What a robot is to be. ``access`` None keeps the address and secret it has."""

    label: str
    groups: Collection[str]
    units: Collection[UUID] = ()
    per_minute: int = 15
    language: str = "zh-hans"
    access: Access | None = None


def add_robot(actor: Actor, *, kind: str, plan: RobotPlan) -> UUID:
    """A new robot. Raises :class:`BadRobot` and
    :class:`~dangan.notices.rules.robots.BadAddress`."""
    with recording(actor):
        require(actor, "notices.manage")
        if kind not in SERVICES or plan.access is None:
            raise BadRobot("kind", Message("没有选择机器人的种类"))
        _check(plan)
        robots.check_address(kind, plan.access.url)
        robot = uuid4()
        row = Robot(id=robot, kind=kind, created_by=actor.id, version=1)
        row.sealed = robots.seal_access(robot, 1, plan.access)
        _keep(row, plan)
        actor.trail.add(Event("robot.add", object=str(robot), facts={"kind": kind}))
    return robot


def edit_robot(actor: Actor, *, robot: UUID, plan: RobotPlan) -> None:
    """Another label, topics, units, rate or language; another address and secret if given."""
    with recording(actor):
        require(actor, "notices.manage")
        row = _load(robot)
        _check(plan)
        if plan.access is not None:
            robots.check_address(row.kind, plan.access.url)
            row.version += 1
            row.sealed = robots.seal_access(robot, row.version, plan.access)
        _keep(row, plan)
        facts = {"kind": row.kind, "address": plan.access is not None}
        actor.trail.add(Event("robot.edit", object=str(robot), facts=facts))


def switch_robot(actor: Actor, *, robot: UUID, active: bool) -> None:
    """On or off. What waits for a robot that is off is dropped when it falls due."""
    with recording(actor):
        require(actor, "notices.manage")
        row = _load(robot)
        row.active = active
        row.save(update_fields=["active"])
        verb = "robot.enable" if active else "robot.disable"
        actor.trail.add(Event(verb, object=str(robot)))


def test_robot(actor: Actor, *, robot: UUID) -> None:
    """Says a test sentence through a robot, on or off; raises :class:`CannotTest`."""
    require(actor, "notices.manage")
    row = Robot.objects.filter(pk=robot).first()
    if row is None:
        raise Absent
    title, text = "测试消息 / Test", "机器人设置正确 / The robot works"
    try:
        access = robots.open_access(row.id, row.version, row.sealed)
        robots.send(row.kind, access, title, text, mail.absolute("/"))
    except Trouble as trouble:
        actor.trail.add(Event("robot.test", outcome="failed", object=str(robot)))
        raise CannotTest(TROUBLES[trouble.key], trouble.code) from None
    actor.trail.add(Event("robot.test", object=str(robot)))


def test_mail(actor: Actor) -> None:
    """Sends a test mail to the actor's own address; raises :class:`CannotTest`."""
    require(actor, "notices.manage")
    to = addresses.of({actor.subject}).get(actor.subject, "") if actor.subject else ""
    if not to:
        # Administrators often have no dossier: the sender's own mailbox takes the test then.
        to = mail.sender_address()
    try:
        if not to:
            raise Trouble("not_configured")
        with mail.Postman() as postman:
            postman.send(mail.compose_test(to))
    except Trouble as trouble:
        actor.trail.add(Event("notice.mail_test", outcome="failed"))
        raise CannotTest(TROUBLES[trouble.key], trouble.code) from None
    actor.trail.add(Event("notice.mail_test"))


def retry(actor: Actor, *, delivery: UUID) -> None:
    """Tries a failed delivery again from now on; raises :class:`Absent`."""
    with recording(actor):
        require(actor, "notices.manage")
        if not _retry(actor, _failed().filter(pk=delivery)):
            raise Absent


def retry_all(actor: Actor) -> int:
    """Tries everything again that was given up; says how many."""
    with recording(actor):
        require(actor, "notices.manage")
        return _retry(actor, _failed())


def _failed() -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=DeliveryState.FAILED)


def _retry(actor: Actor, failed: QuerySet[Delivery]) -> int:
    now = timezone.now()
    count = failed.update(state=DeliveryState.WAITING, due_at=now, created_at=now, attempts=0)
    if count:
        actor.trail.add(Event("notice.retry", facts={"count": count}))
    return count


def _load(robot: UUID) -> Robot:
    row = Robot.objects.select_for_update().filter(pk=robot).first()
    if row is None:
        raise Absent
    return row


def _check(plan: RobotPlan) -> None:
    if not plan.label.strip():
        raise BadRobot("label", Message("名称没有填写"))
    if not plan.groups or set(plan.groups) - topics().groups.keys():
        raise BadRobot("groups", Message("至少选一类通知"))
    if not 1 <= plan.per_minute <= 100:
        raise BadRobot("per_minute", Message("每分钟条数要在 1 和 100 之间"))
    if set(plan.units) - tree().nodes.keys():
        raise BadRobot("units", Message("所选部门不存在"))


def _keep(row: Robot, plan: RobotPlan) -> None:
    row.label = plan.label.strip()
    row.groups = sorted(set(plan.groups))
    row.units = sorted(set(plan.units))
    row.per_minute = plan.per_minute
    row.language = plan.language
    try:
        with transaction.atomic():
            row.save(force_insert=row._state.adding)
    except IntegrityError:
        raise BadRobot("label", Message("已有同名的机器人")) from None
