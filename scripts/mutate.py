"""Do the tests notice when a decision is turned round? Mutation testing of chosen modules.

    python scripts/mutate.py ROOM [--report FILE] [--only TEXT] [--sample N]

Rooms, their modules and tests stand in tests/soak/data/mutation.toml. pytest collects the tests
once; for each mutant the process forks, the child puts the changed code into the living function
(``__code__``) and runs the tests that call that function, until one fails. What
was compared, and why no tool from elsewhere: docs/decisions/0040-proofs.md.

Changed are comparisons, ``and``/``or``, ``not``, arithmetic, numbers, truth values, keys in
quotes, conditions, results, statements that only call, raise or leave a loop. Not changed is the
wording of sentences: strings with Chinese in them, and those inside ``raise``.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import gc
import importlib
import json
import os
import resource
import select
import signal
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests" / "soak" / "data"
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult, ast.Mod: ast.FloorDiv, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitXor: ast.BitAnd,
    ast.Break: ast.Continue, ast.Continue: ast.Break,
}  # fmt: skip
ALREADY = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)
SECONDS = 3
"""Of the processor's time, beyond three times what the tests take: then a mutant hangs."""
EXAMPLES = 40
"""Of a generated test."""
PATIENCE = 300.0
"""Of the clock, for a child that waits instead of working."""


@dataclass(frozen=True)
class Mutant:
    """One change: in which function, what stood there and what stands there now."""

    module: str
    function: str
    line: int
    was: str
    becomes: str
    number: int


# --- making mutants ------------------------------------------------------------------------------


def variants(node: ast.AST, parents: list[ast.AST]) -> Iterator[ast.AST]:
    """What a node may be changed into."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            ops = [*node.ops[:place], SWAPS[type(operator)](), *node.ops[place + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(SWAPS[type(node.op)](), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
        yield ast.BinOp(node.left, SWAPS[type(node.op)](), node.right)
    elif isinstance(node, ast.AugAssign) and type(node.op) in SWAPS:
        yield ast.AugAssign(node.target, SWAPS[type(node.op)](), node.value)
    elif isinstance(node, ast.Constant):
        yield from _constants(node, parents)
    elif isinstance(node, ast.Return) and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Raise) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield ast.Pass()
    elif isinstance(node, ast.Break | ast.Continue):
        yield SWAPS[type(node)]()
    if isinstance(node, ast.expr) and not isinstance(node, ALREADY) and _asked(node, parents[-1]):
        yield ast.UnaryOp(ast.Not(), node)


def _asked(node: ast.AST, parent: ast.AST) -> bool:
    """Whether the node is a condition as it stands, not a comparison."""
    if isinstance(parent, ast.If | ast.While | ast.IfExp):
        return parent.test is node
    return isinstance(parent, ast.comprehension) and node in parent.ifs


def _constants(node: ast.Constant, parents: list[ast.AST]) -> Iterator[ast.Constant]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
    elif isinstance(value, bytes) and not _wording(value, parents):
        yield ast.Constant(value + b"X")
    elif isinstance(value, str) and not _wording(value, parents):
        # After a bracket, SQL takes a word for the column's name, which nobody asks for.
        yield ast.Constant(f"X{value}" if value.endswith(")") else f"{value}X")


def _wording(value: str | bytes, parents: list[ast.AST]) -> bool:
    """Sentences for people: their words are no decision."""
    text = value if isinstance(value, str) else ""
    if any(ord(character) > 0x2E7F for character in text):
        return True
    if isinstance(parents[-1], ast.Expr | ast.JoinedStr | ast.FormattedValue):
        return True
    return any(isinstance(parent, ast.Raise | ast.Assert) for parent in parents)


def _is_none(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


@dataclass
class Site:
    """Where a change goes: the child of ``parent`` in ``field`` (at ``place`` of a list)."""

    function: str
    node: ast.AST
    parent: ast.AST
    field: str
    place: int | None
    becomes: ast.AST

    def put(self, node: ast.AST) -> None:
        if self.place is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.place] = node


def sites(tree: ast.Module) -> Iterator[Site]:
    """Every change of every function, in the order of the text."""
    for name, function in _functions(tree, ""):
        for statement in range(len(function.body)):
            yield from _within(name, function, "body", statement, [function])


def _functions(
    node: ast.AST, prefix: str
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{child.name}", child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")


def _within(
    name: str, parent: ast.AST, field: str, place: int | None, parents: list[ast.AST]
) -> Iterator[Site]:
    value = getattr(parent, field)
    node = value if place is None else value[place]
    for becomes in variants(node, parents):
        yield Site(name, node, parent, field, place, becomes)
    for key, child in ast.iter_fields(node):
        if key in {"annotation", "returns", "decorator_list", "type_comment"}:
            continue
        if isinstance(child, ast.AST):
            yield from _within(name, node, key, None, [*parents, node])
        elif isinstance(child, list):
            for index, item in enumerate(child):
                if isinstance(item, ast.AST):
                    yield from _within(name, node, key, index, [*parents, node])


def mutants_of(module: str, source: str) -> list[Mutant]:
    """All mutants of a module's text."""
    return [
        Mutant(
            module, site.function, getattr(site.node, "lineno", 0),
            ast.unparse(site.node), ast.unparse(site.becomes), number,
        )
        for number, site in enumerate(sites(ast.parse(source)))
    ]  # fmt: skip


def code_of(mutant: Mutant, source: str, path: str) -> CodeType:
    """The changed function's code."""
    tree = ast.parse(source)
    site = next(site for number, site in enumerate(sites(tree)) if number == mutant.number)
    site.put(site.becomes)
    ast.fix_missing_locations(tree)
    return next(
        code for code in _codes(compile(tree, path, "exec")) if code.co_qualname == mutant.function
    )


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def functions_named(module: ModuleType, name: str) -> list[FunctionType]:
    """The living functions of that name: whatever wraps them, and copies that slots have made."""
    return [
        item
        for item in gc.get_objects()
        if isinstance(item, FunctionType)
        and item.__code__.co_qualname == name
        and item.__code__.co_filename == module.__file__
    ]


# --- running them --------------------------------------------------------------------------------


class Mutating:
    """A pytest plugin: collects as ever, then tries mutants instead of running the tests."""

    def __init__(self, modules: list[str], chosen: argparse.Namespace) -> None:
        self.modules = modules
        self.chosen = chosen
        self.results: list[tuple[Mutant, str]] = []
        self.failed_before: list[str] = []

    def pytest_configure(self) -> None:
        _few_examples()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = session.items
        _fewer_examples(items)
        _warm(items)
        calls, times, self.failed_before = _apart(
            lambda: _baseline(session, items, self._paths()), 1800.0
        )
        for mutant, source, path in self._mutants():
            tests = sorted(
                calls.get(f"{path}:{mutant.function}", []),
                key=lambda number: (_commits(items[number]), times[number]),
            )
            began = time.monotonic()
            chosen = [items[number] for number in tests]
            seconds = SECONDS + 3 * sum(times[number] for number in tests)
            outcome = _outcome(session, chosen, seconds, (mutant, source, path))
            self.results.append((mutant, outcome))
            self._tell(mutant, outcome, time.monotonic() - began)
            if len(self.results) % 50 == 0:
                print(f"… {len(self.results)}", flush=True)
        if any(map(_commits, items)):
            _drop_copy()
        return True

    def _paths(self) -> set[str]:
        return {str(importlib.import_module(name).__file__) for name in self.modules}

    def _mutants(self) -> Iterator[tuple[Mutant, str, str]]:
        for name in self.modules:
            path = str(importlib.import_module(name).__file__)
            source = Path(path).read_text(encoding="utf-8")
            for mutant in mutants_of(name, source)[:: self.chosen.sample]:
                if self.chosen.only in f"{name}.{mutant.function}":
                    yield mutant, source, path

    def _tell(self, mutant: Mutant, outcome: str, seconds: float) -> None:
        if outcome != "killed":
            print(f"{outcome}: {mutant.module}.{mutant.function}:{mutant.line}", flush=True)
            print(f"    {_first(mutant.was)}  →  {_first(mutant.becomes)}  ({seconds:.1f} s)")
        sys.stdout.flush()


def _first(text: str) -> str:
    return text if len(text) < 110 else f"{text[:110]}…"


def _outcome(
    session: Any, items: list[Any], seconds: float, change: tuple[Mutant, str, str]
) -> str:
    """What the tests say of the change: killed, survived, or that they never come by."""
    mutant, source, path = change
    if not items:
        return "not called"

    code = code_of(mutant, source, path)
    living = functions_named(sys.modules[mutant.module], mutant.function)
    if not living:
        raise LookupError(f"{mutant.module}.{mutant.function} is nowhere to be found")

    def run() -> bool:
        limit = ceil(seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        for function in living:
            function.__code__ = code
        return _passes(session, items)

    try:
        return "survived" if _apart(run, PATIENCE) else "killed"
    except TimeoutError:
        return "killed"


def _warm(items: list[Any]) -> None:
    """The first test that needs the database makes it, for all children."""
    for item in items:
        if "django_db_setup" in getattr(item, "fixturenames", ()) or item.get_closest_marker(
            "django_db"
        ):
            other = next(other for other in items if other is not item)
            runtestprotocol(item, log=False, nextitem=other)
            break
    from django.db import connections  # noqa: PLC0415 - settings are known only now

    connections.close_all()


def _commits(item: Any) -> bool:
    """Whether a test leaves in the database what it wrote."""
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or (
        "transactional_db" in getattr(item, "fixturenames", ())
    )


def _copy_database() -> bool:
    """From here on this process works in a copy of the tests' database: what a mutant leaves
    behind, such as a key that nothing opens, must not kill the next one."""
    from django.db import connection, connections  # noqa: PLC0415 - settings are known only now

    connections.close_all()
    source, copy = connection.settings_dict["NAME"], _name_of_copy()
    _drop_copy()
    _administer(
        # One that a killed child has left would hold the copying up.
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{source}'",  # noqa: S608 - ours
        f'CREATE DATABASE "{copy}" TEMPLATE "{source}" STRATEGY file_copy',
    )
    connection.settings_dict["NAME"] = copy
    return True


def _drop_copy() -> None:
    _administer(f'DROP DATABASE IF EXISTS "{_name_of_copy()}" WITH (FORCE)')


def _name_of_copy() -> str:
    from django.db import connection  # noqa: PLC0415 - settings are known only now

    return f"{connection.settings_dict['NAME']}_mutant"


def _administer(*statements: str) -> None:
    """Outside transactions, which the making of a database needs."""
    import psycopg  # noqa: PLC0415 - as late as Django
    from django.db import connection  # noqa: PLC0415 - settings are known only now

    where = connection.get_connection_params() | {"dbname": "postgres"}
    with psycopg.connect(**where, autocommit=True) as administrator:
        for statement in statements:
            administrator.execute(statement)


def _passes(session: Any, items: list[Any]) -> bool:
    """Whether all these tests pass; ends at the first that does not."""
    session._setupstate.teardown_exact(items[0])
    copied = False
    for item, following in zip(items, [*items[1:], None], strict=True):
        if _commits(item) and not copied:
            copied = _copy_database()
        # The last keeps what belongs to the session: the parent's, which goes on with it.
        reports = runtestprotocol(item, log=False, nextitem=following or item)
        if any(report.failed for report in reports):
            return False
    return True


def _baseline(session: Any, items: list[Any], paths: set[str]) -> Any:
    """Which tests call which function, how long each takes, and which fail as things are."""
    calls: dict[str, list[int]] = defaultdict(list)
    times: list[float] = []
    failed: list[str] = []
    session._setupstate.teardown_exact(items[0])
    copied = False
    for number, (item, following) in enumerate(zip(items, [*items[1:], None], strict=True)):
        if _commits(item) and not copied:
            copied = _copy_database()
        called: set[str] = set()

        def note(frame: Any, event: str, _argument: Any, called: set[str] = called) -> None:
            if event == "call" and frame.f_code.co_filename in paths:
                called.add(f"{frame.f_code.co_filename}:{frame.f_code.co_qualname}")

        began = time.process_time()
        sys.setprofile(note)
        reports = runtestprotocol(item, log=False, nextitem=following or item)
        sys.setprofile(None)
        times.append(time.process_time() - began)
        if any(report.failed for report in reports):
            failed.append(item.nodeid)
            continue
        for name in {name.split(".<locals>")[0] for name in called}:
            calls[name].append(number)
    return calls, times, failed


def _apart(work: Any, seconds: float) -> Any:
    """Runs ``work`` in a forked child and gives back its JSON; a child that hangs is ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.setpgid(0, 0)
        answer = b"null"
        with contextlib.suppress(BaseException):
            answer = json.dumps(work()).encode()
        with os.fdopen(writing, "wb") as out:
            out.write(answer)
        os._exit(0)
    os.close(writing)
    received, deadline = b"", time.monotonic() + seconds
    try:
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([reading], [], [], left)[0]:
                raise TimeoutError
            more = os.read(reading, 1 << 16)
            if not more:
                return json.loads(received or b"null")
            received += more
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)


# --- the command ---------------------------------------------------------------------------------


def _equivalent() -> set[tuple[str, str, str, str]]:
    path = DATA / "equivalent_mutants.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {
        (item["module"], item["function"], item["was"], item["becomes"])
        for item in table.get("mutant", [])
    }


def summary(results: list[tuple[Mutant, str]]) -> dict[str, Any]:
    """The score, and what is left; mutants that change nothing count neither way."""
    same = _equivalent()

    def changes_nothing(mutant: Mutant) -> bool:
        return (mutant.module, mutant.function, mutant.was, mutant.becomes) in same

    killed = sum(outcome == "killed" for _mutant, outcome in results)
    left = [(m, o) for m, o in results if o != "killed" and not changes_nothing(m)]
    total = killed + len(left)
    return {
        "mutants": total,
        "killed": killed,
        "equivalent": len(results) - total,
        "score": killed / total if total else 1.0,
        "left": [asdict(mutant) | {"outcome": outcome} for mutant, outcome in left],
    }


def main() -> int:
    rooms = tomllib.loads((DATA / "mutation.toml").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("room", choices=list(rooms))
    parser.add_argument("--report", type=Path)
    parser.add_argument("--only", default="", help="functions whose dotted name has this in it")
    parser.add_argument("--sample", type=int, default=1, help="every so manieth mutant only")
    chosen = parser.parse_args()
    room = rooms[chosen.room]
    sys.path.insert(0, str(ROOT))
    plugin = Mutating(room["modules"], chosen)
    arguments = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not soak"]
    pytest.main([*arguments, *room["tests"]], plugins=[plugin])
    if plugin.failed_before:
        print("left out, since they fail as things are:", *plugin.failed_before, sep="\n  ")
    if not plugin.results:
        return 2
    found = summary(plugin.results) | {"failed_before": plugin.failed_before}
    print(f"{chosen.room}: {found['killed']} of {found['mutants']} killed,", end=" ")
    print(f"{found['score']:.1%}; {found['equivalent']} change nothing")
    if chosen.report:
        text = json.dumps(found, ensure_ascii=False, indent=1)
        chosen.report.write_text(text, encoding="utf-8")
    return 0


def _fewer_examples(items: list[Any]) -> None:
    """Also of tests that ask for more of their own."""
    from hypothesis import settings  # noqa: PLC0415 - pytest rewrites first

    for item in items:
        function = getattr(item.obj, "__func__", getattr(item, "obj", None))
        asked = getattr(function, "_hypothesis_internal_use_settings", None)
        if asked is not None and asked.max_examples > EXAMPLES:
            function._hypothesis_internal_use_settings = settings(asked, max_examples=EXAMPLES)


def _few_examples() -> None:
    """Generated tests: the same examples each time, no shrinking of what fails."""
    from hypothesis import HealthCheck, Phase, settings  # noqa: PLC0415 - pytest rewrites first

    settings.register_profile(
        "mutants",
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutants")


if __name__ == "__main__":
    sys.exit(main())
