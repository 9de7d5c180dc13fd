"""``dangan backup …`` and ``dangan restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dangan.cli.output import complain, say, say_json, table

if TYPE_CHECKING:
    from dangan.audit.rules.notes import Verifier
    from dangan.config.environment import Environment
    from dangan.operations.backup.fetching import Sources
    from dangan.operations.backup.rules.manifest import Manifest
    from dangan.operations.backup.rules.report import Report

_SHOWN = 20


def identity(file: Path) -> int:
    """Writes a new private key and shows the public one."""
    from dangan.operations.backup.age import new_identity

    public = new_identity(file)
    say(public)
    complain(f"私钥已写入 {file}。把它交给保管人带走，不要留在本机。")
    return 0


def create(*, full: bool, demo: bool, as_json: bool, act_as: str | None) -> int:
    """Makes a back-up; 1 when something was not there to be backed up."""
    from dangan.cli.session import acting
    from dangan.operations.backup.throttle import step_back

    step_back()
    with acting(act_as) as actor:
        from dangan.operations.backup import actions
        from dangan.operations.backup.identity import signer

        row = actions.create(actor, demo=demo, full=full, say=_quiet if as_json else say)
        public = str(signer().public)
    if as_json:
        say_json(
            {
                "name": row.name,
                "instant": row.instant,
                "manifest": row.manifest,
                "rows": row.rows,
                "files": row.files,
                "files_sent": row.files_sent,
                "files_missing": row.files_missing,
                "size": row.size,
                "demo": row.demo,
                "public_key": public,
            }
        )
        return 1 if row.files_missing else 0
    if row.demo:
        say("注意：这是示例环境的备份，数据与密钥放在一处或用了同一把公钥，真实数据不能这样备份。")
    say(f"备份 {row.name} 已完成：{row.rows} 行，{row.files} 份文件，{_size(row.size)}。")
    say(f"备份公钥（恢复时要用，请与私钥一起保管）：{public}")
    if row.problem:
        say(row.problem)
        return 1
    return 0


def list_(source: str | None, public_key: str | None, *, as_json: bool) -> int:
    """The whole back-ups at a place, newest first, their signatures checked."""
    from dangan.operations.backup.fetching import manifests

    env = _environment()
    rows: list[Manifest] = list(manifests(source or env.backup_to, _public(env, public_key)))
    if as_json:
        say_json(
            [
                {
                    "name": one.name,
                    "instant": one.instant,
                    "rows": sum(part.rows for part in one.tables),
                    "files": one.files.count,
                    "log": one.log.size,
                    "demo": one.demo,
                }
                for one in rows
            ]
        )
        return 0
    if not rows:
        say("还没有备份。")
        return 0
    lines = [
        (
            one.name,
            f"{one.instant.astimezone():%Y-%m-%d %H:%M:%S}",
            str(sum(part.rows for part in one.tables)),
            str(one.files.count),
            _size(sum(part.size for part in one.parts)),
        )
        for one in rows
    ]
    say(table(("名称", "时刻", "行", "文件", "大小"), lines))
    return 0


def prune(*, demo: bool, act_as: str | None) -> int:
    """Clears away what is not to be kept."""
    from dangan.cli.session import acting

    with acting(act_as) as actor:
        from dangan.operations.backup import actions

        gone = actions.prune(actor, say=say, demo=demo)
    if not gone:
        say("没有要清理的备份。")
    return 0


def ledger(file: Path) -> int:
    """Writes the ledger of destructions as it stands now."""
    from dangan.cli.session import acting

    with acting(None) as actor:
        from dangan.audit.rules import Event
        from dangan.operations.backup.ledger import collect
        from dangan.operations.backup.ledger import signed as signed_ledger

        found = collect()
        file.write_bytes(signed_ledger())
        actor.trail.add(Event("backup.ledger", facts={"lines": found.count}))
    say(f"销毁台账 {found.count} 条，已写入 {file}。")
    return 0


def verify(
    name: str,
    *,
    identity: Path | None,
    keys_identity: Path | None,
    source: str | None,
    keys_source: str | None,
    public_key: str | None,
    ledger: Path | None,
    checkpoints: Path | None,
    all_files: bool,
    report: Path | None,
    as_json: bool,
) -> int:
    """Proves a back-up; 1 when anything in it is not as it was."""
    from dangan.operations.backup.verifying import verify as run

    env = _environment()
    sources = _sources(
        env,
        name,
        identity=identity,
        keys_identity=keys_identity,
        source=source,
        keys_source=keys_source,
        public_key=public_key,
        ledger=ledger,
        checkpoints=checkpoints,
    )
    folder = report or Path.cwd()
    found, files = run(sources, folder, all_files=all_files, say=_quiet if as_json else say)
    return _told(found, files, as_json=as_json)


def drill(report: Path | None, *, as_json: bool) -> int:
    """The newest back-up, with the identities that the settings name; the proof is taken in when
    this is the installation itself."""
    from dangan.operations.backup.rules.problems import Unusable

    env = _environment()
    if env.backup_identity is None or env.backup_keys_identity is None:
        raise Unusable(
            "演练要用私钥：在演练机上设置 DANGAN_BACKUP_IDENTITY 和 "
            "DANGAN_BACKUP_KEYS_IDENTITY。生产机上不应有它们。"
        )
    from dangan.operations.backup.verifying import verify as run

    sources = _sources(env, "")
    found, files = run(sources, report or Path.cwd(), all_files=False, say=_quiet)
    if _is_ours(env):
        proven(files[0], act_as=None, quiet=True)
    return _told(found, files, as_json=as_json)


def proven(report: Path, *, act_as: str | None, quiet: bool = False) -> int:
    """Takes in the report of a proof done elsewhere."""
    from dangan.cli.session import acting

    document = report.read_bytes()
    with acting(act_as) as actor:
        from dangan.operations.backup import actions

        proof = actions.take_proof(actor, document=document)
        name = proof.backup.name
    if not quiet:
        say(f"已登记：备份 {name} 的验证{'通过' if proof.ok else '没有通过'}。")
    return 0


def restore(
    name: str,
    into: Path,
    *,
    identity: Path | None,
    keys_identity: Path | None,
    source: str | None,
    keys_source: str | None,
    public_key: str | None,
    ledger: Path | None,
    checkpoints: Path | None,
) -> int:
    """Makes a new installation out of a back-up."""
    from dangan.operations.backup.restoring import restore as run

    env = _environment()
    wanted = "" if name == "latest" else name
    sources = _sources(
        env,
        wanted,
        identity=identity,
        keys_identity=keys_identity,
        source=source,
        keys_source=keys_source,
        public_key=public_key,
        ledger=ledger,
        checkpoints=checkpoints,
    )
    done = run(sources, into.expanduser().resolve(), database_url=env.database_url, say=say)
    for line in done:
        say(line)
    return 0


def _sources(
    env: Environment,
    name: str,
    *,
    identity: Path | None = None,
    keys_identity: Path | None = None,
    source: str | None = None,
    keys_source: str | None = None,
    public_key: str | None = None,
    ledger: Path | None = None,
    checkpoints: Path | None = None,
) -> Sources:
    from dangan.operations.backup.fetching import Sources
    from dangan.operations.backup.rules.problems import Unusable

    own, keys_own = identity or env.backup_identity, keys_identity or env.backup_keys_identity
    if own is None or keys_own is None:
        raise Unusable("还要两把私钥：--identity 文件（数据的）和 --keys-identity 文件（密钥的）。")
    to, keys_to = source or env.backup_to, keys_source or env.backup_keys_to
    if not to or not keys_to:
        raise Unusable(
            "备份在哪里？用 --from 和 --keys-from 写明，或设置 DANGAN_BACKUP_TO 和 "
            "DANGAN_BACKUP_KEYS_TO。"
        )
    return Sources(
        name=name,
        to=to,
        keys_to=keys_to,
        identity=own,
        keys_identity=keys_own,
        public=_public(env, public_key),
        ledger=ledger,
        checkpoints=checkpoints,
    )


def _public(env: Environment, given: str | None) -> Verifier:
    """The key that must have signed: as given, or that of the installation on this machine."""
    from dangan.operations.backup import names
    from dangan.operations.backup.rules.problems import Forged
    from dangan.operations.backup.rules.signing import verifier_of

    if given:
        file = Path(given).expanduser()
        return verifier_of(file.read_text("utf-8") if _is_file(file) else given)
    own = env.home / names.PUBLIC_KEY
    if not own.exists():
        raise Forged(
            "不知道备份应由哪把密钥签名，没有采用任何东西。"
            "用 --public-key 给出与私钥一起保管的备份公钥。"
        )
    return verifier_of(own.read_text("utf-8"))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _is_ours(env: Environment) -> bool:
    return env.root_secret_file.exists() and (env.home / "backup.vkey").exists()


def _environment() -> Environment:
    from dangan.config.environment import environment

    return environment()


def _told(found: Report, files: list[Path], *, as_json: bool) -> int:
    if as_json:
        import msgspec

        say_json(msgspec.to_builtins(found))
        return 0 if found.ok else 1
    for step in found.steps:
        say(f"{'通过' if step.ok else '不通过'}  {step.label}：{step.said}（{step.took:.1f} 秒）")
        for line in step.found[:_SHOWN]:
            say(f"        {line}")
    say(found.lost.said)
    say(f"报告：{'、'.join(str(file) for file in files)}")
    verdict = "验证通过" if found.ok else "验证没有通过"
    say(f"备份 {found.backup} {verdict}，用时 {found.took:.1f} 秒。")
    say(f"登记到生产系统：dangan backup proven {files[0]}")
    return 0 if found.ok else 1


def _size(size: int) -> str:
    amount, units = float(size), ["B", "KiB", "MiB", "GiB", "TiB"]
    while amount >= 1024 and len(units) > 1:
        amount /= 1024
        units.pop(0)
    return f"{amount:.1f} {units[0]}"


def _quiet(text: str) -> None:
    del text
