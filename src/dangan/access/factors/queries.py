"""Which second factors an account has."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from dangan.access.factors.rules import Enrolment

_ENROLMENT = """
SELECT
  EXISTS (SELECT 1 FROM access_secondfactor WHERE account_id = %(who)s AND sealed IS NOT NULL),
  (SELECT count(*) FROM factors_securitykey WHERE account_id = %(who)s),
  (SELECT count(*) FROM factors_recoverycode WHERE account_id = %(who)s AND used_at IS NULL)
"""


def enrolment(account: UUID) -> Enrolment:
    """The second factors of an account, in one statement. Counts only: no rights are asked."""
    with connection.cursor() as cursor:
        cursor.execute(_ENROLMENT, {"who": account})
        app, keys, codes = cursor.fetchone()
    return Enrolment(app, keys, codes)
