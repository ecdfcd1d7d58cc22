"""What somebody a child may be raises, and what it does not: each case on a contact as it is taken and decided."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from contacts.facts import PersonFacts
from contacts.handover import packs
from contacts.handover.models import HandoverItem
from contacts.models import Contact, ProvisionalGradeRule
from contacts.ranking import ranks
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from contacts.screening import rules
from frontdoor.accounts.models import Agency, User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.notifications.actions import take_alert
from frontdoor.notifications.models import Alert
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from referrals import actions as referrals
from referrals.fast_track import ALERT, leave_queue_when_decided
from referrals.undoing import undo_decision
from tests.contacts.test_identity import NOW, VIOLET, notification, row_of
from tests.contacts.test_identity import dpo as dpo
from tests.contacts.test_identity import on_plan as on_plan
from tests.contacts.test_identity import sent as sent
from tests.contacts.test_identity import team as team
from tests.contacts.test_identity import violet as violet
from tests.factories import StaffFactory

Sent = Callable[..., Contact]
#: In the night the duty team works; the day team comes seven hours later.
NIGHT = datetime(2026, 11, 25, 2, tzinfo=UTC)
ROWAN = PersonFacts(given_name="Rowan", family_name="Ashdown", date_of_birth=date(2019, 2, 3), sex="M")


@pytest.fixture
def taken(officer: User) -> Sent:
    """A call somebody takes: without a grade until one is given."""

    def take(**given: object) -> Contact:
        facts = notification(kind="concern", grade="", **given)
        contact = recording.record_contact(facts=facts, by=officer, at=NOW)
        contact.refresh_from_db()
        return contact

    return take


def test_a_rule_that_gives_blue_raises_nothing_and_stops_no_intake(
    violet: Person, sent: Sent, taken: Sent, manager: User
) -> None:
    ProvisionalGradeRule.objects.create(
        code="repeat", at_least=1, grade="blue", sentence="One before", valid_from=date(2020, 1, 1)
    )
    screening.link_person(on_contact=row_of(sent()), person=violet, by=manager, at=NOW)
    contact = taken()
    assert row_of(contact).possible.get().person == violet
    assert (contact.grade, contact.grade_for_now, contact.rank.raised_why) == ("", "", "")
    ranks.rank_all(NOW)


def an_adopted_child(manager: User) -> Person:
    return people.create_person(
        by=manager, at=NOW, names=[people.GivenName("Rowan", "Ashdown")], date_of_birth=date(2019, 2, 3), sex="M",
        is_adoption_protected=True,
    )  # fmt: skip


@pytest.mark.parametrize("hidden", ["restricted kind", "taken under a restriction", "about an adopted child"])
def test_contacts_that_are_hidden_count_for_nothing(
    violet: Person, sent: Sent, officer: User, manager: User, hidden: str
) -> None:
    """Neither the grade for now nor who has to sign tells of them, before anybody is confirmed or after."""
    if hidden == "restricted kind":
        facts = notification(kind="allegation", grade="green")
        kept = recording.record_contact(facts=facts, by=officer, at=NOW)
    else:
        kept = sent(people=[VIOLET, ROWAN])
    screening.link_person(on_contact=row_of(kept), person=violet, by=manager, at=NOW)
    if hidden == "about an adopted child":
        screening.link_person(
            on_contact=kept.people.get(position=2), person=an_adopted_child(manager), by=manager, at=NOW
        )
    elif hidden == "taken under a restriction":
        Contact.objects.filter(pk=kept.pk).update(taken_under_restriction_by=manager)
    screening.link_person(on_contact=row_of(sent()), person=violet, by=manager, at=NOW)
    contact = sent()
    assert row_of(contact).possible.get().person == violet
    assert (contact.grade_for_now, contact.rank.raised_why) == ("green", "")
    assert not rules.manager_reasons(contact, [row_of(contact)], NOW)
    screening.link_person(on_contact=row_of(contact), person=violet, by=manager, at=NOW)
    assert not rules.manager_reasons(contact, [row_of(contact)], NOW)


def test_contacts_about_a_hidden_child_confirmed_here_still_ask_for_a_manager(sent: Sent, manager: User) -> None:
    """Whoever may see this contact may see those: they are hidden for the same child."""
    child = an_adopted_child(manager)
    contacts = [sent(people=[ROWAN]) for _ in range(3)]
    for contact in contacts:
        screening.link_person(on_contact=row_of(contact), person=child, by=manager, at=NOW)
    said = rules.manager_reasons(contacts[-1], [row_of(contacts[-1])], NOW)
    assert "It is the third contact in 12 months or a later one." in said


def grade_clocks(contact: Contact) -> list[str]:
    """The rules of the clocks of its grade that run."""
    running = Clock.objects.running().filter(reference=contact.reference, rule__startswith="grade_")
    return sorted(running.values_list("rule", flat=True))


def test_confirming_on_a_decided_contact_starts_no_clock(on_plan: Person, taken: Sent, manager: User) -> None:
    """On the fast track it is decided, and on the queue: nobody could stop a clock for grading it."""
    contact = taken()
    referrals.fast_track(contact=contact, by=manager, at=NOW, sentence="Hit with a belt.", location="At home")
    screening.link_person(on_contact=row_of(contact), person=on_plan, by=manager, at=NOW)
    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.grade, contact.grade_is_provisional) == ("red", True)
    assert grade_clocks(contact) == []


@pytest.fixture
def her_cousin(on_plan: Person, sent: Sent, manager: User) -> Person:
    """Somebody of the same name and birth, on no plan."""
    return people.create_person(
        by=manager, at=NOW, names=[people.GivenName("Violet", "Smallwood")], date_of_birth=on_plan.date_of_birth,
        sex="F", address={"lines": "82 Quarry Hill", "postcode": "ZZ99 4QH"},
    )  # fmt: skip


def test_confirming_keeps_only_what_this_very_person_called_for(
    on_plan: Person, her_cousin: Person, sent: Sent, manager: User
) -> None:
    contact = sent()
    assert {possible.person for possible in row_of(contact).possible.all()} == {on_plan, her_cousin}
    assert contact.grade_for_now == "red"
    screening.link_person(on_contact=row_of(contact), person=her_cousin, by=manager, at=NOW)
    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.grade, contact.grade_for_now, contact.provisional_reasons) == ("green", "green", [])
    assert not contact.grade_changes.exists()
    assert grade_clocks(contact) == ["grade_green"]


def test_a_grade_kept_by_confirming_stays_in_the_history_with_the_one_before(
    on_plan: Person, sent: Sent, manager: User
) -> None:
    contact = sent()
    screening.grade(contact=contact, by=manager, at=NOW, grade="amber", reason="Read and thought about.")
    screening.link_person(on_contact=row_of(contact), person=on_plan, by=manager, at=NOW)
    contact = Contact.objects.get(pk=contact.pk)
    last = contact.grade_changes.order_by("-id")[0]
    told = "A child is on a protection plan now"
    assert (last.before, last.after, last.reason, last.by) == ("amber", "red", told, manager)
    entry = Entry.objects.filter(reference=contact.reference, event="contact.graded").latest("id")
    assert (entry.detail["grade"], entry.reason) == ("red", told)
    assert grade_clocks(contact) == ["grade_red"]


def test_amber_for_now_is_handed_over_like_amber(violet: Person, sent: Sent, police: Agency, manager: User) -> None:
    for _ in range(2):
        screening.link_person(on_contact=row_of(sent()), person=violet, by=manager, at=NOW)
    contact = recording.record_contact(facts=notification(), by=None, agency=police, at=NIGHT)
    assert (contact.grade, contact.grade_for_now) == ("green", "amber")
    assert why_handed_over(contact, NIGHT + timedelta(hours=7)) == "logged"


def test_red_for_now_is_handed_over_like_red(on_plan: Person, police: Agency) -> None:
    contact = recording.record_contact(facts=notification(), by=None, agency=police, at=NIGHT)
    assert (contact.grade, contact.grade_for_now) == ("green", "red")
    assert why_handed_over(contact, NIGHT + timedelta(hours=7)) == "serious"


def why_handed_over(contact: Contact, at: datetime) -> str:
    """Why a contact is in the pack of the change at this moment; empty when it is not in it."""
    packs.bring_up_to_date(at)
    return HandoverItem.objects.filter(reference=contact.reference).values_list("why", flat=True).first() or ""


def test_what_might_have_been_goes_with_a_decision_and_comes_back_with_the_work(
    on_plan: Person, sent: Sent, manager: User
) -> None:
    contact = sent()
    child = referrals.ChildDecision(
        child=row_of(contact).pk, outcome="no_further_action", reason="Not her.", is_new_record=True
    )
    referrals.decide_contact(contact=contact, decisions=[child], by=manager, at=NOW)
    assert Contact.objects.get(pk=contact.pk).is_on_queue, "red for now: a second manager signs it"
    referrals.sign_off_contact(
        contact=contact, by=StaffFactory.create(role="duty_manager", username="second.manager"), at=NOW
    )
    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.is_on_queue, contact.grade_for_now, contact.rank.raised_why) == (False, "green", "")
    assert not row_of(contact).possible.exists()
    later = NOW + timedelta(days=1)
    referrals.reopen_contact(contact=contact, by=manager, at=later, reason="It may be her after all.")
    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.grade_for_now, contact.tier) == ("red", 1)
    assert row_of(contact).possible.get().person == on_plan


def test_undoing_a_decision_finds_again_who_the_children_may_be(on_plan: Person, sent: Sent, manager: User) -> None:
    contact = sent()
    child = referrals.ChildDecision(
        child=row_of(contact).pk, outcome="no_further_action", reason="Not her.", is_new_record=True
    )
    referrals.decide_contact(contact=contact, decisions=[child], by=manager, at=NOW)
    second: User = StaffFactory.create(role="duty_manager", username="second.manager")
    referrals.sign_off_contact(contact=contact, by=second, at=NOW)
    undo_decision(contact=contact, by=second, at=NOW + timedelta(seconds=20))
    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.grade_for_now, contact.tier) == ("red", 1)


def test_a_fast_tracked_contact_that_leaves_the_queue_says_nothing_of_who_it_might_have_been(
    on_plan: Person, taken: Sent, manager: User
) -> None:
    contact = taken()
    referrals.fast_track(contact=contact, by=manager, at=NOW, sentence="Hit with a belt.", location="At home")
    assert Contact.objects.get(pk=contact.pk).grade_for_now == "red"
    take_alert(alert=Alert.objects.get(kind=ALERT, reference=contact.reference), by=manager, at=NOW)
    contact.referrals.update(status="accepted", child=an_adopted_child(manager))
    leave_queue_when_decided(contact, by=manager, at=NOW)
    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.is_on_queue, contact.grade_for_now) == (False, "")
    assert not row_of(contact).possible.exists()


def test_a_raise_that_moves_nothing_stands_on_the_bundle_too(
    violet: Person, sent: Sent, taken: Sent, manager: User
) -> None:
    """No grade yet is worth as much as amber, so the contact stays in its place."""
    contact = taken()
    for _ in range(2):
        screening.link_person(on_contact=row_of(sent()), person=violet, by=manager, at=NOW)
    assert ranks.recompute([contact.pk], at=NOW) == []
    contact = Contact.objects.get(pk=contact.pk)
    assert contact.bundle is not None
    assert (contact.grade_for_now, contact.bundle.grade) == ("amber", "amber")
