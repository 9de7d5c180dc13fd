"""A newcomer, the link HR gave out, and the browser on the newcomer's telephone."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from tests.cast import Cast, with_check_digit

from dangan.access.actions import create_account
from dangan.access.queries import console_actor
from dangan.dossiers.collection import actions
from dangan.dossiers.collection.models import Invitation

NAME = "程见山"
MOBILE = "13912340876"
DIGITS = "0876"
ID_NUMBER = with_check_digit("330106199803042210")


def picture(size: tuple[int, int] = (500, 700), kind: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (180, 190, 200)).save(buffer, kind)
    return buffer.getvalue()


@dataclass
class Newcomer:
    """Whoever has the link and, once ``come_in`` was called, the cookie."""

    token: str
    browser: Client

    def knock(self, digits: str = DIGITS, token: str = "", browser: Client | None = None):
        return (browser or self.browser).post(
            "/collect/open/", {"token": token or self.token, "digits": digits}
        )

    def come_in(self) -> Newcomer:
        assert self.knock().status_code == 302
        assert self.browser.post("/collect/notice/", {"accepted": "1"}).status_code == 302
        return self

    def fill_identity(self, **more: str):
        answer = self.browser.post(
            "/collect/form/identity/",
            {"v-name": NAME, "v-id_number": ID_NUMBER, "v-ethnicity": "01", **more},
        )
        assert answer.status_code == 302, answer.content.decode()
        return answer

    def add_school(self, school: str = "江南大学") -> str:
        answer = self.browser.post(
            "/collect/form/education/add/",
            {"v-school": school, "v-start": "2016-09", "v-end": "2020-06"},
        )
        assert answer.status_code == 302, answer.content.decode()
        page = self.browser.get("/collect/form/education/").content.decode()
        return re.findall(r'id="r-([0-9a-f-]{36})"', page)[-1]


@pytest.fixture
def invited(cast: Cast) -> Callable[..., Newcomer]:
    """``invited()`` is a newcomer whom HR of 华东公司 has just invited to the 嵌入式组.

    There is a manager of HR: once confirmed, the newcomer's case needs somebody to decide.
    """
    create_account(console_actor(), login="keeper", name="梁慎行", roles=[("hr_manager", None)])

    def make(name: str = NAME, mobile: str = MOBILE, **more: object) -> Newcomer:
        hr = cast.actor("hr_specialist", name="何雨桐")
        issued = actions.invite(
            hr,
            name=name,
            mobile=mobile,
            unit=cast.units["嵌入式组"],
            first_day=timezone.localdate(),
            **more,  # type: ignore[arg-type] # days, email
        )
        return Newcomer(issued.token, Client())

    return make


def the_form() -> Invitation:
    """The only one there is."""
    return Invitation.objects.get()
