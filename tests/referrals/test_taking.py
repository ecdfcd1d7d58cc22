"""A contact that may be about a restricted child: whoever holds the record takes it, and nobody else can end it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from contacts import taken
from contacts.facts import PersonFacts
from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.screening import actions as screening
from frontdoor.access import Denied, Permission, Refused, Role, holds
from frontdoor.accounts.models import OnDuty, User
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.models import Clock
from frontdoor.clocks.sweep import sweep
from frontdoor.notifications.models import Alert, Notice
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from frontdoor.people.protection.actions import set_restriction
from frontdoor.staff import actions as staff
from referrals import actions, taking
from referrals.models import Referral
from tests.answers import Answer
from tests.contacts.conftest import some_facts
from tests.factories import StaffFactory
from tests.reading import without_drawn
from tests.referrals.conftest import answers, each

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=20)
BORN, NHS = date(2016, 5, 4), "9990000018"
pytestmark = pytest.mark.django_db


def about_her() -> PersonFacts:
    return PersonFacts(given_name="Rowan", family_name="Ashcombe", date_of_birth=BORN, nhs_number=NHS)


@pytest.fixture(autouse=True)
def at_twenty_past() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def holder() -> User:
    return User.objects.create_user("team.manager", "Hal Holder", roles=["team_manager"])


@pytest.fixture
def duty() -> User:
    return User.objects.create_user("duty.manager", "Dee Duty", roles=["duty_manager"])


@pytest.fixture
def officer() -> User:
    return User.objects.create_user("an.officer", "Ola Officer", roles=["contact_officer"])


@pytest.fixture
def on_call() -> User:
    found = User.objects.create_user("on.call", "Ona Call", roles=["service_manager"])
    OnDuty.objects.create(
        user=found, kind="on_call", from_at=NOW - timedelta(hours=1), to_at=NOW + timedelta(days=12)
    )  # fmt: skip
    return found


@pytest.fixture
def child(holder: User) -> Person:
    made = people.create_person(
        by=holder, at=NOW, names=[people.GivenName("Rowan", "Ashcombe")], date_of_birth=BORN,
        identifiers_given={"nhs": NHS},
    )  # fmt: skip
    protector = StaffFactory.create(role="data_protection_officer")
    set_restriction(person=made, holders=[holder], by=protector, at=NOW, reason="Family of staff.")
    return made


@pytest.fixture
def told(child: Person, officer: User) -> Contact:
    return record_contact(facts=some_facts(people=[about_her()]), by=officer, at=NOW)


def as_(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def page(contact: Contact) -> str:
    return f"/contacts/{contact.reference}/"


def take_by_alert(user: User) -> Answer:
    alert = Alert.objects.waiting().get(kind=taken.ALERT)
    return as_(user).post(f"/alerts/{alert.pk}/take/")


def clock_of(contact: Contact) -> Clock:
    found: Clock = Clock.objects.filter(reference=contact.reference, rule=taken.CLOCK).latest("pk")
    return found


def body(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return str(answer.content.decode())


def end(contact: Contact, client: Client) -> Answer:
    """No further action, by whoever has the page of the decision open."""
    fresh = Contact.objects.get(pk=contact.pk)
    return client.post(f"{page(contact)}decide/", answers(fresh, outcome="no_further_action"))


def opened(contact: Contact, user: User) -> Client:
    """Somebody with the page of the decision open."""
    client = as_(user)
    body(client, f"{page(contact)}decide/")
    return client


def test_taking_the_alert_takes_the_contact_and_stops_the_clock(told: Contact, holder: User, duty: User) -> None:
    assert clock_of(told).stopped_at is None
    assert take_by_alert(holder).status_code == 302
    assert clock_of(told).stopped_at == LATER
    assert Contact.objects.get(pk=told.pk).taken_under_restriction_by == holder
    assert "Rowan" in body(as_(holder), page(told))
    others = body(as_(duty), page(told))
    assert "Taken by a manager" in others
    for word in ("Rowan", "Ashcombe", "Sam", "restrict", "Hal Holder", "hold"):
        assert word not in without_drawn(others.partition("<main")[2]), word


def test_told_anew_of_a_contact_that_is_theirs_they_take_it_once_more(told: Contact, holder: User, duty: User) -> None:
    """A child added later may be somebody restricted too: the alert climbs until whoever has the contact says so."""
    take_by_alert(holder)
    anew = Alert.objects.create(
        kind=taken.ALERT, reference=told.reference, text="It may be about somebody", raised_at=LATER,
        climbs_at=LATER + timedelta(hours=1),
    )  # fmt: skip
    anew.told.add(holder)
    clocks.start(taken.CLOCK, reference=told.reference, started_at=LATER, by=None)
    assert "Take under the restriction" in body(as_(holder), page(told))
    assert "You have taken this contact already" in body(as_(holder), f"{page(told)}take/")
    version = Contact.objects.get(pk=told.pk).version
    assert as_(holder).post(f"{page(told)}take/", {"version": version}).status_code == 302
    assert not Alert.objects.waiting().exists()
    assert clock_of(told).stopped_at == LATER
    assert Contact.objects.get(pk=told.pk).taken_under_restriction_by == holder
    assert "Take under the restriction" not in body(as_(holder), page(told))


def test_the_line_leaves_the_queue_and_stands_in_the_holders_own_list(told: Contact, holder: User, duty: User) -> None:
    assert "Rowan" not in body(as_(holder), "/contacts/queue/restricted/")
    assert told.reference in body(as_(holder), "/contacts/queue/restricted/")
    assert told.reference not in body(as_(duty), "/contacts/queue/restricted/")
    take_by_alert(holder)
    queue = body(as_(duty), "/contacts/queue/")
    assert "Ashcombe" not in queue
    assert told.reference in queue.partition("Taken by a manager")[2]
    assert "Ashcombe" not in body(as_(holder), "/contacts/queue/")
    assert "You have taken it" in body(as_(holder), "/contacts/queue/restricted/")
    assert "contacts under a restriction" in body(as_(holder), "/")
    assert "contacts under a restriction" not in body(as_(duty), "/")


@pytest.mark.parametrize(
    "path",
    ["decide/", "screen/", "claim/", "release/", "grade/", "undo/", "reopen/", "stand-down/", "fast-track/",
     "sign-off/", "go-on/", "people/1/link/", "household/", "later/", "take/", "give-back/", "look/", "ask/"],
)  # fmt: skip
def test_nobody_else_can_do_anything_to_it(told: Contact, holder: User, duty: User, path: str) -> None:
    take_by_alert(holder)
    before = Contact.objects.values().get(pk=told.pk)
    answer = as_(duty).post(f"{page(told)}{path}", {"reason": "Because.", "grade": "red", "version": before["version"]})
    assert answer.status_code in (403, 404, 405, 409), answer.status_code
    assert "Rowan" not in answer.content.decode()
    assert Contact.objects.values().get(pk=told.pk) == before


def test_a_page_opened_before_it_was_taken_ends_nothing(told: Contact, holder: User, duty: User) -> None:
    stale, deciding = Contact.objects.get(pk=told.pk), opened(told, duty)
    take_by_alert(holder)
    answer = end(told, deciding)
    assert answer.status_code == 409
    assert "A manager has taken this contact." in answer.content.decode()
    with pytest.raises(Refused, match="A manager has taken this contact"):
        actions.decide_contact(contact=stale, decisions=each(stale, "no_further_action"), by=duty, at=LATER)
    with pytest.raises(Refused, match="A manager has taken this contact"):
        screening.claim(contact=stale, by=duty, at=LATER)


def test_what_somebody_decides_who_cannot_know_of_it_ends_nothing_for_the_holder(
    told: Contact, holder: User, duty: User
) -> None:
    """The case of practice: the outcome is taken as ever, and the holder still has the contact before them."""
    assert end(told, opened(told, duty)).status_code in (200, 302)
    assert Contact.objects.get(pk=told.pk).status == "decided"
    assert clock_of(told).stopped_at is None
    assert told.reference in body(as_(holder), "/contacts/queue/restricted/")
    assert take_by_alert(holder).status_code == 302
    now = Contact.objects.get(pk=told.pk)
    assert (now.status, now.outcome, now.taken_under_restriction_by) == ("in_screening", "", holder)
    assert now.people.get().decided_at is None
    assert "Taken by a manager" in body(as_(duty), page(told))
    assert as_(duty).post(f"{page(told)}undo/").status_code in (404, 409)
    assert Contact.objects.get(pk=told.pk).status == "in_screening"


def test_work_that_came_of_it_is_kept_with_it(told: Contact, holder: User, duty: User) -> None:
    worker = StaffFactory.create(role="social_worker")
    decided = actions.decide_contact(
        contact=told, decisions=each(told, "referral", is_new_record=True), by=duty, at=LATER, worker=worker
    )
    (referral,) = decided.referrals
    take_by_alert(holder)
    assert as_(holder).get(f"/referrals/{referral.reference}/").status_code == 200
    for user in (duty, worker):
        assert as_(user).get(f"/referrals/{referral.reference}/").status_code == 404
        assert referral.reference not in body(as_(user), "/referrals/queue/")
        assert not Clock.objects.visible_to(user).of(referral.reference).exists()


def test_a_holder_who_decides_it_where_it_stands_has_seen_to_it(told: Contact, holder: User) -> None:
    actions.decide_contact(contact=told, decisions=each(told, "referral", is_new_record=True), by=holder, at=LATER)
    assert clock_of(told).stopped_at == LATER
    assert not Alert.objects.waiting().exists()


def test_once_the_child_is_confirmed_everybody_named_sees_it(
    told: Contact, child: Person, holder: User, duty: User
) -> None:
    other = StaffFactory.create(role="social_worker")
    protector = User.objects.get(username="dpo")
    take_by_alert(holder)
    assert as_(other).get(page(told)).status_code == 200
    assert "Rowan" not in body(as_(other), page(told))
    set_restriction(person=child, holders=[holder, other], by=protector, at=LATER, reason="More may see it.")
    screening.link_person(on_contact=told.people.get(), person=child, by=holder, at=LATER)
    assert "Rowan" not in body(as_(other), page(told)), "the first restriction does not name them"
    people_named = child.restrictions.earliest("pk")
    people_named.holders.create(user=other, added_at=LATER, added_by=protector)
    assert "Rowan" in body(as_(other), page(told))
    assert "Taken by a manager" in body(as_(duty), page(told)), "a link changes nothing for anybody else"
    assert told.reference in body(as_(duty), "/contacts/queue/")


def test_linking_the_child_is_seeing_to_it(told: Contact, child: Person, holder: User, duty: User) -> None:
    screening.link_person(on_contact=told.people.get(), person=child, by=holder, at=LATER)
    assert clock_of(told).stopped_at == LATER
    assert not Alert.objects.waiting().exists()
    assert as_(duty).get(page(told)).status_code == 404


def test_it_is_given_back_with_its_place_and_deadlines(told: Contact, holder: User, duty: User) -> None:
    take_by_alert(holder)
    assert Clock.objects.running().filter(reference=told.reference, worker=holder).exists()
    with pytest.raises(Refused, match="Only whoever took"):
        taking.give_back(contact=told, by=duty, at=LATER, reason="Mine")
    form = body(as_(holder), f"{page(told)}give-back/")
    assert "with all that was written on it" in form
    version = Contact.objects.get(pk=told.pk).version
    gone = as_(holder).post(f"{page(told)}give-back/", {"reason": "It is another Rowan.", "version": version})
    assert gone.status_code == 302
    assert "Ashcombe" in body(as_(duty), "/contacts/queue/")
    assert "restrict" not in body(as_(duty), page(told)).partition("<main")[2].lower()
    assert not Clock.objects.running().filter(reference=told.reference, worker=holder).exists()
    assert end(told, opened(told, duty)).status_code in (200, 302)


def test_what_a_restricted_record_is_confirmed_on_is_not_given_back(told: Contact, child: Person, holder: User) -> None:
    take_by_alert(holder)
    screening.link_person(on_contact=told.people.get(), person=child, by=holder, at=LATER)
    with pytest.raises(Refused, match="stays with those named"):
        taking.give_back(contact=told, by=holder, at=LATER, reason="Over")


def test_somebody_else_who_was_told_takes_it_over_and_signs(
    on_call: User, told: Contact, holder: User, duty: User
) -> None:
    """Whoever signs what the holder proposed has to see it: nobody else is told that it waits."""
    take_by_alert(holder)
    Contact.objects.filter(pk=told.pk).update(grade="red", recorded_by=holder)
    put = actions.decide_contact(
        contact=told, decisions=each(told, "no_further_action", is_new_record=True), by=holder, at=LATER
    )
    assert put.contact.status == "awaiting_sign_off"
    assert Notice.objects.of(on_call).filter(kind="sign-off").exists()
    assert not Notice.objects.filter(user=duty, kind="sign-off").exists()
    assert "Take it over" in body(as_(on_call), page(told))
    version = Contact.objects.get(pk=told.pk).version
    assert as_(on_call).post(f"{page(told)}take/", {"version": version}).status_code == 302
    assert "Taken by a manager" in body(as_(holder), page(told))
    assert Notice.objects.of(holder).filter(text__contains="has taken over").exists()
    assert actions.sign_off_contact(contact=told, by=on_call, at=LATER).contact.status == "decided"


def test_the_last_holder_gone_the_on_call_manager_is_told_and_takes_it(
    told: Contact, holder: User, on_call: User
) -> None:
    administrator = StaffFactory.create(role="administrator")
    staff.end(user=holder, reason="Left.", by=administrator, at=LATER)
    assert taken.find_another(LATER) == 1
    assert taken.find_another(LATER) == 0
    assert Alert.objects.get().told.filter(pk=on_call.pk).exists()
    assert take_by_alert(on_call).status_code == 302
    assert Contact.objects.get(pk=told.pk).taken_under_restriction_by == on_call


def test_whoever_took_it_gone_the_on_call_manager_takes_it_over(told: Contact, holder: User, on_call: User) -> None:
    take_by_alert(holder)
    administrator = StaffFactory.create(role="administrator")
    staff.end(user=holder, reason="Left.", by=administrator, at=LATER)
    assert taken.find_another(LATER) == 1
    assert clock_of(told).stopped_at is None
    assert take_by_alert(on_call).status_code == 302
    assert clock_of(told).stopped_at == LATER
    assert "Rowan" in body(as_(on_call), page(told))
    assert taken.find_another(LATER) == 0


def test_with_no_holder_active_the_on_call_manager_is_told_at_once(child: Person, holder: User, officer: User) -> None:
    """Nobody on the rota: every service manager."""
    service = User.objects.create_user("service", "Sia Service", roles=["service_manager"])
    User.objects.filter(pk=holder.pk).update(is_active=False)
    record_contact(facts=some_facts(people=[about_her()]), by=officer, at=NOW)
    assert list(Alert.objects.get().told.all()) == [service]


def test_its_deadlines_are_told_to_whoever_has_it_alone(told: Contact, holder: User, duty: User) -> None:
    take_by_alert(holder)
    sweep(NOW + timedelta(days=10))
    assert Notice.objects.of(holder).filter(text__startswith="Late: Decision").exists()
    assert not Notice.objects.of(duty).filter(reference=told.reference).exists()


def test_who_may_restrict_records_takes_one_for_a_reason_of_their_own(officer: User, on_call: User, duty: User) -> None:
    """So that a contact was taken does not tell that somebody restricted is on it."""
    told = record_contact(facts=some_facts(), by=officer, at=NOW)
    with pytest.raises(Denied):
        taking.take_contact(contact=told, by=duty, at=LATER, reason="I want it.")
    with pytest.raises(Refused, match="Say why"):
        taking.take_contact(contact=told, by=on_call, at=LATER)
    version = Contact.objects.get(pk=told.pk).version
    as_(on_call).post(f"{page(told)}take/", {"version": version, "reason": "It is about a colleague."})
    assert Contact.objects.get(pk=told.pk).taken_under_restriction_by == on_call
    others = body(as_(duty), page(told))
    assert "Taken by a manager" in others
    assert "colleague" not in others


def test_taken_for_one_reason_or_another_it_reads_the_same(
    told: Contact, holder: User, on_call: User, duty: User, officer: User
) -> None:
    """Two contacts alike, one about a restricted child and one not: but for reference, the same to everybody else."""
    facts = some_facts(people=[PersonFacts(given_name="Rowan", family_name="Oakes")], grade="green")
    plain = record_contact(facts=facts, by=officer, at=NOW)
    take_by_alert(holder)
    taking.take_contact(contact=plain, by=on_call, at=LATER, reason="It is about a colleague.")
    for user in (duty, officer, StaffFactory.create(role="social_worker"), StaffFactory.create(role="quality_officer")):
        client = as_(user)
        for path in ("", "take/", "give-back/", "decide/", "later/", "look/", "recorded/", "documents/"):
            one, other = client.get(f"{page(told)}{path}"), client.get(f"{page(plain)}{path}")
            assert one.status_code == other.status_code, path
            assert "Oakes" not in other.content.decode()
    seen = as_(duty).get("/contacts/queue/").content.decode()
    assert told.reference in seen
    assert plain.reference in seen


def test_early_help_about_somebody_restricted_is_told_to_nobody_else(duty: User, holder: User) -> None:
    alert = Alert.objects.create(
        kind="restricted-early-help", reference="E-00000001", text="Early help E-00000001 may be about somebody",
        raised_at=NOW,
    )  # fmt: skip
    alert.told.add(holder)
    assert "E-00000001" in body(as_(holder), "/alerts/")
    assert "E-00000001" not in body(as_(duty), "/alerts/")


def test_no_work_is_opened_that_only_the_taker_could_see(
    told: Contact, child: Person, holder: User, duty: User
) -> None:
    take_by_alert(holder)
    with pytest.raises(Refused, match="Nobody but you would see the work"):
        actions.decide_contact(contact=told, decisions=each(told, "referral", is_new_record=True), by=holder, at=LATER)
    assert not Referral.objects.exists()
    screening.link_person(on_contact=told.people.get(), person=child, by=holder, at=LATER)
    (referral,) = actions.decide_contact(contact=told, decisions=each(told, "referral"), by=holder, at=LATER).referrals
    assert as_(holder).get(f"/referrals/{referral.reference}/").status_code == 200
    assert as_(duty).get(f"/referrals/{referral.reference}/").status_code == 404
    assert "Taken by a manager" in body(as_(duty), page(told))


def test_of_a_kind_a_holder_may_not_read_those_are_told_who_may(
    child: Person, holder: User, officer: User, on_call: User
) -> None:
    contact = record_contact(facts=some_facts(kind="allegation", people=[about_her()]), by=officer, at=NOW)
    alert = Alert.objects.get(kind=taken.ALERT, reference=contact.reference)
    assert [*alert.told.all()] == [on_call], "whoever took it would be shut out of it"
    assert take_by_alert(on_call).status_code == 302
    assert Contact.objects.get(pk=contact.pk).taken_under_restriction_by == on_call
    assert "Taken by" not in body(as_(on_call), page(contact))


def test_whose_role_reads_such_contacts_no_more_cannot_make_the_alert_vanish(
    child: Person, officer: User, on_call: User
) -> None:
    """Told while their role still read it: pressing "take" then ended the alert, and nobody had the contact."""
    contact = record_contact(facts=some_facts(kind="allegation", people=[about_her()]), by=officer, at=NOW)
    User.objects.filter(pk=on_call.pk).update(roles=["team_manager"])
    other = User.objects.create_user("service", "Sia Service", roles=["service_manager"])
    OnDuty.objects.update(user=other)
    answer = take_by_alert(on_call)
    assert answer.status_code == 409
    assert "somebody else has to take it" in answer.content.decode()
    assert clock_of(contact).stopped_at is None
    assert taken.find_another(LATER) == 1
    assert taken.find_another(LATER) == 0
    assert take_by_alert(other).status_code == 302
    assert clock_of(contact).stopped_at == LATER
    assert Contact.objects.get(pk=contact.pk).taken_under_restriction_by == other


def test_who_took_it_reads_such_contacts_no_more_so_the_on_call_manager_takes_it_over(
    child: Person, officer: User, on_call: User
) -> None:
    contact = record_contact(facts=some_facts(kind="allegation", people=[about_her()]), by=officer, at=NOW)
    take_by_alert(on_call)
    User.objects.filter(pk=on_call.pk).update(roles=["team_manager"])
    other = User.objects.create_user("service", "Sia Service", roles=["service_manager"])
    OnDuty.objects.update(user=other)
    assert taken.find_another(LATER) == 1
    assert take_by_alert(other).status_code == 302
    assert "Rowan" in body(as_(other), page(contact))


def test_confirmed_as_somebody_hidden_from_who_was_told_the_alert_and_its_clock_end(
    told: Contact, holder: User, on_call: User
) -> None:
    """Whoever is named on the other record has the contact; nobody else could take it, and the clock was late for ever.

    It stays with those named, and the alert tells who was told no more than before.
    """
    protector, named = User.objects.get(username="dpo"), StaffFactory.create(role="social_worker")
    other = people.create_person(by=named, at=NOW, names=[people.GivenName("Rowan", "Ashcombe")])
    set_restriction(person=other, holders=[named], by=protector, at=NOW, reason="Family of staff.")
    screening.link_person(on_contact=told.people.get(), person=other, by=named, at=LATER)
    assert as_(holder).get(page(told)).status_code == 404
    assert take_by_alert(holder).status_code == 302
    assert clock_of(told).stopped_at == LATER
    assert Contact.objects.get(pk=told.pk).taken_under_restriction_by is None
    assert as_(holder).get(page(told)).status_code == 404
    assert as_(named).get(page(told)).status_code == 200


def test_chosen_with_others_before_it_was_taken_it_is_not_ended_with_them(
    told: Contact, holder: User, duty: User, officer: User
) -> None:
    """The page of a bulk closure, open since before: what was taken is no more among its contacts."""
    facts = some_facts(people=[PersonFacts(given_name="Linnet", family_name="Oakes")], grade="green")
    other = record_contact(facts=facts, by=officer, at=NOW)
    client = as_(duty)
    chosen = f"contact={told.reference}&contact={other.reference}"
    assert told.reference in body(client, f"/contacts/queue/bulk/?{chosen}")
    take_by_alert(holder)
    sent = {
        "contact": [told.reference, other.reference], "outcome": "no_further_action", "level": "1", "reason": "Both.",
        f"line-{told.reference}": "Known.", f"line-{other.reference}": "Known.",
    }  # fmt: skip
    answer = client.post("/contacts/queue/bulk/", sent, follow=True)
    assert "Rowan" not in answer.content.decode()
    now = Contact.objects.get(pk=told.pk)
    assert (now.status, now.is_on_queue, now.taken_under_restriction_by) == ("received", True, holder)


def test_nobody_else_ends_it_whatever_their_role(told: Contact, holder: User) -> None:
    """Each role, with the page of the decision open when the holder takes the contact."""
    staff = [User.objects.create_user(f"one.{role.value}", role.value.title(), roles=[role.value]) for role in Role]
    before = {Role(user.roles[0]): as_(user) for user in staff if holds(user, Permission.CONTACT_VIEW)}
    assert len(before) >= 8
    for client in before.values():
        client.get(f"{page(told)}decide/")
    take_by_alert(holder)
    kept = Contact.objects.values().get(pk=told.pk)
    for role, client in before.items():
        for path, sent in (
            ("decide/", answers(told, outcome="no_further_action")),
            ("reopen/", {"reason": "Because.", "version": str(kept["version"])}),
            ("give-back/", {"reason": "Because.", "version": str(kept["version"])}),
            ("take/", {"reason": "Because.", "version": str(kept["version"])}),
        ):
            if path == "take/" and role is Role.SERVICE_MANAGER:
                continue
            answer = client.post(f"{page(told)}{path}", sent)
            assert answer.status_code in (403, 404, 409), (role, path, answer.status_code)
            assert "Rowan" not in answer.content.decode(), (role, path)
    assert Contact.objects.values().get(pk=told.pk) == kept
