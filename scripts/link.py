"""Makes this checkout importable in the virtual environment that runs this file, and its command.

Not ``pip install -e``: that would fetch a build back end which no hash in requirements/ covers.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src"
COMMAND = f"""#!{sys.executable}
from dangan.cli.main import main

main()
"""


def link() -> None:
    if sys.prefix == sys.base_prefix:
        sys.exit("scripts/link.py: run me with the Python of a virtual environment")
    Path(sysconfig.get_path("purelib"), "dangan.pth").write_text(f"{SOURCE}\n")
    command = Path(sys.executable).parent / "dangan"
    command.write_text(COMMAND)
    command.chmod(0o755)


link()
