"""What the pages of the flows ask for. Whether it can be is decided by the verbs."""

from dangan.workflow.forms.deeds import CommentForm, DeedForm
from dangan.workflow.forms.deputies import DeputyForm

__all__ = ["CommentForm", "DeedForm", "DeputyForm"]
