"""Reading the register and the agreements, the actor first."""

from dangan.confidentiality.queries.agreements import (
    Due,
    Signed,
    TextLine,
    TextView,
    due,
    my_signatures,
    open_text,
    signature,
    texts,
    unsigned,
)
from dangan.confidentiality.queries.posts import (
    HolderLine,
    PostLine,
    PostView,
    post_of,
    post_view,
    register,
)

__all__ = [
    "Due",
    "HolderLine",
    "PostLine",
    "PostView",
    "Signed",
    "TextLine",
    "TextView",
    "due",
    "my_signatures",
    "open_text",
    "post_of",
    "post_view",
    "register",
    "signature",
    "texts",
    "unsigned",
]
