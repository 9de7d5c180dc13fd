"""What a file really is, by its first bytes."""

from __future__ import annotations

import re
from enum import StrEnum

from dangan.exchange.workbook import limits
from dangan.exchange.workbook.faults import Unusable


class Kind(StrEnum):
    """The two formats that are read."""

    XLSX = "xlsx"
    XLS = "xls"


_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"PK\x05\x06", "空的压缩包"),
    (b"{\\rtf", "RTF 文档"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")


def kind_of(data: bytes) -> Kind:
    """The format of ``data``; raises :class:`Unusable` for anything but .xlsx and .xls."""
    if not data:
        raise Unusable("文件是空的（0 字节），没有内容可导入。请检查原文件后重新选择。")
    if len(data) > limits.FILE_BYTES:
        raise Unusable(
            "文件有 {size} MB，超过上限 {limit} MB。请拆成几份分别导入。",
            size=len(data) // limits.MEBIBYTE,
            limit=limits.FILE_BYTES // limits.MEBIBYTE,
        )
    if data.startswith(_ZIP):
        return Kind.XLSX
    if data.startswith(_OLE):
        return Kind.XLS
    for signature, name in _OTHERS:
        if data.startswith(signature):
            raise Unusable("不是电子表格，而是{kind}。请选择 .xlsx 或 .xls 文件。", kind=name)
    raise _text_or_unknown(data[:65536])


def _text_or_unknown(head: bytes) -> Unusable:
    for encoding, name in (("utf-8-sig", "UTF-8"), ("gb18030", "GBK"), ("utf-16", "UTF-16")):
        text = _decoded(head, encoding)
        if text is None:
            continue
        lowered = text[:4096].lower()
        if "<html" in lowered or "<table" in lowered:
            return Unusable(
                "不是电子表格，而是网页（HTML）文件，只是名字像表格。"
                "请用 Excel 或 WPS 打开后另存为 .xlsx。"
            )
        if "excel.sheet" in lowered or "urn:schemas-microsoft-com:office" in lowered:
            return Unusable("这是“XML 电子表格 2003”格式。请用 Excel 或 WPS 打开后另存为 .xlsx。")
        return Unusable(
            "不是电子表格，而是文本文件（编码像是 {encoding}）。"
            "请用 Excel 或 WPS 打开，核对文字无误后另存为 .xlsx。",
            encoding=name,
        )
    return Unusable("认不出这个文件的格式，不是 .xlsx 或 .xls。请用 Excel 或 WPS 另存为 .xlsx。")


def _decoded(head: bytes, encoding: str) -> str | None:
    """``head`` as text, or None when it is not text in ``encoding`` (a cut last character is)."""
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _CONTROL.search(text) else text
    return None
