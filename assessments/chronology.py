"""What an assessment came to, told in the child's chronology."""

from collections.abc import Sequence

from assessments.models import Assessment
from frontdoor.codelists import lists
from frontdoor.people.models import Person
from frontdoor.people.record.said import Said, Teller
from frontdoor.workflow.models import StatusChange

#: What passed between the author and the manager.
HANDLING = frozenset({"submit", "return_with_comments"})
WORDS = {"born": "started", "authorise": "finished", "abandon": "ended unfinished"}


def said(person: Person, changes: Sequence[StatusChange], with_handling: bool) -> dict[int, Said]:
    """What each change was for the child; what the manager wrote to the author only with the rest of it."""
    rows = {row.reference: row for row in Assessment.objects.filter(reference__in={c.reference for c in changes})}
    return {
        change.pk: _said(change, rows[change.reference], with_handling=with_handling)
        for change in changes
        if change.reference in rows
    }


def _said(change: StatusChange, assessment: Assessment, *, with_handling: bool) -> Said:
    title = WORDS.get(change.move, change.status_words.lower())
    if change.move != "authorise":
        return Said(title, change.reason)
    if assessment.outcome:
        title = f"{title}: {lists.label('assessment_outcome', assessment.outcome)}"
    return Said(title, change.reason if with_handling else "")


TELLER = Teller("assessments.assessment", said=said, handling=HANDLING)
