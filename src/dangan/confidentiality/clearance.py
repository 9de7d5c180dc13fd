"""Whether somebody may hold a secret post: what is asked, what is there, what is lacking.

Whoever asks has decided that the answer may be used: the gates tell it to those who fill posts,
the register shows it cut to its reader's rights.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.utils import timezone

from dangan.confidentiality.models import Exemption, SecretPost
from dangan.confidentiality.rules import Lack, Place, Requirement, lacks
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Message
from dangan.dossiers.opening import open_rows
from dangan.dossiers.rules import Row
from dangan.lifecycle.gates import GateQuestion
from dangan.organization import queries as organization_queries
from dangan.vault import queries as vault_queries

SETS = ("training", "background_check", "secrecy_agreement")


def requirement_of(post: SecretPost) -> Requirement:
    """What this post asks for."""
    return Requirement(post.training_months, tuple(post.checks), post.needs_agreement)


def open_posts() -> list[SecretPost]:
    """The register without what was closed; one statement."""
    return list(SecretPost.objects.filter(closed_at__isnull=True).order_by("level", "position"))


def posts_at(unit: UUID | None, position: str, posts: Sequence[SecretPost]) -> list[SecretPost]:
    """The lines of the register that mean a post with this title in this unit."""
    path = organization_queries.tree().path_of(unit)
    return [post for post in posts if Place(post.unit, post.position).means(path, position)]


def lacking(post: SecretPost, subjects: Collection[UUID], on: date) -> dict[UUID, list[Lack]]:
    """What each of these people lacks for the post; two statements for all of them."""
    keys = vault_queries.keys_of(subjects, skip_destroyed=True)
    rows = open_rows(keys, dictionary_queries.current(), SETS)
    requirement = requirement_of(post)
    return {subject: _lacks(requirement, rows[subject], on) for subject in keys}


def _lacks(requirement: Requirement, rows: Mapping[str, Sequence[Row]], on: date) -> list[Lack]:
    return lacks(
        requirement,
        trainings=[row.values for row in rows.get("training", ())],
        checks=[row.values for row in rows.get("background_check", ())],
        agreements=[row.values for row in rows.get("secrecy_agreement", ())],
        on=on,
    )


def exempted(post: SecretPost, subjects: Collection[UUID], on: date) -> dict[UUID, Exemption]:
    """The exemptions in force on a day, by person."""
    found = Exemption.objects.filter(
        post=post, subject__in=subjects, ended_at__isnull=True, until__gte=on
    )
    return {item.subject: item for item in found}


def said(lack: Lack) -> Message:
    """A lack as a sentence that says what to do."""
    if lack.what == "training":
        return Message("进入涉密岗位前须通过保密培训，请先登记合格的培训记录。")
    if lack.what == "agreement":
        return Message("进入涉密岗位前须签订保密协议，请先签订并登记。")
    table = dictionary_queries.current().code_tables["check_item"]
    return Message(
        "进入涉密岗位前须核查“{item}”且无异常，请先登记核查结果。", item=table.name_of(lack.item)
    )


def gate(question: GateQuestion) -> list[Message]:
    """Why somebody may not enter a post: asked by staff movements before and at their effect."""
    return refusals(question.subject, question.unit, question.position, question.effective)


def refusals(
    subject: UUID, unit: UUID | None, position: str, on: date | None = None
) -> list[Message]:
    """Everything that stands between a person and a post; empty for posts not on the register."""
    day = on or timezone.localdate()
    found: list[Message] = []
    for post in posts_at(unit, position, open_posts()):
        if subject in exempted(post, [subject], day):
            continue
        missing = lacking(post, [subject], day).get(subject, [])
        found += [message for lack in missing if (message := said(lack)) not in found]
    return found
