"""``dangan serve``: everything on one machine, from an empty folder to a page that answers."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    ready: Callable[[float], None],
) -> None:
    """Runs the whole service until SIGTERM or SIGINT.

    ``demo`` loads the demonstration organisation into an empty installation first.
    ``ready`` is called once the pages answer, with the seconds since the call.
    """
    began = time.monotonic()
    ensure_port_free(address)
    server = EmbeddedServer(home) if embedded else None
    statics = _start("statics")
    try:
        if server:
            server.start()
        supervisor = _supervisor(server, address, say)
        supervisor.stop_on_signals()
        _finish(_start("prepare"), "数据库没有准备好，原因见上。数据没有改动。")
        if demo:
            _finish(_start("demo"), "示例组织没有载入，原因见上。")
        _finish(statics, "静态文件没有准备好，原因见上。")
        supervisor.start()
        if wait_until_answering(address, supervisor):
            ready(time.monotonic() - began)
        supervisor.watch()
    finally:
        if statics.poll() is None:
            statics.kill()
        if server:
            server.stop_if_last()


def _supervisor(
    server: EmbeddedServer | None, address: Address, say: Callable[[str], None]
) -> Supervisor:
    programs = (
        python_program("web", "网页服务", _MODULE, ("web", address.host, str(address.port))),
        python_program("worker", "后台任务", _MODULE, ("worker",)),
        python_program("sequencer", "日志定序", _MODULE, ("sequencer",)),
    )
    return Supervisor(programs, say, server.ensure_running if server else lambda: None)


def ensure_port_free(address: Address) -> None:
    """Raises :class:`CannotServe` when the port is taken or not ours to take."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
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
        connection.request("GET", "/", headers={"Host": f"127.0.0.1:{address.port}"})
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
