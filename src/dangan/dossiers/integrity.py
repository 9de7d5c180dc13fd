"""Comparing dossiers with the log: the part of ``dangan audit verify --data`` for records.

Every record's sealed bytes are hashed and compared with what the log said when it was
written, so an altered, added, removed or rolled-back row shows and is named; then every
current record is opened, so a value moved or sealed under a lost key shows as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from dangan.audit.checking import register_data_check
from dangan.audit.rules.checking import Problem
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.models import Record
from dangan.dossiers.opening import open_values
from dangan.vault import queries as vault_queries
from dangan.vault.rules import VaultError

BATCH = 2000

_COMPARE = """
WITH gone AS MATERIALIZED (
  SELECT subject FROM audit_event WHERE action = 'key.destroy' AND outcome = 'done'
), gone_row AS MATERIALIZED (
  SELECT object::uuid AS row FROM audit_event
  WHERE action = 'record.destroy' AND outcome = 'done'
), logged AS (
  SELECT (said->>'row')::uuid AS row, (said->>'version')::int AS version,
         said->>'set' AS info_set, decode(said->>'sha256', 'hex') AS sha256, event.subject
  FROM audit_event event,
       jsonb_array_elements(convert_from(event.entry, 'UTF8')::jsonb -> 'facts' -> 'records') said
  WHERE event.action IN ('subject.create', 'record.write') AND event.outcome = 'done'
)
SELECT COALESCE(logged.subject, stored.subject_id), COALESCE(logged.info_set, stored.info_set),
       row, version,
       CASE WHEN logged.sha256 IS NULL THEN 'added'
            WHEN stored.sealed IS NULL THEN 'removed'
            WHEN logged.subject <> stored.subject_id OR logged.info_set <> stored.info_set
              THEN 'moved'
            ELSE 'altered' END
FROM logged FULL JOIN dossiers_record stored USING (row, version)
WHERE (logged.sha256 IS NULL OR stored.sealed IS NULL
   OR sha256(stored.sealed) <> logged.sha256 OR stored.digest <> logged.sha256
   OR logged.subject <> stored.subject_id OR logged.info_set <> stored.info_set)
  AND NOT (  -- what the log says was destroyed is not there
    COALESCE(length(stored.sealed), 0) = 0
    AND (COALESCE(logged.subject, stored.subject_id) IN (SELECT subject FROM gone)
         OR row IN (SELECT gone_row.row FROM gone_row)))
LIMIT 1000
"""

_ROLLED_BACK = """
SELECT DISTINCT ON (row) subject_id, info_set, row, version
FROM dossiers_record stored
WHERE current <> (NOT deleted AND version = (
  SELECT max(version) FROM dossiers_record newest WHERE newest.row = stored.row))
ORDER BY row, version DESC
LIMIT 1000
"""

_WHERE = "档案 {subject} 信息集 {set} 行 {row} 第 {version} 版"
_SENTENCES = {
    "added": _WHERE + "在日志中没有记载，是直接写入数据库的",
    "removed": _WHERE + "已从数据库中删除",
    "moved": _WHERE + "不在原来的位置",
    "altered": _WHERE + "的封存内容被改动过",
    "rolled-back": _WHERE + "的当前标记不对，数据被退回过",
    "unreadable": _WHERE + "无法打开：{reason}",
}


def check_records() -> Iterator[Problem]:
    """Every record that is not as the log says, or does not open."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPARE)
        for *where, kind in cursor.fetchall():
            yield _problem(kind, _Where(*where))
        cursor.execute(_ROLLED_BACK)
        for where in cursor.fetchall():
            yield _problem("rolled-back", _Where(*where))
    yield from _unreadable()


class _Where(NamedTuple):
    subject: UUID
    info_set: str
    row: UUID
    version: int


def _problem(kind: str, where: _Where, reason: str = "") -> Problem:
    params: dict[str, object] = {
        "subject": str(where.subject),
        "set": where.info_set,
        "row": str(where.row),
        "version": where.version,
    }
    if reason:
        params["reason"] = reason
    return Problem(f"record-{kind}", params, _SENTENCES[kind])


def _unreadable() -> Iterator[Problem]:
    known = dictionary_queries.current().sets
    last = 0
    while True:
        page = list(
            Record.objects.filter(current=True, id__gt=last)
            .order_by("id")
            .values_list("id", "subject_id", "info_set", "row", "version", "sealed")[:BATCH]
        )
        if not page:
            return
        last = page[-1][0]
        keys = vault_queries.keys_of({item[1] for item in page}, skip_destroyed=True)
        for _id, subject, info_set, row, version, sealed in page:
            where = _Where(subject, info_set, row, version)
            if where.subject not in keys or where.info_set not in known:
                continue
            try:
                open_values(keys[where.subject], where.info_set, where.row, where.version, sealed)
            except VaultError as error:
                yield _problem("unreadable", where, str(error))


def register() -> None:
    """Adds the check to the log's; called once at start-up."""
    register_data_check("dossiers", check_records)
