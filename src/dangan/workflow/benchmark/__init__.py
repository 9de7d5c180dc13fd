"""The workflow's figures."""

from __future__ import annotations

from dangan.workflow.benchmark.pure import Figure
from dangan.workflow.benchmark.pure import figures as engine_figures

__all__ = ["Figure", "figures"]


def figures(*, quick: bool = False) -> list[Figure]:
    """All figures of the room."""
    return engine_figures(seconds=0.5 if quick else 2.0)
