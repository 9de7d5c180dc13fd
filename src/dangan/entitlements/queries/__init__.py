"""Reads of rights in motion: what is mine, what may be asked for, reviews and their progress."""

from dangan.entitlements.queries.mine import (
    AskablePage,
    MyRights,
    PermitLine,
    WishLine,
    administrative,
    askable,
    my_rights,
)
from dangan.entitlements.queries.reviews import (
    CampaignLine,
    CampaignView,
    ItemLine,
    MyReview,
    ReportLine,
    campaign_view,
    campaigns,
    my_reviews,
    report,
    waiting,
)

__all__ = [
    "AskablePage",
    "CampaignLine",
    "CampaignView",
    "ItemLine",
    "MyReview",
    "MyRights",
    "PermitLine",
    "ReportLine",
    "WishLine",
    "administrative",
    "askable",
    "campaign_view",
    "campaigns",
    "my_reviews",
    "my_rights",
    "report",
    "waiting",
]
