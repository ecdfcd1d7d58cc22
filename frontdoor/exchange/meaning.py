"""What a person said a wording means, given to the records that were made while nobody knew.

Each record keeps what was put into it here meanwhile: only what stood in for the unknown meaning gives way (or the
meaning the same wording was given before).
"""

from collections.abc import Callable
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from assessments.models import Assessment
from contacts.models import Contact, ContactPerson
from frontdoor.codelists import lists
from frontdoor.exchange.legacy.loading_assessments import ASSESSMENT_OUTCOMES
from frontdoor.exchange.legacy.loading_contacts import CHILD_ROLES, CONTACT_OUTCOMES
from frontdoor.exchange.legacy.loading_people import RELATIONSHIPS
from frontdoor.exchange.legacy.meanings import CODES, LISTS
from frontdoor.exchange.models import Origin, SourceRecord
from frontdoor.people.models import Person, Relationship
from referrals.models import Referral

#: The code list that has the words of a list's codes.
CODE_LISTS = {
    "source": "referral_source", "need": "primary_need", "closure": "closure_reason", "ethnicity": "ethnicity",
}  # fmt: skip
#: Codes and words of the lists that no return has.
OWN_WORDS: dict[str, dict[str, str]] = {
    "contact_outcome": {
        "NEW_REFERRAL": "Passed on as a new referral", "EXISTING_REFERRAL": "Passed to the worker of an open case",
        "EARLY_HELP": "Early help", "ADVICE": "Information and advice", "NFA": "No further action",
        "ERROR": "Entered in error",
    },
    "assessment_outcome": {
        "NFA": "No further action", "EH": "Early help", "CIN": "Child in need",
        "S47": "Strategy discussion, section 47", "CP": "Child protection conference", "LAC": "Looked after",
    },
    "s47_outcome": {"NFA": "No further action", "CIN": "Child in need", "CP": "Child protection conference"},
    "risk": {"RED": "Red", "AMBER": "Amber", "GREEN": "Green", "BLUE": "Blue"},
    "role": {
        "SUBJECT": "The child it is about", "SIBLING": "Sibling", "HOUSEHOLD": "Other child of the household",
        "UNBORN": "Unborn child",
    },
    "relationship": {
        "MOTHER": "Mother", "FATHER": "Father", "SIBLING": "Sibling", "BROTHER": "Brother", "SISTER": "Sister",
        "CHILD": "Child", "SON": "Son", "DAUGHTER": "Daughter",
    },
    "sex": {"M": "Male", "F": "Female", "U": "Not known"},
    "yes_no": {"1": "Yes", "0": "No"},
}  # fmt: skip


def choices_of(list_name: str) -> list[tuple[str, str]]:
    """The codes a wording of this list may be given, each with its words."""
    if list_name in OWN_WORDS:
        return list(OWN_WORDS[list_name].items())
    return [
        (code, f"{code} – {label}" if (label := lists.label(CODE_LISTS[list_name], code)) != code else code)
        for code in CODES.get(list_name, [])
    ]


def _same(code: str) -> str:
    return code


#: File and column; the records made of its rows, their field, what stood in for the unknown, how the code is kept.
TARGETS: tuple[tuple[str, str, type[Any], str, str, Callable[[str], str]], ...] = (
    ("firstcall_contacts.csv", "SOURCE", Contact, "source", "", _same),
    ("firstcall_contacts.csv", "RISK", Contact, "grade", "", str.lower),
    ("firstcall_contacts.csv", "OUTCOME", Contact, "outcome", "", CONTACT_OUTCOMES.__getitem__),
    ("carecase_episodes.csv", "referral_source", Referral, "source", "", _same),
    ("carecase_episodes.csv", "primary_need", Referral, "primary_need", "", _same),
    # A closure needs a reason: the general one stands in for the unknown.
    ("carecase_episodes.csv", "closure_reason", Referral, "closure_reason", "RC7", _same),
    ("carecase_assessments.csv", "outcome", Assessment, "outcome", "", ASSESSMENT_OUTCOMES.__getitem__),
    ("carecase_people.csv", "ethnicity", Person, "ethnicity", "NOBT", _same),
    ("firstcall_people.csv", "ETHNIC", Person, "ethnicity", "NOBT", _same),
    ("carecase_people.csv", "gender", Person, "sex", "", _same),
    ("firstcall_people.csv", "SEX", Person, "sex", "", _same),
)


def give_meaning(list_name: str, value: str, code: str, former: str) -> int:
    """Give the records made of rows with this wording its meaning. Returns how many took it."""
    taken = 0
    for file, column, model, field, stands_in, kept_as in TARGETS:
        if LISTS[file, column] != list_name:
            continue
        new = kept_as(code) if code else stands_in
        gives_way = {stands_in} | ({kept_as(former)} if former else set())
        if new in gives_way and len(gives_way) == 1:
            continue
        rows = Origin.objects.filter(file=file, **{f"source__values__{column}": value}).values("reference")
        records: QuerySet[Any] = model._default_manager.filter(**{f"{field}__in": gives_way}).exclude(**{field: new})
        if model is Person:
            # The record of the row, and the one it has been joined to.
            keys = Person.objects.filter(reference__in=rows).annotate(now=Coalesce("merged_into", F("id")))
            records = records.filter(pk__in={key for pair in keys.values_list("pk", "now") for key in pair})
        elif field == "outcome":
            ended = "decided_at" if model is Contact else "authorised_at"
            records = records.filter(reference__in=rows, **{f"{ended}__isnull": False})
        else:
            records = records.filter(reference__in=rows)
        for each in records:
            setattr(each, field, new)
            if model is Contact and field == "outcome":
                _outcome_of_children(each, new, gives_way)
            each.version += 1
            each.save()
            taken += 1
    if list_name == "relationship" and code:
        taken += _relationships(value, RELATIONSHIPS[code], RELATIONSHIPS.get(former, ""))
    if list_name == "role" and code:
        taken += _roles(value, CHILD_ROLES[code], CHILD_ROLES.get(former, "subject"))
    return taken


def _outcome_of_children(contact: Contact, outcome: str, gives_way: set[str]) -> None:
    """The contact's outcome outside, and of the children it is about."""
    words = {row.code: str(row.attributes.get("outside", "")) for row in lists.rows("contact_outcome")}
    contact.outcome_outside = words.get(outcome, "")
    children = ContactPerson.objects.filter(contact=contact, is_child=True, role="subject", outcome__in=gives_way)
    for child in children:
        child.outcome = outcome
        child.decided_at, child.decided_by = (contact.decided_at, contact.decided_by) if outcome else (None, None)
        child.save()


def _rows(file: str, column: str, value: str) -> list[dict[str, str]]:
    """Values of the rows of a file that hold this wording and were not rejected."""
    kept = SourceRecord.objects.filter(file=file, is_rejected=False, **{f"values__{column}": value})
    return list(kept.values_list("values", flat=True))


def _standing(file: str, keys: set[str]) -> dict[str, int]:
    """Key in the old system to the record that person stands in now."""
    origins = dict(Origin.objects.filter(file=file, identity__in=keys).values_list("reference", "identity"))
    people = Person.objects.filter(reference__in=origins).annotate(now=Coalesce("merged_into", F("id")))
    return {origins[reference]: now for reference, now in people.values_list("reference", "now")}


def _relationships(value: str, kind: str, former: str) -> int:
    """Lines that were kept as other family become what the wording means, unless that is recorded already."""
    rows = _rows("carecase_relationships.csv", "relationship", value)
    keys = {row[name] for row in rows for name in ("person_id", "related_person_id")}
    people = _standing("carecase_people.csv", keys)
    taken = 0
    for row in rows:
        person, other = people.get(row["person_id"]), people.get(row["related_person_id"])
        if person is None or other is None:
            continue
        lines = Relationship.objects.filter(ended_on__isnull=True, person_id=person, other_id=other)
        if not lines.filter(kind=kind).exists():
            for line in lines.filter(kind__in={"other_family", former} - {""})[:1]:
                line.kind = kind
                line.save()
                taken += 1
    return taken


def _roles(value: str, role: str, former: str) -> int:
    """A child's part in a contact; whoever stood as its subject for want of a meaning takes the one given."""
    rows = _rows("firstcall_contact_children.csv", "ROLE", value)
    people = _standing("firstcall_people.csv", {row["CLIENT_NO"] for row in rows})
    contacts = dict(
        Origin.objects.filter(
            file="firstcall_contacts.csv", identity__in={row["CONTACT_NO"] for row in rows}
        ).values_list("identity", "reference")
    )
    taken = 0
    for row in rows:
        contact, person = contacts.get(row["CONTACT_NO"]), people.get(row["CLIENT_NO"])
        if contact is None or person is None:
            continue
        found = ContactPerson.objects.filter(
            contact__reference=contact, person_id=person, is_child=True, role=former
        ).exclude(role=role)
        for child in found:
            child.role = role
            if role != "subject":
                child.outcome, child.decided_at, child.decided_by = "", None, None
            child.save()
            taken += 1
    return taken
