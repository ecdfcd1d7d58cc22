"""Whose paper a document is, as a list of other things names them."""

from collections.abc import Iterable
from datetime import date

from frontdoor.accounts.models import User
from frontdoor.documents.models import Document
from frontdoor.people.hooks import Named
from frontdoor.people.record.about import on_record


def child_of(references: Iterable[str], user: User, on: date) -> dict[str, list[Named]]:
    """By reference of a document this user may see, whom it is filed under, in one query."""
    asked = [reference for reference in references if reference.startswith("D-")]
    if not asked:
        return {}
    rows = Document.objects.visible_to(user).filter(reference__in=asked).select_related("person")
    return {str(row.reference): [on_record(row.person, on)] for row in rows}
