"""The database: what it keeps through a power cut, and what its account may do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from dangan.dictionary import queries as dictionary_queries
from dangan.security.checks.registry import Finding, bad, ok, warn
from dangan.vault.queries import epochs

CLOCK_APART = timedelta(seconds=5)
EPOCH_OLD = timedelta(days=45)
EXTENSIONS = frozenset({"plpgsql", "pg_stat_statements", "pg_trgm", "btree_gin", "amcheck"})


def _row(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def superuser() -> Finding:
    """The program's account cannot go around its own locks."""
    (powerful,) = _row("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if powerful and settings.DANGAN.embedded_database:
        return warn(
            "内置数据库只有一个超级账号，能登录本机的人可以绕开数据库的限制",
            "正式使用请用独立的 PostgreSQL，给本系统一个普通账号（DANGAN_DATABASE_URL）",
        )
    if powerful:
        return bad("本系统用数据库超级账号连接", "换成普通账号：只拥有自己的库，不能管理服务器")
    return ok("本系统用普通数据库账号连接")


def log_guard() -> Finding:
    """The log's tables refuse changes: their triggers stand and always fire."""
    (missing,) = _row(
        "SELECT count(*) FROM unnest(%s::text[]) AS name WHERE NOT EXISTS"
        " (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = to_regclass(name)"
        "  AND t.tgname = name || '_only_grows' AND t.tgenabled = 'A')",
        ["audit_era", "audit_event", "audit_leaf", "audit_tile", "audit_checkpoint"],
    )
    if missing:
        return bad(
            "{n} 张日志表没有防改的触发器",
            "核验日志（dangan audit verify），查明是谁关掉的，再重新启用",
            n=missing,
        )
    return ok("日志表只增不改")


def log_rights() -> Finding:
    """The program's account should not even be able to try."""
    allowed, owner = _row(
        "SELECT has_table_privilege(current_user, 'audit_event', 'DELETE'),"
        " (SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'audit_event'"
        "  AND schemaname = current_schema())"
    )
    if allowed or owner:
        return warn(
            "数据库账号有权删除日志，只靠触发器挡住",
            "把日志表改属另一个数据库账号，只给本系统 SELECT 和 INSERT（见部署说明）",
        )
    return ok("数据库账号无权删除日志")


def encrypted() -> Finding:
    """What travels to another machine's database is encrypted."""
    if connection.settings_dict["HOST"].startswith("/") or not connection.settings_dict["HOST"]:
        return ok("数据库在本机，经套接字连接")
    found = _row("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    if not (found and found[0]):
        return bad("与数据库的连接没有加密", "在 DANGAN_DATABASE_URL 末尾加 ?sslmode=verify-full")
    return ok("与数据库的连接已加密")


def extensions() -> Finding:
    """No extension that reaches files or programs of the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        found = {row[0] for row in cursor.fetchall()} - EXTENSIONS
    if found:
        return warn(
            "数据库里有本系统不用的扩展：{names}",
            "不需要时 DROP EXTENSION",
            names="、".join(sorted(found)),
        )
    return ok("数据库里没有多余的扩展")


def timeouts() -> Finding:
    """No statement or forgotten transaction holds the log's order up for ever."""
    (statement,) = _row("SELECT current_setting('statement_timeout')")
    (idle,) = _row("SELECT current_setting('idle_in_transaction_session_timeout')")
    if "0" in {statement, idle}:
        return warn(
            "数据库没有限制语句或空闲事务的时间",
            "给数据库账号设置：ALTER ROLE … SET statement_timeout = '15min'，"
            "idle_in_transaction_session_timeout = '10min'",
        )
    return ok("语句最长 {statement}，空闲事务最长 {idle}", statement=statement, idle=idle)


def durability() -> Finding:
    """What was accepted outlives a power cut."""
    off = [
        name
        for name in ("fsync", "synchronous_commit", "full_page_writes")
        if _row("SELECT current_setting(%s)", name)[0] == "off"
    ]
    if off:
        return bad(
            "数据库关闭了 {names}，断电会丢数据",
            "在 postgresql.conf 里改回 on，重新启动",
            names="、".join(off),
        )
    return ok("已接受的修改断电不丢")


def clock() -> Finding:
    """Machine and database agree on the time."""
    (there,) = _row("SELECT clock_timestamp()")
    apart = abs(timezone.now() - there)
    if apart > CLOCK_APART:
        return bad(
            "本机与数据库的时钟相差 {seconds} 秒",
            "在两台机器上启用时间同步（chrony）",
            seconds=int(apart.total_seconds()),
        )
    return ok("本机与数据库的时钟一致")


def migrations() -> Finding:
    """The tables are those this version expects."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return bad("有 {n} 项数据库升级没有执行", "重新启动服务，启动时会自动执行", n=len(waiting))
    return ok("数据库结构与程序版本一致")


def epoch() -> Finding:
    """Keys are renewed each month."""
    newest = max((one.opened_at for one in epochs()), default=None)
    if newest is None or timezone.now() - newest > EPOCH_OLD:
        return bad("主密钥超过一个月没有更换", "查后台服务为什么没有更换，或申请手动更换")
    return ok("主密钥 {day} 更换", day=timezone.localtime(newest).date().isoformat())


def purposes() -> Finding:
    """Every field says why it is kept and on what basis."""
    dictionary = dictionary_queries.current()
    lacking = [
        item.path
        for info_set in dictionary.sets.values()
        for item in info_set.fields
        if not item.purpose or not item.legal_basis
    ]
    if lacking:
        return bad(
            "{n} 个字段没有写明用途或合法性基础",
            "在信息集页面补上，或停用字段（个人信息保护法第六条、第十三条）",
            n=len(lacking),
        )
    return ok("每个字段都写明了用途和合法性基础")
