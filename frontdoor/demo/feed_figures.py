"""What bundles and ending together save on a written feed, and how often families are put together rightly.

Acts are counted as the screens work: the contacts of one bundle are decided on one page, which is one act; ending
together is one act for as many contacts as the rule of the day allows, of those its bounds let in; every text is
opened by a person either way.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import combinations
from math import ceil

from contacts.bundles import bundling
from contacts.bundles.actions import facts_of, window
from contacts.models import Contact
from frontdoor.accounts.models import User
from frontdoor.clocks.working_days import is_working_day, london_date
from frontdoor.demo.models import FeedTruth
from frontdoor.ui.formats import LONDON
from referrals.models import bulk_rule
from referrals.together import why_not

#: What comes later in the day is screened the next working day.
LAST_OF_THE_DAY = time(17)


@dataclass(frozen=True)
class Acts:
    """Screening acts for the same notifications: one for each, with bundles, and with ending together as well."""

    alone: int
    bundled: int
    bulk: int
    ended_together: int

    @property
    def times_fewer(self) -> float:
        """How many times fewer acts bundles and ending together need."""
        return self.alone / self.bulk if self.bulk else 0.0


@dataclass(frozen=True)
class Pairs:
    """Pairs of notifications of one family, and pairs put together; each pair with the smaller key first."""

    same: frozenset[tuple[int, int]]
    together: frozenset[tuple[int, int]]

    @property
    def found(self) -> frozenset[tuple[int, int]]:
        """Pairs of one family that are put together."""
        return self.same & self.together

    @property
    def wrong(self) -> frozenset[tuple[int, int]]:
        """Pairs put together that are of different families."""
        return self.together - self.same

    @property
    def recall(self) -> float:
        """Which share of the pairs of one family is put together."""
        return len(self.found) / len(self.same) if self.same else 1.0

    @property
    def wrong_share(self) -> float:
        """Which share of the pairs put together is of different families."""
        return len(self.wrong) / len(self.together) if self.together else 0.0


@dataclass
class Figures:
    """Everything the report prints."""

    notifications: int
    bundles: int
    at_once: Acts
    by_day: Acts
    days: int
    pairs: Pairs
    plants: Counter[str] = field(default_factory=Counter)
    kept_out: Counter[str] = field(default_factory=Counter)
    references: dict[int, str] = field(default_factory=dict)


def acts(bundles: Collection[Collection[int]], mild: Collection[int], most: int) -> Acts:
    """The acts these bundles need. ``mild``: what may be closed in bulk; a bundle with anything else is one act."""
    pool = [bundle for bundle in bundles if all(key in mild for key in bundle)]
    # Of a bundle that may be ended whole, one act is never more than its share of an act of ending together.
    ended = sum(len(bundle) for bundle in pool)
    others = len(bundles) - len(pool)
    together = min(ceil(ended / most), len(pool))
    return Acts(sum(len(bundle) for bundle in bundles), len(bundles), others + together, ended)


def pairs(families: Mapping[int, Collection[Hashable]], bundle_of: Mapping[int, Hashable]) -> Pairs:
    """Pairs by the truth and by the bundles. What names nobody belongs to no family."""
    by_family: dict[Hashable, list[int]] = defaultdict(list)
    by_bundle: dict[Hashable, list[int]] = defaultdict(list)
    for key in sorted(families):
        by_bundle[bundle_of[key]].append(key)
        for family in set(families[key]):
            by_family[family].append(key)
    return Pairs(
        *(frozenset(pair for keys in of.values() for pair in combinations(keys, 2)) for of in (by_family, by_bundle))
    )


def screened_on(received: datetime) -> date:
    """The working day on which a notification is on the screener's list."""
    local = received.astimezone(LONDON)
    day = local.date() + timedelta(days=local.time() >= LAST_OF_THE_DAY)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def measure(run: int, *, by: User, at: datetime, progress: Callable[[int, int], object] | None = None) -> Figures:
    """The figures of a written feed, as ``by`` would screen it at ``at`` with every text opened."""
    truths = list(FeedTruth.objects.filter(run=run).select_related("contact__type", "contact__text").order_by("pk"))
    contacts = [truth.contact for truth in truths]
    most = bulk_rule(london_date(at)).most
    kept_out: Counter[str] = Counter()
    mild: set[int] = set()
    for done, contact in enumerate(contacts, start=1):
        reasons = why_not(contact, by=by, at=at, opened=True)
        kept_out.update(reasons)
        if not reasons:
            mild.add(contact.pk)
        if progress is not None:
            progress(done, len(contacts))
    families = {truth.contact_id: truth.families for truth in truths}
    bundle_of: dict[int, Hashable] = {contact.pk: contact.bundle_id or -contact.pk for contact in contacts}
    standing: dict[Hashable, list[int]] = defaultdict(list)
    for key, bundle in bundle_of.items():
        standing[bundle].append(key)
    days = defaultdict(list)
    for contact in contacts:
        days[screened_on(contact.received_at)].append(contact)
    each = [acts(_bundles_within(rows, at), mild, most) for rows in days.values()]
    return Figures(
        notifications=len(contacts),
        bundles=len(standing),
        at_once=acts(list(standing.values()), mild, most),
        by_day=Acts(*(sum(getattr(one, name) for one in each) for name in Acts.__dataclass_fields__)),
        days=len(days),
        pairs=pairs(families, bundle_of),
        plants=Counter(plant for truth in truths for plant in truth.plants),
        kept_out=kept_out,
        references={contact.pk: contact.reference for contact in contacts},
    )


def _bundles_within(contacts: Sequence[Contact], at: datetime) -> list[Collection[int]]:
    """The bundles of what stood on one day's list by itself, with nothing of the days before to join it."""
    return list(bundling.bundles_of(facts_of(contacts), window=window(london_date(at))))
