"""The name a record is shown by."""

from frontdoor.people.models import Person

NAME_NOT_KNOWN = "Name not known"


def display_name(person: Person) -> str:
    """The name shown: the current name, else one they are known by, else any, else the description."""
    order = {"primary": 0, "known_as": 1, "alias": 2, "former": 3}
    rows = sorted(person.names.all(), key=lambda n: (n.ended_on is not None, order[n.kind], -n.pk))
    if rows:
        main = rows[0].full
        known = next((n for n in rows if n.kind == "known_as" and n.ended_on is None and n.full != main), None)
        return f"{main} (known as {known.full})" if known else main
    return person.description or NAME_NOT_KNOWN
