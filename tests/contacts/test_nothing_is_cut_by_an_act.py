"""What somebody gives an act by hand is kept whole or refused by name with its limit: never cut."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from contacts.agencies.disagreements.actions import disagree
from contacts.agencies.feeds import actions as feeds
from contacts.agencies.feeds.models import Quarantined
from contacts.agencies.information.actions import ask_information, record_reply
from contacts.agencies.information.models import InformationRequest
from contacts.agencies.links.actions import issue
from contacts.agencies.links.models import SecureLink
from contacts.bundles import actions as bundles
from contacts.handover.actions import ItemFacts, acknowledge_passed, write_item
from contacts.handover.models import HandoverItem
from contacts.models import BundleJoin, Contact, KeptApart
from contacts.queue.actions import save_view
from contacts.recording.actions import record_contact
from contacts.screening.readers import note_opened
from frontdoor.access import Refused
from frontdoor.accounts.models import Agency, User
from frontdoor.notifications.actions import notify
from frontdoor.notifications.models import Notice
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from referrals import actions as referrals
from referrals import together
from tests.referrals.conftest import (
    LATER,
    NOW,
    contact,
    each,
    manager,
    officer,
    police,
    second_manager,
    some_facts,
    worker,
)

__all__ = ["contact", "manager", "officer", "police", "second_manager", "worker"]
pytestmark = pytest.mark.django_db


def asked_of(contact: Contact, officer: User, who: str, reply: str = "") -> InformationRequest:
    screened = Contact.objects.get(pk=contact.pk)
    screened.families.update(agreement="given")
    asked = ask_information(
        contact=screened, by=officer, at=NOW, agency=None, asked_of=who, question="Seen at school?", why="To know",
        lawful_basis="section_17",
    )  # fmt: skip
    return record_reply(request=asked, by=officer, at=NOW, reply="Yes", said_by=reply) if reply else asked


def acknowledged(worker: User, reference: str, name: str) -> str:
    item = write_item(
        kind=HandoverItem.Kind.AUTHORITY, now=False, by=worker, at=NOW,
        facts=ItemFacts(
            text="Theirs", reference=reference, authority="Testshire", caller="Ann Trent", passed_to="Ben Okri",
            passed_at=NOW,
        ),
    )  # fmt: skip
    return acknowledge_passed(item=item, name=name, by=worker, at=NOW).acknowledged_name


def disagreed(contact: Contact, manager: User, said_by: str) -> str:
    contact.refresh_from_db()
    if contact.status != Contact.Status.DECIDED:
        ended = each(contact, "no_further_action", is_new_record=True)
        referrals.decide_contact(contact=contact, decisions=ended, by=manager, at=LATER)
    return disagree(contact=contact, because="We saw more.", said_by=said_by, at=LATER).said_by


def set_aside(police: Agency, manager: User, reason: str) -> str:
    file = feeds.drop(agency=police, name="a.csv", content=reason.encode(), by=manager, at=NOW)
    message = Quarantined.objects.create(file=file, number=1, content=b"x", code="format", message="Not read.")
    return feeds.set_aside(message=message, reason=reason, by=manager, at=NOW).set_aside_reason


def of_two(officer: User) -> list[Contact]:
    """Two contacts that stand in one bundle: the same child."""
    return [record_contact(facts=some_facts(), by=officer, at=NOW + timedelta(minutes=n)) for n in range(2)]


def kept_apart(officer: User, reason: str) -> str:
    bundles.split(contact=of_two(officer)[1], by=officer, at=LATER, reason=reason)
    return str(KeptApart.objects.values_list("reason", flat=True).distinct().get())


def joined(officer: User, reason: str) -> str:
    first, second = of_two(officer)
    bundles.split(contact=second, by=officer, at=LATER, reason="Two families")
    bundles.join(contact=second, other=first, by=officer, at=LATER, reason=reason)
    return BundleJoin.objects.filter(code="by_hand", ended_at=None).get().sentence


def numbered(manager: User, value: str) -> str:
    child: Person = people.create_person(by=manager, at=NOW, names=[people.GivenName("Sam", "Example")])
    return people.add_identifier(person=child, by=manager, at=NOW, kind="other", value=value).value


def closed_in_bulk(officer: User, manager: User, line: str) -> str:
    mild = record_contact(facts=some_facts(grade="green", people=some_facts().people[:1]), by=officer, at=NOW)
    note_opened(mild, manager)
    act = together.end_together(
        chosen=[mild],
        outcome="no_further_action",
        reason="Nothing more.",
        lines={mild.reference: line},
        by=manager,
        at=LATER,
    )
    return act.rows.get().line


Act = Callable[[str], str]


@pytest.fixture
def acts(
    contact: Contact, officer: User, worker: User, manager: User, second_manager: User, police: Agency
) -> dict[str, Act]:
    """By what is given: the act that keeps it and tells what was kept."""
    return {
        "who is asked": lambda text: asked_of(contact, officer, text).asked_of,
        "who answered": lambda text: asked_of(contact, officer, "The school", text).said_by,
        "who disagrees": lambda text: disagreed(contact, manager, text),
        "who a link is for": lambda text: (
            issue(purpose=SecureLink.Purpose.DISAGREEMENT, given_to=text, by=officer, at=NOW)[0].given_to
        ),
        "who acknowledged": lambda text: acknowledged(worker, contact.reference, text),
        "why set aside": lambda text: set_aside(police, manager, text),
        "why apart": lambda text: kept_apart(officer, text),
        "why together": lambda text: joined(officer, text),
        "a number": lambda text: numbered(manager, text),
        "a line of many": lambda text: closed_in_bulk(officer, manager, text),
        "a view": lambda text: save_view(by=officer, name="Mine", chosen={"type": text}).query,
        "what happened": lambda text: (
            referrals.fast_track(contact=contact, by=officer, at=NOW, sentence=text, location="not known").summary
        ),
        "where the child is": lambda text: (
            referrals.fast_track(contact=contact, by=officer, at=NOW, sentence="A fall", location=text).child_location
        ),
    }


@pytest.mark.parametrize(
    ("given", "longest", "field"),
    [
        ("who is asked", 150, "asked_of"), ("who answered", 200, "said_by"), ("who disagrees", 200, "said_by"),
        ("who a link is for", 200, "given_to"), ("who acknowledged", 200, "name"), ("why set aside", 500, "reason"),
        ("why apart", 280, "reason"), ("why together", 280, "reason"), ("a number", 60, "value"),
        ("a line of many", 250, None), ("what happened", 250, "sentence"), ("where the child is", 250, "location"),
        ("a view", 300, "name"),
    ],
)  # fmt: skip
def test_it_is_whole_or_refused(acts: dict[str, Act], given: str, longest: int, field: str | None) -> None:
    with pytest.raises(Refused, match=f"at most {longest} characters") as refused:
        acts[given]("X" * (longest + 1))
    assert refused.value.code == "too_long"
    assert refused.value.field == field or field is None
    fits = longest - len("type=") if given == "a view" else longest
    assert acts[given]("X" * fits).endswith("X" * fits)


def test_a_long_account_fast_tracked_is_told_by_the_sentence_that_says_what_happened(officer: User) -> None:
    words = "She rang at nine. " * 20 + "He hit Sam with a belt. " + "Then she rang off. " * 20
    facts = some_facts(concerns=words.strip(), summary="", child_location="At home", grade="")
    made = referrals.record_and_fast_track(facts=facts, by=officer, at=NOW)
    assert made.summary == "He hit Sam with a belt."
    assert made.text.concerns == words.strip()


def test_a_label_says_that_it_goes_on(officer: User) -> None:
    notify([officer], kind="news", text="word " * 60)
    told = Notice.objects.get().text
    assert told.endswith("word…")
    assert len(told) <= 250
