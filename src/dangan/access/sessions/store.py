"""Django's session store over our own table: found by digest, known by account.

One statement finds a session, as with Django's own; ending one is deleting its row.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone

from dangan.access.sessions.models import Session


def digest_of(key: str) -> str:
    """What is kept of the secret in the browser's cookie: its 160 random bits need no more."""
    return hashlib.sha256(key.encode()).hexdigest()


class SessionStore(SessionBase):
    """A session as ``request.session``."""

    def load(self) -> dict[str, Any]:
        """The session's data; empty, and without a key, when it has ended or never was."""
        key = self.session_key
        found = (
            Session.objects.filter(key=digest_of(key), expires_at__gt=timezone.now()).first()
            if key
            else None
        )
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found.data)

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key=digest_of(session_key)).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]  # not in stubs
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Writes the session; one that was ended meanwhile stays ended (``UpdateError``)."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # not in stubs
        values = {
            "data": self.encode(data),
            "expires_at": self._ends(),
            "account_id": UUID(data[SESSION_KEY]) if SESSION_KEY in data else None,
        }
        if must_create:
            try:
                with transaction.atomic():
                    Session.objects.create(key=digest_of(self.session_key), **values)
            except IntegrityError:
                raise CreateError from None
        elif not Session.objects.filter(key=digest_of(self.session_key)).update(**values):
            raise UpdateError

    def _ends(self) -> datetime:
        ends = self.get_expiry_date()
        assert isinstance(ends, datetime)  # noqa: S101 - for the type checker
        return ends

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            Session.objects.filter(key=digest_of(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(expires_at__lt=timezone.now()).delete()
