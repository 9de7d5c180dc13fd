"""Writes to the dictionary: each appends one revision. Whoever calls has asked for permission
``dictionary.edit`` and logs the event in the same transaction (the rooms for both lie above)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from dangan.dictionary import custom, queries
from dangan.dictionary.building import Plain
from dangan.dictionary.loading import builtin
from dangan.dictionary.models import Revision
from dangan.dictionary.rules import Dictionary, Message

_LOCK = 0x64696374  # "dict": one writer at a time, however many processes


class DictionaryConflict(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """Somebody changed the same field since the page was opened."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path
        self.message = Message("这个字段刚被别人改过，请看过新内容再保存")


def add_set(*, by: UUID, plain: Plain) -> int:
    """Add an information set without fields; gives the new revision number.

    Raises ``BadDictionary`` (also all below) naming each wrong property.
    """
    return _append(
        by, f"add_set {plain.get('key')}", lambda base, doc: custom.add_set(base, doc, plain)
    )


def add_field(*, by: UUID, set_key: str, key: str, plain: Plain) -> int:
    """Add a field to a set, built in or not."""
    return _append(
        by,
        f"add_field {set_key}.{key}",
        lambda base, doc: custom.add_field(base, doc, set_key, key, plain),
    )


def change_field(*, by: UUID, path: str, changes: Plain, base_revision: int) -> int:
    """Change properties of a field as it was at ``base_revision``.

    Raises :class:`DictionaryConflict` when the field has changed since.
    """

    def changed(base: Dictionary, document: Mapping[str, Any]) -> custom.Document:
        now = custom.merge(base, document, 0).field(path)
        try:
            seen = queries.revision_of(base_revision).field(path)
        except (Revision.DoesNotExist, KeyError):
            raise DictionaryConflict(path) from None
        if seen != now:
            raise DictionaryConflict(path)
        return custom.change_field(base, document, path, changes)

    return _append(by, f"change_field {path}", changed)


def retire_field(*, by: UUID, path: str) -> int:
    """Take a field out of use; values in old records stay readable."""
    return _append(by, f"retire_field {path}", lambda b, doc: custom.retire(b, doc, path))


def restore_field(*, by: UUID, path: str) -> int:
    """Bring a retired field back."""
    return _append(by, f"restore_field {path}", lambda b, doc: custom.restore(b, doc, path))


def retire_set(*, by: UUID, key: str) -> int:
    """Take a whole set out of use; its records stay readable."""
    return _append(by, f"retire_set {key}", lambda base, doc: custom.retire(base, doc, key))


def restore_set(*, by: UUID, key: str) -> int:
    """Bring a retired set back."""
    return _append(by, f"restore_set {key}", lambda base, doc: custom.restore(base, doc, key))


def add_table(*, by: UUID, key: str, plain: Plain, codes: Sequence[Plain]) -> int:
    """Add a code table with its first codes."""
    return _append(
        by,
        f"add_table {key}",
        lambda base, doc: custom.add_table(base, doc, key, plain, codes),
    )


def put_code(*, by: UUID, table_key: str, plain: Plain) -> int:
    """Add a code to a table, or change the name, aliases or retirement of one."""
    return _append(
        by,
        f"put_code {table_key}.{plain.get('code')}",
        lambda base, doc: custom.put_code(base, doc, table_key, plain),
    )


def _append(
    by: UUID, what: str, change: Callable[[Dictionary, Mapping[str, Any]], custom.Document]
) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        document = change(builtin(), queries.document_in_force())
        revision = Revision.objects.create(
            at=timezone.now(), actor=by, what=what[:120], document=document
        )
    queries.forget()
    return revision.pk
