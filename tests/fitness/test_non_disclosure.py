"""Two states of one database that differ only in one restricted family say the same to everybody it is hidden from.

Every agency call, and every page that whoever is not named on the restriction can reach: the references of the family
itself, searches for it, and from the start page every link that is shown, and the links those pages show. Masked are
the token of a form, keys of rows and numbers drawn at random; the clock stands still.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import zip_longest
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from assessments import actions as assessments
from contacts.facts import AddressFacts, ContactFacts, PersonFacts
from contacts.identity.household import household_of
from contacts.later.actions import add_later
from contacts.models import AddressQuestion, Contact
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from contacts.screening.rules import manager_reasons
from contacts.screening.untaken import untaken
from frontdoor.access import Role
from frontdoor.accounts.models import Team, User
from frontdoor.api import receipts, views
from frontdoor.api.webhooks import actions as webhooks
from frontdoor.clocks.models import Clock
from frontdoor.clocks.sweep import sweep
from frontdoor.db import references_from
from frontdoor.notifications import outbox
from frontdoor.notifications.actions import climb
from frontdoor.notifications.models import Notice
from frontdoor.pages.team import Kind, href_of
from frontdoor.people import actions as people
from frontdoor.people.models import Identifier, Person
from frontdoor.people.protection.actions import set_restriction
from frontdoor.people.protection.warnings import add_warning
from frontdoor.people.record.looked import Which
from referrals import actions as referrals
from referrals.models import Referral
from tests.answers import Answer
from tests.api.conftest import POLICE_BODY, SMALL_BODY, Caller
from tests.factories import AgencyFactory
from tests.reading import Reader
from tests.referrals.conftest import each, some_facts

#: Pages a role looks at; beyond them it has seen what its links lead to.
MOST_PAGES = 50
#: Not pages of ours, or what differs with every look: signing in, files of the design, a document made by a compiler.
#: And the page of a colleague's account, for administrators: how many records a worker holds has to be the whole
#: number, or an account would be ended and a child left without a worker.
LEFT_OUT = re.compile(r"^/(accounts|static|api|gallery|health)/|^/staff/\d+/|/pdf/|format=csv&?$")
LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)|href="(\?[^"#]*)')
MASKS = (
    (re.compile(r"Quote this reference: <strong>[0-9A-Z]{10}</strong>"), "REQUEST"),
    (re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|hx-headers=.[^>]+'), "TOKEN"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"(?<=/)\d+(?=/)"), "KEY"),
    (re.compile(r"\brow\d+"), "ROW"),
    # The key of a search that is kept in a session.
    (re.compile(r'((?<=[?&;]s=)|(?<=s%3D)|(?<=name="s" value="))[0-9a-f]{10}'), "SEARCH"),
    (re.compile(r"(?<![A-Za-z])child\d+(?=-)"), "ROW"),
    # A deadline's own key: in the link to its explanation, and in what the board was made of.
    (re.compile(r"#c\d+\b|\bseen=[0-9a-f]{8}(?=-)"), "KEY"),
    (re.compile(r'(name="(?:child|person|row|end)" value|value|id|for)="[a-z_-]*\d+[a-z_-]*"'), "KEY"),
)
MOMENT = re.compile(r'<time datetime="([0-9TZ:-]+)">[^<]*</time>')
#: The family nobody else may know of, as it stands on record and as somebody who knows it names it.
BORN, NHS, HOME, RING = date(2016, 5, 4), "9990000018", "7 Quay Cottages", "01632 960555"


@dataclass
class World:
    """Who is there, and what everybody may know."""

    at: datetime
    staff: dict[Role, User]
    holder: User
    hidden_worker: User
    team: Team
    police: Caller
    school: Caller
    hidden: list[str] = field(default_factory=list)
    # Children everybody may see, whose chronologies are printed.
    printed: list[str] = field(default_factory=list)
    # Where those children's referrals are given to somebody: who holds how much, who else waits.
    allocated: list[str] = field(default_factory=list)


def family_of(given: str, *, born: date = BORN, postcode: str = "ZZ99 7AA", **more: Any) -> ContactFacts:
    return some_facts(
        concerns="She came to school with a bruise. Her mother said she fell.",
        grade="amber",
        address=AddressFacts(lines=[HOME], postcode=postcode),
        people=[
            PersonFacts(given_name=given, family_name="Ashcombe", date_of_birth=born, **more),
            PersonFacts(
                is_child=False, given_name="Merle", family_name="Ashcombe", role="carer", relationship="mother"
            ),
        ],
    )


def fled_from(given: str, **more: Any) -> ContactFacts:
    """They fled to an address to be kept confidential; he has one of his own, which is withheld."""
    facts = family_of(given, **more)
    facts.concerns = f"He threatened to kill them. They fled to 9 Hidden Yard with {given}."
    facts.address = AddressFacts(lines=["9 Hidden Yard"], postcode="ZZ99 6AA", is_confidential=True)
    facts.people.append(
        PersonFacts(
            is_child=False, given_name="Rex", family_name="Ashcombe", role="suspect", relationship="former_partner",
            address=AddressFacts(lines=["3 Hostel Lane"], postcode="ZZ99 5AA", is_confidential=True),
        )
    )  # fmt: skip
    return facts


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """A borough in which everybody has work: late and in time, on the queue, referred and assessed."""
    with time_machine.travel(timezone.now(), tick=False), references_from(Random(7)):
        at = timezone.now()
        staff = {
            role: User.objects.create_user(role.value.replace("_", "."), role.value.title(), roles=[role.value])
            for role in Role
        }
        holder = User.objects.create_user("named.manager", "Nan Named", roles=[Role.SERVICE_MANAGER.value])
        quiet = User.objects.create_user("named.worker", "Ned Named", roles=[Role.SOCIAL_WORKER.value])
        team = Team.objects.create(
            code="one", name="Team one", kind="assessment", manager=staff[Role.TEAM_MANAGER]
        )  # fmt: skip
        User.objects.filter(pk__in=[quiet.pk, staff[Role.SOCIAL_WORKER].pk]).update(team=team)
        police = Caller(AgencyFactory.create(code="police", name="Kestrel Police"))
        school = Caller(AgencyFactory.create(code="school"))
        found = World(at, staff, holder, quiet, team, police, school)
        officer, manager = staff[Role.CONTACT_OFFICER], staff[Role.DUTY_MANAGER]
        worker = staff[Role.SOCIAL_WORKER]
        long_ago = at - timedelta(days=70)
        told = recording.record_contact(facts=some_facts(), by=officer, at=long_ago)
        decided = referrals.decide_contact(
            contact=told, decisions=each(told, "referral"), by=manager, at=long_ago, team=team, worker=worker
        )
        assessments.start(referral=decided.referrals[0], by=worker, at=long_ago + timedelta(days=1))
        recording.record_contact(facts=some_facts(), by=officer, at=at - timedelta(days=3))
        # Somebody of nearly the same name whom everybody may see: candidates there are, and none of them hidden.
        open_one = recording.record_contact(
            facts=family_of("Rowena", born=date(2016, 5, 6), postcode="ZZ99 8AA"), by=officer, at=long_ago
        )
        opened = referrals.decide_contact(
            contact=open_one, decisions=each(open_one, "referral"), by=manager, at=long_ago, team=team
        )
        # Something said later, after a decision and before one, so that what is shown of it is there in both states.
        aunt = PersonFacts(is_child=False, given_name="Bea", family_name="Ashcombe", relationship="aunt")
        said = at - timedelta(days=1)
        add_later(contact=open_one, by=officer, at=said, text="Her mother rang back.", people=[aunt])
        found.printed = [row.child.reference for row in [*decided.referrals, *opened.referrals] if row.child]
        found.allocated = [
            f"/referrals/{row.reference}/do/allocate/" for row in [*decided.referrals, *opened.referrals]
        ]
        # One whose address a manager has to decide about, so that the list of them is there in both states.
        fled = recording.record_contact(facts=fled_from("Rowena"), by=officer, at=at - timedelta(days=2))
        add_later(contact=fled, by=officer, at=said, text="He has a knife, she says.", people=[aunt])
        have_news(decided.referrals[0], officer, manager, at)
        police.post("contacts", {**POLICE_BODY, "agency_reference": "PPN/1"}, key="before")
        webhooks.add(agency=police.agency, url="https://police.example/hooks", by=None, at=at)
        yield found


def have_news(referral: Referral, officer: User, manager: User, at: datetime) -> None:
    """News for its worker: one contact joined to the child's open work, and one that waits on the queue."""
    assert referral.child is not None
    for hours, is_joined in ((6, True), (2, False)):
        told_at = at - timedelta(hours=hours)
        told = recording.record_contact(
            facts=some_facts(people=some_facts().people[:1], concerns="He has a new bruise."), by=officer, at=told_at
        )
        screening.link_person(on_contact=told.people.get(), person=referral.child, by=manager, at=told_at)
        if is_joined:
            told.refresh_from_db()
            referrals.decide_contact(contact=told, decisions=each(told, "open_work"), by=manager, at=told_at)


def hide_a_family(world: World) -> None:
    """A child and her mother restricted to two people: work of every kind, all of it long late."""
    holder, worker, at = world.holder, world.hidden_worker, world.at
    long_ago = at - timedelta(days=80)
    told = recording.record_contact(
        facts=family_of("Rowan", nhs_number=NHS, sex="F"), by=worker, at=long_ago
    )  # fmt: skip
    decided = referrals.decide_contact(
        contact=told,
        decisions=each(told, "referral", is_new_record=True),
        by=holder,
        at=long_ago,
        team=world.team,
        worker=worker,
    )
    (referral,) = decided.referrals
    child = referral.child
    assert child is not None
    started = assessments.start(referral=referral, by=worker, at=long_ago + timedelta(days=1))
    mother = people.create_person(
        by=worker, at=long_ago, names=[people.GivenName("Merle", "Ashcombe")], telephone=RING,
        address={"lines": HOME, "postcode": "ZZ99 7AA"},
    )  # fmt: skip
    people.add_relationship(person=child, other=mother, kind="mother", by=worker, at=long_ago)
    for person in (child, mother):
        set_restriction(
            person=person, holders=[holder, worker], by=world.staff[Role.DATA_PROTECTION_OFFICER], at=long_ago,
            reason="Family of a member of staff.",
        )  # fmt: skip
    # Dangers about their home, and about that of a child everybody may see: told beside nobody else.
    for about in ("household", "address"):
        add_warning(
            person=mother, by=worker, at=long_ago, kind="dogs", text="Two dogs", review_on=at.date(), about=about,
            place=HOME, postcode="ZZ99 8AA",
        )  # fmt: skip
    later = recording.record_contact(facts=family_of("Rowan", nhs_number=NHS), by=worker, at=at - timedelta(days=9))
    screening.link_person(on_contact=later.people.get(position=1), person=child, by=worker, at=at - timedelta(days=9))
    screening.claim(contact=later, by=worker, at=at)
    fled = recording.record_contact(facts=fled_from("Rowan", nhs_number=NHS), by=worker, at=at - timedelta(days=5))
    screening.link_person(on_contact=fled.people.get(position=1), person=child, by=worker, at=at - timedelta(days=5))
    assert AddressQuestion.objects.visible_to(holder).filter(on_contact__contact=fled).exists()
    assert untaken([child], worker), "what was given and not taken is told to those who may see it"
    decided_today = recording.record_contact(facts=family_of("Rowan"), by=worker, at=at - timedelta(hours=4))
    screening.link_person(on_contact=decided_today.people.get(position=1), person=child, by=worker, at=at)
    referrals.decide_contact(
        contact=decided_today, decisions=each(decided_today, "open_work"), by=holder, at=at - timedelta(hours=1)
    )
    for hidden in (later, decided_today):
        add_later(contact=hidden, by=worker, at=at - timedelta(hours=3), text="Rowan has a bruise, they say now.")
    references = [told, referral, started, child, mother, later, decided_today, fled]
    world.hidden = [record.reference for record in references]
    assert Clock.objects.late(at).filter(reference__in=world.hidden).exists()


def masked(answer: Answer) -> str:
    text = answer.content.decode("utf-8", "replace")
    said = {name: value for name, value in answer.headers.items() if name in ("Location", "Content-Type")}
    whole = f"{answer.status_code} {said}\n{text}"
    for pattern, word in MASKS:
        whole = pattern.sub(word, whole)
    return MOMENT.sub(just_now, whole)


def just_now(found: re.Match[str]) -> str:
    """A moment of about now is when the test itself did something: each state is looked at in its own time.

    The program's clock stands still meanwhile and the database's goes on: what it dates lies ahead.
    """
    age = timezone.now() - datetime.fromisoformat(found[1])
    return "JUST NOW" if abs(age) < timedelta(minutes=30) else found[0]


def agencies_ask(world: World, hidden: list[str]) -> Iterator[tuple[str, str]]:
    """Every call an agency can make about the family: told of, asked for, disagreed about."""
    child = {"given_name": "Rowan", "family_name": "Ashcombe", "date_of_birth": BORN.isoformat(), "nhs_number": NHS}
    named = {**POLICE_BODY, "children": [{**child, "sex": "F"}], "agency_reference": "PPN/2"}
    address = {"lines": [HOME], "postcode": "ZZ99 7AA", "is_confidential": False}
    named["address"] = address
    danger = {**named, "child_protection": True, "agency_reference": "PPN/3"}
    # Somebody everybody may see, so that there are possible matches to answer, and none of them hidden.
    seen = {**child, "given_name": "Rowena", "date_of_birth": date(2016, 5, 6).isoformat(), "nhs_number": ""}
    likely = {**named, "children": [seen, {**child, "sex": "F"}], "agency_reference": "PPN/4"}
    plain = {**SMALL_BODY, "children": [child], "address": address}
    early = {
        "child": child, "assessor": {"name": "Pat Hale", "role": "Head"}, "consent": {"status": "given"},
        "situation": "She is tired.",
    }  # fmt: skip
    for caller, name in ((world.police, "police"), (world.school, "school")):
        yield f"{name} sends", masked(caller.post("contacts", named, key="one"))
        yield f"{name} again", masked(caller.post("contacts", named, key="one"))
        yield f"{name} likely", masked(caller.post("contacts", likely, key="likely"))
        yield f"{name} danger", masked(caller.post("contacts", danger, key="danger"))
        items = [{**plain, "idempotency_key": f"i{number}"} for number in range(2)]
        yield f"{name} batch", masked(caller.post("contacts/batch", {"items": items}, key=None))
        yield f"{name} early help", masked(caller.post("early-help-assessments", early, key="early"))
    contacts_sent = list(Contact.objects.exclude(agency=None).order_by("id"))
    manager = world.staff[Role.DUTY_MANAGER]
    for contact in contacts_sent[:2]:
        screening.acknowledge(contact=contact, by=manager, at=world.at)
    outbox.drain(world.at)
    sweep(world.at + timedelta(minutes=1))
    climb(world.at + timedelta(minutes=20))
    # The database's own clock goes on.
    Notice.objects.update(created_at=world.at)
    Contact.objects.update(recorded_at=world.at)
    for caller, name in ((world.police, "police"), (world.school, "school")):
        paths = ["events", "events?after=1", "thresholds", "codelists/grade", "contacts?agency_reference=PPN/2"]
        paths += [f"contacts/{contact.reference}" for contact in contacts_sent]
        paths += [f"contacts/{contact.reference}/disagreement" for contact in contacts_sent[:1]]
        paths += [f"{kind}/{reference}" for reference in hidden for kind in ("contacts", "early-help-assessments")]
        for path in paths:
            yield f"{name} {path}", masked(caller.get(path))


def starts(hidden: list[str]) -> list[str]:
    """Where looking begins: home, searches for the family, and every page of each of its references."""
    asked = ["Ashcombe", "Rowan Ashcombe", "Merle", NHS, HOME, RING, "ZZ99 7AA", "04/05/2016", *hidden]
    found = ["/", "/contacts/addresses/"]
    for number, words in enumerate(asked):
        quoted = words.replace(" ", "+")
        found.append(f"/people/?q={quoted}")
        if number in (0, 3, 8):  # the name, the number, a reference
            found += [f"{page}?q={quoted}" for page in ("/people/found/", "/documents/", "/who-looked/", "/paper/")]
    typed = f"given_name=Rowan&family_name=Ashcombe&nhs_number={NHS}&date_of_birth={BORN}"
    found += [f"/contacts/new/known/?{typed}", f"/contacts/new/known/?children-0-{typed.replace('&', '&children-0-')}"]
    pages = {"P": "people", "C": "contacts", "R": "referrals", "A": "assessments"}
    inside = [
        "",
        "chronology/",
        "chronology/?handling=on&words=bruise",
        "why/",
        "origins/",
        "documents/",
        "change/",
        "retention/",
        "look/",
        "decide/",
        "later/",
    ]
    for reference in hidden:
        found += [f"/{pages[reference[0]]}/{reference}/{part}" for part in inside]
        found += [f"/clocks/{reference}/", f"/who-looked/{reference}/", f"/who-looked/{reference}/?format=csv"]
    found += [f"/who-looked/lists/{which.value}/" for which in Which]
    found += [href_of(kind) for kind in Kind]
    return found


def sent(hidden: list[str]) -> list[tuple[str, dict[str, str]]]:
    """What is looked for by POST: the family by every way of saying it, and who may be meant while a call is typed."""
    asked = [
        "Ashcombe", "Rowan 2016", "rowan ashcombe 10", "Rowan Ashcombe 04052016", "rowan 2009",
        "ashcombe quay cottages", f"{HOME} ZZ99 7AA", f"merle {RING}", f"rowan {NHS}", "ashcomb", "Ashcombe ZZ99 9ZZ",
    ]  # fmt: skip
    found = [("/people/found/", {"q": words}) for words in asked]
    found += [("/find/", {"q": words}) for words in (asked[1], *hidden, hidden[0].replace("-", " ").lower())]
    found += [("/find/", {"q": words, "where": "looked"}) for words in (asked[0], *hidden)]
    found += [("/contacts/queue/find/", {"name": words}) for words in ("ashcombe", "rowan")]
    lists = (("chronology", "words"), ("documents", "q"))
    found += [(f"/people/{ref}/{part}/", {box: "rowan"}) for ref in hidden if ref[0] == "P" for part, box in lists]
    rows = {"children-TOTAL_FORMS": "1", "adults-TOTAL_FORMS": "1", "families-TOTAL_FORMS": "1"}
    for group, row in (
        ("children", {"given_name": "Rowan", "family_name": "Ashcombe"}),
        ("children", {"given_name": "Rowan", "family_name": "Ashcombe", "date_of_birth": BORN.isoformat()}),
        ("children", {"given_name": "Rowan", "nhs_number": NHS}),
        ("adults", {"given_name": "Merle", "family_name": "Ashcombe", "telephone": RING}),
        ("adults", {"telephone": RING}),
    ):
        named = {f"{group}-0-{name}": value for name, value in row.items()}
        found.append(("/contacts/new/known/", {**rows, **named, "row": f"id_{group}-0-lookup"}))
    return found


def identities(world: World) -> list[str]:
    """Where it is said whom the children on what agencies sent may be: every page and fragment of each."""
    parts = ["", "look/", "decide/", "people/1/who/", "people/1/who/?on=queue", "people/2/who/?on=decide"]
    sent = Contact.objects.exclude(agency=None).exclude(reference__in=world.hidden).order_by("id")
    return [f"/contacts/{contact.reference}/{part}" for contact in sent for part in parts]


def order_of_the_queue() -> str:
    """Where every contact an agency sent stands, with its grade for now and who has to sign an ending."""
    lines = []
    for contact in Contact.objects.exclude(agency=None).select_related("rank").order_by("tier", "rank_at", "reference"):
        children = list(contact.people.filter(is_child=True))
        signs = manager_reasons(contact, children, contact.received_at)
        lines.append(f"{contact.reference} {contact.tier} {contact.rank_at} {contact.grade_for_now} {signs}")
    return "\n".join(lines)


def staff_look(world: World, role: Role, hidden: list[str]) -> Iterator[tuple[str, str]]:
    """What somebody in this role sees, from where it begins and then along the links."""
    client = Reader(raise_request_exception=False)
    client.force_login(world.staff[role])
    for reference in [*world.printed, *hidden]:
        answer = client.post(f"/people/{reference}/chronology/pdf/", {"handling": "on"})
        yield f"{role.value} prints {reference}", masked(answer)
    chronologies = [f"/people/{ref}/chronology/?handling=on" for ref in world.printed]
    # The first time a line is opened in place its box comes with it, where it can be ticked.
    for number, path in enumerate(path for path in identities(world) if path.endswith("/look/")):
        target = f"open-{path.split('/')[2]}"
        answer = client.get(path, headers={"HX-Request": "true", "HX-Target": target})
        yield f"{role.value} opens {number} in place", masked(answer)
    waiting = [*starts(hidden), *identities(world), *chronologies, *world.allocated]
    seen: set[str] = set()
    for number, (path, data) in enumerate(sent(hidden)):
        answer = client.post(path, data, follow=True)
        yield f"{role.value} sends {number} {path}", masked(answer)
    looked = 0
    first = len(waiting)
    for number, path in enumerate(waiting):  # grows while it is gone through
        if path in seen:
            continue
        seen.add(path)
        if number >= first:
            looked += 1
            if looked > MOST_PAGES:
                break
        answer = client.get(path)
        text = masked(answer)
        key = path
        for pattern, word in MASKS:
            key = pattern.sub(word, key)
        yield f"{role.value} {key}", text
        if answer.status_code == 200 and number < first + MOST_PAGES:
            here = path.partition("?")[0]
            for whole, query in LINK.findall(answer.content.decode("utf-8", "replace")):
                link = (whole or here + query).replace("&amp;", "&")
                if not LEFT_OUT.search(link):
                    waiting.append(link)


#: Who looks. None of them is named on the restriction, sets any, or sees figures of the whole service, which count
#: restricted records and say so.
LOOKING = (Role.CONTACT_OFFICER, Role.SOCIAL_WORKER, Role.DUTY_MANAGER, Role.EDT_WORKER, Role.ADMINISTRATOR)


def said(
    world: World, hidden: list[str], *, with_family: bool, looking: tuple[Role, ...] = LOOKING
) -> dict[str, list[str]]:
    """Everything that is said in one of the two states, which is undone afterwards."""
    heard: dict[str, list[str]] = {}
    with transaction.atomic():
        if with_family:
            with references_from(Random(11)):
                hide_a_family(world)
        with references_from(Random(5)):
            for key, text in agencies_ask(world, hidden):
                heard.setdefault(key, []).append(text)
            heard["the order of the queue"] = [order_of_the_queue()]
            for role in looking:
                for key, text in staff_look(world, role, hidden):
                    heard.setdefault(key, []).append(text)
        transaction.set_rollback(True)
    return heard


def the_family(world: World) -> list[str]:
    """The references the family has in the state in which it is there."""
    with transaction.atomic():
        with references_from(Random(11)):
            hide_a_family(world)
        transaction.set_rollback(True)
    return world.hidden


def differences(absent: dict[str, list[str]], there: dict[str, list[str]]) -> list[str]:
    """What differs, in a few lines each."""
    found = []
    for key in [*there, *(key for key in absent if key not in there)]:
        one, other = absent.get(key, []), there.get(key, [])
        if one == other:
            continue
        first, then = next(((a, b) for a, b in zip_longest(one, other, fillvalue="") if a != b), ("", ""))
        lines = [
            f"absent: {around(before, after)}\n   there:  {around(after, before)}"
            for before, after in zip_longest(first.splitlines(), then.splitlines(), fillvalue="")
            if before != after
        ]
        found.append(f"{key}:\n   " + "\n   ".join(lines[:3]))
    return found


def around(line: str, other: str) -> str:
    """The part of a line where it first differs from the other."""
    start = next((at for at, (one, two) in enumerate(zip(line, other, strict=False)) if one != two), 0)
    return line[max(0, start - 80) : start + 120]


@pytest.mark.slow
def test_a_restricted_family_changes_nothing_that_others_are_told(world: World) -> None:
    hidden = the_family(world)
    assert len(hidden) == 8
    absent = said(world, hidden, with_family=False)
    there = said(world, hidden, with_family=True)
    assert len(there) > 400, "it was looked at widely"
    assert [key for key, texts in there.items() if any(text.startswith("5") for text in texts)] == []
    possible = [key for key, texts in there.items() if any("Possible match, not confirmed" in text for text in texts)]
    assert len(possible) > 10, "there was something to answer"
    assert any("This is the child" in text for texts in there.values() for text in texts)
    heard = [key for key, texts in there.items() if any("I have read it" in text for text in texts)]
    assert len(heard) >= 3, "there was news of open children"
    assert sum(texts[0].startswith("200") for texts in there.values()) > 200
    told = differences(absent, there)
    assert not told, f"{len(told)} answers differ:\n" + "\n\n".join(told[:40])


def household_pages(world: World, asked: Contact, chosen: Person) -> dict[str, list[str]]:
    """Wherever brothers and sisters are asked about, and the household offered while a call is typed."""
    heard: dict[str, list[str]] = {}
    typed = {"children-TOTAL_FORMS": "2", "adults-TOTAL_FORMS": "1", "families-TOTAL_FORMS": "1"}
    typed["children-1-suggested_reference"] = chosen.reference
    for role in (Role.CONTACT_OFFICER, Role.DUTY_MANAGER):
        client = Reader(raise_request_exception=False)
        client.force_login(world.staff[role])
        for part in ("", "household/", "decide/", "fast-track/", "tell/"):
            heard[f"{role.value} {part}"] = [masked(client.get(f"/contacts/{asked.reference}/{part}"))]
        heard[f"{role.value} answers"] = [masked(client.post(f"/contacts/{asked.reference}/household/", {}))]
        for row in ("children-0", "adults-0"):
            answer = client.post("/contacts/new/known/", {**typed, "row": f"id_{row}-lookup"})
            heard[f"{role.value} types {row}"] = [masked(answer)]
    return heard


def test_a_restricted_sister_changes_nothing_where_brothers_and_sisters_are_asked_about(world: World) -> None:
    """A child everybody may see has a brother everybody may see, and in one state a restricted sister and mother."""
    manager, at = world.staff[Role.DUTY_MANAGER], world.at
    brother, rowena = (Person.objects.get(reference=reference) for reference in (world.printed[0], world.printed[-1]))
    people.add_relationship(person=rowena, other=brother, kind="sibling", by=manager, at=at)
    facts = family_of("Rowena", born=date(2016, 5, 6), postcode="ZZ99 8AA")
    asked = recording.record_contact(facts=facts, by=manager, at=at)
    screening.link_person(on_contact=asked.people.get(position=1), person=rowena, by=manager, at=at)
    states = []
    for is_there in (False, True):
        with transaction.atomic():
            if is_there:
                with references_from(Random(11)):
                    hide_a_family(world)
                girl, mother = (Person.objects.get(reference=reference) for reference in world.hidden[3:5])
                people.add_relationship(person=rowena, other=girl, kind="sibling", by=world.hidden_worker, at=at)
                people.add_relationship(person=rowena, other=mother, kind="mother", by=world.hidden_worker, at=at)
                told = [s.person for s in household_of(asked, world.holder, at.date()).asked]
                assert set(told) == {brother, girl}, "who may see her is asked about her"
            states.append(household_pages(world, asked, rowena))
            transaction.set_rollback(True)
    assert all(brother.reference in text for text in states[0]["duty_manager household/"])
    assert differences(*states) == []


def test_a_receipt_that_knows_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison itself: one word that depends on what is on record, in one answer, and it says so."""
    hidden = the_family(world)
    real = receipts.receipt

    def knows(contact: Contact, at: datetime) -> dict[str, Any]:
        told = real(contact, at)
        if Identifier.objects.filter(value=NHS).exists() and contact.agency_reference == "PPN/2":
            told["acknowledge_by"] = told["received_at"]
        return told

    monkeypatch.setattr(views, "receipt", knows)
    absent = said(world, hidden, with_family=False, looking=())
    there = said(world, hidden, with_family=True, looking=())
    told = differences(absent, there)
    assert told
    assert all("contacts" in line.splitlines()[0] for line in told)
