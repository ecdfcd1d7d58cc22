"""A danger at home stands on every page, line and visit of everybody there, and leaves with whoever moves (G14)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from assessments import actions as assessments
from contacts.facts import AddressFacts, PersonFacts
from contacts.handover import packs
from contacts.handover.actions import ItemFacts, write_item
from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.screening.actions import link_person
from frontdoor.accounts.models import Team, User
from frontdoor.people import actions as people
from frontdoor.people.merging.pairs import FoundPair, offer_many
from frontdoor.people.models import Address, PairToReview, Person
from frontdoor.people.models import Warning as Danger
from frontdoor.people.protection.actions import set_restriction
from frontdoor.people.protection.warnings import add_warning
from referrals import actions as referrals
from tests.contacts.conftest import some_facts
from tests.factories import PersonFactory, StaffFactory, TeamFactory
from tests.referrals.conftest import each

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db
HOME = {"lines": "29 Kestrel Drive", "postcode": "ZZ99 4KD"}
WORDS, KIND = "Two loose dogs behind the gate", "dogs"


@dataclass
class Family:
    """A mother with a warning at home, and her daughter with work of every kind."""

    mother: Person
    daughter: Person
    manager: User
    pages: dict[str, str]


@pytest.fixture
def family(db: None) -> Family:
    manager, worker = StaffFactory.create(role="duty_manager"), StaffFactory.create(role="social_worker")
    team: Team = TeamFactory.create(code="one", manager=manager)
    User.objects.filter(pk=worker.pk).update(team=team)
    mother = PersonFactory.create(by=manager, given="Maud", family="Kestrel", address=HOME)
    daughter = PersonFactory.create(
        by=manager, given="Dora", family="Kestrel", date_of_birth=date(2018, 5, 5), address=HOME
    )  # fmt: skip
    double = PersonFactory.create(by=manager, given="Dorah", family="Kestrel", date_of_birth=date(2018, 5, 5))

    def told(at: datetime) -> Contact:
        made = record_contact(
            facts=some_facts(
                people=[PersonFacts(given_name="Dora", family_name="Kestrel", date_of_birth=date(2018, 5, 5))]
            ),
            by=manager, at=at,
        )  # fmt: skip
        link_person(on_contact=made.people.get(), person=daughter, by=manager, at=at)
        made.refresh_from_db()
        return made

    first = told(NOW - timedelta(days=2))
    decided = referrals.decide_contact(
        contact=first, decisions=each(first, "referral"), by=manager, at=NOW - timedelta(days=2), team=team,
        worker=worker,
    )  # fmt: skip
    (referral,) = decided.referrals
    assessment = assessments.start(referral=referral, by=worker, at=NOW - timedelta(days=1))
    waiting = told(NOW - timedelta(hours=2))
    packs.bring_up_to_date(NOW)
    write_item(
        kind="action", now=True, by=manager, at=NOW,
        facts=ItemFacts(text="Ring at ten.", due_at=NOW + timedelta(hours=1), reference=waiting.reference),
    )  # fmt: skip
    offer_many([FoundPair(daughter.pk, double.pk, 12.0, 0.9)], at=NOW)
    pair = PairToReview.objects.get()
    return Family(
        mother,
        daughter,
        manager,
        {
            "record": f"/people/{daughter.reference}/",
            "contact": f"/contacts/{waiting.reference}/",
            "queue line": "/contacts/queue/",
            "decision": f"/contacts/{waiting.reference}/decide/",
            "referral": f"/referrals/{referral.reference}/",
            "allocation": f"/referrals/{referral.reference}/do/allocate/",
            "assessment": f"/assessments/{assessment.reference}/",
            "section": f"/assessments/{assessment.reference}/child/",
            "visit": f"/assessments/{assessment.reference}/visits/add/",
            "handover": "/handover/",
            "pair": f"/merge/{pair.pk}/",
        },
    )


#: Pages and lines that have room for the kind of danger only.
IN_SHORT = {"queue line", "handover"}


def warned(client: Client, family: Family, user: User | None = None) -> dict[str, bool]:
    """Of each page whether it tells of the danger."""
    found = {}
    for name, path in family.pages.items():
        client.force_login(user or family.manager)
        answer = client.get(path)
        if name in ("section", "visit", "assessment") and answer.status_code == 403:
            client.force_login(User.objects.get(username="social.worker"))
            answer = client.get(path)
        assert answer.status_code == 200, f"{name}: {answer.status_code}"
        text = " ".join(unescape(answer.content.decode()).split())
        found[name] = "Warnings: Dogs" in text if name in IN_SHORT else WORDS in text
    found["search"] = "Warning" in search(client, family)
    return found


def search(client: Client, family: Family) -> str:
    client.force_login(family.manager)
    return client.post("/people/found/", {"q": "Dora Kestrel"}).content.decode()


def set_on(client: Client, family: Family, about: str, **more: str) -> None:
    client.force_login(family.manager)
    answer = client.post(
        f"/people/{family.mother.reference}/warnings/add/",
        {
            "kind": "dogs", "text": WORDS, "about": about, "review_on": "2027-01-04", **more,
        },
    )  # fmt: skip
    assert answer.status_code == 302, unescape(answer.content.decode())


@pytest.mark.parametrize("about", ["household", "address"])
def test_a_danger_at_home_is_on_every_page_of_who_lives_there_and_leaves_with_whoever_moves(
    client: Client, family: Family, about: str
) -> None:
    assert not any(warned(client, family).values())
    where = {"where": str(family.mother.addresses.get().pk)} if about == "address" else {}
    set_on(client, family, about, **where)
    told = warned(client, family)
    assert [name for name, is_told in told.items() if not is_told] == []
    people.add_address(
        person=family.daughter, by=family.manager, at=NOW, lines="2 Other Road", postcode="ZZ99 2BB",
        replaces_current=True,
    )  # fmt: skip
    assert not any(warned(client, family).values())


def test_the_record_says_where_it_stands_and_leads_to_its_review(client: Client, family: Family) -> None:
    set_on(client, family, "household")
    warning = Danger.objects.get()
    page = unescape(client.get(family.pages["record"]).content.decode())
    assert "About everybody in the household" in page
    assert f"/people/{family.mother.reference}/warnings/{warning.pk}/review/" in page


def test_which_address_is_asked(client: Client, family: Family) -> None:
    client.force_login(family.manager)
    people.add_address(
        person=family.mother, by=family.manager, at=NOW, lines="9 Hidden Yard", postcode="ZZ99 6AA",
        is_confidential=True, why="She fled", review_on=date(2027, 1, 4), kind="temporary",
    )  # fmt: skip
    address = f"/people/{family.mother.reference}/warnings/add/"
    page = unescape(client.get(address).content.decode())
    assert "29 Kestrel Drive, ZZ99 4KD" in page
    assert "Their confidential address (temporary)" in page
    assert "Hidden Yard" not in page
    sent = {"kind": "dogs", "text": WORDS, "about": "address", "review_on": "2027-01-04"}
    assert "Choose which address it is about" in unescape(client.post(address, sent).content.decode())
    answer = client.post(address, {**sent, "where": "another", "postcode": "ZZ99 4KD"})
    assert "Enter the address" in unescape(answer.content.decode())
    client.post(address, {**sent, "where": "another", "place": "31 Kestrel Drive", "postcode": "ZZ99 4KD"})
    made = Danger.objects.get()
    assert (made.place, made.place_postcode, made.address) == ("31 Kestrel Drive", "ZZ994KD", None)


def test_of_somebody_restricted_no_page_of_others_tells(client: Client, family: Family) -> None:
    holder = StaffFactory.create(role="service_manager")
    set_restriction(person=family.mother, holders=[holder], by=holder, at=NOW, reason="Threats to staff.")
    client.force_login(holder)
    lead = unescape(client.get(f"/people/{family.mother.reference}/warnings/add/").content.decode())
    assert "a warning set here is shown only to those who may see it" in lead
    before = {name: client_text(client, family, path) for name, path in family.pages.items()}
    for about in ("household", "address"):
        people_warn(family, holder, about)
    after = {name: client_text(client, family, path) for name, path in family.pages.items()}
    assert not any(WORDS in text or "Warnings: Dogs" in text for text in after.values())
    assert {name for name in before if ("app-box" in before[name]) != ("app-box" in after[name])} == set()


def people_warn(family: Family, by: User, about: str) -> None:
    add_warning(
        person=family.mother, by=by, at=NOW, kind="dogs", text=WORDS, about=about, review_on=date(2027, 1, 4),
        address=family.mother.addresses.get() if about == "address" else None,
    )  # fmt: skip


def client_text(client: Client, family: Family, path: str) -> str:
    client.force_login(family.manager)
    answer = client.get(path)
    return unescape(answer.content.decode())


def given_at(family: Family, lines: str, postcode: str, *, is_confidential: bool = False) -> Family:
    """A contact about a child nobody has on record yet, said to live there; the pages of it and of what came of it."""
    worker = User.objects.get(username="social.worker")

    def told(name: str) -> Contact:
        return record_contact(
            facts=some_facts(
                address=None,
                people=[
                    PersonFacts(given_name=name, family_name="Newcome", date_of_birth=date(2017, 1, 2)),
                    PersonFacts(
                        is_child=False, given_name="Brock", family_name="Newcome", relationship="father", role="carer",
                        address=AddressFacts([lines], postcode, is_confidential),
                    ),
                ],
            ),
            by=family.manager, at=NOW - timedelta(hours=1),
        )  # fmt: skip

    waiting, decided = told("Wren"), told("Robin")
    write_item(
        kind="action", now=True, by=family.manager, at=NOW,
        facts=ItemFacts(
            text=f"Ring about {waiting.reference}.", due_at=NOW + timedelta(hours=1), reference=waiting.reference
        ),
    )  # fmt: skip
    made = referrals.decide_contact(
        contact=decided, decisions=each(decided, "referral", is_new_record=True), by=family.manager,
        at=NOW - timedelta(minutes=50), team=Team.objects.get(), worker=worker,
    )  # fmt: skip
    (referral,) = made.referrals
    assessment = assessments.start(referral=referral, by=worker, at=NOW - timedelta(minutes=40))
    pages = {
        "contact": f"/contacts/{waiting.reference}/",
        "queue line": "/contacts/queue/",
        "handover": "/handover/",
        "decision": f"/contacts/{waiting.reference}/decide/",
        "referral": f"/referrals/{referral.reference}/",
        "allocation": f"/referrals/{referral.reference}/do/allocate/",
        "assessment": f"/assessments/{assessment.reference}/",
        "visit": f"/assessments/{assessment.reference}/visits/add/",
    }
    return Family(family.mother, family.daughter, family.manager, pages)


def pages_warned(client: Client, family: Family) -> dict[str, bool]:
    """Of each page whether it tells of the danger; of the queue and the handover whether that contact's line does."""
    told = warned(client, family)
    del told["search"]
    reference = family.pages["contact"].split("/")[2]
    client.force_login(family.manager)
    for name, before in (("queue line", f'id="line-{reference}"'), ("handover", f"Ring about {reference}.")):
        page = unescape(client.get(family.pages[name]).content.decode())
        line = page.split(before, 1)[1].split("</li>", 1)[0]
        told[name] = "Dogs" in line
    return told


@pytest.mark.parametrize("about", ["household", "address"])
@pytest.mark.parametrize(("lines", "postcode"), [("29, KESTREL DR.", "zz994kd"), ("29 Kestrel Dr, Northtown", "")])
def test_a_danger_at_a_home_that_was_only_given_is_on_every_page_that_sends_somebody_there(
    client: Client, family: Family, about: str, lines: str, postcode: str
) -> None:
    given = given_at(family, lines, postcode)
    assert not any(pages_warned(client, given).values())
    where = {"where": str(family.mother.addresses.get().pk)} if about == "address" else {}
    set_on(client, family, about, **where)
    told = pages_warned(client, given)
    assert [name for name, is_told in told.items() if not is_told] == []
    page = unescape(client.get(given.pages["contact"]).content.decode())
    assert "Dogs: Brock Newcome" in page, "it says at whose home"


def test_a_danger_next_door_is_on_none(client: Client, family: Family) -> None:
    given = given_at(family, "31 Kestrel Drive", "ZZ99 4KD")
    set_on(client, family, "household")
    assert not any(pages_warned(client, given).values())


@pytest.mark.parametrize("whose", ["theirs", "ours"])
def test_of_a_confidential_address_a_given_home_tells_the_kind_only(client: Client, family: Family, whose: str) -> None:
    """Whoever names a place learns from the page neither that somebody is hidden there nor where."""
    given = given_at(family, "9 Hidden Yard", "ZZ99 6AA", is_confidential=whose == "ours")
    is_theirs = whose == "theirs"
    kept = people.add_address(
        person=family.mother, by=family.manager, at=NOW, kind="temporary", lines="9 Hidden Yard", postcode="ZZ99 6AA",
        is_confidential=is_theirs, why="She fled" if is_theirs else "",
        review_on=date(2027, 1, 4) if is_theirs else None,
    )  # fmt: skip
    people_warned_of(family, kept)
    client.force_login(family.manager)
    for name in ("contact", "decision", "referral"):
        page = unescape(client.get(given.pages[name]).content.decode())
        assert "Dogs: Brock Newcome" in page, name
        assert WORDS not in page, name
        assert "kept with a confidential address" not in page, name
        assert whose == "theirs" or "Hidden Yard" not in page, name


def people_warned_of(family: Family, address: Address) -> None:
    add_warning(
        person=family.mother, by=family.manager, at=NOW, kind="dogs", text=WORDS, about="address", address=address,
        review_on=date(2027, 1, 4),
    )  # fmt: skip


def test_of_somebody_restricted_no_given_home_tells(client: Client, family: Family) -> None:
    holder = StaffFactory.create(role="service_manager")
    given = given_at(family, HOME["lines"], HOME["postcode"])
    set_restriction(person=family.mother, holders=[holder], by=holder, at=NOW, reason="Threats to staff.")
    for about in ("household", "address"):
        people_warn(family, holder, about)
    assert not any(pages_warned(client, given).values())
