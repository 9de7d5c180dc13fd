"""What the configuration's check asks about back-ups, and what raises an alarm."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from dangan.operations.backup import names, plan, queries
from dangan.operations.backup.creating import check_place
from dangan.operations.backup.places import on_this_disk, place_of
from dangan.operations.backup.rules.problems import BackupProblem
from dangan.security.alarms.probes import Suspicion, register_probe
from dangan.security.checks.registry import Check, Finding, bad, ok, register, warn

_LEDGER_SECONDS = 600


def register_all() -> None:
    """This room's checks and its probe."""
    for one in (
        Check("backup.set", "backup", _("备份已设置"), _set),
        Check("backup.apart", "backup", _("数据与密钥分开备份"), _apart),
        Check("backup.elsewhere", "backup", _("备份离开本机"), _elsewhere),
        Check("backup.reachable", "backup", _("备份位置可用"), _reachable),
        Check("backup.recent", "backup", _("备份按时完成"), _recent),
        Check("backup.complete", "backup", _("备份没有缺文件"), _complete),
        Check("backup.proven", "backup", _("备份经过恢复验证"), _proven),
        Check("backup.private", "backup", _("备份私钥不在本机"), _private),
        Check("backup.ledger", "backup", _("销毁台账随时可取"), _ledger),
    ):
        register(one)
    register_probe("backup", _overdue)


def _set() -> Finding:
    lacking = plan.missing(settings.DANGAN)
    if not lacking:
        return ok("备份位置和公钥都已设置")
    if settings.DANGAN.demo:
        return warn(
            "示例环境没有设置备份：{names}",
            "按恢复手册生成两对密钥，设置备份位置，然后运行 dangan backup create",
            names="、".join(lacking),
        )
    return bad(
        "没有备份：缺少 {names}",
        "按恢复手册生成两对密钥，设置备份位置，然后运行 dangan backup create",
        names="、".join(lacking),
    )


def _apart() -> Finding:
    if plan.missing(settings.DANGAN):
        return warn("备份还没有设置", "先设置备份")
    try:
        plan.plan_of(settings.DANGAN)
    except BackupProblem as problem:
        return bad(
            "{problem}",
            "把 DANGAN_BACKUP_KEYS_TO 设到另一处，由另一个人持有第二把私钥",
            problem=problem.text,
        )
    return ok("密钥送到另一处，加密给另一把公钥")


def _elsewhere() -> Finding:
    if plan.missing(settings.DANGAN):
        return warn("备份还没有设置", "先设置备份")
    if on_this_disk(place_of(settings.DANGAN.backup_to), settings.DANGAN.home):
        return warn(
            "备份与数据在同一块磁盘上",
            "改用另一台机器：SFTP、S3 或挂载的共享文件夹，否则磁盘坏了两样都没有",
        )
    return ok("备份不在数据所在的磁盘上")


def _reachable() -> Finding:
    if plan.missing(settings.DANGAN):
        return warn("备份还没有设置", "先设置备份")
    for url in (settings.DANGAN.backup_to, settings.DANGAN.backup_keys_to):
        try:
            check_place(url)
        except BackupProblem as problem:
            return bad("{problem}", "恢复连接后运行 dangan backup create", problem=problem.text)
    return ok("两处备份位置都能连上")


def _recent() -> Finding:
    now = queries.standing()
    if now.last is None or now.last.instant is None:
        return bad("从来没有完整的备份", "运行 dangan backup create")
    hours = int((now.now - now.last.instant).total_seconds() // 3600)
    if now.backup_late:
        return bad(
            "上次备份是 {hours} 小时以前",
            "在备份页看没有完成的原因，改正后运行 dangan backup create",
            hours=hours,
        )
    return ok("上次备份是 {hours} 小时以前", hours=hours)


def _complete() -> Finding:
    last = queries.standing().last
    if last is None:
        return warn("还没有备份", "运行 dangan backup create")
    if last.files_missing:
        return bad(
            "上次备份缺 {count} 份文件",
            "这些文件不在磁盘上或已损坏：从更早的备份取回，再查磁盘",
            count=last.files_missing,
        )
    return ok("上次备份包含全部 {count} 份文件", count=last.files)


def _proven() -> Finding:
    now = queries.standing()
    if now.failed is not None:
        return bad("最近一次恢复验证没有通过", "看报告中点名的部分，重新备份后再验证一次")
    if now.proven is None:
        return bad(
            "没有一个备份经过恢复验证",
            "在演练机上运行 dangan backup verify，把报告用 dangan backup proven 登记",
        )
    if now.proof_late:
        return bad(
            "上次恢复验证是 {days} 天以前",
            "在演练机上运行 dangan backup verify，把报告用 dangan backup proven 登记",
            days=now.days_since,
        )
    return ok("上次恢复验证是 {days} 天以前", days=now.days_since)


def _private() -> Finding:
    if settings.DANGAN.backup_identity or settings.DANGAN.backup_keys_identity:
        return warn(
            "本机设置了备份的私钥",
            "私钥只放在演练机上；生产机取消 DANGAN_BACKUP_IDENTITY 和 DANGAN_BACKUP_KEYS_IDENTITY",
        )
    return ok("本机只有公钥")


def _ledger() -> Finding:
    file = settings.DANGAN.home / names.LEDGER
    if not file.exists():
        return warn("还没有写出销毁台账", "看后台任务是否在运行")
    minutes = int((time.time() - file.stat().st_mtime) // 60)
    if minutes * 60 > _LEDGER_SECONDS:
        return warn("销毁台账 {minutes} 分钟没有更新", "看后台任务是否在运行", minutes=minutes)
    return ok("销毁台账是最新的")


def _overdue(now: datetime) -> Iterable[Suspicion]:
    """A back-up or a drill that is overdue, or a drill that found something. Silent where nothing
    is set up: the check says so already."""
    if plan.missing(settings.DANGAN):
        return
    found = queries.standing()
    since = found.last.instant if found.last else queries.first_try()
    if since is not None and now - since > queries.OVERDUE:
        hours = int((now - since).total_seconds() // 3600)
        name = found.last.name if found.last else "none"
        yield Suspicion(kind="backup", story=f"since {name}", at=now, measure=hours)
    day = f"{now:%G-%V}"
    if found.last is not None and found.proof_late:
        yield Suspicion(kind="drill", story=f"drill {day}", at=now, measure=found.days_since or 0)
    if found.failed is not None:
        yield Suspicion(kind="drill", story=f"proof {found.failed.pk}", at=now)
