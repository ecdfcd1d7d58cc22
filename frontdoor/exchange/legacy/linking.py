"""Which source rows are one person, which contact and episode are one event, and whose a paper file is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from frontdoor.accounts.models import User
from frontdoor.clocks.working_days import london_date
from frontdoor.exchange import joining
from frontdoor.exchange.legacy import covers, events
from frontdoor.exchange.legacy.checking import loose, when
from frontdoor.exchange.legacy.files import CARECASE, FIRSTCALL
from frontdoor.exchange.legacy.loading_people import PEOPLE_FILES, Described, born_on
from frontdoor.exchange.legacy.staging import Pending
from frontdoor.exchange.legacy.writing import Meanings, now
from frontdoor.exchange.models import ImportRun, Origin, SameEvent, SourceRecord
from frontdoor.people import identifiers
from frontdoor.people.matching import weights
from frontdoor.people.matching.linkage import CAUTIOUS, Pair, Sketch, link
from frontdoor.people.merging import merge
from frontdoor.people.models import Merge, PairToReview, Person, Relationship, Restriction
from frontdoor.people.words import words
from frontdoor.ui.csvs import csv_file

#: Columns in which a surname may stand.
SURNAMES = {
    CARECASE: ("surname", "former_surname", "forename"),
    FIRSTCALL: ("SURNAME", "FORMER_SURNAME", "FORENAME"),
}
WAITING, NOT_ASKED = SameEvent.Answer.WAITING, SameEvent.Answer.NOT_ASKED
#: So many records are compared in one process; more are divided between two.
ONE_PROCESS = 40_000
#: From this probability an event of both systems speaks for a pair of people that waits for a review.
LIKELY = 0.5
REASON = "The old systems' records are of one person: found by the import, above the threshold for joining by itself."


@dataclass
class Links:
    """Who is who: a row's (file, key) to its person, persons to the one record, and the pairs that were found."""

    person: dict[tuple[str, str], int] = field(default_factory=dict)
    one: dict[int, int] = field(default_factory=dict)
    # Which record stays: the social work team's before the contact centre's, the longer held first.
    rank: dict[int, tuple[bool, str]] = field(default_factory=dict)
    automatic: list[tuple[int, int]] = field(default_factory=list)
    review: list[tuple[int, int, Pair]] = field(default_factory=list)
    # The evidence of the pairs to be joined, for those that a person has to join after all.
    evidence: dict[frozenset[int], Pair] = field(default_factory=dict)
    # Records that are likelier than not of one person, though a person has still to say so.
    likely: dict[int, int] = field(default_factory=dict)
    # What the comparison has learnt of how records of one person agree, from how many; empty if nothing was compared.
    logs: tuple[tuple[float, ...], ...] = ()
    compared: int = 0
    # From where records were joined, and what the data propose; empty if nothing was compared.
    joining: dict[str, Any] = field(default_factory=dict)

    def of(self, file: str, key: str) -> int | None:
        """The one record a row's person belongs to."""
        person = self.person.get((file, key))
        return None if person is None else self.one.get(person, person)

    def likely_of(self, file: str, key: str) -> int | None:
        """The one record it most likely belongs to, counting the pairs that wait for a review."""
        one = self.of(file, key)
        while one is not None and one in self.likely:
            one = self.likely[one]
        return one

    def take_as_likely(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Note pairs of records that are likelier than not of one person."""

        def last(one: int) -> int:
            while one in self.likely:
                one = self.likely[one]
            return one

        for left, right in pairs:
            a, b = last(left), last(right)
            if a != b:
                self.likely[max(a, b)] = min(a, b)


def find(meanings: Meanings, *, is_again: bool = False) -> Links:
    """Compare all rows about people with each other, unless nothing about people nor the threshold has changed since a
    finished run.

    ``is_again``: a wording about people has been given its meaning since, so they are compared all the same.
    """
    links = Links()
    joined = dict(Person.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into_id"))
    for file, identity, person_id in _people():
        links.person[file, identity] = person_id
        links.one[person_id] = joined.get(person_id, person_id)
    newest = (
        Origin.objects.filter(file__in=PEOPLE_FILES)
        .order_by("-source__run")
        .values_list("source__run", flat=True)
        .first()
    )
    done = ImportRun.objects.filter(step=ImportRun.Step.DONE, pk__gte=newest or 0).order_by("pk").last()
    is_known = done is not None and not joining.changed_since(done)
    if newest is None or (is_known and not is_again):
        waiting = PairToReview.objects.waiting().filter(probability__gte=LIKELY).order_by("-probability", "pk")
        links.take_as_likely(
            (links.one.get(left, left), links.one.get(right, right))
            for left, right in waiting.values_list("left_id", "right_id")
        )
        return links
    sketches, key_of = _sketches(links, meanings)
    rule = joining.in_force(london_date(now()))
    linked = link(
        sketches,
        automatic=rule.join_from / 1000,
        floor=rule.floor / 1000,
        processes=2 if len(sketches) > ONE_PROCESS else 1,
    )
    links.joining = joining.proposal(linked, rule)
    joined_to: dict[int, list[int]] = defaultdict(list)
    for person, root in links.one.items():
        joined_to[root].append(person)
    links.logs, links.compared = linked.logs, len(sketches)
    apart = {frozenset(pair) for pair in Merge.objects.filter(undone_at__isnull=False).values_list("survivor", "loser")}
    for cluster in linked.clusters:
        members = sorted((key_of[key] for key in cluster), key=links.rank.__getitem__)
        roots = list(dict.fromkeys(links.one[member] for member in members))
        stays = roots[0]
        for other in roots[1:]:
            # Somebody who took a merge back knew more than the figures do: it is not made again.
            if frozenset((stays, other)) not in apart:
                links.automatic.append((stays, other))
                for person in joined_to[other]:
                    links.one[person] = stays
                joined_to[stays] += joined_to.pop(other)
    for pair in linked.review:
        left, right = (links.one[key_of[key]] for key in (pair.left, pair.right))
        if left != right:
            links.review.append((min(left, right), max(left, right), pair))
    links.evidence = {frozenset((key_of[pair.left], key_of[pair.right])): pair for pair in linked.automatic}
    links.take_as_likely((left, right) for left, right, pair in links.review if pair.probability >= LIKELY)
    return links


def _people() -> Iterator[tuple[str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.file, o.identity, p.id FROM exchange_origin o JOIN people_person p ON p.reference = o.reference"
            " WHERE o.file = ANY(%s) ORDER BY o.file, o.identity",
            [list(PEOPLE_FILES)],
        )
        yield from cursor.fetchall()


def _sketches(links: Links, meanings: Meanings) -> tuple[list[Sketch], dict[str, int]]:
    ours = Person.objects.filter(origin__in=PEOPLE_FILES.values())
    names = dict(ours.values_list("pk", "display_name").iterator(chunk_size=20_000))
    relatives: dict[int, list[str]] = defaultdict(list)
    for person, other in Relationship.objects.filter(ended_on__isnull=True).values_list("person_id", "other_id"):
        if person in names and other in names:
            relatives[person].append(names[other])
            relatives[other].append(names[person])
    protected = set(Person.objects.filter(is_adoption_protected=True).values_list("pk", flat=True))
    protected |= set(Restriction.objects.in_force().values_list("person_id", flat=True))
    found: list[Sketch] = []
    key_of: dict[str, int] = {}
    rows = Origin.objects.filter(file__in=PEOPLE_FILES).values_list("file", "identity", "source__values")
    for file, identity, values in rows.order_by("file", "identity").iterator(chunk_size=5000):
        if (file, identity) not in links.person:
            continue  # disposed of
        each = Described(Pending(0, identity, values), PEOPLE_FILES[file], meanings)
        person = links.person[file, identity]
        links.rank[person] = (each.system != CARECASE, identity)
        key = f"{each.system}:{identity}"
        key_of[key] = person
        found.append(_sketch(each, key, tuple(relatives[person]), person in protected))
    return found, key_of


def _sketch(each: Described, key: str, relatives: tuple[str, ...], is_protected: bool) -> Sketch:
    nhs = identifiers.check("nhs", each.nhs) if each.nhs else None
    upns = [identifiers.check("upn", value) for value in (each.upn, each.former_upn) if value]
    return Sketch(
        key=key,
        system=each.system,
        given=each.given,
        middle=each.middle,
        family=each.family,
        known_as=each.known_as,
        former_family=each.former,
        born=each.born,
        born_is_estimated=each.is_estimated,
        expected=each.expected,
        sex=each.sex,
        nhs=nhs.value if nhs else "",
        nhs_ok=bool(nhs and nhs.check_ok),
        upns=tuple(dict.fromkeys(number.value for number in upns if number.check_ok)),
        address=each.lines,
        postcode=each.postcode_written,
        carer=each.carer,
        telephone=each.telephone,
        school=each.school,
        ethnicity=each.ethnicity,
        relatives=relatives,
        is_protected=is_protected,
    )


def bring_together(links: Links, *, by: User, at: datetime) -> None:
    """Join what is above the threshold, put what is between the thresholds before a person, and keep the weights."""
    if links.logs:
        weights.keep(logs=links.logs, records=links.compared, at=at)
    standing = dict(Person.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into_id"))
    wanted = [(a, b) for a, b in ((standing.get(a, a), standing.get(b, b)) for a, b in links.automatic) if a != b]
    done = merge.apply_many(wanted, by=by, at=at, reason=REASON, method="automatic") if wanted else merge.Merged()
    _settle_what_is_joined(by=by, at=at)
    # Two open referrals of one child: somebody says which goes on.
    asked = [(no.survivor, no.loser, _as_review(links, no)) for no in done.refused if no.code == "both_open"]
    standing = dict(Person.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into_id"))
    to_review = [*links.review, *asked]
    ends = {end for left, right, _ in to_review for end in (left, right)}
    not_same = merge.not_same_among(ends | {standing.get(end, end) for end in ends})
    rows: dict[tuple[int, int], PairToReview] = {}
    for left, right, pair in to_review:
        a, b = sorted((standing.get(left, left), standing.get(right, right)))
        if a == b or frozenset((a, b)) in not_same or (a, b) in rows:
            continue
        rows[a, b] = PairToReview(
            left_id=a, right_id=b, weight=pair.weight, probability=min(max(pair.probability, 0.0), 1.0),
            reasons=[list(reason) for reason in pair.reasons] + [[doubt, 0.0] for doubt in pair.doubts],
            found_at=at, origin="import",
        )  # fmt: skip
    PairToReview.objects.bulk_create(rows.values(), ignore_conflicts=True, batch_size=2000)
    if links.logs:
        weights.count_bearers()


def _settle_what_is_joined(*, by: User, at: datetime) -> None:
    """Pairs that waited and are one record by now wait for nobody: undoing the merge puts them back."""
    ends = {"one": Coalesce("left__merged_into", "left"), "other": Coalesce("right__merged_into", "right")}
    joined = PairToReview.objects.waiting().annotate(**ends).filter(one=F("other"))
    PairToReview.objects.filter(pk__in=list(joined.values_list("pk", flat=True))).update(
        decision=PairToReview.Decision.SAME, decided_at=at, decided_by=by
    )


def _as_review(links: Links, refused: merge.NotMerged) -> Pair:
    """The pair the evidence stands in, with the doubt that keeps it from being joined by itself."""
    # Two of a group may have been brought together by a third: then the threshold is all there is to say.
    by_others = Pair("", "", 0.0, CAUTIOUS, (), is_automatic=False)
    found = links.evidence.get(frozenset((refused.survivor, refused.loser)), by_others)
    return replace(found, is_automatic=False, doubts=(refused.message,))


# -- the same event twice ------------------------------------------------------------


@transaction.atomic
def same_events(links: Links, meanings: Meanings) -> None:
    """Recognise contacts that were typed in again as episodes; what was recognised before stays as it is.

    ``is_certain`` when both stand in one record: only then do contact and referral become one path. The others wait for
    somebody to say whether the two records are of one person. Where the rule is in doubt, two records have become one
    since, or the referral stands on a contact of its own already, somebody is asked (:mod:`frontdoor.exchange.twice`).
    """
    # Compared again with all the others, so that running again with nothing new recognises nothing new either.
    known = set(SameEvent.objects.values_list("episode_id", flat=True))
    taken = set(SameEvent.objects.values_list("contact_no", "client_no"))
    episodes = []
    for episode, values in _values("carecase_episodes.csv"):
        person = links.likely_of("carecase_people.csv", values.get("person_id", ""))
        if found_episode := episode_of_child(episode, values, person, meanings):
            episodes.append(found_episode)
    if not episodes:
        return
    about: dict[str, dict[str, str]] = dict(_values("firstcall_contacts.csv"))
    contacts = []
    for _, pair in _values("firstcall_contact_children.csv"):
        person = links.likely_of("firstcall_people.csv", pair.get("CLIENT_NO", ""))
        if found_contact := contact_of_child(pair, about.get(pair.get("CONTACT_NO", "")), person, meanings):
            contacts.append(found_contact)
    loaded = set(Origin.objects.filter(file="carecase_episodes.csv").values_list("identity", flat=True))
    SameEvent.objects.bulk_create(
        (
            SameEvent(
                contact_no=found.contact_no,
                client_no=found.client_no,
                episode_id=found.episode_id,
                person_id=found.person_id,
                is_certain=(is_one := _are_one(links, found.client_no, found.person_id))
                and found.episode_id not in loaded,
                is_doubtful=not found.is_certain,
                answer=WAITING if is_one and (not found.is_certain or found.episode_id in loaded) else NOT_ASKED,
                reasons=list(found.reasons),
            )
            for found in events.same_events(contacts, episodes)
            if found.episode_id not in known and (found.contact_no, found.client_no) not in taken
        ),
        batch_size=2000,
    )
    apart = SameEvent.objects.filter(is_certain=False, answer=NOT_ASKED)
    joined = [
        pk
        for pk, client, person_id in apart.values_list("pk", "client_no", "person_id")
        if _are_one(links, client, person_id)
    ]
    SameEvent.objects.filter(pk__in=joined).update(answer=WAITING)


def _are_one(links: Links, client_no: str, person_id: str) -> bool:
    one = links.of("firstcall_people.csv", client_no)
    return one is not None and one == links.of("carecase_people.csv", person_id)


def episode_of_child(
    episode: str, values: Mapping[str, str], person: int | None, meanings: Meanings
) -> events.EpisodeOfChild | None:
    """An episode as the rule compares it; None without a person or a date."""
    received = when(values.get("referral_date", ""), CARECASE)
    if received is None or person is None:
        return None
    return events.EpisodeOfChild(
        episode_id=episode,
        person_id=values["person_id"],
        person=str(person),
        referral_date=received.date(),
        source=meanings.of("carecase_episodes.csv", "referral_source", values.get("referral_source", "")),
        need=meanings.of("carecase_episodes.csv", "primary_need", values.get("primary_need", "")),
    )


def contact_of_child(
    pair: Mapping[str, str], told: Mapping[str, str] | None, person: int | None, meanings: Meanings
) -> events.ContactOfChild | None:
    """A contact as far as it is about one child, as the rule compares it; None without a person or a date."""
    if told is None or person is None:
        return None
    received = when(told.get("RECEIVED", ""), FIRSTCALL) or when(told.get("PASSED_TO_DUTY", ""), FIRSTCALL)
    if received is None:
        return None
    return events.ContactOfChild(
        contact_no=pair["CONTACT_NO"],
        client_no=pair["CLIENT_NO"],
        person=str(person),
        received=received,
        is_passed=bool(told.get("PASSED_TO_DUTY")),
        outcome=meanings.of("firstcall_contacts.csv", "OUTCOME", told.get("OUTCOME", "")),
        source=meanings.of("firstcall_contacts.csv", "SOURCE", told.get("SOURCE", "")),
        need=meanings.of("firstcall_contacts.csv", "REASON", told.get("REASON", "")),
    )


def _values(file: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Key and values of every row of a file that stands, whether it has been loaded yet or not, in a fixed order."""
    rows = (
        SourceRecord.objects.filter(file=file, is_rejected=False)
        .order_by("identity", "-pk")
        .distinct("identity")
        .values_list("identity", "values")
    )
    yield from rows.iterator(chunk_size=5000)


# -- paper ------------------------------------------------------------


def owners_of_paper(links: Links) -> dict[str, int]:
    """Paper file to its person, where exactly one record fits its cover: the surname (or a former one), the forename
    or its initial, and the date of birth as far as it was written; else where exactly one was born on that very day (or
    on it with day and month changed over) and has nearly those names. A family's file belongs to nobody by itself.
    """
    files = dict(_values("paper_files.csv"))
    asked = {word for values in files.values() for word in words(values.get("surname", ""))}
    days = covers.days_of(files.values())
    by_name: dict[str, set[int]] = defaultdict(set)
    by_born: dict[date, set[int]] = defaultdict(set)
    rows = Origin.objects.filter(file__in=PEOPLE_FILES).values_list("file", "identity", "source__values")
    people: dict[int, list[Described]] = defaultdict(list)
    meanings = Meanings()
    for file, identity, values in rows.iterator(chunk_size=5000) if asked else ():
        system = PEOPLE_FILES[file]
        named = any(word in asked for name in SURNAMES[system] for word in words(values.get(name, "")))
        if not named and born_on(values, system) not in days:
            continue
        each = Described(Pending(0, identity, values), system, meanings)
        one = links.of(file, identity)
        if one is None:
            continue
        people[one].append(each)
        if each.born is not None:
            by_born[each.born].add(one)
        for name in {each.family, each.former, "" if each.family else each.given}:
            for word in words(name):
                by_name[word].add(one)
    found: dict[str, int] = {}
    for file_no, values in files.items():
        owner = _owner(values, by_name, by_born, people)
        if owner is not None:
            found[file_no] = owner
    return found


def _owner(
    values: dict[str, str],
    by_name: dict[str, set[int]],
    by_born: dict[date, set[int]],
    people: dict[int, list[Described]],
) -> int | None:
    surname, forename = words(values.get("surname", "")), words(values.get("forename", ""))
    span = loose(values.get("dob", ""))
    if not surname or not forename or span is None or values.get("forename", "").upper() == "FAMILY":
        return None
    near: set[int] = set()
    for word in surname:
        near |= by_name.get(word, set())
    fits = set()
    for one in near:
        for each in people[one]:
            given = {word for name in (each.given, each.middle, each.known_as) for word in words(name)}
            same = any(f in given or (len(f) == 1 and any(g.startswith(f) for g in given)) for f in forename)
            if same and each.born is not None and span[0] <= each.born <= span[1]:
                fits.add(one)
    if not fits and span[0] == span[1]:
        for day in filter(None, (span[0], covers.swapped(span[0]))):
            fits |= {
                one
                for one in by_born.get(day, ())
                if any(each.born == day and covers.fits(surname, forename, each) for each in people[one])
            }
    return fits.pop() if len(fits) == 1 else None


# -- counts and exports ------------------------------------------------------------


def records() -> int:
    """Records there are of the people of both systems, each person once."""
    return Person.objects.filter(origin__in=("carecase", "firstcall"), merged_into__isnull=True).count()


def merged_automatically() -> int:
    """Merges the imports made by themselves that still stand."""
    return Merge.objects.filter(method="automatic", undone_at__isnull=True).count()


def to_review() -> int:
    """Pairs waiting for a person."""
    return PairToReview.objects.waiting().count()


def pairs_in_one_record() -> Iterator[tuple[str, str]]:
    """Every CareCase person and FirstCall client that stand in one record, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.identity, b.identity FROM exchange_origin a"
            " JOIN people_person p ON p.reference = a.reference"
            " JOIN people_person q ON coalesce(q.merged_into_id, q.id) = coalesce(p.merged_into_id, p.id)"
            " JOIN exchange_origin b ON b.reference = q.reference AND b.file = 'firstcall_people.csv'"
            " WHERE a.file = 'carecase_people.csv' ORDER BY 1, 2"
        )
        yield from cursor.fetchall()


def write_csv(file: Path, header: list[str], rows: Any) -> int:
    """Write rows under a header (UTF-8, comma, LF), none of them a formula, and return how many."""
    with file.open("w", encoding="utf-8", newline="") as out:
        return csv_file(out, header, rows)
