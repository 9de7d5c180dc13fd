"""A month in figures: counted from the log and the tables, without anybody's name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import msgspec
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import override

from dangan.access import registry
from dangan.access.models import Account, Grant
from dangan.access.queries import in_force
from dangan.audit import queries as audit
from dangan.audit.catalogue import actions as catalogue
from dangan.audit.queries import streaming
from dangan.audit.queries.activity import active_since
from dangan.organization import queries as organization
from dangan.security.alarms.kinds import kind_of
from dangan.security.checks import run_all
from dangan.security.checks.keeping import remember
from dangan.security.models import Alarm, Extension, Opening
from dangan.security.queries.overview import proven
from dangan.ui.messages import say

UNUSED = timedelta(days=90)

COUNTED = {
    "进入": (
        ("login.done", "登录成功"),
        ("login.failed", "登录失败"),
        ("login.locked", "锁定登录"),
    ),
    "账号和权限": (
        ("account.create", "开账号"),
        ("account.close", "停用账号"),
        ("account.end", "结束账号"),
        ("account.reset", "重置密码"),
        ("account.unlock", "解锁账号"),
        ("rights.grant", "授权"),
        ("rights.approve", "同意授权"),
        ("rights.refuse", "拒绝授权"),
        ("rights.revoke", "收回授权"),
        ("rights.temporary", "临时授权"),
        ("rights.permit", "准许查看"),
        ("review.revoke", "复核收回授权"),
        ("token.create", "建访问令牌"),
    ),
    "查看和带走": (
        ("dossier.read", "看档案"),
        ("field.reveal", "解除掩码"),
        ("roster.export", "导出花名册"),
        ("page.download", "下载档案原件"),
        ("page.export", "导出扫描件"),
        ("access.refuse", "被拒绝访问"),
        ("budget.stop", "打开档案达到上限"),
    ),
    "密钥和备份": (("key.rotate", "更换密钥"), ("audit.verify", "核验日志")),
}
"""What the report counts, by chapter; an action that the log does not know is left out."""


class Count2(msgspec.Struct, frozen=True):
    """A line with the month before beside it."""

    label: str
    now: int
    before: int


class Chapter(msgspec.Struct, frozen=True):
    title: str
    lines: list[Count2]


class KindLine(msgspec.Struct, frozen=True):
    """Alarms of a kind: raised, and how they ended."""

    label: str
    raised: int
    before: int
    real: int
    explained: int
    mistaken: int
    open: int


class Figures(msgspec.Struct, frozen=True):
    """A month's figures, as they are sealed and printed."""

    organization: str
    month: str
    before: str
    made: str
    chapters: list[Chapter]
    days: list[tuple[str, int]]
    roles: list[tuple[str, int]]
    conflicts: int
    accounts: int
    unused: int
    unlimited: int
    alarms: list[KindLine]
    openers: int
    opened: int
    extensions: tuple[int, int, int]
    checks: list[tuple[str, str, str]]
    checked: int
    proven: str
    log: tuple[int, str, str]


def figures_of(month: date) -> Figures:
    """Counts the month; the present one as far as it has come."""
    begin, end = _moment(month), _moment(_next(month))
    earlier = (month - timedelta(days=1)).replace(day=1)
    before = _moment(earlier)
    counted, then = _counted(begin, end), _counted(before, begin)
    outcomes = run_all()
    remember(outcomes)
    tree = organization.tree()
    standing = audit.standing()
    roles, conflicts, unlimited = _rights()
    day = proven()
    with override("zh-hans"):
        return Figures(
            organization=tree.label(tree.roots[0].id) if tree.roots else "",
            month=f"{month:%Y-%m}",
            before=f"{earlier:%Y-%m}",
            made=timezone.localtime().strftime("%Y-%m-%d %H:%M"),
            chapters=_chapters(_sums(counted), _sums(then)),
            days=_days(counted, month),
            roles=roles,
            conflicts=conflicts,
            unlimited=unlimited,
            accounts=Account.objects.filter(state="active").count(),
            unused=_unused(),
            alarms=_alarms(before, begin, end),
            openers=Opening.objects.filter(at__gte=begin, at__lt=end)
            .values("account")
            .distinct()
            .count(),
            opened=Opening.objects.filter(at__gte=begin, at__lt=end).count(),
            extensions=_extensions(month, _next(month)),
            checks=[
                (one.finding.state, str(one.check.label), say(one.finding.text))
                for one in outcomes
                if one.finding.state != "ok"
            ],
            checked=len(outcomes),
            proven=timezone.localtime(day).strftime("%Y-%m-%d %H:%M") if day else "",
            log=(
                standing.size,
                standing.root.hex(),
                timezone.localtime(standing.signed_at).strftime("%Y-%m-%d %H:%M")
                if standing.signed_at
                else "",
            ),
        )


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _counted(begin: datetime, end: datetime) -> list[tuple[str, str, str, int]]:
    known = catalogue()
    wanted = [key for lines in COUNTED.values() for key, _label in lines if key in known]
    zone = str(timezone.get_current_timezone())
    return streaming.counts_by_day(wanted, begin, end, zone)


def _sums(counted: list[tuple[str, str, str, int]]) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for action, _outcome, _day, n in counted:
        found[action] += n
    return found


def _chapters(now: Mapping[str, int], before: Mapping[str, int]) -> list[Chapter]:
    known = catalogue()
    return [
        Chapter(
            title,
            [
                Count2(label, now.get(key, 0), before.get(key, 0))
                for key, label in lines
                if key in known
            ],
        )
        for title, lines in COUNTED.items()
    ]


def _days(counted: list[tuple[str, str, str, int]], month: date) -> list[tuple[str, int]]:
    """Failed log-ins of each day."""
    failed: Counter[str] = Counter()
    for action, _outcome, day, n in counted:
        if action == "login.failed":
            failed[day] += n
    length = (_next(month) - month).days
    days = [month + timedelta(days=n) for n in range(length)]
    return [(f"{day:%d}", failed[day.isoformat()]) for day in days]


def _rights() -> tuple[list[tuple[str, int]], int, int]:
    """Accounts by role, accounts whose roles exclude each other, grants without an end."""
    matrix = registry.matrix()
    held: dict[object, list[str]] = defaultdict(list)
    grants = Grant.objects.filter(in_force(timezone.localdate()), account__state="active")
    for account, role in grants.values_list("account", "role"):
        held[account].append(role)
    by_role = Counter(role for roles in held.values() for role in set(roles))
    conflicts = sum(
        any(matrix.conflict(roles[:at], role) for at, role in enumerate(roles))
        for roles in held.values()
    )
    lines = [(role.label, by_role[key]) for key, role in matrix.roles.items() if by_role[key]]
    return lines, conflicts, grants.filter(until__isnull=True).count()


def _unused() -> int:
    """Active accounts of which the log has known nothing for three months, new ones left out."""
    since = timezone.now() - UNUSED
    old = set(
        Account.objects.filter(state="active", created_at__lt=since).values_list("pk", flat=True)
    )
    return len(old - active_since(old, since)) if old else 0


def _alarms(before: datetime, begin: datetime, end: datetime) -> list[KindLine]:
    earlier = dict(
        Alarm.objects.filter(raised_at__gte=before, raised_at__lt=begin)
        .values_list("kind")
        .annotate(Count("pk"))
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    rows = Alarm.objects.filter(raised_at__gte=begin, raised_at__lt=end)
    for kind, finding in rows.values_list("kind", "finding"):
        found[kind][finding or "open"] += 1
    return [
        KindLine(
            label=str(kind_of(kind).label),
            raised=sum(found[kind].values()),
            before=earlier.get(kind, 0),
            real=found[kind]["real"],
            explained=found[kind]["explained"] + found[kind]["exercise"],
            mistaken=found[kind]["mistaken"],
            open=found[kind]["open"],
        )
        for kind in sorted(set(found) | set(earlier))
    ]


def _extensions(month: date, end: date) -> tuple[int, int, int]:
    """Asked, agreed, refused."""
    states = Counter(
        Extension.objects.filter(day__gte=month, day__lt=end).values_list("state", flat=True)
    )
    return sum(states.values()), states["agreed"], states["refused"]
