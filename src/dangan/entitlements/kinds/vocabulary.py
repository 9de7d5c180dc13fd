"""What flow definitions may ask of cases about rights, and what they may let happen."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from dangan.workflow.handling import Fact, Named


def _roles() -> tuple[tuple[str, str, str], ...]:
    """The roles of the table, labelled: (key, label, English label)."""
    table = tomllib.loads((files("dangan.access") / "data" / "roles.toml").read_text("utf-8"))
    return tuple(
        (key, values["label"], values["label_en"])
        for key, values in table["roles"].items()
        if not values.get("automatic", False)
    )


ROLE = Fact("role", "角色", "Role", "choice", _roles())
DAYS = Fact("days", "天数", "Days", "number")
HOURS = Fact("hours", "小时数", "Hours", "number")
TOP_CLASS = Fact("top_class", "最高密级（1 公开至 5 绝密）", "Highest class (1–5)", "number")
FIELDS = Fact("fields", "字段数", "Number of fields", "number")
OVER_BROAD = Fact("over_broad", "范围过大", "Far wider than the own unit", "flag")
WHOLE = Fact("whole_company", "全公司", "Whole company", "flag")
CONFLICTING = Fact("conflicting", "与已有角色冲突", "Conflicts with a role held", "flag")
VERB = Fact(
    "verb",
    "授予或收回",
    "Give or take",
    "choice",
    (("grant", "授予", "Give"), ("revoke", "收回", "Take")),
)
VARIANT = Fact(
    "variant",
    "交接方式",
    "What is handed over",
    "choice",
    (("handover", "账号交接", "Account hand-over"), ("reset", "重置密码", "Password reset")),
)
SENSITIVE = Fact("sensitive", "涉及档案或权限", "Opens dossiers or rights", "flag")

GRANT = Named("grant", "开始临时授权", "Begin the temporary grant")
PERMIT = Named("permit", "准许查看", "Permit the look")
HANDOVER = Named("handover", "交接", "Hand over")
CHANGE = Named("change", "变更权限", "Change the rights")
