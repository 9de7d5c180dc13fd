"""``dangan serve``."""

from __future__ import annotations

from dangan.cli.output import say
from dangan.cli.session import load_settings


def serve(host: str, port: int, *, demo: bool) -> int:
    """Runs everything until told to stop; returns the exit code."""
    from dangan.operations.serving import Address
    from dangan.operations.serving import serve as run

    environment = load_settings()
    address = Address(host, port)

    def ready(seconds: float) -> None:
        if demo:
            _show_demo_accounts()
        say(f"档案已就绪：{address.url} （用时 {seconds:.1f} 秒，按 Ctrl-C 停止）")

    run(
        environment.home,
        address,
        embedded=environment.embedded_database,
        say=say,
        demo=demo,
        ready=ready,
    )
    say("已停止。")
    return 0


def _show_demo_accounts() -> None:
    from dangan.cli.output import table
    from dangan.operations.demo.accounts import DEMO_ACCOUNTS, PASSWORD

    say("示例组织（全部虚构）。示例账号，密码都是 " + PASSWORD + "：")
    rows = [(account.login, account.role_label, account.remark) for account in DEMO_ACCOUNTS]
    say(table(("登录名", "角色", "说明"), rows))
