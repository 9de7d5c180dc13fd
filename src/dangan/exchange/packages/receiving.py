"""Taking a package in: every promise of the bag is checked before anything is stored."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeGuard
from uuid import UUID

import pyrage
from django.urls import reverse

from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.dossiers.queries import find_by_unique
from dangan.exchange.packages.contents import FORMAT
from dangan.exchange.packages.problems import PackageProblem
from dangan.exchange.packages.rules import bag
from dangan.exchange.packages.rules.bag import Sum
from dangan.exchange.packages.spooling import SpoolWriter
from dangan.files.archives import members
from dangan.files.incoming import Incoming, Spool
from dangan.files.rules import BadFile
from dangan.materials.catalogue import actions as catalogue
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.scans import actions as scans
from dangan.vault.actions import named_secret

NUMBER = "identity.employee_number"
_TAGS_MOST = 64 * 2**20
"""Bytes of catalogue, records and manifests that are held at once."""
_BLOCK = 2**20
_DAY = re.compile(r"[0-9]{4}(-[0-9]{1,2}){0,2}")


@dataclass
class Opened:
    """A package whose promises hold: its catalogue, and its pages sealed on the disk."""

    catalogue: dict[str, Any]
    pages: dict[str, Incoming] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it."""

    volume: Volume
    materials: int
    pages: int
    url: str


def public_key() -> str:
    """The age public key that senders seal packages for us with."""
    return str(_identity().to_public())


def _identity() -> pyrage.x25519.Identity:
    def make() -> bytes:
        return str(pyrage.x25519.Identity.generate()).encode()

    return pyrage.x25519.Identity.from_str(named_secret("packages.age", make).decode())


def receive(
    actor: Actor, *, data: Incoming, employee_number: str, fonds: UUID, kind: str = ""
) -> Taken:
    """Checks the whole package, then opens a volume for the person and files everything in it.

    ``kind`` overrides what the sender calls the file. All or nothing: raises
    :class:`PackageProblem` with everything that is wrong, and as ``open_volume``.
    """
    require(actor, "packages.import")
    subject = find_by_unique(NUMBER, employee_number.strip())
    with ExitStack() as held:
        opened = _open(held, data)
        with recording(actor):
            if subject is None:
                raise _nobody(employee_number)
            try:
                volume = catalogue.open_volume(
                    actor,
                    subject=subject,
                    fonds=fonds,
                    kind=kind or str(opened.catalogue.get("kind", "")),
                    secrecy=_mark(opened.catalogue.get("secrecy")),
                )
            except Absent:
                # Out of reach and unknown are one answer: numbers are not to be tried out here.
                raise _nobody(employee_number) from None
            materials, pages = _file_all(actor, volume, opened)
            actor.trail.add(
                Event(
                    "package.import",
                    subject=subject,
                    object=str(volume.pk),
                    facts={"materials": materials, "pages": pages},
                )
            )
    url = reverse("catalogue:volume", args=[volume.pk])
    return Taken(volume, materials, pages, url)


def _nobody(number: str) -> PackageProblem:
    return PackageProblem(Message("没有工号 {number} 的人员，请先建档。", number=number.strip()))


def _open(held: ExitStack, data: Incoming) -> Opened:
    """The bag, every file hashed once; what is kept of it is closed with ``held``."""
    sums: dict[str, Sum] = {}
    tags: dict[str, bytes] = {}
    pages: dict[str, Incoming] = {}
    for path, content in members(_plain(held, data), name=data.name or ""):
        inside = path.partition("/")[2]
        with ExitStack() as one:
            one.enter_context(content)
            try:
                sums[inside], head = _hashed(content, inside)
            except BadFile as error:
                raise PackageProblem(error.message) from error
            if inside.startswith("data/pages/"):
                one.pop_all()
                pages[inside.removeprefix("data/")] = held.enter_context(content)
            else:
                tags[inside] = head
    found = bag.faults(
        sums, _text(tags, bag.MANIFEST), _text(tags, bag.TAG_MANIFEST), _text(tags, bag.DECLARED)
    )
    if found:
        raise PackageProblem(found[0], found[1:])
    return Opened(_catalogue(tags), pages)


def _plain(held: ExitStack, data: Incoming) -> Incoming:
    """The ZIP; one that was sealed for us is opened, onto the disk under a key of its own."""
    data.seek(0)
    head = data.read(32)
    data.seek(0)
    if not head.startswith(b"age-encryption.org/v1"):
        return data
    spool = Spool()
    try:
        pyrage.decrypt_io(data, SpoolWriter(spool), [_identity()])
        spool.finish()
    except pyrage.DecryptError as error:
        spool.remove()
        raise PackageProblem(
            Message(
                "打不开：这个包不是用本单位的公钥加密的，或已损坏。请对方用本页的公钥重新打包。"
            )
        ) from error
    except BaseException:
        spool.remove()
        raise
    return held.enter_context(Incoming("package.zip", spool))


def _hashed(content: Incoming, path: str) -> tuple[Sum, bytes]:
    """The file's sum, and its content where that is text to be read."""
    hashed, size, kept = hashlib.sha256(), 0, io.BytesIO()
    for piece in _pieces(content):
        hashed.update(piece)
        size += len(piece)
        if not path.startswith("data/pages/") and size <= _TAGS_MOST:
            kept.write(piece)
    content.seek(0)
    return Sum(hashed.hexdigest(), size), kept.getvalue()


def _pieces(content: Incoming) -> Iterator[bytes]:
    content.seek(0)
    while piece := content.read(_BLOCK):
        yield piece


def _text(tags: dict[str, bytes], name: str) -> str:
    try:
        return tags.get(name, b"").decode()
    except UnicodeDecodeError:
        raise PackageProblem(Message("包的清单不是 UTF-8 编码，请对方重新打包。")) from None


def _catalogue(tags: dict[str, bytes]) -> dict[str, Any]:
    try:
        found: Any = json.loads(tags.get("data/catalogue.json", b""))
    except (ValueError, RecursionError):
        found = None
    if not _is_catalogue(found):
        raise PackageProblem(
            Message("包里没有本系统能读的目录（data/catalogue.json），请按清单手工登记。")
        )
    return found


def _is_catalogue(found: Any) -> TypeGuard[dict[str, Any]]:
    """Whether it has the shape of one; what its lines say is looked at when they are filed."""
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        return False
    lines = found.get("materials", [])
    return isinstance(lines, list) and all(
        isinstance(line, dict)
        and isinstance(line.get("scans", []), list)
        and all(isinstance(scan, dict) for scan in line.get("scans", []))
        for line in lines
    )


def _file_all(actor: Actor, volume: Volume, opened: Opened) -> tuple[int, int]:
    materials = pages = 0
    for line in opened.catalogue.get("materials", []):
        item = catalogue.file_material(
            actor, volume=volume.pk, body=_body(line), secrecy=_mark(line.get("secrecy"))
        )
        materials += 1
        sent = list(_scans(line, opened))
        if sent:
            added = scans.add_pages(actor, material=item.id, files=sent)
            if added.refused:
                raise PackageProblem(added.refused[0][1], [one for _n, one in added.refused[1:]])
            _turn(actor, line, [page.pk for page in added.pages])
            pages += len(added.pages)
    return materials, pages


def _scans(line: dict[str, Any], opened: Opened) -> Iterator[tuple[str, Incoming]]:
    """The files of a material, each once, in order."""
    seen = set()
    for scan in line.get("scans", []):
        path = str(scan.get("file", ""))
        if path in seen:
            continue
        seen.add(path)
        if path not in opened.pages:
            raise PackageProblem(Message("目录里的扫描件“{path}”不在包里。", path=path))
        yield path.rpartition("/")[2], opened.pages[path]


def _turn(actor: Actor, line: dict[str, Any], pages: list[UUID]) -> None:
    """Pages lie as they lay there."""
    listed = line.get("scans", [])
    if len(listed) != len(pages):
        return
    for page, scan in zip(pages, listed, strict=True):
        rotation = scan.get("rotation")
        if isinstance(rotation, int) and rotation in {90, 180, 270}:
            scans.rotate(actor, page=page, by=rotation)


def _body(line: dict[str, Any]) -> MaterialBody:
    """A line as the sender wrote it; what it lacks or misstates is told by the catalogue."""
    formed = str(line.get("formed") or "")
    parts = [int(part) for part in formed.split("-")] if _DAY.fullmatch(formed) else []
    year, month, day = (*parts, 0, 0, 0)[:3]
    return MaterialBody(
        category=str(line.get("category", "")),
        title=str(line.get("title", ""))[:120],
        year=year,
        month=month,
        day=day,
        pages=_number(line.get("pages")),
        copies=_number(line.get("copies")) or 1,
        copy=bool(line.get("copy")),
        remark=str(line.get("remark", ""))[:120],
        matter=str(line.get("matter", ""))[:120],
        stage=str(line.get("stage", ""))[:16],
        rank=_number(line.get("rank")),
        source=str(line.get("source", ""))[:60],
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 10_000 else 0


def _mark(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value <= 3 else 0
