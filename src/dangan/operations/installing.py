"""The first steps of an installation: units from a file, and an account that can do the rest."""

from __future__ import annotations

from pathlib import Path

from dangan.access.actions import create_account
from dangan.access.rules import Actor
from dangan.organization.actions import load_units
from dangan.organization.loading import read_csv

ADMIN_ROLES = ("it",)
"""The first account manages accounts and fields and reads no dossier; who reads them is
granted by the console or by request and approval."""


def load_organisation(actor: Actor, path: Path) -> int:
    """Makes the units of a CSV file (columns ``path,type``) that are missing; returns how many.

    Raises :class:`OSError` and :class:`dangan.organization.loading.BadUnitFile`.
    """
    return load_units(actor, read_csv(path.read_bytes())).created


def first_account(actor: Actor, login: str) -> str:
    """Makes the account that manages the others; returns its password, to be changed at once."""
    account = create_account(
        actor,
        login=login,
        name=login,
        roles=[(role, None) for role in ADMIN_ROLES],
        reason="初始化",
    )
    return account.password
