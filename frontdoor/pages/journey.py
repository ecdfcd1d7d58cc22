"""What the apps of the journey add to, and keep out of, a child's record."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Q

from frontdoor.people.models import Person
from frontdoor.people.record import Event, href_of_reference


def visits(person: Person, user: Any) -> Iterator[Event]:
    """Each visit or attempt that the user may see: whether the child was seen, and alone. Nothing of what was said."""
    try:
        model: Any = apps.get_app_config("assessments").get_model("Visit")
    except LookupError:
        return
    rows = model._default_manager.visible_to(user).filter(
        Q(referral__child=person) | Q(referral__child__merged_into=person), withdrawn_at__isnull=True
    )
    for visit in rows.select_related("visited_by", "assessment", "referral").order_by("-happened_at")[:200]:
        alone = {"yes": ", seen alone", "no": ", not seen alone"}.get(visit.seen_alone, "")
        record = visit.assessment or visit.referral
        yield Event(
            at=visit.happened_at,
            title=f"Visit: {'child seen' + alone if visit.is_seen else 'child not seen'}",
            text=visit.get_mode_display(),
            by=visit.visited_by.name,
            href=href_of_reference(record.reference),
        )


def contacts_seen(references: list[str], user: Any) -> set[str]:
    """Which of these contacts the user may see, by the contacts' own rules."""
    try:
        model: Any = apps.get_app_config("contacts").get_model("Contact")
    except LookupError:
        return set(references)
    rows = model._default_manager.visible_to(user).filter(reference__in=references)
    return set(rows.values_list("reference", flat=True))
