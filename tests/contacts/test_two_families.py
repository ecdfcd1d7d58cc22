"""Two families on one contact: each reads its own part of it and none of the other's names (G7)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from assessments.early_help.facts import ConsentFacts
from assessments.early_help.steps import carried
from contacts.bundles.actions import bundle_contact, bundle_of, join
from contacts.facts import AddressFacts, PersonFacts, ReferrerFacts
from contacts.families import actions
from contacts.families.parts import parts_of
from contacts.families.telling import LEFT_OUT, NOT_SEPARATED, Telling, telling_for
from contacts.later.actions import add_later
from contacts.models import Contact, ContactPerson, FamilyGroup
from contacts.recording.actions import record_contact
from contacts.screening import chronology as of_contacts
from contacts.screening.actions import claim, link_person
from frontdoor.access import Refused
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.notifications.models import Notice
from frontdoor.people.models import Person
from frontdoor.people.protection.actions import set_restriction
from frontdoor.workflow.models import StatusChange
from referrals import actions as referrals
from referrals import chronology as of_referrals
from referrals.fast_track import fast_track
from referrals.models import Referral
from referrals.teams import waiting_with
from tests.contacts.conftest import some_facts
from tests.factories import PersonFactory, StaffFactory, TeamFactory
from tests.reading import without_drawn
from tests.referrals.conftest import each

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db
TOLD = (
    "Rowan Ashby and Tamsin Quillet fought in the street. Rowan Ashby had a bruise before it. "
    "Mrs Quillet says Tamsin is beaten at home."
)
NAMES_OF_B = ("Tamsin", "Quillet", "Perpetua")


def two_families(by: User, at: datetime = NOW) -> Contact:
    facts = some_facts(
        concerns=TOLD,
        child_said="Rowan: Tamsin started it.",
        summary="Rowan Ashby and Tamsin Quillet fought",
        child_location="Both at school, Tamsin with the nurse",
        address=None,
        people=[
            PersonFacts(given_name="Rowan", family_name="Ashby", date_of_birth=date(2014, 3, 3)),
            PersonFacts(given_name="Elke", family_name="Ashby", date_of_birth=date(2016, 3, 3)),
            PersonFacts(
                given_name="Tamsin", family_name="Quillet", date_of_birth=date(2014, 5, 5), family_group=2,
                address=AddressFacts(["7 Far Street"], "ZZ99 7FF"),
            ),
            PersonFacts(
                is_child=False, given_name="Perpetua", family_name="Quillet", relationship="mother", role="carer",
                family_group=2,
            ),
        ],
    )  # fmt: skip
    return record_contact(facts=facts, by=by, at=at)


def row(contact: Contact, given_name: str) -> ContactPerson:
    return contact.people.get(given_name=given_name)


@pytest.fixture
def team(manager: User, worker: User) -> Team:
    made: Team = TeamFactory.create(code="one", manager=manager)
    User.objects.filter(pk=worker.pk).update(team=made)
    return made


@pytest.fixture
def contact(manager: User) -> Contact:
    return two_families(manager)


def child_of(referral: Referral) -> Person:
    assert referral.child is not None
    return referral.child


def referred(contact: Contact, by: User, team: Team | None = None) -> dict[str, Referral]:
    reason = "Rowan Ashby and Tamsin Quillet both need help."
    decisions = [replace(one, reason=reason) for one in each(contact, "referral", is_new_record=True)]
    decided = referrals.decide_contact(
        contact=contact, decisions=decisions, by=by, at=NOW + timedelta(hours=1), team=team
    )  # fmt: skip
    return {made.contact_person.given_name: made for made in decided.referrals}


def separated(contact: Contact, by: User) -> Contact:
    """The first sentence is about both, the second about family 1, the third about family 2; the rest about both."""
    contact.refresh_from_db()
    known = actions.parts_on(contact)
    concerns = [part for part in known if part[0] == "concerns"]
    of_family = dict(zip(concerns, [None, 1, 2], strict=True))
    return actions.separate_families(
        contact=contact, people={}, parts={part: of_family.get(part) for part in known}, by=by, at=NOW
    )  # fmt: skip


def seen(client: Client, user: User, path: str) -> str:
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200, f"{path} {answer.status_code}"
    return " ".join(unescape(answer.content.decode()).split())


def test_before_anybody_separates_it_the_other_familys_names_are_taken_out(
    client: Client, contact: Contact, manager: User, worker: User, team: Team
) -> None:
    made = referred(contact, manager, team)
    page = seen(client, worker, f"/referrals/{made['Rowan'].reference}/")
    assert NOT_SEPARATED in page
    assert "had a bruise before it" in page
    assert "Elke" in page, "her sister stands beside her"
    assert [name for name in NAMES_OF_B if name in page] == []
    other = seen(client, worker, f"/referrals/{made['Tamsin'].reference}/")
    assert [name for name in ("Rowan", "Ashby", "Elke") if name in without_drawn(other)] == []


def test_separated_each_reads_its_own_part_and_what_is_about_both(
    client: Client, contact: Contact, manager: User, worker: User, team: Team
) -> None:
    made = referred(contact, manager, team)
    separated(contact, manager)
    page = seen(client, worker, f"/referrals/{made['Rowan'].reference}/")
    assert NOT_SEPARATED not in page
    assert "Rowan Ashby had a bruise before it." in page
    assert "is beaten at home" not in page
    assert LEFT_OUT in page
    assert [name for name in NAMES_OF_B if name in page] == []
    other = seen(client, worker, f"/referrals/{made['Tamsin'].reference}/")
    assert "Tamsin is beaten at home" in other
    assert "had a bruise" not in other
    assert "fought in the street" in other


def test_no_page_list_or_paper_of_one_family_names_the_other(
    client: Client, contact: Contact, manager: User, worker: User, team: Team
) -> None:
    """With news, what was said later and the fast track's own sentence among them."""
    made = referred(contact, manager, team)
    rowan, elke = made["Rowan"], made["Elke"]
    add_later(contact=contact, by=manager, at=NOW + timedelta(hours=2), text="Perpetua Quillet rang, she will move.")
    news = two_families(manager, NOW + timedelta(hours=3))
    for name, referral in made.items():
        link_person(on_contact=row(news, name), person=child_of(referral), by=manager, at=NOW + timedelta(hours=3))
        news.refresh_from_db()
    child = rowan.child
    assert child is not None
    paths = [
        f"/referrals/{rowan.reference}/",
        f"/referrals/{rowan.reference}/do/allocate/",
        f"/people/{child.reference}/",
        f"/people/{child.reference}/chronology/",
    ]
    texts = {path: seen(client, manager, path) for path in paths}
    told = {path: [name for name in NAMES_OF_B if name in text] for path, text in texts.items()}
    assert {path: names for path, names in told.items() if names} == {}
    assert "Elke" in texts[paths[1]], "her sister is offered to be allocated with her"
    waiting = waiting_with(rowan, manager)
    assert waiting == [elke]
    line = seen(client, manager, "/referrals/queue/?view=open")
    assert "Rowan Ashby and [name of another family] fought" in line


def test_the_only_child_on_it_reads_nothing_of_a_family_of_adults(client: Client, manager: User) -> None:
    """With no other child on it, the reason of a step was told as it was written: of the fast track, its sentence."""
    facts = some_facts(
        concerns="Rowan Ashby was hit.",
        summary="Rowan Ashby was hit. A lodger was drunk. Perpetua Quillet saw it.",
        child_said="",
        address=None,
        people=[
            PersonFacts(given_name="Rowan", family_name="Ashby", date_of_birth=date(2014, 3, 3)),
            PersonFacts(
                is_child=False, given_name="Perpetua", family_name="Quillet", relationship="mother", role="carer",
                family_group=2,
            ),
        ],
    )  # fmt: skip
    contact = record_contact(facts=facts, by=manager, at=NOW)
    child = PersonFactory.create(by=manager, at=NOW, given="Rowan", family="Ashby")
    link_person(on_contact=row(contact, "Rowan"), person=child, by=manager, at=NOW)
    contact.refresh_from_db()
    parts = list(actions.parts_on(contact))
    second = [part for part in parts if part[0] == "summary"][1]
    actions.separate_families(
        contact=contact, people={}, parts={part: 2 if part == second else None for part in parts}, by=manager, at=NOW
    )  # fmt: skip
    contact.refresh_from_db()
    fast_track(contact=contact, by=manager, at=NOW + timedelta(hours=1))
    page = seen(client, manager, f"/people/{child.reference}/chronology/")
    assert "was hit" in page
    assert [words for words in ("drunk", *NAMES_OF_B) if words in page] == []
    for words, is_found in (("hit", True), ("drunk", False), ("quillet", False)):
        lines = StatusChange.objects.filter(of_contacts.found(child, [contact.reference], words))
        assert lines.exists() is is_found, f"{words}: what is kept back finds nothing either"


def test_what_goes_into_early_help_names_nobody_of_the_other_family(contact: Contact, manager: User) -> None:
    made = referred(contact, manager)
    facts = carried(made["Rowan"], lead=ReferrerFacts(), reason="Needs a mentor", consent=ConsentFacts(), at=NOW)
    text = f"{facts.texts} {facts.family}"
    assert "had a bruise" in text
    assert [name for name in NAMES_OF_B if name in text] == []


def test_the_families_are_told_apart_on_one_page_by_whoever_screens(
    client: Client, contact: Contact, worker: User, officer: User
) -> None:
    client.force_login(worker)
    address = f"/contacts/{contact.reference}/families/"
    page = seen(client, worker, address)
    assert "Mrs Quillet says Tamsin is beaten at home." in page
    assert 'type="radio"' in page
    parts = list(actions.parts_on(contact))
    sent = {"version": str(contact.version)}
    sent |= {f"person-{person.position}": str(person.family_group) for person in contact.people.all()}
    answer = client.post(address, sent)
    assert answer.status_code == 422, "each part asks for a choice"
    assert "Choose which family this part is about" in unescape(answer.content.decode())
    for number, part in enumerate(parts, start=1):
        sent[f"part-{number}"] = "2" if part[0] == "concerns" else "all"
    assert client.post(address, sent).status_code == 302
    assert set(contact.family_texts.filter(field="concerns").values_list("family", flat=True)) == {2}
    assert Entry.objects.filter(event="contact.families_separated").count() == 1
    again = seen(client, worker, address)
    assert again.count("checked") >= len(parts), "what was said stands there to be changed"
    assert "Each family’s pages show its own part of this." in seen(client, worker, f"/contacts/{contact.reference}/")
    client.force_login(officer)
    assert client.get(address).status_code in (200, 403)


def test_splitting_is_one_act_it_makes_the_family_and_takes_the_contact_out_of_the_bundle(
    manager: User,
) -> None:
    first = record_contact(facts=some_facts(), by=manager, at=NOW)
    second = record_contact(facts=some_facts(), by=manager, at=NOW + timedelta(minutes=5))
    for contact in (first, second):
        contact.refresh_from_db()
    assert first.bundle_id == second.bundle_id, "bundled while both seemed to be about one family"
    zoe = row(second, "Zoë")
    actions.separate_families(contact=second, people={zoe.position: 2}, parts={}, by=manager, at=NOW)
    second.refresh_from_db()
    assert second.bundle_id != first.bundle_id
    assert bundle_of(second).size == 1
    assert set(FamilyGroup.objects.filter(contact=second).values_list("number", flat=True)) == {1, 2}
    third = record_contact(facts=some_facts(), by=manager, at=NOW + timedelta(minutes=9))
    third.refresh_from_db()
    assert third.bundle_id == first.bundle_id, "it joins the family, not the contact about two"


def test_a_part_nobody_said_or_of_an_empty_family_is_refused(contact: Contact, manager: User) -> None:
    with pytest.raises(Refused, match="The text has changed"):
        actions.separate_families(contact=contact, people={}, parts={("concerns", 1, 5): 1}, by=manager, at=NOW)
    first = next(iter(actions.parts_on(contact)))
    with pytest.raises(Refused, match="Nobody on this contact is in family 3"):
        actions.separate_families(contact=contact, people={}, parts={first: 3}, by=manager, at=NOW)


def test_a_contact_about_one_family_is_told_whole(manager: User) -> None:
    contact = record_contact(facts=some_facts(), by=manager, at=NOW)
    assert telling_for(row(contact, "Sam")) == Telling()
    assert Telling().of("concerns", TOLD) == TOLD


@given(st.text(alphabet="ab .!?\n", max_size=60))
def test_the_parts_of_a_text_are_all_of_its_words_once_and_in_order(text: str) -> None:
    parts = parts_of(text)
    assert all(start < end for start, end in parts)
    assert all(one[1] <= other[0] for one, other in pairwise(parts))
    left = "".join(text[start:end] for start, end in parts)
    assert "".join(left.split()) == "".join(text.split())


def test_a_referrals_reason_is_not_found_by_words_about_the_other_family(
    contact: Contact, manager: User, team: Team
) -> None:
    referral = referred(contact, manager, team)["Rowan"]
    for words, is_found in (("help", True), ("quillet", False)):
        changes = StatusChange.objects.filter(of_referrals.found(child_of(referral), [referral.reference], words))
        assert changes.exists() is is_found, words


def test_a_text_that_was_changed_since_says_that_it_is_not_separated(contact: Contact, manager: User) -> None:
    separated(contact, manager)
    telling = telling_for(row(contact, "Rowan"))
    assert NOT_SEPARATED not in telling.of("concerns", TOLD)
    changed = telling.of("concerns", "Tamsin Quillet is beaten. Rowan has a bruise.")
    assert NOT_SEPARATED in changed
    assert [name for name in NAMES_OF_B if name in changed] == []


def test_what_is_said_later_asks_again_which_family_it_is_about(
    client: Client, contact: Contact, manager: User, worker: User, team: Team
) -> None:
    """Words and corrections were no part of what is told apart: each family read all of them, and nothing said so."""
    made = referred(contact, manager, team)
    separated(contact, manager)
    page = f"/contacts/{contact.reference}/"
    assert "Each family’s pages show its own part of this." in seen(client, manager, page)
    add_later(contact=contact, by=manager, at=NOW + timedelta(hours=2), text="The mother drinks. Both were seen.")
    assert "Something was said since the families were told apart" in seen(client, manager, page)
    referral = f"/referrals/{made['Rowan'].reference}/"
    assert f"({NOT_SEPARATED}) The mother drinks." in seen(client, worker, referral)
    contact.refresh_from_db()
    known = actions.parts_on(contact)
    later = [part for part in known if part[0].startswith("addition-")]
    assert [known[part] for part in later] == ["The mother drinks.", "Both were seen."]
    assert "The mother drinks." in seen(client, manager, f"{page}families/")
    actions.separate_families(
        contact=contact, people={}, parts=dict(zip(later, [2, None], strict=True)), by=manager, at=NOW
    )
    assert "Each family’s pages show its own part of this." in seen(client, manager, page)
    rowans = seen(client, worker, referral)
    assert "Both were seen." in rowans
    assert "The mother drinks" not in rowans
    assert "The mother drinks. Both were seen." in seen(client, worker, f"/referrals/{made['Tamsin'].reference}/")


def test_why_a_contact_about_adults_of_two_families_ended_is_read_on_neithers_record(
    client: Client, manager: User, worker: User
) -> None:
    """With no child on it the reason was told to each family, the other's troubles with it."""
    facts = some_facts(
        concerns="Two neighbours fought.", summary="Two neighbours fought", child_said="", address=None,
        no_child_identified=True,
        people=[
            PersonFacts(is_child=False, given_name="Elke", family_name="Ashby", role="subject"),
            PersonFacts(is_child=False, given_name="Perpetua", family_name="Quillet", role="subject", family_group=2),
        ],
    )  # fmt: skip
    contact = record_contact(facts=facts, by=manager, at=NOW)
    person = PersonFactory.create(by=manager, at=NOW, given="Elke", family="Ashby")
    link_person(on_contact=row(contact, "Elke"), person=person, by=manager, at=NOW)
    change = StatusChange.objects.filter(reference=contact.reference).order_by("pk").last()
    assert change is not None
    for move in ("propose", "decide"):
        change.move, change.reason = move, "Her neighbour was arrested for dealing drugs."
        told = of_contacts.said(person, [change], True)[change.pk]
        assert "arrested" not in f"{told}", move


ASHBY = PersonFacts(given_name="Rowan", family_name="Ashby", date_of_birth=date(2014, 3, 3))
QUILLET = PersonFacts(given_name="Tamsin", family_name="Quillet", date_of_birth=date(2014, 5, 5))


def of_one(child: PersonFacts, by: User, minutes: int) -> Contact:
    facts = some_facts(
        people=[replace(child)], address=None, concerns=f"{child.given_name} was late.", child_said="",
        summary=f"{child.given_name} was late", child_location="",
    )  # fmt: skip
    return record_contact(facts=facts, by=by, at=NOW + timedelta(minutes=minutes))


def lines_of(client: Client, user: User) -> dict[str, str]:
    """By reference the lines of the queue."""
    page = seen(client, user, "/contacts/queue/")
    return {part[:10]: part for part in page.split('id="line-')[1:]}


@pytest.mark.parametrize("is_first", [True, False])
def test_it_stands_beside_the_bundle_of_each_of_its_families_without_a_name(
    client: Client, manager: User, worker: User, is_first: bool
) -> None:
    """A bundle for each family: today it stood alone, and whoever read one family's bundle did not know of it."""
    early = [two_families(manager)] if is_first else []
    ours, again, theirs = of_one(ASHBY, manager, 1), of_one(ASHBY, manager, 2), of_one(QUILLET, manager, 3)
    shared = early[0] if early else two_families(manager, NOW + timedelta(minutes=4))
    ours.refresh_from_db()
    again.refresh_from_db()
    assert ours.bundle_id == again.bundle_id
    assert (bundle_of(ours).size, bundle_of(theirs).size, bundle_of(shared).size) == (2, 1, 1)
    lines = lines_of(client, manager)
    assert len(lines) == 3
    said = f"{shared.reference} is about this family and another"
    for reference, others in ((ours.reference, NAMES_OF_B), (theirs.reference, ("Rowan", "Ashby", "Elke"))):
        line = lines[reference] if reference in lines else lines[again.reference]
        assert said in line
        assert [name for name in others if name in without_drawn(line)] == []
        page = seen(client, manager, f"/contacts/{reference}/decide/")
        assert said in page
        assert [name for name in others if name in without_drawn(page)] == []
        assert said in seen(client, worker, f"/contacts/{reference}/")
    assert "[name of another family] fought" in seen(client, manager, f"/contacts/{ours.reference}/decide/")
    elke = PersonFactory.create(by=manager, at=NOW, given="Elke", family="Ashby")
    link_person(on_contact=row(shared, "Elke"), person=elke, by=manager, at=NOW + timedelta(hours=1))
    seen(client, manager, f"/contacts/{ours.reference}/decide/")
    assert elke.pk in Entry.objects.filter(kind="opened", reference=ours.reference).order_by("-pk")[0].people
    assert f"{ours.reference} is about one of these families" in lines[shared.reference]
    assert f"{theirs.reference} is about one of these families" in lines[shared.reference]


def test_deciding_one_familys_bundle_leaves_it_waiting_beside_the_others(client: Client, manager: User) -> None:
    ours, theirs, shared = of_one(ASHBY, manager, 1), of_one(QUILLET, manager, 2), two_families(manager, NOW)
    referrals.decide_contact(
        contact=ours, decisions=each(ours, "no_further_action"), by=manager, at=NOW + timedelta(hours=1)
    )
    shared.refresh_from_db()
    assert (shared.status, shared.is_on_queue) == ("received", True)
    lines = lines_of(client, manager)
    assert set(lines) == {theirs.reference, shared.reference}
    assert f"{shared.reference} is about this family and another" in lines[theirs.reference]
    assert ours.reference not in lines[shared.reference]


def test_arrived_while_a_family_is_screened_whoever_screens_it_is_told_once(manager: User, worker: User) -> None:
    ours = of_one(ASHBY, manager, 1)
    claim(contact=ours, by=worker, at=NOW + timedelta(minutes=2))
    shared = two_families(manager, NOW + timedelta(minutes=4))
    assert bundle_of(ours).needs_attention_at == NOW + timedelta(minutes=4)
    told = Notice.objects.filter(user=worker, kind="bundle", text__contains=shared.reference)
    assert told.count() == 1
    bundle_contact(contact=shared, by=manager, at=NOW + timedelta(minutes=9))
    assert told.count() == 1


def test_told_apart_later_it_goes_beside_and_put_together_again_it_goes_back(client: Client, manager: User) -> None:
    first, second = of_one(ASHBY, manager, 1), of_one(ASHBY, manager, 2)
    second.refresh_from_db()
    add_later(
        contact=second, by=manager, at=NOW + timedelta(minutes=5), text="Tamsin was there.",
        people=[replace(QUILLET)],
    )  # fmt: skip
    second.refresh_from_db()
    tamsin = row(second, "Tamsin").position
    actions.separate_families(contact=second, people={tamsin: 2}, parts={}, by=manager, at=NOW)
    said = f"{second.reference} is about this family and another"
    assert said in lines_of(client, manager)[first.reference]
    second.refresh_from_db()
    actions.separate_families(contact=second, people={tamsin: 1}, parts={}, by=manager, at=NOW)
    assert said not in seen(client, manager, "/contacts/queue/")
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.bundle_id == second.bundle_id


def test_nobody_puts_it_into_a_familys_bundle_by_hand(manager: User) -> None:
    ours, shared = of_one(ASHBY, manager, 1), two_families(manager, NOW)
    with pytest.raises(Refused, match="it stands beside the bundle of each"):
        join(contact=shared, other=ours, by=manager, at=NOW, reason="They belong together.")


def test_beside_a_hidden_childs_contact_it_says_nothing(client: Client, manager: User) -> None:
    holder = StaffFactory.create(role="service_manager")
    ours, shared = of_one(ASHBY, manager, 1), two_families(manager, NOW + timedelta(minutes=2))
    child = PersonFactory.create(by=manager, at=NOW, given="Tamsin", family="Quillet")
    link_person(on_contact=row(shared, "Tamsin"), person=child, by=manager, at=NOW)
    set_restriction(person=child, holders=[holder], by=holder, at=NOW, reason="Threats.")
    assert shared.reference not in seen(client, manager, "/contacts/queue/")
    assert shared.reference not in seen(client, manager, f"/contacts/{ours.reference}/decide/")


def test_as_many_questions_are_asked_for_one_family_as_for_many(client: Client, manager: User) -> None:
    def cost() -> int:
        client.force_login(manager)
        client.get("/contacts/queue/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/contacts/queue/")
        return len(asked)

    of_one(ASHBY, manager, 1)
    two_families(manager, NOW)
    cost()
    few = cost()
    for number in range(2, 6):
        of_one(replace(ASHBY, family_name=f"Ashby{number}x"), manager, number)
        of_one(QUILLET, manager, number)
        two_families(manager, NOW + timedelta(minutes=20 + number))
    assert cost() <= few
