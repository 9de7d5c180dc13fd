"""Printed forms: PDF by Typst, with typefaces of our own, so that a form looks the same everywhere.

A form is a ``.typ`` file that reads its values with ``json(bytes(sys.inputs.values))``: values
never become part of the markup, so nothing a person typed can be read as a command.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

FONTS = Path(__file__).parent / "fonts"


def pdf(form: Path, values: Mapping[str, Any]) -> bytes:
    """The PDF of ``form`` filled with ``values`` (plain JSON types).

    The form may read files of its own folder and no others; nothing is fetched from anywhere.
    """
    return typst.compile(
        str(form),
        root=str(form.parent),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"values": json.dumps(values, ensure_ascii=False)},
    )
