"""A returned assessment is marked and comes first; handed on as it was, it is asked what has changed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from assessments import actions, returned
from assessments.models import Assessment
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.people.protection.actions import set_restriction
from frontdoor.workflow.models import StatusChange
from tests.assessments.conftest import SIGNED, SUBMITTED
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
COMMENTS = "Say what daily life is like for Sam, and who keeps him safe."


@pytest.fixture
def back(complete: Assessment, worker: User, second_manager: User) -> Assessment:
    """Submitted, and returned with comments."""
    sent = actions.submit(assessment=complete, by=worker, at=SUBMITTED)
    return actions.return_with_comments(assessment=sent, by=second_manager, at=SIGNED, comments=COMMENTS)


def seen(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


@pytest.mark.parametrize(("address", "after"), [("/", "What needs doing"), ("/assessments/", "<table")])
def test_it_is_marked_and_stands_first(
    back: Assessment, worker: User, signed: SignIn, address: str, after: str
) -> None:
    page = seen(signed(worker), address)
    card = page[page.index('id="returned"') :].split("</section>")[0]
    for told in ("Returned", COMMENTS, "Sam Example", back.reference, "Returned by"):
        assert told in card
    assert page.index('id="returned"') < page.index(after, page.index("<main"))
    assert back.child.pk in Entry.objects.filter(event="page.listed").latest("pk").people


def test_it_leaves_the_list_when_it_is_handed_on_and_is_nobody_elses(
    back: Assessment, worker: User, manager: User, signed: SignIn
) -> None:
    other = StaffFactory.create(role="social_worker", username="other")
    assert COMMENTS not in seen(signed(other), "/")
    assert COMMENTS not in seen(signed(other), "/assessments/?view=mine")
    assert COMMENTS in seen(signed(manager), "/assessments/?view=open")
    actions.submit(assessment=back, by=worker, at=SIGNED, what_changed="Nothing had to be.")
    assert COMMENTS not in seen(signed(worker), "/")


def test_nothing_of_it_is_seen_once_the_child_is_restricted(
    back: Assessment, manager: User, worker: User, signed: SignIn
) -> None:
    dpo = StaffFactory.create(role="data_protection_officer")
    set_restriction(person=back.child, holders=[manager], by=dpo, at=SIGNED, reason="Family of a member of staff.")
    for address in ("/", "/assessments/"):
        assert COMMENTS not in seen(signed(worker), address)


def test_handed_on_unchanged_it_is_asked_what_changed_at_its_field(
    back: Assessment, worker: User, signed: SignIn
) -> None:
    client = signed(worker)
    address = f"/assessments/{back.reference}/submit/"
    assert "What have you changed since it was returned?" in seen(client, address)
    refused = client.post(address, {"version": back.version, "what_changed": " "})
    assert refused.status_code == 422
    assert 'href="#id_what_changed"' in refused.content.decode()
    back.refresh_from_db()
    assert back.status == "in_progress"
    done = client.post(address, {"version": back.version, "what_changed": "I have asked school: it is as written."})
    assert done.status_code == 302
    last = StatusChange.objects.filter(reference=back.reference).latest("id")
    assert (last.move, last.reason) == ("submit", "I have asked school: it is as written.")


@pytest.mark.parametrize(
    ("section", "given", "is_change"),
    [
        ("analysis", {"worries": "He is alone at night, four nights of seven."}, True),
        ("child", {"words": "I want Gran."}, True),
        ("outcome", {"outcome": "no_further_action", "outcome_reason": "Needs help.", "factors": ["1B"]}, True),
        ("outcome", {"outcome": "child_in_need", "outcome_reason": "Needs help.", "factors": ["1B"]}, False),
        ("analysis", {"worries": "Written."}, False),
    ],
)
def test_saving_is_no_change_and_a_changed_word_is(
    back: Assessment, worker: User, section: str, given: dict[str, object], is_change: bool
) -> None:
    actions.save_section(assessment=back, section=section, by=worker, at=SIGNED, given=given)
    back.refresh_from_db()
    assert returned.is_unchanged(back) is not is_change
    if is_change:
        assert actions.submit(assessment=back, by=worker, at=SIGNED).status == "submitted"
    else:
        with pytest.raises(Refused, match="nothing in it has been changed") as refusal:
            actions.submit(assessment=back, by=worker, at=SIGNED)
        assert refusal.value.field == "what_changed"


def test_a_first_submission_is_asked_nothing(complete: Assessment, worker: User, signed: SignIn) -> None:
    assert "What have you changed" not in seen(signed(worker), f"/assessments/{complete.reference}/submit/")
    assert not returned.is_unchanged(complete)


def test_a_second_return_counts_from_then(back: Assessment, worker: User, second_manager: User) -> None:
    actions.save_section(assessment=back, section="child", by=worker, at=SIGNED, given={"words": "I want Gran."})
    back.refresh_from_db()
    sent = actions.submit(assessment=back, by=worker, at=SIGNED)
    again = actions.return_with_comments(
        assessment=sent, by=second_manager, at=SIGNED + timedelta(hours=1), comments="Still not said."
    )
    (told,) = returned.of(worker)
    assert told.comments == "Still not said."
    with pytest.raises(Refused, match="nothing in it has been changed"):
        actions.submit(assessment=again, by=worker, at=SIGNED + timedelta(hours=2))
