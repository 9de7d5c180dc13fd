"""Copies the browser libraries and the typefaces of printed forms into the package.

Run by ``make``; needs ``npm ci`` first. Writes ``src/dangan/ui/static/vendor`` and
``src/dangan/ui/fonts``, which are not committed. References to source maps and to font formats
that no supported browser asks for are taken out, because the static file storage insists on
finding what a style sheet names.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src/dangan/ui/static/vendor"
FONTS = ROOT / "src/dangan/ui/fonts"
PRINTED = (
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
    "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf",
    "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf",
)
"""The typefaces of printed forms (SIL Open Font License); browsers never load them."""
PLAIN = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "echarts/dist/echarts.common.min.js": "echarts.min.js",
    "tom-select/dist/js/tom-select.base.min.js": "tom-select.min.js",
    "tom-select/dist/css/tom-select.min.css": "tom-select.min.css",
    "cropperjs/dist/cropper.min.js": "cropper.min.js",
    "cropperjs/dist/cropper.min.css": "cropper.min.css",
    "jsqr/dist/jsQR.js": "jsqr.js",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2": "tabler-icons.woff2",
}
SOURCE_MAP = re.compile(rb"(/\*#|//#) ?sourceMappingURL=[^\n*]*(\*/)?\n?")
OTHER_FONTS = re.compile(r',url\("[^"]+\.(?:woff|ttf)[^"]*"\) format\("[a-z]+"\)')
FONT = re.compile(r'"\./fonts/(tabler-icons\.woff2)[^"]*"')


def main() -> int:
    missing = [name for name in (*PLAIN, *PRINTED) if not (MODULES / name).exists()]
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
    FONTS.mkdir(exist_ok=True)
    for source in PRINTED:
        shutil.copy(MODULES / source, FONTS)
    icons = (MODULES / "@tabler/icons-webfont/dist/tabler-icons.min.css").read_text()
    (VENDOR / "tabler-icons.css").write_text(icon_css(icons))
    return 0


def icon_css(css: str) -> str:
    """The icon font's rules with only the one font file that we copy."""
    css = SOURCE_MAP.sub(b"", css.encode()).decode()
    return FONT.sub(r'"\1"', OTHER_FONTS.sub("", css))


if __name__ == "__main__":
    raise SystemExit(main())
