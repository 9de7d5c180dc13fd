"""Who a session belongs to: one query brings the account with its grants."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from dangan.access.models import Account
from dangan.access.queries import account_with_grants


class SealedLogin(BaseBackend):
    """Finds accounts for sessions. Passwords are checked by :func:`.actions.log_in` alone."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:  # noqa: ARG002
        return None

    def get_user(self, user_id: UUID) -> Account | None:
        account = account_with_grants(user_id)
        return account if account is not None and account.is_active else None
