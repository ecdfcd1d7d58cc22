"""How a referral comes into being, and how it is given to somebody: the parts every way in shares."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from contacts.facts import WEB_FORM
from contacts.models import Contact, ContactPerson
from contacts.screening import actions as contacts
from frontdoor.accounts.models import Team, User
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.editions import has_rule
from frontdoor.clocks.working_days import london_date
from frontdoor.notifications.actions import duty_managers, notify, raise_alert
from frontdoor.people.access import check_conflict
from frontdoor.people.actions import GivenName, create_person, involve, update_involvement
from frontdoor.people.models import Involvement, Person
from frontdoor.people.words import may_be_a_name
from frontdoor.workflow.actions import born, move
from referrals import endings, holding
from referrals.absences import away
from referrals.models import OPEN_STATUSES, Allocation, OpenWorkNews, Referral
from referrals.transfers import following

#: A confidential address is looked at again after this long at the latest.
REVIEW_CONFIDENTIAL = timedelta(days=90)


@dataclass(frozen=True)
class Response:
    """How an accepted referral is answered, and by whom if that is said in the same act."""

    kind: str = "assessment"
    primary_need: str = ""
    team: Team | None = None
    worker: User | None = None


def assessment_rule(received_on: Any) -> str:
    """The statutory timescale an accepted referral of this day runs under: the edition of the day decides."""
    return "assessment" if has_rule("assessment", received_on) else "initial_assessment"


def new_person(row: ContactPerson, *, by: User, at: datetime) -> Person:
    """Make the record of somebody nobody has recorded before, from what was given, and confirm the link."""
    # The page asks whether "Na" alone is a name; nobody asks an agency's system.
    was_asked = row.contact.how not in ("api", "feed", WEB_FORM) and may_be_a_name(row.name)
    names = [GivenName(row.given_name, row.family_name, is_sure=was_asked)]
    if row.known_as:
        names.append(GivenName(row.known_as, kind="known_as"))
    facts: dict[str, Any] = {
        "date_of_birth": row.date_of_birth,
        "expected_on": row.expected_on if row.date_of_birth is None else None,
        "sex": row.sex or "U",
        "first_language": row.language,
        "school": row.school,
        "communication_needs": row.communication,
        "description": f"{'Child' if row.is_child else 'Adult'} {row.position} on {row.contact.reference}",
    }
    if row.date_of_birth is not None:
        facts["dob_precision"] = "estimated" if row.dob_is_estimated else "exact"
    if row.ethnicity:
        facts["ethnicity"] = row.ethnicity
    address = None
    if (row.address or row.postcode) and not row.is_address_held_back:
        address = {
            "lines": row.address,
            "postcode": row.postcode,
            "is_confidential": row.address_is_confidential,
            "started_on": london_date(row.contact.received_at),
        }
        if row.address_is_confidential:
            address |= {
                "why": f"Given as confidential on {row.contact.reference}",
                "set_by": by,
                "review_on": london_date(at) + REVIEW_CONFIDENTIAL,
            }
    person = create_person(
        by=by,
        at=at,
        names=names,
        identifiers_given={"nhs": row.nhs_number, "upn": row.upn},
        address=address,
        telephone=row.telephone,
        is_safe_to_ring=row.is_safe_to_ring,
        safe_time=row.safe_time,
        may_not_know_we_are_involved=row.knows_of_us is False,
        **facts,
    )
    contacts.link_person(on_contact=row, person=person, by=by, at=at)
    return person


def open_referral_of(person: Person | None) -> Referral | None:
    """The child's open referral, if there is one; the child's row is locked so that two deciders take turns."""
    if person is None:
        return None
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    found: Referral | None = (
        Referral.objects.filter(Q(child=person) | Q(child__merged_into=person), status__in=OPEN_STATUSES)
        .order_by("received_at", "id")
        .first()
    )
    return found


def open_referral(
    *,
    contact: Contact,
    row: ContactPerson,
    child: Person | None,
    by: User,
    at: datetime,
    reason: str,
    response: Response | None,
    is_fast_track: bool = False,
) -> Referral:
    """Open a referral of one child from one contact.

    With a ``response`` it is born accepted, by the decision that opens it; without one (fast track) it awaits a
    decision. Everything else is read from the contact. Clocks run from the contact's receipt.
    """
    referral = Referral(
        contact=contact,
        contact_person=row,
        child=child,
        received_at=contact.received_at,
        received_on=london_date(contact.received_at),
        source=contact.source,
        is_fast_track=is_fast_track,
    )
    if response is not None:
        referral.status = Referral.Status.ACCEPTED
        referral.response_type, referral.primary_need = response.kind, response.primary_need
        referral.decided_at, referral.decided_by, referral.decision_reason = at, by, reason
    referral.save()
    born(referral, by=by, at=at, reason=reason, people=[child] if child else ())
    if child is not None:
        involve(
            person=child,
            reference=referral.reference,
            kind=Involvement.Kind.REFERRAL,
            at=contact.received_at,
            status_label=str(referral.get_status_display()),
        )
    if response is None:
        clocks.start("referral_decision", reference=referral.reference, started_at=contact.received_at, by=by)
        clocks.start("strategy_discussion", reference=referral.reference, started_at=at, by=by)
    else:
        start_work(referral, by=by, at=at, response=response)
    return referral


def start_work(referral: Referral, *, by: User, at: datetime, response: Response) -> None:
    """The clocks of an accepted referral, and its first team and worker when they are named in the same act."""
    clocks.stop(reference=referral.reference, rule="referral_decision", at=at, by=by)
    if response.kind != Referral.Response.OTHER:
        clocks.start(
            assessment_rule(referral.received_on),
            reference=referral.reference,
            started_at=referral.received_at,
            by=by,
            team=response.team,
        )
    if response.kind == Referral.Response.STRATEGY_DISCUSSION:
        clocks.start("strategy_discussion", reference=referral.reference, started_at=at, by=by, team=response.team)
    clocks.start("allocation", reference=referral.reference, started_at=at, by=by, team=response.team)
    if response.team is not None:
        give(referral, team=response.team, worker=response.worker, by=by, at=at)


def give(
    referral: Referral, *, team: Team, worker: User | None, by: User, at: datetime, reason: str = ""
) -> Allocation:
    """Write the allocation row, and everything that follows from whose the referral is now: a worker's own team's.

    The caller holds the referral's lock and has checked the permission. Raises Refused when the team or the worker
    may not hold cases, Denied when the worker has declared that the child is their own family.
    """
    team = holding.team_of(worker, team)
    holding.check(team, worker)
    if worker is not None and referral.child is not None:
        check_conflict(worker, referral.child)
    before = referral.current_allocation()
    if before is not None:
        if (before.team_id, before.worker_id) == (team.pk, worker.pk if worker else None):
            return before
        before.to_at = max(at, before.from_at)
        before.save()
    row = Allocation.objects.create(
        referral=referral, team=team, worker=worker, from_at=at, allocated_by=by, reason=reason
    )
    clocks.reassign(reference=referral.reference, team=team, worker=worker)
    Involvement.objects.open().filter(reference=referral.reference).update(team=team, worker=worker)
    if before is not None:
        following.given(referral, team=team, worker=worker, by=by, at=at)
    if worker is None:
        clocks.start("allocation", reference=referral.reference, started_at=at, by=by, team=team)
        return row
    clocks.stop(reference=referral.reference, rule="allocation", at=at, by=by)
    if referral.status == Referral.Status.ACCEPTED and referral.child_id is not None:
        moved = move(referral, "allocate", by=by, at=at, reason=reason, check_permission=False)
        referral.status, referral.version = moved.status, moved.version
        update_involvement(reference=referral.reference, status_label=str(moved.get_status_display()))
    if worker != by:
        notify(
            [worker],
            kind="allocated",
            text=f"Referral {referral.reference} has been allocated to you",
            reference=referral.reference,
            path=f"/referrals/{referral.reference}/",
        )
    return row


def join_open_work(
    *, referral: Referral, contact: Contact, by: User, at: datetime, is_fast_track: bool = False
) -> OpenWorkNews:
    """Put a contact on a child's open referral: it stays listed until the worker takes it, saying what they will do."""
    news, made = OpenWorkNews.objects.get_or_create(
        referral=referral, contact=contact, defaults={"raised_at": at, "is_fast_track": is_fast_track}
    )
    endings.set_aside(referral, by=by, at=at)
    if not made and is_fast_track and not news.is_fast_track:
        news.is_fast_track, news.taken_at, news.taken_by = True, None, None
        news.save()
    allocation = referral.current_allocation()
    worker = allocation.active_worker if allocation else None
    team = allocation.team if allocation else None
    manager = team.manager if team else None
    told = [user for user in (worker, manager) if user is not None and user.is_active]
    if not told or len(away([user.pk for user in told], at)) == len(set(told)):
        told += duty_managers(at)
    urgent = is_fast_track or contact.grade == "red" or contact.child_protection_marked
    # Who read it while it stood on the queue has acknowledged it.
    if news.taken_at is None:
        clocks.start(
            "open_work_take_red" if urgent else "open_work_take",
            reference=referral.reference,
            started_at=at,
            by=by,
            team=team,
            worker=worker,
            label=f"Acknowledge new information: {contact.reference}",
        )
    text = f"Contact {contact.reference} has joined your open referral {referral.reference}"
    path = f"/referrals/{referral.reference}/"
    if is_fast_track:
        clocks.start(
            "strategy_discussion", reference=referral.reference, started_at=at, by=by, team=team, worker=worker
        )
        raise_alert(
            kind="fast-track-open-work",
            reference=referral.reference,
            text=f"Fast track on open referral {referral.reference}: contact {contact.reference}",
            path=path,
            at=at,
            to=[*told, *duty_managers(at)],
        )
    else:
        notify(told, kind="news", text=text, reference=referral.reference, path=path, urgent=urgent)
    return news
