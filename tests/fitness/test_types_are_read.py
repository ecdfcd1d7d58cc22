"""What can be set for a type of contact does something: each of its fields is read outside the pages that edit it."""

import re

from contacts.models import ContactType
from frontdoor.dated import Dated, Shipped
from tests.fitness.test_rules_of_the_house import ROOT

#: Where a type is declared, shipped and edited: to be named there is not to be read.
OWN = ("contacts/models/contact.py", "contacts/tables.py", "contacts/shipped.py")
PACKAGES = ("frontdoor", "contacts", "referrals", "assessments", "supervision", "templates")
#: A field that is read by a property of its own.
READ_AS = {"clock_rule": "own_clock"}


def test_each_field_of_a_type_is_read() -> None:
    texts = [
        path.read_text()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in (".py", ".html", ".sql")
        and "migrations" not in path.parts
        and str(path.relative_to(ROOT)) not in OWN
    ]
    # A question of the model's own is read where it is asked.
    asked = (ROOT / "contacts/models/contact.py").read_text()
    shared = {field.name for base in (Dated, Shipped) for field in base._meta.fields}
    unread = []
    for field in ContactType._meta.fields:
        if field.name in shared or field.name == "id":
            continue
        name = READ_AS.get(field.name, field.name)
        read = re.compile(
            rf"\b(type|kind)(\.|__){name}\b|\bt\.{name}\b|ContactType\.objects[^\n]*\b{name}\b"
            rf"|contact\.type\.{name}\b"
        )
        if not any(read.search(text) for text in texts) and f"type__{name}" not in asked:
            unread.append(field.name)
    assert unread == [], "set on a page and read by nothing"
