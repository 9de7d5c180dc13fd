"""The installation looks at its own configuration: what is well, what is weak, what to do."""

from dangan.security.checks.registry import (
    BAD,
    OK,
    WARN,
    Check,
    Finding,
    Outcome,
    bad,
    checks,
    ok,
    register,
    run_all,
    warn,
)

__all__ = [
    "BAD",
    "OK",
    "WARN",
    "Check",
    "Finding",
    "Outcome",
    "bad",
    "checks",
    "ok",
    "register",
    "run_all",
    "warn",
]
