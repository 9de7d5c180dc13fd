"""The verbs of receiving and asking for papers."""

from dangan.materials.receipts.actions.chasing import answer, ask, settle, waive
from dangan.materials.receipts.actions.receiving import (
    file_receipt,
    put_aside,
    receive,
    send_back,
)
from dangan.materials.receipts.actions.watching import no_paper

__all__ = [
    "answer",
    "ask",
    "file_receipt",
    "no_paper",
    "put_aside",
    "receive",
    "send_back",
    "settle",
    "waive",
]
