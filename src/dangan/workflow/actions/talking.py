"""Comments on a case, with mentions and files."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.utils import timezone

from dangan.access.models import Account, AccountState
from dangan.access.queries import accounts_with_grants, actor_for
from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event as Noted
from dangan.dictionary.rules import Message
from dangan.files.models import SealedFile
from dangan.notices.actions import tell
from dangan.vault.rules import SYSTEM
from dangan.workflow import definitions_store as store
from dangan.workflow import opening
from dangan.workflow.actions.telling import url_of
from dangan.workflow.models import Case, CaseFile, Comment
from dangan.workflow.problems import NotAllowed
from dangan.workflow.rights import look, may_see

TEXT_AT_MOST = 2000
MENTIONS_AT_MOST = 20


def comment(
    actor: Actor,
    *,
    case: UUID,
    text: str,
    mentions: Sequence[UUID] = (),
    files: Sequence[UUID] = (),
) -> Comment:
    """A comment; those mentioned are told, and must be able to see the case.

    ``files`` were kept by the actor for this case just before (:func:`dangan.files.actions.keep`
    with the case's subject, or the system's identifier for a case about nobody). Raises
    :class:`NotAllowed` with a sentence.
    """
    with recording(actor):
        row = look(actor, case).case
        text = text.strip()
        mentioned = tuple(dict.fromkeys(one for one in mentions if one != actor.id))
        _check(row, text, mentioned, files)
        _check_files(actor, row, files)
        key = opening.key_in(opening.keys_for([row]), row)
        if key is None:
            raise NotAllowed(Message("这个人的档案已销毁，不能再添加内容。"))
        comment_id, at = uuid4(), timezone.now()
        made = Comment.objects.create(
            id=comment_id,
            case=row,
            by=actor.id,
            at=at,
            sealed_text=opening.seal_text(key, comment_id, text),
            mentions=[str(one) for one in mentioned],
        )
        CaseFile.objects.bulk_create(
            CaseFile(case=row, file=file, comment=made, by=actor.id, at=at) for file in files
        )
        facts = {"case": str(case), "mentions": len(mentioned), "files": len(files)}
        actor.trail.add(Noted("case.comment", subject=row.subject, object=row.number, facts=facts))
        _tell(actor, row, mentioned)
    return made


def _check(case: Case, text: str, mentioned: Sequence[UUID], files: Sequence[UUID]) -> None:
    if not text and not files:
        raise NotAllowed(Message("评论没有填写。请写下内容，或添加附件。"))
    if len(text) > TEXT_AT_MOST:
        raise NotAllowed(Message("评论最多 {most} 个字。请写短一些。", most=TEXT_AT_MOST))
    if len(mentioned) > MENTIONS_AT_MOST:
        raise NotAllowed(Message("一条评论最多提到 {most} 个人。", most=MENTIONS_AT_MOST))
    found = {
        account.id: account
        for account in accounts_with_grants().filter(pk__in=mentioned, state=AccountState.ACTIVE)
    }
    for one in mentioned:
        account: Account | None = found.get(one)
        if account is None:
            raise NotAllowed(Message("提到的人已停用或不存在。请重新选择。"))
        if not may_see(actor_for(account), case):
            raise NotAllowed(
                Message("{name}看不到这个流程，请先抄送，再提到这个人。", name=account.name)
            )


def _check_files(actor: Actor, case: Case, files: Sequence[UUID]) -> None:
    """A file is attached once, by whoever kept it, and under the case's own key."""
    if not files:
        return
    own = SealedFile.objects.filter(
        pk__in=files, by=actor.id, subject=case.subject or SYSTEM, state=SealedFile.State.KEPT
    )
    taken = CaseFile.objects.filter(file__in=files)
    if own.count() != len(set(files)) or len(set(files)) != len(files) or taken.exists():
        raise NotAllowed(Message("附件没有上传成功。请重新选择文件。"))


def _tell(actor: Actor, case: Case, mentioned: Sequence[UUID]) -> None:
    definition = store.definitions_of([case.definition_version_id])[case.definition_version_id]
    facts = {
        "number": case.number,
        "label": definition.label,
        "label_en": definition.label_en or definition.label,
    }
    url = url_of(case.id)
    if mentioned:
        tell(accounts=mentioned, topic="case.mentioned", url=url, facts=facts, unit=case.unit)
    if case.initiator not in (actor.id, *mentioned):
        tell(
            accounts=[case.initiator], topic="case.commented", url=url, facts=facts, unit=case.unit
        )
