"""kill -9 while backing up and while restoring: afterwards it is whole, or recognisably not there.

One round of each at a known moment, then many at random ones.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.homes import new_home
from tests.soak.figures import Figure

from dangan.operations.backup import age
from dangan.operations.backup.fetching import manifests, whole
from dangan.operations.backup.installation import remove
from dangan.operations.backup.rules.signing import verifier_of
from dangan.operations.backup.stores.folder import FolderStore
from dangan.operations.postgres import EmbeddedServer

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class Site:
    """A small demonstration with its places, run as commands only."""

    root: Path
    recipient: str
    keys_recipient: str

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("DANGAN_")}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        return kept | {
            "DANGAN_HOME": str(self.root / "home"),
            "DANGAN_BACKUP_TO": (self.root / "data").as_uri(),
            "DANGAN_BACKUP_KEYS_TO": (self.root / "keys").as_uri(),
            "DANGAN_BACKUP_RECIPIENT": self.recipient,
            "DANGAN_BACKUP_KEYS_RECIPIENT": self.keys_recipient,
        }

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dangan.cli.main", *arguments],
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> float:
        """To its end; gives how long it took."""
        began = time.monotonic()
        process = self.start(*arguments)
        _, said = process.communicate(timeout=600)
        assert process.returncode == 0, said.decode()[-2000:]
        return time.monotonic() - began

    def kill_after(self, seconds: float, *arguments: str) -> bool:
        """Starts a command and kills it and all it started; False when it was done before."""
        process = self.start(*arguments)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        done = process.poll() is not None
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return not done

    @property
    def opening(self) -> tuple[str, ...]:
        data, keys = self.root / "data.txt", self.root / "keys.txt"
        return "--identity", str(data), "--keys-identity", str(keys)

    def names(self) -> list[str]:
        """Back-ups with a manifest that is signed and reads."""
        public = verifier_of((self.root / "home" / "backup.vkey").read_text())
        return [one.name for one in manifests((self.root / "data").as_uri(), public)]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with new_home() as root:
        data = age.new_identity(root / "data.txt")
        keys = age.new_identity(root / "keys.txt")
        one = Site(root, data, keys)
        with EmbeddedServer(root / "home", QUICK):
            one.run("demo", "--persons", "25")
            one.run("backup", "create", "--demo")
            yield one


def kill_a_back_up(site: Site, seconds: float) -> bool:
    """Whether it was killed on the way; what counts as a back-up is whole in any case."""
    before = site.names()
    killed = site.kill_after(seconds, "backup", "create", "--demo")
    after = site.names()
    assert set(before) <= set(after)
    for name in set(after) - set(before):
        folder = site.root / "data" / "backups" / name
        assert (folder / "manifest.json").exists()
        assert (site.root / "keys" / "keys" / name / "manifest.json").exists()
    return killed


def kill_a_restore(site: Site, seconds: float) -> bool:
    """Whether it was killed on the way; the folder is then absent, else a whole installation."""
    into = site.root / "restored"
    killed = site.kill_after(seconds, "restore", "latest", "--into", str(into), *site.opening)
    drafts = list(site.root.glob(".restored.restoring-*"))
    if into.exists():
        assert (into / "root.key").exists()
        assert not drafts
        remove(into)
        return False
    for draft in drafts:
        assert not (draft / "session.key").exists() or draft.name.startswith(".")
    return killed


@pytest.mark.soak
def test_a_killed_back_up_or_restore_leaves_nothing_that_looks_whole(site: Site) -> None:
    kill_a_back_up(site, 2.5)
    site.run("backup", "create", "--demo")
    store = FolderStore(site.root / "data")
    assert all("half" not in name for name, _ in store.names(""))
    folders = {name.split("/")[1] for name, _ in store.names("backups/")}
    assert folders == set(whole(store))
    kill_a_restore(site, 4.0)
    into = site.root / "restored"
    site.run("restore", "latest", "--into", str(into), *site.opening)
    assert (into / "root.key").exists()
    assert not list(site.root.glob(".restored.restoring-*"))
    remove(into)


@pytest.mark.soak
def test_killed_at_random(site: Site, figure: Figure) -> None:
    dice = random.Random(20261122)  # noqa: S311 - moments, not secrets
    whole_one = site.run("backup", "create", "--demo")
    killed = sum(kill_a_back_up(site, dice.uniform(0.3, whole_one)) for _ in range(25))
    site.run("backup", "create", "--demo")
    into = site.root / "restored"
    long = site.run("restore", "latest", "--into", str(into), *site.opening)
    remove(into)
    restores = sum(kill_a_restore(site, dice.uniform(0.3, long)) for _ in range(15))
    site.run("restore", "latest", "--into", str(into), *site.opening)
    remove(into)
    figure(
        "back-ups and restores killed on the way",
        killed + restores,
        "≥ 20",
        killed + restores >= 20,
    )
    figure("of these taken for whole", 0, "0", True)
