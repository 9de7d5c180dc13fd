"""``dangan serve``: everything on one machine, from an empty folder to a page that answers."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dangan.operations.listening import BACKLOG, open_socket
from dangan.operations.postgres import EmbeddedServer
from dangan.operations.supervisor import Supervisor, python_program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

READY_SECONDS = 120.0
_MODULE = "dangan.operations.processes"


class CannotServe(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The service cannot start; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where pages are served."""

    host: str
    port: int

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    @property
    def probe_host(self) -> str:
        """Where this machine itself reaches the service."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104


def serve(
    home: Path,
    address: Address,
    *,
    embedded: bool,
    say: Callable[[str], None],
    demo: bool = False,
    web: int = 1,
    ready: Callable[[float], None],
) -> None:
    """Runs the whole service until SIGTERM or SIGINT; SIGHUP replaces its programs one by one.

    ``demo`` loads the demonstration organisation into an empty installation first.
    ``ready`` is called once the pages answer, with the seconds since the call.
    """
    began = time.monotonic()
    listening = _bound(address)
    server = EmbeddedServer(home) if embedded else None
    statics = _start("statics")
    try:
        if server:
            server.start()
        supervisor = _supervisor(server, address, say, listening, web)
        supervisor.stop_on_signals()
        _finish(_start("prepare"), "数据库没有准备好，原因见上。数据没有改动。")
        if demo:
            _finish(_start("demo"), "示例组织没有载入，原因见上。")
        first = _start("first")
        _finish(statics, "静态文件没有准备好，原因见上。")
        _finish(first, "安装码没有生成，原因见上。")
        listening.listen(BACKLOG)
        supervisor.start()
        if wait_until_answering(address, supervisor):
            ready(time.monotonic() - began)
        supervisor.watch()
    finally:
        if statics.poll() is None:
            statics.kill()
        listening.close()
        if server:
            server.stop_if_last()


def _supervisor(
    server: EmbeddedServer | None,
    address: Address,
    say: Callable[[str], None],
    listening: socket.socket,
    web: int,
) -> Supervisor:
    served = ("web", address.host, str(address.port))
    programs = (
        *(
            python_program(f"web{number or ''}", "网页服务", _MODULE, served, listens=True)
            for number in range(web)
        ),
        python_program("worker", "后台任务", _MODULE, ("worker",)),
        python_program("sequencer", "日志定序", _MODULE, ("sequencer",)),
    )
    return Supervisor(
        programs,
        say,
        server.ensure_running if server else lambda: None,
        listening=listening,
        before_renewal=_prepare_anew,
    )


def _prepare_anew() -> bool:
    """Lets the version that is installed now prepare the database and the static files."""
    return not _start("statics").wait() and not _start("prepare").wait()


def _bound(address: Address) -> socket.socket:
    """The socket of all web processes. Raises :class:`CannotServe` when the port is taken or not
    ours to take."""
    try:
        return open_socket(address.host, address.port)
    except OSError as error:
        raise CannotServe(
            f"{address.host}:{address.port} 用不了（{error.strerror}）。"
            f"请停掉占用它的程序，或用 --port 换一个端口。"
        ) from error


def wait_until_answering(address: Address, supervisor: Supervisor) -> bool:
    """Waits for the first answer from the pages; ``False`` when told to stop meanwhile."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if supervisor.stopping:
            return False
        if _answers(address):
            return True
        supervisor.beat()
        time.sleep(0.05)
    supervisor.stop()
    supervisor.watch()
    raise CannotServe("网页服务没有按时就绪，请看上面的记录。数据没有改动。")


def _answers(address: Address) -> bool:
    connection = http.client.HTTPConnection(address.probe_host, address.port, timeout=30)
    try:
        connection.request("GET", "/health/live", headers={"Host": f"127.0.0.1:{address.port}"})
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def _start(name: str) -> subprocess.Popen[bytes]:
    program = python_program(name, name, _MODULE, (name,))
    return subprocess.Popen(  # noqa: S603 - our own program
        program.command, env=os.environ | {"DANGAN_SUPERVISOR": str(os.getpid())}
    )


def _finish(process: subprocess.Popen[bytes], sentence: str) -> None:
    if process.wait():
        raise CannotServe(sentence)
