"""The .xlsx container: measured and verified before the reader sees it.

Every part the reader may open is inflated here once, in pieces, against the size its
directory declares and its checksum, so a lying directory is found before it costs memory.
Formats: ECMA-376 part 2 (packages), PKWARE APPNOTE 6.3 (zip).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from dangan.exchange.workbook import limits
from dangan.exchange.workbook.faults import Unusable

_PIECE: Final = 256 * 1024
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION: Final = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_NESTED: Final = (".zip", ".xlsx", ".xlsm", ".xls", ".rar", ".7z", ".jar", ".docx", ".gz")
_DAMAGED: Final = "文件已损坏，打不开。请在 Excel 或 WPS 里打开并另存一份，再导入。"
_BOMB: Final = "文件解开后大得不正常，像是“压缩炸弹”，已拒绝读取。请向发送人核实来源。"


@dataclass(frozen=True, slots=True)
class Part:
    """A worksheet of the package and where it lies."""

    sheet: str
    path: str


class Archive:
    """A verified package. Sizes in bytes."""

    def __init__(self, data: bytes) -> None:
        self._zip = _opened(data)
        self._names = {item.filename: item for item in self._zip.infolist()}
        _refuse_oversize(self._zip.infolist())
        _refuse_foreign(self._names)
        self._verify()

    def parts(self) -> list[Part]:
        """The worksheets in the book's order."""
        targets = {
            relation.get("Id", ""): relation.get("Target", "")
            for relation in self._xml("xl/_rels/workbook.xml.rels")
        }
        parts = []
        for sheet in self._xml("xl/workbook.xml").iter():
            if sheet.tag.rpartition("}")[2] != "sheet":
                continue
            identifier = sheet.get(_RELATION) or sheet.get(_STRICT_RELATION) or ""
            target = targets.get(identifier, "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path in self._names:
                parts.append(Part(sheet.get("name", ""), path))
        if not parts:
            raise Unusable("这个工作簿里没有工作表，没有内容可导入。")
        return parts

    def pieces(self, path: str) -> Iterator[bytes]:
        """One part's unpacked bytes, in pieces."""
        try:
            with self._zip.open(self._names[path]) as file:
                while piece := file.read(_PIECE):
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise Unusable(_DAMAGED) from error

    def _xml(self, path: str) -> Element:
        if path not in self._names or self._names[path].file_size > 4 * limits.MEBIBYTE:
            raise Unusable(_DAMAGED)
        try:
            root: Element = fromstring(b"".join(self.pieces(path)), forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError) as error:
            raise Unusable(_DAMAGED) from error
        return root

    def _verify(self) -> None:
        """Inflate what the reader opens, except worksheets (the cell scan reads those)."""
        for path in self._names:
            if path.startswith("xl/") and not path.startswith(
                ("xl/worksheets/sheet", "xl/media/", "xl/embeddings/")
            ):
                for _piece in self.pieces(path):
                    pass


def _opened(data: bytes) -> zipfile.ZipFile:
    # Two parsers agree on where the directory is only when it closes the file.
    if data[-22:-18] != b"PK\x05\x06":
        raise Unusable(_DAMAGED)
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Unusable(_DAMAGED) from error


def _refuse_oversize(items: list[zipfile.ZipInfo]) -> None:
    if len(items) > limits.ENTRIES or len({item.filename for item in items}) != len(items):
        raise Unusable(_BOMB)
    if sum(item.file_size for item in items) > limits.UNPACKED_BYTES:
        raise Unusable(_BOMB)
    for item in items:
        if item.flag_bits & 1:
            raise Unusable("文件加了密码，打不开。请取消密码后另存一份，再导入。")
        if (
            item.file_size > limits.RATIO_FREE_BYTES
            and item.file_size > limits.RATIO * item.compress_size
        ):
            raise Unusable(_BOMB)
        if item.filename.lower().endswith(_NESTED) and not item.filename.startswith(
            "xl/embeddings/"
        ):
            raise Unusable("文件里套着别的压缩包，已拒绝读取。请只发送电子表格本身。")


def _refuse_foreign(names: dict[str, zipfile.ZipInfo]) -> None:
    lowered = {name.lower() for name in names}
    if any(name.endswith("vbaproject.bin") for name in lowered) or any(
        name.startswith("xl/macrosheets/") for name in lowered
    ):
        raise Unusable("文件含有宏，为防病毒不予读取。请另存为不带宏的 .xlsx 再导入。")
    if "xl/workbook.xml" in names:
        return
    if "word/document.xml" in lowered:
        raise Unusable("不是电子表格，而是 Word 文档。请选择 .xlsx 或 .xls 文件。")
    if "xl/workbook.bin" in lowered or "mimetype" in lowered:
        raise Unusable("这种表格格式（.xlsb 或 .ods）不能读取。请另存为 .xlsx 再导入。")
    raise Unusable("不是电子表格，而是压缩包。请解压后选择其中的 .xlsx 或 .xls 文件。")
