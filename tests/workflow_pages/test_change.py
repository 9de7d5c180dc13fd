"""A change of one's data on the case page: old and new to whoever decides, and what it costs."""

from __future__ import annotations

from tests.dossiers_pages.conftest import row_of, version_of
from tests.workflow_pages.conftest import HEAD_OF, HR_OF, OTHER, WHO, at_most, main_of, url

from dangan.dossiers.proposals import actions as proposals
from dangan.dossiers.rules import RowPlan

PAGE_AT_MOST = 24
"""The case's own seventeen, and the dossier's rows that are compared."""


def test_from_the_form_to_the_dossier(office, signed_in):
    subject = office.cast.people[WHO]
    row = row_of(subject, "contact")
    plan = RowPlan("contact", {"mobile": "13911112222"}, row=row, base_version=version_of(row))
    sent = proposals.propose(office.actor(WHO), subject=subject, rows=[plan], words="换了号码")
    assert sent.case is not None
    hr = signed_in(HR_OF)
    hr.get(url(sent.case))
    with at_most(PAGE_AT_MOST):
        page = main_of(hr.get(url(sent.case)))
    assert "变更内容" in page and "换了号码" in page
    assert "13911112222" in page and "13812345678" in page
    for stranger in (OTHER, HEAD_OF):
        assert signed_in(stranger).get(url(sent.case)).status_code == 404
    hr.post(url(sent.case, "agree"), {"step": "hr"})
    assert "已生效" in main_of(signed_in(WHO).get(url(sent.case)))
    assert version_of(row) == 2
