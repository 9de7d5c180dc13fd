"""Writing a package: a ZIP of a bag, sealed to the disk while it is made, then for the receiver."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

import pyrage
from django.utils import timezone

from dangan.access import brakes
from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.exchange.packages.contents import Part, parts
from dangan.exchange.packages.problems import PackageProblem
from dangan.exchange.packages.rules import bag
from dangan.exchange.packages.rules.bag import Sum
from dangan.exchange.packages.spooling import SpoolWriter
from dangan.files.incoming import Incoming, Spool, take_in
from dangan.files.pipes import Pipe
from dangan.materials.catalogue.actions.writing import refuse_gated
from dangan.materials.catalogue.queries import keep
from dangan.materials.scans.queries import refuse_away
from dangan.vault import queries as vault


def send(actor: Actor, *, volume: UUID, receiver: str = "") -> tuple[str, Incoming]:
    """The package of one volume: its file name and content. With ``receiver``, an age public key
    (``age1…``), it is sealed so that only its holder opens it.

    Needs ``packages.export`` over the person's unit. Raises :class:`PackageProblem` for a key that
    is none, ``Absent``, ``Refused`` (``Braked`` is one), ``CatalogueProblem``.
    """
    recipient = _recipient(receiver)
    with recording(actor):
        looked = keep(actor, volume, "packages.export", lock=False)
        refuse_gated("read", volume)
        refuse_away(actor, looked, "package.export", volume)
        brakes.ask(actor, "export", looked.volume.subject_id)
        number, key = looked.volume.number, vault.key_of(looked.volume.subject_id)
        sums: dict[str, Sum] = {}
        packed = take_in(f"{number}.zip", _zip(number, parts(actor, looked, key), sums))
        actor.trail.add(
            Event(
                "package.export",
                subject=looked.volume.subject_id,
                object=str(volume),
                facts={
                    "files": len(sums),
                    "manifest": sums[bag.MANIFEST].digest,
                    "sealed": bool(receiver),
                },
            )
        )
    if recipient is None:
        return f"{number}.zip", packed
    with packed:
        return f"{number}.zip.age", _sealed(f"{number}.zip.age", packed, recipient)


def _recipient(text: str) -> pyrage.x25519.Recipient | None:
    if not text.strip():
        return None
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise PackageProblem(
            Message("接收方公钥不对，应以 age1 开头，请向接收单位核对后粘贴完整。")
        ) from None


def _zip(number: str, payload: Iterator[Part], sums: dict[str, Sum]) -> Iterator[bytes]:
    """The bag as ZIP in pieces; ``sums`` is filled with every file's digest."""
    target = Pipe()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for part in payload:
            yield from _entry(archive, target, number, part, sums)
        for name, text in _tags(number, sums):
            yield from _entry(archive, target, number, Part(name, iter([text().encode()])), sums)
    yield target.take()


def _tags(number: str, sums: dict[str, Sum]) -> Sequence[tuple[str, Callable[[], str]]]:
    """The tag files in the order in which they can be known."""
    told = [
        ("Source-Organization", "dangan"),
        ("External-Identifier", number),
        ("Bagging-Date", timezone.localdate().isoformat()),
        ("Bag-Software-Agent", "dangan"),
    ]

    def payload() -> dict[str, Sum]:
        return {path: one for path, one in sums.items() if path.startswith(bag.PAYLOAD)}

    def tags() -> dict[str, Sum]:
        return {path: one for path, one in sums.items() if not path.startswith(bag.PAYLOAD)}

    return [
        (bag.DECLARED, lambda: bag.DECLARATION),
        (bag.MANIFEST, lambda: bag.manifest(payload())),
        (bag.INFO, lambda: bag.info(told, sums)),
        (bag.TAG_MANIFEST, lambda: bag.manifest(tags())),
    ]


def _entry(
    archive: zipfile.ZipFile, target: Pipe, number: str, part: Part, sums: dict[str, Sum]
) -> Iterator[bytes]:
    hashed, size = hashlib.sha256(), 0
    with archive.open(f"{number}/{part.path}", "w", force_zip64=True) as entry:
        for piece in part.pieces:
            hashed.update(piece)
            size += len(piece)
            entry.write(piece)
            yield target.take()
    sums[part.path] = Sum(hashed.hexdigest(), size)
    yield target.take()


def _sealed(name: str, packed: Incoming, recipient: pyrage.x25519.Recipient) -> Incoming:
    """The package under the receiver's key, sealed to the disk under ours as well."""
    spool = Spool()
    try:
        packed.seek(0)
        pyrage.encrypt_io(packed, SpoolWriter(spool), [recipient])
        spool.finish()
    except BaseException:
        spool.remove()
        raise
    return Incoming(name, spool)
