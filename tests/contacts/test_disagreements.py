"""The referrer's disagreement: said once, answered by another manager on a clock, told without personal data."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from contacts.agencies.disagreements.actions import disagree
from contacts.agencies.disagreements.models import Disagreement
from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.screening.rules import manager_reasons
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Agency, User
from frontdoor.clocks.models import Clock
from frontdoor.notifications import outbox
from frontdoor.notifications.models import Notice
from referrals import actions
from referrals.disagreements import answer_disagreement
from tests.api.conftest import Caller
from tests.contacts.conftest import some_facts
from tests.factories import AgencyFactory
from tests.reading import without_drawn
from tests.referrals.conftest import each, manager, officer, second_manager, worker

__all__ = ["manager", "officer", "second_manager", "worker"]

pytestmark = pytest.mark.django_db


def long_ago() -> datetime:
    return timezone.now() - timedelta(hours=5)


@pytest.fixture
def police(db: None) -> Agency:
    return AgencyFactory.create()


@pytest.fixture
def decided(manager: User, police: Agency) -> Contact:
    facts = some_facts()
    facts.referrer.email = "teach@school.example"
    made = record_contact(facts=facts, by=None, agency=police, at=long_ago())
    done = actions.decide_contact(
        contact=made,
        decisions=each(made, "advice", level_of_need="1", is_new_record=True),
        by=manager,
        at=long_ago() + timedelta(hours=1),
    )
    return done.contact


def said(contact: Contact, because: str = "We saw more than that.") -> Disagreement:
    return disagree(contact=contact, because=because, said_by="Ms Teach, teacher", at=timezone.now())


def test_it_is_kept_once_on_a_clock_and_told_to_managers_who_did_not_decide(
    decided: Contact, manager: User, second_manager: User
) -> None:
    made = said(decided)
    assert said(decided).pk == made.pk, "the same words again"
    with pytest.raises(Refused, match="already"):
        said(decided, "Something else.")
    clock = Clock.objects.get(reference=decided.reference, rule="disagreement", stopped_at=None)
    assert made.due_at == clock.due_at
    told = set(Notice.objects.filter(kind="disagreement").values_list("user__username", flat=True))
    assert "team.manager" in told
    assert "duty.manager" not in told


def test_nothing_is_disagreed_with_before_it_is_decided(police: Agency) -> None:
    with pytest.raises(Refused, match="Nothing has been decided"):
        said(record_contact(facts=some_facts(), by=None, agency=police, at=long_ago()))


def test_never_answered_by_who_decided(decided: Contact, manager: User, worker: User) -> None:
    made = said(decided)
    with pytest.raises(Refused, match="another manager"):
        answer_disagreement(disagreement=made, answer="upheld", reason="It was right.", by=manager, at=timezone.now())
    with pytest.raises(Denied):
        answer_disagreement(disagreement=made, answer="upheld", reason="x", by=worker, at=timezone.now())
    with pytest.raises(IntegrityError):
        Disagreement.objects.filter(pk=made.pk).update(answered_at=timezone.now(), answered_by=manager)


def test_upheld_leaves_the_decision(decided: Contact, second_manager: User) -> None:
    made = said(decided)
    answer_disagreement(
        disagreement=made, answer="upheld", reason="All of it was weighed.", by=second_manager, at=timezone.now()
    )
    decided.refresh_from_db()
    assert decided.status == "decided"
    assert not Clock.objects.filter(reference=decided.reference, rule="disagreement", stopped_at=None).exists()


def test_changed_reopens_through_the_move_and_its_ending_is_a_managers(decided: Contact, second_manager: User) -> None:
    made = said(decided)
    answer_disagreement(
        disagreement=made, answer="changed", reason="The bruise was not weighed.", by=second_manager, at=timezone.now()
    )
    decided.refresh_from_db()
    assert (decided.status, decided.outcome) == ("in_screening", "")
    assert any("disagreed" in told for told in manager_reasons(decided, [], timezone.now()))


def test_by_the_api_own_contacts_only(decided: Contact, police: Agency, second_manager: User) -> None:
    theirs = Caller(police)
    other = Caller(AgencyFactory.create(code="school", name="School"))
    path = f"contacts/{decided.reference}/disagreement"
    assert theirs.get(path).json()["status"] == "none"
    assert other.get(path).status_code == 404
    sent = {"because": "We saw more than that.", "said_by": "PC Example"}
    assert other.post(path, sent).status_code == 404
    assert theirs.post(path, {"because": " "}).json()["errors"][0]["pointer"] == "/because"
    first = theirs.post(path, sent)
    assert (first.status_code, first.json()["status"]) == (201, "open")
    assert theirs.post(path, sent).json() == first.json()
    assert theirs.post(path, {"because": "Else"}).status_code == 409
    answer_disagreement(
        disagreement=Disagreement.objects.get(), answer="upheld", reason="Weighed.", by=second_manager,
        at=timezone.now(),
    )  # fmt: skip
    outbox.drain(timezone.now() + timedelta(minutes=2))
    assert theirs.get(path).json()["status"] == "upheld"
    kinds = [event["type"] for event in theirs.get("events").json()["events"]]
    assert kinds == ["contact.acknowledged", "contact.decided", "contact.disagreement_answered"]


def test_by_the_link_of_the_outcome_message_without_personal_data(
    decided: Contact, client: Client, second_manager: User
) -> None:
    outbox.drain(timezone.now())
    (told,) = mail.outbox
    assert told.to == ["teach@school.example"]
    whole = f"{told.subject}{told.body}"
    for private in ("Sam", "Example", "Zoë", "coat", "advice"):
        assert private not in without_drawn(whole).replace("Exampleshire", ""), private
    path = re.search(r"/partner/outcome/\S+/", str(told.body))
    assert path is not None
    page = client.get(path[0]).content.decode()
    assert "Information and advice" in page
    assert "Sam" not in without_drawn(page)
    assert client.post(path[0], {"said_by": "Ms Teach", "because": ""}).status_code == 422
    done = client.post(path[0], {"said_by": "Ms Teach", "because": "There was more."}, follow=True)
    assert decided.reference in done.content.decode()
    made = Disagreement.objects.get()
    assert (made.because, made.said_by) == ("There was more.", "Ms Teach")
    answer_disagreement(
        disagreement=made, answer="upheld", reason="Sam was weighed.", by=second_manager, at=timezone.now()
    )
    outbox.drain(timezone.now())
    assert "it stands" in mail.outbox[-1].body
    assert "weighed" not in mail.outbox[-1].body


def test_family_and_public_get_no_outcome_message(manager: User, police: Agency) -> None:
    facts = some_facts()
    facts.referrer.email, facts.referrer.is_professional = "aunt@home.example", False
    made = record_contact(facts=facts, by=None, agency=police, at=long_ago())
    actions.decide_contact(
        contact=made, decisions=each(made, "advice", level_of_need="1", is_new_record=True), by=manager, at=long_ago()
    )
    outbox.drain(timezone.now())
    assert mail.outbox == []


def test_the_list_and_the_answer_on_the_page(decided: Contact, manager: User, second_manager: User) -> None:
    made = said(decided)
    mine, other = Client(), Client()
    mine.force_login(manager)
    other.force_login(second_manager)
    assert "Another manager answers it" in mine.get("/disagreements/").content.decode()
    assert f'href="/disagreements/{made.pk}/"' in other.get("/disagreements/").content.decode()
    assert "disagreements of referrers" in other.get("/").content.decode()
    assert other.post(f"/disagreements/{made.pk}/", {"answer": ""}).status_code == 422
    assert mine.post(f"/disagreements/{made.pk}/", {"answer": "upheld", "reason": "x"}).status_code == 422
    given: dict[str, Any] = {"answer": "upheld", "reason": "All of it was weighed."}
    assert other.post(f"/disagreements/{made.pk}/", given).status_code == 302
    assert "All of it was weighed." in other.get(f"/contacts/{decided.reference}/").content.decode()
