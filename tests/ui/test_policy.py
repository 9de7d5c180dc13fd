"""The content security policy holds because no template and no script needs an exception."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

import dangan

SOURCE = Path(dangan.__file__).parent
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
FORBIDDEN = {
    "a style attribute": re.compile(r"<[^>]*\sstyle="),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+="),
    "hx-on": re.compile(r"hx-on"),
    "a javascript: value": re.compile(r'"(?:js|javascript):'),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "a style element": re.compile(r"<style"),
    "another origin": re.compile(r'(?:src|href|action)="(?:https?:)?//'),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_template_needs_no_exception(path):
    text = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", path.read_text(), flags=re.S)
    text = re.sub(r"\{[%{#].*?[%}#]\}", "", text)
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


def test_the_policy_names_no_other_source(browser):
    policy = browser("hr_specialist").get("/help/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'none'" in policy
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["script-src"]


def test_htmx_keeps_no_page_in_the_browser_and_evaluates_nothing(browser):
    text = browser("hr_specialist").get("/help/").content.decode()
    assert '"historyCacheSize":0' in text
    assert '"allowEval":false' in text


def test_no_style_names_a_colour_but_the_tokens():
    """Colours are written once. White on ink and the light inks of the batch bar are exceptions."""
    allowed = {"#fff", "#dfe4ea", "#e9ecf0"}
    for path in (SOURCE / "ui/static/ui").rglob("*.css"):
        if path.name == "tokens.css":
            continue
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text())) <= allowed, path.name
