"""The verbs of consultation, copying and provision."""

from dangan.materials.consultation.actions.asking import (
    ConsultationWish,
    Letter,
    OutsiderWish,
    ask_consultation,
    revise_consultation,
)
from dangan.materials.consultation.actions.copying import (
    CopyingWish,
    ask_copying,
    hand_out_paper,
    take_copy,
)
from dangan.materials.consultation.actions.providing import (
    ProvisionWish,
    ask_provision,
    note_provided,
)
from dangan.materials.consultation.actions.reading import (
    add_note,
    admit,
    arrive,
    end_reading,
    on_leaving,
    open_reading,
)

__all__ = [
    "ConsultationWish",
    "CopyingWish",
    "Letter",
    "OutsiderWish",
    "ProvisionWish",
    "add_note",
    "admit",
    "arrive",
    "ask_consultation",
    "ask_copying",
    "ask_provision",
    "end_reading",
    "hand_out_paper",
    "note_provided",
    "on_leaving",
    "open_reading",
    "revise_consultation",
    "take_copy",
]
