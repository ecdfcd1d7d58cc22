"""Brothers and sisters of a confirmed child who have work of their own: asked about, told of, and asked once."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.bundles.actions import join
from contacts.facts import PersonFacts
from contacts.identity.household import household_of
from contacts.models import Contact, HouseholdAnswer
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from contacts.screening.household import answer_household
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.notifications.models import Notice
from frontdoor.people import actions as people
from frontdoor.people.merging import merge
from frontdoor.people.models import Involvement, Person
from frontdoor.people.protection.actions import declare_conflict, set_restriction
from referrals import actions as referrals
from referrals.models import OpenWorkNews, Referral
from tests.contacts.conftest import some_facts
from tests.factories import StaffFactory
from tests.reading import without_drawn
from tests.referrals.conftest import each

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)
BEFORE = NOW - timedelta(days=20)
HOME = {"lines": "82 Quarry Hill", "postcode": "ZZ99 4QH"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def dpo(db: None) -> User:
    return StaffFactory.create(role="data_protection_officer")


@pytest.fixture
def team(db: None) -> Team:
    manager = StaffFactory.create(role="team_manager")
    made: Team = Team.objects.create(code="assessment", name="Assessment team", kind="assessment", manager=manager)
    return made


def child(given: str, born: date, by: User, *, address: Mapping[str, object] = HOME, sex: str = "") -> Person:
    return people.create_person(
        by=by, at=BEFORE, names=[people.GivenName(given, "Smallwood")], date_of_birth=born, address=address, sex=sex
    )


def with_referral(person: Person, officer: User, manager: User, team: Team, worker: User) -> Referral:
    """Open work of this child's own."""
    told = recording.record_contact(
        facts=some_facts(people=[PersonFacts(given_name="Z", family_name="Smallwood")]), by=officer, at=BEFORE
    )
    screening.link_person(on_contact=told.people.get(position=1), person=person, by=manager, at=BEFORE)
    decided = referrals.decide_contact(
        contact=told, decisions=each(told, "referral"), by=manager, at=BEFORE, team=team, worker=worker
    )
    return decided.referrals[0]


@pytest.fixture
def violet(manager: User) -> Person:
    return child("Violet", date(2021, 8, 30), manager, sex="F")


@pytest.fixture
def zack(manager: User) -> Person:
    return child("Zack", date(2010, 2, 1), manager, sex="M")


@pytest.fixture
def his(zack: Person, officer: User, manager: User, team: Team, worker: User) -> Referral:
    return with_referral(zack, officer, manager, team, worker)


@pytest.fixture
def contact(officer: User, manager: User, violet: Person) -> Contact:
    """One about Violet alone, confirmed."""
    told = recording.record_contact(
        facts=some_facts(people=[PersonFacts(given_name="Violet", family_name="Smallwood")]), by=officer, at=NOW
    )
    screening.link_person(on_contact=told.people.get(position=1), person=violet, by=manager, at=NOW)
    told.refresh_from_db()
    return told


def page_of(client: Client, user: User, contact: Contact, part: str = "") -> str:
    client.force_login(user)
    return client.get(f"/contacts/{contact.reference}/{part}").content.decode()


@pytest.mark.parametrize("part", ["", "decide/", "fast-track/", "tell/", "household/"])
def test_every_page_asks_about_him_with_nothing_chosen(
    client: Client, contact: Contact, his: Referral, zack: Person, manager: User, part: str
) -> None:
    html = page_of(client, manager, contact, part)
    assert "Is this contact about Zack Smallwood too?" in html
    assert his.reference in html
    assert f'name="household-{zack.reference}"' in html
    section = html.partition('id="household"')[2].partition("</section>")[0]
    assert section.count('type="radio"') == 3
    assert "checked" not in section


def test_of_contacts_decided_together_each_is_asked_about_on_the_page_of_the_first(
    client: Client, contact: Contact, his: Referral, zack: Person, officer: User, manager: User
) -> None:
    """Violet is confirmed on the second contact alone; answered, the page goes on as that of the first."""
    other = recording.record_contact(facts=some_facts(people=[PersonFacts(given_name="V")]), by=officer, at=NOW)
    join(contact=other, other=contact, by=manager, at=NOW, reason="One family.")
    html = page_of(client, manager, other, "decide/")
    section = html.partition('id="household"')[2].partition("</section>")[0]
    assert "Is this contact about Zack Smallwood too?" in section
    assert contact.reference in section.partition("<form")[0]
    address = f"/contacts/{contact.reference}/household/"
    assert f'action="{address}"' in section
    given = {f"household-{zack.reference}": "about", "page": "decide", "back": other.reference}
    answer = client.post(address, given)
    assert answer.headers["Location"] == f"/contacts/{other.reference}/decide/"
    assert contact.people.filter(person=zack).exists()
    assert not other.people.filter(person=zack).exists()


def test_a_contact_the_reader_may_not_see_is_no_page_to_go_back_to(
    client: Client, contact: Contact, his: Referral, zack: Person, manager: User
) -> None:
    client.force_login(manager)
    address = f"/contacts/{contact.reference}/household/"
    given = {f"household-{zack.reference}": "about", "page": "decide", "back": "C-00000000"}
    assert client.post(address, given).status_code == 404
    assert not contact.people.filter(person=zack).exists()


def test_on_the_fast_track_whoever_tells_a_person_is_asked_too(
    client: Client, contact: Contact, his: Referral, zack: Person, manager: User
) -> None:
    referrals.fast_track(contact=contact, by=manager, at=NOW, sentence="He was hit.", location="At home")
    html = page_of(client, manager, contact, "tell/")
    assert "Is this contact about Zack Smallwood too?" in html
    given = {f"household-{zack.reference}": "about", "page": "tell"}
    answer = client.post(f"/contacts/{contact.reference}/household/", given)
    assert answer.headers["Location"] == f"/contacts/{contact.reference}/tell/"
    assert OpenWorkNews.objects.get(contact=contact, referral=his).is_fast_track


def test_nobody_is_asked_about_before_a_child_is_confirmed(
    client: Client, officer: User, manager: User, violet: Person, his: Referral
) -> None:
    told = recording.record_contact(
        facts=some_facts(people=[PersonFacts(given_name="Violet", family_name="Smallwood")]), by=officer, at=NOW
    )
    assert "Zack" not in without_drawn(page_of(client, manager, told))


def test_a_brother_without_work_of_his_own_is_not_asked_about(
    client: Client, contact: Contact, zack: Person, manager: User
) -> None:
    assert "Zack" not in without_drawn(page_of(client, manager, contact))


def test_whom_it_is_about_is_added_and_his_worker_told(
    client: Client, contact: Contact, his: Referral, zack: Person, manager: User, worker: User
) -> None:
    client.force_login(manager)
    answer = client.post(
        f"/contacts/{contact.reference}/household/", {f"household-{zack.reference}": "about", "page": "decide"}
    )
    assert answer.headers["Location"] == f"/contacts/{contact.reference}/decide/"
    row = contact.people.get(person=zack)
    assert (row.is_child, row.role, row.position, row.name, row.linked_by, row.address) == (
        True, "subject", 2, "Zack Smallwood", manager, "",
    )  # fmt: skip
    assert Involvement.objects.open().filter(reference=contact.reference, person=zack).exists()
    assert Notice.objects.filter(user=worker, reference=contact.reference, kind="news").count() == 1
    events = set(Entry.objects.filter(reference=contact.reference).values_list("event", flat=True))
    assert {"contact.household_answered", "contact.person_linked"} <= events
    kept = HouseholdAnswer.objects.get(contact=contact)
    assert (kept.answer, kept.by, kept.on_contact) == ("about", manager, row)
    html = page_of(client, manager, contact)
    assert "Is this contact about Zack" not in html
    decided = page_of(client, manager, contact, "decide/")
    assert f"row{row.pk}-outcome" in decided


@pytest.mark.parametrize(("answer", "words"), [("not_about", "not about this child"), ("elsewhere", "lives elsewhere")])
def test_a_no_is_kept_with_its_author_and_not_asked_again(
    client: Client, contact: Contact, his: Referral, zack: Person, manager: User, worker: User, answer: str, words: str
) -> None:
    client.force_login(manager)
    client.post(f"/contacts/{contact.reference}/household/", {f"household-{zack.reference}": answer})
    kept = HouseholdAnswer.objects.get(contact=contact, person=zack)
    assert (kept.answer, kept.by, kept.on_contact) == (answer, manager, None)
    html = " ".join(page_of(client, manager, contact).split())
    assert "Is this contact about Zack" not in html
    assert f'Zack Smallwood: {words} <span class="app-muted">({manager.name}, ' in html
    assert not contact.people.filter(person=zack).exists()
    assert not Notice.objects.filter(user=worker, reference=contact.reference).exists()


def test_without_an_answer_it_says_so(client: Client, contact: Contact, his: Referral, manager: User) -> None:
    client.force_login(manager)
    answer = client.post(f"/contacts/{contact.reference}/household/", {})
    assert answer.status_code == 422
    assert "Choose an answer for at least one child" in answer.content.decode()


def test_two_answers_at_once_are_one(contact: Contact, his: Referral, zack: Person, manager: User) -> None:
    answers = {zack.reference: "about"}
    answer_household(contact=contact, answers=answers, by=manager, at=NOW)
    with pytest.raises(Refused, match="not asked about any more"):
        answer_household(contact=contact, answers=answers, by=manager, at=NOW)
    assert contact.people.filter(person=zack).count() == 1


def test_only_who_screens_may_answer(contact: Contact, his: Referral, zack: Person) -> None:
    auditor = StaffFactory.create(role="data_protection_officer")
    with pytest.raises(Denied):
        answer_household(contact=contact, answers={zack.reference: "about"}, by=auditor, at=NOW)


@pytest.mark.parametrize("through", ["himself", "their mother"])
def test_a_hidden_brother_or_tie_is_told_to_nobody_it_is_hidden_from(
    client: Client, contact: Contact, manager: User, officer: User, worker: User, team: Team, dpo: User, through: str,
    violet: Person,
) -> None:  # fmt: skip
    zack = child("Zack", date(2010, 2, 1), manager, address={})
    with_referral(zack, officer, manager, team, worker)
    mother = people.create_person(by=manager, at=BEFORE, names=[people.GivenName("Ann", "Smallwood")])
    for one in (violet, zack):
        people.add_relationship(person=one, other=mother, kind="mother", by=manager, at=BEFORE)
    assert "Zack" in page_of(client, manager, contact)
    hidden = zack if through == "himself" else mother
    set_restriction(person=hidden, holders=[worker], by=dpo, at=NOW, reason="Family of a member of staff.")
    assert "Zack" not in without_drawn(page_of(client, manager, contact))
    with pytest.raises(Refused, match="not asked about any more"):
        answer_household(contact=contact, answers={zack.reference: "about"}, by=manager, at=NOW)


def test_no_confidential_address_finds_anybody(
    client: Client, contact: Contact, manager: User, officer: User, worker: User, team: Team
) -> None:
    secret = {**HOME, "is_confidential": True, "why": "A refuge."}
    zack = child("Zack", date(2010, 2, 1), manager, address=secret)
    with_referral(zack, officer, manager, team, worker)
    assert "Zack" not in without_drawn(page_of(client, manager, contact))


def test_a_brother_said_to_live_elsewhere_is_not_asked_about(
    client: Client, contact: Contact, violet: Person, zack: Person, his: Referral, manager: User
) -> None:
    people.add_relationship(person=violet, other=zack, kind="sibling", by=manager, at=BEFORE, lives_with=False)
    assert "Zack" not in without_drawn(page_of(client, manager, contact))


def test_added_on_the_fast_track_his_open_referral_is_told_at_once(
    contact: Contact, his: Referral, zack: Person, manager: User
) -> None:
    tracked = referrals.fast_track(contact=contact, by=manager, at=NOW, sentence="He was hit.", location="At home")
    answer_household(contact=tracked, answers={zack.reference: "about"}, by=manager, at=NOW)
    row = contact.people.get(person=zack)
    assert (row.outcome, row.joined_reference) == ("open_work", his.reference)
    assert OpenWorkNews.objects.get(contact=contact, referral=his).is_fast_track


def test_nobody_is_asked_about_once_it_is_decided(
    client: Client, contact: Contact, his: Referral, zack: Person, manager: User
) -> None:
    referrals.decide_contact(contact=contact, decisions=each(contact, "no_further_action"), by=manager, at=NOW)
    assert "Is this contact about Zack" not in page_of(client, manager, contact)
    with pytest.raises(Refused, match="not asked about any more"):
        answer_household(contact=contact, answers={zack.reference: "about"}, by=manager, at=NOW)


def test_more_brothers_and_sisters_are_no_more_questions_of_the_database(
    client: Client, contact: Contact, his: Referral, manager: User, officer: User, team: Team, worker: User
) -> None:
    with CaptureQueriesContext(connection) as one:
        assert len(household_of(contact, manager, NOW.date()).asked) == 1
    for number in range(3):
        with_referral(child(f"Kit{number}", date(2012, 2, 1), manager), officer, manager, team, worker)
    with CaptureQueriesContext(connection) as many:
        assert len(household_of(contact, manager, NOW.date()).asked) == 4
    assert len(many) == len(one)


def test_nobody_the_reader_has_declared_to_know_is_asked_about(
    client: Client, contact: Contact, his: Referral, zack: Person, manager: User
) -> None:
    declare_conflict(user=manager, person=zack, by=manager, at=NOW)
    assert "Zack" not in without_drawn(page_of(client, manager, contact, "household/"))
    assert household_of(contact, manager, NOW.date()).asked == ()
    with pytest.raises(Refused, match="not asked about any more"):
        answer_household(contact=contact, answers={zack.reference: "about"}, by=manager, at=NOW)


def test_an_answer_that_came_too_late_is_said_and_no_worker_is_said_to_be_told(
    client: Client, contact: Contact, his: Referral, zack: Person, manager: User
) -> None:
    client.force_login(manager)
    address = f"/contacts/{contact.reference}/household/"
    sent = {f"household-{zack.reference}": "not_about"}
    done = client.post(address, sent, follow=True).content.decode()
    assert "Saved." in done
    assert "has been told" not in done
    late = client.post(address, {f"household-{zack.reference}": "about"})
    assert late.status_code == 422
    assert "has been answered for since" in late.content.decode()


@pytest.mark.parametrize("answer", ["about", "not_about"])
def test_no_answer_counts_once_the_link_it_was_an_answer_to_is_taken_back(
    contact: Contact, his: Referral, violet: Person, zack: Person, manager: User, answer: str
) -> None:
    answer_household(contact=contact, answers={zack.reference: answer}, by=manager, at=NOW)
    assert [kept.answer for kept in household_of(contact, manager, NOW.date()).answered] == [answer]
    wrong = zack if answer == "about" else violet
    row = contact.people.get(person=wrong)
    screening.unlink_person(on_contact=row, by=manager, at=SOON, reason="Another child.")
    assert household_of(contact, manager, NOW.date()).answered == ()
    if answer == "not_about":
        screening.link_person(on_contact=row, person=violet, by=manager, at=SOON)
    asked = household_of(contact, manager, NOW.date()).asked
    assert [sibling.person for sibling in asked] == [zack], "asked again"
    answer_household(contact=contact, answers={zack.reference: "elsewhere"}, by=manager, at=SOON)
    assert [kept.answer for kept in household_of(contact, manager, NOW.date()).answered] == ["elsewhere"]


@pytest.mark.parametrize("newest", ["elsewhere", "not_about"])
def test_of_two_answers_about_records_joined_since_the_newest_counts(
    contact: Contact, his: Referral, zack: Person, manager: User, newest: str
) -> None:
    double = child("Zack", date(2010, 2, 1), manager)
    for person, answer in ((zack, "elsewhere"), (double, "not_about")):
        at = SOON if answer == newest else NOW
        HouseholdAnswer.objects.create(contact=contact, person=person, answer=answer, by=manager, at=at)
    merge.apply(survivor=zack, loser=double, by=manager, at=SOON, reason="One boy.")
    household = household_of(contact, manager, NOW.date())
    assert [(kept.answer, kept.person) for kept in household.answered] == [(newest, zack)]
    assert household.asked == ()
