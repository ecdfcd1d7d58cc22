"""What people do with a handover: write an item, take one by name, note that another authority has it, set shifts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from contacts.handover.models import LONGEST_PROTECTION, HandoverItem, HandoverPack, ShiftPlan, plan_on
from contacts.handover.shifts import Plan
from contacts.models import Contact
from frontdoor.access import Permission, Refused, require, whole
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.models import closures
from frontdoor.clocks.models import hidden as hidden_elsewhere
from frontdoor.clocks.working_days import add_working_days, london_date
from frontdoor.db import tidy_reference
from frontdoor.people.access import check_conflict_of, hidden_references
from frontdoor.people.models import Involvement, Person
from frontdoor.ui.formats import moment

Kind = HandoverItem.Kind
Basis = HandoverItem.Basis
LONGEST_NAME = 200
#: What each kind cannot do without, and what to say.
NEEDED: dict[str, tuple[tuple[str, str], ...]] = {
    Kind.ACTION: (("text", "Say what has to be done"), ("due_at", "Say when it has to be done by")),
    Kind.INFORMATION: (("text", "Say what the next shift should know"),),
    Kind.VISIT: (
        ("reference", "Enter the reference of the contact, referral or person"),
        ("text", "Say what is to be visited or checked"),
        ("due_at", "Say when it has to be done by"),
        ("risk", "Say what the risk to the worker is, or that none is known"),
        ("ring", "Say who to ring"),
        ("otherwise", "Say what to do if it cannot be done"),
    ),
    Kind.PLACED: (
        ("reference", "Enter the reference of the contact, referral or person"),
        ("text", "Say what happened"),
        ("place", "Say where the child is"),
        ("legal_basis", "Choose the legal basis"),
    ),
    Kind.STRATEGY: (
        ("reference", "Enter the reference of the contact, referral or person"),
        ("text", "Say what was decided"),
        ("held_at", "Say when it was held"),
        ("with_whom", "Say who took part"),
        ("with_health", "Say whether health took part"),
    ),
    Kind.CALL: (
        ("text", "Say what the call is about"),
        ("caller", "Say who will call"),
        ("due_at", "Say when the call is expected"),
        ("otherwise", "Say what to do if nobody calls"),
    ),
    Kind.AUTHORITY: (
        ("reference", "Enter the reference of the contact as it was recorded"),
        ("text", "Say what was passed on"),
        ("authority", "Say which authority it is for"),
        ("passed_to", "Say who it was passed to"),
        ("passed_at", "Say when it was passed"),
    ),
}


@dataclass
class ItemFacts:
    """What is written in an item; each kind uses its own."""

    text: str = ""
    reference: str = ""
    due_at: datetime | None = None
    risk: str = ""
    ring: str = ""
    otherwise: str = ""
    place: str = ""
    place_is_confidential: bool = False
    legal_basis: str = ""
    agreed_by: str = ""
    from_at: datetime | None = None
    until_at: datetime | None = None
    held_at: datetime | None = None
    with_whom: str = ""
    with_health: bool | None = None
    caller: str = ""
    authority: str = ""
    passed_to: str = ""
    passed_at: datetime | None = None


@transaction.atomic
def write_item(*, kind: str, facts: ItemFacts, now: bool, by: User, at: datetime) -> HandoverItem:
    """Write an item for the shift that comes, or with ``now`` for the shift that is on.

    Raises Refused naming the field: what the kind needs and is missing, a record the writer may not see, police
    protection of more than 72 hours, agreement without saying whose.
    """
    require(by, Permission.HANDOVER)
    for field, words in NEEDED[kind]:
        value = getattr(facts, field)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise Refused(f"{words}.", code="required", field=field)
    facts.reference = _known(facts.reference, by=by)
    check_conflict_of(by, facts.reference)
    reconvene_on = None
    if kind == Kind.PLACED:
        _check_basis(facts)
    if kind == Kind.STRATEGY and facts.held_at is not None:
        if facts.held_at > at:
            raise Refused("The discussion cannot have been held in the future.", code="future", field="held_at")
        if not facts.with_health:
            reconvene_on = add_working_days(london_date(facts.held_at), 1, closures())
    pack = HandoverPack.objects.newest_first().first() if now else None
    if now and pack is None:
        raise Refused("No handover has been made yet: hand it over at the next change of shift.", field="when")
    minutes = plan_on(london_date(at)).take_minutes
    item = HandoverItem.objects.create(
        kind=kind,
        pack=pack,
        take_by=at + timedelta(minutes=minutes) if pack else None,
        reconvene_on=reconvene_on,
        written_at=at,
        written_by=by,
        **vars(facts),
    )
    write_audit(
        "handover.written", by=by, reference=item.reference, people=people_of([item.reference]),
        detail={"item": item.pk, "kind": kind},
    )  # fmt: skip
    return item


def _known(reference: str, *, by: User) -> str:
    """The reference as stored, of a record the writer may see; one hidden and one absent are refused alike."""
    reference = tidy_reference(reference)
    if not reference:
        return ""
    person = Person.objects.visible_to(by).named(reference).first()
    if person is not None:
        return str(person.reference)
    known = (
        Contact.objects.visible_to(by).filter(reference=reference).exists()
        or Involvement.objects.filter(reference=reference)
        .exclude(reference__in=hidden_references(by))
        .exclude(reference__startswith="C-")
        .exists()
    )
    if not known or any(rows(by).filter(reference=reference).exists() for rows in hidden_elsewhere):
        raise Refused("There is no record with this reference that you can view.", code="unknown", field="reference")
    return reference


def _check_basis(facts: ItemFacts) -> None:
    if facts.legal_basis == Basis.S20 and not facts.agreed_by.strip():
        raise Refused("Say who with parental responsibility agreed.", code="required", field="agreed_by")
    if facts.legal_basis in (Basis.POLICE_PROTECTION, Basis.EPO):
        if facts.from_at is None:
            raise Refused("Say from when it runs.", code="required", field="from_at")
        if facts.until_at is None:
            raise Refused("Say until when it runs.", code="required", field="until_at")
        if facts.until_at <= facts.from_at:
            raise Refused("It has to end after it begins.", code="order", field="until_at")
    if (
        facts.legal_basis == Basis.POLICE_PROTECTION
        and facts.from_at is not None
        and facts.until_at is not None
        and facts.until_at - facts.from_at > LONGEST_PROTECTION
    ):
        raise Refused("Police protection lasts at most 72 hours.", code="too_long", field="until_at")


@transaction.atomic
def take_item(*, item: HandoverItem, by: User, at: datetime) -> HandoverItem:
    """Take an item by name. Of two who take it one wins; the other is told who has it and since when."""
    require(by, Permission.HANDOVER)
    # Without a join: after waiting for another taker's lock only the locked row itself is read again.
    found: HandoverItem = HandoverItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    check_conflict_of(by, found.reference)
    if found.taken_by is not None:
        if found.taken_by == by:
            return found
        raise Refused(f"{found.taken_by} took this on {moment(found.taken_at)}.", code="taken")
    if found.pack_id is None:
        raise Refused("It is handed over at the next change of shift, and can be taken then.", code="not_handed")
    if found.written_by == by:
        raise Refused("You wrote this: somebody on the next shift takes it.", code="own")
    found.taken_at, found.taken_by = at, by
    found.save()
    write_audit(
        "handover.taken", by=by, reference=found.reference, people=people_of([found.reference]),
        detail={"item": found.pk},
    )  # fmt: skip
    return found


@transaction.atomic
def acknowledge_passed(*, item: HandoverItem, name: str, by: User, at: datetime) -> HandoverItem:
    """Note who at the other authority has acknowledged what was passed to them."""
    require(by, Permission.HANDOVER)
    found: HandoverItem = HandoverItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    check_conflict_of(by, found.reference)
    if found.kind != Kind.AUTHORITY:
        raise Refused("Only a contact for another authority is acknowledged by it.", code="kind")
    if found.acknowledged_at is not None:
        raise Refused(
            f"It was acknowledged by {found.acknowledged_name} on {moment(found.acknowledged_at)}.", code="acknowledged"
        )
    if not name.strip():
        raise Refused("Say who acknowledged it, by name.", code="required", field="name")
    name = whole(name.strip(), LONGEST_NAME, called="Who acknowledged it", field="name")
    found.acknowledged_name, found.acknowledged_at, found.acknowledged_by = name, at, by
    found.save()
    write_audit("handover.passed_acknowledged", by=by, reference=found.reference, detail={"item": found.pk})
    return found


@transaction.atomic
def show_place(*, item: HandoverItem, by: User, at: datetime) -> str:
    """The confidential place of a child, for somebody who asks for it; the asking is kept."""
    require(by, Permission.HANDOVER)
    check_conflict_of(by, item.reference)
    write_audit(
        "handover.place_shown", by=by, reference=item.reference, people=people_of([item.reference]),
        detail={"item": item.pk},
    )  # fmt: skip
    return item.place


def note_printed(*, pack: HandoverPack, people: set[int], by: User) -> None:
    """Keep who printed a pack."""
    require(by, Permission.HANDOVER)
    write_audit("handover.printed", by=by, people=people, detail={"pack": pack.pk})


@transaction.atomic
def set_shifts(*, plan: Plan, valid_from: date, reason: str, by: User, at: datetime) -> ShiftPlan:
    """Keep new hours of the shifts from a day to come: packs already made stay as they were."""
    require(by, Permission.RULES_MANAGE)
    if valid_from <= london_date(at):
        raise Refused("The hours can change from tomorrow at the earliest.", code="past", field="valid_from")
    if ShiftPlan.objects.filter(valid_from=valid_from).exists():
        raise Refused("Hours from this day are set already: choose a later day.", code="exists", field="valid_from")
    if plan.day_to <= plan.day_from:
        raise Refused("The day shift has to end after it begins.", code="order", field="day_to")
    if plan.friday_to is not None and plan.friday_to <= plan.day_from:
        raise Refused("The day shift has to end after it begins.", code="order", field="friday_to")
    if not plan.edt_changes:
        raise Refused("Enter at least one time at which the duty team changes.", code="required", field="edt_changes")
    if not reason.strip():
        raise Refused("Say why the hours change.", code="required", field="reason")
    made = ShiftPlan.objects.create(
        valid_from=valid_from, reason=reason, set_at=at, set_by=by, day_from=plan.day_from, day_to=plan.day_to,
        friday_to=plan.friday_to, edt_changes=list(plan.edt_changes), take_by=plan.take_by,
        take_minutes=plan.take_minutes,
    )  # fmt: skip
    write_audit("handover.shifts_set", by=by, reason=reason, detail={"from": valid_from.isoformat()})
    return made


def people_of(references: list[str]) -> set[int]:
    """Keys of the people these records are about."""
    named = [each for each in references if each]
    found = set(Involvement.objects.filter(reference__in=named).values_list("person_id", flat=True))
    return found | set(Person.objects.filter(reference__in=named).values_list("pk", flat=True))
