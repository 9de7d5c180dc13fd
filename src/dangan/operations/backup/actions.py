"""The verbs of back-ups: make one, clear old ones away, take in a proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from dangan.access.rules import Actor, require
from dangan.audit.actions import flush, recording
from dangan.audit.rules import Event
from dangan.operations.backup import creating, names, sending
from dangan.operations.backup.identity import signer
from dangan.operations.backup.models import Backup, Proof
from dangan.operations.backup.places import FolderPlace, SftpPlace, place_of
from dangan.operations.backup.plan import Plan, plan_of
from dangan.operations.backup.rules import report as reports
from dangan.operations.backup.rules import signing
from dangan.operations.backup.rules.manifest import manifest_of
from dangan.operations.backup.rules.problems import BackupProblem, Unusable
from dangan.operations.backup.rules.retention import Keep, Kept, expired
from dangan.operations.backup.snapshot import Target
from dangan.operations.backup.stores import Lost, Store, open_store
from dangan.operations.backup.stores.base import get

KEYS_KEPT = 3
"""Back-ups of keys that are kept: each holds only epochs that lived then, so old ones would keep
keys that have been destroyed since. The newest opens every back-up of data that may be opened."""

_LOCK = 0x6261636B  # the advisory lock's number: "back"

Say = Callable[[str], None]


class Running(Unusable):
    """Another process is backing up, or clearing away, at this moment."""


def create(actor: Actor, *, demo: bool = False, full: bool = False, say: Say) -> Backup:
    """Makes a back-up now, while work goes on, and clears old ones away.

    ``demo`` allows one place and one recipient for data and keys; ``full`` sends every file again.
    Needs ``backup.manage``. Raises :class:`BackupProblem`; the row then says why.
    """
    require(actor, "backup.manage")
    plan = plan_of(settings.DANGAN, demo=demo)
    with _alone():
        row = _begin(actor, plan, demo=bool(plan.remark))
        try:
            made = creating.create(
                plan,
                row.name,
                full=full,
                say=say,
                demo=bool(plan.remark),
                still=lambda: _still_ours(row),
            )
        except BaseException as error:
            _failed(actor, row, error)
            raise
        _done(actor, row, made)
        _clear_away(actor, plan, say)
    return row


def prune(actor: Actor, *, say: Say, demo: bool = False) -> list[str]:
    """Clears away back-ups that are not to be kept any longer; gives their names.

    Needs ``backup.manage``.
    """
    require(actor, "backup.manage")
    plan = plan_of(settings.DANGAN, demo=demo)
    with _alone():
        return _clear_away(actor, plan, say)


def take_proof(actor: Actor, *, document: bytes) -> Proof:
    """Takes in the signed report of a proof that was done elsewhere.

    Needs ``backup.manage``. Raises :class:`BackupProblem`: ``Forged`` when it was not signed with
    this installation's key, ``Unusable`` when it is about a back-up that is not known here.
    """
    require(actor, "backup.manage")
    body = signing.open_signed(document, signer().public, what="验证报告")
    report = reports.report_of(body)
    with recording(actor):
        backup = Backup.objects.filter(name=report.backup, manifest=report.manifest).first()
        if backup is None:
            raise Unusable(f"报告说的备份 {report.backup} 不是这里做的，没有登记。")
        proof, fresh = Proof.objects.get_or_create(
            digest=signing.fingerprint(document),
            defaults={
                "backup": backup,
                "at": report.at,
                "ok": report.ok,
                "took": report.took,
                "report": document.decode(),
                "imported_by": actor.id,
                "imported_at": timezone.now(),
            },
        )
        if fresh:
            facts = {"backup": backup.name, "ok": report.ok, "took": round(report.took)}
            actor.trail.add(Event("backup.proven", object=backup.name, facts=facts))
    return proof


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time, over all processes: the lock goes with the connection, even after a kill."""
    with Target.of(connection.settings_dict).connect(autocommit=True) as own:
        found = own.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
        if not found or not found[0]:
            raise Running("另一次备份或清理正在进行，等它结束后再来。")
        yield


def under_way() -> bool:
    """Whether a process is backing up, or clearing away, at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid = 0 AND objid = %s AND objsubid = 1)",
            [_LOCK],
        )
        return bool(cursor.fetchone()[0])


def _still_ours(row: Backup) -> bool:
    """Whether no other run has begun: the lock goes with its connection, and a database that was
    restarted meanwhile lets another one in, which clears away what it takes for our remains."""
    connection.close_if_unusable_or_obsolete()
    return Backup.objects.filter(pk=row.pk, state=Backup.State.RUNNING).exists()


def _begin(actor: Actor, plan: Plan, *, demo: bool) -> Backup:
    now = timezone.now()
    with recording(actor):
        # We hold the lock, so whoever left this behind is dead.
        Backup.objects.filter(state=Backup.State.RUNNING).update(
            state=Backup.State.FAILED, finished_at=now, problem="进程中途停了。"
        )
        row = Backup.objects.create(
            name=creating.new_name(now.astimezone(UTC)),
            by=actor.id,
            started_at=now,
            place=label_of(plan.to),
            keys_place=label_of(plan.keys_to),
            demo=demo,
        )
        actor.trail.add(Event("backup.begin", object=row.name, facts={"to": row.place}))
    return row


def _failed(actor: Actor, row: Backup, error: BaseException) -> None:
    text = error.text if isinstance(error, BackupProblem) else type(error).__name__
    row.state, row.finished_at = Backup.State.FAILED, timezone.now()
    row.problem = text[:600]
    with transaction.atomic():
        row.save()
        actor.trail.add(Event("backup.create", outcome="failed", object=row.name))
        flush(actor.trail)


def _done(actor: Actor, row: Backup, made: creating.Made) -> None:
    manifest = made.manifest
    row.state, row.finished_at = Backup.State.DONE, timezone.now()
    row.instant, row.manifest = manifest.instant, made.digest
    row.size = sum(part.size for part in manifest.parts)
    row.rows = sum(table.rows for table in manifest.tables)
    row.files, row.files_sent = manifest.files.count, manifest.files.sent
    row.files_missing = len(manifest.files.missing)
    row.log_size = manifest.log.size
    if row.files_missing:
        row.problem = (
            f"{row.files_missing} 份文件不在磁盘上，或与存入时不同，没有备份。"
            "请运行文件核对，从更早的备份取回。"
        )
    with recording(actor):
        row.save()
        facts = {
            "manifest": made.digest,
            "rows": row.rows,
            "files": row.files,
            "sent": row.files_sent,
            "missing": row.files_missing,
            "size": row.size,
        }
        actor.trail.add(Event("backup.create", object=row.name, facts=facts))


def _clear_away(actor: Actor, plan: Plan, say: Say) -> list[str]:
    env = settings.DANGAN
    store = open_store(plan.to)
    try:
        there = creating.newest_first(store)
        known = {row.name: row for row in Backup.objects.filter(name__in=there)}
        proven = dict(
            Proof.objects.filter(ok=True, backup__name__in=there)
            .order_by("at")
            .values_list("backup__name", "at")
        )
        gone = expired(
            [
                Kept(name, instant, proven.get(name))
                for name in there
                if (instant := _instant(name, known.get(name))) is not None
            ],
            now=timezone.now(),
            keep=Keep.parse(env.backup_keep),
            longest=timedelta(days=env.backup_days),
        )
        for name in gone:
            remove_backup(store, name)
        if gone:
            swept = sweep_files(store, [name for name in there if name not in gone])
            say(f"已清理 {len(gone)} 个旧备份和 {swept} 份不再需要的文件。")
    finally:
        store.close()
    _clear_keys(plan)
    if gone:
        with recording(actor):
            Backup.objects.filter(name__in=gone).update(
                state=Backup.State.PRUNED, pruned_at=timezone.now()
            )
            actor.trail.add(Event("backup.prune", facts={"backups": gone}))
    return gone


def _instant(name: str, row: Backup | None) -> datetime | None:
    """When it was made. After a restore the table does not know those made since the back-up that
    was restored: they go by their names, since no back-up may outlive what is promised."""
    if row is not None:
        return row.instant or row.started_at
    return creating.instant_of(name)


def remove_backup(store: Store, name: str) -> None:
    """Takes a back-up away, its manifest first: what is half removed is not one any more."""
    store.delete(names.manifest_of(name))
    for part, _ in list(store.names(f"backups/{name}/")):
        store.delete(part)


def sweep_files(store: Store, kept: list[str]) -> int:
    """Removes files that no kept back-up lists; gives how many. Nothing when a list is unreadable:
    too many files are better than one too few."""
    wanted: set[str] = set()
    for name in kept:
        try:
            document = get(store, names.manifest_of(name))
            body = signing.open_signed(document, signer().public, what=f"备份 {name} 的清单")
            part = manifest_of(body).files.listing
            listed = sending.listed(get(store, part.name)) if part else iter(())
            wanted |= {names.file_of(file) for file, _, _ in listed}
        except (BackupProblem, Lost, OSError, ValueError):
            return 0
    spare = [name for name, _ in store.names("files/") if name not in wanted]
    for name in spare:
        store.delete(name)
    return len(spare)


def _clear_keys(plan: Plan) -> None:
    store = open_store(plan.keys_to)
    try:
        found = sorted({name.split("/")[1] for name, _ in store.names("keys/")}, reverse=True)
        for name in found[KEYS_KEPT:]:
            store.delete(names.keys_manifest_of(name))
            store.delete(names.keys_part_of(name))
    finally:
        store.close()


def label_of(url: str) -> str:
    """A place in words, without reaching it and without passwords."""
    place = place_of(url)
    if isinstance(place, FolderPlace):
        return f"文件夹 {place.path}"[:300]
    if isinstance(place, SftpPlace):
        return f"SFTP {place.user}@{place.host}{place.path}"[:300]
    return f"S3 {place.bucket}/{place.prefix}"[:300]
