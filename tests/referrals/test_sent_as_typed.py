"""What was typed of a passing on is kept as it was typed: through a proposal, a call at night, and for each child."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.screening.rules import Power
from frontdoor.accounts.models import User
from referrals import actions
from referrals.actions import ChildDecision, Telephoned
from referrals.models import Sent
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, answers, some_facts
from tests.referrals.test_sent import parts

Signed = Callable[[User], Client]
WHERE = {"receiver": "Otherborough", "told": "Pat Hale", "told_at": NOW.isoformat()}


@pytest.fixture
def adults_only(officer: User) -> Contact:
    return record_contact(
        facts=some_facts(people=[some_facts().people[2]], no_child_identified=True), by=officer, at=NOW
    )


def kept(contact: Contact) -> tuple[str, str, str, object]:
    sent = Sent.objects.get(contact=contact)
    return sent.outcome, sent.receiver, sent.told, sent.told_at


def test_proposed_about_adults_only_it_is_signed_and_sent_as_it_was_typed(
    adults_only: Contact, officer: User, manager: User, signed: Signed
) -> None:
    client = signed(officer)
    client.get(f"/contacts/{adults_only.reference}/look/")
    typed = answers(
        adults_only, outcome="another_authority", receiver="Otherborough", told="Pat Hale", **parts("told_at", NOW)
    )
    client.post(f"/contacts/{adults_only.reference}/decide/", typed)
    adults_only.refresh_from_db()
    assert adults_only.status == "awaiting_sign_off"
    page = signed(manager).get(f"/contacts/{adults_only.reference}/sign-off/").content.decode()
    assert "Otherborough, told: Pat Hale, 23 November 2026" in " ".join(page.split())
    actions.sign_off_contact(contact=adults_only, by=manager, at=LATER)
    assert kept(adults_only) == ("another_authority", "Otherborough", "Pat Hale", NOW)


def test_returned_it_is_typed_in_already(adults_only: Contact, officer: User, manager: User, signed: Signed) -> None:
    decision = ChildDecision(0, "another_authority", "She lives there.", detail=WHERE)
    actions.decide_contact(contact=adults_only, decisions=[decision], by=officer, at=LATER)
    adults_only.refresh_from_db()
    actions.return_contact(contact=adults_only, by=manager, at=LATER, comments="Who else was told?")
    page = signed(officer).get(f"/contacts/{adults_only.reference}/decide/").content.decode()
    for words in ('value="Otherborough"', 'value="Pat Hale"', "She lives there.</textarea>", 'value="10:00"'):
        assert words in page, words


def test_agreed_by_telephone_it_is_decided_at_night(adults_only: Contact, manager: User) -> None:
    night = StaffFactory.create(role="edt_worker")
    Contact.objects.filter(pk=adults_only.pk).update(grade="red")
    adults_only.refresh_from_db()
    decided = actions.decide_contact(
        contact=adults_only, decisions=[ChildDecision(0, "another_authority", "She lives there.", detail=WHERE)],
        by=night, at=LATER, telephoned=Telephoned(manager, LATER),
    )  # fmt: skip
    assert (decided.power, decided.contact.status) == (Power.DECIDES, "decided")
    assert kept(adults_only) == ("another_authority", "Otherborough", "Pat Hale", NOW)


def test_each_child_has_the_time_it_was_told_of(officer: User, manager: User, signed: Signed) -> None:
    """Two children of one contact, told of at different times; the common one stands for whom nothing else is said."""
    sam = some_facts().people[0]
    people = [sam, replace(sam, given_name="Kit"), replace(sam, given_name="Ola")]
    made = record_contact(facts=some_facts(people=people), by=officer, at=NOW - timedelta(hours=1))
    first, second, third = made.people.order_by("position")
    client = signed(manager)
    client.get(f"/contacts/{made.reference}/look/")
    page = f"/contacts/{made.reference}/decide/"
    shown = client.get(page).content.decode()
    assert shown.index('id="id_told_at-day"') > 0
    assert f"When were they told about {second}" in shown
    told, later = NOW - timedelta(minutes=40), NOW - timedelta(minutes=30)
    typed = answers(
        made, outcome="another_authority", receiver="Otherborough", told="Pat Hale", **parts("told_at", told)
    )
    early = client.post(page, typed | parts(f"row{second.pk}-told_at", NOW - timedelta(days=1)))
    assert "before the contact" in early.content.decode()
    client.post(page, typed | parts(f"row{second.pk}-told_at", later))
    times = dict(Sent.objects.filter(contact=made).values_list("contact_person", "told_at"))
    assert times == {first.pk: told, second.pk: later, third.pk: told}
    made.refresh_from_db()
    back = actions.reopen_contact(contact=made, by=manager, at=LATER, reason="They did not take them.")
    again = client.get(f"/contacts/{back.reference}/decide/").content.decode()
    assert 'value="09:30"' in again
