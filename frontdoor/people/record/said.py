"""What a step of a record says in a chronology: told by the app that keeps the record, of this person alone."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from frontdoor.people.models import Person
from frontdoor.workflow.models import StatusChange


@dataclass(frozen=True)
class Said:
    """A line of a chronology: what happened to this person, and the words that are theirs.

    ``title`` follows the record's name; ``text`` is never what was written of somebody else. ``by``: None for whoever
    made the change.
    """

    title: str
    text: str = ""
    by: str | None = None


@dataclass(frozen=True)
class Teller:
    """How an app tells the steps of its records.

    ``said``: of these changes those it has something to say of, by key; the last argument asks for what was said about
    the handling as well. ``found``: changes of these records whose own
    lines hold the words. ``begun``: of records without any change, by reference, how they began. ``handling``: moves
    that tell of the work and of what passed between author and manager: in a chronology only where they are asked for.
    """

    model: str
    said: Callable[[Person, Sequence[StatusChange], bool], Mapping[int, Said]]
    found: Callable[[Person, Collection[str], str], Q] | None = None
    begun: Callable[[Person, Collection[str]], Mapping[str, Said]] | None = None
    handling: frozenset[str] = field(default_factory=frozenset)


def saying(teller: Callable[..., Mapping[int, Said]], person: Person, references: Collection[str], words: str) -> Q:
    """Changes of these records whose lines, as they are told, hold the words: what is kept back finds nothing.

    For the few records of which less is told than was written.
    """
    changes = list(StatusChange.objects.filter(reference__in=references)) if references else []
    told = teller(person, changes, True) if changes else {}
    wanted = words.casefold()
    return Q(pk__in=[key for key, said in told.items() if wanted in f"{said.title}\n{said.text}".casefold()])


#: By kind of record; each app adds its own in AppConfig.ready().
tellers: dict[str, Teller] = {}


def handling() -> Q:
    """Changes that tell of the work alone."""
    asked = Q(pk__in=[])
    for teller in tellers.values():
        if teller.handling:
            asked |= Q(model=teller.model, move__in=sorted(teller.handling))
    return asked
