"""What branches of a definition may know of a movement. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dangan.dossiers.rules import Row
from dangan.lifecycle.rules.bodies import Body
from dangan.lifecycle.rules.effects import Present, day_of
from dangan.lifecycle.rules.law import ending_of, is_short
from dangan.workflow.handling import Json

SECRET_POSTS = frozenset({"1", "2", "3"})
"""Codes of ``secrecy_post`` that mark a confidential post."""

TECHNICAL_POSTS = frozenset({"2"})
"""Codes of ``post_category`` that mark a technical one."""

IN_FORCE = "1"


def enters_secret_post(body: Body) -> bool:
    """Whether the post in the form is confidential, or was said to be security-critical."""
    return str(body.post.get("secrecy_post") or "") in SECRET_POSTS or body.flag(
        "security_critical"
    )


def knows_secrets(now: Present, agreements: Sequence[Row]) -> bool:
    """Whether somebody who leaves held a technical or confidential post or signed secrecy."""
    post = now.post.values if now.post else {}
    return (
        str(post.get("category") or "") in TECHNICAL_POSTS
        or str(post.get("secrecy_post") or "") in SECRET_POSTS
        or any(row.values.get("state") == IN_FORCE for row in agreements)
    )


def facts_of(
    kind: str,
    body: Body,
    now: Present,
    *,
    effective: date,
    by_self: bool,
    heads_unit: bool,
    reentry: bool,
    checked: bool,
    agreements: Sequence[Row],
) -> dict[str, Json]:
    """All facts that definitions of ``kind`` may ask for."""
    facts: dict[str, Json] = {"effective": effective.isoformat(), "by_self": by_self}
    if kind in ("newcomer", "promotion", "transfer"):
        facts |= {
            "new_unit": str(body.post.get("unit") or "") or None,
            "level": str(body.post.get("post_level") or ""),
            "changes_contract": body.flag("changes_contract"),
            "changes_pay": body.flag("changes_pay"),
            "security_critical": enters_secret_post(body),
        }
    if kind == "newcomer":
        facts |= {"reentry": reentry, "checked": checked}
    if kind == "regularisation":
        facts |= {
            "outcome": body.text("outcome") or "passed",
            "changes_pay": body.flag("changes_pay"),
        }
    if kind == "departure":
        code = str(body.post.get("leaving_reason") or "")
        notified = day_of(body.text("notified_on")) or effective
        probation = now.on_probation(notified)
        facts |= {
            "short_notice": is_short(code, notified, effective, probation=probation),
            "technical": knows_secrets(now, agreements),
            "heads_unit": heads_unit,
            "ended_by": ending_of(code).side,
        }
    return facts
