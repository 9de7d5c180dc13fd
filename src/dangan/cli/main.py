"""The ``dangan`` command. Exit codes: 0 all in, 1 something refused, 2 unusable file or setting.

Nothing heavy is imported here: a command imports what it needs when it runs.
"""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dangan.cli.failures import exit_code_of
from dangan.cli.output import complain

app = typer.Typer(
    name="dangan",
    help="档案：人事档案与人员信息管理。数据放在 DANGAN_HOME（缺省 ./var）。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
people = typer.Typer(help="查人、看档案。", no_args_is_help=True)
export = typer.Typer(help="导出电子表格。", no_args_is_help=True)
audit = typer.Typer(help="核验操作日志。", no_args_is_help=True)
keys = typer.Typer(help="管理密钥。", no_args_is_help=True)
app.add_typer(people, name="people")
app.add_typer(export, name="export")
app.add_typer(audit, name="audit")
app.add_typer(keys, name="keys")
backup = typer.Typer(help="备份，并证明能恢复。", no_args_is_help=True)
app.add_typer(backup, name="backup")

ActAs = Annotated[
    str | None,
    typer.Option("--as", metavar="登录名", help="以哪个账号的权限执行；不写则为控制台。"),
]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")]


class Mode(StrEnum):
    """What becomes of an import when some rows are bad."""

    ALL = "all"
    SKIP_BAD = "skip-bad"


@app.command()
def init(
    org: Annotated[
        Path | None, typer.Option(metavar="文件.csv", help="组织架构，列为 path,type。")
    ] = None,
    admin: Annotated[
        str | None, typer.Option(metavar="登录名", help="第一个管理账号；首次登录须改密码。")
    ] = None,
) -> None:
    """建立一个空的系统。"""
    from dangan.cli.installation import init as run

    raise typer.Exit(run(org, admin))


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="文件…", help=".xlsx 或 .xls")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入。")] = False,
    mode: Annotated[
        Mode, typer.Option(help="all：有错就全不导入；skip-bad：跳过有错的行。")
    ] = Mode.ALL,
    as_json: Json = False,
    act_as: ActAs = None,
) -> None:
    """从电子表格导入人员。"""
    from dangan.cli.exchange import import_files

    raise typer.Exit(
        import_files(
            files,
            dry_run=dry_run,
            skip_bad=mode is Mode.SKIP_BAD,
            as_json=as_json,
            act_as=act_as,
        )
    )


@people.command("search")
def people_search(
    text: Annotated[str, typer.Argument(metavar="文字", help="姓名、拼音、工号、身份证号等。")],
    as_json: Json = False,
    act_as: ActAs = None,
) -> None:
    """查人。"""
    from dangan.cli.people import search

    raise typer.Exit(search(text, as_json=as_json, act_as=act_as))


@people.command("show")
def people_show(
    person: Annotated[str, typer.Argument(metavar="编号", help="档案编号、工号或身份证号。")],
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="日期", help="看这一天的档案，如 2025-12-31。"),
    ] = None,
    as_json: Json = False,
    act_as: ActAs = None,
) -> None:
    """看一个人的档案。"""
    from dangan.cli.people import show

    day = as_of.date() if as_of else None
    raise typer.Exit(show(person, as_of=day, as_json=as_json, act_as=act_as))


@export.command("roster")
def export_roster(
    file: Annotated[Path, typer.Argument(metavar="文件.xlsx")],
    act_as: ActAs = None,
) -> None:
    """把花名册导出为电子表格。"""
    from dangan.cli.exchange import export_roster as run

    raise typer.Exit(run(file, act_as=act_as))


@audit.command("verify")
def audit_verify(
    data: Annotated[bool, typer.Option("--data", help="同时核对每条记录的密文。")] = False,
    checkpoints: Annotated[
        Path | None, typer.Option(metavar="文件", help="另存在别处的检查点文件。")
    ] = None,
    as_json: Json = False,
) -> None:
    """核验日志没有被改动。"""
    from dangan.cli.integrity import verify

    raise typer.Exit(verify(data=data, checkpoints=checkpoints, as_json=as_json))


@audit.command("export")
def audit_export(
    file: Annotated[Path, typer.Argument(metavar="文件.jsonl", help="写到哪里。")],
) -> None:
    """导出整本日志，供离线核验。"""
    from dangan.cli.integrity import export_log

    raise typer.Exit(export_log(file))


@audit.command("prove")
def audit_prove(
    event: Annotated[int, typer.Argument(metavar="序号", help="事件序号。")],
    file: Annotated[Path, typer.Argument(metavar="文件.json", help="写到哪里。")],
) -> None:
    """取一条事件的包含证明，供交给当事人。"""
    from dangan.cli.integrity import prove

    raise typer.Exit(prove(event, file))


@keys.command("rotate")
def keys_rotate(act_as: ActAs = None) -> None:
    """启用新的主密钥，重新包裹全部数据密钥。"""
    from dangan.cli.integrity import rotate

    raise typer.Exit(rotate(act_as=act_as))


Identity = Annotated[
    Path | None, typer.Option("--identity", metavar="文件", help="数据的 age 私钥文件。")
]
KeysIdentity = Annotated[
    Path | None, typer.Option("--keys-identity", metavar="文件", help="密钥备份的 age 私钥文件。")
]
PublicKey = Annotated[
    str | None, typer.Option(metavar="文件或文字", help="备份公钥；不写则用本机的 backup.vkey。")
]
Ledger = Annotated[
    Path | None, typer.Option(metavar="文件", help="销毁台账；不写则取备份位置上最新的一份。")
]
Checkpoints = Annotated[
    Path | None, typer.Option(metavar="文件", help="另存在别处的日志检查点文件。")
]
Demo = Annotated[
    bool, typer.Option("--demo", help="示例环境：允许数据与密钥放在一处、用同一把公钥。")
]


@backup.command("identity")
def backup_identity(
    file: Annotated[Path, typer.Argument(metavar="文件", help="私钥写到哪里；拿走，不留在本机。")],
) -> None:
    """生成一对 age 密钥：私钥写入文件，公钥显示出来。"""
    from dangan.cli.backup import identity

    raise typer.Exit(identity(file))


@backup.command("create")
def backup_create(
    full: Annotated[bool, typer.Option("--full", help="文件全部重送，不信任已有的。")] = False,
    demo: Demo = False,
    as_json: Json = False,
    act_as: ActAs = None,
) -> None:
    """备份数据库、文件和密钥，业务照常进行。"""
    from dangan.cli.backup import create

    raise typer.Exit(create(full=full, demo=demo, as_json=as_json, act_as=act_as))


@backup.command("list")
def backup_list(
    source: Annotated[
        str | None, typer.Option("--from", metavar="位置", help="不写则用 DANGAN_BACKUP_TO。")
    ] = None,
    public_key: PublicKey = None,
    as_json: Json = False,
) -> None:
    """列出备份位置上完整的备份。"""
    from dangan.cli.backup import list_

    raise typer.Exit(list_(source, public_key, as_json=as_json))


@backup.command("prune")
def backup_prune(demo: Demo = False, act_as: ActAs = None) -> None:
    """清理不再保留的备份。"""
    from dangan.cli.backup import prune

    raise typer.Exit(prune(demo=demo, act_as=act_as))


@backup.command("ledger")
def backup_ledger(
    file: Annotated[Path, typer.Argument(metavar="文件.json", help="写到哪里。")],
) -> None:
    """导出签名的销毁台账，恢复旧备份时要用。"""
    from dangan.cli.backup import ledger

    raise typer.Exit(ledger(file))


@backup.command("verify")
def backup_verify(
    name: Annotated[str, typer.Argument(metavar="名称", help="不写则验最新的。")] = "",
    *,
    identity: Identity = None,
    keys_identity: KeysIdentity = None,
    source: Annotated[str | None, typer.Option("--from", metavar="位置")] = None,
    keys_source: Annotated[str | None, typer.Option("--keys-from", metavar="位置")] = None,
    public_key: PublicKey = None,
    ledger: Ledger = None,
    checkpoints: Checkpoints = None,
    all_files: Annotated[
        bool, typer.Option("--all-files", help="打开全部文件；不写则全部核对摘要，抽样打开。")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="文件夹", help="报告写到哪里；不写则为当前文件夹。")
    ] = None,
    as_json: Json = False,
) -> None:
    """把备份恢复到临时数据库，逐项证明它完整可用，写出签名的报告。"""
    from dangan.cli.backup import verify

    raise typer.Exit(
        verify(
            name,
            identity=identity,
            keys_identity=keys_identity,
            source=source,
            keys_source=keys_source,
            public_key=public_key,
            ledger=ledger,
            checkpoints=checkpoints,
            all_files=all_files,
            report=report,
            as_json=as_json,
        )
    )


@backup.command("proven")
def backup_proven(
    report: Annotated[Path, typer.Argument(metavar="报告.json")], act_as: ActAs = None
) -> None:
    """登记在别的机器上做的验证。"""
    from dangan.cli.backup import proven

    raise typer.Exit(proven(report, act_as=act_as))


@backup.command("drill")
def backup_drill(
    report: Annotated[Path | None, typer.Option(metavar="文件夹")] = None, as_json: Json = False
) -> None:
    """演练：验证最新的备份，私钥取自设置；在演练机上每周运行。"""
    from dangan.cli.backup import drill

    raise typer.Exit(drill(report, as_json=as_json))


@app.command()
def restore(
    name: Annotated[str, typer.Argument(metavar="名称", help="latest 为最新的一个。")],
    *,
    into: Annotated[Path, typer.Option(metavar="空文件夹", help="恢复成哪个 DANGAN_HOME。")],
    identity: Identity = None,
    keys_identity: KeysIdentity = None,
    source: Annotated[str | None, typer.Option("--from", metavar="位置")] = None,
    keys_source: Annotated[str | None, typer.Option("--keys-from", metavar="位置")] = None,
    public_key: PublicKey = None,
    ledger: Ledger = None,
    checkpoints: Checkpoints = None,
) -> None:
    """从备份恢复成一个新的系统。有任何不对就停下，不留半成品。"""
    from dangan.cli.backup import restore as run

    raise typer.Exit(
        run(
            name,
            into,
            identity=identity,
            keys_identity=keys_identity,
            source=source,
            keys_source=keys_source,
            public_key=public_key,
            ledger=ledger,
            checkpoints=checkpoints,
        )
    )


@app.command()
def check(as_json: Json = False) -> None:
    """检查本机的配置是否安全；有问题时退出码为 1。"""
    from dangan.cli.checking import check as run

    raise typer.Exit(run(as_json=as_json))


@app.command()
def demo(
    persons: Annotated[int, typer.Option(min=25, max=1_000_000, help="人数。")] = 300,
    seed: Annotated[int, typer.Option(help="种子；同一种子每次生成同样的人。")] = 1,
) -> None:
    """载入示例组织（全部虚构）。"""
    from dangan.cli.installation import demo as run

    raise typer.Exit(run(persons, seed))


@app.command()
def serve(
    demo_data: Annotated[
        bool, typer.Option("--demo", help="先载入示例组织，并列出示例账号。")
    ] = False,
    host: Annotated[str, typer.Option(help="监听地址。")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口。")] = 8000,
    web: Annotated[int, typer.Option(min=1, max=64, help="网页进程数，每个各有一份花名册。")] = 1,
) -> None:
    """启动全部服务。按 Ctrl-C 停止；收到 SIGHUP 时逐个换成新装的版本，不中断服务。"""
    from dangan.cli.serving import serve as run

    raise typer.Exit(run(host, port, demo=demo_data, web=web))


@app.command()
def web(
    host: Annotated[
        str, typer.Option(help="监听地址。由 systemd 传入套接字时不用。")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口。")] = 8000,
) -> None:
    """只运行一个网页进程，用于多机部署。"""
    from dangan.cli.serving import run_alone

    raise typer.Exit(run_alone("web", host, str(port)))


@app.command()
def worker() -> None:
    """只运行后台任务，用于多机部署。"""
    from dangan.cli.serving import run_alone

    raise typer.Exit(run_alone("worker"))


@app.command()
def sequencer() -> None:
    """只运行日志定序，用于多机部署；多开几个时只有一个在工作。"""
    from dangan.cli.serving import run_alone

    raise typer.Exit(run_alone("sequencer"))


@app.command()
def migrate() -> None:
    """更新数据库结构，收集静态文件；用于多机部署，升级前运行一次。"""
    from dangan.cli.serving import migrate as run

    raise typer.Exit(run())


@app.command()
def bench(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="项目…", help="只测这些项目；不写则全测。")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="小规模，几分钟内完成。")] = False,
    write: Annotated[
        Path | None, typer.Option(metavar="文件.md", help="同时写入这个文件。")
    ] = None,
) -> None:
    """测量性能并与目标比较。"""
    from dangan.cli.bench import bench as run

    raise typer.Exit(run(names or [], quick=quick, write=write))


def main() -> None:
    """Runs the command line; a failure a user can mend is one clear sentence."""
    try:
        app()
    except Exception as error:
        code, sentence = exit_code_of(error)
        complain(sentence)
        sys.exit(code)


if __name__ == "__main__":
    main()
