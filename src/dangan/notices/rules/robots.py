"""How the three services want a message: addresses, signatures, bodies, answers. Pure.

企业微信: the key stands in the address. 钉钉: ``timestamp`` in milliseconds and ``sign`` in the
address, HMAC-SHA256 of "timestamp LF secret" keyed with the secret. 飞书: ``timestamp`` in seconds
and ``sign`` in the body, HMAC-SHA256 of nothing keyed with "timestamp LF secret". Each answers 200
with an error code in the body.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dangan.dictionary.rules import Message
from dangan.notices.rules.outbox import Trouble


@dataclass(frozen=True, slots=True)
class Service:
    """One chat service: its name, where its robots live and how many messages it takes a minute."""

    key: str
    label: str
    label_en: str
    hosts: frozenset[str]
    path: str
    code: str
    signed: bool
    per_minute: int
    troubles: Mapping[int, str]


SERVICES: Mapping[str, Service] = {
    "wecom": Service(
        key="wecom",
        label="企业微信",
        label_en="WeCom",
        hosts=frozenset({"qyapi.weixin.qq.com"}),
        path="/cgi-bin/webhook/send",
        code="errcode",
        signed=False,
        per_minute=20,
        troubles={93000: "robot_key", 45009: "robot_rate", 40014: "robot_key"},
    ),
    "dingtalk": Service(
        key="dingtalk",
        label="钉钉",
        label_en="DingTalk",
        hosts=frozenset({"oapi.dingtalk.com"}),
        path="/robot/send",
        code="errcode",
        signed=True,
        per_minute=20,
        troubles={
            310000: "robot_sign",
            300001: "robot_key",
            300005: "robot_key",
            400013: "robot_key",
            130101: "robot_rate",
            410100: "robot_rate",
        },
    ),
    "feishu": Service(
        key="feishu",
        label="飞书",
        label_en="Feishu",
        hosts=frozenset({"open.feishu.cn", "open.larksuite.com"}),
        path="/open-apis/bot/v2/hook/",
        code="code",
        signed=True,
        per_minute=100,
        troubles={
            19001: "robot_key",
            19021: "robot_sign",
            19022: "robot_ip",
            19024: "robot_keyword",
            11232: "robot_rate",
            9499: "robot_refused",
        },
    ),
}
"""Error codes are those of the services' own documents; unknown ones are told as they are."""


class BadAddress(Exception):  # noqa: N818 - an answer to the asker
    """An address that no robot has, or that may not be called; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


@dataclass(frozen=True, slots=True)
class Parts:
    """An address taken apart by whoever can; ``host`` in lower case, ``port`` None when standard.

    ``user`` is whatever stands before an @.
    """

    scheme: str
    host: str
    port: int | None
    path: str
    user: str = ""


def check_address(kind: str, parts: Parts, allowed: frozenset[str]) -> None:
    """Raises :class:`BadAddress` unless the address is one that a robot of this kind can have.

    Only https to the service's own host. ``allowed`` names further hosts (``host`` or
    ``host:port``), gateways of the organisation, which may be plain http: nothing else on the
    inner network can be reached through a robot's address.
    """
    service = SERVICES[kind]
    if parts.user:
        raise BadAddress(Message("地址里不能有用户名"))
    named = f"{parts.host}:{parts.port}" if parts.port else parts.host
    if parts.scheme in {"http", "https"} and named in allowed:
        return
    if parts.scheme != "https":
        raise BadAddress(Message("地址要以 https:// 开头"))
    if parts.host not in service.hosts or parts.port is not None:
        raise BadAddress(
            Message(
                "这不是{service}机器人的地址，应以 https://{host}{path} 开头",
                service=service.label,
                host=min(service.hosts),
                path=service.path,
            )
        )
    if not parts.path.startswith(service.path):
        raise BadAddress(
            Message("这不是{service}机器人的地址，请从群设置里完整复制", service=service.label)
        )


@dataclass(frozen=True, slots=True)
class Call:
    """What to send: further parameters of the address and the body."""

    params: Mapping[str, str]
    body: Mapping[str, Any]


def call(kind: str, title: str, text: str, link: str, *, secret: str, now: float) -> Call:
    """One message with its signature; ``now`` is the Unix time in seconds."""
    if kind == "wecom":
        content = f"**{_plain(title)}**\n{_plain(text)}\n[{_LINK}]({link})"
        return Call({}, {"msgtype": "markdown", "markdown": {"content": content}})
    if kind == "dingtalk":
        stamp = str(round(now * 1000))
        content = f"#### {_plain(title)}\n\n{_plain(text)}\n\n[{_LINK}]({link})"
        signature = dingtalk_sign(stamp, secret)
        params = {"timestamp": stamp, "sign": signature} if secret else {}
        return Call(params, {"msgtype": "markdown", "markdown": {"title": title, "text": content}})
    stamp = str(round(now))
    body: dict[str, Any] = {
        "msg_type": "post",
        "content": {
            "post": {
                "zh_cn": {
                    "title": title,
                    "content": [
                        [{"tag": "text", "text": f"{text} "}],
                        [{"tag": "a", "text": _LINK, "href": link}],
                    ],
                }
            }
        },
    }
    if secret:
        body |= {"timestamp": stamp, "sign": feishu_sign(stamp, secret)}
    return Call({}, body)


_LINK = "打开 / Open"


def dingtalk_sign(timestamp: str, secret: str) -> str:
    """钉钉's signature, not yet quoted for the address."""
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")
    return base64.b64encode(digest).decode()


def feishu_sign(timestamp: str, secret: str) -> str:
    """飞书's signature: key and message are the other way round, and the message is empty."""
    digest = hmac.digest(f"{timestamp}\n{secret}".encode(), b"", "sha256")
    return base64.b64encode(digest).decode()


def outcome(kind: str, status: int, answer: object) -> None:
    """Raises :class:`Trouble` unless the service says that it took the message.

    ``answer`` is the body as JSON, None when it was none.
    """
    service = SERVICES[kind]
    if status == 429:
        raise Trouble("robot_rate", status)
    if status != 200:
        raise Trouble("http", status)
    code = answer.get(service.code) if isinstance(answer, dict) else None
    if not isinstance(code, int):
        raise Trouble("not_json")
    if code:
        raise Trouble(service.troubles.get(code, "robot_refused"), code)


_SPECIAL = str.maketrans(dict.fromkeys("*_[]()#`<>\\|~", " "))


def _plain(text: str) -> str:
    """Labels are data: no character of theirs may make a link or a heading."""
    return text.translate(_SPECIAL)
