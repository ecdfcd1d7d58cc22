"""The paper files: whose each is, matched by the import or by hand, and taken back as easily."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from frontdoor.access import Permission, Refused, holds, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.documents.hooks import PaperLine
from frontdoor.exchange.models import FamilyFileChild, PaperFile
from frontdoor.people.access import check_conflict
from frontdoor.people.models import Person
from frontdoor.people.record.kinship import PARENTS, SIBLINGS, kin
from frontdoor.people.search import Hit, search

SHOWN = 25
VIEWS = {"unmatched": "Not matched yet", "matched": "Matched", "all": "All"}


@dataclass(frozen=True)
class Owner:
    """Somebody a paper file is of, and why that is thought."""

    person: Person
    why: str
    since: datetime | None


def owners(papers: Sequence[PaperFile]) -> dict[int, list[Owner]]:
    """Whom each of these files is of, by its key: one person, or a family's children in the order they were said."""
    found: dict[int, list[Owner]] = {
        paper.pk: [] if paper.person is None else [Owner(paper.person, why_of(paper), paper.matched_at)]
        for paper in papers
    }
    rows = FamilyFileChild.objects.standing().filter(paper__in=[paper.pk for paper in papers])
    for row in rows.select_related("person__merged_into", "matched_by").order_by("matched_at", "pk"):
        # Where both of two records since joined had it, the row of one stays on the record that was joined.
        person = row.person.merged_into or row.person
        if all(owner.person != person for owner in found[row.paper_id]):
            found[row.paper_id].append(Owner(person, f"Matched by {row.matched_by.name}", row.matched_at))
    return found


def why_of(paper: PaperFile) -> str:
    """Why the file is thought to be this person's, in words."""
    if paper.matched_by is not None:
        return f"Matched by {paper.matched_by.name}"
    return "Matched by the import: the name and date of birth on the cover fit nobody else"


def dates_of(paper: PaperFile) -> str:
    """First and last paper, as written in the index."""
    return " to ".join(dict.fromkeys(filter(None, (paper.date_from, paper.date_to))))


def lines_of(person: Person, user: User) -> list[PaperLine]:
    """The paper files of a person, for the page of their documents."""
    found = PaperFile.objects.visible_to(user).of(person).select_related("person", "matched_by").order_by("file_no")
    rows = list(found)
    whose = owners(rows)
    may_change = holds(user, Permission.MERGE_REVIEW)
    return [
        PaperLine(
            row.file_no,
            row.location,
            row.volumes,
            dates_of(row),
            _why_theirs(row, person, whose[row.pk]),
            f"/paper/{row.pk}/" if may_change else "",
        )
        for row in rows
    ]


def _why_theirs(paper: PaperFile, person: Person, whose: list[Owner]) -> str:
    why = next(owner.why for owner in whose if owner.person == person)
    return f"{why}. One file for the children of the family" if paper.is_of_a_family else why


def listed(user: User, view: str, q: str, after: int) -> tuple[list[PaperFile], int | None]:
    """A page of the index in the order of its keys, and the key the next one goes on from."""
    rows: Any = PaperFile.objects.visible_to(user).filter(pk__gt=after)
    if view != "all":
        rows = rows.unmatched() if view == "unmatched" else rows.matched()
    for word in q.replace("\x00", " ").split()[:5]:
        rows = rows.filter(Q(surname__icontains=word) | Q(forename__icontains=word) | Q(file_no__icontains=word))
    found = list(rows.select_related("person", "matched_by").order_by("pk")[: SHOWN + 1])
    return found[:SHOWN], (found[SHOWN - 1].pk if len(found) > SHOWN else None)


def candidates(paper: PaperFile, user: User) -> list[Hit]:
    """People the user may see whom the cover may mean, best first."""
    forename = "" if paper.is_of_a_family else paper.forename.rstrip(".")
    asked = [f"{forename} {paper.surname} {paper.born}", f"{forename} {paper.surname}"]
    told: dict[int, Hit] = {}
    for words in asked:
        for hit in search(user, words, limit=10).hits:
            told.setdefault(hit.person.pk, hit)
    return list(told.values())[:10]


def siblings(whose: Sequence[Person], user: User) -> list[Person]:
    """Brothers and sisters, whom the user may see, of the children a file is of, and who are not among them."""
    found: dict[int, Person] = {}
    for child in whose:
        near = kin(child, user, ()).ties
        parents = {tie.other for tie in near if tie.person == child.pk and tie.kind in PARENTS}
        parents |= {tie.person for tie in near if tie.other == child.pk and tie.kind == "child"}
        family = kin(child, user, parents)
        for tie in family.ties:
            if tie.kind in SIBLINGS and child.pk in (tie.person, tie.other):
                found[tie.person + tie.other - child.pk] = family.people[tie.person + tie.other - child.pk]
            if tie.kind in PARENTS and tie.other in parents:
                found[tie.person] = family.people[tie.person]
            if tie.kind == "child" and tie.person in parents:
                found[tie.other] = family.people[tie.other]
    mine = {child.pk for child in whose}
    return [found[key] for key in sorted(found) if key not in mine]


@transaction.atomic
def match_paper(*, paper: PaperFile, person: Person, by: User, at: datetime) -> PaperFile:
    """Say whose a paper file is; a family's file is said of one child after another and belongs to each."""
    require(by, Permission.MERGE_REVIEW)
    check_conflict(by, person)
    row: PaperFile = PaperFile.objects.select_for_update().get(pk=paper.pk)
    if row.is_of_a_family:
        return _match_child(row, person, by, at)
    if row.person_id is not None:
        raise Refused("This file has been matched already. Undo that first.", code="matched")
    row.person, row.matched_by, row.matched_at = person, by, at
    row.save()
    write_audit("paper.matched", by=by, reference=person.reference, people=[person], detail={"file": row.pk})
    return row


def _match_child(paper: PaperFile, person: Person, by: User, at: datetime) -> PaperFile:
    if paper.person == person or paper.children.standing().filter(person=person).exists():
        raise Refused("This file is already matched to this child.", code="matched", field="reference")
    FamilyFileChild.objects.create(paper=paper, person=person, matched_at=at, matched_by=by)
    write_audit("paper.matched", by=by, reference=person.reference, people=[person], detail={"file": paper.pk})
    return paper


@transaction.atomic
def unmatch_paper(*, paper: PaperFile, by: User, at: datetime, person: Person | None = None) -> PaperFile:
    """Take back whose a paper file is, and its history says who and when; with ``person``, for this child only."""
    require(by, Permission.MERGE_REVIEW)
    row: PaperFile = PaperFile.objects.select_for_update().get(pk=paper.pk)
    children = row.children.standing()
    if person is not None:
        children = children.filter(Q(person=person) | Q(person__merged_into=person))
    gone = sorted(children.values_list("person_id", flat=True))
    children.update(ended_at=at, ended_by=by)
    if row.person_id is not None and (person is None or row.person_id == person.pk):
        gone.append(row.person_id)
        row.person, row.matched_by, row.matched_at = None, None, None
        row.save()
    if not gone:
        nobody = (
            "This file is not matched to anybody." if person is None else "This file is not matched to this person."
        )
        raise Refused(nobody, code="not_matched")
    write_audit("paper.unmatched", by=by, people=gone, detail={"file": row.pk})
    return row


def all_matches() -> Iterator[tuple[str, str]]:
    """Every paper file and the reference of its person, in order; a family's file with each of its children."""
    own = PaperFile.objects.filter(person__isnull=False).order_by().values_list("file_no", "person__reference")
    one = Coalesce("person__merged_into__reference", "person__reference")
    shared = FamilyFileChild.objects.standing().order_by().values_list("paper__file_no", one)
    yield from own.union(shared).order_by("file_no", "person__reference").iterator(chunk_size=2000)
