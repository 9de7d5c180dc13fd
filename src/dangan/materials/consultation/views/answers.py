"""Answers that several pages of this room give."""

from __future__ import annotations

from django.http import HttpResponse


def as_pdf(body: bytes, name: str) -> HttpResponse:
    """A PDF to be saved; the file name says nothing about anybody."""
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
