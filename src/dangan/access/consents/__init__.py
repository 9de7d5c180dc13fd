"""Deeds of administrators that take two people 双人审批: asked by one, done when another agrees.

A room registers a :class:`Kind` at start-up; whoever asks calls :func:`ask`, and the page
``/consents/`` shows what waits. What such a deed is about stands in clear facts without personal
data; whom it concerns is an account. Nobody agrees to what they asked, nor to what is done to
their own account, and the table's constraints say so too.
"""

from dangan.access.consents.registry import ConsentProblem, Kind, kinds, register
from dangan.access.consents.verbs import agree, ask, expire, refuse, withdraw

__all__ = [
    "ConsentProblem",
    "Kind",
    "agree",
    "ask",
    "expire",
    "kinds",
    "refuse",
    "register",
    "withdraw",
]
