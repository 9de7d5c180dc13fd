"""The form of a movement: what stands sealed in its body. Pure.

Values of the dossier keep the shape of their information set, so that each is shown by the same
access rules as in the dossier itself; what only the movement knows stands in ``details``, each
under the rule of a field of like sensitivity (:data:`DETAILS`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from dangan.dictionary.rules import Json, Message

Values: TypeAlias = dict[str, Json | None]


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was wished for and filled in. ``checks`` are rows of ``background_check``; ``before``
    keeps, by set, what stood in the dossier when it came true, so that it can still be compared."""

    reason: str = ""
    post: Values = {}
    pay: Values = {}
    contract: Values = {}
    checks: list[Values] = []
    details: Values = {}
    before: dict[str, Values] = {}

    def flag(self, key: str) -> bool:
        """A detail that is true or absent."""
        return self.details.get(key) is True

    def text(self, key: str) -> str:
        """A detail as text, empty when absent."""
        value = self.details.get(key)
        return "" if value is None else str(value)

    def told(self, **details: Json | None) -> Body:
        """The same with these details; None takes one out."""
        merged = {**self.details, **details}
        kept = {key: value for key, value in merged.items() if value not in (None, "")}
        return msgspec.structs.replace(self, details=kept)


def encode(body: Body) -> bytes:
    """As it is sealed."""
    return msgspec.json.encode(body)


def decode(stored: bytes) -> Body:
    """As it was sealed."""
    return msgspec.json.decode(stored, type=Body)


@dataclass(frozen=True, slots=True)
class Detail:
    """Something only the movement knows: its label, whose rule shows it, how it is written."""

    label: Message
    path: str
    type: str = "text"


OPEN_WORDS = "post.position"
"""The rule of what everybody sees who takes part: a public field of the post."""

DETAILS: Mapping[str, Detail] = {
    "changes_contract": Detail(Message("变更劳动合同"), OPEN_WORDS, "flag"),
    "changes_pay": Detail(Message("调整薪酬"), OPEN_WORDS, "flag"),
    "security_critical": Detail(Message("涉密岗位"), OPEN_WORDS, "flag"),
    "no_certificate": Detail(Message("岗位不要求资格证书"), OPEN_WORDS, "flag"),
    "exception": Detail(Message("例外说明"), "post.full_title"),
    "pay_wish": Detail(Message("拟定薪级"), "pay.grade"),
    "pay_same": Detail(Message("薪酬不变"), "pay.grade", "flag"),
    "contract_same": Detail(Message("合同不变"), "contract.position", "flag"),
    "desk": Detail(Message("工位"), OPEN_WORDS),
    "equipment": Detail(Message("设备"), OPEN_WORDS),
    "ready_on": Detail(Message("就绪日期"), OPEN_WORDS, "date"),
    "summary": Detail(Message("本人小结"), "post.full_title"),
    "assessment": Detail(Message("试用期评价"), "post.full_title"),
    "outcome": Detail(Message("转正结论"), "post.status", "outcome"),
    "extended_to": Detail(Message("延长至"), "post.probation_end", "date"),
    "notified_on": Detail(Message("书面通知日期"), OPEN_WORDS, "date"),
    "last_day": Detail(Message("最后工作日"), OPEN_WORDS, "date"),
    "short_reason": Detail(Message("通知期不足的原因"), "post.full_title"),
    "continuing": Detail(Message("离职后的义务"), "secrecy_agreement.kind"),
    "noncompete_months": Detail(Message("竞业限制（月）"), "secrecy_agreement.kind"),
    "noncompete_pay": Detail(Message("竞业限制补偿（元／月）"), "secrecy_agreement.compensation"),
    "agreement_note": Detail(Message("合同与协议意见"), "contract.position"),
    "settled_until": Detail(Message("工资结算至"), "pay.effective", "date"),
    "leave_days": Detail(Message("未休年假（天）"), "pay.total"),
    "compensation": Detail(Message("经济补偿（元）"), "pay.total"),
    "settlement_note": Detail(Message("结算说明"), "pay.total"),
    "secrecy_signed": Detail(Message("双向保密协议签署日期"), "secrecy_agreement.signed", "date"),
}
"""By key, in the order in which they are read."""

OUTCOMES: Mapping[str, Message] = {
    "passed": Message("按期转正"),
    "extended": Message("延长试用期"),
    "failed": Message("不予转正"),
}
