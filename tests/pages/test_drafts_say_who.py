"""The list of drafts says who and what of every kind of form, never a bare reference."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from assessments.early_help import actions as early_help
from contacts.handover.actions import ItemFacts, write_item
from contacts.recording import actions as recording
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.documents import actions as documents
from frontdoor.people.models import Person
from frontdoor.people.protection import actions as protection
from supervision import actions as supervision
from tests.documents.files import pdf
from tests.early_help.conftest import early_help_facts
from tests.pages.conftest import child, manager, sign_in
from tests.referrals.conftest import some_facts

__all__ = ["child", "manager", "sign_in"]

pytestmark = pytest.mark.django_db
#: The children have the ages that are looked for.
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CHILD = "Zoë O&#39;Brien-Smith"


@pytest.fixture
def head(sign_in: Any) -> User:
    """Who has every page: a manager of practice who may also record."""
    user: User = sign_in("team_manager", "duty_manager", username="head")
    return user


def listed(client: Client) -> str:
    return " ".join(client.get("/drafts/").content.decode().split())


def left_unfinished(client: Client, address: str, **typed: str) -> None:
    """Sent with too little: the page comes back and what was typed is kept."""
    assert client.post(address, typed).status_code == 422, address


def test_early_help_being_written_says_about_whom(client: Client, head: User) -> None:
    left_unfinished(client, client.get("/early-help/new/")["Location"], child_given_name="Sam")
    assert "Early-help assessment about Sam" in listed(client)
    left_unfinished(
        client, client.get("/early-help/new/")["Location"], child_given_name="Al", child_family_name="Otherwise",
        child_date_of_birth_day="3", child_date_of_birth_month="3", child_date_of_birth_year="2017",
    )  # fmt: skip
    assert "Early-help assessment about Al Otherwise, 9 years" in listed(client)


def test_a_step_of_early_help_names_the_child_as_given(client: Client, head: User) -> None:
    made = early_help.record(facts=early_help_facts(), by=head, at=NOW, how="staff")
    left_unfinished(client, f"/early-help/{made.reference}/do/close/", reason="They have moved")
    text = listed(client)
    assert text.index("Sam Example") < text.index(made.reference)
    assert "(as given, not confirmed)" in text
    assert Entry.objects.filter(event="page.listed").latest("pk").detail == {"given_on": [made.reference]}


def test_a_document_names_the_child_it_is_about_unless_she_is_hidden(
    client: Client, head: User, manager: User, child: Person, settings: Any, tmp_path: Any
) -> None:
    settings.DOCUMENTS_DIR = tmp_path
    letter = documents.add_document(
        person=child, name="letter.pdf", data=pdf("Dear all"), facts=documents.Facts(kind="letter"), by=manager, at=NOW
    )
    left_unfinished(client, f"/documents/{letter.reference}/describe/", version="1", title="", source="The school")
    text = listed(client)
    assert text.index(CHILD) < text.index(letter.reference)
    assert Entry.objects.filter(event="page.listed").latest("pk").people == [child.pk]
    protection.set_restriction(person=child, holders=[manager], by=manager, at=NOW, reason="Family of staff.")
    text = listed(client)
    assert CHILD not in text
    assert letter.reference not in text


def test_supervision_names_the_worker(client: Client, head: User) -> None:
    team = Team.objects.create(code="one", name="Team one", kind="assessment", manager=head)
    worker = User.objects.create_user("sol", "Sol Werke", roles=["social_worker"], team=team)
    session = supervision.plan(worker=worker, supervisor=head, by=head, at=NOW, planned_for=NOW + timedelta(days=7))
    address = f"/supervision/{session.reference}/"
    left_unfinished(client, f"{address}record/", version="1", discussion="Caseload")
    left_unfinished(client, f"{address}move/", version="1", planned_for_day="1")
    left_unfinished(client, f"{address}cancel/", version="1")
    left_unfinished(client, "/supervision/plan/?worker=sol", planned_for_day="1")
    text = listed(client)
    for title in ("Record", "Move", "Cancel"):
        assert f"{title} a supervision session with Sol Werke" in text
    assert "Plan a supervision session with Sol Werke" in text


def test_an_item_for_the_next_shift_names_whose_reference_was_typed_into_it(client: Client, head: User) -> None:
    contact = recording.record_contact(facts=some_facts(), by=head, at=NOW)
    left_unfinished(client, "/handover/new/information/", reference=f" {contact.reference.lower()}", text="")
    text = listed(client)
    assert text.index("Sam Example") < text.index("Handover: For information")
    assert Entry.objects.filter(event="page.listed").latest("pk").detail == {"given_on": [contact.reference]}


def test_a_reference_typed_of_a_record_one_may_not_see_names_nobody_and_the_draft_stays(
    client: Client, head: User, manager: User, child: Person
) -> None:
    protection.set_restriction(person=child, holders=[manager], by=manager, at=NOW, reason="Family of staff.")
    left_unfinished(client, "/handover/new/information/", reference=str(child.reference), text="")
    text = listed(client)
    assert CHILD not in text
    assert "Handover: For information" in text


def test_whom_another_authority_has_acknowledged_is_named(client: Client, head: User) -> None:
    contact = recording.record_contact(facts=some_facts(), by=head, at=NOW)
    facts = ItemFacts(
        reference=contact.reference, authority="Elsewhere", text="A boy of theirs", passed_to="Duty desk", passed_at=NOW
    )
    item = write_item(kind="authority", facts=facts, now=False, by=head, at=NOW)
    left_unfinished(client, f"/handover/items/{item.pk}/acknowledged/", name="", more="x")
    text = listed(client)
    assert text.index("Sam Example") < text.index("Acknowledged by another authority")


def test_contacts_decided_together_are_told_apart_by_their_children_and_their_number(
    client: Client, head: User
) -> None:
    contact = recording.record_contact(facts=some_facts(), by=head, at=NOW)
    left_unfinished(client, f"/contacts/{contact.reference}/decide/", reason="He is safe at his aunt’s")
    text = listed(client)
    assert text.index("Sam Example") < text.index("Decide a contact")
    left_unfinished(client, f"/contacts/queue/bulk/?contact={contact.reference}", contact=contact.reference)
    assert "Close 1 contact in bulk" in listed(client)
