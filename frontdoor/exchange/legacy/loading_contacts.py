"""Contacts of FirstCall, with the children they are about, as contacts of our own.

Each stands at the status it had reached, with its changes of status at their real dates. One whose old owner is nobody
we know is signed by the old system's machine actor; so it is in the modules beside this one.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import transaction

from contacts.bundles import actions as bundles
from contacts.fields import OF_ADDRESS, OF_PERSON, OF_REFERRER
from contacts.models import Contact, ContactPerson, ContactText, ContactType, contact_type
from frontdoor.accounts.models import User
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.copying import copy_rows
from frontdoor.exchange.legacy.changes import contact_changes
from frontdoor.exchange.legacy.differing import changed_here, differ, take
from frontdoor.exchange.legacy.files import FIRSTCALL
from frontdoor.exchange.legacy.held import as_held
from frontdoor.exchange.legacy.loaded import contact_facts, latest, positions, records_of
from frontdoor.exchange.legacy.loading_people import Described, people_of
from frontdoor.exchange.legacy.staging import Pending, pending
from frontdoor.exchange.legacy.writing import (
    Meanings,
    actor,
    born_rows,
    bulk,
    in_parts,
    involve,
    keep_origins,
    moment_of,
    new_references,
    now,
    one_family,
    only,
)
from frontdoor.people.identifiers import safe_to_ring
from frontdoor.people.models import Involvement
from frontdoor.workflow.actions import restate

CONTACT_OUTCOMES = {
    "NEW_REFERRAL": "referral", "EXISTING_REFERRAL": "open_work", "EARLY_HELP": "early_help", "ADVICE": "advice",
    "NFA": "no_further_action", "ERROR": "entered_in_error",
}  # fmt: skip
CHILD_ROLES = {"SUBJECT": "subject", "UNBORN": "subject", "SIBLING": "sibling", "HOUSEHOLD": "household"}
#: Callers of these sources speak as private people.
PRIVATE_SOURCES = ("1A", "1B", "1C", "1D", "9", "10")


def kept(name: str, text: str) -> str:
    """A text about a person as it is kept: no column of these files is longer than the one it goes to."""
    return OF_PERSON[name].as_kept(text)


@cache
def _outside(on: date) -> dict[str, str]:
    return {row.code: str(row.attributes.get("outside", "")) for row in lists.rows("contact_outcome")}


class Contacts:
    """Loads the contacts of one run, the people being there already."""

    def __init__(self, meanings: Meanings, newest: datetime) -> None:
        self.meanings, self.newest = meanings, newest
        self.types = {
            code: contact_type(code, london_date(newest))
            for code in ContactType.objects.values_list("code", flat=True).distinct()
        }

    def load(self) -> None:
        """Contacts of FirstCall with the children they are about."""
        file, by = "firstcall_contacts.csv", actor(FIRSTCALL)
        rows = pending(file)
        fresh = [row for row in rows if not row.reference]
        for part in in_parts(fresh):
            with transaction.atomic():
                self._create(part, by)
        changed = [row for row in rows if row.reference]
        for row, held in zip(changed, as_held(file, changed, Meanings()), strict=True):
            self._state(row)  # counts the wordings nobody knows
            with transaction.atomic():
                self._change(row, held, by)
        with transaction.atomic():
            self._children(by)

    def _state(self, row: Pending) -> dict[str, Any]:
        get = row.get
        file = "firstcall_contacts.csv"
        closed = moment_of(get("CLOSED"), FIRSTCALL)
        passed = moment_of(get("PASSED_TO_DUTY"), FIRSTCALL)
        received = moment_of(get("RECEIVED"), FIRSTCALL) or passed or closed or self.newest
        outcome = CONTACT_OUTCOMES.get(self.meanings.of(file, "OUTCOME", get("OUTCOME")), "")
        # "Closed" that could not be read is still an end when an outcome stands beside it.
        decided = closed or passed or (received if get("OUTCOME") else None)
        source = only(self.meanings.of(file, "SOURCE", get("SOURCE")))
        return {
            "received_at": received,
            "decided_at": decided,
            "outcome": outcome if decided else "",
            "outcome_outside": _outside(received.date()).get(outcome, "") if decided else "",
            "source": source,
            "grade": self.meanings.of(file, "RISK", get("RISK")).lower(),
        }

    def _create(self, rows: Sequence[Pending], by: User) -> None:
        file = "firstcall_contacts.csv"
        references = new_references(Contact, file, [row.identity for row in rows])
        made, changes = [], []
        for row in rows:
            state = self._state(row)
            is_decided = state["decided_at"] is not None
            source = state["source"]
            kind = "police_notification" if source == "6" else "concern"
            contact = Contact(
                reference=references[row.identity], origin=FIRSTCALL, type=self.types[kind],
                status="decided" if is_decided else "received", is_on_queue=not is_decided,
                decided_by=by if is_decided else None, rank_at=state["received_at"],
                tier=1 if state["grade"] == "red" else 2, recorded_by=None,
                referrer_name=OF_REFERRER["name"].as_kept(row.get("CALLER_NAME")),
                referrer_organisation=OF_REFERRER["organisation"].as_kept(row.get("CALLER_ORG")),
                is_anonymous=source == "9", is_professional=bool(source) and source not in PRIVATE_SOURCES,
                summary=row.get("REASON"), **state,
            )  # fmt: skip
            made.append(contact)
            changes.append((contact.reference, contact_changes(contact, row)))
        bulk(Contact, made)
        copy_rows(
            ContactText,
            ("contact_id", "concerns"),
            ((contact.pk, row.get("NOTES")) for contact, row in zip(made, rows, strict=True)),
        )
        one_family(made)
        bundles.give_each_its_own()
        born_rows(Contact, changes, by)
        keep_origins(file, [(row, references[row.identity]) for row in rows])

    def _facts(self, row: Pending, state: dict[str, Any]) -> dict[str, Any]:
        """What a row says of a contact that somebody here may have put right."""
        return {
            "source": state["source"],
            "grade": state["grade"],
            "summary": row.get("REASON"),
            "referrer_name": OF_REFERRER["name"].as_kept(row.get("CALLER_NAME")),
            "referrer_organisation": OF_REFERRER["organisation"].as_kept(row.get("CALLER_ORG")),
        }

    def _change(self, row: Pending, held: Pending, by: User) -> None:
        """A newer extract: what nobody put right here is set again, and a contact closed there since is decided here.

        ``held`` is the row with what it said before, where it says nothing now.
        """
        file, at = "firstcall_contacts.csv", now()
        contact = Contact.objects.select_for_update().get(reference=row.reference)
        before = Pending(0, row.identity, held.before or {}, row.reference)
        state, was = self._state(held), self._state(before)
        if state["decided_at"] is not None and contact.status == "received":
            contact = restate(contact, "decided", by=by, at=state["decided_at"], reason=row.get("OUTCOME"))
            contact.is_on_queue, contact.decided_by = False, by
            for name in ("decided_at", "outcome", "outcome_outside"):
                setattr(contact, name, state[name])
            Involvement.objects.filter(reference=contact.reference, closed_at__isnull=True).update(
                closed_at=state["decided_at"], status_label="Decided"
            )
        elif (
            state["outcome"] not in ("", was["outcome"], contact.outcome)
            and (contact.decided_by_id != by.pk or contact.outcome != was["outcome"])
        ):  # fmt: skip
            who = changed_here(contact, "outcome", contact.outcome)
            differ(file, row, "outcome", {"outcome": state["outcome"]}, person=None, at=at, changed=who)
        facts, told = self._facts(held, state), self._facts(before, was)
        for name, value in take(contact, told, facts, file=file, row=row, at=at).items():
            setattr(contact, name, value)
        contact.save()
        bundles.refresh_of([contact.pk])
        text = ContactText.objects.get(contact=contact)
        concerns = {"concerns": held.get("NOTES")}
        if take(text, {"concerns": before.get("NOTES")}, concerns, file=file, row=row, at=at):
            ContactText.objects.filter(contact=contact).update(**concerns)
        keep_origins(file, [(row, row.reference)])

    def _children(self, by: User) -> None:
        file = "firstcall_contact_children.csv"
        rows = pending(file)
        contacts = records_of("firstcall_contacts.csv", Contact)
        keys = people_of("firstcall_people.csv")
        described = latest("firstcall_people.csv", {row.get("CLIENT_NO") for row in rows})
        taken: dict[int, int] = defaultdict(int)
        wanted = [contacts[row.get("CONTACT_NO")][0] for row in rows]
        taken.update(positions(wanted))
        made, part, origins = [], [], []
        facts = contact_facts(set(wanted))
        there = set(
            ContactPerson.objects.filter(contact_id__in=set(wanted), is_child=True).values_list(
                "contact_id", "person_id"
            )
        )
        for row in rows:
            contact_id, reference = contacts[row.get("CONTACT_NO")]
            person_id, _ = keys[row.get("CLIENT_NO")]
            role = CHILD_ROLES.get(self.meanings.of(file, "ROLE", row.get("ROLE")), "subject")
            origins.append((row, reference))
            # A child on it already, perhaps by another row of theirs.
            if row.reference or (contact_id, person_id) in there:
                continue
            received, decided, outcome = facts[contact_id]
            taken[contact_id] += 1
            child = Described(Pending(0, "", described[row.get("CLIENT_NO")]), FIRSTCALL, self.meanings)
            made.append(
                child_on_contact(
                    child, contact_id, taken[contact_id], role, person_id, received, by,
                    outcome if role == "subject" else "", decided,
                )
            )  # fmt: skip
            label = "Decided" if decided else "Received"
            part.append((person_id, reference, "contact", role, received, decided, label))
        bulk(ContactPerson, made)
        involve(part)
        Contact.objects.filter(origin=FIRSTCALL, people__isnull=True).update(no_child_identified=True)
        keep_origins(file, origins)


def child_on_contact(
    each: Described, contact_id: int, position: int, role: str, person_id: int, at: datetime, by: User, outcome: str,
    decided: datetime | None,
) -> ContactPerson:  # fmt: skip
    """A child as one of the old systems describes it, on a contact and linked to the record made of it."""
    return ContactPerson(
        contact_id=contact_id, position=position, is_child=True, role=role,
        given_name=" ".join(part for part in (each.given, each.middle) if part),
        family_name=kept("family_name", each.family), known_as=kept("known_as", each.known_as),
        date_of_birth=each.born, dob_is_estimated=each.is_estimated and each.born is not None,
        expected_on=each.expected, sex=kept("sex", each.sex), ethnicity=kept("ethnicity", each.ethnicity),
        nhs_number=kept("nhs_number", each.nhs), upn=kept("upn", each.upn), school=kept("school", each.school),
        telephone=kept("telephone", each.telephone), is_safe_to_ring=safe_to_ring(each.telephone, None),
        address=each.lines,
        postcode=OF_ADDRESS["postcode"].as_kept(each.postcode_written), person_id=person_id, linked_at=at, linked_by=by,
        outcome=outcome, decided_at=decided if outcome else None, decided_by=by if decided and outcome else None,
    )  # fmt: skip
