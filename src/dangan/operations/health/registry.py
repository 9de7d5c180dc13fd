"""What has to be in order before this process may be given work, and what it counts.

Rooms register a probe in ``AppConfig.ready``; ``/health/ready`` asks them all. A probe answers
``""`` when its part is in order, else a few plain words that name no person, file name or version.
They are told to operators only; anybody else learns the key of the part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Probe = Callable[[], str]
Reading = Callable[[], Mapping[str, float]]
"""Values by label; a figure without a label has the one key ``""``."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure read when ``/metrics`` is asked. ``label`` names what its keys are, or is empty.

    Keys are words of the program (states, queues), never something a person chose: each new one
    would make a new series.
    """

    name: str
    text: str
    read: Reading
    label: str = ""


_probes: dict[str, Probe] = {}
_figures: dict[str, Figure] = {}


def register(key: str, probe: Probe) -> None:
    """Have ``/health/ready`` ask ``probe``. An exception counts as not ready."""
    _probes[key] = probe


def register_figure(figure: Figure) -> None:
    """Have ``/metrics`` tell a figure, as a gauge called ``dangan_NAME``."""
    _figures[figure.name] = figure


def probes() -> Mapping[str, Probe]:
    return dict(_probes)


def figures() -> Iterable[Figure]:
    return tuple(_figures.values())
