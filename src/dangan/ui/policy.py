"""What single pages may ask of the browser beyond the strict rule for all: stated at the view,
below ``@page``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from csp.decorators import csp_update

View = TypeVar("View", bound=Callable[..., Any])


def uses_camera(view: View) -> View:
    """The pages of this view may ask for the camera."""

    @wraps(view)
    def with_camera(*args: Any, **kwargs: Any) -> Any:
        response = view(*args, **kwargs)
        response.uses_camera = True
        return response

    return cast("View", with_camera)


def shows_chosen_file(view: View) -> View:
    """The pages of this view show a picture that the person chose but has not sent (``blob:``)."""
    return cast("View", csp_update({"img-src": ["blob:"]})(view))
