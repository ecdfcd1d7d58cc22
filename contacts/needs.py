"""What a family needs to be spoken with, said once and shown wherever somebody is about to speak with them."""

from contacts.families.telling import telling_for
from contacts.models import ContactPerson
from frontdoor.codelists import lists
from frontdoor.people.models import Person


def interpreters(row: ContactPerson, child: Person | None) -> list[str]:
    """Who of the family needs an interpreter, each as one line; nobody where nothing says so.

    ``row``: the child on the contact; ``child``: on record, whose record is asked first. Of a child whose record says
    that none is needed what was given on the contact is not repeated. Nobody but the child is named.
    """
    found = []
    language = lists.label("language", child.first_language) if child is not None and child.first_language else ""
    if child is not None and child.interpreter_needed:
        found.append(f"The child: {language or 'language not recorded'}")
    telling = telling_for(row)
    family = row.contact.people.filter(family_group=row.family_group).exclude(interpreter="").order_by("position")
    for given in family:
        is_the_child = given.pk == row.pk
        if is_the_child and child is not None and child.interpreter_needed is not None:
            continue
        who = "The child" if is_the_child else _who(given)
        found.append(f"{who}: {telling.plain(given.interpreter)} (as given on the contact)")
    return found


def _who(given: ContactPerson) -> str:
    """Somebody on the contact by what they are to the child."""
    if given.is_child:
        return "Another child"
    return lists.label("relationship", given.relationship) if given.relationship else "An adult"
