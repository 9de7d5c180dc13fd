"""What this machine's web processes count, told in Prometheus's text form.

Several processes listen behind one address, so each writes its counts to a file of its own in a
folder they share (``PROMETHEUS_MULTIPROC_DIR``), and whichever is asked adds them up. Labels are
route patterns, methods and states of the program: nothing that anybody typed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from dangan.operations.health import registry
from dangan.operations.health.sharing import FOLDER
from dangan.roster import memory

if TYPE_CHECKING:
    from django.http import HttpRequest

CONTENT_TYPE = CONTENT_TYPE_LATEST
_LOOK_EVERY = 5.0
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_own = CollectorRegistry()
_LABELS = ("method", "route", "status")
REQUESTS = Counter("dangan_requests", "Requests answered", _LABELS, registry=_own)
SECONDS = Histogram(
    "dangan_request_seconds", "Time to answer", ("method", "route"), buckets=_BOUNDS, registry=_own
)
SQL_SECONDS = Counter("dangan_sql_seconds", "Time spent in the database", registry=_own)
SQL_STATEMENTS = Counter("dangan_sql_statements", "Statements sent to the database", registry=_own)
ROSTER_ROWS = Gauge(
    "dangan_roster_people",
    "People in a web process's roster",
    registry=_own,
    multiprocess_mode="livemax",
)
RESIDENT = Gauge(
    "dangan_resident_bytes",
    "Memory of the web processes, rosters included",
    registry=_own,
    multiprocess_mode="livesum",
)
_looked_at = 0.0


def observe(request: HttpRequest, status: int, seconds: float) -> None:
    """Count one answered request."""
    method = request.method if request.method in METHODS else "OTHER"
    route = route_of(request)
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(method, route).observe(seconds)
    meter = getattr(request, "meter", None)
    if meter is not None:
        SQL_SECONDS.inc(meter.seconds)
        SQL_STATEMENTS.inc(meter.statements)
    _look_at_self()


def route_of(request: HttpRequest) -> str:
    """The pattern of the address, never the address."""
    match = request.resolver_match
    if match is not None:
        return f"/{match.route}"
    return "static" if request.path.startswith("/static/") else "none"


def _look_at_self() -> None:
    """How large this process is and how many people its roster holds, now and then."""
    global _looked_at  # noqa: PLW0603 - one process, one look
    now = time.monotonic()
    if now - _looked_at < _LOOK_EVERY:
        return
    _looked_at = now
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    RESIDENT.set(pages * os.sysconf("SC_PAGE_SIZE"))
    ROSTER_ROWS.set(memory.roster().size)


class _Figures:
    """The rooms' figures, read when asked; one that fails is left out and counted."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        failed = 0
        for figure in registry.figures():
            labels = [figure.label] if figure.label else []
            family = GaugeMetricFamily(f"dangan_{figure.name}", figure.text, labels=labels)
            try:
                for key, value in figure.read().items():
                    family.add_metric([key] if figure.label else [], value)
            except Exception:
                failed += 1
                continue
            yield family
        yield GaugeMetricFamily(
            "dangan_figures_failed", "Figures that could not be read", value=failed
        )


def text() -> bytes:
    """Everything, in Prometheus's text form."""
    told = _own
    if os.environ.get(FOLDER):
        told = CollectorRegistry()
        MultiProcessCollector(told)  # type: ignore[no-untyped-call]  # its author gave it no types
    figures = CollectorRegistry()
    figures.register(_Figures())
    return generate_latest(told) + generate_latest(figures)
