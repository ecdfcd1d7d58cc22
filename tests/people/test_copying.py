"""Rows copied in bulk are the same rows as saved ones: every letter, every default, and a history."""

from django.db import connection

from frontdoor.copying import copy_records, copy_rows, new_keys
from frontdoor.people.models import Name, Person

ODD = 'a\\b\tc\nd\r "q" \\N {x,y} ’ 名'


def test_what_is_copied_reads_back_letter_for_letter_with_defaults_and_history(db: None) -> None:
    person = Person(reference="P-00000001", description=ODD, disabilities=['x,"y"\\z', "plain"], sex="F")
    copy_records(Person, [person])
    found = Person.objects.get(reference="P-00000001")
    assert (found.pk, found.description, found.disabilities) == (person.pk, ODD, ['x,"y"\\z', "plain"])
    assert (found.version, found.origin, found.date_of_birth) == (1, "frontdoor", None)
    assert found.recorded_at is not None
    (key,) = new_keys(Name, 1)
    assert copy_rows(Name, ("id", "person_id", "kind", "full"), [(key, person.pk, "primary", "\\N")]) == 1
    assert Name.objects.get(pk=key).full == "\\N"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgh_label, description FROM people_personevent WHERE pgh_obj_id = %s", [person.pk])
        assert cursor.fetchall() == [("insert", ODD)]


def test_nothing_to_copy_is_nothing(db: None) -> None:
    assert copy_rows(Name, ("person_id", "kind"), []) == 0
    copy_records(Name, [])
    assert new_keys(Name, 0) == []
