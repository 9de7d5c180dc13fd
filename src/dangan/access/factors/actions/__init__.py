"""Writes about second factors: one verb, one function."""

from dangan.access.factors.actions.proving import NotEnrolled, WrongCode, prove

__all__ = ["NotEnrolled", "WrongCode", "prove"]
