"""Which help section belongs to which page. The text is in ``templates/ui/help/TOPIC.html``."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Topic:
    key: str
    title: str | Promise
    icon: str
    prefixes: tuple[str, ...]  # view names this section explains, longest match wins

    @property
    def template(self) -> str:
        return f"ui/help/{self.key}.html"


TOPICS: tuple[Topic, ...] = (
    Topic("start", _("开始使用"), "home", ("ui:", "dossiers:desk")),
    Topic("roster", _("花名册"), "users", ("roster:",)),
    Topic("dossier", _("档案"), "id", ("dossiers:",)),
    Topic("change", _("修改与更新记录"), "edit",
          ("dossiers:edit", "dossiers:history", "dossiers:compare", "dossiers:create")),
    Topic("self", _("我的信息与申请"), "user-edit", ("self:", "dossiers:me")),
    Topic("collection", _("信息采集"), "clipboard-text", ("collection:",)),
    Topic("flows", _("办理流程"), "inbox", ("workflow:", "proposals:")),
    Topic("definitions", _("流程定义与审批规则"), "route",
          ("workflow:definition", "proposals:routes")),
    Topic("deputies", _("代理"), "user-share", ("workflow:deput",)),
    Topic("movements", _("人员变动"), "arrows-exchange", ("lifecycle:",)),
    Topic("reminders", _("到期提醒"), "calendar-due", ("reminders:",)),
    Topic("grants", _("临时授权与查看"), "hourglass", ("entitlements:",)),
    Topic("reviews", _("权限复核"), "checkbox",
          ("entitlements:review", "entitlements:my_reviews", "entitlements:decide",
           "entitlements:report", "entitlements:end_review")),
    Topic("secrecy", _("涉密岗位"), "shield-lock", ("confidentiality:",)),
    Topic("agreements", _("协议与告知"), "writing-sign",
          ("confidentiality:text", "confidentiality:new_text", "confidentiality:new_version",
           "confidentiality:mine", "confidentiality:sign")),
    Topic("notices", _("通知"), "bell", ("notices:",)),
    Topic("calendar", _("工作日历"), "calendar", ("organization:calendar",)),
    Topic("problems", _("问题单"), "alert-triangle", ("dossiers:problems",)),
    Topic("import", _("导入与导出"), "upload", ("exchange:",)),
    Topic("organization", _("组织架构"), "sitemap", ("organization:",)),
    Topic("statistics", _("统计"), "chart-bar", ("reports:",)),
    Topic("dictionary", _("信息集与代码"), "list-details", ("dictionary:",)),
    Topic("accounts", _("账号、角色与令牌"), "user-cog", ("access:",)),
    Topic("audit", _("审计日志"), "shield-check", ("audit:",)),
    Topic("privacy", _("密级、掩码与留痕"), "lock", ()),
)  # fmt: skip


def topic_of(view_name: str) -> str:
    """The key of the section that explains ``view_name``; the first section when none does."""
    best = max(
        ((len(p), t.key) for t in TOPICS for p in t.prefixes if view_name.startswith(p)),
        default=(0, TOPICS[0].key),
    )
    return best[1]
