"""What the views of this room share."""

from __future__ import annotations

from django import forms

from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.ui.messages import say


def refuse(form: forms.BaseForm, problem: CatalogueProblem) -> None:
    """Writes a problem beside the field it is about, or above the form."""
    form.add_error(problem.field if problem.field in form.fields else None, say(problem.message))


def status(form: forms.BaseForm) -> int:
    """422 for a form that was sent and is not right."""
    return 422 if form.is_bound and form.errors else 200
