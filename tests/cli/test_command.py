"""The command as a whole: it starts fast, says what it offers, and explains what failed."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
import typer

from dangan.cli.failures import exit_code_of
from dangan.cli.main import app
from dangan.cli.output import table


def commands() -> dict[str, set[str]]:
    """Every command with its options, as users type them."""
    found: dict[str, set[str]] = {}

    def walk(group: typer.main.TyperGroup, path: tuple[str, ...]) -> None:
        for name, command in group.commands.items():
            if isinstance(command, typer.main.TyperGroup):
                walk(command, (*path, name))
            else:
                options = {option for parameter in command.params for option in parameter.opts}
                found[" ".join((*path, name))] = options

    group = typer.main.get_command(app)
    assert isinstance(group, typer.main.TyperGroup)
    walk(group, ())
    return found


def test_every_promised_command_is_there() -> None:
    promised = {
        "init": {"--org", "--admin"},
        "import": {"--dry-run", "--mode", "--json", "--as"},
        "people search": {"--json", "--as"},
        "people show": {"--as-of", "--json", "--as"},
        "export roster": {"--as"},
        "audit verify": {"--data", "--checkpoints", "--json"},
        "audit export": set(),
        "audit prove": set(),
        "keys rotate": {"--as"},
        "check": {"--json"},
        "backup create": {"--full", "--json", "--as"},
        "backup list": {"--from", "--json"},
        "backup verify": {"--from", "--identity", "--all-files", "--report", "--json"},
        "backup drill": {"--report", "--json"},
        "backup proven": {"--as"},
        "backup prune": {"--as"},
        "backup identity": set(),
        "backup ledger": set(),
        "restore": {"--from", "--identity", "--keys-from", "--keys-identity", "--into"},
        "migrate": set(),
        "web": {"--host", "--port"},
        "worker": set(),
        "sequencer": set(),
        "demo": {"--persons", "--seed"},
        "serve": {"--demo", "--host", "--port"},
        "bench": {"--quick", "--write"},
    }
    found = commands()
    assert set(found) == set(promised)
    for name, options in promised.items():
        assert options <= found[name], name


def test_help_loads_nothing_heavy() -> None:
    began = time.process_time()
    code = (
        "import sys; import dangan.cli.main;"
        "heavy = {'django', 'polars', 'numpy', 'psycopg', 'granian'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert time.process_time() - began < 5


def test_an_unforeseen_error_tells_its_kind_and_place_but_no_values() -> None:
    try:
        {}["330106199106122040"]
    except KeyError as error:
        code, sentence = exit_code_of(error)
    assert code == 2
    assert "KeyError" in sentence
    assert "330106" not in sentence


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (PermissionError(13, "denied", "/srv/x"), 2, "没有权限读写 /srv/x。"),
        (FileNotFoundError(2, "none", "/srv/x"), 2, "没有文件 /srv/x。"),
    ],
)
def test_files_that_cannot_be_used_are_named(error: Exception, code: int, sentence: str) -> None:
    assert exit_code_of(error) == (code, sentence)


def test_tables_line_up_under_chinese_headings() -> None:
    drawn = table(("姓名", "工号"), [("王伟", "1"), ("欧阳若曦", "22")])
    assert drawn == "姓名      工号\n王伟      1\n欧阳若曦  22"
