"""What must go on by itself: the log, the worker, the looking for alarms; and the program."""

from __future__ import annotations

import platform
import re
import sys
from datetime import date, timedelta
from importlib import metadata
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from dangan.audit import queries as audit
from dangan.audit.queries import streaming
from dangan.security.checks.registry import Finding, bad, ok, warn
from dangan.security.models import Canary, Watermark

LATE = timedelta(minutes=15)
WAITING = timedelta(minutes=2)
VERIFIED = timedelta(days=35)
_ENDS = {(3, 11): date(2027, 10, 31), (3, 12): date(2028, 10, 31), (3, 13): date(2029, 10, 31)}
"""Until when Python mends what is found (PEP 664, 693, 719)."""
_LOCK = Path(__file__).parents[4] / "requirements" / "app.txt"
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?:\s*;\s*(.*?))?\s*\\?$")


def sequencer() -> Finding:
    """Events are taken into the signed tree."""
    oldest = streaming.oldest_waiting(streaming.signed_to())
    if oldest and timezone.now() - oldest > WAITING:
        return bad("日志有条目等了 {minutes} 分钟没有签署", "看日志服务（sequencer）是否在运行",
                   minutes=int((timezone.now() - oldest).total_seconds() // 60))  # fmt: skip
    return ok("日志随时签署")


def log_export() -> Finding:
    """Checkpoints leave the machine, so that whoever owns it cannot write the log anew."""
    standing = audit.standing()
    if standing.copied < standing.size:
        return bad(
            "检查点文件少了最近的 {n} 条",
            "看数据目录是否可写，日志服务是否在运行",
            n=standing.size - standing.copied,
        )
    if not settings.DANGAN.checkpoint_syslog:
        return warn(
            "检查点没有送到机器之外",
            "设置 DANGAN_CHECKPOINT_SYSLOG，或定期把 checkpoints.txt 抄到别处",
        )
    return ok("检查点送到机器之外")


def verified() -> Finding:
    """The whole log was checked lately, and was whole."""
    standing = audit.standing()
    if standing.checked_at is None or timezone.now() - standing.checked_at > VERIFIED:
        return warn("一个月没有核验过整本日志", "执行 dangan audit verify --data")
    if not standing.checked.get("ok", True):
        return bad("最近一次核验发现日志不一致", "保护现场，对照送出的检查点，按应急预案处理")
    return ok(
        "{day} 核验过整本日志，没有改动",
        day=timezone.localtime(standing.checked_at).date().isoformat(),
    )


def worker() -> Finding:
    """Somebody does the scheduled work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
        (beat,) = cursor.fetchone()
    if beat is None or timezone.now() - beat > LATE:
        return bad("后台服务（worker）没有在运行", "用 dangan serve 启动全部服务，看它的日志")
    return ok("后台服务在运行")


def jobs() -> Finding:
    """Scheduled work is done in time and does not fail."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE j.status = 'failed' AND EXISTS (SELECT 1 FROM"
            "  procrastinate_events e WHERE e.job_id = j.id AND e.at > now() - interval '1 day')),"
            " count(*) FILTER (WHERE j.status = 'todo' AND coalesce(j.scheduled_at, "
            "  (SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id))"
            "  < now() - interval '1 hour')"
            " FROM procrastinate_jobs j WHERE j.status IN ('failed', 'todo')"
        )
        failed, late = cursor.fetchone()
    if failed or late:
        return bad(
            "{failed} 项后台工作一天内失败，{late} 项等了一小时以上",
            "看后台服务的日志",
            failed=failed,
            late=late,
        )
    return ok("后台工作按时完成")


def watching() -> Finding:
    """The log is looked through for alarms."""
    mark = Watermark.objects.filter(key="alarms").first()
    if mark is None or mark.at is None or timezone.now() - mark.at > LATE:
        return bad(
            "超过 15 分钟没有查看日志找异常", "看后台服务是否在运行、有无失败的 security.look"
        )
    return ok("每五分钟查看一次日志")


def canaries() -> Finding:
    """There is something that nobody has a reason to open."""
    if not Canary.objects.filter(state=Canary.State.PLANTED).exists():
        return warn("还没有布设诱饵档案", "由安全管理员申请，人事经理布设；每个公司至少一份")
    return ok("已布设诱饵档案")


def versions() -> Finding:
    """The libraries are those that were tested."""
    if not _LOCK.exists():
        return warn(
            "没有锁定文件，无法核对库的版本", "按安装说明从带 requirements/app.txt 的发布包安装"
        )
    wrong = [
        name
        for name, version, marker in locked(_LOCK.read_text())
        if not marker and _installed(name) != version
    ]
    if wrong:
        return warn(
            "{n} 个库的版本与锁定的不同：{names}",
            "重新安装：uv pip sync requirements/app.txt",
            n=len(wrong),
            names="、".join(sorted(wrong)[:6]),
        )
    return ok("全部库的版本与锁定的一致")


def locked(text: str) -> list[tuple[str, str, str]]:
    """Names, versions and markers that a lock file pins."""
    matches = (_PINNED.match(line) for line in text.splitlines())
    return [(m[1].lower(), m[2], m[3] or "") for m in matches if m]


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def python() -> Finding:
    """Python itself is still mended."""
    ends = _ENDS.get(sys.version_info[:2])
    if ends is None:
        return warn(
            "Python {version} 没有测试过",
            "使用 Python 3.11 到 3.13",
            version=platform.python_version(),
        )
    if timezone.localdate() > ends:
        return bad(
            "Python {version} 不再有安全更新",
            "换用新版本的 Python",
            version=platform.python_version(),
        )
    return ok(
        "Python {version} 有安全更新到 {day}",
        version=platform.python_version(),
        day=ends.isoformat(),
    )
