"""Opening everything that is sealed, once, to prove that it opens: keys, every version of every
record, portraits, reasons, catalogue lines, the log's words, accounts, files.

Each kind walks its table by number, so several processes share it: lane *n* of *m* takes every
*m*-th page.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, connections

from dangan.access.models import Account
from dangan.access.profiles import open_profile
from dangan.audit.actions import detail_place, reason_place
from dangan.audit.rules import split_mac
from dangan.audit.rules.events import parse_entry
from dangan.dossiers.opening import change_place, open_values, portrait_place
from dangan.files.models import SealedFile
from dangan.files.opening import key_place, name_place, open_content
from dangan.files.storage import files, place_of
from dangan.materials.catalogue.sealing import material_place
from dangan.vault.queries import Unwrapper, keys_of
from dangan.vault.rules import SYSTEM, SubjectKey, VaultError, unseal

PAGE = 2_000
MOST = 200
"""Problems of one kind that are named; the count goes on."""

Outcome = tuple[int, int, list[str]]
"""How many were opened, how many were not, and the first of these in words."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Something to open: a walk over pages, and what opens one page."""

    key: str
    label: str
    pages: str
    """Selects rows behind ``%s`` in order, at most ``%s`` of them; the first column is the order's.
    """
    open: Callable[[list[tuple[Any, ...]]], Iterator[str | None]]
    """For each row None when it opened, or a sentence that names it."""


def _keys(rows: list[tuple[Any, ...]]) -> Iterator[str | None]:
    unwrapper = Unwrapper()
    for subject, version, epoch, wrapped in rows:
        yield _tried(
            partial(unwrapper.key, subject, version, epoch, bytes(wrapped)),
            f"密钥 {subject}",
        )


def _records(rows: list[tuple[Any, ...]]) -> Iterator[str | None]:
    keys = keys_of({row[1] for row in rows}, skip_destroyed=True)
    for _, subject, info_set, row, version, sealed in rows:
        key = keys.get(subject)
        if key is None or not sealed:
            continue
        yield _tried(
            partial(open_values, key, info_set, row, version, sealed),
            f"表 dossiers_record 档案 {subject} 信息集 {info_set} 行 {row} 第 {version} 版",
        )


def _portraits(rows: list[tuple[Any, ...]]) -> Iterator[str | None]:
    keys = keys_of({row[0] for row in rows}, skip_destroyed=True)
    for subject, picture, sealed in rows:
        if subject in keys and sealed:
            place = portrait_place(subject, picture)
            yield _opened(keys[subject], place, sealed, f"表 dossiers_portrait 档案 {subject}")


def _changes(rows: list[tuple[Any, ...]]) -> Iterator[str | None]:
    keys = keys_of({row[1] for row in rows}, skip_destroyed=True)
    for change, subject, sealed in rows:
        if subject in keys and sealed:
            place = change_place(subject, change)
            yield _opened(keys[subject], place, sealed, f"表 dossiers_change 第 {change} 号")


def _materials(rows: list[tuple[Any, ...]]) -> Iterator[str | None]:
    keys = keys_of({row[1] for row in rows}, skip_destroyed=True)
    for material, subject, version, sealed in rows:
        if subject in keys and sealed:
            place = material_place(subject, material, version)
            where = f"表 catalogue_material 材料 {material} 第 {version} 版"
            yield _opened(keys[subject], place, sealed, where)


def _old_materials(rows: list[tuple[Any, ...]]) -> Iterator[str | None]:
    keys = keys_of({row[2] for row in rows}, skip_destroyed=True)
    for _, material, subject, version, sealed in rows:
        if subject in keys and sealed:
            place = material_place(subject, material, version)
            where = f"表 catalogue_materialversion 材料 {material} 第 {version} 版"
            yield _opened(keys[subject], place, sealed, where)


def _events(rows: list[tuple[Any, ...]]) -> Iterator[str | None]:
    parsed = []
    for event, raw in rows:
        parts = split_mac(bytes(raw))
        try:
            parsed.append((event, parse_entry(parts[0] if parts else bytes(raw))))
        except ValueError:
            yield f"表 audit_event 事件 {event} 不是日志条目"
    wanted = {entry.subject or SYSTEM for _, entry in parsed if entry.detail is not None}
    keys = keys_of(wanted | {SYSTEM}, skip_destroyed=True)
    for event, entry in parsed:
        where = f"表 audit_event 事件 {event}"
        whose = entry.subject or SYSTEM
        if entry.detail is not None and whose in keys:
            yield _opened(keys[whose], detail_place(whose, entry.uid), entry.detail, where)
        if entry.reason is not None:
            yield _opened(keys[SYSTEM], reason_place(entry.uid), entry.reason, where)


def _accounts(rows: list[tuple[Any, ...]]) -> Iterator[str | None]:
    found = Account.objects.in_bulk([row[0] for row in rows])
    keys = keys_of(set(found), skip_destroyed=True)
    for account in found.values():
        where = f"表 access_account 账号 {account.pk}"
        key = keys.get(account.pk)
        if key is None:
            yield f"{where} 的密钥不见了"
        else:
            yield _tried(partial(open_profile, account, key), where)


def _files(rows: list[tuple[Any, ...]]) -> Iterator[str | None]:
    """Name and key of each; the content too of those that lie on the disk here."""
    found = SealedFile.objects.in_bulk([row[0] for row in rows])
    keys = keys_of({file.subject for file in found.values()}, skip_destroyed=True)
    for file in found.values():
        key = keys.get(file.subject)
        if key is not None:
            yield _tried(partial(_whole, key, file), f"文件 {file.object.hex}")


def _whole(key: SubjectKey, file: SealedFile) -> None:
    unseal(key, name_place(file), bytes(file.sealed_name))
    unseal(key, key_place(file), bytes(file.sealed_key))
    if files().exists(place_of(file.object)):
        for _ in open_content(key, file):
            pass


KINDS = (
    Kind(
        "keys",
        "数据密钥",
        "SELECT subject, version, epoch, wrapped FROM keystore.data_key"
        " WHERE subject > %s ORDER BY 1 LIMIT %s",
        _keys,
    ),
    Kind(
        "records",
        "档案记录（全部版本）",
        "SELECT id, subject_id, info_set, row, version, sealed FROM dossiers_record"
        " WHERE id > %s ORDER BY 1 LIMIT %s",
        _records,
    ),
    Kind(
        "changes",
        "更新记录的事由",
        "SELECT id, subject_id, sealed_reason FROM dossiers_change"
        " WHERE id > %s ORDER BY 1 LIMIT %s",
        _changes,
    ),
    Kind(
        "portraits",
        "证件照",
        "SELECT subject_id, picture, sealed FROM dossiers_portrait"
        " WHERE subject_id > %s ORDER BY 1 LIMIT %s",
        _portraits,
    ),
    Kind(
        "materials",
        "材料目录",
        "SELECT id, subject, version, sealed FROM catalogue_material"
        " WHERE id > %s ORDER BY 1 LIMIT %s",
        _materials,
    ),
    Kind(
        "old_materials",
        "材料目录的旧版本",
        "SELECT v.id, v.material_id, m.subject, v.version, v.sealed"
        " FROM catalogue_materialversion v JOIN catalogue_material m ON m.id = v.material_id"
        " WHERE v.id > %s ORDER BY 1 LIMIT %s",
        _old_materials,
    ),
    Kind(
        "events",
        "日志的事由和详情",
        "SELECT id, entry FROM audit_event WHERE id > %s ORDER BY 1 LIMIT %s",
        _events,
    ),
    Kind(
        "accounts",
        "账号",
        "SELECT id FROM access_account WHERE id > %s ORDER BY 1 LIMIT %s",
        _accounts,
    ),
    Kind(
        "files",
        "文件的名称和密钥",
        "SELECT id FROM files_sealedfile WHERE state = 'kept' AND id > %s ORDER BY 1 LIMIT %s",
        _files,
    ),
)
_BY_NUMBER = {"records", "changes", "old_materials", "events"}


def open_all(lanes: int) -> dict[str, Outcome]:
    """Opens everything, in so many processes; by kind what came of it.

    The processes are forked before anything is loaded, and none of them takes a connection over.
    """
    connections.close_all()
    jobs = [(kind.key, lane, lanes) for kind in KINDS for lane in range(lanes)]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(lanes, mp_context=context) as pool:
        outcomes = list(pool.map(_lane, jobs))
    found: dict[str, Outcome] = {kind.key: (0, 0, []) for kind in KINDS}
    for (key, _, _), (good, bad, named) in zip(jobs, outcomes, strict=True):
        before = found[key]
        found[key] = (before[0] + good, before[1] + bad, [*before[2], *named][:MOST])
    return found


def _lane(job: tuple[str, int, int]) -> Outcome:
    key, lane, lanes = job
    kind = next(kind for kind in KINDS if kind.key == key)
    good, bad = 0, 0
    named: list[str] = []
    try:
        for number, rows in enumerate(_pages(kind)):
            if number % lanes != lane:
                continue
            for problem in kind.open(rows):
                if problem is None:
                    good += 1
                else:
                    bad += 1
                    if len(named) < MOST:
                        named.append(problem)
    finally:
        connections.close_all()
    return good, bad, named


def _pages(kind: Kind) -> Iterator[list[tuple[Any, ...]]]:
    after: object = -1 if kind.key in _BY_NUMBER else UUID(int=0)
    connection.ensure_connection()
    while True:
        with psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(kind.pages.encode(), [after, PAGE], binary=True)
            rows = cursor.fetchall()
        if not rows:
            return
        after = rows[-1][0]
        yield rows


def _opened(key: SubjectKey, place: Any, sealed: Any, where: str) -> str | None:
    return _tried(partial(unseal, key, place, bytes(sealed)), where)


def _tried(deed: Callable[[], object], where: str) -> str | None:
    try:
        deed()
    except (VaultError, ValueError, OSError) as error:
        return f"{where} 打不开（{type(error).__name__}）"
    return None
