"""The editor's form and back: nothing is lost on the way, and nothing strange breaks it."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.workflow.forms import editing
from dangan.workflow.rules.definitions import parse, plain

SEEDS = {
    item.name: tomllib.loads(item.read_text("utf-8"))
    for item in (files("dangan.workflow") / "data" / "definitions").iterdir()
    if item.name.endswith(".toml")
}


def sent(body: editing.Body) -> dict[str, list[str]]:
    """A body as the browser would send it."""
    names: dict[str, list[str]] = {}

    def put(path: str, value: object) -> None:
        if isinstance(value, bool):
            names[path] = ["1"] if value else []
        elif isinstance(value, dict):
            for key, inner in value.items():
                put(f"{path}.{key}" if path else key, inner)
            if "fact" in value and "op" in value:
                value = {"value": True} | value
                how = {bool: "flag", int: "number", float: "number", list: "many"}
                given = value["value"]
                names[f"{path}.as"] = [how.get(type(given), "text")]
                many = given if isinstance(given, list) else [given]
                names[f"{path}.value"] = [
                    ("yes" if one else "no") if isinstance(one, bool) else str(one) for one in many
                ]
            if "otherwise" in value:
                names[f"{path}.other"] = ["1"]
        elif isinstance(value, list) and path.endswith(".may"):
            names[path] = value
        elif isinstance(value, list) and path.endswith(".value"):
            names[path] = [str(one) for one in value]
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                put(f"{path}.{number}", inner)
        else:
            names[path] = [str(value)]

    put("", body)
    return names


def kept(body: editing.Body) -> editing.Body:
    """A body as the database keeps it."""
    return json.loads(json.dumps(plain(parse(body))))


def filled(body: editing.Body) -> editing.Body:
    """With what the form always states: who may do what beside deciding."""
    body = json.loads(json.dumps(body))
    for step in editing.walk(body["steps"]):
        if step["type"] in editing.SIGNED:
            step.setdefault("may", list(editing.MAY))
    return body


@pytest.mark.parametrize("name", SEEDS)
def test_every_ready_definition_survives_the_form(name):
    body = filled(kept(SEEDS[name]))
    assert kept(editing.read(sent(body))) == kept(body)


BODY = filled(kept(SEEDS["self_sensitive.toml"]))


def keys(body: editing.Body) -> list[str]:
    return [step["key"] for step in editing.walk(body["steps"])]


def test_steps_move_up_and_down_and_stay_at_the_ends():
    top = [step["key"] for step in BODY["steps"]]
    moved, opened = editing.changed(BODY, "down steps.0")
    assert [s["key"] for s in moved["steps"]] == [top[1], top[0], *top[2:]]
    assert opened == top[0]
    assert editing.changed(BODY, "up steps.0")[0] == BODY
    assert editing.changed(BODY, f"down steps.{len(top) - 1}")[0] == BODY


def test_a_copy_has_keys_of_its_own():
    copied, opened = editing.changed(BODY, "copy steps.1")
    assert len(keys(copied)) == len(set(keys(copied))) > len(keys(BODY))
    assert opened in keys(copied) and opened not in keys(BODY)


def test_a_step_goes_out_of_a_branch_and_into_it_again():
    out, _ = editing.changed(BODY, "out steps.0.arms.0.steps.0")
    assert [s["key"] for s in out["steps"]][:2] == ["by_class", "head"]
    assert out["steps"][0]["arms"][0]["steps"] == []
    back, _ = editing.changed(out, "into steps.1")
    assert back == BODY


def test_dragging_moves_a_step_anywhere_but_into_itself():
    moved, _ = editing.changed(BODY, "to steps.3 steps.0.arms.0.steps")
    assert [s["key"] for s in moved["steps"][0]["arms"][0]["steps"]] == ["head", "apply"]
    assert editing.changed(BODY, "to steps.0 steps.0.arms.0.steps")[0] == BODY
    first, _ = editing.changed(BODY, "to steps.3 steps.0")
    assert first["steps"][0]["key"] == "apply" and sorted(keys(first)) == sorted(keys(BODY))


@pytest.mark.parametrize("kind", editing.TYPES)
def test_every_kind_of_step_can_be_added(kind):
    made, opened = editing.changed(BODY, f"add steps {kind}")
    assert made["steps"][-1]["type"] == kind and made["steps"][-1]["key"] == opened
    parse(made)


def test_rows_are_added_and_removed():
    for deed in ("add steps.0.arms", "add steps.0.arms.0.when", "add steps.1.lanes"):
        parse(editing.changed(BODY, deed)[0])
    gone, _ = editing.changed(BODY, "remove steps.1")
    assert len(gone["steps"]) == len(BODY["steps"]) - 1
    without, _ = editing.changed(BODY, "other steps.0")
    assert "otherwise" not in without["steps"][0]


@given(st.text(max_size=60))
def test_no_deed_is_too_strange(deed):
    changed, _opened = editing.changed(BODY, deed)
    assert isinstance(changed["steps"], list)


PLACES = st.sampled_from(["steps.0", "steps.1.lanes.0.steps.0", "steps.0.arms.0", "key", "steps.9"])
WORDS = st.sampled_from(["up", "down", "copy", "remove", "out", "into", "other", "add", "to"])


@given(WORDS, PLACES, st.sampled_from(["", "approve", "steps.0", "steps.1.lanes.0.steps", "x"]))
def test_no_place_is_too_strange(word, place, rest):
    changed, _opened = editing.changed(BODY, f"{word} {place} {rest}")
    assert len(keys(changed)) == len(set(keys(changed))) or word == "add"


NAMES = st.lists(
    st.sampled_from(["steps", "0", "1", "arms", "who", "label", "type", "up", "value", "when"]),
    min_size=1, max_size=6,
).map(".".join)  # fmt: skip


@given(st.dictionaries(NAMES, st.lists(st.text(max_size=8), max_size=3), max_size=12))
def test_no_form_is_too_strange_to_read(names):
    body = editing.read(names)
    assert isinstance(body["steps"], list)
    assert "\0" not in str(body)
