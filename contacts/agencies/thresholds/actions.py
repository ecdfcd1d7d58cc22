"""Writing a new edition of the threshold document, and choosing a contact's level by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from contacts.agencies.thresholds.models import LEVELS, LevelChoice, ThresholdEdition, ThresholdLevel
from contacts.models import Contact
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.workflow.actions import touch

#: The domains of the indicators, in order: the code of each and its heading.
DOMAINS = (
    ("CDN", "The child’s developmental needs"),
    ("PC", "Parenting capacity"),
    ("FEF", "Family and environmental factors"),
)


@dataclass
class LevelFacts:
    """One level as written."""

    name: str = ""
    description: str = ""
    who_responds: str = ""
    consent: str = ""
    indicators: Mapping[str, list[str]] = field(default_factory=dict)


@transaction.atomic
def publish(
    *,
    valid_from: date,
    title: str,
    introduction: str,
    note: str,
    levels: Mapping[str, LevelFacts],
    by: User,
    at: datetime,
) -> ThresholdEdition:
    """Add an edition that holds from a day on. Earlier days keep theirs: no edition begins before today."""
    require(by, Permission.RULES_MANAGE)
    if valid_from < london_date(at):
        raise Refused("A new edition begins today or later.", code="past", field="valid_from")
    if ThresholdEdition.objects.filter(valid_from=valid_from).exists():
        raise Refused("An edition begins on that day already.", code="taken", field="valid_from")
    for code in LEVELS:
        told = levels.get(code, LevelFacts())
        for name in ("name", "description", "who_responds", "consent"):
            if not getattr(told, name).strip():
                raise Refused(f"Level {code} is not whole.", code="required", field=f"{name}_{code}")
    edition = ThresholdEdition.objects.create(
        valid_from=valid_from, title=title, introduction=introduction, note=note, recorded_by=by
    )
    ThresholdLevel.objects.bulk_create(
        [
            ThresholdLevel(
                edition=edition, code=code, **{**vars(levels[code]), "indicators": dict(levels[code].indicators)}
            )
            for code in LEVELS
        ]
    )
    write_audit("thresholds.published", by=by, detail={"valid_from": valid_from.isoformat()})
    return edition


def edition_on(day: date) -> ThresholdEdition | None:
    """The edition in force on a day, with its levels in order."""
    found: ThresholdEdition | None = ThresholdEdition.objects.in_force(day).first()
    return found


def levels_of(edition: ThresholdEdition) -> list[ThresholdLevel]:
    """Its levels in order."""
    return list(edition.levels.order_by("code"))


@transaction.atomic
def choose_level(
    *, contact: Contact, by: User, at: datetime, level: str, reason: str = "", version: int | None = None
) -> Contact:
    """Say which level of need it is by our own look. Where it differs from the agency's, both stay, with the reason."""
    require(by, Permission.CONTACT_SCREEN)
    if level not in LEVELS:
        raise Refused("Choose a level of need.", code="required", field="level")
    changed = touch(contact, version=version)
    differs = bool(changed.level_by_agency) and changed.level_by_agency != level
    if (differs or changed.level_by_screening not in ("", level)) and not reason.strip():
        raise Refused(
            "Say why: the agency, or somebody before you, chose another level.", code="reason_required", field="reason"
        )
    changed.level_by_screening = level
    changed.save()
    keep_choice(changed, level=level, by=by, at=at, reason=reason)
    write_audit("contact.level_chosen", by=by, reference=changed.reference, detail={"level": level})
    return changed


def keep_choice(contact: Contact, *, level: str, by: User, at: datetime, reason: str) -> LevelChoice:
    """The row of a choice, with the edition in force on the day of the contact."""
    return LevelChoice.objects.create(
        contact=contact,
        edition=edition_on(london_date(contact.received_at)),
        by_agency=contact.level_by_agency,
        by_screening=level,
        reason=reason,
        chosen_at=at,
        chosen_by=by,
    )
