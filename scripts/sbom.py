"""What this program is made of, as two CycloneDX documents in build/: Python and npm.

From the lock files alone, without network: every package with its version and digests, and for
what is installed its licence.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PYTHON = "build/sbom-python.json"
NPM = "build/sbom-npm.json"


def licence_of(name: str) -> str:
    """What an installed package says of its licence: expression, classifiers, or free text."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if expression := told.get("License-Expression"):
        return str(expression)
    classifiers = [
        line.rpartition("::")[2].strip()
        for line in told.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    if named := "; ".join(name for name in classifiers if name != "OSI Approved"):
        return named
    return str(told.get("License") or "").partition("\n")[0][:80]


def of_python() -> dict[str, Any]:
    """The locked requirements, read by cyclonedx-py."""
    told = subprocess.run(  # noqa: S603 - our own tool
        [
            *(sys.executable, "-m", "cyclonedx_py", "requirements"),
            *("--output-format", "JSON", "--spec-version", "1.6", "--output-reproducible"),
            str(ROOT / "requirements" / "app.txt"),
        ],
        capture_output=True,
        check=True,
    )
    document: dict[str, Any] = json.loads(told.stdout)
    for component in document.get("components", ()):
        if licence := licence_of(component["name"]):
            component["licenses"] = [{"license": {"name": licence}}]
    return document


def of_npm() -> dict[str, Any]:
    """The packages of package-lock.json."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    components = []
    for path, package in sorted(lock["packages"].items()):
        name = path.rpartition("node_modules/")[2]
        if not name:
            continue
        version = package["version"]
        components.append(
            {
                "type": "library",
                "name": name,
                "version": version,
                "purl": f"pkg:npm/{name.replace('@', '%40')}@{version}",
                "bom-ref": f"{name}@{version}",
                "licenses": [{"expression": package["license"]}] if "license" in package else [],
            }
        )
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "dangan"}},
        "components": components,
    }


def main() -> None:
    (ROOT / "build").mkdir(exist_ok=True)
    for name, document in ((PYTHON, of_python()), (NPM, of_npm())):
        (ROOT / name).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        print(f"{name}: {len(document['components'])} components")


if __name__ == "__main__":
    main()
