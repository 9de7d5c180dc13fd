"""Where cryptography happens, and with what: a new place fails here until it is on the list."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import dangan

SOURCE = Path(dangan.__file__).parent
LIBRARIES = {"cryptography", "pyrage", "hmac", "argon2", "authlib", "fido2", "pyotp", "joserfc"}
PLACES = (
    "vault/", "audit/", "access/actions/", "access/factors/", "access/federation/",
    "access/queries/actors.py", "access/rules/one_time.py", "access/second_factor.py",
    "access/sessions/", "access/set_up.py", "dossiers/collection/", "exchange/packages/", "files/",
    "notices/carrying/mail.py", "notices/rules/robots.py", "operations/backup/", "cli/bench/",
)  # fmt: skip
"""Rooms and modules that use keys, signatures or keyed digests; described in decision 0036."""
CHANCE = ("benchmark", "cli/bench", "operations/demo", "security/rules/invented.py",
          "security/queries/canaries.py")  # fmt: skip
"""Invented people and figures: chance that anybody may know, and that a seed repeats."""
WEAK = re.compile(
    r"modes\.(ECB|CBC|CTR)|hashes\.(MD5|SHA1)\b|hashlib\.(md5|sha1)\b|PKCS1v15|TripleDES|ARC4"
    r"|verify=False|CERT_NONE|check_hostname\s*=\s*False|_create_unverified"
)


def modules(library: set[str]) -> set[str]:
    """Modules of ours that import one of these libraries."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if not any(name in text for name in library):
            continue
        for node in ast.walk(ast.parse(text)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if {name.partition(".")[0] for name in names} & library:
                found.add(path.relative_to(SOURCE).as_posix())
    return found


def test_only_these_modules_touch_cryptography() -> None:
    used = modules(LIBRARIES)
    assert used, "nothing was found: the search is broken"
    assert sorted(name for name in used if not name.startswith(PLACES)) == []


def test_no_weak_mode_or_digest_is_named() -> None:
    found = [
        f"{path.relative_to(SOURCE)}: {match.group()}"
        for path in SOURCE.rglob("*.py")
        for match in WEAK.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_chance_comes_from_the_system() -> None:
    """``secrets`` and ``os.urandom`` for everything that must not be guessed."""
    assert sorted(n for n in modules({"random"}) if not any(part in n for part in CHANCE)) == []
