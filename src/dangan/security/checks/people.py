"""Accounts and rights: who could do harm, and whether two are needed for it."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from dangan.access import registry
from dangan.access.factors.models import SecurityKey
from dangan.access.models import Account, Grant, SecondFactor, Token
from dangan.access.queries import in_force
from dangan.audit.queries.activity import active_since
from dangan.security.checks.registry import Finding, bad, ok, warn

ADMINISTRATORS = ("it", "security_admin", "auditor")
STALE = timedelta(days=90)
LONG_GRANT = timedelta(days=365)
LONG_TOKEN = timedelta(days=180)
UNUSED_TOKEN = timedelta(days=60)


def demonstration() -> Finding:
    """No account whose password everybody knows."""
    if settings.DANGAN.demo:
        return bad(
            "这是演示系统，账号的密码人人都知道", "正式使用请另建数据目录，用 dangan init 建立"
        )
    return ok("不是演示系统，没有众所周知的密码")


def passwords() -> Finding:
    """Passwords are hashed slowly and checked against a policy."""
    first = settings.PASSWORD_HASHERS[0]
    if "argon2" not in first.lower():
        return bad("密码没有用 Argon2 保存", "恢复程序自带的 PASSWORD_HASHERS")
    if not settings.AUTH_PASSWORD_VALIDATORS:
        return bad("没有密码规则", "恢复程序自带的 AUTH_PASSWORD_VALIDATORS")
    return ok("密码用 Argon2 保存，规则为 {policy}", policy=settings.DANGAN.password_policy)


def factors_required() -> Finding:
    """Whoever opens dossiers of others signs in with two factors."""
    if not settings.DANGAN.factors_required:
        return bad("没有要求两步验证", "设置 DANGAN_SECOND_FACTOR=required")
    return ok("看别人档案的角色和管理员必须两步验证")


def factors_missing() -> Finding:
    """Accounts of grave roles that have no second factor yet."""
    grave = {account for account, roles in _held().items() if any(_grave(one) for one in roles)}
    have = set(
        SecondFactor.objects.filter(account__in=grave, confirmed_at__isnull=False).values_list(
            "account", flat=True
        )
    ) | set(SecurityKey.objects.filter(account__in=grave).values_list("account", flat=True))
    missing = len(grave - have)
    if missing:
        return warn(
            "{n} 个要紧的账号还没有两步验证",
            "提醒他们登录后登记；设为必须时，登记前打不开任何页面",
            n=missing,
        )
    return ok("要紧的账号都有两步验证")


def _grave(role: str) -> bool:
    found = registry.role(role)
    if found is None:
        return False
    return role in ADMINISTRATORS or "dossier.open" in found.permissions


def _held() -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    grants = Grant.objects.filter(in_force(timezone.localdate()), account__state="active")
    for account, role in grants.values_list("account", "role"):
        found[account].add(role)
    return found


def three_administrators() -> Finding:
    """System, security and audit administrator exist and are different people (等保 三员)."""
    held = _held()
    missing = [role for role in ADMINISTRATORS if not any(role in roles for roles in held.values())]
    if missing:
        names = "、".join(label for role in missing if (label := _label(role)))
        return bad("没有{names}", "给不同的人授予这些角色，三员缺一不可", names=names)
    doubled = [roles for roles in held.values() if len(roles & set(ADMINISTRATORS)) > 1]
    if doubled or _same_person(held):
        return bad("同一个人兼任两种管理员", "收回其中一种角色，交给另一个人")
    return ok("三员齐备，由不同的人担任")


def _label(role: str) -> str:
    found = registry.role(role)
    return found.label if found else role


def _same_person(held: dict[UUID, set[str]]) -> bool:
    """Whether two administrators' accounts belong to one person."""
    accounts = [account for account, roles in held.items() if roles & set(ADMINISTRATORS)]
    people = Account.objects.filter(pk__in=accounts, subject__isnull=False)
    subjects = list(people.values_list("subject", flat=True))
    return len(subjects) != len(set(subjects))


def conflicts() -> Finding:
    """No account holds roles that exclude each other."""
    matrix = registry.matrix()
    count = sum(
        any(matrix.conflict(sorted(roles - {role}), role) for role in roles)
        for roles in _held().values()
    )
    if count:
        return bad("{n} 个账号持有互斥的角色", "收回其中一种角色", n=count)
    return ok("没有账号持有互斥的角色")


def approvers() -> Finding:
    """Rights take two people: one who asks, and another who approves."""
    held = _held()
    asks = {a for a, roles in held.items() if _any_may(roles, "rights.request")}
    approves = {a for a, roles in held.items() if _any_may(roles, "rights.approve")}
    if not asks or not approves or len(asks | approves) < 2:
        return bad("申请和审批权限的人不足两个", "至少有两个不同的人，一个能申请，一个能审批权限")
    return ok("权限变更由两个人办理")


def _any_may(roles: set[str], permission: str) -> bool:
    held = (registry.role(one) for one in roles)
    return any(role is not None and permission in role.permissions for role in held)


def stale() -> Finding:
    """Accounts that nobody uses are doors that nobody watches."""
    since = timezone.now() - STALE
    old = set(
        Account.objects.filter(state="active", created_at__lt=since).values_list("pk", flat=True)
    )
    unused = len(old - active_since(old, since)) if old else 0
    if unused:
        return warn("{n} 个账号 90 天没有使用", "问明后停用；下次权限复核时收回角色", n=unused)
    return ok("没有长期不用的账号")


def endless_grants() -> Finding:
    """Grants that nobody has looked at for a year."""
    since = timezone.now() - LONG_GRANT
    count = Grant.objects.filter(
        in_force(timezone.localdate()), until__isnull=True, at__lt=since, account__state="active"
    ).count()
    if count:
        return warn(
            "{n} 项授权没有期限，一年没有重新授予", "发起一次权限复核，给授权定期限", n=count
        )
    return ok("没有一年以上未重新授予的无期限授权")


def tokens() -> Finding:
    """Access tokens are used, and end."""
    now = timezone.now()
    valid = Token.objects.filter(expires_at__gt=now)
    idle = valid.filter(
        Q(last_used_at__lt=now - UNUSED_TOKEN)
        | Q(last_used_at__isnull=True, created_at__lt=now - UNUSED_TOKEN)
    ).count()
    lasting = valid.filter(expires_at__gt=now + LONG_TOKEN).count()
    if idle or lasting:
        return warn(
            "{idle} 个访问令牌 60 天没有使用，{lasting} 个还要半年以上才到期",
            "撤销不用的令牌，新令牌的期限设短",
            idle=idle,
            lasting=lasting,
        )
    return ok("访问令牌都在使用，期限不长")
