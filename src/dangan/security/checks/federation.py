"""The doors that others keep: is what they say to be believed, and who gets in without them."""

from __future__ import annotations

import stat
from pathlib import Path

from django.conf import settings

from dangan.access.federation import provider, queries
from dangan.access.federation.models import Link
from dangan.access.federation.provider import Unreachable
from dangan.access.federation.rules import SKEW, Untrusted
from dangan.access.models import Account, AccountState
from dangan.config.federation import ldap_server, safe_address
from dangan.security.checks.registry import Finding, bad, ok, warn


def sign_on() -> Finding:
    """The provider answers, over TLS, and is the one that is configured."""
    if not queries.by_provider():
        return ok("没有设置企业账号登录")
    if not safe_address(settings.DANGAN.oidc_issuer):
        return bad("企业账号服务不用 https", "让提供方启用 https，再改 DANGAN_OIDC_ISSUER")
    try:
        provider.current()
    except Unreachable:
        return bad("企业账号服务连不上", "检查网络和 DANGAN_OIDC_ISSUER；管理员现在用密码登录")
    except Untrusted as error:
        return bad(
            "企业账号服务公布的设置不可信（{why}）",
            "核对 DANGAN_OIDC_ISSUER 与提供方公布的 issuer 一字不差，且各地址都是 https",
            why=error.why,
        )
    if settings.DANGAN.oidc_claim == "email":
        return warn(
            "企业账号按邮箱找账号，邮箱会转给别人",
            "换成不会转给别人的账号名，或设为 sub 由本人关联",
        )
    return ok("企业账号服务正常")


def sign_on_clock() -> Finding:
    """Tokens are good for minutes: two clocks apart refuse everybody, or believe too long."""
    if not queries.by_provider():
        return ok("没有设置企业账号登录")
    try:
        apart = abs(provider.clock_ahead())
    except Unreachable:
        return warn("不知道企业账号服务的时间", "先让企业账号服务能连上")
    if apart > SKEW:
        return bad(
            "与企业账号服务的时钟相差 {seconds} 秒，大家会登录不了",
            "两边都用 NTP 校准时间",
            seconds=round(apart),
        )
    return ok("与企业账号服务的时钟相差不到 {seconds} 秒", seconds=max(1, round(apart) + 1))


def secrets() -> Finding:
    """Nobody else on the machine reads the secrets that we show to provider and directory."""
    files = (
        settings.DANGAN.oidc_client_secret_file,
        settings.DANGAN.ldap_bind_password_file,
    )
    named = [path for path in files if path is not None]
    open_ones = [path for path in named if not _ours_alone(path)]
    if open_ones:
        return bad(
            "{n} 个口令文件不存在或别人能读",
            "对 DANGAN_*_FILE 指的文件执行 chmod 600",
            n=len(open_ones),
        )
    if queries.by_provider() and settings.DANGAN.oidc_client_secret_file is None:
        return warn(
            "企业账号登录没有客户端密钥",
            "在提供方建机密客户端，设置 DANGAN_OIDC_CLIENT_SECRET_FILE",
        )
    return ok("口令文件只有本服务能读") if named else ok("没有口令文件")


def _ours_alone(path: Path) -> bool:
    try:
        return not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    except OSError:
        return False


def house_directory() -> Finding:
    """Passwords go to the directory over TLS, and it answers."""
    if not queries.by_directory():
        return ok("没有设置企业目录")
    if ldap_server(settings.DANGAN.ldap_url).tls == "none":
        return warn("企业目录在本机上，不加密", "目录搬到别的机器时改成 ldaps://")
    from dangan.access.federation import directory  # noqa: PLC0415 - slow to load, not all need it

    if not directory.answers():
        return bad(
            "企业目录连不上，或不认查询账号",
            "检查 DANGAN_LDAP_URL、证书（DANGAN_LDAP_CA_FILE）和查询账号的密码",
        )
    return ok("企业目录正常，加密传输")


def break_glass() -> Finding:
    """Somebody gets in when provider and directory are down."""
    whose = settings.DANGAN.local_passwords
    if whose != "none":
        return ok("企业账号服务停了，管理员仍能用密码登录")
    linked = Link.objects.filter(account__state=AccountState.ACTIVE).values("account")
    administrators = [
        account
        for account in Account.objects.filter(pk__in=linked)
        if queries.administrator(account)
    ]
    if not administrators:
        return bad(
            "谁的密码都不能登录，也没有管理员关联了企业账号",
            "设 DANGAN_LOCAL_PASSWORDS=administrators，管理员登录后关联企业账号",
        )
    return warn(
        "企业账号服务停了，谁也登录不了",
        "设 DANGAN_LOCAL_PASSWORDS=administrators，给管理员留一条路",
    )
