"""The pages of an assessment, as their users go through them."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import actions
from assessments.actions import dimensions_on
from assessments.models import Assessment
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.people.protection.actions import set_restriction
from referrals.models import Referral
from tests.assessments.conftest import AT, visit, write
from tests.factories import StaffFactory
from tests.referrals.conftest import NOW

pytestmark = pytest.mark.django_db


def test_started_from_the_referral(allocated: Referral, worker: User, signed: Callable[[User], Client]) -> None:
    client = signed(worker)
    page = client.get(f"/referrals/{allocated.reference}/").content.decode()
    assert f"/referrals/{allocated.reference}/assessments/start/" in page
    answer = client.post(f"/referrals/{allocated.reference}/assessments/start/", {"version": allocated.version})
    made = Assessment.objects.get()
    assert answer["Location"] == f"/assessments/{made.reference}/"
    stale = client.post(f"/referrals/{allocated.reference}/assessments/start/", {"version": allocated.version})
    assert stale.status_code == 409


def test_a_section_is_written_and_a_double_click_saves_once(
    assessment: Assessment, worker: User, signed: Callable[[User], Client]
) -> None:
    client = signed(worker)
    address = f"/assessments/{assessment.reference}/purpose/"
    assert client.get(address).status_code == 200
    data = {"revision": "0", "purpose": "To know what life is like.", "information_from": ""}
    assert client.post(address, data).status_code == 302
    assert client.post(address, data).status_code == 409
    state = assessment.sections.get(name="purpose")
    assert state.revision == 1
    assert "To know what life is like." in client.get(f"/assessments/{assessment.reference}/").content.decode()


def test_every_section_opens_and_keeps_what_is_typed(
    assessment: Assessment, worker: User, signed: Callable[[User], Client]
) -> None:
    client = signed(worker)
    for name in ("purpose", "child", "development", "parenting", "environment", "analysis", "outcome"):
        assert client.get(f"/assessments/{assessment.reference}/{name}/").status_code == 200
    code = dimensions_on(AT.date())["CDN"][0][0]
    data = {"revision": "0", f"finding_{code}": "concern", f"evidence_{code}": "Two missed appointments.", "next": "1"}
    sent = client.post(f"/assessments/{assessment.reference}/development/", data)
    assert sent["Location"] == f"/assessments/{assessment.reference}/parenting/"
    assert assessment.dimensions.get().evidence == "Two missed appointments."


def test_a_draft_comes_back_on_another_device(
    assessment: Assessment, worker: User, signed: Callable[[User], Client]
) -> None:
    client = signed(worker)
    address = f"/assessments/{assessment.reference}/analysis/"
    page = client.get(address)
    url = page.content.decode().split('data-draft-url="')[1].split('"')[0]
    kept = client.put(
        url,
        "revision=0&worries=Half+a+thought",
        content_type="application/x-www-form-urlencoded",
        headers={"X-Draft-Sequence": "1", "X-Draft-About": assessment.reference},
    )
    assert kept.status_code == 204
    other = Client()
    other.force_login(worker)
    text = other.get(address).content.decode()
    assert "Half a thought" in text
    assert "what you typed is here" in text


def test_somebody_elses_saving_is_not_lost_and_neither_is_mine(
    assessment: Assessment, worker: User, second_manager: User, signed: Callable[[User], Client]
) -> None:
    client = signed(worker)
    actions.save_section(
        assessment=assessment, section="purpose", by=second_manager, at=AT, given={"purpose": "Theirs."}, revision=0
    )
    address = f"/assessments/{assessment.reference}/purpose/"
    answer = client.post(address, {"revision": "0", "purpose": "Mine."})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Tess Manager" in text
    assert "saving again puts yours in its place" in text
    assert "Mine." in text
    assert Assessment.objects.get().text.purpose == "Theirs."


def test_wrong_factors_are_refused_at_the_field(
    assessment: Assessment, worker: User, signed: Callable[[User], Client]
) -> None:
    answer = signed(worker).post(
        f"/assessments/{assessment.reference}/outcome/",
        {"revision": "0", "outcome": "child_in_need", "factors": ["21"], "outcome_reason": "My reason"},
    )
    assert answer.status_code == 422
    assert "No factors identified” can only be chosen when" in answer.content.decode()
    assert "My reason" in answer.content.decode()


@pytest.mark.moment(datetime(2026, 11, 23, 12, tzinfo=UTC))
def test_a_visit_is_recorded(assessment: Assessment, worker: User, signed: Callable[[User], Client]) -> None:
    client = signed(worker)
    address = f"/assessments/{assessment.reference}/visits/add/"
    when = {"happened_at": "2026-11-23T11:30:00+00:00", "mode": "in_person", "place": "home"}
    wrong = client.post(address, {**when, "is_seen": "yes"})
    assert "Say whether the child was seen alone" in wrong.content.decode()
    done = client.post(address, {**when, "is_seen": "yes", "seen_alone": "yes", "observed": "Cheerful."})
    assert done.status_code == 302


def test_submitted_read_and_authorised(
    complete: Assessment, worker: User, second_manager: User, signed: Callable[[User], Client]
) -> None:
    ref = complete.reference
    client = signed(worker)
    assert client.get(f"/assessments/{ref}/submit/").status_code == 200
    assert client.post(f"/assessments/{ref}/submit/", {"version": complete.version}).status_code == 302
    assert client.get(f"/assessments/{ref}/authorise/").status_code == 403
    complete.refresh_from_db()
    manager = signed(second_manager)
    page = manager.get(f"/assessments/{ref}/authorise/").content.decode()
    assert "I want Mum to get up." in page
    empty = manager.post(f"/assessments/{ref}/authorise/", {"version": complete.version, "reason": ""})
    assert empty.status_code == 422
    done = manager.post(f"/assessments/{ref}/authorise/", {"version": complete.version, "reason": "A clear plan."})
    assert done.status_code == 302
    assert Assessment.objects.get().status == "authorised"
    assert Entry.objects.filter(kind="opened", reference=ref, people__contains=[complete.child.pk]).exists()


def test_the_pages_cost_the_same_however_much_is_written(
    assessment: Assessment, worker: User, signed: Callable[[User], Client]
) -> None:
    client = signed(worker)

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    page, listing = f"/assessments/{assessment.reference}/", "/assessments/?view=mine"
    write(assessment, worker)
    visit(assessment, worker)
    for path in (page, listing) * 2:
        queries(path)
    before = queries(page), queries(listing)
    write(assessment, worker, factors=("1A", "1B", "2B"))
    for _ in range(5):
        visit(assessment, worker)
    assert (queries(page) <= before[0], queries(listing) <= before[1]) == (True, True)


def test_a_restricted_childs_assessment_does_not_exist_for_others(
    assessment: Assessment, manager: User, worker: User, signed: Callable[[User], Client]
) -> None:
    dpo = StaffFactory.create(role="data_protection_officer")
    set_restriction(person=assessment.child, holders=[manager], by=dpo, at=NOW, reason="A colleague’s child.")
    client = signed(worker)
    assert client.get(f"/assessments/{assessment.reference}/").status_code == 404
    assert assessment.reference not in client.get("/assessments/?view=open").content.decode()
    assert signed(manager).get(f"/assessments/{assessment.reference}/").status_code == 200
