"""The work of :mod:`.stages` inside a restored installation."""

from __future__ import annotations

import time
from uuid import UUID

from django.conf import settings

from dangan.access.queries import console_actor
from dangan.access.rules import Actor
from dangan.audit import tree
from dangan.audit.actions import flush
from dangan.audit.checking import verify
from dangan.audit.rules.notes import split_notes
from dangan.audit.sequencer import sequence_once
from dangan.operations.backup import probing, settling
from dangan.operations.backup.fetching import Exported
from dangan.operations.backup.identity import signer
from dangan.operations.backup.opening import KINDS, open_all
from dangan.operations.backup.replaying import replay
from dangan.operations.backup.rules.manifest import Ledger, Manifest
from dangan.operations.backup.rules.orders import Answer, Order
from dangan.operations.backup.rules.report import Step
from dangan.roster import queries as roster
from dangan.roster.models import Entry
from dangan.roster.rules import RosterQuery
from dangan.vault.rules import VaultError

LANES = 2


def settle(order: Order) -> Answer:

    manifest, ledger = _given(order)
    actor = console_actor(purpose="从备份恢复")
    replayed = replay(actor, ledger)
    exported = [Exported(size, root) for size, root in order.exported]
    settling.put_old_checkpoints(order.checkpoints)
    row = settling.settle(actor, manifest, exported)
    flush(actor.trail)
    sequence_once()
    signer()
    said = [f"已重放销毁 {replayed} 项，结束全部登录、访问令牌和一次性代码。"]
    if row.lost_size > row.size:
        said.append(
            f"日志在第 {row.size} 条之后另起一线；旧线曾签到第 {row.lost_size} 条，"
            f"其间 {row.lost_size - row.size} 条随故障丢失。"
        )
    else:
        said.append(f"日志在第 {row.size} 条之后另起一线，没有已签发而丢失的条目。")
    return Answer(replayed=replayed, log_size=row.size, said=tuple(said))


def prove(order: Order) -> Answer:

    manifest, ledger = _given(order)
    actor = console_actor(purpose="验证备份")
    steps: list[Step] = []
    began = time.monotonic()

    expected = _lines(ledger)
    replayed = replay(actor, ledger)
    said = f"台账 {ledger.count} 条，备份之后销毁、现已重放的 {replayed} 项"
    steps.append(Step("ledger", "销毁台账先行重放", True, said, time.monotonic() - began))
    steps += _opening()
    log, size, root = _log(order)
    steps.append(log)
    steps.append(_roster(actor, manifest, ledger, expected))
    return Answer(tuple(steps), replayed, size, root)


def _opening() -> list[Step]:

    began = time.monotonic()
    found = open_all(LANES)
    took = time.monotonic() - began
    all_, bad = sum(one[0] + one[1] for one in found.values()), sum(o[1] for o in found.values())
    said = "、".join(f"{kind.label} {found[kind.key][0]}" for kind in KINDS)
    named = tuple(line for one in found.values() for line in one[2])
    return [
        Step(
            "opens",
            "封存的内容逐一打开",
            not bad,
            f"{all_} 项，打不开 {bad} 项：{said}",
            took,
            named,
        )
    ]


def _log(order: Order) -> tuple[Step, int, str]:
    """The whole log and the data it speaks of, against the checkpoints kept elsewhere."""

    manifest, _ = _given(order)
    began = time.monotonic()
    signed = tree.latest()
    size, root = (signed.size, signed.root.hex()) if signed else (0, "")
    problems = []
    if (size, root) != (manifest.log.size, manifest.log.root):
        problems.append("日志树的条数或树根与清单不符")
    agreed = [one for one in order.exported if one[0] <= size]
    if size and not agreed:
        problems.append("没有另存在别处的检查点可对照")
    # Later checkpoints say what was lost, not that anything is wrong: only earlier ones are asked.
    file = settings.DANGAN.home / "to-compare.txt"
    file.write_text(_up_to(order.checkpoints, size), encoding="utf-8")
    sequence_once()
    report = verify(checkpoints=file, data=True)
    problems += [str(problem) for problem in report.problems]
    said = (
        f"{report.events} 条事件，{size} 条已签名，与 {len(agreed)} 个另存的检查点一致"
        if not problems
        else f"{len(problems)} 处不符"
    )
    took = time.monotonic() - began
    step = Step("log", "日志与数据对照", not problems, said, took, tuple(problems[:200]))
    return step, size, root


def _up_to(text: str, size: int) -> str:
    """The notes of a file of checkpoints whose trees are not larger than ``size``."""

    kept = []
    for note in split_notes(text.splitlines(keepends=True)):
        lines = note.split("\n")
        if len(lines) > 1 and lines[1].isdecimal() and int(lines[1]) > size:
            continue
        kept.append(note if note.endswith("\n") else note + "\n")
    return "\n".join(kept) + ("\n" if kept else "")


def _gone(ledger: Ledger) -> set[str]:
    """Who was destroyed or is restricted, as the ledger says: nobody else may be missing."""
    return {subject for subject, _, _ in ledger.keys} | set(ledger.withheld)


def _lines(ledger: Ledger) -> int:
    """How many lines of the roster there must be once the ledger has been replayed."""
    gone = [UUID(one) for one in _gone(ledger)]
    return Entry.objects.filter(sealed__isnull=False).exclude(subject__in=gone).count()


def _roster(actor: Actor, manifest: Manifest, ledger: Ledger, expected: int) -> Step:
    """The roster is built anew, and asked what its answers are known to be."""

    began = time.monotonic()
    problems = []
    living = {str(one) for one in roster.subjects(actor, RosterQuery())}
    people = len(living)
    gone = _gone(ledger)
    asked = found = 0
    try:
        probes = probing.opened(manifest.probes, manifest.name)
    except VaultError:
        probes, problems = [], ["清单中的已知查询打不开"]
    for probe in probes:
        if probe.subject not in living and probe.subject in gone:
            continue
        asked += 1
        hits = {str(hit.subject) for hit in roster.search(actor, probe.text, limit=5_000)}
        found += probe.subject in hits
        if probe.subject not in hits:
            problems.append(f"已知查询没有找到档案 {probe.subject}")
    if people > manifest.people or people != expected:
        problems.append(f"花名册 {people} 人，应为 {expected} 人，清单为 {manifest.people} 人")
    said = f"花名册 {people} 人（清单 {manifest.people} 人），已知查询 {found}/{asked} 次找到"
    took = time.monotonic() - began
    return Step("roster", "花名册重建与查询", not problems, said, took, tuple(problems))


def sign(order: Order) -> Answer:

    return Answer(signed=signer().sign(order.report))


def _given(order: Order) -> tuple[Manifest, Ledger]:
    if order.manifest is None or order.ledger is None:
        raise ValueError(order.deed)
    return order.manifest, order.ledger
