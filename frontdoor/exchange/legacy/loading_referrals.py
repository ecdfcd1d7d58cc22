"""Referrals of CareCase, each on the contact it came from, as referrals of our own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from contacts.models import Contact, ContactPerson, ContactText, contact_type
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock, closures
from frontdoor.clocks.working_days import london_date
from frontdoor.copying import copy_rows
from frontdoor.db import shortened
from frontdoor.exchange.legacy.changes import referral_changes, said
from frontdoor.exchange.legacy.differing import differ, moved_by, take
from frontdoor.exchange.legacy.files import CARECASE
from frontdoor.exchange.legacy.held import as_held
from frontdoor.exchange.legacy.loaded import Found, assessed, how_far, latest
from frontdoor.exchange.legacy.loading_clocks import clock, stop
from frontdoor.exchange.legacy.loading_contacts import child_on_contact
from frontdoor.exchange.legacy.loading_people import Described
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
from frontdoor.exchange.models import Origin, SameEvent
from frontdoor.people.models import Involvement
from frontdoor.workflow.actions import restate
from frontdoor.workflow.models import StatusChange
from referrals.births import assessment_rule
from referrals.models import OPEN_STATUSES, Referral, ending_rule

#: How far work has come: a newer extract never takes it back.
REACHED = {"accepted": 1, "in_assessment": 2, "assessed": 3, "closed": 4, "no_further_action": 4}


class Referrals:
    """Loads the referrals of one run, the people and the contacts being there already."""

    def __init__(self, meanings: Meanings, newest: datetime) -> None:
        self.meanings, self.newest = meanings, newest
        self.concern = contact_type("concern", london_date(newest))
        self.closures = closures()

    def load(self) -> None:
        """Referrals of CareCase, each on its contact: the one of FirstCall it was typed from, or one of its own."""
        file, by = "carecase_episodes.csv", actor(CARECASE)
        rows = pending(file)
        fresh = [row for row in rows if not row.reference]
        with_open, with_any = assessed()
        changed = [row for row in rows if row.reference]
        pairs = list(zip(changed, as_held(file, changed, Meanings()), strict=True))
        # What has ended first, and before what is new: a child's last episode may have closed, and the next begun.
        for row, held in sorted(
            pairs, key=lambda pair: not (pair[1].get("closure_date") or pair[1].get("closure_reason"))
        ):
            self._state(row, with_open, with_any)  # counts the wordings nobody knows
            with transaction.atomic():
                self._change(row, held, by, with_open, with_any)
        self._go_on_alone(by, with_open, with_any)
        found = Found()
        for part in in_parts(fresh):
            with transaction.atomic():
                self._create(part, by, with_open, with_any, found)

    def _state(self, row: Pending, with_open: set[str], with_any: set[str]) -> dict[str, Any]:
        file, get = "carecase_episodes.csv", row.get
        closed = moment_of(get("closure_date"), CARECASE)
        received = moment_of(get("referral_date"), CARECASE) or closed or self.newest
        is_nfa = self.meanings.of(file, "referral_nfa", get("referral_nfa")) == "1"
        reason = self.meanings.of(file, "closure_reason", get("closure_reason"))
        if is_nfa:
            status = "no_further_action"
        elif closed is not None or get("closure_reason"):
            status, closed = "closed", closed or self.newest
        elif row.identity in with_open:
            status = "in_assessment"
        else:
            status = "assessed" if row.identity in with_any else "accepted"
        return {
            "status": status,
            "received_at": received,
            "received_on": london_date(received),
            "source": only(self.meanings.of(file, "referral_source", get("referral_source"))),
            "primary_need": only(self.meanings.of(file, "primary_need", get("primary_need"))),
            "is_nfa": is_nfa,
            "ending": "no_further_action" if is_nfa else "",
            "closed_at": closed if status == "closed" else None,
            "closure_reason": (reason or "RC7") if status == "closed" else "",
            "what_changed": f"As recorded in CareCase: {get('closure_reason')}" if status == "closed" else "",
        }

    def _create(self, rows: Sequence[Pending], by: User, with_open: set[str], with_any: set[str], found: Found) -> None:
        file = "carecase_episodes.csv"
        references = new_references(Referral, file, [row.identity for row in rows])
        keys = found.people
        states = {row.identity: self._state(row, with_open, with_any) for row in rows}
        self._join(rows, states, {row.identity: keys[row.get("person_id")][0] for row in rows}, references)
        given = self._contacts_for(rows, states, found, by)
        made, part, changes, clocks = [], [], [], []
        for row in rows:
            state, (contact_id, contact_person_id) = states[row.identity], given[row.identity]
            person_id, _ = keys[row.get("person_id")]
            received = state["received_at"]
            referral = Referral(
                reference=references[row.identity], origin=CARECASE, contact_id=contact_id,
                contact_person_id=contact_person_id, child_id=person_id, decided_at=received, decided_by=by,
                decision_reason=said(row, ("referral_source", "primary_need", "team", "worker")),
                response_type="" if state["is_nfa"] else "assessment",
                closed_by=by if state["closed_at"] else None, **state,
            )  # fmt: skip
            made.append(referral)
            is_open = referral.is_open
            ended = None if is_open else state["closed_at"] or received
            label = str(referral.get_status_display())
            who = " / ".join(text for text in (row.get("team"), row.get("worker")) if text)
            label = shortened(f"{label}: {who}" if is_open and who else label, 60)
            part.append((person_id, referral.reference, "referral", "subject", received, ended, label))
            changes.append((referral.reference, referral_changes(referral, row)))
            if referral.status == "accepted":
                rule = assessment_rule(state["received_on"])
                clocks.append(clock(rule, referral.reference, received, None, by, self.closures))
        bulk(Referral, made)
        involve(part)
        born_rows(Referral, changes, by)
        bulk(Clock, clocks)
        keep_origins(file, [(row, references[row.identity]) for row in rows])

    @staticmethod
    def _join(
        rows: Sequence[Pending],
        states: dict[str, dict[str, Any]],
        children: dict[str, int],
        references: dict[str, str],
    ) -> None:
        """An open episode of a child whose work is open already has joined that: no child has two (PRACTICE).

        Of several in one extract the one being assessed stands, else the first that was received.
        """
        decided = Referral.objects.filter(status__in=OPEN_STATUSES[1:], child__in=set(children.values()))
        standing = dict(decided.values_list("child_id", "reference"))
        for row in sorted(rows, key=lambda row: _first_to_stand(states[row.identity])):
            state, own = states[row.identity], references[row.identity]
            if state["status"] not in OPEN_STATUSES:
                continue
            stands = standing.setdefault(children[row.identity], own)
            if stands != own:
                rule = ending_rule(Referral.Ending.JOINED, state["received_on"])
                state.update(
                    status="no_further_action", ending=Referral.Ending.JOINED, joined_reference=stands,
                    is_nfa=rule.is_nfa, is_returnable=rule.is_returnable,
                )  # fmt: skip

    def own_contact(self, row: Pending, person: int, by: User) -> tuple[int, int]:
        """A contact made for this episode of this child alone, and the child on it, whatever it was recognised as."""
        found = Found.only(row.get("person_id"), person)
        return self._contacts_for([row], {row.identity: self._state(row, set(), set())}, found, by)[row.identity]

    def _contacts_for(
        self, rows: Sequence[Pending], states: dict[str, dict[str, Any]], loaded: Found, by: User
    ) -> dict[str, tuple[int, int]]:
        """Episode to (contact, child on it): the same event's contact of FirstCall, or a contact made for it."""
        found: dict[str, tuple[int, int]] = {}
        same = {
            event.episode_id: event
            for event in SameEvent.objects.filter(is_certain=True, episode_id__in=[row.identity for row in rows])
        }
        keys, contacts, clients = loaded.people, loaded.contacts, loaded.clients
        wanted = {contacts[event.contact_no][0] for event in same.values() if event.contact_no in contacts}
        on_contact = {
            (contact, person): key
            for key, contact, person in ContactPerson.objects.filter(contact_id__in=wanted).values_list(
                "pk", "contact_id", "person_id"
            )
        }
        busy = loaded.busy
        for row in rows:
            event = same.get(row.identity)
            if event is None or event.contact_no not in contacts or event.client_no not in clients:
                continue
            contact_id = contacts[event.contact_no][0]
            child = on_contact.get((contact_id, clients[event.client_no][0]))
            if child is not None and child not in busy:
                busy.add(child)
                found[row.identity] = (contact_id, child)
        alone = [row for row in rows if row.identity not in found]
        references = new_references(Contact, "carecase_episodes.csv", [row.identity for row in alone])
        described = latest("carecase_people.csv", {row.get("person_id") for row in alone})
        made = bulk(
            Contact,
            [
                Contact(
                    reference=references[row.identity], origin=CARECASE, type=self.concern, status="decided",
                    received_at=states[row.identity]["received_at"], decided_at=states[row.identity]["received_at"],
                    decided_by=by, is_on_queue=False, rank_at=states[row.identity]["received_at"],
                    outcome="referral", outcome_outside="referral", source=states[row.identity]["source"],
                    summary="Referral recorded in CareCase",
                )
                for row in alone
            ],
        )  # fmt: skip
        copy_rows(ContactText, ("contact_id",), ((contact.pk,) for contact in made))
        one_family(made)
        children = bulk(
            ContactPerson,
            [
                child_on_contact(
                    Described(Pending(0, "", described[row.get("person_id")]), CARECASE, self.meanings),
                    contact.pk, 1, "subject", keys[row.get("person_id")][0], contact.received_at, by, "referral",
                    contact.decided_at,
                )
                for row, contact in zip(alone, made, strict=True)
            ],
        )  # fmt: skip
        involve(
            (child.person_id, contact.reference, "contact", "subject", contact.received_at, contact.decided_at,
             "Decided")
            for contact, child in zip(made, children, strict=True)
        )  # fmt: skip
        born_rows(
            Contact,
            [(contact.reference, [("born", "", "decided", contact.received_at, "")]) for contact in made],
            by,
        )
        for row, contact, child in zip(alone, made, children, strict=True):
            found[row.identity] = (contact.pk, child.pk)
        return found

    def _change(self, row: Pending, held: Pending, by: User, with_open: set[str], with_any: set[str]) -> None:
        """What a newer extract says of a referral; ``held`` is the row with what it said before where it is silent."""
        file, at = "carecase_episodes.csv", now()
        referral = Referral.objects.select_for_update(of=("self",)).get(reference=row.reference)
        before = Pending(0, row.identity, held.before or {}, row.reference)
        state, was = self._state(held, with_open, with_any), self._state(before, with_open, with_any)
        # What has been done here since the cut-over stands; only the old system's own later news is taken.
        untouched = not StatusChange.objects.filter(reference=referral.reference).exclude(by=by).exists()
        goes_on = REACHED[state["status"]] > REACHED.get(referral.status, 0)
        if untouched and goes_on:
            referral.closed_at, referral.closed_by = state["closed_at"], by if state["closed_at"] else None
            referral.closure_reason, referral.what_changed = state["closure_reason"], state["what_changed"]
            referral.is_nfa = state["is_nfa"]
            referral.save()
            referral = restate(
                referral, state["status"], by=by, at=state["closed_at"] or self.newest, reason=row.get("closure_reason")
            )
            ended = state["closed_at"] if state["status"] in ("closed", "no_further_action") else None
            Involvement.objects.filter(reference=referral.reference).update(
                closed_at=ended, status_label=str(referral.get_status_display())
            )
            if ended:
                stop(Clock.objects.filter(reference=referral.reference, stopped_at__isnull=True), at=ended, by=by)
        elif not untouched and REACHED[state["status"]] == REACHED["closed"]:
            self._tell_end(row, referral, state["status"], was["status"], by)
        names = ("source", "primary_need")
        told, facts = ({name: each[name] for name in names} for each in (was, state))
        taken = take(referral, told, facts, file=file, row=row, at=at, person=referral.child)
        for name, value in taken.items():
            setattr(referral, name, value)
        referral.save()
        keep_origins(file, [(row, row.reference)])

    def _go_on_alone(self, by: User, with_open: set[str], with_any: set[str]) -> None:
        """What had joined work that the old systems have ended since is the child's work, where it is open there still.

        Not where somebody here has touched one of the two: what was ended here stays ended.
        """
        touched = StatusChange.objects.exclude(by=by).values("reference")
        ended = Referral.objects.exclude(status__in=OPEN_STATUSES).exclude(reference__in=touched).values("reference")
        busy = Referral.objects.filter(status__in=OPEN_STATUSES[1:]).exclude(child=None).values("child")
        waiting = Referral.objects.filter(
            origin=CARECASE, ending=Referral.Ending.JOINED, joined_reference__in=ended
        ).exclude(reference__in=touched).exclude(child__in=busy)  # fmt: skip
        rows = {row.reference: row for row in waiting.order_by("received_at", "pk")}
        file = "carecase_episodes.csv"
        keys = dict(Origin.objects.filter(file=file, reference__in=rows).values_list("reference", "identity"))
        said = latest(file, set(keys.values()))
        begun: set[int | None] = set()
        for reference, referral in rows.items():
            values = said.get(keys.get(reference, ""))
            if values is None or referral.child_id in begun:
                continue
            if self._state(Pending(0, "", values), with_open, with_any)["status"] in OPEN_STATUSES:
                begun.add(referral.child_id)
                self._begin_alone(referral.pk, by)

    @transaction.atomic
    def _begin_alone(self, key: int, by: User) -> None:
        referral = Referral.objects.select_for_update(of=("self",)).get(pk=key)
        referral.ending, referral.joined_reference, referral.is_nfa, referral.is_returnable = "", "", False, True
        referral.save()
        reason = "The work it had joined has ended."
        referral = restate(referral, how_far(referral), by=by, at=self.newest, reason=reason)
        Involvement.objects.filter(reference=referral.reference).update(
            closed_at=None, status_label=str(referral.get_status_display())
        )
        if referral.status == "accepted" and not Clock.objects.filter(reference=referral.reference).exists():
            rule = assessment_rule(referral.received_on)
            bulk(Clock, [clock(rule, referral.reference, referral.received_at, None, by, self.closures)])

    @staticmethod
    def _tell_end(row: Pending, referral: Referral, status: str, was: str, by: User) -> None:
        """The old system has ended what somebody works on here: whether it has ended, a person says."""
        if status in (was, referral.status):
            return
        last = StatusChange.objects.filter(reference=referral.reference).exclude(by=by).order_by("-pk").first()
        differ(
            "carecase_episodes.csv", row, "status", {"status": status}, person=referral.child, at=now(),
            changed=moved_by(last),
        )  # fmt: skip


def _first_to_stand(state: dict[str, Any]) -> tuple[bool, datetime]:
    return state["status"] != "in_assessment", state["received_at"]
