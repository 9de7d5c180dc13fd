"""The verbs of transfers and of custody."""

from dangan.materials.transfers.actions.arriving import (
    Packet,
    Stated,
    Tallied,
    accept,
    link,
    refuse,
    register_arrival,
    tally,
)
from dangan.materials.transfers.actions.chasing import chase, remind
from dangan.materials.transfers.actions.custody import (
    begin_handover,
    cancel_handover,
    count_volume,
    finish_count,
    sign_handover,
)
from dangan.materials.transfers.actions.sending import (
    Receipt,
    Slip,
    ask_transfer,
    cancel_transfer,
    register_receipt,
    send,
)

__all__ = [
    "Packet",
    "Receipt",
    "Slip",
    "Stated",
    "Tallied",
    "accept",
    "ask_transfer",
    "begin_handover",
    "cancel_handover",
    "cancel_transfer",
    "chase",
    "count_volume",
    "finish_count",
    "link",
    "refuse",
    "register_arrival",
    "register_receipt",
    "remind",
    "send",
    "sign_handover",
    "tally",
]
