"""A child nobody saw: the author proposes why, and the manager who signs says it in words of their own (F2)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from assessments import actions
from assessments.filler import says_too_little
from assessments.models import Assessment
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.notifications.models import Notice
from tests.assessments.conftest import AT, SIGNED, SUBMITTED, VISITED, visit, write
from tests.referrals.conftest import NOW

pytestmark = pytest.mark.django_db
__all__ = ["NOW"]
DETAIL = "Mum took her to her aunt in Lisbon in August and will not say when they come back."
OWN = "I rang the aunt and the school in Lisbon myself: she is there, well, and seen daily by her teacher."


def propose(assessment: Assessment, by: User, code: str, detail: str = "") -> Assessment:
    """The whole of it written, no visit, and why the child was never seen as its author puts it."""
    write(assessment, by, outcome="no_further_action", factors=("21",))
    given = {
        "outcome": "no_further_action", "outcome_reason": "She is not here.", "factors": ["21"],
        "never_seen_reason": code, "never_seen_detail": detail,
    }  # fmt: skip
    actions.save_section(assessment=assessment, section="outcome", by=by, at=AT, given=given)
    return Assessment.objects.get(pk=assessment.pk)


def sent(assessment: Assessment, by: User, code: str = "abroad", detail: str = DETAIL) -> Assessment:
    return actions.submit(assessment=propose(assessment, by, code, detail), by=by, at=SUBMITTED)


@pytest.mark.parametrize("text", ["", "ok", "Fine.", "x x x", "tbc", "agreed agreed", "好"])
def test_one_word_is_no_reason(text: str) -> None:
    assert says_too_little(text)


@pytest.mark.parametrize("text", [OWN, "Died at birth.", "孩子在国外和祖母在一起"])
def test_a_sentence_is(text: str) -> None:
    assert not says_too_little(text)


def test_a_living_child_is_not_signed_off_unseen_without_the_managers_own_words(
    assessment: Assessment, worker: User, second_manager: User, signed: Callable[[User], Client]
) -> None:
    done = sent(assessment, worker)
    client = signed(second_manager)
    path = f"/assessments/{done.reference}/authorise/"
    page = client.get(path).content.decode()
    assert "Nobody has seen this child" in page
    assert DETAIL in page, "what the author proposes can be read"
    for words in ("", "ok", "x x x", DETAIL, "The child is abroad"):
        answer = client.post(path, {"version": done.version, "reason": "A clear picture.", "never_seen": words})
        assert answer.status_code == 422, words
        done.refresh_from_db()
        assert done.status == "submitted"
    answer = client.post(path, {"version": done.version, "reason": "A clear picture.", "never_seen": OWN})
    assert answer.status_code == 302
    record = client.get(f"/assessments/{done.reference}/").content.decode()
    assert OWN in record
    assert "Never seen" in record
    assert "The child is abroad" in record
    assert second_manager.name in record


def test_no_road_authorises_an_unseen_child_without_it(
    assessment: Assessment, worker: User, second_manager: User
) -> None:
    done = sent(assessment, worker)
    with pytest.raises(Refused) as refused:
        actions.authorise(assessment=done, by=second_manager, at=SIGNED, reason="Agreed, a clear picture.")
    assert refused.value.field == "never_seen"


def test_a_child_who_was_seen_asks_nothing_more(
    submitted: Assessment, second_manager: User, signed: Callable[[User], Client]
) -> None:
    client = signed(second_manager)
    path = f"/assessments/{submitted.reference}/authorise/"
    assert "Nobody has seen this child" not in client.get(path).content.decode()
    answer = client.post(path, {"version": submitted.version, "reason": "A clear picture."})
    assert answer.status_code == 302


def test_entered_in_error_is_abandoned_and_never_handed_on(assessment: Assessment, worker: User) -> None:
    with pytest.raises(Refused, match="abandon"):
        sent(assessment, worker, "duplicate", DETAIL)


@pytest.mark.parametrize("detail", ["", "x", "tbc"])
def test_abroad_has_to_be_explained(assessment: Assessment, worker: User, detail: str) -> None:
    with pytest.raises(Refused, match="where the child is"):
        sent(assessment, worker, "abroad", detail)


@pytest.mark.parametrize("code", ["never_found", "moved", "missing", "access_refused"])
def test_the_manager_is_alerted_when_it_is_handed_on(
    assessment: Assessment, worker: User, second_manager: User, code: str
) -> None:
    sent(assessment, worker, code, "Nobody has answered the door or the telephone for three weeks.")
    notice = Notice.objects.get(user=second_manager, kind="child-not-seen")
    assert notice.is_urgent
    assert assessment.reference in notice.text


def test_an_attempt_that_alerts_is_told_again_when_it_is_handed_on(
    assessment: Assessment, worker: User, second_manager: User
) -> None:
    visit(assessment, worker, is_seen=False, seen_alone="", not_seen_reason="access_refused", observed="")
    first = Notice.objects.filter(user=second_manager, kind="child-not-seen").count()
    sent(assessment, worker)
    assert Notice.objects.filter(user=second_manager, kind="child-not-seen").count() == first + 1


def test_the_page_does_not_call_a_child_seen_whom_nobody_saw(
    assessment: Assessment, worker: User, signed: Callable[[User], Client]
) -> None:
    propose(assessment, worker, "abroad", DETAIL)
    page = signed(worker).get(f"/assessments/{assessment.reference}/").content.decode()
    assert "Child seen" not in page
    visit(Assessment.objects.get(pk=assessment.pk), worker, happened_at=VISITED + timedelta(minutes=1))
    assert "Child seen" in signed(worker).get(f"/assessments/{assessment.reference}/").content.decode()
