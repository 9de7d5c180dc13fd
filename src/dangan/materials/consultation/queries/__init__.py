"""Reads about consultations, copies and provisions: the actor first, cut to rights, noted."""

from dangan.materials.consultation.queries.lists import (
    PER_PAGE,
    STATES,
    RegisterPage,
    RegisterQuery,
    copyings,
    mine,
    provisions,
    readings,
    register,
)
from dangan.materials.consultation.queries.readinglog import LogLine, reading_log
from dangan.materials.consultation.queries.requests import (
    ConsultationView,
    CopyingView,
    ProvisionView,
    consultation,
    consultation_content,
    copying,
    copying_content,
    letter,
    provision,
    provision_content,
)
from dangan.materials.consultation.queries.sessions import SessionView, session

__all__ = [
    "PER_PAGE",
    "STATES",
    "ConsultationView",
    "CopyingView",
    "LogLine",
    "ProvisionView",
    "RegisterPage",
    "RegisterQuery",
    "SessionView",
    "consultation",
    "consultation_content",
    "copying",
    "copying_content",
    "copyings",
    "letter",
    "mine",
    "provision",
    "provision_content",
    "provisions",
    "reading_log",
    "readings",
    "register",
    "session",
]
