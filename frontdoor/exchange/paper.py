"""The paper files: whose each is, matched by the import or by hand, and taken back as easily."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from frontdoor.access import Permission, Refused, holds, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.documents.hooks import PaperLine
from frontdoor.exchange.models import PaperFile
from frontdoor.people.access import check_conflict
from frontdoor.people.models import Person
from frontdoor.people.search import Hit, search

SHOWN = 25
VIEWS = {"unmatched": "Nobody’s yet", "matched": "Matched", "all": "All"}


def why_of(paper: PaperFile) -> str:
    """Why the file is thought to be this person's, in words."""
    if paper.matched_by is not None:
        return f"Matched by {paper.matched_by.name}"
    return "Matched by the import: the name and date of birth on the cover fit nobody else"


def dates_of(paper: PaperFile) -> str:
    """First and last paper, as written in the index."""
    return " to ".join(dict.fromkeys(filter(None, (paper.date_from, paper.date_to))))


def lines_of(person: Person, user: Any) -> list[PaperLine]:
    """The paper files of a person, for the page of their documents."""
    rows = PaperFile.objects.visible_to(user).filter(person=person).select_related("matched_by").order_by("file_no")
    may_change = holds(user, Permission.MERGE_REVIEW)
    return [
        PaperLine(
            row.file_no,
            row.location,
            row.volumes,
            dates_of(row),
            why_of(row),
            f"/paper/{row.pk}/" if may_change else "",
        )
        for row in rows
    ]


def listed(user: Any, view: str, q: str, after: int) -> tuple[list[PaperFile], int | None]:
    """A page of the index in the order of its keys, and the key the next one goes on from."""
    rows: QuerySet[PaperFile] = PaperFile.objects.visible_to(user).filter(pk__gt=after)
    if view != "all":
        rows = rows.filter(person__isnull=view == "unmatched")
    for word in q.replace("\x00", " ").split()[:5]:
        rows = rows.filter(Q(surname__icontains=word) | Q(forename__icontains=word) | Q(file_no__icontains=word))
    found = list(rows.select_related("person", "matched_by").order_by("pk")[: SHOWN + 1])
    return found[:SHOWN], (found[SHOWN - 1].pk if len(found) > SHOWN else None)


def candidates(paper: PaperFile, user: Any) -> list[Hit]:
    """People the user may see whom the cover may mean, best first."""
    forename = "" if paper.forename.upper() == "FAMILY" else paper.forename.rstrip(".")
    asked = [f"{forename} {paper.surname} {paper.born}", f"{forename} {paper.surname}"]
    told: dict[int, Hit] = {}
    for words in asked:
        for hit in search(user, words, limit=10).hits:
            told.setdefault(hit.person.pk, hit)
    return list(told.values())[:10]


@transaction.atomic
def match_paper(*, paper: PaperFile, person: Person, by: User, at: datetime) -> PaperFile:
    """Say whose a paper file is."""
    require(by, Permission.MERGE_REVIEW)
    check_conflict(by, person)
    row: PaperFile = PaperFile.objects.select_for_update().get(pk=paper.pk)
    if row.person_id is not None:
        raise Refused("This file has been matched already. Take that back first.", code="matched")
    row.person, row.matched_by, row.matched_at = person, by, at
    row.save()
    write_audit("paper.matched", by=by, reference=person.reference, people=[person], detail={"file": row.pk})
    return row


@transaction.atomic
def unmatch_paper(*, paper: PaperFile, by: User, at: datetime) -> PaperFile:
    """Take back whose a paper file is: it is nobody's again, and its history says who and when."""
    require(by, Permission.MERGE_REVIEW)
    row: PaperFile = PaperFile.objects.select_for_update().get(pk=paper.pk)
    if row.person_id is None:
        raise Refused("This file is nobody’s already.", code="not_matched")
    person = row.person_id
    row.person, row.matched_by, row.matched_at = None, None, None
    row.save()
    write_audit("paper.unmatched", by=by, people=[person], detail={"file": row.pk})
    return row


def all_matches() -> Iterator[tuple[str, str]]:
    """Every paper file and the reference of its person, in order."""
    rows = PaperFile.objects.filter(person__isnull=False).order_by("file_no")
    yield from rows.values_list("file_no", "person__reference").iterator(chunk_size=2000)
