"""What the sealed bodies of requests say. Pure."""

from __future__ import annotations

from uuid import UUID

import msgspec


class Outsider(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reader from another unit: has no account and reads beside one who has."""

    seat: UUID
    name: str
    unit: str = ""
    document: str = ""
    """Kind of identity document, a code of ``data/documents.tsv``."""
    number: str = ""


class Scope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much is asked for or granted. ``categories`` empty and no ``materials``: all of it.

    ``materials`` None: whatever lies in ``categories``; what is granted always names materials
    unless it is the whole volume.
    """

    categories: tuple[str, ...] = ()
    materials: tuple[UUID, ...] | None = None
    words: str = ""
    """What is sought, in the applicant's words."""
    print: bool = False
    download: bool = False
    marked: bool = False
    """With what is marked 机密 or 绝密."""
    hours: int = 8

    @property
    def whole(self) -> bool:
        return self.materials is None and not self.categories


class ConsultationBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The form 查阅档案审批表 as it is sealed under the person's key."""

    ground: str
    purpose: str
    asked: Scope
    applicant_post: str = ""
    applicant_phone: str = ""
    outsiders: tuple[Outsider, ...] = ()
    letters: tuple[UUID, ...] = ()
    """Files: department letter, letter of introduction, identity documents."""
    warnings: tuple[str, ...] = ()
    """What the applicant was told and sent nevertheless."""
    granted: Scope | None = None
    checked: str = ""
    """What the archivist wrote when checking."""


class CopyingBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """复制摘抄: what for, and what is to be excerpted."""

    purpose: str
    words: str = ""
    letters: tuple[UUID, ...] = ()


class ProvisionBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """对外提供: PIPL 21 and 23, data rules 12."""

    receiver: str
    contact: str = ""
    contact_phone: str = ""
    purpose: str
    manner: str = ""
    basis: str
    basis_words: str = ""
    fields: str = ""
    """Which data, in words, where it is not materials of a volume."""
    measures: str = ""
    """What the receiver promised for its protection."""
    told: str = ""
    """How the persons were told, or why they were not (PIPL 23, 18, 35)."""
    letters: tuple[UUID, ...] = ()
