"""One path through the matrix: what may be asked of one person is what lists show of all."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.access.rules import (
    EVERYONE,
    NOWHERE,
    Actor,
    FieldRule,
    Permit,
    Reach,
    Refused,
    Resource,
    Role,
    RoleGrant,
    Showing,
    decide,
    field_showings,
    may_edit,
    reach,
    refuse,
    require,
    scope,
)
from dangan.audit.rules import Trail
from dangan.dictionary.rules import Field, FieldClass, InfoSet

UNITS = [UUID(int=100 + number) for number in range(6)]
PATHS = {
    UNITS[0]: (UNITS[0],),
    UNITS[1]: (UNITS[0], UNITS[1]),
    UNITS[2]: (UNITS[0], UNITS[1], UNITS[2]),
    UNITS[3]: (UNITS[0], UNITS[3]),
    UNITS[4]: (UNITS[0], UNITS[3], UNITS[4]),
    UNITS[5]: (UNITS[5],),
}
PEOPLE = [UUID(int=200 + number) for number in range(4)]
SETS = ["identity", "pay", "health"]
FIELDS = ["name", "number", "amount"]
ACTIONS = ["read", "edit", "export", "reveal", "start"]


def actor(
    *grants: RoleGrant,
    subject: UUID | None = None,
    scopes: frozenset[str] | None = None,
    permits: tuple[Permit, ...] = (),
):
    return Actor(
        id=uuid4(),
        kind="account",
        name="某人",
        trail=Trail(uuid4()),
        subject=subject,
        grants=grants,
        permits=permits,
        scopes=scopes,
    )


def role(*rules: FieldRule, permissions: frozenset[str] = frozenset()) -> Role:
    return Role("r", "角色", "Role", permissions, rules)


classes = st.none() | st.sampled_from(list(FieldClass))
lines = st.builds(
    FieldRule,
    sets=st.frozensets(st.sampled_from([*SETS, "*"]), min_size=1),
    except_sets=st.frozensets(st.sampled_from(SETS), max_size=1),
    fields=st.frozensets(st.sampled_from([f"{s}.{f}" for s in SETS for f in FIELDS]), max_size=3),
    actions=st.frozensets(st.sampled_from(ACTIONS), min_size=1),
    plain=classes,
    masked=classes,
    reveal=classes,
    reach=st.sampled_from(["own", "unit", "subtree", "all"]),
)
grants = st.lists(
    st.builds(
        RoleGrant,
        role=st.lists(lines, max_size=4).map(lambda rules: role(*rules)),
        unit=st.none() | st.sampled_from(UNITS),
    ),
    max_size=4,
)
permits = st.lists(
    st.builds(
        Permit,
        subject=st.sampled_from(PEOPLE),
        info_set=st.sampled_from(SETS),
        fields=st.frozensets(st.sampled_from(FIELDS), min_size=1, max_size=2),
        action=st.sampled_from(["reveal", "read"]),
    ),
    max_size=3,
).map(tuple)
scopes_of_tokens = st.none() | st.frozensets(st.sampled_from([f"data.{a}" for a in ACTIONS]))


def reaches(rule: FieldRule, grant: RoleGrant, who: Actor, subject: UUID, path) -> bool:
    """Written again, slowly and apart from the code: whom a line speaks of."""
    if rule.reach == "own":
        return who.subject is not None and who.subject == subject
    if rule.reach == "all" and grant.unit is None:
        return True
    if grant.unit is None or not path:
        return False
    return path[-1] == grant.unit if rule.reach == "unit" else grant.unit in path


def by_permit(who: Actor, action: str, asked: Resource) -> Showing:
    """What the permits say of one field of one person."""
    speaking = {
        permit.action
        for permit in who.permits
        if (permit.subject, permit.info_set) == (asked.subject, asked.info_set)
        and asked.field in permit.fields
    }
    if action in speaking:
        return Showing.PLAIN
    return Showing.MASKED if speaking and action == "read" else Showing.HIDDEN


def by_hand(who: Actor, action: str, asked: Resource) -> Showing:
    """What the matrix says of one field of one person, line by line."""
    if who.scopes is not None and f"data.{action}" not in who.scopes:
        return Showing.HIDDEN
    best = by_permit(who, action, asked)
    if best is Showing.PLAIN:
        return best
    for grant in who.grants:
        for rule in grant.role.field_rules:
            if action not in rule.actions or asked.info_set in rule.except_sets:
                continue
            if not {"*", asked.info_set} & rule.sets:
                continue
            if rule.fields and f"{asked.info_set}.{asked.field}" not in rule.fields:
                continue
            if not reaches(rule, grant, who, asked.subject, asked.unit_path):
                continue
            ceiling = rule.reveal if action == "reveal" else rule.plain
            if ceiling is not None and asked.field_class <= ceiling:
                return Showing.PLAIN
            looks = action in {"read", "export", "print"}
            if looks and rule.masked is not None and asked.field_class <= rule.masked:
                best = Showing.MASKED
    return best


actors = st.builds(
    lambda held, own, scopes, permits: actor(*held, subject=own, scopes=scopes, permits=permits),
    held=grants,
    own=st.none() | st.sampled_from(PEOPLE),
    scopes=scopes_of_tokens,
    permits=permits,
)


@given(
    who=actors,
    action=st.sampled_from(ACTIONS),
    what=st.tuples(
        st.sampled_from(SETS), st.sampled_from(FIELDS), st.sampled_from(list(FieldClass))
    ),
)
def test_scope_and_decide_agree_with_the_matrix_read_by_hand(who, action, what):
    info_set, field, level = what
    everybody = scope(who, action, info_set, field, level)
    for subject in PEOPLE:
        for path in [*PATHS.values(), ()]:
            asked = Resource(subject, path, info_set, field, level)
            expected = by_hand(who, action, asked)
            decision = decide(who, action, asked)
            assert decision.showing is expected
            assert decision.allowed is (expected is not Showing.HIDDEN)
            assert everybody.showing(subject, path) is expected
            if expected is not Showing.HIDDEN:
                assert reach(who, action).contains(subject, path)


@given(who=actors, action=st.sampled_from(ACTIONS))
def test_nobody_outside_the_reach_shows_anything(who, action):
    within = reach(who, action)
    for subject in PEOPLE:
        for path in [*PATHS.values(), ()]:
            if within.contains(subject, path):
                continue
            for info_set in SETS:
                for field in FIELDS:
                    asked = Resource(subject, path, info_set, field, FieldClass.PUBLIC)
                    assert not decide(who, action, asked).allowed


reach_values = st.builds(
    Reach,
    everyone=st.booleans(),
    subtrees=st.frozensets(st.sampled_from(UNITS), max_size=2),
    units=st.frozensets(st.sampled_from(UNITS), max_size=2),
    people=st.frozensets(st.sampled_from(PEOPLE), max_size=2),
)


@given(one=reach_values, other=reach_values)
def test_a_union_contains_exactly_what_its_parts_contain(one, other):
    both = one | other
    for subject in PEOPLE:
        for path in [*PATHS.values(), ()]:
            parts = one.contains(subject, path) or other.contains(subject, path)
            assert both.contains(subject, path) is parts
    assert bool(both) is (bool(one) or bool(other))


def test_a_permit_speaks_of_one_person_and_the_fields_it_names():
    who = actor(permits=(Permit(PEOPLE[1], "pay", frozenset({"amount"}), "reveal"),))
    secret = Resource(PEOPLE[1], (), "pay", "amount", FieldClass.SECRET)
    assert decide(who, "read", secret).showing is Showing.MASKED
    assert decide(who, "reveal", secret).showing is Showing.PLAIN
    for action in ("edit", "export", "start"):
        assert not decide(who, action, secret).allowed
    for other in (
        Resource(PEOPLE[0], (), "pay", "amount", FieldClass.PUBLIC),
        Resource(PEOPLE[1], (), "pay", "name", FieldClass.PUBLIC),
        Resource(PEOPLE[1], (), "health", "amount", FieldClass.PUBLIC),
    ):
        assert not decide(who, "read", other).allowed
        assert not decide(who, "reveal", other).allowed


def test_without_a_post_only_everyone_and_the_person_reach():
    assert Reach(subtrees=frozenset(UNITS)).contains(PEOPLE[0], ()) is False
    assert EVERYONE.contains(PEOPLE[0], ())
    assert Reach(people=frozenset({PEOPLE[0]})).contains(PEOPLE[0], ())
    assert not NOWHERE


def test_whoever_holds_nothing_sees_nothing():
    nobody = actor()
    asked = Resource(PEOPLE[0], PATHS[UNITS[1]], "identity", "name", FieldClass.PUBLIC)
    assert not decide(nobody, "read", asked).allowed
    assert not reach(nobody)
    assert not nobody.may("roster.view")


def test_all_under_a_unit_means_its_branch():
    line = FieldRule(plain=FieldClass.INTERNAL, reach="all")
    who = actor(RoleGrant(role(line), UNITS[1]))
    assert scope(who, "read", "identity", "name").plain == Reach(subtrees=frozenset({UNITS[1]}))
    inside = Resource(PEOPLE[0], PATHS[UNITS[2]], "identity", "name")
    outside = Resource(PEOPLE[0], PATHS[UNITS[4]], "identity", "name")
    assert decide(who, "read", inside).allowed
    assert not decide(who, "read", outside).allowed


def test_a_line_for_a_unit_means_its_own_members_and_one_for_a_branch_all_below():
    for distance, below in (("unit", False), ("subtree", True)):
        line = FieldRule(plain=FieldClass.INTERNAL, reach=distance)
        for unit, reached in ((UNITS[1], {1: True, 2: below, 4: False}), (None, {1: False})):
            who = actor(RoleGrant(role(line), unit))
            for number, allowed in reached.items():
                asked = Resource(PEOPLE[0], PATHS[UNITS[number]], "identity", "name")
                assert decide(who, "read", asked).allowed is allowed


def test_a_mask_is_no_leave_to_edit():
    line = FieldRule(actions=frozenset({"read", "edit"}), masked=FieldClass.SENSITIVE)
    who = actor(RoleGrant(role(line)))
    asked = Resource(PEOPLE[0], (), "pay", "amount", FieldClass.SENSITIVE)
    assert decide(who, "read", asked).showing is Showing.MASKED
    assert not decide(who, "edit", asked).allowed


@pytest.mark.parametrize("action", ["read", "export", "print", "edit", "start", "reveal"])
def test_a_line_opens_up_to_its_class_and_without_one_nothing(action):
    looks = action in {"read", "export", "print"}
    for line, shown in (
        ({}, {}),
        ({"plain": FieldClass.PUBLIC}, {1: Showing.PLAIN} if action != "reveal" else {}),
        ({"masked": FieldClass.PUBLIC}, {1: Showing.MASKED} if looks else {}),
        ({"reveal": FieldClass.INTERNAL}, {1: "plain", 2: "plain"} if action == "reveal" else {}),
    ):
        who = actor(RoleGrant(role(FieldRule(actions=frozenset({action}), **line))))
        for level in FieldClass:
            asked = Resource(PEOPLE[0], (), "identity", "name", level)
            assert decide(who, action, asked).showing == shown.get(level, Showing.HIDDEN)
        assert bool(reach(who, action)) is bool(shown)


def test_a_set_is_open_when_any_field_of_it_is():
    line = FieldRule(fields=frozenset({"pay.amount", "payment.name"}), plain=FieldClass.PUBLIC)
    permit = Permit(PEOPLE[0], "health", frozenset({"state"}), "read")
    who = actor(RoleGrant(role(line)), permits=(permit,))
    for info_set, opened in (("pay", True), ("payment", True), ("pa", False), ("health", True)):
        asked = Resource(PEOPLE[0], (), info_set, None, FieldClass.PUBLIC)
        assert decide(who, "read", asked).allowed is opened


def test_the_reason_of_a_decision_names_what_was_asked():
    who = actor(RoleGrant(role(FieldRule(plain=FieldClass.PUBLIC))))
    for level, reason in (
        (FieldClass.PUBLIC, "a role allows read of pay here"),
        (FieldClass.SECRET, "no role allows read of pay here"),
    ):
        assert decide(who, "read", Resource(PEOPLE[0], (), "pay", "amount", level)).reason == reason


def test_a_permission_counts_over_the_units_of_its_grant():
    held = role(permissions=frozenset({"roster.view", "desk.view"}))
    somewhere = actor(RoleGrant(held, UNITS[1]), RoleGrant(role(), None))
    everywhere = actor(RoleGrant(held))
    for path, reached in ((PATHS[UNITS[2]], True), (PATHS[UNITS[4]], False), ((), False)):
        assert somewhere.may_at("roster.view", path) is reached
        assert everywhere.may_at("roster.view", path)
        assert not everywhere.may_at("dossier.open", path)
    token = actor(RoleGrant(held), scopes=frozenset({"desk.view", "data.read"}))
    assert not token.may_at("roster.view", ())
    assert token.may_at("desk.view", ())
    assert token.permissions == {"desk.view"}
    assert somewhere.permissions == {"roster.view", "desk.view"}
    assert actor().permissions == frozenset()


def test_whoever_signed_in_is_known():
    assert actor().known
    assert not Actor(id=uuid4(), kind="anonymous", name="", trail=Trail(uuid4())).known


def test_a_permit_counts_for_a_token_made_for_that_action():
    permit = Permit(PEOPLE[1], "pay", frozenset({"amount"}), "reveal")
    secret = Resource(PEOPLE[1], (), "pay", "amount", FieldClass.SECRET)
    reading = actor(permits=(permit,), scopes=frozenset({"data.read"}))
    assert decide(reading, "read", secret).showing is Showing.MASKED
    assert not decide(reading, "reveal", secret).allowed
    assert reach(reading).people == {PEOPLE[1]}
    assert not reach(reading, "reveal")


def test_a_token_does_only_what_it_was_made_for():
    line = FieldRule(actions=frozenset({"read", "edit"}), plain=FieldClass.SECRET)
    held = RoleGrant(role(line, permissions=frozenset({"roster.view", "dossier.open"})))
    token = actor(held, scopes=frozenset({"roster.view", "data.read"}))
    asked = Resource(PEOPLE[0], (), "pay", "amount", FieldClass.SECRET)
    assert token.may("roster.view")
    assert not token.may("dossier.open")
    assert decide(token, "read", asked).allowed
    assert not decide(token, "edit", asked).allowed
    assert not reach(token, "edit")


def field_of(info_set: str, key: str, level: FieldClass) -> Field:
    return Field(
        key=key,
        path=f"{info_set}.{key}",
        label=key,
        label_en=key,
        type="text",
        field_class=level,
        purpose="",
        legal_basis="contract",
        retention="employment",
        owner="hr",
    )


def test_field_showings_speak_of_every_field_of_the_set():
    fields = (
        field_of("pay", "name", FieldClass.PUBLIC),
        field_of("pay", "number", FieldClass.SENSITIVE),
        field_of("pay", "amount", FieldClass.SECRET),
    )
    pay = InfoSet("pay", "薪酬", "Pay", False, fields, "finance")
    reading = FieldRule(plain=FieldClass.INTERNAL, masked=FieldClass.SENSITIVE)
    editing = FieldRule(
        fields=frozenset({"pay.name"}), actions=frozenset({"edit"}), plain=FieldClass.PUBLIC
    )
    who = actor(RoleGrant(role(reading)))
    assert field_showings(who, PEOPLE[0], (), pay) == {
        "name": Showing.PLAIN,
        "number": Showing.MASKED,
        "amount": Showing.HIDDEN,
    }
    assert not may_edit(who, PEOPLE[0], (), pay)
    assert may_edit(actor(RoleGrant(role(reading, editing))), PEOPLE[0], (), pay)


def test_a_refusal_is_noted_once_and_names_nobody():
    who = actor(RoleGrant(role(permissions=frozenset({"desk.view"}))))
    require(who, "desk.view")
    with pytest.raises(Refused) as refused:
        require(who, "accounts.manage")
    assert refused.value.recorded
    events = who.trail.take()
    assert [(e.action, e.outcome, e.object) for e in events] == [
        ("access.refuse", "refused", "accounts.manage")
    ]
    assert "某人" not in str(refused.value)
    assert (refused.value.action, str(refused.value)) == ("accounts.manage", "accounts.manage")


def test_a_refusal_may_give_its_reason_and_whom_it_is_about():
    who = actor()
    refused = refuse(who, "dossier.open", "不能打开", subject=PEOPLE[0])
    assert (str(refused), refused.action, refused.reason) == (
        "不能打开",
        "dossier.open",
        "不能打开",
    )
    assert refused.recorded
    assert [(e.action, e.subject) for e in who.trail.take()] == [("access.refuse", PEOPLE[0])]
    assert not Refused("dossier.open").recorded
