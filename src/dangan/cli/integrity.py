"""``dangan audit verify``, ``export`` and ``prove``; ``dangan keys rotate``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dangan.cli.output import say, say_json
from dangan.cli.session import acting

if TYPE_CHECKING:
    from pathlib import Path

_PROBLEMS_SHOWN = 100


def verify(*, data: bool, checkpoints: Path | None, as_json: bool) -> int:
    """Checks the whole log; 1 when anything is not as it was written."""
    with acting(None) as actor:
        from dangan.audit.actions import check

        report = check(actor, checkpoints=checkpoints, data=data)
    if as_json:
        say_json(report.as_json())
        return 0 if report.ok else 1
    say(
        f"日志 {report.events} 条，已入树 {report.leaves} 条，待入树 {report.waiting} 条，"
        f"检查点 {report.checkpoints} 个，用时 {report.took_ms / 1000:.1f} 秒。"
    )
    if report.ok:
        say("核验通过：" + ("日志和数据都没有被改动。" if data else "日志没有被改动。"))
        return 0
    say(f"核验不通过，{len(report.problems)} 处：")
    for problem in report.problems[:_PROBLEMS_SHOWN]:
        say(f"  {problem}")
    say("数据没有改动。请保留现场，通知安全负责人，并与异地检查点和备份比对。")
    return 1


def export_log(file: Path) -> int:
    """Writes the whole log for the stand-alone verifier."""
    with acting(None) as actor:
        from dangan.audit.queries import export_log as export
        from dangan.audit.rules import Event

        events = export(file)
        actor.trail.add(Event("audit.export", facts={"events": events}))
    say(f"已导出 {events} 条。离线核验：python -m dangan.audit.verifier {file} --public-key 公钥")
    return 0


def prove(event: int, file: Path) -> int:
    """Writes the proof of one event; 1 when it has none (yet)."""
    with acting(None) as actor:
        from dangan.audit.queries import proof
        from dangan.audit.rules import Event

        found = proof(event)
        actor.trail.add(Event("audit.prove", facts={"event": event}))
    if found is None:
        say(f"事件 {event} 不存在，或还没有进入检查点。约一秒后再试。")
        return 1
    file.write_text(json.dumps(found.as_json(), indent=1) + "\n", encoding="utf-8")
    say(f"事件 {event} 在日志第 {found.leaf} 位，证明已写入 {file}。")
    return 0


def rotate(*, act_as: str | None) -> int:
    """Opens a new epoch and rewraps every data key under it."""
    with acting(act_as) as actor:
        from dangan.access.rules import require
        from dangan.vault.actions import rotate as run

        require(actor, "keys.rotate")
        done = run(actor)
    say(f"已启用第 {done.epoch} 期主密钥，重新包裹 {done.rewrapped} 个数据密钥。")
    if done.damaged:
        say(f"有 {len(done.damaged)} 个数据密钥无法打开，请运行 dangan audit verify --data 查明。")
        return 1
    return 0
