"""How much memory a large upload takes: a real web server, and a PDF of 500 MB sent to it.

``python -m dangan.cli.bench.uploads PORT`` is that server: the application as it is, with one page
more that keeps what it is sent and says what the process needed at most.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

from dangan.cli.bench.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMORY_MB = 200.0
_BOUNDARY = "dangan-bench-boundary"
_WAIT = 60


def upload_figures(*, megabytes: int) -> list[Figure]:
    """Memory that the web process needs for a document of so many megabytes, and the pace."""
    from dangan.cli.bench.pages import browser

    cookie = "; ".join(
        f"{name}={item.value}" for name, item in browser("archivist").cookies.items()
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dangan.cli.bench.uploads", str(port)]
    with tempfile.TemporaryFile() as body, subprocess.Popen(command) as server:  # noqa: S603 - ours
        try:
            length = _write(body, megabytes)
            before = float(_ask(port, "GET", cookie))
            began = time.perf_counter()
            peak = float(_ask(port, "POST", cookie, body, length))
            seconds = time.perf_counter() - began
        finally:
            server.terminate()
            server.wait(_WAIT)
    return [
        Figure(f"memory that a PDF of {megabytes} MB takes in", peak - before, "MB", MEMORY_MB),
        Figure("of the whole web process then", peak, "MB"),
        Figure(f"PDF of {megabytes} MB sent, looked through and kept", megabytes / seconds, "MB/s"),
    ]


def _write(body: IO[bytes], megabytes: int) -> int:
    """A form with the document in it; returns its length."""
    from dangan.files.benchmark import large_document

    head = 'Content-Disposition: form-data; name="file"; filename="volume.pdf"'
    body.write(f"--{_BOUNDARY}\r\n{head}\r\nContent-Type: application/pdf\r\n\r\n".encode())
    for piece in large_document(megabytes):
        body.write(piece)
    body.write(f"\r\n--{_BOUNDARY}--\r\n".encode())
    return body.tell()


def _ask(
    port: int, method: str, cookie: str, body: IO[bytes] | None = None, length: int = 0
) -> str:
    headers = {"Cookie": cookie}
    if body is not None:
        body.seek(0)
        headers["Content-Type"] = f"multipart/form-data; boundary={_BOUNDARY}"
        headers["Content-Length"] = str(length)
    until = time.monotonic() + _WAIT
    while True:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        try:
            line.request(method, "/", body, headers)
            answer = line.getresponse()
            text = answer.read().decode()
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
            continue
        finally:
            line.close()
        if answer.status != 200:
            raise RuntimeError(f"the server answered {answer.status}")
        return text


def serve(port: int) -> None:
    """The server, until it is ended."""
    from granian.constants import Interfaces
    from granian.server import Server

    from dangan.operations.processes import WEB_THREADS

    os.environ["DANGAN_CHILD"] = "1"
    Server(
        "dangan.cli.bench.uploading:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=WEB_THREADS,
        websockets=False,
    ).serve()


def _peak() -> Iterator[str]:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            yield str(int(line.split()[1]) / 1024)


def peak() -> str:
    """What this process needed at most so far, in MB."""
    return next(_peak())


if __name__ == "__main__":
    serve(int(sys.argv[1]))
