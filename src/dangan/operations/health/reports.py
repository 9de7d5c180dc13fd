"""Django's pages and mails about an error, without a value in them.

They are made only under ``DANGAN_DEBUG``, but then of whatever request fails.
"""

from __future__ import annotations

from typing import Any

from django.views.debug import ExceptionReporter


class PlacesOnly(ExceptionReporter):
    """Kinds and places: no local variables, no settings, no form, no text of the exception."""

    def get_traceback_data(self) -> dict[str, Any]:
        kind = self.exc_type.__name__ if self.exc_type else "Error"
        frames = [
            {**frame, "vars": []}
            for frame in super().get_traceback_frames()
            if isinstance(frame, dict)
        ]
        for frame in frames:
            frame["exc_cause"] = frame["exc_cause"] and type(frame["exc_cause"]).__name__
        return {
            "is_email": self.is_email,
            "frames": frames,
            "lastframe": frames[-1] if frames else None,
            "exception_type": kind,
            "exception_value": "",
            "settings": {},
            "template_does_not_exist": False,
        }
