"""Where everything on a record came from: its values, the rows of the old systems, and the merges that made it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from frontdoor import audit
from frontdoor.access import Permission, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.codelists import lists
from frontdoor.db import tidy_reference
from frontdoor.pages.people import ask_why, moved, opened, reason_for
from frontdoor.pages.sections import sections
from frontdoor.people import identifiers
from frontdoor.people.models import Person
from frontdoor.people.record.chronology import parts_of
from frontdoor.people.record.provenance import Fact, Held, Provenance, provenance, rows_behind
from frontdoor.ui.formats import day, short_day
from frontdoor.ui.responses import page

P = Permission
FACT_WORDS = {
    "date_of_birth": "Date of birth", "dob_precision": "How sure the date of birth is", "expected_on": "Expected on",
    "died_on": "Died on", "sex": "Sex", "self_described_gender": "Describes their gender as", "ethnicity": "Ethnicity",
    "first_language": "First language", "interpreter_needed": "Interpreter needed", "religion": "Religion",
    "disabilities": "Disability", "communication_needs": "Communication", "school": "School",
    "description": "Description", "upn_unknown": "Reason without a pupil number",
    "is_adoption_protected": "Adoption protected", "may_not_know_we_are_involved": "Family does not know",
}  # fmt: skip
LISTS = {"sex": "sex", "ethnicity": "ethnicity", "first_language": "language", "religion": "religion"}
ROW_WORDS = {"Name": "Name", "Identifier": "Identifier", "Address": "Address", "Telephone": "Telephone"}


def _in_words(column: str, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value is None or value in ("", []):
        return "Not recorded"
    if column == "dob_precision":
        return str(dict(Person.DobPrecision.choices).get(value, value))
    if column == "disabilities":
        return ", ".join(lists.label("disability", code) for code in value)
    if column in LISTS:
        return lists.label(LISTS[column], value)
    return day(value) if hasattr(value, "isoformat") else str(value)


def _row_in_words(name: str, held: Held) -> str:
    row = held.row
    if name == "Name":
        return f"{row.full} ({row.get_kind_display().lower()})"
    if name == "Identifier":
        return f"{identifiers.KINDS.get(row.kind, row.kind)} {row.value}"
    if name == "Telephone":
        return str(row.number)
    if row.is_confidential:
        return "A confidential address"
    return ", ".join(part for part in (row.lines, row.postcode) if part)


def _let_in(request: StaffRequest, reference: str) -> Person | HttpResponse:
    who = opened(request, reference)
    reason = reason_for(request, who, timezone.now())
    if not reason:
        return ask_why(request, who)
    audit.shows(request, [who], kind="opened", reference=who.reference, reason=reason)
    return who


def _references(told: Provenance) -> list[str]:
    return [str(record.reference) for record in told.records]


def _line(fact: Fact, rows: list[Any]) -> dict[str, Any]:
    sources = rows_behind[0]
    return {
        "words": FACT_WORDS.get(fact.column, fact.column),
        "value": _in_words(fact.column, fact.value),
        "reference": fact.reference,
        "received": sources.received_as(rows, fact.reference, fact.column),
        "others": [(_in_words(fact.column, other.value), other.reference) for other in fact.others],
        "why": f"Changed here by {fact.changed_by}, {short_day(fact.changed_at)}." if fact.changed_by else fact.why,
        "is_here": bool(fact.changed_by),
    }


@require_safe
@needs(P.PEOPLE_VIEW)
def origins(request: StaffRequest, reference: str) -> HttpResponse:
    """Each value with its source, what else is known and why this one; the rows behind, a page at a time."""
    who = _let_in(request, reference)
    if isinstance(who, HttpResponse):
        return who
    if who.reference != tidy_reference(reference):
        return moved(request, who, "pages:origins")
    sources = rows_behind[0]
    told = provenance(who)
    references = _references(told)
    described = sources.describing(references)
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0
    rows, following = sources.telling([*references, *parts_of(who, request.user)], start)
    by_reference = {ref: [o for o in described if o.reference == ref] for ref in references}
    return page(
        request,
        "pages/origins.html",
        {
            "person": who,
            "sections": sections(request.user, who.reference, "Where this came from"),
            "told": told,
            "by_reference": by_reference,
            "systems": sources.SYSTEMS,
            "facts": [_line(fact, described) for fact in told.facts],
            "held": [
                (ROW_WORDS[name], _row_in_words(name, held), held.reference)
                for name, found in told.rows.items()
                for held in found
            ],
            "rows": rows,
            "following": following,
            "is_first": not start,
            "may_unmerge": holds(request.user, P.PEOPLE_UNMERGE),
            "may_see_rows": holds(request.user, P.SOURCE_VIEW),
        },
    )


@require_POST
@needs(P.SOURCE_VIEW)
def source(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """One row exactly as it was received, to read or to keep: a POST with its own audit row."""
    who = _let_in(request, reference)
    if isinstance(who, HttpResponse):
        return who
    sources = rows_behind[0]
    references = [*_references(provenance(who)), *parts_of(who, request.user)]
    row = sources.row_of(references, key) if key < 2**63 else None
    if row is None:
        raise Http404
    sources.show(row=row, person=who, by=request.user, at=timezone.now())
    if request.POST.get("keep"):
        response = HttpResponse(bytes(row.raw), content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="row-{row.pk}.bin"'
        response["X-Content-Type-Options"] = "nosniff"
        return response
    return page(
        request,
        "pages/source.html",
        {
            "person": who,
            "row": row,
            "shown": sources.read(row.raw),
            "system": sources.SYSTEMS.get(row.system, row.system),
            "versions": sources.versions_of(row),
            "values": [(name, value) for name, value in row.values.items() if value],
        },
    )
