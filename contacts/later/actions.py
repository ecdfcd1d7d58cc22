"""Adding what was said later to a contact, and a manager's taking of what was added once it was decided."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from contacts.bundles import actions as bundles
from contacts.facts import ContactFacts, PersonFacts
from contacts.fields import OF_CONTACT
from contacts.grading import rules as grading
from contacts.grading.provisional import rules_on
from contacts.grading.raising import RAISES_TO
from contacts.identity.actions import workers_of
from contacts.identity.proposing import propose
from contacts.later import joining
from contacts.models import Contact, ContactAddition, ContactPerson
from contacts.ranking.ranks import rerank
from contacts.recording.sentence import NOT_PART, is_part_of
from contacts.screening.actions import raise_grade
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.working_days import london_date
from frontdoor.notifications.actions import duty_managers, notify
from frontdoor.people.access import known_references
from frontdoor.workflow.actions import touch

#: The clock of a manager who has to take what was said after the decision.
CLOCK = "said_later"
LONGEST = 20_000
LONGEST_NAME = 200
LONGEST_SENTENCE = OF_CONTACT["summary"].longest
ABOUT_YOURS = "Something was said later on {}, about a child you work with"
#: The same words from the same person within this time are one press made twice: nothing added is ever taken away.
TWICE = timedelta(minutes=1)


@transaction.atomic
def add_later(
    *,
    contact: Contact,
    by: User,
    at: datetime,
    text: str,
    said_by: str = "",
    corrects: str = "",
    on_contact: ContactPerson | None = None,
    people: Sequence[PersonFacts] = (),
    is_new_harm: bool = False,
    summary: str = "",
) -> ContactAddition:
    """Keep what was said after the contact was recorded, beside what was given, which stays as it was.

    1. The version is raised: a decision being written on the contact as it was is not taken without a look.
    2. Until it is decided ``people`` named now join those on it, and are matched; the words may raise the grade,
       provisional and upwards only; it is ranked and bundled again, and whoever holds or has proposed it is told.
    3. Once it is decided whoever works with a child on it is told. A child among ``people``, or new harm
       (``is_new_harm``), opens a contact of its own, received now; for anything else a manager has to take it, and a
       clock runs.

    ``summary``: the sentence of all this that says what happened, for the line of the queue; empty leaves it as it is.
    ``corrects``: one of :class:`ContactAddition.Corrects` (with ``on_contact`` for somebody on it), empty for words.
    Raises Refused without words, where words or name are longer than they may be (nothing is cut), where the sentence
    stands in nothing that was said, and where no contact may be opened (:func:`joining.open_linked`).
    """
    require(by, Permission.CONTACT_RECORD)
    if not text.strip():
        raise Refused("Enter what was said.", code="required", field="text")
    if len(text) > LONGEST:
        raise Refused(f"At most {LONGEST:,} characters.", code="too_long", field="text")
    if len(said_by) > LONGEST_NAME:
        raise Refused(f"At most {LONGEST_NAME} characters.", code="too_long", field="said_by")
    if (corrects == ContactAddition.Corrects.PERSON) != (on_contact is not None) or (
        on_contact is not None and on_contact.contact_id != contact.pk
    ):
        raise Refused("Choose who on this contact is corrected.", code="corrects", field="corrects")
    first = contact.text
    if summary and not is_part_of(summary, [text, first.concerns, first.child_said, first.injuries]):
        raise Refused(f"{NOT_PART}.", code="not_part", field="summary")
    if len(summary) > LONGEST_SENTENCE:
        raise Refused(f"At most {LONGEST_SENTENCE} characters.", code="too_long", field="summary")
    bundles.take_turns(contact, more=joining.rows_for(contact, people))
    changed = touch(contact)
    rows = joining.rows_for(changed, people)
    same = ContactAddition.objects.filter(contact=changed, corrects=corrects, on_contact=on_contact, text=text, by=by)
    twice: ContactAddition
    for twice in same.filter(at__gt=at - TWICE).order_by("pk"):
        if _names(row.on_contact for row in twice.people_added.all()) == _names(rows):
            return twice
    is_decided = changed.status == Contact.Status.DECIDED
    has_child = any(row.is_child for row in rows)
    opened: Contact | None = None
    if (is_new_harm or has_child) and not joining.takes_more(changed):
        opened = joining.open_linked(
            changed, text=text, said_by=said_by, people=people, is_new_harm=is_new_harm, by=by, at=at
        )
        rows = list(opened.people.order_by("position")[: len(people)])
    added = ContactAddition.objects.create(
        contact=changed, corrects=corrects, on_contact=on_contact, text=text, said_by=said_by,
        opened_reference=opened.reference if opened is not None else "", by=by, at=at,
    )  # fmt: skip
    if opened is None:
        joining.join(changed, rows, at=at)
    joining.note(added, rows)
    worse = opened or changed
    if not is_decided or opened is not None:
        _raise_by_words(worse, text, people, by=by, at=at)
    if summary:
        worse.summary, worse.sentence_is_marked = summary, True
    changed.save()
    # After what the words called for: whoever decides on the contact as it was is told of the words.
    detail = {"addition": added.pk, "people": len(rows), "opened": added.opened_reference}
    write_audit("contact.added_to", by=by, reference=changed.reference, detail=detail)
    if opened is not None:
        opened.save()
        rerank(opened, at=at)
        _tell(changed, _workers(changed), ABOUT_YOURS, by=by, urgent=True)
        return added
    if changed.is_on_queue and has_child:
        propose(changed, at=at)
    else:
        rerank(changed, at=at)
    if changed.is_on_queue:
        bundles.bundle_contact(contact=changed, by=by, at=at)
    joining.follow_up(changed, rows, by=by, at=at)
    if is_decided:
        _hand_on(changed, by=by, at=at)
    else:
        _tell_screeners(changed, by=by, at=at)
    return added


def _names(rows: Iterable[ContactPerson]) -> list[tuple[object, ...]]:
    """Who these are, to tell one press made twice from another person named in the same words."""
    return sorted(((row.is_child, row.name, row.date_of_birth) for row in rows), key=repr)


def _raise_by_words(contact: Contact, text: str, people: Sequence[PersonFacts], *, by: User, at: datetime) -> None:
    """A worse grade for now, where the published rules make one of the words, or of who is named now."""
    if not contact.type.ranks_with_concerns:
        return
    today = london_date(contact.received_at)
    signs = grading.signs_of(ContactFacts(concerns=text, people=list(people)), today)
    held = [rule for rule in rules_on(today) if rule.grade in RAISES_TO and rule.code in signs]
    if held:
        found = grading.provisional(signs, held)
        raise_grade(contact, found.grade, f"Said later: {found.reasons[0]}", by=by, at=at)


def _tell_screeners(contact: Contact, *, by: User, at: datetime) -> None:
    """Whoever has claimed it; once an outcome is proposed whoever proposed it, and those who sign."""
    holder = contact.claimed_at_moment(at)
    people = [holder] if holder is not None else []
    if contact.status == Contact.Status.AWAITING_SIGN_OFF:
        people = [*([contact.proposed_by] if contact.proposed_by is not None else []), *duty_managers(at)]
    _tell(contact, people, "Something was said later on {}: read it before you decide", by=by, urgent=True)
    # Who has read the contact as news of a child they work with has not read this.
    _tell(contact, _workers(contact), ABOUT_YOURS, by=by, urgent=True)


def _workers(contact: Contact) -> list[User]:
    """Whoever works with a child confirmed on the contact."""
    children = [row.person for row in contact.people.filter(is_child=True).select_related("person") if row.person]
    return [worker for child in children for worker in workers_of(child, contact)]


def _hand_on(contact: Contact, *, by: User, at: datetime) -> None:
    """After the decision: to whoever works with a child on it, and to a manager, who has to take it in time."""
    _tell(contact, _workers(contact), ABOUT_YOURS, by=by, urgent=True)
    _tell(contact, duty_managers(at), "Something was said later on {}, after its decision: take it", by=by)
    clocks.start(CLOCK, reference=contact.reference, started_at=at, by=by, agency=contact.agency)


def _tell(contact: Contact, people: Iterable[User], text: str, *, by: User, urgent: bool = False) -> None:
    """Tell those of them who may open the contact; nobody of what they have added themselves."""
    notify(
        [user for user in people if user != by and _opens(user, contact)],
        kind="said-later",
        text=text.format(contact.reference),
        reference=contact.reference,
        path=f"/contacts/{contact.reference}/",
        urgent=urgent,
    )


def _opens(user: User, contact: Contact) -> bool:
    rows = Contact.objects.visible_to(user).order_by().exclude(reference__in=known_references(user))
    return bool(rows.filter(pk=contact.pk).exists())


@transaction.atomic
def take_later(*, contact: Contact, by: User, at: datetime, seen: int) -> Contact:
    """A manager has read what was said after the decision: its clock stops.

    ``seen``: how many additions stood on the page they read. Raises Refused when nothing waits, and when more was said
    since.
    """
    require(by, Permission.CONTACT_DECIDE_ANY)
    changed = touch(contact)
    if changed.additions.count() != seen:
        raise Refused("More was said while you had the page open. Read it, then take it.", code="stale")
    if not clocks.stop(reference=changed.reference, rule=CLOCK, at=at, by=by, reason="taken by a manager"):
        raise Refused("Nothing said later is waiting: somebody has taken it.", code="nothing")
    changed.save()
    write_audit("contact.addition_taken", by=by, reference=changed.reference)
    return changed
