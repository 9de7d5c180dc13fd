"""复制摘抄 as a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.queries import settings
from dangan.materials.consultation import within
from dangan.materials.consultation.kinds.base import FILE_KIND, TOP_SECRECY, UseKind
from dangan.materials.consultation.models import Copying
from dangan.materials.consultation.queries.requests import copying_content
from dangan.materials.consultation.rules.asking import STUDENT_LOOKS_ONLY, student_may
from dangan.workflow.handling import CannotTakeEffect, Fact, Named
from dangan.workflow.models import Case


class CopyingKind(UseKind[Copying]):
    key = "copying"
    label = gettext_lazy("复制摘抄")
    icon = "copy"
    facts = (
        FILE_KIND,
        TOP_SECRECY,
        Fact("copies", "份数", "Copies", "number"),
        Fact(
            "form",
            "方式",
            "Copy or excerpt",
            "choice",
            (("copy", "复制", "Copy"), ("excerpt", "摘抄", "Excerpt")),
        ),
    )
    acts = (Named("release", "准予复制", "Copies are allowed"),)
    template = "consultation/parts/copying_content.html"
    table: ClassVar[type[Copying]] = Copying

    def describe(self, row: Copying) -> str:
        return _("{form} {n} 件材料，{copies} 份").format(
            form=row.get_form_display(), n=len(row.materials), copies=row.copies
        )

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:
        return copying_content(actor, self.row(case))

    def grant(self, actor: Actor, row: Copying, case: Case) -> None:  # noqa: ARG002
        for wrong in within.standing_problems(row.volume):
            raise CannotTakeEffect(wrong.message)
        if row.volume.restricted_at is not None:
            raise CannotTakeEffect(Message("这份档案现在限制处理，不能复制，请拒绝这项申请。"))
        if not student_may(row.volume.subject.kind, "copy"):
            raise CannotTakeEffect(STUDENT_LOOKS_ONLY)
        if any(party.away_from for party in within.parties([row.by], [row.subject])):
            raise CannotTakeEffect(Message("申请人现在需要回避，请拒绝这项申请。"))
        row.until = timezone.now() + timedelta(days=settings().copy_days)
