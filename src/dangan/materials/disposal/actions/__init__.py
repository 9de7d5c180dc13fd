"""The verbs of disposal."""

from dangan.materials.disposal.actions.executing import carry_on, execute, finish_all
from dangan.materials.disposal.actions.holding import Target, lift_hold, place_hold
from dangan.materials.disposal.actions.listing import (
    discard_draft,
    draft_list,
    drop_item,
    give_opinion,
    submit,
)
from dangan.materials.disposal.actions.restricting import lift_restriction, restrict
from dangan.materials.disposal.actions.scheduling import save_schedule
from dangan.materials.disposal.actions.tidying import discard_postponed, end_epochs
from dangan.materials.disposal.actions.witnessing import witness

__all__ = [
    "Target",
    "carry_on",
    "discard_draft",
    "discard_postponed",
    "draft_list",
    "drop_item",
    "end_epochs",
    "execute",
    "finish_all",
    "give_opinion",
    "lift_hold",
    "lift_restriction",
    "place_hold",
    "restrict",
    "save_schedule",
    "submit",
    "witness",
]
