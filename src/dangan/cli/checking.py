"""``dangan check``: the configuration's self-check on the command line."""

from __future__ import annotations

from dangan.cli.output import say, say_json
from dangan.cli.session import acting

_MARKS = {"ok": "正常", "warn": "注意", "bad": "问题"}


def check(*, as_json: bool) -> int:
    """Runs all checks; 1 when something is bad, 0 when there are warnings at most."""
    with acting(None) as actor:
        from collections import Counter

        from dangan.audit.rules import Event
        from dangan.security.checks import run_all
        from dangan.security.checks.keeping import remember
        from dangan.ui.messages import say as worded

        outcomes = run_all()
        remember(outcomes)
        counts = Counter(one.finding.state for one in outcomes)
        facts = {"bad": counts["bad"], "warn": counts["warn"]}
        actor.trail.add(Event("security.check", facts=facts))
        lines = [
            {
                "key": one.check.key,
                "group": one.check.group,
                "label": str(one.check.label),
                "state": one.finding.state,
                "text": worded(one.finding.text),
                "hint": worded(one.finding.hint) if one.finding.hint else "",
            }
            for one in outcomes
        ]
    if as_json:
        say_json({"bad": counts["bad"], "warn": counts["warn"], "checks": lines})
        return 1 if counts["bad"] else 0
    for line in lines:
        say(f"[{_MARKS[line['state']]}] {line['label']}：{line['text']}")
        if line["hint"]:
            say(f"       → {line['hint']}")
    say(f"共 {len(lines)} 项，{counts['bad']} 项有问题，{counts['warn']} 项需注意。")
    return 1 if counts["bad"] else 0
