"""Providers and a directory for the stories of this folder."""

from __future__ import annotations

from tests.access.federation.fixtures import *  # noqa: F403
