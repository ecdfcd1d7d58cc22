"""A letter: to one person at one checked address, looked through before it leaves, and never what it must not tell."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from contacts.facts import PersonFacts
from contacts.later.actions import add_later
from contacts.models import Contact, ContactType
from contacts.recording.actions import record_contact
from contacts.screening.actions import link_person
from frontdoor.access import Denied, Refused, Stale
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.documents import storage
from frontdoor.documents.models import Document
from frontdoor.people import actions as people
from frontdoor.people.merging import merge
from frontdoor.people.models import Person
from frontdoor.people.protection.actions import set_restriction
from frontdoor.workflow.actions import move
from frontdoor.workflow.machines import MACHINES
from referrals.actions import allocate
from referrals.letters import actions, guards, reading
from referrals.letters.actions import Knows
from referrals.models import Letter, Referral
from tests.contacts.conftest import some_facts
from tests.factories import StaffFactory
from tests.pages.paper import words_of
from tests.referrals.conftest import LATER
from tests.referrals.letters import SOON, Home, checked, drafted, hidden, relative, reworded, sent, template
from tests.referrals.test_minutes_on_paper import kinds_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(referral: Referral, manager: User, worker: User, team: Team) -> Referral:
    """A referral with a worker."""
    allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    return Referral.objects.get(pk=referral.pk)


@pytest.fixture
def child(case: Referral) -> Person:
    assert case.child is not None
    return case.child


@pytest.fixture
def mother(child: Person, worker: User) -> Home:
    return relative(child, worker, "Mara", "Ormerod", lines="14 Larch Lane, Kexby", postcode="ZZ99 7QA")


def text_of(letter: Letter, by: User) -> str:
    return words_of(PdfReader(io.BytesIO(actions.printed(letter=letter, by=by, at=SOON))))


def test_a_letter_is_drafted_checked_printed_and_posted_and_its_pdf_is_kept(
    case: Referral, child: Person, mother: Home, worker: User, team: Team
) -> None:
    letter = drafted(case, mother, worker)
    assert f"{worker.name} of the {team.name} is the worker" in letter.text
    assert (letter.to_name, letter.to_whom) == ("Mara Ormerod", "mother")
    assert letter.to_lines == "14 Larch Lane\nKexby\nZZ99 7QA"
    with pytest.raises(Refused, match="Check the letter first"):
        actions.printed(letter=letter, by=worker, at=SOON)
    ready = checked(letter, worker)
    told = text_of(ready, worker)
    order = [told.index(words) for words in ("Exampleshire", "Mara Ormerod", "14 Larch Lane", "Dear Mara", "Yours")]
    assert order == sorted(order)
    posted = actions.send(letter=ready, by=worker, at=SOON, posted_on=SOON.date(), version=ready.version)
    assert posted.document is not None
    assert posted.document.person == child
    assert posted.document.about == case.reference
    assert posted.document.sha256 == posted.sha256
    reader = PdfReader(io.BytesIO(storage.get(posted.document.blob, posted.document.key_id)))
    assert words_of(reader) == told
    assert {"/H1", "/P"} <= kinds_of(reader)
    assert str(reader.root_object["/Lang"]) == "en-GB"
    assert [e.event for e in Entry.objects.filter(reference=letter.reference).order_by("id")] == [
        "letter.recorded", "letter.checked", "letter.printed", "letter.sent",
    ]  # fmt: skip


def test_pressing_twice_and_trying_again_drafts_and_sends_once(
    case: Referral, mother: Home, worker: User, manager: User
) -> None:
    letter = drafted(case, mother, worker)
    assert drafted(case, mother, worker) == letter
    ready = checked(letter, worker)
    for by in (worker, worker, manager):
        again = actions.send(letter=ready, by=by, at=SOON, posted_on=SOON.date(), version=ready.version)
        assert again.sent_by == worker
    assert Document.objects.filter(title__contains=letter.reference).count() == 1
    assert drafted(case, mother, worker) != letter, "another of the kind may be written later"


def test_an_address_that_changed_or_ended_since_is_asked_for_again(case: Referral, mother: Home, worker: User) -> None:
    letter = drafted(case, mother, worker)
    mother.address.lines = "15 Larch Lane, Kexby"
    mother.address.save()
    with pytest.raises(Refused, match="address has changed"):
        checked(letter, worker)
    again = actions.edit(
        letter=letter, by=worker, at=SOON, subject=letter.subject, text=letter.text, place=mother.address.pk
    )
    ready = checked(again, worker)
    assert "15 Larch Lane" in text_of(ready, worker)
    people.end_address(address=mother.address, by=worker, at=SOON, ended_on=SOON.date())
    with pytest.raises(Refused, match="address has changed or ended"):
        actions.printed(letter=ready, by=worker, at=SOON)
    with pytest.raises(Refused, match="address has changed or ended"):
        actions.send(letter=ready, by=worker, at=SOON, posted_on=SOON.date())


def test_parents_who_live_apart_get_one_each_and_never_the_other_address(
    case: Referral, child: Person, mother: Home, worker: User
) -> None:
    father = relative(child, worker, "Piotr", "Zielony", "father", lines="3 Quay Row, Kexby", postcode="ZZ99 8QB")
    refuge = people.add_address(
        person=mother.person, by=worker, at=LATER, lines="77 Refuge Rise", postcode="ZZ99 1XX", **hidden()
    )
    both = actions.draft(
        referral=case, template=template("referral_received"), by=worker, at=SOON,
        at_addresses=[father.address.pk, refuge.pk],
    )  # fmt: skip
    assert [each.to_name for each in both] == ["Piotr Zielony", "Mara Ormerod"]
    to_father = reworded(both[0], worker, "Dear Piotr\n\nMara is at 77 refuge RISE, zz991xx. So is Mara Ormerod.")
    told = text_of(checked(to_father, worker), worker)
    assert "efuge" not in told.lower().replace("[confidential address]", "")
    assert "zz991xx" not in told.lower().replace(" ", "")
    assert "77 Refuge Rise" in text_of(checked(both[1], worker), worker), "her own letter is sent there"
    with pytest.raises(Refused, match="one address for each person"):
        actions.draft(
            referral=case, template=template("moved_team"), by=worker, at=SOON,
            at_addresses=[mother.address.pk, refuge.pk],
        )  # fmt: skip


def test_a_place_that_is_confidential_for_another_gets_no_letter(
    case: Referral, child: Person, mother: Home, worker: User
) -> None:
    people.add_address(
        person=mother.person, by=worker, at=LATER, lines="77 Refuge Rise", postcode="ZZ99 1XX", **hidden()
    )
    father = relative(child, worker, "Piotr", "Zielony", "father", lines="77 REFUGE RISE", postcode="ZZ99 1XX")
    with pytest.raises(Refused, match="confidential on another record"):
        drafted(case, father, worker)


def test_everybody_else_named_is_asked_about(case: Referral, child: Person, mother: Home, worker: User) -> None:
    relative(child, worker, "Piotr", "Zielony", "father", lines="3 Quay Row", postcode="ZZ99 8QB")
    letter = reworded(drafted(case, mother, worker), worker, "Dear Mara\n\nWe will see Piotr and Mrs Bramwell.")
    with pytest.raises(Refused, match="Piotr Zielony is named"):
        actions.check(letter=letter, by=worker, at=SOON)
    father, other = Knows("Piotr Zielony", "yes"), Knows("Mrs Bramwell", "need_not", "She asked us to write.")
    for told, why in (
        ([father, Knows("Mrs Bramwell", "no")], "does not know: take the name out"),
        ([father, Knows("Mrs Bramwell", "need_not")], "Say why Mrs Bramwell"),
    ):
        with pytest.raises(Refused, match=why):
            actions.check(letter=letter, by=worker, at=SOON, knows=told)
    ready = actions.check(letter=letter, by=worker, at=SOON, knows=[father, other])
    assert [each["name"] for each in ready.named] == ["Piotr Zielony", "Mrs Bramwell"]


@pytest.mark.parametrize(
    ("is_own_call", "kind", "said"),
    [
        (True, "concern", ""),
        (False, "fgm", ""),
        (False, "concern", "She fears a Forced  Marriage in the summer."),
        (False, "concern", "It is about so-called honour based abuse."),
    ],
)
def test_nothing_goes_home_without_a_social_workers_yes_by_any_way(
    is_own_call: bool, kind: str, said: str, case: Referral, mother: Home, worker: User, officer: User
) -> None:
    ready = checked(drafted(case, mother, worker), worker)
    type_of = ContactType.objects.get(code=kind)
    Contact.objects.filter(pk=case.contact_id).update(is_the_child=is_own_call, type=type_of)
    if said:
        type(case.contact.text).objects.filter(contact_id=case.contact_id).update(concerns=said)
    for leave in (
        lambda: actions.printed(letter=ready, by=worker, at=SOON),
        lambda: actions.send(letter=ready, by=worker, at=SOON, posted_on=SOON.date()),
        lambda: actions.send(letter=ready, by=worker, at=SOON, posted_on=SOON.date(), version=ready.version),
    ):
        with pytest.raises(Refused, match="social worker has to say yes") as refused:
            leave()
        assert refused.value.code == "home"
    back = actions.take_back(letter=ready, by=worker, at=SOON)
    with pytest.raises(Refused, match="social worker has to say yes"):
        checked(back, worker)
    with pytest.raises(Denied):
        actions.allow_home(letter=back, by=officer, at=SOON, reason="It is safe.")
    with pytest.raises(Refused, match="Say why"):
        actions.allow_home(letter=back, by=worker, at=SOON, reason=" ")
    allowed = actions.allow_home(letter=back, by=worker, at=SOON, reason="Agreed with her: to her aunt's, by hand.")
    changed = reworded(allowed, worker, "Other words.")
    with pytest.raises(Refused, match="social worker has to say yes"):
        checked(changed, worker)
    allowed = actions.allow_home(letter=changed, by=worker, at=SOON, reason="Agreed with her.")
    assert sent(allowed, worker).status == "sent"


def test_a_yes_is_asked_again_when_something_new_was_heard(
    case: Referral, mother: Home, worker: User, officer: User
) -> None:
    Contact.objects.filter(pk=case.contact_id).update(is_the_child=True)
    letter = actions.allow_home(letter=drafted(case, mother, worker), by=worker, at=SOON, reason="She asked for it.")
    ready = checked(letter, worker)
    later = record_contact(
        facts=some_facts(concerns="The family's honour: dishonour.", people=[PersonFacts(given_name="Sam")]),
        by=officer, at=SOON,
    )  # fmt: skip
    assert case.child is not None
    link_person(on_contact=later.people.get(), person=case.child, by=worker, at=SOON)
    with pytest.raises(Refused, match="social worker has to say yes"):
        actions.send(letter=ready, by=worker, at=SOON, posted_on=SOON.date())


def test_of_a_child_who_died_nothing_is_written_and_nothing_leaves(
    case: Referral, child: Person, mother: Home, worker: User
) -> None:
    ready = checked(drafted(case, mother, worker), worker)
    Person.objects.filter(pk=child.pk).update(died_on=SOON.date())
    found = Letter.objects.get(pk=ready.pk)
    for deed in (
        lambda: drafted(Referral.objects.get(pk=case.pk), mother, worker, "moved_team"),
        lambda: actions.printed(letter=found, by=worker, at=SOON),
        lambda: actions.send(letter=found, by=worker, at=SOON, posted_on=SOON.date()),
    ):
        with pytest.raises(Refused, match="The child has died"):
            deed()
    assert actions.withdraw(letter=found, by=worker, at=SOON, reason="He died.").status == "withdrawn"


def test_a_case_closed_by_a_death_has_no_letter_with_that_label(case: Referral, mother: Home, worker: User) -> None:
    Referral.objects.filter(pk=case.pk).update(closure_reason="RC2", closed_at=SOON, closed_by=worker)
    with pytest.raises(Refused, match="The child has died"):
        drafted(Referral.objects.get(pk=case.pk), mother, worker, "case_closed")


def test_a_template_tells_only_what_there_is(case: Referral, mother: Home, worker: User) -> None:
    for code, why in (("section_47_outcome", "none has been authorised"), ("case_closed", "close the referral first")):
        with pytest.raises(Refused, match=why):
            drafted(case, mother, worker, code)


def test_what_cannot_be_printed_is_named(case: Referral, mother: Home, worker: User) -> None:
    letter = reworded(drafted(case, mother, worker), worker, "Dear Mara, \U00012000.")
    with pytest.raises(Refused, match="cannot be printed"):
        checked(letter, worker)


def test_the_day_it_was_posted_lies_between_the_check_and_today(case: Referral, mother: Home, worker: User) -> None:
    ready = checked(drafted(case, mother, worker), worker)
    for posted_on in (SOON.date() + timedelta(days=1), SOON.date() - timedelta(days=1)):
        with pytest.raises(Refused) as refused:
            actions.send(letter=ready, by=worker, at=SOON, posted_on=posted_on)
        assert refused.value.field == "posted_on"
    with pytest.raises(Stale):
        actions.send(letter=ready, by=worker, at=SOON, posted_on=SOON.date(), version=1)


def test_what_became_confidential_after_the_check_does_not_leave(
    case: Referral, child: Person, mother: Home, worker: User
) -> None:
    letter = reworded(drafted(case, mother, worker), worker, "Dear Mara\n\nWe come to 5 Elder Yard on Monday.")
    ready = checked(letter, worker)
    people.add_address(person=child, by=worker, at=SOON, lines="5 Elder Yard", postcode="ZZ99 2XX", **hidden())
    with pytest.raises(Refused, match="become confidential"):
        actions.send(letter=ready, by=worker, at=SOON, posted_on=SOON.date())


def test_every_status_and_every_move(case: Referral, mother: Home, worker: User) -> None:
    letter = sent(drafted(case, mother, worker), worker)
    moves = MACHINES[Letter]
    facts: dict[str, dict[str, Any]] = {
        "pass_check": {"printed_text": "x", "named": [], "taken_out": {}},
        "send": {"posted_on": date(2026, 11, 23), "document": letter.document, "sha256": letter.sha256},
    }
    statuses = [status.value for status in Letter.Status]
    pairs = {(source, each.target) for each in moves.values() for source in each.sources}
    for status, name in product(statuses, moves):
        with transaction.atomic():
            as_if(status, worker)
            record = Letter.objects.get()
            if status in moves[name].sources:
                moved = move(record, name, by=worker, at=SOON, reason="x", **facts.get(name, {}))
                assert moved.status == moves[name].target
            else:
                with pytest.raises(Refused):
                    move(record, name, by=worker, at=SOON, reason="x", **facts.get(name, {}))
            transaction.set_rollback(True)
    for before, after in product(statuses, statuses):
        if before != after and (before, after) not in pairs:
            with transaction.atomic():
                as_if(before, worker)
                with pytest.raises(IntegrityError, match="no move leads"), transaction.atomic():
                    Letter.objects.update(status=after)
                transaction.set_rollback(True)


def as_if(status: str, worker: User) -> None:
    """The letter in a status, past the machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('frontdoor.restate', 'on', true)")
        Letter.objects.update(status=status, checked_at=SOON, checked_by=worker, printed_text="x")
        cursor.execute("SELECT set_config('frontdoor.restate', '', true)")


def test_the_pages_of_a_letter(
    case: Referral, child: Person, mother: Home, worker: User, officer: User, signed: Callable[[User], Client]
) -> None:
    relative(child, worker, "Piotr", "Zielony", "father", lines="3 Quay Row", postcode="ZZ99 8QB", **hidden())
    client = signed(worker)
    new = f"/referrals/{case.reference}/letters/new/"
    first = client.get(new).content.decode()
    assert "Mara Ormerod (mother), 14 Larch Lane, Kexby, ZZ99 7QA" in first
    assert "Quay Row" not in first
    assert client.post(new, {}).status_code == 422
    made = client.post(new, {"template": "referral_received", "places": [mother.address.pk]})
    letter = Letter.objects.get()
    address = f"/letters/{letter.reference}/"
    assert made.headers["Location"] == address
    edit = client.get(f"{address}do/edit/").content.decode()
    assert "14 Larch Lane" in edit
    client.post(
        f"{address}do/edit/",
        {
            "version": letter.version, "place": mother.address.pk, "subject": "Your worker",
            "text": "Dear Mara\n\nWe see Piotr at 3 Quay Row.",
        },
    )  # fmt: skip
    letter.refresh_from_db()
    check = client.get(f"{address}do/check/").content.decode()
    assert "Piotr Zielony: does this person know?" in check
    assert "confidential address: 1 time" in check
    assert "Quay Row" not in check
    half = client.post(f"{address}do/check/", {"version": letter.version})
    assert half.status_code == 422
    client.post(f"{address}do/check/", {"version": letter.version, f"knows{actions.key_of('Piotr Zielony')}": "yes"})
    letter.refresh_from_db()
    assert letter.status == "checked"
    paper = client.post(f"{address}pdf/")
    assert paper["Content-Type"] == "application/pdf"
    today = timezone.localdate()
    day = {"posted_on_day": today.day, "posted_on_month": today.month, "posted_on_year": today.year}
    done = client.post(f"{address}do/send/", {"version": letter.version, **day})
    assert done.headers["Location"] == address
    letter.refresh_from_db()
    assert letter.status == "sent"
    assert letter.document is not None
    assert f"/documents/{letter.document.reference}/" in client.get(address).content.decode()
    page = client.get(f"/referrals/{case.reference}/").content.decode()
    assert re.search(rf'href="{address}"', page)
    assert signed(officer).get(address).status_code == 403


def test_a_letter_in_five_scripts_is_drawn_whole_and_read_in_its_order(
    case: Referral, mother: Home, worker: User
) -> None:
    parts = ["Dear Mara", "王明今天上学", "ሰላም ተስፋዬ", "বাংলা ভাষা", "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "علي حسن", "The end."]
    ready = checked(reworded(drafted(case, mother, worker), worker, "\n\n".join(parts)), worker)
    reader = PdfReader(io.BytesIO(actions.printed(letter=ready, by=worker, at=SOON)))
    told = words_of(reader)
    order = [told.index(part) for part in ("14 Larch Lane", *parts[:3], "The end.", worker.name)]
    assert order == sorted(order)
    assert "□" not in told
    content = reader.pages[0].get_contents()
    assert content is not None
    assert b"/ReversedChars" in content.get_data()


def test_a_letter_to_a_record_that_is_joined_to_another_stays_with_its_child_and_asks_for_the_address_again(
    case: Referral, mother: Home, worker: User, manager: User
) -> None:
    letter = checked(drafted(case, mother, worker), worker)
    same = people.create_person(names=[people.GivenName("Mara", "Ormerod")], by=worker, at=LATER)
    merge.apply(survivor=same, loser=mother.person, by=manager, at=SOON, reason="One mother.")
    found = Letter.objects.get(pk=letter.pk)
    assert (found.referral, found.recipient) == (case, same)
    with pytest.raises(Refused, match="address has changed"):
        actions.send(letter=found, by=worker, at=SOON, posted_on=SOON.date())


def test_who_may_not_know_the_child_finds_no_letter(
    case: Referral, child: Person, mother: Home, worker: User, manager: User, signed: Callable[[User], Client]
) -> None:
    letter = drafted(case, mother, worker)
    dpo = StaffFactory.create(role="data_protection_officer")
    set_restriction(person=child, holders=[manager], by=dpo, at=SOON, reason="A colleague’s child.", kind="restricted")
    client = signed(worker)
    for path in ("", "do/check/", "do/edit/"):
        assert client.get(f"/letters/{letter.reference}/{path}").status_code == 404
    assert client.post(f"/letters/{letter.reference}/pdf/").status_code == 404


def test_the_copy_that_is_kept_says_no_confidential_home(case: Referral, child: Person, worker: User) -> None:
    aunt = relative(
        child, worker, "Ilkavera", "Zielona", "aunt", lines="4 Refuge Mews", postcode="ZZ99 4RF", **hidden()
    )
    kept = sent(drafted(case, aunt, worker), worker)
    assert kept.document is not None
    words = words_of(PdfReader(io.BytesIO(storage.get(kept.document.blob, kept.document.key_id))))
    assert "Refuge Mews" not in words
    assert "Confidential address" in words
    assert "Ilkavera" not in words.split("Dear")[0]


def test_to_one_person_another_address_is_no_second_press(case: Referral, mother: Home, worker: User) -> None:
    standing = drafted(case, mother, worker)
    safe = people.add_address(person=mother.person, by=worker, at=LATER, lines="9 Quiet Row", postcode="ZZ99 9QR")
    with pytest.raises(Refused, match=f"{standing.reference}, of this kind, is open"):
        drafted(case, Home(mother.person, safe), worker)


def test_what_was_withdrawn_unchecked_is_shown_as_it_would_have_been_printed(
    case: Referral, mother: Home, child: Person, worker: User, signed: Callable[[User], Client]
) -> None:
    relative(child, worker, "Ilkavera", "Zielona", "aunt", lines="4 Refuge Mews", postcode="ZZ99 4RF", **hidden())
    letter = reworded(drafted(case, mother, worker), worker, "Dear Mara\n\nShe is at 4 Refuge Mews.")
    actions.withdraw(letter=letter, by=worker, at=SOON, reason="It tells too much.")
    page = signed(worker).get(f"/letters/{letter.reference}/").content.decode()
    assert "Refuge Mews" not in page
    assert "confidential address" in page


def test_a_yes_does_not_cover_what_is_added_to_the_same_contact(
    case: Referral, mother: Home, worker: User, manager: User
) -> None:
    Contact.objects.filter(pk=case.contact_id).update(is_the_child=True)
    letter = drafted(case, mother, worker)
    letter = actions.allow_home(letter=letter, by=worker, at=SOON, reason="She asked for it.")
    assert guards.needs_yes(letter) == ""
    add_later(contact=case.contact, by=manager, at=SOON, text="She fears a forced marriage.")
    assert "marriage" in guards.needs_yes(letter)


def test_names_of_any_alphabet_and_of_whoever_is_on_no_record_are_asked_about(
    case: Referral, mother: Home, worker: User
) -> None:
    Contact.objects.filter(pk=case.contact_id).update(referrer_name="Darren Oakapple")
    case.refresh_from_db()
    letter = reworded(
        drafted(case, mother, worker), worker, "Dear Mara\n\nDarren told us, and Łukasz Śliwa and Émile Øst know."
    )
    named = reading.named_in(letter, reading.printed(letter, worker)[0], worker)
    assert {"Darren Oakapple", "Łukasz Śliwa", "Émile Øst"} <= set(named)
