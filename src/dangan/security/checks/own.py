"""The checks of this room, in one list."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from dangan.security.checks import federation, machine, people, running, store, web
from dangan.security.checks.registry import Check, register

CHECKS = (
    Check("root_secret", "secrets", _("根密钥文件"), machine.root_secret),
    Check("home", "secrets", _("数据目录权限"), machine.home),
    Check("readable_files", "secrets", _("任何人可读的文件"), machine.readable_files),
    Check("keys_apart", "secrets", _("密钥与备份分开存放"), machine.keys_apart),
    Check("epoch", "secrets", _("主密钥更换"), store.epoch),
    Check("debug", "web", _("调试模式"), web.debug),
    Check("https", "web", "HTTPS", web.https),
    Check("hosts", "web", _("接受的主机名"), web.hosts),
    Check("cookies", "web", _("登录 Cookie"), web.cookies),
    Check("policy", "web", _("内容安全策略"), web.policy),
    Check("idle", "web", _("自动退出登录"), web.idle),
    Check("demonstration", "accounts", _("演示账号"), people.demonstration),
    Check("passwords", "accounts", _("密码规则"), people.passwords),
    Check("factors_required", "accounts", _("必须两步验证"), people.factors_required),
    Check("factors_missing", "accounts", _("缺两步验证的账号"), people.factors_missing),
    Check("three_administrators", "accounts", _("三员分立"), people.three_administrators),
    Check("conflicts", "accounts", _("互斥角色"), people.conflicts),
    Check("approvers", "accounts", _("权限由两人办理"), people.approvers),
    Check("stale", "accounts", _("长期不用的账号"), people.stale),
    Check("endless_grants", "accounts", _("没有期限的授权"), people.endless_grants),
    Check("tokens", "accounts", _("访问令牌"), people.tokens),
    Check("sign_on", "accounts", _("企业账号登录"), federation.sign_on),
    Check("sign_on_clock", "accounts", _("与企业账号服务的时钟"), federation.sign_on_clock),
    Check("sign_on_secrets", "secrets", _("企业账号和目录的口令文件"), federation.secrets),
    Check("house_directory", "accounts", _("企业目录"), federation.house_directory),
    Check("break_glass", "accounts", _("应急登录"), federation.break_glass),
    Check("superuser", "database", _("数据库账号"), store.superuser),
    Check("log_rights", "database", _("删除日志的权利"), store.log_rights),
    Check("encrypted", "database", _("数据库连接加密"), store.encrypted),
    Check("extensions", "database", _("数据库扩展"), store.extensions),
    Check("timeouts", "database", _("数据库时限"), store.timeouts),
    Check("durability", "database", _("断电不丢数据"), store.durability),
    Check("clock", "database", _("时钟一致"), store.clock),
    Check("migrations", "database", _("数据库升级"), store.migrations),
    Check("disk", "machine", _("磁盘空间"), machine.disk),
    Check("core_dumps", "machine", _("内存转储"), machine.core_dumps),
    Check("ptrace", "machine", _("读取内存"), machine.ptrace),
    Check("swap", "machine", _("交换空间"), machine.swap),
    Check("account", "machine", _("系统账号"), machine.account),
    Check("log_guard", "log", _("日志表防改"), store.log_guard),
    Check("checkpoint_file", "log", _("检查点文件"), machine.checkpoint_file),
    Check("sequencer", "log", _("日志签署"), running.sequencer),
    Check("log_export", "log", _("日志送出"), running.log_export),
    Check("verified", "log", _("日志核验"), running.verified),
    Check("worker", "work", _("后台服务"), running.worker),
    Check("jobs", "work", _("后台工作"), running.jobs),
    Check("watching", "work", _("查看异常"), running.watching),
    Check("mail", "work", _("邮件"), web.mail),
    Check("scanner", "work", _("病毒扫描"), web.scanner),
    Check("purposes", "data", _("字段用途"), store.purposes),
    Check("residency", "data", _("数据存放地"), web.residency),
    Check("canaries", "data", _("诱饵档案"), running.canaries),
    Check("versions", "program", _("库的版本"), running.versions),
    Check("python", "program", "Python", running.python),
)


def register_own() -> None:
    """Called from ``AppConfig.ready``."""
    for check in CHECKS:
        register(check)
