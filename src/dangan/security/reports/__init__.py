"""安全月报: a month's figures as a document, made on its first day after, kept sealed."""

from dangan.security.reports.actions import last_month, make

__all__ = ["last_month", "make"]
