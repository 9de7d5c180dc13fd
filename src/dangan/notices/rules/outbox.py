"""When a delivery is tried again, when it is given up, and what went wrong in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from dangan.dictionary.rules import Message

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
CLAIM_FOR = timedelta(minutes=10)
"""A claim older than this is of a worker that died: longer than any one sending can take."""


class Trouble(Exception):  # noqa: N818 - an outcome
    """Why something could not be carried.

    ``key`` is one of :data:`TROUBLES`, ``code`` what the other side gave if anything; ``final``
    says that trying again cannot help.
    """

    def __init__(self, key: str, code: int | None = None, *, final: bool = False) -> None:
        super().__init__(key)
        self.key, self.code, self.final = key, code, final


TROUBLES: Mapping[str, Message] = {
    "unreachable": Message("连不上对方服务器，请检查网络、地址和端口"),
    "timeout": Message("对方服务器没有按时答复"),
    "tls": Message("不能与对方服务器建立加密连接，请检查证书和 tls 设置"),
    "login": Message("邮件服务器不接受用户名和密码，请检查 DANGAN_MAIL_URL"),
    "sender": Message("邮件服务器不接受发件人，请检查 DANGAN_MAIL_FROM"),
    "recipient": Message("邮件服务器不接受收件人的地址，请在档案里核对邮箱"),
    "mail_refused": Message("邮件服务器拒收"),
    "not_configured": Message("没有设置邮件服务器（DANGAN_MAIL_URL）"),
    "no_address": Message("收件人的档案里没有邮箱"),
    "account_gone": Message("账号已停用"),
    "robot_off": Message("机器人已停用"),
    "bad_address": Message("机器人的地址不再允许，请重新填写"),
    "http": Message("对方服务器答复了错误状态"),
    "not_json": Message("对方服务器的答复不是机器人接口的格式，请核对地址"),
    "robot_refused": Message("机器人接口拒绝了消息"),
    "robot_key": Message("机器人的地址无效：它可能已被移出群，请重新复制地址"),
    "robot_sign": Message("机器人的签名校验没有通过，请核对密钥和服务器时间"),
    "robot_rate": Message("机器人接口说发送太频繁，请调低每分钟条数"),
    "robot_keyword": Message("机器人设置了关键词，消息里没有；请改用签名方式"),
    "robot_ip": Message("机器人只接受名单内的 IP 地址，请把本服务器加入名单"),
    "sealed": Message("机器人的密钥不能打开，请重新填写"),
}
"""Every trouble as a sentence for administrators."""


def next_try(attempts: int, created: datetime, now: datetime) -> datetime | None:
    """When to try again after ``attempts`` failures; None to give it up.

    Waits double from a minute to an hour, for three days: a week-end's outage loses nothing.
    """
    if now - created >= GIVE_UP_AFTER:
        return None
    doubled: timedelta = FIRST_WAIT * (1 << min(attempts - 1, 10))
    return now + min(LONGEST_WAIT, doubled)
