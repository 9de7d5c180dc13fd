"""``dangan backup verify``: restores into a scratch installation and proves it, step by step.

Nothing is taken on trust and nothing found stops the search: the report names every part, table
and file that is not as it was. The scratch folder and its database go when it is over.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dangan.operations.backup.fetching import Exported, Fetched, Sources
from dangan.operations.backup.installation import Installation, remove, server
from dangan.operations.backup.loading import Loaded, load_database, load_files
from dangan.operations.backup.reporting import printed
from dangan.operations.backup.rules.manifest import REPORT_FORMAT, Manifest, encode
from dangan.operations.backup.rules.orders import Answer, Order
from dangan.operations.backup.rules.problems import BackupProblem
from dangan.operations.backup.rules.report import Lost, Report, Step

SAMPLE = 200
"""Files whose content is opened, spread over all, unless all are asked for."""

_SCRATCH = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_WEB_SECONDS = 120.0

Say = Callable[[str], None]


def verify(
    sources: Sources, folder: Path, *, all_files: bool, say: Say
) -> tuple[Report, list[Path]]:
    """Proves a back-up and writes the signed report, as JSON and as PDF, into ``folder``.

    Raises :class:`BackupProblem` when it cannot be begun: signature, ledger, keys.
    """
    began = time.monotonic()
    fetched = Fetched(sources)
    try:
        say(f"备份 {fetched.manifest.name}：签名、台账和密钥齐备，开始恢复到临时库。")
        with _scratch() as home:
            report, document = _prove(fetched, home, began, all_files=all_files, say=say)
        return report, _written(report, document, folder)
    finally:
        fetched.close()


def _prove(
    fetched: Fetched, home: Path, began: float, *, all_files: bool, say: Say
) -> tuple[Report, bytes]:
    made = Installation(home)
    made.put_root(fetched)
    loaded = Loaded()
    with server(made, _SCRATCH):
        steps = [_load(fetched, made, loaded)]
        say("数据库已载入，正在核对文件。")
        steps.append(_files(fetched, home, loaded, all_files=all_files))
        answer = Answer()
        if steps[0].ok:
            say("正在逐项打开和比对。")
            answer, more = _inside(fetched, made)
            steps += [*more, _web(made)]
        report = _report(fetched, steps, answer, loaded, time.monotonic() - began)
        if not steps[0].ok:
            return report, encode(report)
        return report, made.do(Order("sign", report=encode(report))).signed


def _load(fetched: Fetched, made: Installation, loaded: Loaded) -> Step:
    began = time.monotonic()
    try:
        load_database(fetched, made.target, loaded, strict=False)
    except BackupProblem as problem:
        loaded.found.append(problem)
    found = tuple(problem.text for problem in loaded.found)
    rows = sum(loaded.tables.values())
    expected = sum(table.rows for table in fetched.manifest.tables)
    said = (
        f"{len(fetched.manifest.parts)} 个加密部分，{len(loaded.tables)} 张表，"
        f"{rows} 行（清单 {expected} 行）"
    )
    ok = not found and rows == expected
    return Step(
        "database", "数据库各部分的签名、摘要和行数", ok, said, time.monotonic() - began, found
    )


def _files(fetched: Fetched, home: Path, loaded: Loaded, *, all_files: bool) -> Step:
    began = time.monotonic()
    before = len(loaded.found)
    files = fetched.manifest.files
    every = 1 if all_files else max(1, files.count // SAMPLE)
    load_files(
        fetched, home / "files", loaded, strict=False, keep=lambda number: number % every == 0
    )
    found = [problem.text for problem in loaded.found[before:]]
    found += [f"文件 {name} 在备份时已不在磁盘上，或与存入时不同" for name in files.missing]
    said = f"{loaded.files}/{files.count} 份，{loaded.files_size} 字节，摘要逐份核对"
    return Step("files", "文件", not found, said, time.monotonic() - began, tuple(found[:200]))


def _inside(fetched: Fetched, made: Installation) -> tuple[Answer, list[Step]]:
    order = Order(
        "prove",
        fetched.manifest,
        fetched.ledger,
        tuple((one.size, one.root) for one in fetched.exported()),
        fetched.checkpoints,
    )
    try:
        answer = made.do(order)
    except BackupProblem as problem:
        return Answer(), [Step("inside", "逐项打开和比对", False, problem.text)]
    return answer, list(answer.steps)


def _web(made: Installation) -> Step:
    """The pages are started on the restored installation, and the log-in page has to answer."""
    began = time.monotonic()
    problem = ""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    program = [sys.executable, "-m", "dangan.operations.processes"]
    env = {**made.environment(), "DANGAN_SUPERVISOR": str(os.getpid())}
    subprocess.run(  # noqa: S603 - our own program
        [*program, "statics"], env=env, capture_output=True, check=False
    )
    web = subprocess.Popen(  # noqa: S603 - our own program
        [*program, "web", "127.0.0.1", str(port)],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        status = _asked(port, web)
        if status != 200:
            problem = f"登录页没有正常回答（{status}）"
    finally:
        web.terminate()
        try:
            web.wait(20)
        except subprocess.TimeoutExpired:
            web.kill()
            web.wait()
    said = problem or "登录页正常打开"
    return Step("web", "登录页", not problem, said, time.monotonic() - began)


def _asked(port: int, web: subprocess.Popen[bytes]) -> int:
    """The status of the log-in page; 0 when nobody answers in time."""
    deadline = time.monotonic() + _WEB_SECONDS
    while time.monotonic() < deadline and web.poll() is None:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as asking:
                asking.request("GET", "/login/")
                return asking.getresponse().status
        except OSError:
            time.sleep(0.1)
    return 0


def _report(
    fetched: Fetched, steps: list[Step], answer: Answer, loaded: Loaded, took: float
) -> Report:
    manifest = fetched.manifest
    return Report(
        format=REPORT_FORMAT,
        backup=manifest.name,
        manifest=fetched.digest,
        instant=manifest.instant,
        at=datetime.now(UTC),
        ok=all(step.ok for step in steps),
        took=round(took, 3),
        steps=tuple(steps),
        lost=_lost(manifest, fetched.exported(), fetched.ledger.at),
        rows=sum(loaded.tables.values()),
        files=loaded.files,
        files_size=loaded.files_size,
        people=manifest.people,
        log_size=answer.log_size,
        log_root=answer.log_root,
        destroyed=answer.replayed,
        ledger_at=fetched.ledger.at,
        place=fetched.store.label,
        program=_program(),
    )


def _lost(manifest: Manifest, exported: list[Exported], known_until: datetime) -> Lost:
    """What restoring this back-up now would lose, as far as signed checkpoints tell."""
    newest = max((one.size for one in exported), default=0)
    beyond = max(0, newest - manifest.log.size)
    since = max(0.0, (known_until - manifest.instant).total_seconds())
    last = manifest.log.last_event_at
    behind = max(0.0, (manifest.instant - last).total_seconds()) if last else 0.0
    words = (
        f"现在恢复它：备份时刻之前的事件全部找回（最后一条早于该时刻 {behind:.1f} 秒）；"
        f"检查点证明其后另有 {beyond} 条日志会丢失，"
        f"所知的生产时间到备份时刻之后 {since / 60:.0f} 分钟。"
    )
    return Lost(round(since, 1), beyond, words)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder of our own for the time of the proof; database and pages stop before it goes."""
    folder = Path(tempfile.mkdtemp(prefix="dangan-proof-"))
    folder.chmod(0o711)
    try:
        home = folder / "home"
        home.mkdir(mode=0o711)
        yield home
    finally:
        remove(folder / "home")
        folder.rmdir()


def _written(report: Report, document: bytes, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"backup-proof-{report.backup}-{report.at:%Y%m%dT%H%M%SZ}"
    files = [folder / f"{stem}.json", folder / f"{stem}.pdf"]
    files[0].write_bytes(document)
    files[1].write_bytes(printed(report, document))
    return files


def _program() -> str:
    try:
        return version("dangan")
    except PackageNotFoundError:
        return "0"
