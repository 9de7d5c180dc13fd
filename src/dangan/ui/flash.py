"""Messages between two pages, in a cookie that is bound to this host: they may name a person."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage

from dangan.config.browser import cookie_name


class HostCookie(CookieStorage):
    """Django's signed cookie under our name."""

    cookie_name = cookie_name("messages", https=settings.DANGAN.https)
