"""The kinds of alarms: how each is called, how grave it is, what to look at."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NOTICE, WARNING, GRAVE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of alarm. ``help`` says what may be behind it and what to look at first."""

    key: str
    label: str | Promise
    grade: int
    help: str | Promise


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Adds a kind; the same key again replaces it. Called from ``AppConfig.ready``."""
    _kinds[kind.key] = kind


def kinds() -> dict[str, Kind]:
    """All kinds by key."""
    return dict(_kinds)


def kind_of(key: str) -> Kind:
    """The kind; one of a room that is gone reads as its key."""
    return _kinds.get(key) or Kind(key, key, WARNING, "")


for _one in (
    Kind(
        "canary",
        _("打开诱饵档案"),
        GRAVE,
        _("诱饵档案没有任何人有理由打开。核对打开的人、时间和前后看了哪些档案。"),
    ),
    Kind(
        "budget",
        _("打开档案达到上限"),
        WARNING,
        _("核对这个人当天是否有批量工作，是否申请了追加。"),
    ),
    Kind("bulk", _("短时间打开大量档案"), WARNING, _("核对打开的范围是否与手头的工作相符。")),
    Kind(
        "slow",
        _("整天持续翻看档案"),
        WARNING,
        _("每小时都不多，全天却远超平常。核对看的人与手头的工作是否相符。"),
    ),
    Kind("hours", _("非工作时间打开档案"), NOTICE, _("核对是否加班，账号是否被他人使用。")),
    Kind(
        "crowd",
        _("多人打开同一份档案"),
        WARNING,
        _("核对这个人近期有无变动、审查或传闻，逐一问明查看理由。"),
    ),
    Kind(
        "superior",
        _("无事由打开上级的档案"),
        WARNING,
        _("没有正在办理的流程，也没有修改。问明查看理由。"),
    ),
    Kind(
        "colleagues", _("翻看本部门同事的档案"), NOTICE, _("没有流程，也没有修改。问明查看理由。")
    ),
    Kind("departed", _("翻看离职人员的档案"), NOTICE, _("没有流程，也没有修改。问明查看理由。")),
    Kind("reveal", _("解除掩码的理由敷衍"), NOTICE, _("理由不成话或总是同一句。问明实际用途。")),
    Kind("guessing", _("一个账号连续登录失败"), NOTICE, _("问本人是否忘记密码，看来源地址。")),
    Kind(
        "spray",
        _("对许多账号试密码"),
        GRAVE,
        _("同一来源对多个账号试密码。先在网络上拦住来源，再查有没有成功的。"),
    ),
    Kind("refused", _("连续被拒绝访问"), WARNING, _("核对是页面设置不当，还是有人在逐个试探。")),
    Kind("device", _("管理员在新设备上登录"), NOTICE, _("问本人是否换了设备或网络。")),
    Kind(
        "log_lag",
        _("审计日志没有送出"),
        GRAVE,
        _("检查点没有写到机器之外，或日志没有排序。看日志服务和送出的位置。"),
    ),
    Kind("clock", _("系统时钟跳动"), WARNING, _("核对时间同步服务，看跳动前后有无其他告警。")),
    Kind("csp", _("浏览器拦下页面脚本"), WARNING, _("核对是浏览器扩展，还是页面里混入了脚本。")),
    Kind(
        "backup",
        _("备份没有按时完成"),
        WARNING,
        _("在备份页看没有完成的原因，改正后运行 dangan backup create。"),
    ),
    Kind("drill", _("恢复演练过期"), WARNING, _("运行一次恢复演练，证明备份可用。")),
):
    register_kind(_one)
