"""Checks of availability for the page of checks and ``dangan check``."""

from __future__ import annotations

import ipaddress
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from dangan.files.storage import StoreUnavailable, files, place_of
from dangan.operations import replica
from dangan.security.checks import Check, Finding, bad, ok, register, warn

INSIDE = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
          "100.64.0.0/10", "::1/128", "fc00::/7", "fe80::/10")  # fmt: skip


def register_all() -> None:
    """Called from ``AppConfig.ready``."""
    for check in (
        Check("standby", "database", _("同步备库"), _standby),
        Check("replica", "database", _("报表用的备库"), _replica),
        Check("files_store", "data", _("文件存储"), _files_store),
        Check("metrics", "web", _("监控数字对谁开放"), _metrics),
        Check("connections", "database", _("数据库连接数"), _connections),
        Check("logs", "machine", _("运行日志格式"), _logs),
    ):
        register(check)


def _standby() -> Finding:
    if settings.DANGAN.embedded_database:
        return warn(
            "用的是内置数据库，没有备库。",
            "正式使用请改用独立的 PostgreSQL 并配同步备库，见加固说明。",
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('synchronous_standby_names'),"
            " current_setting('synchronous_commit')"
        )
        names, commit = cursor.fetchone()
    if not names:
        return warn(
            "没有同步备库，主库的磁盘坏了会丢掉最近的改动。",
            "在主库设置 synchronous_standby_names，见加固说明。",
        )
    if commit in {"off", "local"}:
        return bad(
            "synchronous_commit 为 {value}，保存成功的改动可能还不在备库上。",
            "把 synchronous_commit 设为 on。",
            value=commit,
        )
    return ok("每次保存都等备库确认。")


def _replica() -> Finding:
    if not replica.configured():
        return ok("报表读主库。")
    behind = replica.lag()
    if behind is None:
        return warn("备库连不上，报表读主库。", "查看备库，或去掉 DANGAN_REPLICA_URL。")
    if behind > settings.DANGAN.replica_lag:
        return warn(
            "备库落后 {seconds} 秒，报表读主库。", "查看备库和网络。", seconds=round(behind)
        )
    return ok("备库落后 {seconds} 秒。", seconds=round(behind))


def _files_store() -> Finding:
    try:
        files().exists(place_of(UUID(int=0)))
    except (StoreUnavailable, OSError):
        return bad("文件存储连不上。", "查看 DANGAN_FILES_URL 和存储服务。")
    return ok("文件存储可用。")


def _inside(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    """Whether every address of ``network`` is of an organisation's own (RFC 1918, 4193, 6598)."""
    return any(
        network.version == own.version and network.subnet_of(own)  # type: ignore[arg-type]  # same
        for own in map(ipaddress.ip_network, INSIDE)
    )


def _metrics() -> Finding:
    networks = map(ipaddress.ip_network, settings.DANGAN.metrics_networks)
    wide = [str(network) for network in networks if not _inside(network)]
    if wide:
        return bad(
            "监控数字对公网地址 {networks} 开放。",
            "把 DANGAN_METRICS_NETWORKS 改成内部地址，或改用 DANGAN_METRICS_TOKEN。",
            networks="、".join(wide),
        )
    return ok("监控数字只对内部地址或带令牌的开放。")


def _connections() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity"
        )
        used, most = cursor.fetchone()
    if used > 0.8 * most:
        return warn(
            "数据库连接用了 {used} 个，最多 {most} 个。",
            "调高 max_connections，或减少网页进程。",
            used=used,
            most=most,
        )
    return ok("数据库连接用了 {used} 个，最多 {most} 个。", used=used, most=most)


def _logs() -> Finding:
    if settings.DANGAN.log == "json":
        return ok("运行日志为 JSON，不含任何值。")
    return ok("运行日志为文字，不含任何值；要集中收集可设 DANGAN_LOG=json。")
