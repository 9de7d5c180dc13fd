"""Tables of rights in motion: what was asked for, and reviews of what was given."""

from dangan.entitlements.models.reviews import Campaign, ReviewItem
from dangan.entitlements.models.wishes import (
    Handover,
    PasswordReset,
    RevealWish,
    TemporaryWish,
    Wish,
)

__all__ = [
    "Campaign",
    "Handover",
    "PasswordReset",
    "RevealWish",
    "ReviewItem",
    "TemporaryWish",
    "Wish",
]
