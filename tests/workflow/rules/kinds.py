"""What each kind of case lets definitions name, as the rooms above declare it."""

from __future__ import annotations

from typing import NamedTuple

from dangan.workflow.handling import Fact

ROLES = (
    "employee", "head", "hr_specialist", "hr_manager", "administration", "finance", "legal", "it",
    "archivist", "leader", "privacy_officer", "auditor", "security_admin",
)  # fmt: skip


def _fact(key: str, kind: str, *choices: str) -> Fact:
    return Fact(key, key, key, kind, tuple((one, one, one) for one in choices))  # type: ignore[arg-type]  # table below


class Kind(NamedTuple):
    facts: tuple[Fact, ...]
    acts: tuple[str, ...] = ("apply",)
    parts: tuple[str, ...] = ()


_EFFECTIVE = _fact("effective", "date")
_MOVE = (
    _EFFECTIVE,
    _fact("by_self", "flag"),
    _fact("new_unit", "unit"),
    _fact("level", "choice"),
    _fact("changes_contract", "flag"),
    _fact("changes_pay", "flag"),
    _fact("security_critical", "flag"),
)
_RIGHTS = (
    _fact("role", "choice"),
    _fact("days", "number"),
    _fact("over_broad", "flag"),
    _fact("whole_company", "flag"),
    _fact("conflicting", "flag"),
    _fact("sensitive", "flag"),
    _fact("verb", "choice", "grant", "revoke"),
)
_FILE_KIND = _fact("file_kind", "choice", "cadre", "staff", "employee_file")

KINDS = {
    "change": Kind(
        (
            _fact("by_self", "flag"),
            _fact("sets", "set"),
            _fact(
                "owners", "set", "hr", "administration", "finance", "legal", "it", "security"
            ),
            _fact("paths", "set"),
            _fact("top_class", "number"),
            _fact("rows", "number"),
            _fact("deletes", "flag"),
            _EFFECTIVE,
        )
    ),
    "newcomer": Kind(
        (*_MOVE, _fact("reentry", "flag"), _fact("checked", "flag")),
        parts=("pay", "checks", "contract"),
    ),
    "regularisation": Kind(
        (
            _EFFECTIVE,
            _fact("by_self", "flag"),
            _fact("changes_pay", "flag"),
            _fact("outcome", "choice", "passed", "extended", "failed"),
        ),
        parts=("summary", "assessment", "pay"),
    ),
    "promotion": Kind(_MOVE, parts=("pay", "contract")),
    "transfer": Kind(_MOVE, parts=("pay", "contract", "equipment")),
    "departure": Kind(
        (
            _EFFECTIVE,
            _fact("by_self", "flag"),
            _fact("short_notice", "flag"),
            _fact("technical", "flag"),
            _fact("heads_unit", "flag"),
            _fact("ended_by", "choice", "employee", "employer", "agreement", "expiry"),
        ),
        parts=(
            "settlement", "agreement", "secrecy", "handover_department",
            "handover_administration", "handover_it", "handover_archive",
        ),
    ),
    "temporary_grant": Kind(_RIGHTS, ("grant",)),
    "reveal": Kind(
        (_fact("top_class", "number"), _fact("hours", "number"), _fact("fields", "number")),
        ("permit",),
    ),
    "handover": Kind((*_RIGHTS, _fact("variant", "choice", "handover", "reset")), ("handover",)),
    "rights_change": Kind(_RIGHTS, ("change",)),
    "consultation": Kind(
        (
            _FILE_KIND,
            _fact("top_secrecy", "number"),
            _fact("outsiders", "flag"),
            _fact("readers", "number"),
            _fact("hours", "number"),
            _fact("takes", "flag"),
            _fact("applicant_unit", "unit"),
        ),
        ("open",),
        ("scope",),
    ),
    "copying": Kind(
        (
            _FILE_KIND,
            _fact("top_secrecy", "number"),
            _fact("copies", "number"),
            _fact("form", "choice", "copy", "excerpt"),
        ),
        ("release",),
    ),
    "provision": Kind(
        (
            _fact("people", "number"),
            _fact("one_person", "flag"),
            _fact(
                "basis", "choice", "duty", "contract", "consent", "entrust", "emergency", "other"
            ),
        ),
        ("provide",),
    ),
    "destruction": Kind(
        (_fact("items", "number"), _fact("dossiers", "flag"), _fact("kept", "flag")),
        ("approve",),
    ),
    "loan": Kind(
        (
            _fact("inside", "flag"),
            _fact("outside", "flag"),
            _fact("unit", "unit"),
            _fact("cadre", "flag"),
            _fact("marked", "flag"),
            _fact("days", "number"),
            _fact("volumes", "number"),
        ),
        ("release",),
    ),
    "transfer_out": Kind(
        (
            _fact("cadre", "flag"),
            _fact("marked", "flag"),
            _fact("persons", "number"),
            _fact("volumes", "number"),
            _fact("way", "choice", "courier", "persons"),
        ),
        ("release",),
    ),
    "leak": Kind(
        (
            _fact("severity", "choice", "1", "2", "3"),
            _fact("people", "number"),
            _fact("personal", "flag"),
            _fact("secrets", "flag"),
            _fact("authority", "flag"),
            _fact("persons", "flag"),
            _fact("tell", "flag"),
        ),
        ("close",),
        ("first", "assessment", "remedies", "notification", "conclusion"),
    ),
}  # fmt: skip
