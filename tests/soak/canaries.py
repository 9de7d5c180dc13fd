"""Values planted where not every role may see them, and a search for them in answers.

Who may see one is asked of the table in tests/security/data, not of the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.test import Client
from tests.cast import Cast
from tests.security.test_rights_matrix import Asked, expected

from dangan.access import actions as access
from dangan.access.models import Account
from dangan.access.queries import actor_of, console_actor, token_scopes
from dangan.access.rules import Showing
from dangan.dictionary.loading import builtin
from dangan.dictionary.rules import Field
from dangan.dossiers import actions as dossiers
from dangan.dossiers.models import Record
from dangan.dossiers.rules import InvalidRecord, RowPlan, SubjectPlan

BACKEND = "dangan.access.backends.SealedLogin"
PASSWORD = "chengxu2026"
NEAR, FAR = "华东公司", "华南公司"
NEAR_PERSON, FAR_PERSON = "沈知微", "罗文博"
ROLES = (
    "employee", "head", "hr_specialist", "hr_manager", "administration", "finance", "legal", "it",
    "security_admin", "archivist", "leader", "privacy_officer", "auditor",
)  # fmt: skip
TYPES = {"text", "long_text"}


@dataclass(frozen=True)
class Canary:
    """A value nobody types by chance, in one field of one person."""

    value: str
    field: Field
    person: str


@dataclass
class Asker:
    """Somebody with one role over the near company, by session and by token."""

    role: str
    account: UUID
    token: str

    def browser(self) -> Client:
        browser = Client(raise_request_exception=False)
        browser.force_login(Account.objects.get(pk=self.account), BACKEND)
        return browser

    def may_see(self, canary: Canary) -> bool:
        """As it is, at once or after lifting the mask."""
        if canary.person == FAR_PERSON:
            return False
        item = canary.field
        asked = Asked(item.set_key, item.key, item.field_class, item.self_service)
        return any(
            expected(self.role, "in a unit below", True, action, asked) is Showing.PLAIN
            for action in ("read", "reveal", "edit", "export", "print", "review", "start")
        )


def asker(role: str, cast: Cast) -> Asker:
    subject = cast.people["陆怀瑾"] if role == "employee" else None
    made = access.create_account(
        console_actor(),
        login=f"u-{uuid4()}",
        name=role,
        subject=subject,
        roles=[] if role == "employee" else [(role, cast.units[NEAR])],
        password=PASSWORD,
        must_change=False,
    )
    actor = actor_of(made.id)
    token = ""
    if actor.may("tokens.own"):
        scopes = token_scopes(actor)
        token = access.create_token(actor, label="测试", scopes=scopes, days=1).raw
    return Asker(role, made.id, token)


def plant(cast: Cast) -> list[Canary]:
    """A value in every free text of every set, of a person in reach and of one who is not."""
    planted: list[Canary] = []
    for person in (NEAR_PERSON, FAR_PERSON):
        for info_set in builtin().sets.values():
            found = [
                Canary(f"雀{person[0]}{info_set.key[:4]}{number}鸣", item, person)
                for number, item in enumerate(info_set.fields)
                if item.type in TYPES and not item.check and not item.unique
            ]
            if _written(cast.people[person], info_set.key, found):
                planted += found
    return planted


def _written(subject: UUID, info_set: str, canaries: list[Canary]) -> bool:
    needed = [item for item in builtin().sets[info_set].fields if item.required]
    values = {item.key: _some(item) for item in needed}
    values |= {canary.field.key: canary.value for canary in canaries}
    row = Record.objects.filter(subject=subject, info_set=info_set, current=True).first()
    plan = RowPlan(info_set, values, row.row, row.version) if row else RowPlan(info_set, values)
    try:
        dossiers.apply_plans(
            console_actor(purpose="测试"), plans=[SubjectPlan([plan], subject)], reason="测试"
        )
    except InvalidRecord as refused:
        print(info_set, refused)
        return False
    return True


def _some(item: Field) -> str:
    """A value that the field takes."""
    if item.code_table is not None:
        return builtin().code_tables[item.code_table].codes[0].code
    fixed = {"integer": "2020", "bank_account": "6222021001116245706", "money": "8000"}
    if "date" in item.type:
        return "2020-01-15"
    return fixed.get(item.type, "雀鸣")


def leaked(answer: str, by: Asker, canaries: list[Canary]) -> list[str]:
    """The fields whose values stand in an answer though this role may not see them."""
    return [
        f"{canary.field.path} of {canary.person}"
        for canary in canaries
        if canary.value in answer and not by.may_see(canary)
    ]
