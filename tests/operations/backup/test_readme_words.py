"""The README's words alone: a back-up of the demonstration, proved, and restored on an empty
folder. The commands are run as they stand there."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.homes import new_home
from tests.operations.service import free_port

from dangan.operations.postgres import EmbeddedServer

ROOT = Path(__file__).parents[3]
HEADINGS = {"README.md": "## Back-up and restore", "README.zh-CN.md": "## 备份与恢复"}
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def commands(readme: str) -> list[str]:
    """The lines of the block under the heading."""
    text = (ROOT / readme).read_text("utf-8").partition(HEADINGS[readme])[2]
    found = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert found, readme
    return found[1].strip().splitlines()


def test_both_languages_say_the_same_commands() -> None:
    assert commands("README.md") == commands("README.zh-CN.md")


def environment(folder: Path) -> dict[str, str]:
    """As in a new terminal; ``dangan`` is what the environment has."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DANGAN_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    program = folder / "bin" / "dangan"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dangan.cli.main "$@"\n')
    program.chmod(0o755)
    return kept | {"PATH": f"{program.parent}:{kept['PATH']}"}


def run(folder: Path, script: str) -> str:
    done = subprocess.run(
        ["/bin/sh", "-ec", script],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_the_demonstration_is_backed_up_proved_and_restored_by_these_words() -> None:
    lines = commands("README.md")
    served = lines.pop()
    assert "dangan serve" in served
    port = free_port()
    with new_home() as folder, EmbeddedServer(folder / "var", QUICK):
        run(folder, "dangan demo --persons 25")
        said = run(folder, "\n".join(lines))
        assert "验证通过" in said
        assert "已恢复到" in said
        assert list(folder.glob("backup-proof-*.pdf"))
        assert answers(folder, served.replace("8001", str(port)), port) == 200


def answers(folder: Path, command: str, port: int) -> int:
    """Serves what was restored and asks for the log-in page."""
    with (folder / "served.log").open("wb") as log:
        service = subprocess.Popen(
            ["/bin/sh", "-c", f"exec env {command}"],
            cwd=folder,
            env=environment(folder),
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            assert service.poll() is None, (folder / "served.log").read_text()[-2000:]
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as asking:
                    asking.request("GET", "/login/")
                    return asking.getresponse().status
            except OSError:
                time.sleep(0.2)
        return 0
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(60)
