"""A month of notifications of the demonstration borough: told by several agencies, in pieces, and never quite right.

The same seed over the same households makes the same feed. Every notification goes through the intake of the product.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction

from contacts.facts import AddressFacts, ContactFacts, PersonFacts, ReferrerFacts
from contacts.recording.actions import record_contact
from frontdoor.accounts.models import Agency
from frontdoor.clocks.working_days import london_date
from frontdoor.demo import feed_words, words
from frontdoor.demo.feed_words import KINDS, Kind, misspelt
from frontdoor.demo.households import Grown, Household, Young, doubles, invented, on_record, twelve
from frontdoor.demo.models import FeedTruth

#: How many incidents one household has in a month, of a hundred.
INCIDENTS = ((1, 50), (2, 22), (3, 13), (4, 8), (5, 4), (6, 2), (8, 1))
#: When police notifications are written, by the hour of the day.
HOURS = (5, 4, 3, 2, 1, 1, 1, 2, 3, 4, 4, 4, 4, 4, 5, 6, 7, 8, 9, 9, 9, 8, 8, 7)
KNOWN_SHARE = 0.6


@dataclass(frozen=True)
class Slips:
    """How often something goes wrong on the way, as a share."""

    given: float = 0.05
    family: float = 0.06
    adult: float = 0.06
    no_birth: float = 0.08
    wrong_birth: float = 0.03
    no_address: float = 0.05
    wrong_address: float = 0.03
    no_adult: float = 0.12
    ungraded: float = 0.15
    misgraded: float = 0.10


@dataclass(frozen=True)
class Notification:
    """One notification as it will be sent, and the truth behind it."""

    facts: ContactFacts
    agency: str
    received_at: datetime
    families: tuple[int, ...]
    incident: int
    plants: frozenset[str] = field(default_factory=frozenset)


class Feed:
    """Makes the notifications of the days up to a moment."""

    def __init__(self, rng: Random, known: Sequence[Household], until: datetime, days: int, slips: Slips) -> None:
        self.rng, self.until, self.days, self.slips = rng, until, days, slips
        self.today: date = london_date(until)
        self._known = list(known)
        self._numbers = len(self._known)
        self._incidents = 0

    def month(self, count: int) -> list[Notification]:
        """``count`` notifications by the time they were received."""
        made = self._specials(count)
        while len(made) < count:
            for household in self._households():
                for number in range(self._how_many()):
                    made += self._incident(household, is_repeat=number > 0)
        return sorted(made[:count], key=lambda one: (one.received_at, one.facts.agency_reference))

    def _specials(self, count: int) -> list[Notification]:
        """What a month always has: a household of twelve, nobody found, a fight of children of several families."""
        made: list[Notification] = []
        for _ in range(max(1, count // 500)):
            self._numbers += 1
            household = twelve(self.rng, self._numbers, self.today)
            made += self._incident(household, is_repeat=False, everybody=True)
        made += [self._nobody() for _ in range(max(1, count // 80))]
        for _ in range(max(1, count // 200)):
            made += self._group()
        return made

    def _households(self) -> list[Household]:
        """The next household to have incidents, with the one it is easily mistaken for."""
        rng = self.rng
        if self._known and rng.random() < KNOWN_SHARE:
            household = self._known.pop()
        else:
            self._numbers += 1
            household = invented(rng, self._numbers, self.today)
        found = [household]
        for other in doubles(rng, household, self._numbers + 1, self.today):
            self._numbers += 1
            found.append(other)
        return found

    def _how_many(self) -> int:
        numbers, weights = zip(*INCIDENTS, strict=True)
        return int(self.rng.choices(numbers, weights)[0])

    def _moment(self) -> datetime:
        day = self.until - timedelta(days=self.rng.randrange(self.days))
        hour = self.rng.choices(range(24), HOURS)[0]
        moment = day.replace(hour=hour, minute=self.rng.randrange(60), second=self.rng.randrange(60), microsecond=0)
        return moment if moment < self.until else moment - timedelta(days=1)

    def _later(self, moment: datetime, hours: int) -> datetime:
        later = moment + timedelta(minutes=self.rng.randrange(20, hours * 60))
        return min(later, self.until - timedelta(minutes=self.rng.randrange(1, 30)))

    def _incident(self, household: Household, *, is_repeat: bool, everybody: bool = False) -> list[Notification]:
        """Everything sent about one incident."""
        rng = self.rng
        self._incidents += 1
        kind = rng.choices(KINDS, [one.weight for one in KINDS])[0]
        happened = self._moment()
        received = self._later(happened, 10)
        plants = set(household.traits) | ({"repeat"} if is_repeat else set())
        children = list(household.children)
        if not everybody and len(children) > 1 and rng.random() < 0.3:
            # One notification for each child, as some forces write them.
            made = [
                self._police(kind, household, [child], happened, received, plants | {"siblings"}) for child in children
            ]
        else:
            named = children if everybody or rng.random() < 0.7 else rng.sample(children, rng.randint(1, len(children)))
            made = [self._police(kind, household, named, happened, received, plants)]
        if rng.random() < 0.08:
            # A second officer writes up the same incident.
            made.append(
                self._police(kind, household, children, happened, self._later(received, 20), plants | {"again"})
            )
        if kind.other and rng.random() < 0.3:
            made = [replace(one, plants=one.plants | {"two_agencies"}) for one in made]
            made.append(self._other(kind, household, happened, self._later(happened, 40), plants | {"two_agencies"}))
        return made

    def _police(
        self, kind: Kind, household: Household, named: Sequence[Young], happened: datetime, received: datetime,
        plants: set[str],
    ) -> Notification:  # fmt: skip
        rng, slips = self.rng, self.slips
        plants = set(plants)
        grade = kind.grade
        if rng.random() < slips.ungraded:
            grade = ""
            plants.add("ungraded")
        elif rng.random() < slips.misgraded:
            grade = feed_words.off_by_one(rng, grade)
            plants.add("misgraded")
        people, spoilt = self._people(household, named, knows=("telephone", "adult_birth"))
        text = self._filled(kind.sentence, people)
        facts = ContactFacts(
            kind="police_notification", how="api", agency_reference=self._reference("EX"), occurred_at=happened,
            concerns=f"{text} Incident log of the attending officers.", summary=text, grade=grade,
            grade_reasons=list(kind.reasons) if grade else [], dash_grade=kind.dash, dash_ticks=kind.ticks or None,
            injuries=kind.injuries, incident_reference=f"{self._incidents:05d}-{self.today:%d%m%y}",
            referrer=ReferrerFacts(
                name=f"PC {rng.choice(words.FAMILIES)}", role="Police officer", telephone="01632 960199",
                is_professional=True,
            ),
            people=people,
        )  # fmt: skip
        return Notification(facts, "police", received, (household.number,), self._incidents, frozenset(plants | spoilt))

    def _other(
        self, kind: Kind, household: Household, happened: datetime, received: datetime, plants: set[str]
    ) -> Notification:
        """The same incident as a school or a hospital tells it: other children, other numbers."""
        rng = self.rng
        named = [child for child in household.children if child.school] if kind.other_agency == "school" else []
        named = named[:1] or household.children[:1]
        knows = ("school", "upn") if kind.other_agency == "school" else ("nhs", "telephone")
        people, spoilt = self._people(household, named, knows=knows)
        facts = ContactFacts(
            kind="concern", how="api", agency_reference=self._reference(kind.other_agency[:1].upper()),
            occurred_at=happened, concerns=self._filled(kind.other, people), grade=kind.grade,
            grade_reasons=["as told by the agency"],
            referrer=ReferrerFacts(
                name=f"{rng.choice(words.WOMEN)} {rng.choice(words.FAMILIES)}", role=kind.other_role,
                telephone="01632 960198", is_professional=True,
            ),
            people=people,
        )  # fmt: skip
        return Notification(
            facts, kind.other_agency, received, (household.number,), self._incidents, frozenset(plants | spoilt)
        )

    def _people(
        self, household: Household, named: Sequence[Young], knows: Sequence[str]
    ) -> tuple[list[PersonFacts], set[str]]:
        """The people as this notification gives them, and what went wrong."""
        rng, slips = self.rng, self.slips
        spoilt: set[str] = set()
        heard = {}
        for family in dict.fromkeys(child.family for child in household.children):
            heard[family] = misspelt(rng, family) if rng.random() < slips.family else family
        address: AddressFacts | None = AddressFacts([household.street], household.postcode)
        if rng.random() < slips.no_address:
            address = None
            spoilt.add("no_address")
        elif rng.random() < slips.wrong_address:
            address = self._wrong_address(household)
            spoilt.add("wrong_address")
        people = [self._child(child, heard, address, knows, spoilt) for child in named]
        people += [
            self._adult(adult, heard, address if adult.lives_there else None, household, knows)
            for adult in household.adults
            if rng.random() >= slips.no_adult
        ]
        for other, role in ((household.suspect, "suspect"), (household.professional, "other")):
            if other is not None and rng.random() < 0.8:
                people.append(self._adult(other, {}, None, household, ()))
                people[-1].role = role
        if any(heard[family] != family for family in heard):
            spoilt.add("misspelt")
        return people, spoilt

    def _wrong_address(self, household: Household) -> AddressFacts:
        if self.rng.random() < 0.5:
            return AddressFacts([household.street], household.postcode[:-1] + self.rng.choice("FGK"))
        digits, _, rest = household.street.partition(" ")
        return AddressFacts([f"{digits}1 {rest}" if digits.isdigit() else rest], household.postcode)

    def _child(
        self, child: Young, heard: Mapping[str, str], address: AddressFacts | None, knows: Sequence[str],
        spoilt: set[str],
    ) -> PersonFacts:  # fmt: skip
        rng, slips = self.rng, self.slips
        given = child.given
        if rng.random() < slips.given:
            given = misspelt(rng, given)
            spoilt.add("misspelt")
        born, is_estimated = child.born, False
        if rng.random() < slips.no_birth:
            years = (self.today - born).days // 365
            born, is_estimated = date(self.today.year - years, 1, 1), True
            spoilt.add("no_birth")
        elif rng.random() < slips.wrong_birth:
            born = feed_words.mistaken_day(rng, born)
            spoilt.add("wrong_birth")
        return PersonFacts(
            given_name=given, family_name=heard.get(child.family, child.family), date_of_birth=min(born, self.today),
            dob_is_estimated=is_estimated, sex=child.sex, address=address,
            school=child.school if "school" in knows or rng.random() < 0.3 else "",
            nhs_number=child.nhs if "nhs" in knows else "", upn=child.upn if "upn" in knows else "",
        )  # fmt: skip

    def _adult(
        self, adult: Grown, heard: Mapping[str, str], address: AddressFacts | None, household: Household,
        knows: Sequence[str],
    ) -> PersonFacts:  # fmt: skip
        rng = self.rng
        given = misspelt(rng, adult.given) if rng.random() < self.slips.adult else adult.given
        is_parent = adult.relationship in ("mother", "father")
        return PersonFacts(
            is_child=False, given_name=given, family_name=heard.get(adult.family, adult.family),
            relationship=adult.relationship, role="carer" if is_parent else "other", address=address,
            date_of_birth=adult.born if "adult_birth" in knows and rng.random() < 0.6 else None,
            telephone=household.telephone if adult.relationship == "mother" and "telephone" in knows else "",
        )  # fmt: skip

    def _filled(self, sentence: str, people: Sequence[PersonFacts]) -> str:
        child = next((one.given_name for one in people if one.is_child), "A child")
        adult = next((one.name for one in people if not one.is_child), "a parent")
        return sentence.format(child=child, adult=adult)

    def _reference(self, prefix: str) -> str:
        return f"{prefix}-{self._incidents:05d}-{self.rng.randrange(1_000_000):06d}"

    def _nobody(self) -> Notification:
        self._incidents += 1
        happened = self._moment()
        facts = ContactFacts(
            kind="police_notification", how="api", agency_reference=self._reference("EX"), occurred_at=happened,
            concerns=feed_words.NOBODY, summary=feed_words.NOBODY, grade="blue", grade_reasons=["child heard"],
            no_child_identified=True, referrer=ReferrerFacts(name="PC Quarmby", role="Police officer"),
        )  # fmt: skip
        return Notification(facts, "police", self._later(happened, 6), (), self._incidents, frozenset({"no_child"}))

    def _group(self) -> list[Notification]:
        """Children of several families in one notification, each family with incidents of its own."""
        rng = self.rng
        families: list[Household] = []
        made: list[Notification] = []
        while len(families) < 3:
            families += self._households()[:1]
        for household in families:
            for number in range(rng.randint(1, 2)):
                made += self._incident(household, is_repeat=number > 0)
        self._incidents += 1
        happened = self._moment()
        people: list[PersonFacts] = []
        for household in families:
            found, _ = self._people(household, household.children[:1], ("telephone",))
            people += [one for one in found if one.is_child]
        facts = ContactFacts(
            kind="police_notification", how="api", agency_reference=self._reference("EX"), occurred_at=happened,
            concerns=feed_words.GROUP, summary=feed_words.GROUP, grade="green", grade_reasons=["assault"],
            referrer=ReferrerFacts(name="PC Sedgwick", role="Police officer", is_professional=True), people=people,
        )  # fmt: skip
        numbers = tuple(household.number for household in families)
        made.append(
            Notification(facts, "police", self._later(happened, 6), numbers, self._incidents, frozenset({"group"}))
        )
        return made


def write(
    *, rng: Random, agencies: Mapping[str, Agency], count: int, until: datetime, days: int = 30,
    slips: Slips | None = None, progress: Callable[[int, int], object] = lambda done, whole: None,
) -> int:  # fmt: skip
    """Write ``count`` notifications of the days up to ``until`` through the intake; returns the number of the run."""
    feed = Feed(rng, on_record(rng, london_date(until)), until, days, slips or Slips())
    last = FeedTruth.objects.order_by("-run").values_list("run", flat=True).first()
    run = (last or 0) + 1
    month = feed.month(count)
    for done, one in enumerate(month, start=1):
        with transaction.atomic():
            contact = record_contact(facts=one.facts, by=None, agency=agencies[one.agency], at=one.received_at)
            FeedTruth.objects.create(
                run=run,
                contact=contact,
                families=[str(number) for number in one.families],
                incident=one.incident,
                plants=sorted(one.plants),
            )
        progress(done, len(month))
    return run
