"""The site as browsers meet it, and whom this installation talks to."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings

from dangan.config.environment import mail_server
from dangan.security.checks.registry import Finding, bad, ok, warn

IDLE_MOST = 30 * 60


def debug() -> Finding:
    """Errors show no source code and no values."""
    if settings.DEBUG or settings.DANGAN.debug:
        return bad("调试模式开着，出错的页面会显示内部数据", "去掉 DANGAN_DEBUG，重新启动")
    return ok("调试模式已关闭")


def https() -> Finding:
    """What is shown travels encrypted."""
    if not settings.DANGAN.https:
        return bad("没有启用 HTTPS", "在前面的代理上配置证书，并设置 DANGAN_HTTPS=true")
    if urlsplit(settings.DANGAN.public_url).scheme != "https":
        return warn("邮件里的链接不是 https 开头", "把 DANGAN_PUBLIC_URL 改成 https 地址")
    return ok("全站使用 HTTPS")


def hosts() -> Finding:
    """Only the site's own names are answered."""
    allowed = settings.DANGAN.allowed_hosts
    if any(host == "*" or host.startswith("*") for host in allowed):
        return bad("接受任何主机名的请求", "在 DANGAN_ALLOWED_HOSTS 里写明本站的主机名")
    name = urlsplit(settings.DANGAN.public_url).hostname or ""
    if name not in allowed and not any(
        host.startswith(".") and name.endswith(host) for host in allowed
    ):
        return warn("DANGAN_PUBLIC_URL 的主机不在接受的主机名里", "把它加进 DANGAN_ALLOWED_HOSTS")
    return ok("只接受写明的主机名")


def cookies() -> Finding:
    """Cookies go only over https, are out of scripts' reach, and follow no foreign form."""
    wrong = [
        not settings.SESSION_COOKIE_SECURE,
        not settings.CSRF_COOKIE_SECURE,
        not settings.SESSION_COOKIE_HTTPONLY,
        settings.SESSION_COOKIE_SAMESITE not in {"Lax", "Strict"},
    ]
    if any(wrong):
        return bad(
            "登录 Cookie 缺少 {n} 项保护",
            "设置 DANGAN_HTTPS=true；不要改动 Cookie 设置",
            n=sum(wrong),
        )
    return ok("登录 Cookie 只走 HTTPS，脚本读不到")


def policy() -> Finding:
    """Pages run no script but the program's own."""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    loose = [
        name
        for name, sources in directives.items()
        if isinstance(sources, (list, tuple))
        and any(
            str(one) in {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"}
            for one in sources
        )
    ]
    if loose or "default-src" not in directives:
        return bad("内容安全策略放宽了 {n} 处", "恢复程序自带的内容安全策略", n=max(1, len(loose)))
    return ok("页面只运行程序自带的脚本")


def idle() -> Finding:
    """A session that nobody uses ends."""
    age = settings.SESSION_COOKIE_AGE
    if age > IDLE_MOST:
        return warn("{minutes} 分钟不用才退出登录", "设为 30 分钟以内", minutes=age // 60)
    return ok("{minutes} 分钟不用自动退出登录", minutes=age // 60)


def residency() -> Finding:
    """Data stay where the configuration says: every other machine named in it is an inner one."""
    named = {
        "DANGAN_DATABASE_URL": settings.DANGAN.database_url,
        "DANGAN_REPLICA_URL": settings.DANGAN.replica_url,
        "DANGAN_FILES_URL": settings.DANGAN.files_url,
        "DANGAN_BACKUP_TO": settings.DANGAN.backup_to,
        "DANGAN_BACKUP_KEYS_TO": settings.DANGAN.backup_keys_to,
    }
    outside = [name for name, url in named.items() if url and not _inner(url)]
    if outside:
        return warn(
            "{names} 指向单位网络之外的地址",
            "确认机器在境内且有合同约定；跨境存放须先做评估（个人信息保护法第三十八条）",
            names="、".join(outside),
        )
    return ok("数据、文件和备份都在本机或单位网络内")


def _inner(url: str) -> bool:
    """Whether the host is this machine, a private address or a name of an inner network."""
    host = urlsplit(url).hostname if "://" in url else ""
    if not host:
        return True  # a folder, or a socket
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".lan", ".intra"))


def mail() -> Finding:
    """Mail goes encrypted to a server that answers."""
    if not settings.DANGAN.mail_url:
        return warn(
            "没有设置邮件服务器，告警只在页面上提示", "设置 DANGAN_MAIL_URL 和 DANGAN_MAIL_FROM"
        )
    server = mail_server(settings.DANGAN.mail_url)
    try:
        with socket.create_connection((server.host, server.port), timeout=3):
            pass
    except OSError:
        return bad("邮件服务器没有回应", "核对 DANGAN_MAIL_URL 的主机和端口，以及防火墙")
    if server.tls == "none" and not _inner(f"smtp://{server.host}"):
        return warn(
            "邮件不加密就发往单位网络之外", "把 DANGAN_MAIL_URL 的 tls 改成 starttls 或 implicit"
        )
    return ok("邮件服务器有回应")


def scanner() -> Finding:
    """Uploads are looked at by a virus scanner that answers."""
    where = settings.DANGAN.clamd
    if not where:
        return warn(
            "没有设置病毒扫描", "安装 clamd 并设置 DANGAN_CLAMD；上传的文件仍按类型严格检查"
        )
    if not _pong(where):
        return bad("病毒扫描没有回应，上传会被拒绝", "启动 clamd，核对 DANGAN_CLAMD")
    return ok("病毒扫描有回应")


def _pong(where: str) -> bool:
    """clamd answers ``PING`` with ``PONG`` (clamd(8))."""
    try:
        if where.startswith("/"):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(3)
            connection.connect(where)
        else:
            host, _colon, port = where.rpartition(":")
            connection = socket.create_connection((host.strip("[]"), int(port)), timeout=3)
        with connection:
            connection.sendall(b"zPING\0")
            return connection.recv(16).startswith(b"PONG")
    except OSError:
        return False
