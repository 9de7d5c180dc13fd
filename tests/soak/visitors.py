"""People in front of the pages of a served installation: a session, cookies, forms, an address."""

from __future__ import annotations

from typing import Any

import httpx


def form_token(cookies: httpx.Cookies) -> str:
    """What forms must carry; the cookie's name depends on whether the site is served by https."""
    return next((str(one.value) for one in cookies.jar if "csrf" in one.name), "")


class Visitor:
    """One browser: signs in by the form, sends forms with their token."""

    def __init__(self, port: int, *, address: str = "127.0.0.1", seconds: float = 60.0) -> None:
        self.web = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            transport=httpx.HTTPTransport(local_address=address),
            timeout=seconds,
        )

    def sign_in(self, login: str, password: str) -> httpx.Response:
        """What the log-in form answers; a redirect means that somebody is in."""
        if not form_token(self.web.cookies):
            self.web.get("/login/")
        return self.post("/login/", login=login, password=password)

    def get(self, path: str) -> httpx.Response:
        return self.web.get(path)

    def post(self, path: str, files: Any = None, **fields: str) -> httpx.Response:
        head = {"X-CSRFToken": form_token(self.web.cookies)}
        return self.web.post(path, data=fields, files=files, headers=head)

    def inside(self) -> bool:
        """Whether the session counts."""
        return self.get("/help/").status_code == 200

    def close(self) -> None:
        self.web.close()
