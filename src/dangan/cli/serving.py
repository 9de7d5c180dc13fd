"""``dangan serve``."""

from __future__ import annotations

from dangan.cli.output import say
from dangan.cli.session import database, load_settings


def serve(host: str, port: int, *, demo: bool, web: int = 1) -> int:
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
        web=web,
        ready=ready,
    )
    say("已停止。")
    return 0


class NotMigrated(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The database is not yet as this version needs it."""


def run_alone(program: str, *arguments: str) -> int:
    """Runs one of the programs in this process until told to stop.

    The database must be up to date: several machines would otherwise change it at a time.
    """
    environment = load_settings()
    if environment.embedded_database:
        raise NotMigrated("多机部署要用独立的 PostgreSQL，请设置 DANGAN_DATABASE_URL。")
    _refuse_old_database()
    from dangan.operations.processes import PROGRAMS

    PROGRAMS[program](*arguments)
    return 0


def _refuse_old_database() -> None:
    import django

    django.setup()
    from django.db import connections

    from dangan.operations.schema import is_current

    try:
        if not is_current():
            raise NotMigrated("数据库还没有更新到这个版本，请先运行 dangan migrate。")
    finally:
        connections.close_all()


def migrate() -> int:
    """Brings database and static files up to date."""
    with database():
        from dangan.operations.statics import gather

        gather()
    say("数据库和静态文件已是这个版本的。")
    return 0


def _show_demo_accounts() -> None:
    from dangan.cli.output import table
    from dangan.operations.demo.accounts import DEMO_ACCOUNTS, PASSWORD

    say("示例组织（全部虚构）。示例账号，密码都是 " + PASSWORD + "：")
    rows = [(account.login, account.role_label, account.remark) for account in DEMO_ACCOUNTS]
    say(table(("登录名", "角色", "说明"), rows))
