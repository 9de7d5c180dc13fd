"""Agreements: publishing wordings, signing them, reminding those who have not."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
from django.urls import reverse
from django.utils import timezone

from dangan.access.models import Account
from dangan.access.queries import system_actor
from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.confidentiality import queries
from dangan.confidentiality.models import AgreementText, AgreementVersion, Signature
from dangan.confidentiality.queries.agreements import SignedBy
from dangan.confidentiality.rules import digest_of, name_refusal, tidy
from dangan.confidentiality.sealing import signature_place
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Change
from dangan.dossiers.opening import open_rows
from dangan.dossiers.rules import RowPlan, SubjectPlan
from dangan.dossiers.writing import write
from dangan.notices.actions import tell
from dangan.organization import queries as organization_queries
from dangan.vault import queries as vault_queries
from dangan.vault.rules import SubjectKey, seal

BODY_MIN = 10
BODY_MAX = 100_000
REMIND_AFTER = timedelta(hours=20)
"""A text's people are reminded once a day at most."""


class AgreementProblem(Exception):  # noqa: N818 - an answer to the asker
    """Something cannot be published or signed so; ``field`` names where, ``message`` says why."""

    def __init__(self, field: str, message: Message) -> None:
        super().__init__(message.text)
        self.field = field
        self.message = message


def open_new_text(
    actor: Actor,
    *,
    title: str,
    body: str,
    audience: str,
    unit: UUID | None = None,
    record_kind: str = "",
) -> AgreementText:
    """Publishes a new text with its first version. Permission agreements.manage."""
    require(actor, "agreements.manage")
    _check_words(title, body)
    if audience == AgreementText.Audience.UNIT and unit not in organization_queries.tree().nodes:
        raise AgreementProblem("unit", Message("请选择由哪个部门签署。"))
    kinds = dictionary_queries.current().code_tables["agreement_kind"]
    if record_kind and record_kind not in {code.code for code in kinds.choices}:
        raise AgreementProblem("record_kind", Message("没有这种协议类型，请重新选择。"))
    with recording(actor):
        text = AgreementText.objects.create(
            title=title.strip(),
            audience=audience,
            unit=unit if audience == AgreementText.Audience.UNIT else None,
            record_kind=record_kind,
            opened_at=timezone.now(),
        )
        _publish(actor, text, 1, title, body, sign_again=True)
    return text


def publish_version(
    actor: Actor, *, text: UUID, title: str, body: str, sign_again: bool
) -> AgreementVersion:
    """Publishes a new wording; ``sign_again`` asks everybody to sign anew."""
    require(actor, "agreements.manage")
    _check_words(title, body)
    with recording(actor):
        found = _open(text)
        newest = found.versions.order_by("-number").values_list("number", "sha256").first()
        number, digest = newest or (0, "")
        if digest_of(title.strip(), tidy(body)) == digest:
            raise AgreementProblem("body", Message("内容与现行版本相同，没有发布新版本。"))
        found.title = title.strip()
        found.save(update_fields=["title"])
        return _publish(actor, found, number + 1, title, body, sign_again=sign_again)


def _publish(
    actor: Actor, text: AgreementText, number: int, title: str, body: str, *, sign_again: bool
) -> AgreementVersion:
    made = AgreementVersion.objects.create(
        text=text,
        number=number,
        title=title.strip(),
        body=tidy(body),
        sha256=digest_of(title.strip(), tidy(body)),
        sign_again=sign_again,
        published_at=timezone.now(),
        by=actor.id,
    )
    facts = {"number": number, "sha256": made.sha256, "sign_again": sign_again}
    actor.trail.add(Event("agreement.publish", object=str(text.id), facts=facts))
    return made


def close_text(actor: Actor, *, text: UUID) -> None:
    """Asks nobody any more; what was signed stays."""
    require(actor, "agreements.manage")
    with recording(actor):
        found = _open(text)
        found.closed_at = timezone.now()
        found.save(update_fields=["closed_at"])
        actor.trail.add(Event("agreement.close", object=str(found.id)))


def sign(actor: Actor, *, version: UUID, sha256: str, typed_name: str) -> Signature:
    """The actor signs a version for themselves; ``sha256`` is that of the words they were shown.

    Raises :class:`Absent` when it does not wait for them, :class:`AgreementProblem` when the
    words have changed since or the name is not theirs.
    """
    require(actor, "agreements.sign")
    waiting = {item.version.id: item.version for item in queries.due(actor)}
    found = waiting.get(version)
    if found is None or actor.subject is None:
        actor.trail.add(Event("agreement.sign", outcome="refused", object=str(version)))
        raise Absent
    if sha256 != found.sha256:
        raise AgreementProblem("", Message("协议内容已更新，请重新阅读后签署。"))
    key = vault_queries.key_of(actor.subject)
    name, number = _named(actor.subject, key)
    refusal = name_refusal(typed_name, name)
    if refusal:
        raise AgreementProblem("typed_name", refusal)
    by = SignedBy(name, number, actor.address, str(actor.id), found.sha256)
    made = Signature(id=uuid4(), version=found, subject=actor.subject, at=timezone.now())
    made.sealed = seal(key, signature_place(actor.subject, made.id), msgspec.json.encode(by))
    with recording(actor):
        made.save(force_insert=True)
        _write_record(actor, found)
        actor.trail.add(
            Event(
                "agreement.sign",
                subject=actor.subject,
                object=str(found.id),
                facts={"sha256": found.sha256, "number": found.number},
            )
        )
    return made


def _named(subject: UUID, key: SubjectKey) -> tuple[str, str]:
    """Name and employee number as the dossier has them."""
    rows = open_rows({subject: key}, dictionary_queries.current(), ["identity"])
    identity = rows[subject].get("identity")
    values = identity[0].values if identity else {}
    return str(values.get("name") or ""), str(values.get("employee_number") or "")


def _write_record(actor: Actor, version: AgreementVersion) -> None:
    """The row of 保密协议 that the signature stands for, when the text says so."""
    kind = version.text.record_kind
    if not kind or actor.subject is None:
        return
    today = timezone.localdate().isoformat()
    values = {"kind": kind, "signed": today, "start": today, "end": "9999", "state": "1"}
    system = system_actor(purpose="在线签署")
    with recording(system):
        write(
            system,
            [SubjectPlan([RowPlan("secrecy_agreement", values)], actor.subject)],
            kind=Change.Kind.EDIT,
            reason="在线签署协议",
        )


def remind_unsigned(actor: Actor, *, text: UUID) -> int:
    """Tells those who have not signed; gives how many accounts were told.

    Raises :class:`AgreementProblem` when they were told less than a day ago.
    """
    require(actor, "agreements.manage")
    with recording(actor):
        found = _open(text)
        now = timezone.now()
        if found.reminded_at and now - found.reminded_at < REMIND_AFTER:
            raise AgreementProblem("", Message("今天已经提醒过，明天再提醒。"))
        people = queries.unsigned(actor, found)
        accounts = list(Account.objects.filter(subject__in=people).values_list("id", flat=True))
        if accounts:
            tell(
                accounts=accounts,
                topic="agreement.unsigned",
                url=reverse("confidentiality:mine"),
                facts={"count": 1},
            )
        found.reminded_at = now
        found.save(update_fields=["reminded_at"])
        actor.trail.add(
            Event("agreement.remind", object=str(found.id), facts={"accounts": len(accounts)})
        )
    return len(accounts)


def _open(text: UUID) -> AgreementText:
    found = (
        AgreementText.objects.select_for_update().filter(id=text, closed_at__isnull=True).first()
    )
    if found is None:
        raise Absent
    return found


def _check_words(title: str, body: str) -> None:
    if not title.strip():
        raise AgreementProblem("title", Message("请填写标题。"))
    if not BODY_MIN <= len(tidy(body)) <= BODY_MAX:
        raise AgreementProblem("body", Message("正文须在 10 到 100 000 字之间。"))
