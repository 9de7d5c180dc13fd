"""Values of the printed papers: 销毁清册, 鉴定意见, 销毁证明."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings as configured
from django.db import connection
from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.queries import proving
from dangan.audit.rules import Event
from dangan.materials.disposal.models import DestructionList, What
from dangan.materials.disposal.queries.lists import ItemLine, ListView, list_view
from dangan.organization import queries as organization
from dangan.ui.printing import pdf

FORMS = Path(__file__).parent.parent / "printed"
PAPERS = ("ledger", "opinion", "certificate")
_SUITES = {"aes": "AES-256-GCM", "sm": "SM4-GCM"}
_COUNTS = {
    "dossiers": "整份档案",
    "volumes": "案卷",
    "materials": "材料",
    "pages": "页",
    "scans": "扫描页",
    "files": "电子文件",
    "texts": "识别文本",
    "records": "信息集记录",
    "rows": "单条记录",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF and the name it is kept by."""

    name: str
    data: bytes


def paper(actor: Actor, list_: UUID, key: str) -> Paper:
    """One of the papers; the print is noted. Raises :class:`Absent`, for a certificate before the
    destruction too."""
    view = list_view(actor, list_)
    if key not in PAPERS or (key == "certificate" and view.state != DestructionList.State.DONE):
        raise Absent
    values = _head(view) | {"items": [_item(item) for item in view.items]}
    if key == "certificate":
        values |= certificate(view)
    actor.trail.add(
        Event("disposal.print", object=str(view.id), facts={"number": view.number, "paper": key})
    )
    return Paper(f"{view.number}-{key}", pdf(FORMS / f"{key}.typ", values))


def _head(view: ListView) -> dict[str, Any]:
    tree = organization.tree()
    roots = [node.name for node in tree.nodes.values() if node.parent is None]
    names = view.names
    return {
        "organization": roots[0] if roots else "",
        "number": view.number,
        "case": view.case_number,
        "proposed_on": _day(view.proposed_at),
        "approved_on": _day(view.approved_at),
        "executing_on": _day(view.executing_at),
        "done_on": _day(view.done_at),
        "group": list(names.group),
        "proposer": names.proposer,
        "approvers": [{"step": step, "name": name} for step, name in names.approvers],
        "witnesses": [
            {"name": name, "at": _moment(row.at)}
            for name, row in zip(names.witnesses, view.witnesses, strict=False)
        ],
        "executor": names.executor,
        "digest": view.digest,
        "state": str(view.state_label),
    }


def _item(item: ItemLine) -> dict[str, Any]:
    opinion = item.opinion_label
    if item.years:
        opinion = f"{opinion} {item.years} 年"
    counts = "，".join(
        f"{label} {item.counts[key]}" for key, label in _COUNTS.items() if item.counts.get(key)
    )
    return {
        "position": item.position,
        "what": str(item.what_label),
        "person": item.person.name if item.person else "",
        "number": item.number,
        "title": item.title,
        "ground": item.ground,
        "law": item.law,
        "due_on": item.due_on.isoformat(),
        "opinion": str(opinion),
        "reason": item.reason,
        "state": str(item.state_label),
        "counts": counts,
    }


def certificate(view: ListView) -> dict[str, Any]:
    """What the certificate says beyond the list: method, log proof, horizon."""
    suite = _SUITES[configured.DANGAN.cipher_suite]
    single = any(item.what != What.DOSSIER and item.state == "destroyed" for item in view.items)
    return {
        "counts": [
            {"label": label, "count": view.counts[key]}
            for key, label in _COUNTS.items()
            if view.counts.get(key)
        ],
        "spared": view.counts.get("spared", 0),
        "kept": view.counts.get("kept", 0),
        "suite": suite,
        "crypto": view.crypto,
        "single": single,
        "horizon": view.horizon.on.isoformat() if view.horizon.on else "",
        "horizon_sure": view.horizon.sure,
        "backups_until": view.backups_until.isoformat() if view.backups_until else "",
        "backup_days": configured.DANGAN.backup_days,
        "keep_until": view.keep_until.isoformat() if view.keep_until else "",
        "proof": log_proof(view.id),
    }


def log_proof(list_: UUID) -> Mapping[str, Any]:
    """Where the destruction stands in the log: its events, and the inclusion proof of the last
    under the newest checkpoint; ``waiting`` until the log's sequencer has taken it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, action FROM audit_event WHERE object = %s AND outcome = 'done'"
            " AND action IN ('disposal.execute', 'disposal.item', 'disposal.done') ORDER BY id",
            [str(list_)],
        )
        events = cursor.fetchall()
    last = next((event for event, action in reversed(events) if action == "disposal.done"), None)
    found = proving.proof(last) if last is not None else None
    base: dict[str, Any] = {
        "first": events[0][0] if events else 0,
        "last": events[-1][0] if events else 0,
        "event": last or 0,
        "waiting": found is None,
    }
    if found is None:
        return base
    return base | {
        "leaf": found.leaf,
        "size": found.size,
        "root": found.root.hex(),
        "hashes": [one.hex() for one in found.hashes],
        "checkpoint": found.note,
        "key": found.public_key,
        "holds": proving.proves(found),
    }


def _day(at: Any) -> str:
    return timezone.localtime(at).date().isoformat() if at else ""


def _moment(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
