"""Two proposals of one row at the same moment: one takes it, the other is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection
from tests.cast import make_cast
from tests.proposals.conftest import Desk

from dangan.access.queries import console_actor
from dangan.dossiers.actions import save_row
from dangan.dossiers.models import Proposal, ProposalClaim
from dangan.dossiers.proposals import actions
from dangan.dossiers.proposals.refusals import Claimed
from dangan.dossiers.rules import RowPlan


@pytest.mark.django_db(transaction=True)
def test_one_claims_the_row_and_the_other_is_told() -> None:
    desk = Desk(make_cast())
    saved = save_row(
        console_actor(), subject=desk.person, info_set="contract", row=None, base_version=0,
        values={"number": "HT-1", "start": "2026-01-01"},
    )  # fmt: skip
    others = [desk.manager, desk.legal]
    for attempt in range(4):
        plan = RowPlan("contract", {"number": f"HT-{attempt + 2}"}, saved.rows[0], 1)
        outcomes = at_once(
            [partial(actions.propose, who, subject=desk.person, rows=[plan]) for who in others]
        )
        told = [item for item in outcomes if isinstance(item, Claimed)]
        won = [item for item in outcomes if not isinstance(item, Claimed)]
        assert (len(told), len(won)) == (1, 1)
        assert told[0].number == won[0].case_number
        assert ProposalClaim.objects.count() == 1
        assert Proposal.objects.count() == attempt + 1, "the loser's is not kept"
        proposal = Proposal.objects.get(id=won[0].proposal)
        who = next(person for person in others if person.id == proposal.opened_by)
        actions.withdraw(who, proposal=proposal.id)


def at_once(works):
    """What came of each, all begun at the same moment on connections of their own."""
    start = Barrier(len(works))

    def one(work):
        try:
            start.wait(timeout=30)
            return work()
        except Claimed as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))
