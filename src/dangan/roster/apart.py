"""Run a function in a fresh process with Django set up and the same database.

Importing this module needs no settings, so a new process can begin with it.
"""

from __future__ import annotations

import multiprocessing
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

import django


def run_apart(database: str, function: str, *arguments: Any) -> Any:
    """Call ``package.module:name`` with picklable arguments; return what it returns.

    Raises RuntimeError, naming only the kind of error, when the function raises.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, database, function, arguments))
    process.start()
    theirs.close()
    try:
        done, answer = ours.recv()
    except EOFError:
        done, answer = False, "killed"
    finally:
        process.join()
    if not done:
        raise RuntimeError(f"{function}: {answer}")
    return answer


def _run(pipe: Connection, database: str, function: str, arguments: tuple[Any, ...]) -> None:
    django.setup()
    connections = import_module("django.db").connections
    connections.settings["default"]["NAME"] = database
    module, _, name = function.partition(":")
    try:
        pipe.send((True, getattr(import_module(module), name)(*arguments)))
    except Exception as problem:
        pipe.send((False, type(problem).__name__))
        raise
    finally:
        connections.close_all()
