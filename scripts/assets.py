"""Copies the browser libraries from node_modules into the package, with what is not used left out.

Run by ``make``; needs ``npm ci`` first. Writes ``src/dangan/ui/static/vendor``, which is not
committed. Icons: of the 6 000 rules of the icon font only those whose name occurs in our source.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src/dangan/ui/static/vendor"
PLAIN = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "echarts/dist/echarts.common.min.js": "echarts.min.js",
    "tom-select/dist/js/tom-select.base.min.js": "tom-select.min.js",
    "tom-select/dist/css/tom-select.min.css": "tom-select.min.css",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2": "tabler-icons.woff2",
}
SOURCE_MAP = re.compile(rb"(/\*#|//#) ?sourceMappingURL=[^\n*]*(\*/)?\n?")
ICON_RULE = re.compile(r"\.ti-([a-z0-9-]+):before\{content:\"(\\[0-9a-f]+)\"\}")
WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SOURCES = {".py", ".html", ".js", ".toml"}


def main() -> int:
    missing = [name for name in PLAIN if not (MODULES / name).exists()]
    if missing:
        print("缺少浏览器库，请先运行 npm ci：" + "、".join(missing), file=sys.stderr)
        return 1
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for source, name in PLAIN.items():
        data = (MODULES / source).read_bytes()
        if not name.endswith(".woff2"):
            data = SOURCE_MAP.sub(b"", data)
        (VENDOR / name).write_bytes(data)
    icons = (MODULES / "@tabler/icons-webfont/dist/tabler-icons.min.css").read_text()
    (VENDOR / "tabler-icons.css").write_text(icon_css(icons, words_in_source()))
    return 0


def words_in_source() -> set[str]:
    """Every word of our source that could be the name of an icon."""
    words: set[str] = set()
    for path in (ROOT / "src").rglob("*"):
        if path.suffix in SOURCES and VENDOR not in path.parents:
            words.update(WORD.findall(path.read_text(encoding="utf-8")))
            words.update(re.findall(r"ti-([a-z0-9-]+)", path.read_text(encoding="utf-8")))
    return words


def icon_css(css: str, words: set[str]) -> str:
    """The font, the base rule and one rule for each icon in ``words``."""
    rules = [
        f'.ti-{name}:before{{content:"{code}"}}'
        for name, code in ICON_RULE.findall(css)
        if name in words
    ]
    base = (
        "@font-face{font-family:tabler-icons;font-style:normal;font-weight:400;"
        'font-display:block;src:url("tabler-icons.woff2") format("woff2")}\n'
        ".ti{font-family:tabler-icons!important;speak:none;font-style:normal;font-weight:400;"
        "font-variant:normal;text-transform:none;line-height:1;"
        "-webkit-font-smoothing:antialiased;-moz-osx-font-smoothing:grayscale}\n"
    )
    return base + "\n".join(rules) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
