"""What a newer extract changed, as its page shows it: whose each row is, what is different, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from contacts.models import ContactPerson
from frontdoor.accounts.models import User
from frontdoor.exchange.models import ImportRun, Origin, Refiling, RowChange, SourceRecord
from frontdoor.exchange.readers import OF_FILE, WHOM
from frontdoor.people.access import closed_to, hidden_references, known_references
from frontdoor.people.models import Person

PAGE = 50
#: Rows that describe a child's part in a contact, by which the children of a contact are found.
CONTACTS = "firstcall_contacts.csv"


@dataclass(frozen=True)
class Line:
    """One row that is different: whom it is about, what it is, and the columns that say something else."""

    change: RowChange
    people: list[Person]
    what: str
    waiting: Refiling | None

    @property
    def columns(self) -> str:
        """The columns in words, as they are named in the file."""
        return ", ".join(name.replace("_", " ").lower() for name in self.change.columns)


def rows_for(run: ImportRun, user: User) -> QuerySet[RowChange]:
    """Rows of a run that are different, without what is about somebody this user is told nothing of.

    Whatever is listed, counted or divided into pages begins here, so that nothing tells that there is more.
    """
    closed = closed_to(user)
    people = Person.objects.filter(Q(pk__in=closed) | Q(merged_into__in=closed))
    keys: dict[str, list[str]] = {"carecase_people.csv": [], "firstcall_people.csv": []}
    made = Origin.objects.filter(file__in=keys, reference__in=people.values("reference")) if closed else []
    for each in made:
        keys[each.file].append(each.identity)
    row = {"file": OuterRef("file"), "identity": OuterRef("identity")}
    person, client = keys["carecase_people.csv"], keys["firstcall_people.csv"]
    # Whom any version of the row has named; a relationship names two.
    said = SourceRecord.objects.filter(**row, is_rejected=False).filter(
        Q(values__person_id__in=person) | Q(values__related_person_id__in=person) | Q(values__CLIENT_NO__in=client)
    )
    on_contact = ContactPerson.objects.filter(is_child=True, person__in=people.values("pk"))
    became = Origin.objects.filter(**row).filter(
        Q(reference__in=hidden_references(user))
        | Q(reference__in=known_references(user))
        | Q(file=CONTACTS, reference__in=on_contact.values("contact__reference"))
    )
    return RowChange.objects.filter(~Exists(said), ~Exists(became), run=run)


def counts_for(run: ImportRun, user: User) -> dict[str, dict[str, int]]:
    """What an import changed, by file, as this user is told it: a row they may not know of counts as unchanged."""
    told = {name: dict(kinds) for name, kinds in run.report.get("changes", {}).items()}
    hidden = RowChange.objects.filter(run=run).exclude(pk__in=rows_for(run, user).values("pk")).order_by()
    for file, kind, number in hidden.values_list("file", "kind").annotate(Count("pk")):
        if file in told:
            told[file][kind] -= number
            told[file]["unchanged"] += number if kind in ("new", "changed") else 0
    return told


def lines_of(
    run: ImportRun, user: User, kind: str = "", file: str = "", after: int = 0
) -> tuple[list[Line], int | None]:
    """Rows of a run that are different, and the key after which the next page begins (None on the last).

    What is about somebody the user may not see is left out, as if it did not exist.
    """
    rows = rows_for(run, user).filter(pk__gt=after)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(file=file) if file else rows
    found = list(rows.order_by("pk")[: PAGE + 1])
    following = found[PAGE - 1].pk if len(found) > PAGE else None
    found = found[:PAGE]
    whose = _whose(found)
    hidden = closed_to(user) if found else set()
    people = {
        person.pk: person
        for person in Person.objects.filter(pk__in=set().union(*whose.values())).select_related("merged_into")
    }
    waiting = {
        (row.file, row.identity): row
        for row in Refiling.objects.visible_to(user)
        .waiting()
        .filter(file__in={row.file for row in found}, identity__in={row.identity for row in found})
    }
    lines = []
    for row in found:
        about = [people[key] for key in sorted(whose.get(row.pk, set()))]
        standing = list({(one := person.merged_into or person).pk: one for person in about}.values())
        if not {person.pk for person in (*about, *standing)} & hidden:
            lines.append(Line(row, standing, OF_FILE.get(row.file, row.file), waiting.get((row.file, row.identity))))
    return lines, following


def _whose(rows: Sequence[RowChange]) -> dict[int, set[int]]:
    """Keys of the people each row is about, by the row's key."""
    keys: dict[int, tuple[str, str]] = {}
    for file in {row.file for row in rows} & WHOM.keys():
        people_file, column = WHOM[file]
        of_file = {row.identity: row.pk for row in rows if row.file == file}
        kept = SourceRecord.objects.filter(file=file, is_rejected=False, identity__in=of_file).order_by("pk")
        for identity, values in kept.values_list("identity", "values"):
            keys[of_file[identity]] = (people_file, values.get(column, ""))
    references: dict[tuple[str, str], str] = {}
    for file in {name for name, _ in keys.values()}:
        wanted = {key for name, key in keys.values() if name == file and key}
        for identity, reference in Origin.objects.filter(file=file, identity__in=wanted).values_list(
            "identity", "reference"
        ):
            references[file, identity] = reference
    own = dict(Person.objects.filter(reference__in=set(references.values())).values_list("reference", "pk"))
    found = {
        key: {own[references[name]]} for key, name in keys.items() if name in references and references[name] in own
    }
    contacts = {row.identity: row.pk for row in rows if row.file == CONTACTS}
    of_contact = dict(Origin.objects.filter(file=CONTACTS, identity__in=contacts).values_list("reference", "identity"))
    for reference, person in ContactPerson.objects.filter(
        contact__reference__in=of_contact, is_child=True, person__isnull=False
    ).values_list("contact__reference", "person_id"):
        found.setdefault(contacts[of_contact[reference]], set()).add(person)
    return found
