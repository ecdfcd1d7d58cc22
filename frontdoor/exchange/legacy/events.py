"""Which episode of the social work system is a contact of the contact centre typed in again. Pure.

A contact passed to duty is often keyed a second time, on the day it came in or within three days, by somebody who
chooses the referral source again. The two entries are one event of one child and must be counted once. Other referrals
of the same child may lie as near in time; what tells them apart is the day, the source and the need, and whether the
episodes of brothers and sisters on the same contact go along.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

# An episode is keyed on the day of the contact or soon after; after so many days it is a referral of its own.
LAST_DAY = 3
LEAST = 1.5
CERTAIN = 3.0

DAYS = (3.0, 2.5, 2.0, 1.5)

# Sources keyed where the screen of the other system has nothing better: our own department, or not known.
CATCH_ALL = frozenset(("5A", "5B", "10"))
# Sources of one family, between which one person keys one and the next another.
FAMILIES = {
    **dict.fromkeys(("1A", "1B", "1C", "1D", "9"), "people"),
    **dict.fromkeys(("2A", "2B"), "education"),
    **dict.fromkeys(("3A", "3B", "3C", "3D", "3E", "3F"), "health"),
    **dict.fromkeys(("5A", "5B", "5C", "5D"), "authority"),
    **dict.fromkeys(("6", "7"), "law"),
    **dict.fromkeys(("8",), "other"),
}
# Anonymous and unknown: whoever keys the contact again says no more, so another source is another caller, unless the
# need is the same.
NOBODY_SAID = frozenset(("9", "10"))
# Needs that say nothing.
NO_NEED = frozenset(("N0", "N9"))


@dataclass(frozen=True, slots=True)
class ContactOfChild:
    """A contact as far as it concerns one child. ``person`` is the one-record key that both systems' records share.

    ``outcome`` is the meaning (NEW_REFERRAL, ADVICE …) or ""; ``source`` and ``need`` are codes, several of them
    joined by ``|`` where the wording covers several, or "".
    """

    contact_no: str
    client_no: str
    person: str
    received: datetime
    is_passed: bool
    outcome: str = ""
    source: str = ""
    need: str = ""


@dataclass(frozen=True, slots=True)
class EpisodeOfChild:
    """An episode of one child; ``person``, ``source`` and ``need`` as in :class:`ContactOfChild`."""

    episode_id: str
    person_id: str
    person: str
    referral_date: date
    source: str = ""
    need: str = ""


@dataclass(frozen=True, slots=True)
class SameEvent:
    """A contact and an episode of the same child that are one event. Not ``is_certain``: for a person to confirm."""

    contact_no: str
    client_no: str
    episode_id: str
    person_id: str
    days: int
    score: float
    is_certain: bool
    reasons: tuple[str, ...]


def same_events(contacts: Sequence[ContactOfChild], episodes: Sequence[EpisodeOfChild]) -> list[SameEvent]:
    """The episodes that are a contact typed in again: for each child at most one episode a contact and one contact an
    episode, the best first. The order of what is given does not matter."""
    by_person: defaultdict[str, list[EpisodeOfChild]] = defaultdict(list)
    for episode in episodes:
        by_person[episode.person].append(episode)
    found = []
    for contact in contacts:
        if not contact.person or not _was_passed(contact):
            continue
        for episode in by_person.get(contact.person, ()):
            days = (episode.referral_date - contact.received.date()).days
            if 0 <= days <= LAST_DAY and (scored := _score(contact, episode, days)) is not None:
                found.append((contact, episode, days, *scored))
    together: defaultdict[tuple[str, date, str], set[str]] = defaultdict(set)
    for contact, episode, _, score, _ in found:
        if score >= LEAST - 1:
            together[contact.contact_no, episode.referral_date, episode.source].add(contact.person)
    weighed = []
    for contact, episode, days, score, reasons in found:
        if len(together[contact.contact_no, episode.referral_date, episode.source]) > 1:
            score, reasons = score + 1.0, (*reasons, "Episodes of other children on the contact go along.")
        if score >= LEAST:
            weighed.append((contact, episode, days, round(score, 2), reasons))
    return _one_to_one(weighed)


def _was_passed(contact: ContactOfChild) -> bool:
    return contact.is_passed or contact.outcome == "NEW_REFERRAL"


def _score(contact: ContactOfChild, episode: EpisodeOfChild, days: int) -> tuple[float, tuple[str, ...]] | None:
    """How much speaks for one event, in bits, and why; None where the sources rule it out."""
    score = DAYS[days]
    reasons = ["Keyed on the day it came in." if not days else f"Keyed {days} day{'s' if days > 1 else ''} later."]
    sources, needs = (_codes(contact.source), _codes(episode.source)), (_codes(contact.need), _codes(episode.need))
    if _is_anothers(*sources) and not (needs[0] & needs[1]) - NO_NEED:
        return None
    source, why = _source(*sources)
    need, why_need = _need(*needs)
    reasons += [text for text in (why, why_need) if text]
    if not contact.is_passed:
        score -= 1.5
        reasons.append("No time is recorded at which it was passed to duty.")
    return score + source + need, tuple(reasons)


def _codes(text: str) -> frozenset[str]:
    return frozenset(part.strip().upper() for part in text.split("|") if part.strip())


def _is_anothers(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether the contact's caller is not known and the episode's is somebody else."""
    return bool(one) and one <= NOBODY_SAID and bool(other) and not one & other


def _source(one: frozenset[str], other: frozenset[str]) -> tuple[float, str]:
    if not one or not other:
        return 0.0, ""
    if one & other:
        return 3.0 if len(one) + len(other) < 5 else 2.0, "The same source."
    families = {FAMILIES[c] for c in one if c in FAMILIES} & {FAMILIES[c] for c in other if c in FAMILIES}
    if families:
        return 1.5, "Sources of one kind."
    if other & CATCH_ALL or one & {"10"} or "9" in one:
        return 0.5, "The source was keyed as a general one."
    return -4.0, "Different sources."


def _need(one: frozenset[str], other: frozenset[str]) -> tuple[float, str]:
    if not one - NO_NEED or not other - NO_NEED:
        return 0.0, ""
    if one & other:
        return 1.5, "The same need."
    return -1.5, "Different needs."


def _one_to_one(
    weighed: list[tuple[ContactOfChild, EpisodeOfChild, int, float, tuple[str, ...]]],
) -> list[SameEvent]:
    """The best match of each contact and child, and of each episode; another as good makes it uncertain."""
    ordered = sorted(weighed, key=lambda w: (-w[3], w[2], w[0].contact_no, w[0].client_no, w[1].episode_id))
    rivals: defaultdict[tuple[str, ...], list[tuple[float, str, str]]] = defaultdict(list)
    for contact, episode, _, score, _ in ordered:
        mark = (score, contact.contact_no, episode.episode_id)
        rivals["contact", contact.contact_no, contact.person].append(mark)
        rivals["episode", episode.episode_id].append(mark)
    taken: set[tuple[str, ...]] = set()
    answer = []
    for contact, episode, days, score, reasons in ordered:
        ends = (("contact", contact.contact_no, contact.person), ("episode", episode.episode_id))
        if taken & set(ends):
            continue
        taken |= set(ends)
        pair = (contact.contact_no, episode.episode_id)
        is_contested = any(
            (other[1], other[2]) != pair and other[0] > score - 1.5 for end in ends for other in rivals[end]
        )
        answer.append(
            SameEvent(
                contact.contact_no,
                contact.client_no,
                episode.episode_id,
                episode.person_id,
                days,
                score,
                score >= CERTAIN and not is_contested,
                reasons,
            )
        )
    return answer
