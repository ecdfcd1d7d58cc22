"""News of open children: contacts received about them, or joined to their work, that their worker has yet to read.

One reader for the worker's home, the list of referrals and the page of a referral. What there is to read of a contact
is said by :func:`words_of` alone: whatever is added to a contact later is news as well and belongs there.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone

from contacts.families.telling import WHOLE, Telling, tellings
from contacts.models import Contact, ContactAddition, ContactPerson
from contacts.queue.readers import who_told
from frontdoor.access import Permission, Role, holds
from frontdoor.accounts.models import Absence, User
from frontdoor.people.access import known_people
from referrals.models import Allocation, OpenWorkNews, Referral

#: So many contacts are told in full; a list says that there are more.
SHOWN = 20


@dataclass
class Words:
    """A piece of what was said: what it is called, the whole text, and when and by whom where that has to be said."""

    title: str
    text: str
    at: datetime | None = None
    by: str = ""


@dataclass
class News:
    """One contact about children with open work, and the referrals of those of them this reader answers for."""

    contact: Contact
    raised_at: datetime
    is_fast_track: bool = False
    #: Whether it was decided that it belongs to their work; False while it waits on the queue.
    is_joined: bool = False
    referrals: list[Referral] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    #: The sentence somebody chose for it; empty where nobody did.
    sentence: str = ""
    source: str = ""
    #: Who else was told: a name and what they are to whom.
    told: list[str] = field(default_factory=list)
    may_take: bool = False
    #: Set once somebody has read it.
    taken: OpenWorkNews | None = None
    #: False when the contact turned out to be about somebody else after it was read: its words are not this child's.
    is_theirs: bool = True

    @property
    def referral(self) -> Referral:
        """The referral under which it is read."""
        return self.referrals[0]

    @property
    def prefix(self) -> str:
        """What the form that takes it is called on the page."""
        return f"news-{self.contact.reference}"

    @property
    def order(self) -> tuple[bool, bool, datetime]:
        """Danger first, then the oldest."""
        return (not self.is_fast_track, self.contact.grade_for_now != "red", self.raised_at)


def words_of(contact: Contact, telling: Telling = WHOLE) -> list[Words]:
    """All there is to read of a contact, whole, in the order in which to read it; as far as one family may read it."""
    text = contact.text
    said = [
        Words("What happened", telling.of("concerns", text.concerns) or telling.of("summary", contact.summary)),
        Words("What the child said", telling.of("child_said", text.child_said)),
        Words("Injuries", telling.of("injuries", text.injuries)),
    ]
    added = [
        Words(
            telling.plain(f"Said later: {row.heading}") if row.corrects else "Said later",
            telling.later(row),
            row.at,
            row.by.name,
        )
        for row in contact.additions.all()
    ]
    return [each for each in (*said, *added) if each.text.strip()]


def _answered_for(user: User) -> Q:
    """Referrals this user answers for: their own, and for a manager those of their teams and those of nobody.

    For a duty manager also those whose worker is away today, and the manager of whose team is away or nobody.
    """
    now = Allocation.objects.filter(to_at__isnull=True)
    mine = Q(pk__in=now.filter(worker=user).values("referral_id"))
    if not holds(user, Permission.REFERRAL_ALLOCATE):
        return mine
    theirs = (
        now.filter(Q(team__manager=user) | Q(team=user.team_id)) if user.team_id else now.filter(team__manager=user)
    )
    found = mine | Q(pk__in=theirs.values("referral_id")) | ~Q(pk__in=now.values("referral_id"))
    if Role.DUTY_MANAGER not in user.roles:
        return found
    away = Absence.objects.at(timezone.now()).values("user")
    left = now.filter(worker__in=away).filter(Q(team__manager=None) | Q(team__manager__in=away))
    return found | Q(pk__in=left.values("referral_id"))


def waiting(user: User) -> list[News]:
    """What this user has to read, or to see read, the gravest first; a contact about several children once."""
    referrals = Referral.objects.visible_to(user).filter(_answered_for(user))
    found = _gathered(user, referrals, OpenWorkNews.objects.filter(taken_at__isnull=True))
    return sorted(found, key=lambda news: news.order)[: SHOWN + 1]


def of(referral: Referral, user: User) -> list[News]:
    """All the news of one referral: what waits first, then what was read, the latest first."""
    found = _gathered(user, Referral.objects.visible_to(user).filter(pk=referral.pk), OpenWorkNews.objects.all())
    waits = sorted((news for news in found if news.taken is None), key=lambda news: news.order)
    return waits + sorted((n for n in found if n.taken is not None), key=lambda n: n.raised_at, reverse=True)


def _gathered(user: User, referrals: Any, rows: Any) -> list[News]:
    """News of these referrals in a fixed number of queries: what was joined to them, and what waits on the queue.

    Nothing of a contact this user may not see, or about somebody they have declared to know.
    """
    known = known_people(user)
    contacts = Contact.objects.visible_to(user).exclude(people__person__in=known)
    referrals = referrals.exclude(child__in=known).select_related("child", "contact_person")
    joined = list(rows.filter(referral__in=referrals, contact__in=contacts).select_related("taken_by"))
    open_ones = referrals.open().filter(child__isnull=False)
    named = ContactPerson.objects.filter(
        is_child=True,
        person__in=open_ones.values("child_id"),
        contact__in=contacts.on_queue(),
        contact__is_fast_track=False,
    ).values_list("contact_id", "person_id", "linked_at")
    received = [(contact, person, at) for contact, person, at in named]
    people = {person for _, person, _ in received}
    by_key = {row.pk: row for row in referrals.filter(pk__in={row.referral_id for row in joined})}
    of_child: dict[int, list[Referral]] = {}
    for row in open_ones.filter(child_id__in=people):
        of_child.setdefault(row.child_id, []).append(row)
    keys = {row.contact_id for row in joined} | {contact for contact, _, _ in received}
    whole = {
        row.pk: row
        for row in Contact.objects.visible_to(user)
        .filter(pk__in=keys)
        .select_related("text", "type", "agency", "rank")
        .prefetch_related(
            Prefetch("people", ContactPerson.objects.order_by("position")),
            Prefetch("additions", ContactAddition.objects.in_order()),
        )
    }
    found: dict[tuple[int, int | None], News] = {}
    read = set(
        OpenWorkNews.objects.filter(contact_id__in=keys).values_list("referral_id", "contact_id")
    )  # fmt: skip
    for row in joined:
        if row.referral_id not in by_key or row.contact_id not in whole:
            continue  # hidden from this user between two of the questions
        news = found.setdefault(
            (row.contact_id, row.pk if row.taken_at else None),
            News(whole[row.contact_id], row.raised_at, is_joined=True),
        )
        news.is_fast_track = news.is_fast_track or row.is_fast_track
        news.taken = row if row.taken_at else None
        news.referrals.append(by_key[row.referral_id])
    for contact, person, at in received:
        for referral in of_child.get(person, []):
            if referral.contact_id != contact and contact in whole and (referral.pk, contact) not in read:
                news = found.setdefault((contact, None), News(whole[contact], at or whole[contact].received_at))
                news.referrals.append(referral)
    _tell(list(found.values()), user)
    return list(found.values())


def _tell(found: Sequence[News], user: User) -> None:
    """Fill in what each says: the words, who told us, who else was told, whether this user may take it."""
    held = _held(found, user)
    told = tellings([row for news in found for row in _theirs(news)])
    for news in found:
        of_family = {told[row.pk].number: told[row.pk] for row in _theirs(news)}
        # Whoever answers for children of both families reads it whole, on a page that is of neither.
        telling = next(iter(of_family.values())) if len(of_family) == 1 else WHOLE
        news.words = words_of(news.contact, telling)
        news.sentence = telling.of("summary", news.contact.summary) if news.contact.sentence_is_marked else ""
        news.source = who_told(news.contact)
        children = {row.person_id for row in news.contact.people.all() if row.is_child and row.person_id is not None}
        joined = {row.joined_reference for row in news.contact.people.all()}
        if news.taken is not None:
            news.is_theirs = news.referral.child_id in children or news.referral.reference in joined
        own = {referral.pk for referral in news.referrals}
        said: dict[str, None] = {}
        for allocation in held:
            referral = allocation.referral
            if referral.pk not in own and referral.child_id not in children and referral.reference not in joined:
                continue
            worker = allocation.active_worker
            if worker is not None and worker != user:
                said[f"{worker.name}, worker of {referral.child_name}"] = None
            manager = allocation.team.manager
            if news.is_joined and manager is not None and manager.is_active and manager != user:
                said[f"{manager.name}, manager of {allocation.team.name}"] = None
        news.told = [telling.plain(each) for each in said]
        workers = {row.referral_id: row.active_worker for row in held if row.referral_id in own}
        is_own = all(workers.get(key) == user for key in own)
        news.may_take = holds(user, Permission.REFERRAL_WORK) and (is_own or holds(user, Permission.REFERRAL_ALLOCATE))


def _theirs(news: News) -> list[ContactPerson]:
    """The children on the contact whose open work it is news of."""
    people = {referral.child_id for referral in news.referrals}
    joined = {referral.reference for referral in news.referrals}
    return [
        row
        for row in news.contact.people.all()
        if row.is_child and ((row.person_id is not None and row.person_id in people) or row.joined_reference in joined)
    ]


def _held(found: Iterable[News], user: User) -> list[Allocation]:
    """Whose the work with the children of these contacts is now, as far as this user may see it, in one query."""
    news = list(found)
    people = {row.person_id for each in news for row in each.contact.people.all() if row.is_child}
    joined = {row.joined_reference for each in news for row in each.contact.people.all() if row.joined_reference}
    theirs = Q(child_id__in=people - {None}) | Q(reference__in=joined)
    own = Q(pk__in={referral.pk for each in news for referral in each.referrals})
    referrals = Referral.objects.visible_to(user).filter((theirs & Q(pk__in=Referral.objects.open())) | own)
    rows = Allocation.objects.filter(to_at__isnull=True, referral__in=referrals)
    return list(
        rows.select_related("team__manager", "worker", "referral__child", "referral__contact_person").order_by("pk")
    )


def people_in(found: Iterable[News]) -> set[int]:
    """Keys of everybody on record whom these name, for the audit of what a page shows."""
    people = {row.person_id for news in found for row in news.contact.people.all()}
    children = {referral.child_id for news in found for referral in news.referrals}
    return {key for key in people | children if key is not None}


def given_on(found: Iterable[News]) -> set[str]:
    """References of the contacts among them that name somebody nobody has confirmed, for the same audit."""
    return {news.contact.reference for news in found if any(row.person_id is None for row in news.contact.people.all())}


def belongs(contact: Contact, referrals: Collection[Referral]) -> bool:
    """Whether the contact is news of each of these: joined to it, or about its child and not yet decided."""
    rows = list(contact.people.filter(is_child=True))
    children = {row.person_id for row in rows if row.person_id is not None}
    there = set(OpenWorkNews.objects.filter(contact=contact).values_list("referral_id", flat=True))
    return all(row.pk in there or (contact.is_on_queue and row.child_id in children) for row in referrals)
