"""``dangan init`` and ``dangan demo``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dangan.cli.output import say, table
from dangan.cli.session import acting

if TYPE_CHECKING:
    from pathlib import Path


def init(org: Path | None, admin: str | None) -> int:
    """Makes an empty installation; again on an existing one it adds what is missing."""
    with acting(None) as actor:
        from dangan.operations.installing import first_account, load_organisation

        if org is not None:
            count = load_organisation(actor, org)
            say(f"组织架构：{count} 个单位。")
        if admin is not None:
            password = first_account(actor, admin)
            say(f"管理账号 {admin}，初始密码 {password}（只显示这一次，首次登录须修改）。")
    say("可以使用了。用 dangan serve 启动服务。")
    return 0


def demo(persons: int, seed: int) -> int:
    """Loads the demonstration organisation; refused when people are there already."""
    with acting(None) as actor:
        from dangan.operations.demo.accounts import DEMO_ACCOUNTS, PASSWORD
        from dangan.operations.demo.loading import load

        began = time.monotonic()
        count = load(actor, persons=persons, seed=seed)
        took = time.monotonic() - began
    say(f"已载入 {count} 人（全部虚构），用时 {took:.1f} 秒。示例账号，密码都是 {PASSWORD}：")
    rows = [(account.login, account.role_label, account.remark) for account in DEMO_ACCOUNTS]
    say(table(("登录名", "角色", "说明"), rows))
    return 0
