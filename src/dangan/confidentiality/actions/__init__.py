"""The verbs of secret posts and agreements."""

from dangan.confidentiality.actions.agreements import (
    AgreementProblem,
    close_text,
    open_new_text,
    publish_version,
    remind_unsigned,
    sign,
)
from dangan.confidentiality.actions.posts import (
    PostProblem,
    PostWish,
    close_post,
    end_exemption,
    exempt,
    open_post,
    save_post,
)

__all__ = [
    "AgreementProblem",
    "PostProblem",
    "PostWish",
    "close_post",
    "close_text",
    "end_exemption",
    "exempt",
    "open_new_text",
    "open_post",
    "publish_version",
    "remind_unsigned",
    "save_post",
    "sign",
]
