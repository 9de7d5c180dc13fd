"""What objects are called at a place."""

from __future__ import annotations

MANIFEST = "manifest.json"
LEDGER = "ledger.json"
CHECKPOINTS = "checkpoints.txt"
PUBLIC_KEY = "backup.vkey"


def manifest_of(name: str) -> str:
    return f"backups/{name}/{MANIFEST}"


def part_of(name: str, part: str) -> str:
    return f"backups/{name}/{part}"


def keys_manifest_of(name: str) -> str:
    return f"keys/{name}/{MANIFEST}"


def keys_part_of(name: str) -> str:
    return f"keys/{name}/keys.age"


def file_of(name: str) -> str:
    """Of a sealed file by its random name in hex."""
    return f"files/{name[:2]}/{name}.age"
