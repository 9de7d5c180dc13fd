"""What each built-in role sees, said in the words of the requirements (D1 to D3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from dangan.access import registry
from dangan.access.rules import (
    Actor,
    FieldRule,
    Resource,
    Role,
    RoleGrant,
    Showing,
    decide,
    reach,
)
from dangan.access.rules.roles import (
    BadMatrix,
    Matrix,
    Permission,
    all_powerful,
    matrix_from,
    permissions_from,
)
from dangan.audit.rules import Trail
from dangan.dictionary.loading import builtin
from dangan.dictionary.rules import FieldClass

SELF, OTHER = UUID(int=1), UUID(int=2)
GROUP, COMPANY, UNIT, ELSEWHERE = (UUID(int=10 + number) for number in range(4))
HERE = (GROUP, COMPANY, UNIT)
THERE = (GROUP, ELSEWHERE)
DICTIONARY = builtin()
MATRIX = matrix_from(registry._table("roles.toml"), registry.permissions(), DICTIONARY)
ROLES = list(MATRIX.roles)


def holder(role: str, unit: UUID | None = None) -> Actor:
    return Actor(
        id=uuid4(),
        kind="account",
        name="",
        subject=SELF,
        grants=(RoleGrant(MATRIX.roles[role], unit),),
        trail=Trail(uuid4()),
    )


def showing(role: str, path: str, action: str = "read", *, of=OTHER, at=HERE, unit=None) -> str:
    info_set, _, field = path.partition(".")
    level = DICTIONARY.field(path).field_class
    asked = Resource(of, at, info_set, field, level)
    return decide(holder(role, unit), action, asked).showing.value


def seen_sets(role: str, action: str = "read", unit: UUID | None = COMPANY) -> set[str]:
    return {
        item.set_key
        for item in DICTIONARY.fields
        if showing(role, item.path, action, unit=unit) != "hidden"
    }


@pytest.mark.parametrize("role", ["it", "security_admin", "auditor"])
def test_the_three_administrators_open_no_dossier(role):
    assert not reach(holder(role))
    assert seen_sets(role) == set()
    assert not holder(role).may("dossier.open")
    assert not holder(role).may("roster.view")


def test_administration_sees_basic_facts_only():
    assert seen_sets("administration") <= {"identity", "contact", "post"}
    assert showing("administration", "identity.name") == "plain"
    for path in ("identity.id_number", "contact.mobile", "contact.address", "pay.base"):
        assert showing("administration", path) == "hidden"
    assert seen_sets("administration", "edit") == set()


def test_finance_sees_pay_and_bank_and_who_it_is():
    assert seen_sets("finance") == {"pay", "bank_account", "identity", "post"}
    assert showing("finance", "pay.base") == "plain"
    assert showing("finance", "bank_account.account") == "plain"
    assert showing("finance", "identity.name") == showing("finance", "post.unit") == "plain"
    assert showing("finance", "identity.employee_number") == "plain"
    for path in ("identity.id_number", "identity.birth_date", "post.position", "contact.mobile"):
        assert showing("finance", path) == "hidden"
    assert showing("finance", "pay.base", "start") == "plain"
    assert seen_sets("finance", "edit") == set()


def test_legal_sees_and_edits_contracts_and_legal_papers():
    assert seen_sets("legal") == {"contract", "secrecy_agreement", "identity", "post"}
    assert seen_sets("legal", "edit") == {"contract", "secrecy_agreement"}
    assert showing("legal", "pay.base") == showing("legal", "identity.id_number") == "hidden"


def test_heads_see_their_own_people_and_nobody_else():
    assert showing("head", "identity.name", unit=COMPANY) == "plain"
    assert showing("head", "identity.name", unit=COMPANY, at=THERE) == "hidden"
    assert showing("head", "contact.mobile", unit=COMPANY) == "masked"
    assert showing("head", "contact.mobile", "reveal", unit=COMPANY) == "plain"
    for path in ("identity.id_number", "pay.base", "family.name", "health.state"):
        assert showing("head", path, unit=COMPANY) == "hidden"
    assert not reach(holder("head"))


def test_employees_see_themselves_as_far_as_self_service_says():
    for item in DICTIONARY.fields:
        own = showing("employee", item.path, of=SELF)
        assert own == ("hidden" if item.self_service == "none" else "plain"), item.path
        assert showing("employee", item.path) == "hidden"
        asks = showing("employee", item.path, "start", of=SELF)
        assert asks == ("plain" if item.self_service == "edit" else "hidden")
        assert showing("employee", item.path, "edit", of=SELF) == "hidden"


def test_the_hr_specialist_works_behind_masks():
    assert showing("hr_specialist", "identity.name") == "plain"
    assert showing("hr_specialist", "identity.id_number") == "masked"
    assert showing("hr_specialist", "identity.id_number", "reveal") == "plain"
    assert showing("hr_specialist", "identity.id_number", "edit") == "plain"
    assert showing("hr_specialist", "pay.base") == "hidden"


def test_the_hr_manager_sees_and_edits_all():
    for item in DICTIONARY.fields:
        assert showing("hr_manager", item.path) == "plain", item.path
        assert showing("hr_manager", item.path, "edit") == "plain", item.path
    assert holder("hr_manager").may("rights.approve")


def test_a_grant_for_one_company_ends_at_its_border():
    for role in ("hr_specialist", "hr_manager", "finance", "legal", "archivist", "leader"):
        assert showing(role, "identity.name", unit=COMPANY) == "plain"
        assert showing(role, "identity.name", unit=COMPANY, at=THERE) == "hidden"
        assert showing(role, "identity.name", unit=COMPANY, at=()) == "hidden"


def test_the_leader_reads_the_whole_company_behind_masks_and_edits_nothing():
    assert showing("leader", "pay.base") == "masked"
    assert showing("leader", "pay.base", "reveal") == "plain"
    assert seen_sets("leader", "edit") == set()


def test_the_archivist_sees_no_pay_account_health_or_background():
    assert not seen_sets("archivist") & {"pay", "bank_account", "health", "background_check"}
    assert showing("archivist", "identity.id_number") == "masked"


def test_the_privacy_officer_knows_who_people_are_and_no_more():
    assert {
        item.path for item in DICTIONARY.fields if showing("privacy_officer", item.path) != "hidden"
    } == {"identity.name", "identity.employee_number", "post.unit"}


def test_what_is_masked_is_never_editable_without_being_readable():
    for role in ROLES:
        for item in DICTIONARY.fields:
            edits = showing(role, item.path, "edit", unit=COMPANY)
            if edits == Showing.PLAIN:
                assert showing(role, item.path, unit=COMPANY) != "hidden", (role, item.path)


def test_a_set_added_later_falls_under_its_owners_lines():
    bonus = replace(
        DICTIONARY.sets["pay"],
        key="bonus",
        fields=tuple(
            replace(item, path=f"bonus.{item.key}") for item in DICTIONARY.sets["pay"].fields
        ),
    )
    later = replace(DICTIONARY, sets={**DICTIONARY.sets, "bonus": bonus})
    matrix = matrix_from(registry._table("roles.toml"), registry.permissions(), later)
    asked = Resource(OTHER, HERE, "bonus", "base", FieldClass.CONFIDENTIAL)
    for role, expected in (("finance", True), ("legal", False), ("hr_manager", True)):
        who = replace(holder(role), grants=(RoleGrant(matrix.roles[role]),))
        assert decide(who, "read", asked).allowed is expected


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sets", ["no_such_set"]),
        ("fields", ["identity.no_such_field"]),
        ("actions", ["destroy"]),
        ("plain", "cosmic"),
        ("reach", "galaxy"),
        ("owners", ["nobody"]),
        ("self_service", "always"),
        ("typo", 1),
    ],
)
def test_a_mistake_in_the_table_stops_the_start(key, value):
    line = {"actions": ["read"], "reach": "all", key: value}
    with pytest.raises(BadMatrix, match=r"r\.lines\[0\]|no field class"):
        read({"r": {"lines": [line]}})


def read(roles: dict[str, dict[str, Any]], *conflicts: dict[str, Any]) -> Matrix:
    """A table of roles with these items, and what may not be held together."""
    usual = {"label": "", "label_en": "", "permissions": []}
    table = {"roles": {key: usual | one for key, one in roles.items()}, "conflicts": conflicts}
    return matrix_from(table, registry.permissions(), DICTIONARY)


def test_a_role_is_what_its_table_says():
    wide = {
        "sets": ["*"], "except_sets": ["pay"], "actions": ["read", "reveal"], "reach": "subtree",
        "plain": "internal", "masked": "sensitive", "reveal": "confidential",
    }  # fmt: skip
    narrow = {"fields": ["identity.name"], "actions": ["edit"], "reach": "own"}
    owned = {"owners": ["finance"], "actions": ["read"], "reach": "all"}
    named = {"label": "甲", "label_en": "A", "help": "说明", "permissions": ["desk.view"]}
    roles = read({"r": {**named, "lines": [wide, narrow, owned]}, "s": {"automatic": True}}).roles
    assert roles["r"] == Role(
        "r", "甲", "A", frozenset({"desk.view"}),
        (
            FieldRule(
                except_sets=frozenset({"pay"}),
                actions=frozenset({"read", "reveal"}),
                plain=FieldClass.INTERNAL,
                masked=FieldClass.SENSITIVE,
                reveal=FieldClass.CONFIDENTIAL,
                reach="subtree",
            ),
            FieldRule(
                fields=frozenset({"identity.name"}), actions=frozenset({"edit"}), reach="own"
            ),
            FieldRule(sets=frozenset({"pay", "bank_account"})),
        ),
        "说明",
    )  # fmt: skip
    assert (roles["s"].grantable, roles["s"].help, roles["s"].field_rules) == (False, "", ())


def test_lines_by_self_service_name_fields_and_none_when_there_are_none():
    lines = [
        {"self_service": level, "fields": ["pay.base"], "actions": ["read"], "reach": "own"}
        for level in ("view", "edit")
    ]
    viewed, edited = read({"r": {"lines": lines}}).roles["r"].field_rules
    by_level = {
        level: {item.path for item in DICTIONARY.fields if item.self_service == level}
        for level in ("view", "edit")
    }
    assert viewed.fields == {"pay.base"} | by_level["view"] | by_level["edit"]
    assert edited.fields == {"pay.base"} | by_level["edit"]
    bare = replace(DICTIONARY, sets={}, retired_sets={})
    line = {"self_service": "view", "actions": ["read"], "reach": "own"}
    table = {
        "roles": {"r": {"label": "", "label_en": "", "permissions": [], "lines": [line]}},
        "conflicts": [],
    }
    (nothing,) = matrix_from(table, registry.permissions(), bare).roles["r"].field_rules
    assert (nothing.sets, nothing.fields) == (frozenset(), frozenset())
    assert not nothing.covers("identity", "name")


def test_a_role_holds_no_permission_that_is_unknown_of_tokens_or_of_the_machine():
    known = registry.permissions()
    machine = next(key for key, item in known.items() if item.machine_only)
    for permission in ("no.such", "data.read", machine):
        with pytest.raises(BadMatrix, match=r"r\.permissions"):
            read({"r": {"permissions": [permission]}})


@pytest.mark.parametrize(
    ("key", "value"), [("role", "nobody"), ("actions", ["fly"]), ("permissions", ["no.such"])]
)
def test_a_mistake_in_what_may_not_be_held_together_stops_the_start(key, value):
    conflict = {"role": "r", "reason": "", key: value}
    with pytest.raises(BadMatrix, match=rf"conflicts\.{key}: "):
        read({"r": {}}, conflict)


def test_what_may_not_be_held_together_is_refused_in_either_order():
    own = {"actions": ["read"], "reach": "own", "plain": "public"}
    others = {"actions": ["read"], "reach": "unit", "plain": "public"}
    matrix = read(
        {
            "admin": {"label": "管理", "permissions": ["desk.view", "dossier.open"]},
            "employee": {"label": "员工", "lines": [own]},
            "head": {"label": "负责人", "lines": [own, others]},
            "opener": {"label": "阅卷", "permissions": ["dossier.open", "roster.view"]},
            "writer": {"label": "编辑", "lines": [{**others, "actions": ["edit"]}]},
        },
        {
            "role": "admin", "actions": ["read"], "permissions": ["dossier.open"],
            "reason": "不能与“{other}”同属一个账号",
        },
    )  # fmt: skip
    for other, label in (("head", "负责人"), ("opener", "阅卷")):
        for held, wanted in (("admin", other), (other, "admin")):
            reason = matrix.conflict(["employee", "gone", held], wanted)
            assert str(reason) == f"不能与“{label}”同属一个账号"
    for other in ("admin", "employee", "writer", "gone"):
        assert matrix.conflict([other], "admin") is None
        assert matrix.conflict(["admin"], other) is None
    assert matrix.conflict(["head"], "opener") is None
    assert str(matrix.forbids(["head", "admin"], "read")) == (
        "“管理”角色不看任何档案，不能再得到查看权限"
    )
    assert matrix.forbids(["admin"], "edit") is None
    assert matrix.forbids(["head"], "read") is None


def test_permissions_are_read_group_by_group():
    table = {"desk": {"view": {"label": "看", "label_en": "See"}},
             "data": {"read": {"label": "读", "label_en": "Read", "token_only": True}}}  # fmt: skip
    assert permissions_from(table) == {
        "desk.view": Permission("desk.view", "看", "See"),
        "data.read": Permission("data.read", "读", "Read", token_only=True),
    }
    assert not Permission("a.b", "", "").machine_only


def test_the_console_may_do_everything_and_nobody_is_given_its_role():
    role = all_powerful(registry.permissions())
    assert (role.key, role.label_en, role.grantable) == ("console", "Console", False)
    assert role.permissions == set(registry.permissions())
    who = replace(holder("it"), grants=(RoleGrant(role),))
    for action in ("read", "edit", "start", "review", "export", "print", "download", "reveal"):
        asked = Resource(OTHER, (), "pay", "base", FieldClass.SECRET)
        assert decide(who, action, asked).showing is Showing.PLAIN


def test_every_permission_of_the_table_is_known_and_given_to_some_role():
    given = frozenset().union(*(role.permissions for role in MATRIX.roles.values()))
    pages = {
        key
        for key, item in registry.permissions().items()
        if not item.token_only and not item.machine_only
    }
    assert given == pages
