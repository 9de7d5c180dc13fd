"""Gathers what the pages say and keeps its translations.

    gather    collect msgids from templates and Python, renew en/django.po (translations are kept,
              unused ones dropped) and write zh_Hant/django.po, converted by OpenCC
    compile   write the .mo files from the .po files (they are not committed)
    check     say what is missing, stale or has other placeholders; exit 1 if anything is

The msgids are Simplified Chinese. Wording in the data files of the rooms (labels of roles, codes,
log verbs) carries its own ``label_en`` there and is not gathered.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src/dangan"
LOCALE = SOURCE / "ui/locale"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*[^}]*\}")
TEMPLATE_CALL = re.compile(r"""gettext\((u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))""")
MARKS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2, "Message": 1,
         "ok": 1, "warn": 2, "bad": 2}  # fmt: skip
"""How many first arguments of a call are msgids. ``Message`` is what the pure rules say, looked up
by ``dangan.ui.messages.say``; the last three make the findings of the configuration's checks."""
HEADER = {
    "Project-Id-Version": "dangan",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}


def main(arguments: list[str]) -> int:
    deeds = {"gather": gather, "compile": compile_all, "check": check}
    deed = deeds.get(" ".join(arguments))
    if deed is None:
        print(__doc__, file=sys.stderr)
        return 2
    return deed()


def found() -> dict[str, list[str]]:
    """Every msgid in the source with the files that say it."""
    said: dict[str, list[str]] = {}
    for path in sorted(SOURCE.rglob("*")):
        name = str(path.relative_to(ROOT))
        for text in texts_of(path):
            if has_han(text) and name not in said.setdefault(text, []):
                said[text].append(name)
    return said


def texts_of(path: Path) -> Iterator[str]:
    """The msgids in one file; none in a file that does not speak."""
    if path.suffix == ".py" and "migrations" not in path.parts:
        yield from texts_in_python(ast.parse(path.read_text(encoding="utf-8")))
    elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
        yield from texts_in_template(path.read_text(encoding="utf-8"))


def texts_in_python(tree: ast.Module) -> Iterator[str]:
    """Arguments of the marking functions, and the ``text`` that an exception class carries."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            for argument in node.args[: MARKS.get(name, 0)]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value
        elif isinstance(node, ast.ClassDef) and node.bases:
            yield from (text for item in node.body if (text := _class_text(item)))


def _class_text(item: ast.stmt) -> str:
    if not isinstance(item, ast.Assign) or not isinstance(item.value, ast.Constant):
        return ""
    names = [target.id for target in item.targets if isinstance(target, ast.Name)]
    return str(item.value.value) if names == ["text"] else ""


def texts_in_template(source: str) -> Iterator[str]:
    """What Django's own tool makes of a template, read for its calls of gettext."""
    from django.utils.translation import templatize  # noqa: PLC0415 - not needed to compile

    for literal in TEMPLATE_CALL.findall(templatize(source)):
        yield str(ast.literal_eval(literal))


def has_han(text: str) -> bool:
    """Whether the text is ours: Chinese characters or punctuation. Django's own msgids are
    English and have their own catalogues."""
    return any("\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef" for char in text)


def catalogue(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def known(language: str) -> polib.POFile:
    path = catalogue(language)
    return polib.pofile(str(path)) if path.exists() else polib.POFile()


def gather() -> int:
    said = found()
    english, traditional = polib.POFile(wrapwidth=98), polib.POFile(wrapwidth=98)
    english.metadata = HEADER | {"Language": "en"}
    traditional.metadata = HEADER | {"Language": "zh_Hant"}
    kept = {entry.msgid: entry.msgstr for entry in known("en")}
    convert = converter()
    for text in sorted(said):
        places = [(path, "") for path in said[text]]
        flags = ["python-format"] if "%(" in text else []
        english.append(
            polib.POEntry(msgid=text, msgstr=kept.get(text, ""), occurrences=places, flags=flags)
        )
        traditional.append(polib.POEntry(msgid=text, msgstr=convert(text), flags=flags))
    for language, book in (("en", english), ("zh_Hant", traditional)):
        catalogue(language).parent.mkdir(parents=True, exist_ok=True)
        book.save(str(catalogue(language)))
    print(f"{len(said)} 条，英文缺 {sum(not entry.msgstr for entry in english)} 条")
    return 0


def converter() -> Callable[[str], str]:
    """OpenCC, the profile of ``dangan.ui.languages``, that leaves placeholders alone."""
    import opencc  # noqa: PLC0415 - not needed to compile

    convert = opencc.OpenCC("s2twp").convert

    def each(text: str) -> str:
        parts = re.split(f"({PLACEHOLDER.pattern})", text)
        return "".join(part if i % 2 else str(convert(part)) for i, part in enumerate(parts))

    return each


def compile_all() -> int:
    for path in LOCALE.rglob("*.po"):
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
    return 0


def faults() -> list[str]:
    """What is wrong with the catalogues, one line each; empty when all is well."""
    said = found()
    wrong: list[str] = []
    for language in ("en", "zh_Hant"):
        book = {entry.msgid: entry.msgstr for entry in known(language)}
        wrong += [f"{language}: 缺译文：{text}" for text in said if not book.get(text)]
        wrong += [f"{language}: 已不用：{text}" for text in book if text not in said]
        wrong += [
            f"{language}: 占位不一致：{text} → {told}"
            for text, told in book.items()
            if told and names(text) != names(told)
        ]
    return wrong


def names(text: str) -> set[str]:
    """The names of the placeholders in a text, whatever their formats."""
    return {re.sub(r"%\(|\)[sd]$|[{}]|[:!].*", "", mark) for mark in PLACEHOLDER.findall(text)}


def check() -> int:
    wrong = faults()
    print("\n".join(wrong) if wrong else "译文齐全")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
