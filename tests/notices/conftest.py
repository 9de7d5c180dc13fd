"""A mail server and a robot's receiver on this machine, and the settings that point to them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from tests.cast import Cast
from tests.notices.ports import free_port

from dangan.access.actions import create_account
from dangan.access.queries import actor_of, console_actor
from dangan.access.rules import Actor


@dataclass
class Mailbox:
    """What the mail server took; ``answer`` is what it says to a recipient or a message."""

    messages: list[Message] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        refused = self.answers.get("RCPT")
        if refused:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server to which the settings point."""
    box = Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setattr(settings.DANGAN, "mail_url", f"smtp://127.0.0.1:{port}?tls=none")
    monkeypatch.setattr(settings.DANGAN, "mail_from", "档案系统 <hr@example.com>")
    monkeypatch.setattr(settings.DANGAN, "public_url", "https://hr.example.com")
    yield box
    controller.stop()


@dataclass
class Receiver:
    """A robot's end: what came, and what to answer."""

    port: int = 0
    calls: list[tuple[str, dict[str, list[str]], Any]] = field(default_factory=list)
    status: int = 200
    answer: Any = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A local gateway that the settings allow robots to call."""
    kept = Receiver(answer={"errcode": 0, "code": 0})

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            parts = urlsplit(self.path)
            kept.calls.append((parts.path, parse_qs(parts.query), json.loads(body)))
            answer = json.dumps(kept.answer).encode() if kept.answer is not None else b"<html>"
            self.send_response(kept.status)
            if kept.status == 302:
                self.send_header("Location", f"http://{kept.host}/inner")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing: the tests read ``calls``."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_address[1]
    monkeypatch.setattr(settings.DANGAN, "allow_robot_hosts", [kept.host])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def account(cast: Cast):
    """``account("沈知微")`` has signed up; the actor of a new account of one of the cast."""

    def make(name: str, *roles: str) -> Actor:
        made = create_account(
            console_actor(),
            login=f"a-{name}",
            name=name,
            subject=cast.people[name],
            roles=[(role, None) for role in roles],
            password="chengxu2026",
            must_change=False,
        )
        return actor_of(UUID(str(made.id)))

    return make
