"""A manager gives an assessment to another author, from its page."""

from datetime import timedelta

import pytest
from django.test import Client

from assessments import actions
from assessments.models import Assessment
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.notifications.models import Notice
from frontdoor.people.models import Involvement
from frontdoor.people.protection.actions import declare_conflict, set_restriction
from tests.answers import Answer
from tests.assessments.conftest import AT

pytestmark = pytest.mark.django_db


def somebody(name: str, role: str) -> User:
    return User.objects.create_user(name.replace(" ", ".").lower(), name, roles=[role])


@pytest.fixture
def other() -> User:
    return somebody("Olu Other", "social_worker")


def text(answer: Answer) -> str:
    return " ".join(answer.content.decode().split())


def address(assessment: Assessment) -> str:
    return f"/assessments/{assessment.reference}/author/"


def given(assessment: Assessment, author: User, reason: str = "She is on leave.") -> dict[str, str]:
    return {"version": str(assessment.version), "author": str(author.pk), "reason": reason}


def test_given_from_its_page_and_both_are_told(
    client: Client, assessment: Assessment, worker: User, other: User, second_manager: User
) -> None:
    client.force_login(second_manager)
    assert address(assessment) in text(client.get(f"/assessments/{assessment.reference}/"))
    page = text(client.get(address(assessment)))
    assert "Olu Other" in page
    assert f'<option value="{worker.pk}"' not in page  # the author now is no other author
    done = client.post(address(assessment), given(assessment, other))
    assert done["Location"] == f"/assessments/{assessment.reference}/"
    assessment.refresh_from_db()
    assert assessment.author == other
    assert Involvement.objects.get(reference=assessment.reference).worker == other
    assert Clock.objects.get(reference=assessment.clock_reference, rule=assessment.clock_rule).worker == other
    entry = Entry.objects.get(event="assessment.author_changed")
    assert (entry.people, entry.reason) == ([assessment.child.pk], "She is on leave.")
    assert set(Notice.objects.filter(reference=assessment.reference).values_list("user", flat=True)) == {
        worker.pk,
        other.pk,
    }


def test_what_is_wrong_is_said_at_its_field(
    client: Client, assessment: Assessment, worker: User, other: User, second_manager: User
) -> None:
    officer = somebody("Cal Officer", "contact_officer")
    client.force_login(second_manager)
    for sent, field in (
        (given(assessment, other, ""), "reason"),
        (given(assessment, officer), "author"),
        (given(assessment, worker), "author"),
        ({**given(assessment, other), "author": ""}, "author"),
    ):
        answer = client.post(address(assessment), sent)
        assert answer.status_code == 422
        assert f'id="id_{field}-error"' in text(answer)
    assessment.refresh_from_db()
    assert assessment.author == worker


def test_nobody_to_whom_the_child_is_closed_becomes_its_author(
    client: Client, assessment: Assessment, other: User, manager: User, second_manager: User
) -> None:
    client.force_login(second_manager)
    declare_conflict(user=other, person=assessment.child, by=second_manager, at=AT)
    answer = client.post(address(assessment), given(assessment, other))
    assert "closed to Olu Other" in text(answer)
    assert 'id="id_author-error"' in text(answer)
    third = somebody("Tom Third", "social_worker")
    setter = somebody("Sue Setter", "service_manager")
    set_restriction(person=assessment.child, holders=[second_manager], by=setter, at=AT, reason="Threats")
    answer = client.post(address(assessment), given(assessment, third))
    assert "closed to Tom Third" in text(answer)


def test_a_worker_gives_no_assessment_to_anybody(
    client: Client, assessment: Assessment, worker: User, other: User
) -> None:
    client.force_login(worker)
    assert address(assessment) not in text(client.get(f"/assessments/{assessment.reference}/"))
    assert client.get(address(assessment)).status_code == 403
    assert client.post(address(assessment), given(assessment, other)).status_code == 403
    with pytest.raises(Denied):
        actions.change_author(assessment=assessment, by=worker, at=AT, author=other, reason="Leave.")


def test_an_assessment_of_a_hidden_child_is_not_there(
    client: Client, assessment: Assessment, other: User, second_manager: User
) -> None:
    setter = somebody("Sue Setter", "service_manager")
    set_restriction(person=assessment.child, holders=[setter], by=setter, at=AT, reason="Threats")
    client.force_login(second_manager)
    assert client.get(address(assessment)).status_code == 404
    assert client.post(address(assessment), given(assessment, other)).status_code == 404


def test_a_change_meanwhile_is_told(
    client: Client, assessment: Assessment, worker: User, other: User, second_manager: User
) -> None:
    client.force_login(second_manager)
    opened = given(assessment, other)
    actions.save_section(assessment=assessment, section="purpose", by=worker, at=AT, given={"purpose": "To know."})
    answer = client.post(address(assessment), opened)
    assert answer.status_code == 409
    assert f"{worker.name} changed this record" in text(answer)
    assert Assessment.objects.get().author == worker


def test_one_that_waits_for_a_manager_is_returned_first(
    client: Client, submitted: Assessment, other: User, second_manager: User
) -> None:
    """Else a manager could give away what they wrote themselves, and authorise it."""
    client.force_login(second_manager)
    assert address(submitted) not in text(client.get(f"/assessments/{submitted.reference}/"))
    answer = client.post(address(submitted), given(submitted, other))
    assert answer.status_code == 422
    with pytest.raises(Refused, match="waiting for a manager"):
        actions.change_author(
            assessment=submitted, by=second_manager, at=AT + timedelta(days=2), author=other, reason="Leave."
        )
