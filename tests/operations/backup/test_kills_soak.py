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
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from tests.homes import new_home
from tests.soak.figures import Figure

from dangan.operations.backup import age, names, sending
from dangan.operations.backup.fetching import manifests, whole
from dangan.operations.backup.installation import remove
from dangan.operations.backup.rules.signing import verifier_of
from dangan.operations.backup.stores.folder import FolderStore
from dangan.operations.postgres import EmbeddedServer, socket_dir

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


@dataclass
class Tally:
    """How many commands were killed on the way, and how many of what they left counts as whole
    and is not."""

    killed: int = 0
    wrongly_whole: int = 0


def kill_a_back_up(site: Site, seconds: float, tally: Tally) -> None:
    """What counts as a back-up afterwards must be one; none that was there may have gone."""
    before = site.names()
    tally.killed += site.kill_after(seconds, "backup", "create", "--demo")
    after = site.names()
    assert set(before) <= set(after)
    tally.wrongly_whole += sum(not is_back_up(site, name) for name in set(after) - set(before))


def is_back_up(site: Site, name: str) -> bool:
    """Whether all is there that the manifest speaks of: parts, list, files, keys."""
    public = verifier_of((site.root / "home" / "backup.vkey").read_text())
    data, keys = site.root / "data", site.root / "keys"
    (found,) = [one for one in manifests(data.as_uri(), public) if one.name == name]
    assert found.files.listing is not None
    for part in (*found.parts, found.files.listing):
        place = data / part.name
        if not place.exists() or sha256(place.read_bytes()).hexdigest() != part.sha256:
            return False
    listed = sending.listed((data / found.files.listing.name).read_bytes())
    wanted = [data / names.file_of(file) for file, _, _ in listed]
    wanted += [keys / names.keys_manifest_of(name), keys / names.keys_part_of(name)]
    return all(place.exists() for place in wanted)


def kill_a_restore(site: Site, seconds: float, tally: Tally) -> None:
    """The folder is absent afterwards, or a whole installation."""
    into = site.root / "restored"
    killed = site.kill_after(seconds, "restore", "latest", "--into", str(into), *site.opening)
    if into.exists():
        tally.wrongly_whole += not is_installation(into)
        remove(into)
    else:
        tally.killed += killed


def is_installation(home: Path) -> bool:
    """Whether its database is there and the last step of a restore was done in it."""
    if not (home / "root.key").exists() or (home / "restoring.lock").exists():
        return False
    with (
        EmbeddedServer(home, QUICK),
        psycopg.connect(host=str(socket_dir(home / "pg")), user="postgres") as sql,
    ):
        row = sql.execute("SELECT count(*) FROM backup_restoration").fetchone()
    return row == (1,)


@pytest.mark.soak
def test_a_killed_back_up_or_restore_leaves_nothing_that_looks_whole(site: Site) -> None:
    tally = Tally()
    kill_a_back_up(site, 2.5, tally)
    site.run("backup", "create", "--demo")
    store = FolderStore(site.root / "data")
    assert all("half" not in name for name, _ in store.names(""))
    folders = {name.split("/")[1] for name, _ in store.names("backups/")}
    assert folders == set(whole(store))
    kill_a_restore(site, 4.0, tally)
    assert not tally.wrongly_whole
    into = site.root / "restored"
    site.run("restore", "latest", "--into", str(into), *site.opening)
    assert (into / "root.key").exists()
    assert not list(site.root.glob(".restored.restoring-*"))
    remove(into)


@pytest.mark.soak
def test_killed_at_random(site: Site, figure: Figure) -> None:
    dice = random.Random(20261122)  # noqa: S311 - moments, not secrets
    whole_one = site.run("backup", "create", "--demo")
    tally = Tally()
    for _ in range(25):
        kill_a_back_up(site, dice.uniform(0.3, whole_one), tally)
    site.run("backup", "create", "--demo")
    into = site.root / "restored"
    long = site.run("restore", "latest", "--into", str(into), *site.opening)
    remove(into)
    for _ in range(15):
        kill_a_restore(site, dice.uniform(0.3, long), tally)
    site.run("restore", "latest", "--into", str(into), *site.opening)
    assert is_installation(into)
    remove(into)
    killed, wrong = tally.killed, tally.wrongly_whole
    figure("back-ups and restores killed on the way", killed, "≥ 20", killed >= 20)
    figure("of these taken for whole", wrong, "0", wrong == 0)
