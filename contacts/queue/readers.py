"""The one queue: open contacts and fast tracks, in order, with what a screener must know on each line.

Every question is asked once for the whole page, however many lines it has. Lines carry no confidential address.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import BooleanField, OuterRef, Q, QuerySet, Subquery, Value

from contacts import hidden, hooks
from contacts.facts import WEB_FORM
from contacts.families import beside
from contacts.identity import readers as identity
from contacts.models import GRADES, Bundle, Contact, ContactPerson, FamilyGroup, PossiblePerson, graded_for_now
from contacts.models.named import NAMED
from contacts.ranking import order as ranking
from contacts.ranking import ranks
from contacts.recording.named import name_like
from contacts.screening import closing
from contacts.screening.actions import CLAIM_FOR
from contacts.screening.dangers import homes_given
from contacts.screening.known import known_of
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.db import tidy_reference
from frontdoor.people.access import declared_by
from frontdoor.people.models import Involvement, newest_first
from frontdoor.people.protection.reach import Reached, warnings_for
from frontdoor.people.record.parts import Parts
from frontdoor.people.words import query_words
from frontdoor.ui.formats import age, joined
from frontdoor.ui.tags import colour_of
from frontdoor.wording import worded
from frontdoor.workflow.actions import can

PAGE = 50
YEAR = timedelta(days=365)
#: A count past this is said as "1,000 or more".
COUNT_LIMIT = 1000
#: Why the contacts of a line cannot be ticked to be closed in bulk, where they are several.
ALONE = "These are screened together."
STATES = [
    ("received", "Received"),
    ("in_screening", "In screening"),
    ("awaiting_information", "Waiting for information"),
    ("awaiting_sign_off", "Waiting for sign-off"),
    ("fast_track", "Fast track"),
]
AGREES = {
    "given": "agrees",
    "refused": "refuses agreement",
    "not_sought": "agreement not asked",
    "withdrawn": "agreement withdrawn",
    "not_required": "agreement not needed",
}
TOLD = {"yes": "told", "no": "not told"}


@dataclass(frozen=True)
class Wanted:
    """What somebody asked to see of the queue; anything unknown in the address is left out.

    ``name`` is whom they look for. It never stands in an address: see :mod:`frontdoor.asked`.
    """

    tab: str = ""
    kind: str = ""
    grade: str = ""
    state: str = ""
    is_oldest_first: bool = False
    after: str = ""
    name: str = ""

    @classmethod
    def of(cls, query: Mapping[str, Any], name: str = "") -> "Wanted":
        """From the query of an address, and a name looked for."""
        grade, state, tab = (str(query.get(name, "")) for name in ("grade", "state", "tab"))
        return cls(
            tab=tab if tab in ("sign-off", "mine") else "",
            kind=str(query.get("type", ""))[:40].replace("\x00", ""),
            grade=grade if grade in ("red", "amber", "green", "blue", "none") else "",
            state=state if state in dict(STATES) else "",
            is_oldest_first=query.get("order") == "oldest",
            after=str(query.get("after", ""))[:10].replace("\x00", ""),
            name=name,
        )


@dataclass
class Page:
    """One page of the queue."""

    contacts: list[Contact] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    people: set[int] = field(default_factory=set)
    #: References of the contacts that name somebody whom nobody has confirmed.
    given_on: set[str] = field(default_factory=set)
    after: str = ""


def on_tab(user: User, tab: str, at: datetime) -> Any:
    """The contacts of one tab that this user may see."""
    rows = Contact.objects.visible_to(user).on_queue().filter(taken_under_restriction_by__isnull=True)
    if tab == "sign-off":
        return rows.filter(status=Contact.Status.AWAITING_SIGN_OFF).exclude(proposed_by=user)
    if tab == "mine":
        return rows.filter(claimed_by=user, claimed_until__gt=at)
    return rows


def tabs(user: User, at: datetime) -> list[tuple[str, str, str]]:
    """The tabs this user has: key, words and how many, in words."""
    found = [("", "All contacts")]
    if holds(user, Permission.CONTACT_SIGN_OFF):
        found.append(("sign-off", "Waiting for my sign-off"))
    if holds(user, Permission.CONTACT_SCREEN):
        found.append(("mine", "Claimed by me"))
    return [(key, words, _bounded(_on_tab.count(user, key, at=at))) for key, words in found]


@worded(at=datetime)
def _on_tab(user: User, tab: str, *, at: datetime) -> "QuerySet[Contact, int]":
    rows: QuerySet[Contact, Contact] = on_tab(user, tab, at)
    return rows.order_by()[:COUNT_LIMIT].values_list("pk", flat=True)


def _bounded(count: int) -> str:
    return f"{COUNT_LIMIT:,} or more" if count >= COUNT_LIMIT else f"{count:,}"


def read(user: User, wanted: Wanted, at: datetime) -> Page:
    """One page of lines in a fixed number of queries: a line for each bundle, made from what the user may see of it.

    1. The bundles, by tier, rank and number (or by first receipt, oldest first), from after the last page's end.
    2. Their contacts on the queue; the people, families and requests of those; their clocks.
    3. Whom their children may be; and what is known of the people confirmed on them and of those: open work, contacts
       in 12 months, warnings.
    """
    shown, after = _bundles(user, wanted, at)
    contacts = _with_people(_contacts_of(user, bundles=[bundle.pk for bundle in shown])) if shown else []
    members: dict[int, list[Contact]] = defaultdict(list)
    for contact in contacts:
        members[contact.bundle_id].append(contact)
    people = {row.person_id for contact in contacts for row in contact.queue_people if row.person_id is not None}
    everybody = identity.standing_on(user, {contact.pk: contact.queue_people for contact in contacts})
    possible = identity.not_known(everybody, declared_by(user)) if everybody else {}
    people |= {row.person_id for rows in possible.values() for row in rows}
    parts = _parts_for(user, contacts, people | {row.person_id for rows in everybody.values() for row in rows}, at)
    given = [row for contact in contacts for row in contact.queue_people]
    others = beside.beside(contacts, user, at)
    known = Background(user, contacts, people, at, parts=parts, given=given)
    minutes = ranks.in_force(london_date(at))[0].minutes_per_point
    why_not = _why_not_ticked(members.values(), user, at, unchecked=possible, everybody=everybody, parts=parts)
    return Page(
        contacts=contacts,
        # A bundle whose last contact was decided or moved since its own query has no line any more.
        lines=[
            _line(members[key], known, possible, at, user, minutes)
            | {
                "no_tick": why_not.get(members[key][0].pk, ALONE) if len(members[key]) == 1 else ALONE,
                "beside": beside.each_once(others, members[key]),
            }
            for bundle in shown
            if (key := bundle.pk) in members
        ],
        people=people,
        given_on={
            contact.reference for contact in contacts if any(row.person_id is None for row in contact.queue_people)
        },
        after=after,
    )


def _bundles(user: User, wanted: Wanted, at: datetime) -> tuple[list[Bundle], str]:
    """The bundles of a page, and after which (its reference) the next begins, where there is one."""
    if wanted == Wanted():
        found = _first_bundles(user, at=at)
    else:
        found = list(_page_of(user, wanted, at))
    return found[:PAGE], found[PAGE - 1].reference if len(found) > PAGE else ""


@worded(at=datetime)
def _first_bundles(user: User, *, at: datetime) -> "QuerySet[Bundle, Bundle]":
    return _page_of(user, Wanted(), at)


def _page_of(user: User, wanted: Wanted, at: datetime) -> "QuerySet[Bundle, Bundle]":
    rows = on_tab(user, wanted.tab, at)
    if wanted.kind:
        rows = rows.filter(type__code=wanted.kind)
    if wanted.grade:
        rows = rows.filter(_graded("" if wanted.grade == "none" else wanted.grade))
    if wanted.state == "fast_track":
        rows = rows.filter(is_fast_track=True)
    elif wanted.state:
        rows = rows.filter(status=wanted.state)
    if wanted.name:
        rows = rows.filter(_about_somebody_called(wanted.name))
    # Before the page is cut, filters or none: a hidden bundle takes no place on it.
    bundles = _after(Bundle.objects.on_queue().filter(_has_one_of(rows, wanted)), user, wanted)
    order = ("first_received_at", "id") if wanted.is_oldest_first else ("tier", "rank_at", "id")
    page: QuerySet[Bundle, Bundle] = bundles.order_by(*order)[: PAGE + 1]
    return page


@worded(bundles=[int])
def _contacts_of(user: User, *, bundles: Collection[int]) -> "QuerySet[Contact, Contact]":
    rows = Contact.objects.visible_to(user).on_queue().filter(bundle_id__in=bundles).order_by("tier", "rank_at", "id")
    return rows.select_related("type", "agency", "claimed_by", "rank")


@worded(contacts=[int])
def _people_on(*, contacts: Collection[int]) -> "QuerySet[ContactPerson, ContactPerson]":
    return ContactPerson.objects.filter(contact__in=contacts).order_by("position")


@worded(contacts=[int])
def _families_on(*, contacts: Collection[int]) -> "QuerySet[FamilyGroup, FamilyGroup]":
    return FamilyGroup.objects.filter(contact__in=contacts)


def _with_people(contacts: Sequence[Contact]) -> list[Any]:
    """The contacts, each with its people (``queue_people``) and families (``queue_families``)."""
    found: dict[int, Any] = {contact.pk: contact for contact in contacts}
    for contact in found.values():
        contact.queue_people, contact.queue_families = [], []
    for row in _people_on(contacts=found) if found else ():
        contact = row.contact = found[row.contact_id]
        contact.queue_people.append(row)
    for family in _families_on(contacts=found) if found else ():
        found[family.contact_id].queue_families.append(family)
    return list(found.values())


@worded(references=[str], kinds=[int])
def _clocks_on(user: User, *, references: Collection[str], kinds: Collection[int]) -> "QuerySet[Clock, Clock]":
    """The running clocks on these contacts, the one for the line last; ``kinds``: those kept from the user."""
    with hidden.where_kinds_are(kinds):
        seen = Clock.objects.visible_to(user)
    rows: QuerySet[Clock, Clock] = seen.running().filter(reference__in=references)
    # Those of requests for information are theirs, and told in a place of their own.
    return rows.exclude(rule__startswith="information_request_").order_by("-due_at", "is_statutory", "pk")


def _parts_for(user: User, contacts: Sequence[Contact], people: Collection[int], at: datetime) -> Parts:
    """What the lines say of these people, and what rules count for these contacts."""
    since = min([at, *(contact.received_at for contact in contacts)])
    return Parts(people, user, since=since - YEAR)


def _graded(grade: str) -> Q:
    """The condition that this is the grade for now of a contact, or the own grade of a child on it."""
    if not grade:
        return graded_for_now("")
    own = ContactPerson.objects.filter(contact__is_on_queue=True, is_child=True, grade=grade)
    return graded_for_now(grade) | Q(pk__in=own.values("contact_id"))


def _by_child(children: Sequence[ContactPerson], grade: str) -> str:
    """The children's own grades, the worst first; empty where none differs from the line's."""
    own = [row.grade for row in children if row.grade]
    return ", ".join(sorted(own, key=GRADES.index)) if any(each != grade for each in own) else ""


def _why_not_ticked(
    lines: Iterable[Sequence[Any]],
    user: User,
    at: datetime,
    *,
    unchecked: Mapping[int, Sequence[PossiblePerson]],
    everybody: Mapping[int, Sequence[PossiblePerson]],
    parts: Parts,
) -> dict[int, str]:
    """Why a contact alone on its line cannot be ticked, by its id, for whoever screens; see ``closing``."""
    if not holds(user, Permission.CONTACT_SCREEN):
        return {}
    rows = [
        (members[0], [row for row in members[0].queue_people if row.is_child]) for members in lines if len(members) == 1
    ]
    known = known_of(
        rows,
        parts=parts.every,
        possible={contact.pk: {row.person_id for row in everybody.get(contact.pk, ())} for contact, _ in rows},
    )
    return closing.why_not_ticked(rows, by=user, at=at, unchecked=unchecked, known=known)


def _about_somebody_called(name: str) -> Q:
    """The condition that somebody on a contact has a name with all these words: as given, or as confirmed."""
    on_queue = ContactPerson.objects.filter(contact__is_on_queue=True)
    given, on_record = on_queue.annotate(named=NAMED), on_queue.filter(person__is_adoption_protected=False)
    for word in query_words(name):
        given = given.filter(name_like(word))
        on_record = on_record.filter(person__tokens__word__startswith=word)
    return Q(pk__in=given.values("contact_id")) | Q(pk__in=on_record.values("contact_id"))


def _has_one_of(rows: Any, wanted: Wanted) -> Any:
    """The condition that a bundle holds one of these contacts.

    Unfiltered, nearly every bundle does: each is asked in the queue's order until the page is full. Filtered, few may:
    the contacts are found first. Given one form for both, PostgreSQL goes through the whole queue for a page of it.
    """
    rows = rows.filter(bundle__isnull=False).order_by()
    if wanted.tab or wanted.kind or wanted.grade or wanted.state or wanted.name:
        return Q(pk__in=rows.values("bundle_id"))
    here = rows.filter(bundle_id=OuterRef("pk")).annotate(here=Value(True)).values("here")
    return Subquery(here[:1], output_field=BooleanField())


def _after(rows: Any, user: User, wanted: Wanted) -> Any:
    """Bundles behind the last one of the page before; the beginning when there is none that this user may see."""
    if not wanted.after:
        return rows
    last = Bundle.objects.visible_to(user).filter(reference=tidy_reference(wanted.after)).first()
    if last is None:
        return rows
    if wanted.is_oldest_first:
        first = last.first_received_at
        return rows.filter(Q(first_received_at__gt=first) | Q(first_received_at=first, pk__gt=last.pk))
    same = Q(tier=last.tier)
    return rows.filter(
        Q(tier__gt=last.tier) | same & Q(rank_at__gt=last.rank_at) | same & Q(rank_at=last.rank_at, pk__gt=last.pk)
    )


def _is_told_of(part: Involvement, at: datetime) -> bool:
    """Whether a line says something of a part in a record."""
    return part.closed_at is None or (part.kind == "contact" and part.opened_at >= at - YEAR)


class Background:
    """What is known about the people and clocks of one page, asked once, and only what the page says."""

    def __init__(
        self,
        user: User,
        contacts: Sequence[Contact],
        people: Collection[int],
        at: datetime,
        *,
        parts: Parts | None = None,
        dangers: Mapping[int, Sequence[Reached]] | None = None,
        given: Iterable[ContactPerson] = (),
    ) -> None:
        """``parts`` and ``dangers`` (warnings by whom they reach) the page has read, of more people or all.

        ``given``: the people on contacts whose homes, as given, warnings may be about.
        """
        self._user, self._contacts = user, contacts
        if parts is None:
            parts = Parts(people, user, since=at - YEAR)
        self.parts = {key: [part for part in parts.seen.get(key, ()) if _is_told_of(part, at)] for key in people}
        self.standing: dict[int, list[str]] = defaultdict(list)
        for ask in hooks.standing if people else ():
            for key, words in ask(people).items():
                self.standing[key] += words
        self.warnings: dict[int, list[str]] = defaultdict(list)
        if dangers is None:
            dangers = warnings_for(people, user, given=homes_given(given))
        for key, reached in dangers.items():
            self.warnings[key] = [lists.label("warning_kind", each.kind) for each in reached]

    @cached_property
    def clocks(self) -> dict[str, Clock]:
        """By reference the clock of each contact that stands on its line."""
        references = [contact.reference for contact in self._contacts]
        rows = _clocks_on(self._user, references=references, kinds=hidden.restricted_kinds(self._user))
        return {clock.reference: clock for clock in rows}

    @cached_property
    def _information(self) -> dict[int, tuple[int, int]]:
        found: dict[int, tuple[int, int]] = {}
        for count in hooks.information_in:
            found |= count([contact.pk for contact in self._contacts])
        return found

    def information(self, contacts: Iterable[int]) -> tuple[int, int]:
        """How many requests for information about these contacts came back, and how many were made."""
        counts = [self._information.get(key, (0, 0)) for key in contacts]
        return sum(answered for answered, _ in counts), sum(asked for _, asked in counts)

    def meaning(self, contacts: Sequence[Contact], person: int) -> list[str]:
        """What it would mean beside these contacts if somebody on them were this person."""
        return [*self.of(contacts, [person]), *(f"warning: {words.lower()}" for words in self.warnings[person])]

    def of(self, contacts: Sequence[Contact], people: Sequence[int]) -> list[str]:
        """Open work and earlier contacts of these people beside these contacts, in words."""
        own = {contact.reference for contact in contacts}
        said: dict[str, None] = {}
        earlier: dict[str, Involvement] = {}
        for key in people:
            said |= dict.fromkeys(self.standing[key])
            for part in self.parts.get(key, ()):
                if part.reference in own:
                    continue
                if part.kind == "contact":
                    earlier.setdefault(part.reference, part)
                elif part.closed_at is None:
                    who = ", ".join(n for n in (_worker(part), _team(part)) if n)
                    said[f"open {part.kind.replace('_', ' ')} {part.reference} ({who})"] = None
        if earlier:
            last = newest_first(earlier.values())[0]
            ended = f", last: {last.status_label.lower()}" if last.status_label else ""
            said[f"{len(earlier)} other {'contact' if len(earlier) == 1 else 'contacts'} in 12 months{ended}"] = None
        return list(said)


def _worker(part: Involvement) -> str:
    return part.active_worker.name if part.active_worker else "no worker"


def _team(part: Involvement) -> str:
    return part.team.name if part.team else ""


def ages(children: Sequence[ContactPerson], on: date) -> str:
    """The youngest child's age and how many children: "7 months, 3 children", "unborn and 4 years"."""
    if not children:
        return "no child identified"
    born = [child for child in children if child.date_of_birth is not None]
    youngest = max(born, key=lambda c: c.date_of_birth or on, default=None)
    words = ["unborn"] if any(c.date_of_birth is None and c.expected_on is not None for c in children) else []
    if youngest is not None:
        words.append(("about " if youngest.dob_is_estimated else "") + age(youngest.date_of_birth, on))
    text = joined(words) or "age not known"
    return text if len(children) == 1 else f"{text}, {len(children)} children"


def who_told(contact: Contact) -> str:
    """Who told us, without a name: names of callers stand on the record only."""
    if contact.is_the_child:
        return "A child called for themselves"
    if contact.is_anonymous:
        return "Anonymous caller"
    agency = contact.agency.name if contact.agency else ""
    given = [contact.referrer_organisation or agency, contact.referrer_role]
    told = ", ".join(part for part in given if part) or lists.label("referral_source", contact.source) or "Caller"
    return f"{told}, by web form" if contact.how == WEB_FORM else told


def agreement(contact: Any) -> str:
    """What the families know and agree to, in a few words."""
    said: dict[str, None] = {}
    for family in contact.queue_families:
        words = " and ".join(w for w in (TOLD.get(family.told), AGREES.get(family.agreement)) if w)
        if words:
            said[words] = None
    return "; ".join(said)


def why_here(contact: Any, minutes: int) -> str:
    """Why a contact stands where it stands, in words whose stretches add up to how far it was moved forward."""
    found = getattr(contact, "rank", None)
    words = ranking.in_words(found.told, minutes) if found is not None and contact.tier != ranking.Tier.APART else ""
    tier = ranking.TIERS[ranking.Tier(contact.tier)] if contact.tier != ranking.Tier.REST else ""
    raised = found.raised_why if found is not None else ""
    return "; ".join(part for part in (tier, words, raised) if part)


def possible_on(
    members: Sequence[Any], possible: Mapping[int, Sequence[PossiblePerson]], known: Background
) -> list[identity.Possible]:
    """Whom the children of a bundle may be, the likeliest first: each person once, and what it would mean."""
    found: dict[int, identity.Possible] = {}
    for member in members:
        for row in possible.get(member.pk, ()):
            if row.person_id not in found:
                found[row.person_id] = identity.told(member.reference, row, known.meaning(members, row.person_id))
    return list(found.values())


def _children(members: Sequence[Any]) -> list[ContactPerson]:
    """Every child of the bundle once: by record where confirmed, else by name and birth as given."""
    found: dict[object, ContactPerson] = {}
    for contact in members:
        for row in contact.queue_people:
            if row.is_child:
                given = (row.given_name.casefold(), row.family_name.casefold(), row.date_of_birth)
                found.setdefault(row.person_id or (given if row.name else (contact.pk, row.pk)), row)
    return list(found.values())


def _line(
    members: Sequence[Any],
    known: Background,
    possible: Mapping[int, Sequence[PossiblePerson]],
    at: datetime,
    user: User,
    minutes: int,
) -> dict[str, Any]:
    """The line of a bundle: its first contact tells it; grade, clock and youngest are the worst of the bundle."""
    contact = members[0]
    rows: list[ContactPerson] = [row for member in members for row in member.queue_people]
    children = _children(members)
    holder, held = next(((h, m) for m in members if (h := m.claimed_at_moment(at)) is not None), (None, contact))
    answered, asked = known.information([member.pk for member in members])
    people = list(dict.fromkeys(row.person_id for row in rows if row.person_id is not None))
    warned = (*people, *(-row.pk for row in rows))  # by record, and by the home given
    clocks = [known.clocks[m.reference] for m in members if m.reference in known.clocks]
    clock = min(clocks, key=lambda c: c.due_at, default=None)
    confidential = any(row.address_is_confidential for row in rows)
    first = next((row for row in [*children, *rows] if row.name), None)
    worst = min(members, key=lambda m: GRADES.index(m.grade_for_now) if m.grade_for_now else len(GRADES))
    doable = {name for member in members for name in can(member, user)}
    return {
        "href": f"/contacts/{contact.reference}/",
        "reference": contact.reference,
        "size": len(members),
        "others": [member.reference for member in members[1:]],
        "fast_track": any(member.is_fast_track for member in members),
        "ages": ages(children, london_date(at)),
        "surname": (first.family_name or first.given_name) if first else "",
        "sentence": contact.summary,
        "where": "At a confidential address" if confidential else contact.child_location,
        "safe_until": min((m.safe_until for m in members if m.safe_until is not None), default=None),
        "agency_grade": worst.agency_grade,
        "grade": worst.grade_for_now,
        "by_child": _by_child(children, worst.grade_for_now),
        "provisional": worst.grade_is_provisional or worst.grade_for_now != worst.grade,
        "possible": possible_on(members, possible, known),
        "source": who_told(contact) if contact.type.code == "concern" else f"{contact.type.label}: {who_told(contact)}",
        "known": known.of(members, people),
        "warnings": list(dict.fromkeys(w for key in warned for w in known.warnings[key])),
        "agreement": agreement(contact),
        "information": f"{answered} of {asked}" if asked else "",
        "unmatched": any(row.is_child and row.person_id is None for row in rows),
        "claimed_by": f"Claimed by {holder.name}" if holder else "",
        "claimed_since": held.claimed_until - CLAIM_FOR if holder and held.claimed_until else None,
        "state": "Waiting for a decision" if contact.status == "decided" else contact.get_status_display(),
        "state_colour": "red" if contact.status == "decided" else colour_of(contact),
        "clock": {"label": clock.label, "due_at": clock.due_at, "warn_at": clock.warn_at} if clock else None,
        "holder": holder,
        "why": why_here(contact, minutes),
        "is_mine": holder == user and "release" in can(held, user),
        "may_decide": "decide" in doable,
        "may_claim": bool(doable & {"claim", "take_over"}) and holder is None,
        "version": contact.version,
    }
