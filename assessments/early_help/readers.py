"""What the pages of early help read, in a fixed number of queries."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse

from assessments import outline
from assessments.early_help.actions import REVIEW, headings, person_facts
from assessments.early_help.models import EarlyHelpAssessment, EarlyHelpPerson, LeadProfessional
from contacts.agencies.links.models import SecureLink
from contacts.given import sought
from contacts.models import Contact, ContactPerson
from contacts.named import age_given
from frontdoor.accounts.models import User
from frontdoor.clocks.actions import running_on
from frontdoor.clocks.models import Clock
from frontdoor.people.hooks import GivenAddress, Named
from frontdoor.people.matching import candidates as matching
from referrals.models import Referral, Sent

SHOWN = 50
VIEWS = {
    "open": "All open",
    "waiting": "Waiting to be taken on",
    "reviews": "Reviews due",
    "new": "Not yet acknowledged",
    "returned": "Returned",
    "ended": "Ended",
}
DOMAIN_TITLES = {code: title for _, code, title in outline.DOMAINS}


@dataclass
class Listed:
    """A page of the list."""

    rows: list[EarlyHelpAssessment] = field(default_factory=list)
    clocks: dict[str, Clock] = field(default_factory=dict)
    people: set[int] = field(default_factory=set)
    after: str = ""


def listed(user: User, query: Mapping[str, Any], at: datetime) -> Listed:
    """Early-help assessments the user may see, newest first, fifty at a time by key.

    ``view``, ``agency`` (a code), ``level`` and ``after`` come from the address; what is unknown there is left out.
    """
    rows = EarlyHelpAssessment.objects.visible_to(user)
    view = str(query.get("view", "open"))
    if view == "ended":
        rows = rows.exclude(pk__in=rows.open())
    elif view == "returned":
        rows = rows.filter(status="returned")
    elif view == "waiting":
        rows = rows.waiting()
    elif view == "new":
        rows = rows.open().filter(recorded_by=None, acknowledged_at=None)
    elif view == "reviews":
        due = Clock.objects.filter(reference=OuterRef("reference"), rule=REVIEW, stopped_at=None, warn_at__lte=at)
        rows = rows.filter(Exists(due))
    else:
        rows = rows.open()
    agency = str(query.get("agency", "")).replace("\x00", "")[:40]
    if agency == "council":
        rows = rows.filter(agency=None)
    elif agency:
        rows = rows.filter(agency__code=agency)
    if query.get("level") in ("1", "2", "3", "4"):
        rows = rows.filter(level_of_need=query["level"])
    after = str(query.get("after", ""))
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    people = Prefetch("people", EarlyHelpPerson.objects.order_by("position"))
    leads = Prefetch("leads", LeadProfessional.objects.filter(to_at=None))
    found = list(rows.select_related("agency").prefetch_related(people, leads).order_by("-id")[: SHOWN + 1])
    shown = found[:SHOWN]
    clocks: dict[str, Clock] = {}
    for clock in running_on([row.reference for row in shown]):
        clocks.setdefault(clock.reference, clock)
    clocks |= until_taken_on(shown)
    return Listed(
        rows=shown,
        clocks=clocks,
        people={person.person_id for row in shown for person in row.people.all() if person.person_id is not None},
        after=str(shown[-1].pk) if len(found) > SHOWN else "",
    )


def until_taken_on(rows: Collection[EarlyHelpAssessment]) -> dict[str, Clock]:
    """By reference the clock that runs until it is taken on, of those of these that wait for it."""
    children = {row.contact_person_id: row.reference for row in rows if row.status == "waiting"}
    if not children:
        return {}
    sent = Sent.objects.waiting().filter(contact_person__in=children, clock__isnull=False).select_related("clock")
    return {children[each.contact_person_id]: each.clock for each in sent.order_by("pk") if each.clock is not None}


def whole(user: User, reference: str) -> EarlyHelpAssessment | None:
    """One assessment with everything its page shows, or None when the user may not see it."""
    found: EarlyHelpAssessment | None = (
        EarlyHelpAssessment.objects.visible_to(user)
        .filter(reference=reference)
        .select_related(
            "agency", "text", "recorded_by", "acknowledged_by", "contact", "ended_by", "contact_person__contact"
        )
        .prefetch_related(
            Prefetch("people", EarlyHelpPerson.objects.select_related("person").order_by("position")),
            Prefetch("leads", LeadProfessional.objects.order_by("-from_at", "-id")),
            "findings", "team", "actions__done_by", "reviews__recorded_by",
        )
        .first()
    )  # fmt: skip
    return found


def domains(assessment: EarlyHelpAssessment, on: date) -> list[dict[str, Any]]:
    """The three domains with their headings and what is written under each."""
    texts = {row.code: row.text for row in assessment.findings.all()}
    return [
        {"title": DOMAIN_TITLES.get(domain, domain), "rows": [(label, texts.get(code, "")) for code, label in rows]}
        for domain, rows in headings(on)
    ]


def candidates(assessment: EarlyHelpAssessment, user: User) -> list[matching.Candidate]:
    """Whom the child may be, while nobody has said."""
    child = assessment.child
    if child.person_id is not None:
        return []
    return matching.candidates(
        sought(person_facts(child)), user, limit=5, reference=assessment.reference, position=child.position
    )


def invitations() -> list[SecureLink]:
    """The latest links given out for the form, newest first."""
    rows = SecureLink.objects.filter(purpose=SecureLink.Purpose.EARLY_HELP).select_related("agency", "issued_by")
    return list(rows.order_by("-id")[:SHOWN])


def work_on(row: ContactPerson) -> list[str]:
    """References of open early help that this person on a contact was passed on to, or their referral stepped down."""
    referred = Referral.objects.filter(Q(contact_person=row) | Q(reference=row.joined_reference or None))
    found = EarlyHelpAssessment.objects.open().filter(
        Q(contact_person=row) | Q(came_from__in=referred.values("reference"))
    )
    return list(found.order_by("reference").values_list("reference", flat=True))


def origin(contact: Contact, user: User) -> Iterable[tuple[str, str]]:
    """The early help a contact was stepped up from, and that its children were passed on to."""
    seen = EarlyHelpAssessment.objects.visible_to(user)
    rows = seen.filter(Q(contact=contact) | Q(contact_person__contact=contact)).order_by("pk")
    for row in rows:
        came = row.contact_id == contact.pk
        text = f"Stepped up from early help {row.reference}" if came else f"Passed on to early help {row.reference}"
        state = "" if came else f": {str(row.get_status_display()).lower()}"
        yield text + state, reverse("assessments:early_help_one", args=[row.reference])


def children_given(references: Iterable[str], user: User, on: date) -> dict[str, list[Named]]:
    """By reference of early help this user may see, the child it is about where not confirmed as anybody, as given."""
    asked = [reference for reference in references if reference.startswith("E-")]
    if not asked:
        return {}
    rows = EarlyHelpPerson.objects.filter(
        assessment__in=EarlyHelpAssessment.objects.visible_to(user).filter(reference__in=asked),
        is_child=True, role="subject", person__isnull=True,
    ).select_related("assessment").order_by("assessment_id", "position")  # fmt: skip
    found: dict[str, list[Named]] = {}
    for row in rows:
        found.setdefault(row.assessment.reference, []).append(Named(row.name or "Name not known", age_given(row, on)))
    return found


def confidential_addresses(people: Collection[int], references: Collection[str]) -> list[GivenAddress]:
    """Confidential addresses given of these people, or of anybody on this early help."""
    rows = EarlyHelpPerson.objects.filter(address_is_confidential=True)
    told = rows.filter(Q(person__in=people) | Q(assessment__reference__in=references))
    found = told.values_list("person_id", "assessment__reference", "address_lines", "postcode")
    return [GivenAddress(person, ref, ", ".join(lines), postcode) for person, ref, lines, postcode in found]
