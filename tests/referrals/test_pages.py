"""The pages of deciding and referring, as their users go through them."""

import re
import uuid
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Contact, DecisionRule
from contacts.recording import actions as recording
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.codelists import lists
from frontdoor.codelists.models import Code
from frontdoor.drafts import actions as drafts
from frontdoor.people.actions import GivenName, create_person
from frontdoor.people.protection.actions import set_restriction
from referrals import actions
from referrals.models import Referral
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, answers, each, some_facts

pytestmark = pytest.mark.django_db


def test_a_worker_proposes_and_a_manager_signs(
    contact: Contact, worker: User, manager: User, team: Team, signed: Callable[[User], Client]
) -> None:
    signed(worker).get(reverse("referrals:decide", args=[contact.reference]))
    signed(worker).post(reverse("referrals:decide", args=[contact.reference]), answers(contact))
    contact.refresh_from_db()
    assert contact.status == "awaiting_sign_off"
    client = signed(manager)
    page = client.get(reverse("referrals:sign_off", args=[contact.reference]))
    assert b"Proposed by Sol Worker" in page.content
    answer = client.post(
        reverse("referrals:sign_off", args=[contact.reference]),
        {"version": contact.version, "team": team.pk, "worker": worker.pk},
    )
    assert answer.status_code == 302
    assert set(Referral.objects.values_list("status", flat=True)) == {"allocated"}


def test_a_manager_returns_it_with_comments(
    contact: Contact, worker: User, manager: User, signed: Callable[[User], Client]
) -> None:
    signed(worker).get(reverse("referrals:decide", args=[contact.reference]))
    signed(worker).post(reverse("referrals:decide", args=[contact.reference]), answers(contact))
    contact.refresh_from_db()
    client = signed(manager)
    address = reverse("referrals:sign_off", args=[contact.reference])
    empty = client.post(address, {"return": "1", "back-version": contact.version, "back-comments": ""})
    assert empty.status_code == 422
    client.post(address, {"return": "1", "back-version": contact.version, "back-comments": "Ring the school."})
    contact.refresh_from_db()
    assert contact.status == "in_screening"
    again = signed(worker).get(reverse("referrals:decide", args=[contact.reference])).content.decode()
    assert "He needs help." in again
    assert re.search(r'value="referral" checked', again), "what was proposed stands there to be changed"


def test_the_fast_track_of_a_recorded_contact(
    contact: Contact, officer: User, manager: User, signed: Callable[[User], Client]
) -> None:
    manager.telephone = "01632 960555"
    manager.save()
    answer = signed(officer).post(
        reverse("referrals:fast_track", args=[contact.reference]),
        {"version": contact.version, "sentence": "Hit with a belt.", "location": "At school"},
        follow=True,
    )
    text = answer.content.decode()
    assert "Tell a person now" in text
    assert "01632 960555" in text
    told = signed(officer).post(
        reverse("referrals:tell", args=[contact.reference]), {"told": "Dora Manager", "called_999_at": "10:04"}
    )
    assert told.status_code == 302
    assert Entry.objects.filter(event="contact.fast_track_call").exists()


def test_the_list_keeps_its_query_count(
    officer: User,
    manager: User,
    signed: Callable[[User], Client],
) -> None:
    client = signed(manager)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get("/referrals/queue/?view=undecided").status_code == 200
        return len(captured)

    contact = recording.record_contact(facts=some_facts(), by=officer, at=NOW)
    actions.fast_track(contact=contact, by=officer, at=NOW)
    queries()
    few = queries()
    for _ in range(10):
        contact = recording.record_contact(facts=some_facts(), by=officer, at=NOW)
        actions.fast_track(contact=contact, by=officer, at=NOW)
    assert queries() <= few


def test_the_page_of_a_referral_says_whose_it_is_and_what_may_be_done(
    referral: Referral, manager: User, worker: User, team: Team, signed: Callable[[User], Client]
) -> None:
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    text = signed(manager).get(f"/referrals/{referral.reference}/").content.decode()
    assert "Sam Example" in text
    assert "Sol Worker" in text
    assert "Reallocate" in text
    assert "Provide a service" not in text
    assert signed(worker).get(f"/referrals/{referral.reference}/do/close/").status_code == 403


@pytest.mark.parametrize(
    "name", ["accept", "end", "allocate", "service", "need", "strategy-discussion", "close", "reopen"]
)
def test_each_act_has_its_page(name: str, referral: Referral, manager: User, signed: Callable[[User], Client]) -> None:
    client = signed(manager)
    assert client.get(f"/referrals/{referral.reference}/do/{name}/").status_code == 200
    assert client.post(f"/referrals/{referral.reference}/do/{name}/", {}).status_code == 422


def test_closing_through_the_page(referral: Referral, manager: User, signed: Callable[[User], Client]) -> None:
    address = f"/referrals/{referral.reference}/do/close/"
    wrong = signed(manager).post(
        address, {"version": referral.version, "closure_reason": "RC8", "what_changed": "He is safe."}
    )
    assert wrong.status_code == 422
    assert "no assessment was made" in wrong.content.decode()
    assert "He is safe." in wrong.content.decode()
    done = signed(manager).post(
        address, {"version": referral.version, "closure_reason": "RC7", "what_changed": "He is safe."}
    )
    assert done.status_code == 302


def test_saying_who_the_child_is(
    contact: Contact, officer: User, manager: User, signed: Callable[[User], Client]
) -> None:
    known = create_person(
        by=manager, at=NOW, names=[GivenName("Sam", "Example")], date_of_birth=some_facts().people[0].date_of_birth
    )
    actions.fast_track(contact=contact, by=officer, at=NOW)
    referral = Referral.objects.earliest("id")
    client = signed(manager)
    address = f"/referrals/{referral.reference}/child/"
    assert known.reference in client.get(address).content.decode()
    client.post(address, {"version": referral.version, "person": known.reference})
    referral.refresh_from_db()
    assert referral.child == known


def test_a_restricted_childs_referral_does_not_exist_for_others(
    referral: Referral, manager: User, worker: User, signed: Callable[[User], Client]
) -> None:
    dpo = StaffFactory.create(role="data_protection_officer")
    assert referral.child is not None
    set_restriction(
        person=referral.child, holders=[manager], by=dpo, at=NOW, reason="A colleague’s child.", kind="restricted"
    )
    absent = signed(worker).get("/referrals/R-00000000/")
    hidden = signed(worker).get(f"/referrals/{referral.reference}/")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert referral.reference not in signed(worker).get("/referrals/queue/?view=open").content.decode()
    assert signed(manager).get(f"/referrals/{referral.reference}/").status_code == 200


@pytest.mark.parametrize("reference", ["R-00000000", "nonsense", "%00", "R-7K3M9Q2D'--", "…"])
def test_references_nobody_has(reference: str, manager: User, signed: Callable[[User], Client]) -> None:
    assert signed(manager).get(f"/referrals/{reference}/").status_code == 404


def test_a_call_that_cannot_be_fast_tracked_yet_says_what_is_missing_and_is_kept(
    officer: User, signed: Callable[[User], Client]
) -> None:
    draft_id = uuid.uuid4()
    typed = {"concerns": "Hit with a belt — “again”", "referrer_name": "Ms Teach", "child_location": ""}
    client = signed(officer)
    answer = client.post(reverse("referrals:record_fast_track", args=[draft_id]), typed)
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert 'href="#id_child_location"' in page
    assert 'name="referrer_name" value="Ms Teach"' in page
    assert "Hit with a belt — “again”" in page
    assert Entry.objects.filter(event="act.refused").count() == 1
    # What is typed on this page is kept as well, with the call that goes with it.
    version = drafts.version(by=officer, draft_id=draft_id)
    mark = f'data-draft-url="/drafts/{draft_id}/contact/" data-draft-version="{version}"'
    assert version > 0
    assert mark in " ".join(page.split())
    kept = unescape(signed(officer).get(reverse("contacts:new_draft", args=[draft_id])).content.decode())
    assert "Hit with a belt — “again”" in kept
    assert "Ms Teach" in kept
    done = client.post(
        reverse("referrals:record_fast_track", args=[draft_id]), {**typed, "child_location": "At school"}
    )
    assert done["Location"].endswith("/tell/")


@pytest.fixture
def urgent(db: None) -> Iterator[str]:
    """An outcome of the council's own that opens a referral."""
    attributes = {"outside": "referral", "opens": True}
    Code.objects.create(list_name="contact_outcome", code="urgent", label="Urgent referral", attributes=attributes)
    DecisionRule.objects.create(outcome="urgent", contact_officer="proposes", social_worker="proposes")
    lists.refresh()
    yield "urgent"
    lists.refresh()


def test_whoever_signs_off_an_outcome_of_the_councils_own_that_opens_a_referral_may_allocate_it(
    urgent: str, officer: User, worker: User, manager: User, team: Team, signed: Callable[[User], Client]
) -> None:
    """What an outcome does stands in its row: its code says nothing."""
    put = recording.record_contact(facts=some_facts(), by=officer, at=NOW)
    actions.decide_contact(contact=put, decisions=each(put, urgent), by=worker, at=LATER)
    page = signed(manager).get(reverse("referrals:sign_off", args=[put.reference])).content.decode()
    assert 'name="worker"' in page


def test_a_manager_refers_what_they_recorded_alone_by_whichever_outcome_opens_a_referral(
    urgent: str, manager: User
) -> None:
    red = recording.record_contact(facts=some_facts(grade="red"), by=manager, at=NOW)
    decided = actions.decide_contact(contact=red, decisions=each(red, urgent), by=manager, at=LATER)
    assert len(decided.referrals) == 2
