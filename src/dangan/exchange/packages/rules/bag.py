"""BagIt 1.0 (RFC 8493): tag files, manifests, and what a bag fails to keep of its promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dangan.dictionary.rules import Message

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
INFO, DECLARED = "bag-info.txt", "bagit.txt"
PAYLOAD = "data/"


@dataclass(frozen=True, slots=True)
class Sum:
    """A file of a bag: SHA-256 in hexadecimal, and how many bytes."""

    digest: str
    size: int


def manifest(sums: Mapping[str, Sum]) -> str:
    """One line a file, in order of paths; line ends and per cent signs in paths are encoded."""
    return "".join(f"{sums[path].digest}  {encoded(path)}\n" for path in sorted(sums))


def encoded(path: str) -> str:
    """RFC 8493 § 2.1.3: LF, CR and % are percent-encoded, nothing else."""
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def decoded(path: str) -> str:
    """The inverse of :func:`encoded`."""
    return path.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def info(lines: Sequence[tuple[str, str]], sums: Mapping[str, Sum]) -> str:
    """bag-info.txt: what it is, and how much (Payload-Oxum: bytes.files)."""
    total = sum(one.size for path, one in sums.items() if path.startswith(PAYLOAD))
    count = sum(path.startswith(PAYLOAD) for path in sums)
    told = [*lines, ("Payload-Oxum", f"{total}.{count}")]
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in told)


def parse_manifest(text: str) -> dict[str, str]:
    """Path → digest. Raises :class:`ValueError` for a line that is none or comes twice."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        digest, _space, path = line.partition(" ")
        name = decoded(path.strip().removeprefix("*"))
        if len(digest) != 64 or not name or name in found:
            raise ValueError(line)
        found[name] = digest.lower()
    return found


def faults(
    sums: Mapping[str, Sum], manifest_text: str, tag_manifest_text: str, declared: str
) -> list[Message]:
    """Everything that a bag with these files promises and does not keep, file by file."""
    if "BagIt-Version: 1.0" not in declared and "BagIt-Version: 0.97" not in declared:
        return [Message("包里没有 bagit.txt 或版本不符，不是 BagIt 包。")]
    try:
        promised = parse_manifest(manifest_text)
        tags = parse_manifest(tag_manifest_text) if tag_manifest_text else {}
    except ValueError:
        return [Message("包的清单有无法识别的行，请对方重新打包。")]
    payload = {path for path in sums if path.startswith(PAYLOAD)}
    found = [
        Message("清单里的“{path}”不在包里。", path=path)
        for path in sorted({*promised, *tags} - sums.keys())
    ]
    found += [
        Message("“{path}”不在清单里，来历不明。", path=path)
        for path in sorted(payload - promised.keys())
    ]
    found += [
        Message("“{path}”与清单不符，内容已改变。", path=path)
        for path, digest in sorted({**promised, **tags}.items())
        if path in sums and sums[path].digest != digest
    ]
    return found
