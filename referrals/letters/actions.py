"""What is done with a letter, from the draft to the post."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.documents.actions import Facts, add_document
from frontdoor.people.access import check_conflict
from frontdoor.people.models import Name, Person
from frontdoor.people.protection.secrets import without
from frontdoor.ui.formats import day
from frontdoor.workflow.actions import born, lock, move, touch
from referrals.letters import fields, guards, paper, reading, whom
from referrals.letters.models import Letter, LetterTemplate
from referrals.models import Enquiry, Referral

LONGEST = 10_000
#: So long a subject fits the title of the document that is kept.
LONGEST_SUBJECT = 180
#: Whether somebody named in a letter knows; with the last nothing leaves.
ANSWERS = (
    ("yes", "Yes, they know"),
    ("need_not", "They need not know"),
    ("no", "No, or I am not sure"),
)


@dataclass(frozen=True)
class Knows:
    """Whether somebody named in a letter knows, or why they need not."""

    name: str
    answer: str
    reason: str = ""


def templates(on: date) -> list[LetterTemplate]:
    """The templates of a day, in their order."""
    return list(LetterTemplate.objects.in_force(on).order_by("position", "code"))


@transaction.atomic
def draft(
    *, referral: Referral, template: LetterTemplate, at_addresses: Sequence[int], by: User, at: datetime
) -> list[Letter]:
    """Draft a letter to each of these addresses (keys), each to the one person whose address it is.

    Where an open letter of the same kind to the same person stands, that one is returned: pressing twice drafts once.
    Raises Refused, naming the field: nobody chosen, an address that is not theirs any more, a template that tells what
    there is not.
    """
    require(by, Permission.REFERRAL_WORK)
    locked = lock(referral)
    _may_write(locked, by=by)
    places = {place.address.pk: place for place in whom.places(locked, by, london_date(at))}
    chosen = list(dict.fromkeys(at_addresses))
    if not chosen:
        raise Refused("Choose to whom the letter goes, and where.", code="required", field="places")
    if not set(chosen) <= set(places):
        raise Refused("Choose an address of today: one of these has changed.", code="address_changed", field="places")
    people = [places[key].person.pk for key in chosen]
    if len(set(people)) < len(people):
        raise Refused("Choose one address for each person.", code="one_address", field="places")
    made = []
    for key in chosen:
        place = places[key]
        whom.refuse_a_hidden_place(place)
        standing = Letter.objects.open().filter(referral=locked, kind=template.code, recipient=place.person).first()
        if standing is None:
            standing = _made(locked, template, place, by=by, at=at)
        elif standing.address_key != key:
            raise Refused(
                f"{standing.reference}, of this kind, is open to the same person at another address: change where it "
                "goes, or withdraw it first.",
                code="open_elsewhere", field="places",
            )  # fmt: skip
        made.append(standing)
    return made


def _made(referral: Referral, template: LetterTemplate, place: whom.Place, *, by: User, at: datetime) -> Letter:
    letter: Letter = Letter.objects.create(
        referral=referral, template=template, kind=template.code, subject=template.name, recipient=place.person,
        to_name=_name_of(place.person), to_whom=place.whom, address_key=place.address.pk,
        address_version=place.version, to_lines=place.lines,
        text=_worded(referral, template, place.person, at=at), drafted_at=at, drafted_by=by,
    )  # fmt: skip
    born(letter, by=by, at=at, people=_people(letter))
    return letter


def _may_write(referral: Referral, *, by: User) -> None:
    if referral.child is None:
        raise Refused("Confirm first who the child is.", code="no_child")
    check_conflict(by, referral.child)
    guards.refuse_for_a_child_who_died(referral)


def _name_of(person: Person) -> str:
    """The name as it stands on an envelope."""
    name = Name.objects.filter(person=person, kind=Name.Kind.PRIMARY, ended_on__isnull=True).order_by("-pk").first()
    return name.full if name is not None else str(person.display_name)


def _worded(referral: Referral, template: LetterTemplate, recipient: Person, *, at: datetime) -> str:
    """The wording of a template with what the record says. Raises Refused for what it does not say."""
    values = _values(referral, recipient, at=at)
    for name in fields.needed(template.wording):
        if not values.get(name) and name in fields.LACKING:
            raise Refused(fields.LACKING[name], code="lacking", field="template")
    return fields.filled(template.wording, values)


def _values(referral: Referral, recipient: Person, *, at: datetime) -> dict[str, str]:
    allocation = referral.current_allocation()
    worker = allocation.active_worker if allocation else None
    ended = (
        Enquiry.objects.filter(referral=referral, authorised_at__isnull=False)
        .exclude(status=Enquiry.Status.DISCONTINUED)
        .order_by("-authorised_at", "-pk")
        .first()
    )
    assert referral.child is not None
    return {
        "child": _name_of(referral.child),
        "recipient": _name_of(recipient),
        "worker": worker.name if worker else "",
        "team": allocation.team.name if allocation else "",
        "date": day(london_date(at)),
        "outcome": ended.get_outcome_display() if ended else "",
        "support": ended.support if ended else "",
        "closing_reason": lists.label("closure_reason", referral.closure_reason) if referral.closed_at else "",
    }


@transaction.atomic
def edit(
    *, letter: Letter, by: User, at: datetime, subject: str, text: str, place: int | None = None,
    version: int | None = None,
) -> Letter:  # fmt: skip
    """Change a draft; ``place`` is the key of another address of whom it goes to.

    A yes to the letter is asked for again when its words or its address change.
    """
    require(by, Permission.REFERRAL_WORK)
    locked: Letter = touch(letter, version=version)
    _may_write(locked.referral, by=by)
    if locked.status != Letter.Status.DRAFT:
        raise Refused("Only a draft can be changed.", code="wrong_status")
    if not subject.strip() or len(subject.strip()) > LONGEST_SUBJECT:
        raise Refused(
            f"Enter what the letter is about, in at most {LONGEST_SUBJECT} characters.",
            code="required",
            field="subject",
        )
    if not text.strip() or len(text) > LONGEST:
        raise Refused(f"Enter the text, of at most {LONGEST:,} characters.", code="required", field="text")
    before = (locked.subject, locked.text, locked.address_key, locked.address_version, locked.to_lines)
    locked.subject, locked.text = subject.strip(), text.strip()
    if place is not None:
        found = [each for each in whom.places(locked.referral, by, london_date(at)) if each.address.pk == place]
        if not found or found[0].person.pk != locked.recipient_id:
            raise Refused("Choose an address of whom the letter goes to.", code="address_changed", field="place")
        whom.refuse_a_hidden_place(found[0])
        locked.address_key, locked.address_version = found[0].address.pk, found[0].version
        locked.to_lines, locked.to_name = found[0].lines, _name_of(found[0].person)
    if before != (locked.subject, locked.text, locked.address_key, locked.address_version, locked.to_lines):
        locked.home_yes_at = locked.home_yes_by = None
        locked.home_yes_reason, locked.home_yes_for = "", []
    locked.save()
    write_audit("letter.changed", by=by, reference=locked.reference, people=_people(locked))
    return locked


@transaction.atomic
def allow_home(*, letter: Letter, by: User, at: datetime, reason: str, version: int | None = None) -> Letter:
    """A social worker says yes to this letter, as it stands, in sight of what would keep it from the home."""
    require(by, Permission.LETTER_HOME)
    locked: Letter = touch(letter, version=version)
    _may_write(locked.referral, by=by)
    if locked.status != Letter.Status.DRAFT:
        raise Refused("Only of a draft can this be said.", code="wrong_status")
    if not reason.strip():
        raise Refused("Say why this letter puts nobody in danger.", code="required", field="reason")
    locked.home_yes_at, locked.home_yes_by, locked.home_yes_reason = at, by, reason.strip()
    locked.home_yes_for = sorted(guards.reasons(locked.referral))
    locked.save()
    write_audit("letter.home_allowed", by=by, reference=locked.reference, reason=reason, people=_people(locked))
    return locked


@transaction.atomic
def check(*, letter: Letter, by: User, at: datetime, knows: Sequence[Knows] = (), version: int | None = None) -> Letter:
    """Somebody has looked the letter through as it is printed, and answered of everybody else named whether they know.

    Raises Refused for whatever keeps a letter from leaving, and for somebody named of whom nothing was answered.
    """
    locked: Letter = lock(letter, version=version)
    _may_leave(locked, by=by, at=at)
    _refuse_a_subject_that_tells(locked, by=by)
    text, taken_out = reading.printed(locked, by)
    answered = {each.name: each for each in knows}
    for name in reading.named_in(locked, text, by):
        _refuse_unknown(name, answered.get(name))
    named = [{"name": k.name, "answer": k.answer, "reason": k.reason.strip()} for k in knows]
    moved = move(
        locked, "pass_check", by=by, at=at, people=_people(locked), printed_text=text, named=named,
        taken_out=taken_out,
    )  # fmt: skip
    paper.letter_pdf(moved)
    return moved


def _refuse_unknown(name: str, told: Knows | None) -> None:
    if told is None or told.answer not in dict(ANSWERS):
        raise Refused(f"{name} is named in the letter: say whether they know.", code="named", field="knows")
    if told.answer == "no":
        raise Refused(
            f"{name} is named in the letter and does not know: take the name out, or speak with them first.",
            code="does_not_know",
        )
    if told.answer == "need_not" and not told.reason.strip():
        raise Refused(f"Say why {name} need not know.", code="required", field="knows")


def _may_leave(letter: Letter, *, by: User, at: datetime) -> None:
    """What has to hold whenever a letter takes a step towards the door. Raises Refused or Denied."""
    require(by, Permission.REFERRAL_WORK)
    _may_write(letter.referral, by=by)
    whom.place_of(letter, by, london_date(at))
    guards.refuse_without_a_yes(letter)


def _refuse_a_subject_that_tells(letter: Letter, *, by: User) -> None:
    if without(letter.subject, reading.secrets_for(letter, by)) != letter.subject:
        raise Refused(
            "What the letter is about holds a confidential address or names somebody of another family: change it.",
            code="subject",
        )


def _refuse_what_is_new_since(letter: Letter, *, by: User) -> None:
    """Since the check something may have become confidential, or somebody named in it known on the record."""
    _refuse_a_subject_that_tells(letter, by=by)
    if without(letter.printed_text, reading.secrets_for(letter, by)) != letter.printed_text:
        raise Refused(
            "Since this letter was checked something in it has become confidential: change it, and check it again.",
            code="kept_back_since",
        )
    asked = {each["name"] for each in letter.named}
    new = [name for name in reading.named_in(letter, letter.printed_text, by) if name not in asked]
    if new:
        raise Refused(
            f"{new[0]} is named in the letter, and nobody was asked whether they know: change it, and check it again.",
            code="named_since",
        )


@transaction.atomic
def printed(*, letter: Letter, by: User, at: datetime) -> bytes:
    """The PDF of a checked letter, for the post. Everything that keeps a letter from leaving is asked again."""
    locked: Letter = lock(letter)
    if locked.status != Letter.Status.CHECKED:
        raise Refused("Check the letter first: then it can be printed.", code="wrong_status")
    _may_leave(locked, by=by, at=at)
    _refuse_what_is_new_since(locked, by=by)
    write_audit("letter.printed", by=by, reference=locked.reference, people=_people(locked))
    return paper.letter_pdf(locked)


@transaction.atomic
def send(*, letter: Letter, by: User, at: datetime, posted_on: date, version: int | None = None) -> Letter:
    """Record that the letter was posted: its PDF is kept as a document of the record, with its hash.

    Where the home it went to is confidential, or whom it went to is restricted, the copy says neither: whoever may see
    the child's documents need not be whoever may see them. The hash is that of what was posted.

    Sent a second time (a double press, a retry) it changes nothing. Everything that keeps a letter from leaving is
    asked again.
    """
    require(by, Permission.REFERRAL_WORK)
    standing: Letter = lock(letter)
    if standing.status == Letter.Status.SENT:
        return standing
    locked: Letter = lock(letter, version=version)
    if locked.status != Letter.Status.CHECKED:
        raise Refused("Check the letter first: then it can be sent.", code="wrong_status")
    _may_leave(locked, by=by, at=at)
    _refuse_what_is_new_since(locked, by=by)
    if posted_on > london_date(at):
        raise Refused("The letter cannot have been posted in the future.", code="in_future", field="posted_on")
    if locked.checked_at is not None and posted_on < london_date(locked.checked_at):
        raise Refused(
            f"The letter was checked on {day(london_date(locked.checked_at))}: it cannot have been posted before.",
            code="before_check", field="posted_on",
        )  # fmt: skip
    child = locked.referral.child
    assert child is not None
    content = paper.letter_pdf(locked)
    copy = paper.letter_pdf(locked, hides_home=True) if whom.is_kept_from_some(locked) else content
    kept = add_document(
        person=child, name=f"{locked.reference}.pdf", data=copy, by=by, at=at,
        facts=Facts(
            kind="letter", title=f"Letter {locked.reference}: {locked.subject}", dated_on=london_date(at),
            about=locked.referral.reference,
        ),
    )  # fmt: skip
    return move(
        locked, "send", by=by, at=at, people=_people(locked), posted_on=posted_on, document=kept,
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


@transaction.atomic
def take_back(*, letter: Letter, by: User, at: datetime, version: int | None = None) -> Letter:
    """Make a draft again of a letter that was checked and not posted."""
    locked: Letter = lock(letter, version=version)
    _may_write(locked.referral, by=by)
    return move(locked, "take_back", by=by, at=at, people=_people(locked))


@transaction.atomic
def withdraw(*, letter: Letter, by: User, at: datetime, reason: str, version: int | None = None) -> Letter:
    """The letter is not sent, with why; also where the child has died."""
    locked: Letter = lock(letter, version=version)
    if locked.referral.child is not None:
        check_conflict(by, locked.referral.child)
    return move(locked, "withdraw", by=by, at=at, reason=reason, people=_people(locked))


def _people(letter: Letter) -> list[Person]:
    child, recipient = letter.referral.child, letter.recipient
    return list(dict.fromkeys(each for each in (child, recipient) if each is not None))


def answers(given: Mapping[str, object], names: Sequence[str]) -> list[Knows]:
    """What a form answered of everybody named, in the order in which they were listed."""
    return [
        Knows(name, str(given.get(f"knows{key_of(name)}") or ""), str(given.get(f"why{key_of(name)}") or ""))
        for name in names
    ]


def key_of(name: str) -> str:
    """What marks the answers about a name in a form: they go with the name, never to whoever takes its place."""
    return f"_{hashlib.sha256(name.encode()).hexdigest()[:16]}"
