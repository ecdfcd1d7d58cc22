"""Contacts, referrals, assessments, enquiries and notes of the old systems as records of our own.

Each stands at the status it had reached, with its changes of status at their real dates, and belongs to the person made
from the row it names. Records whose old owner names nobody we know are signed by the old system's machine actor.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import transaction

from assessments.models import Assessment, AssessmentText, Factor
from contacts.bundles import actions as bundles
from contacts.fields import LONGEST_ADDRESS, OF_ADDRESS, OF_PERSON, OF_REFERRER
from contacts.models import Contact, ContactPerson, ContactText, ContactType, contact_type
from frontdoor.clocks.actions import next_moment
from frontdoor.clocks.deadlines import moments
from frontdoor.clocks.editions import Rule, rule_for
from frontdoor.clocks.models import Clock, closures
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.copying import copy_rows
from frontdoor.exchange.legacy.changes import assessment_changes, contact_changes, referral_changes, said
from frontdoor.exchange.legacy.files import CARECASE, FIRSTCALL
from frontdoor.exchange.legacy.loaded import (
    Found,
    assessed,
    contact_facts,
    latest,
    newest_open,
    positions,
    records_of,
    referrals_of,
)
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
    one_family,
    only,
)
from frontdoor.exchange.models import CaseNote, Origin, PaperFile, SameEvent
from frontdoor.people.models import Involvement, Person
from frontdoor.workflow.actions import restate
from frontdoor.workflow.models import StatusChange
from referrals.births import assessment_rule
from referrals.models import Referral, StrategyDiscussion

CONTACT_OUTCOMES = {
    "NEW_REFERRAL": "referral", "EXISTING_REFERRAL": "open_work", "EARLY_HELP": "early_help", "ADVICE": "advice",
    "NFA": "no_further_action", "ERROR": "entered_in_error",
}  # fmt: skip
ASSESSMENT_OUTCOMES = {
    "NFA": "no_further_action", "EH": "early_help", "CIN": "child_in_need", "S47": "strategy_discussion",
    "CP": "conference", "LAC": "looked_after",
}  # fmt: skip
ASSESSMENT_KINDS = {"SA": "single", "IA": "initial", "CA": "core"}
CHILD_ROLES = {"SUBJECT": "subject", "UNBORN": "subject", "SIBLING": "sibling", "HOUSEHOLD": "household"}
#: Callers of these sources speak as private people.
PRIVATE_SOURCES = ("1A", "1B", "1C", "1D", "9", "10")


def fit(name: str, text: str) -> str:
    """As much of a text about a person as its column holds; the row itself is kept as received."""
    return OF_PERSON[name].fit(text)


@cache
def _outside(on: date) -> dict[str, str]:
    return {row.code: str(row.attributes.get("outside", "")) for row in lists.rows("contact_outcome")}


class Loader:
    """Loads the records of one run, the people being there already."""

    def __init__(self, meanings: Meanings, newest: datetime) -> None:
        self.meanings, self.newest = meanings, newest
        self.types = {
            code: contact_type(code, london_date(newest))
            for code in ContactType.objects.values_list("code", flat=True).distinct()
        }
        self.closures = closures()
        self.loaded_events = 0
        # Episodes whose first assessment has been met: the referral's own clock is its clock.
        self._clocked: set[str] = set(
            Origin.objects.filter(file="carecase_assessments.csv").values_list("source__values__episode_id", flat=True)
        )

    # -- contacts ------------------------------------------------------------

    def contacts(self) -> None:
        """Contacts of FirstCall with the children they are about."""
        file, by = "firstcall_contacts.csv", actor(FIRSTCALL)
        rows = pending(file)
        self.loaded_events += len(rows)
        fresh = [row for row in rows if not row.reference]
        for part in in_parts(fresh):
            with transaction.atomic():
                self._create_contacts(part, by)
        for row in rows:
            if row.reference:
                with transaction.atomic():
                    self._change_contact(row, by)
        with transaction.atomic():
            self._contact_children(by)

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

    def _create_contacts(self, rows: Sequence[Pending], by: Any) -> None:
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
                referrer_name=OF_REFERRER["name"].fit(row.get("CALLER_NAME")),
                referrer_organisation=OF_REFERRER["organisation"].fit(row.get("CALLER_ORG")),
                is_anonymous=source == "9", is_professional=bool(source) and source not in PRIVATE_SOURCES,
                summary=row.get("REASON")[:250], **state,
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

    def _change_contact(self, row: Pending, by: Any) -> None:
        """A newer extract: facts are set again, and a contact closed there since is decided here."""
        contact = Contact.objects.get(reference=row.reference)
        state = self._state(row)
        if state["decided_at"] is not None and contact.status == "received":
            contact = restate(contact, "decided", by=by, at=state["decided_at"], reason=row.get("OUTCOME"))
            contact.is_on_queue, contact.decided_by = False, by
            for name, value in state.items():
                setattr(contact, name, value)
            Involvement.objects.filter(reference=contact.reference, closed_at__isnull=True).update(
                closed_at=state["decided_at"], status_label="Decided"
            )
        contact.summary = row.get("REASON")[:250]
        contact.referrer_name = OF_REFERRER["name"].fit(row.get("CALLER_NAME"))
        contact.referrer_organisation = OF_REFERRER["organisation"].fit(row.get("CALLER_ORG"))
        contact.save()
        bundles.refresh_of([contact.pk])
        ContactText.objects.filter(contact=contact).update(concerns=row.get("NOTES"))
        keep_origins("firstcall_contacts.csv", [(row, row.reference)])

    def _contact_children(self, by: Any) -> None:
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
        for row in rows:
            contact_id, reference = contacts[row.get("CONTACT_NO")]
            person_id, _ = keys[row.get("CLIENT_NO")]
            role = CHILD_ROLES.get(self.meanings.of(file, "ROLE", row.get("ROLE")), "subject")
            origins.append((row, reference))
            if row.reference:
                continue
            received, decided, outcome = facts[contact_id]
            taken[contact_id] += 1
            made.append(
                self._given(
                    described[row.get("CLIENT_NO")], FIRSTCALL, contact_id, taken[contact_id], role, person_id,
                    received, by, outcome if role == "subject" else "", decided,
                )
            )  # fmt: skip
            label = "Decided" if decided else "Received"
            part.append((person_id, reference, "contact", role, received, decided, label))
        bulk(ContactPerson, made)
        involve(part)
        Contact.objects.filter(origin=FIRSTCALL, people__isnull=True).update(no_child_identified=True)
        keep_origins(file, origins)

    def _given(
        self, values: dict[str, str], system: str, contact_id: int, position: int, role: str, person_id: int,
        at: datetime, by: Any, outcome: str, decided: datetime | None,
    ) -> ContactPerson:  # fmt: skip
        each = Described(Pending(0, "", values), system, self.meanings)
        return ContactPerson(
            contact_id=contact_id, position=position, is_child=True, role=role,
            given_name=fit("given_name", " ".join(part for part in (each.given, each.middle) if part)),
            family_name=fit("family_name", each.family), known_as=fit("known_as", each.known_as),
            date_of_birth=each.born, dob_is_estimated=each.is_estimated and each.born is not None,
            expected_on=each.expected, sex=fit("sex", each.sex), ethnicity=fit("ethnicity", each.ethnicity),
            nhs_number=fit("nhs_number", each.nhs), upn=fit("upn", each.upn), school=fit("school", each.school),
            telephone=fit("telephone", each.telephone), address=each.lines[:LONGEST_ADDRESS],
            postcode=OF_ADDRESS["postcode"].fit(each.postcode_written), person_id=person_id, linked_at=at, linked_by=by,
            outcome=outcome, decided_at=decided if outcome else None, decided_by=by if decided and outcome else None,
        )  # fmt: skip

    # -- referrals ------------------------------------------------------------

    def episodes(self) -> None:
        """Referrals of CareCase, each on its contact: the one of FirstCall it was typed from, or one of its own."""
        file, by = "carecase_episodes.csv", actor(CARECASE)
        rows = pending(file)
        self.loaded_events += len(rows)
        fresh = [row for row in rows if not row.reference]
        with_open, with_any = assessed()
        found = Found()
        for part in in_parts(fresh):
            with transaction.atomic():
                self._create_referrals(part, by, with_open, with_any, found)
        for row in rows:
            if row.reference:
                with transaction.atomic():
                    self._change_referral(row, by)

    def _referral_state(self, row: Pending, with_open: set[str], with_any: set[str]) -> dict[str, Any]:
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

    def _create_referrals(
        self, rows: Sequence[Pending], by: Any, with_open: set[str], with_any: set[str], found: Found
    ) -> None:
        file = "carecase_episodes.csv"
        references = new_references(Referral, file, [row.identity for row in rows])
        keys = found.people
        states = {row.identity: self._referral_state(row, with_open, with_any) for row in rows}
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
            label = (f"{label}: {who}" if is_open and who else label)[:60]
            part.append((person_id, referral.reference, "referral", "subject", received, ended, label))
            changes.append((referral.reference, referral_changes(referral, row)))
            if referral.status == "accepted":
                clocks.append(
                    self._clock(assessment_rule(state["received_on"]), referral.reference, received, None, by)
                )
        bulk(Referral, made)
        involve(part)
        born_rows(Referral, changes, by)
        bulk(Clock, clocks)
        keep_origins(file, [(row, references[row.identity]) for row in rows])

    def _contacts_for(
        self, rows: Sequence[Pending], states: dict[str, dict[str, Any]], loaded: Found, by: Any
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
                    reference=references[row.identity], origin=CARECASE, type=self.types["concern"], status="decided",
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
                self._given(
                    described[row.get("person_id")], CARECASE, contact.pk, 1, "subject", keys[row.get("person_id")][0],
                    contact.received_at, by, "referral", contact.decided_at,
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

    def _change_referral(self, row: Pending, by: Any) -> None:
        referral = Referral.objects.get(reference=row.reference)
        with_open, with_any = assessed()
        state = self._referral_state(row, with_open, with_any)
        # What has been done here since the cut-over stands; only the old system's own later news is taken.
        untouched = not StatusChange.objects.filter(reference=referral.reference).exclude(by=by).exists()
        if untouched and state["status"] != referral.status:
            referral.closed_at, referral.closed_by = state["closed_at"], by if state["closed_at"] else None
            referral.closure_reason, referral.what_changed = state["closure_reason"], state["what_changed"]
            referral.save()
            referral = restate(
                referral, state["status"], by=by, at=state["closed_at"] or self.newest, reason=row.get("closure_reason")
            )
            ended = state["closed_at"] if state["status"] in ("closed", "no_further_action") else None
            Involvement.objects.filter(reference=referral.reference).update(
                closed_at=ended, status_label=str(referral.get_status_display())[:60]
            )
            if ended:
                for clock in Clock.objects.filter(reference=referral.reference, stopped_at__isnull=True):
                    clock.stopped_at, clock.stopped_by, clock.next_at = ended, by, None
                    clock.save()
        for name in ("source", "primary_need", "is_nfa"):
            setattr(referral, name, state[name])
        referral.save()
        keep_origins("carecase_episodes.csv", [(row, row.reference)])

    def _clock(self, code: str, reference: str, started: datetime, stopped: datetime | None, by: Any) -> Clock:
        """A statutory clock under the edition of its day, closed when the work was."""
        rule = _rule(code, london_date(started))
        found = moments(rule, started, self.closures)
        clock = Clock(
            reference=reference, rule=code, label=rule.label, edition=rule.edition, amount=rule.amount,
            unit=rule.unit.value, is_statutory=True, may_pause=False, started_at=started, day_0=found.day_0,
            due_at=found.due_at, warn_at=found.warn_at, escalate_at=found.escalate_at, stopped_at=stopped,
            stopped_by=by if stopped else None,
        )  # fmt: skip
        clock.next_at = None if stopped else next_moment(clock)
        return clock

    # -- assessments and enquiries ------------------------------------------------------------

    def assessments(self) -> None:
        """Assessments, authorised or still being written, with their factors and the clock they ran under."""
        file, by = "carecase_assessments.csv", actor(CARECASE)
        rows = pending(file)
        self.loaded_events += len(rows)
        manager = actor(FIRSTCALL)  # another than the author, as the rule of two people demands of every record
        referrals = referrals_of()
        # Those of one referral together: which is its first and which its last is decided at once.
        fresh = sorted((row for row in rows if not row.reference), key=lambda row: row.get("episode_id"))
        for some in in_parts(fresh):
            with transaction.atomic():
                self._create_assessments(some, by, manager, referrals)
        for row in rows:
            if row.reference:
                with transaction.atomic():
                    self._change_assessment(row, by, manager)
                    keep_origins(file, [(row, row.reference)])

    def _create_assessments(self, fresh: Sequence[Pending], by: Any, manager: Any, referrals: dict[str, Any]) -> None:
        file = "carecase_assessments.csv"
        references = new_references(Assessment, file, [row.identity for row in fresh])
        last_open = newest_open(fresh)
        made, texts, factors, part, changes, clocks = [], [], [], [], [], []
        for row in fresh:
            get = row.get
            referral_id, referral_reference, child_id, received, is_closed = referrals[get("episode_id")]
            authorised = moment_of(get("authorised_date"), CARECASE)
            started = moment_of(get("start_date"), CARECASE) or received
            started = min(started, authorised) if authorised else started
            is_first = get("episode_id") not in self._clocked
            self._clocked.add(get("episode_id"))
            status = "authorised" if authorised else "in_progress"
            if not authorised and (is_closed or last_open.get(get("episode_id")) != row.identity):
                status = "abandoned"
            rule = assessment_rule(london_date(received))
            reference = references[row.identity]
            on = referral_reference if is_first else reference
            outcome = ASSESSMENT_OUTCOMES.get(self.meanings.of(file, "outcome", get("outcome")), "")
            ended = authorised or (self.newest if status == "abandoned" else None)
            each = Assessment(
                reference=reference, origin=CARECASE, referral_id=referral_id, status=status,
                kind=ASSESSMENT_KINDS.get(get("type").upper(), "single"), author=by, started_at=started, started_by=by,
                clock_reference=on, clock_rule=rule, outcome=outcome if authorised else "",
                submitted_at=authorised, submitted_by=by if authorised else None, authorised_at=authorised,
                authorised_by=manager if authorised else None, abandoned_at=ended if status == "abandoned" else None,
                abandoned_by=manager if status == "abandoned" else None,
            )  # fmt: skip
            made.append(each)
            texts.append(
                (
                    said(row, ("author", "type", "child_seen", "seen_alone")),
                    f"As recorded in CareCase: {get('outcome')}" if get("outcome") else "",
                )
            )
            factors.append([code for code in get("factors").split(";") if code])
            label = str(each.get_status_display())
            part.append((child_id, reference, "assessment", "subject", started, ended, label))
            changes.append((reference, assessment_changes(each, row)))
            if is_first or status == "authorised":
                clocks.append(self._clock(rule, on, received if is_first else started, ended, by))
        bulk(Assessment, made)
        copy_rows(
            AssessmentText,
            ("assessment_id", "information_from", "outcome_reason"),
            ((each.pk, *text) for each, text in zip(made, texts, strict=True)),
        )
        copy_rows(
            Factor,
            ("assessment_id", "code"),
            ((each.pk, code) for each, codes in zip(made, factors, strict=True) for code in codes),
        )
        involve(part)
        born_rows(Assessment, changes, by)
        bulk(Clock, clocks)
        keep_origins(file, [(row, references[row.identity]) for row in fresh])

    def _change_assessment(self, row: Pending, by: Any, manager: Any) -> None:
        each = Assessment.objects.get(reference=row.reference)
        authorised = moment_of(row.get("authorised_date"), CARECASE)
        if authorised and each.status == "in_progress":
            each.submitted_at = each.authorised_at = authorised
            each.submitted_by, each.authorised_by = by, manager
            each.outcome = ASSESSMENT_OUTCOMES.get(
                self.meanings.of("carecase_assessments.csv", "outcome", row.get("outcome")), ""
            )
            each.save()
            restate(each, "authorised", by=manager, at=authorised, reason=row.get("outcome"))
            Involvement.objects.filter(reference=each.reference).update(closed_at=authorised, status_label="Authorised")
            for clock in Clock.objects.filter(reference=each.clock_reference, rule=each.clock_rule, stopped_at=None):
                clock.stopped_at, clock.stopped_by, clock.next_at = authorised, by, None
                clock.save()
        have = set(Factor.objects.filter(assessment=each, ended_at=None).values_list("code", flat=True))
        bulk(
            Factor,
            [Factor(assessment=each, code=c) for c in row.get("factors").split(";") if c and c not in have],
        )

    @transaction.atomic
    def enquiries(self) -> None:
        """Section 47 enquiries: the strategy discussion each began with, what was decided, and its conference."""
        file, by = "carecase_s47.csv", actor(CARECASE)
        rows = pending(file)
        self.loaded_events += len(rows)
        referrals = referrals_of()
        made = []
        for row in rows:
            referral_id, _, _, received, _ = referrals[row.get("episode_id")]
            if not row.reference:
                held = moment_of(row.get("strategy_date"), CARECASE) or received
                made.append(
                    StrategyDiscussion(
                        referral_id=referral_id, held_at=held, chaired_by=by, section_47=True, recorded_at=held,
                        recorded_by=by, others="",
                        decision=said(row, ("outcome", "icpc_required", "icpc_date", "s47_id")),
                    )
                )  # fmt: skip
            else:
                StrategyDiscussion.objects.filter(referral_id=referral_id, decision__contains=row.identity).update(
                    decision=said(row, ("outcome", "icpc_required", "icpc_date", "s47_id"))
                )
        bulk(StrategyDiscussion, made)
        keep_origins(file, [(row, referrals[row.get("episode_id")][1]) for row in rows])

    # -- notes and paper ------------------------------------------------------------

    @transaction.atomic
    def notes(self) -> None:
        """Case notes, at the time the event took place."""
        file = "carecase_notes.csv"
        rows = pending(file)
        keys = people_of("carecase_people.csv")
        before = {row.identity: row.before for row in rows if row.reference}
        made = []
        for row in rows:
            at = moment_of(row.get("note_datetime"), CARECASE)
            person_id, _ = keys[row.get("person_id")]
            old = before.get(row.identity)
            if old is not None:
                CaseNote.objects.filter(
                    person__reference=row.reference, text=old.get("text", ""), kind=old.get("note_type", "")[:60]
                ).update(text=row.get("text"), author=row.get("author")[:80])
                continue
            made.append(
                (
                    person_id, at or self.newest, at is not None, row.get("note_type")[:60], row.get("author")[:80],
                    row.get("text"), CARECASE,
                )
            )  # fmt: skip
        names = ("person_id", "happened_at", "is_date_known", "kind", "author", "text", "origin")
        copy_rows(CaseNote, names, made)
        keep_origins(file, [(row, keys[row.get("person_id")][1]) for row in rows])

    @transaction.atomic
    def paper(self, owners: dict[str, int]) -> None:
        """The index of the paper files; ``owners`` says whose each is, where the matching could tell."""
        file = "paper_files.csv"
        rows = pending(file)
        references = dict(Person.objects.filter(pk__in=set(owners.values())).values_list("pk", "reference"))
        PaperFile.objects.bulk_create(
            (
                PaperFile(
                    file_no=row.identity[:20], surname=row.get("surname"), forename=row.get("forename"),
                    born=row.get("dob"), location=row.get("location"), volumes=row.get("volumes"),
                    date_from=row.get("date_from"), date_to=row.get("date_to"), person_id=owners.get(row.identity),
                )
                for row in rows
            ),
            update_conflicts=True,
            unique_fields=["file_no"],
            update_fields=["surname", "forename", "born", "location", "volumes", "date_from", "date_to"],
        )  # fmt: skip
        keep_origins(file, [(row, references.get(owners.get(row.identity, 0), "")) for row in rows])


@cache
def _rule(code: str, on: date) -> Rule:
    return rule_for(code, on)
