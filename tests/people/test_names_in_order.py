"""Names stand in a list as people look for them: capital or not, accent or not, apostrophe or not."""

from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdoor.accounts.models import Team
from frontdoor.clocks import board
from frontdoor.db import ByName, by_name
from frontdoor.people.words import in_order
from frontdoor.staff import readers
from tests.drawing import EACH_TIME
from tests.factories import StaffFactory

EXPECTED = [
    "adams", "Ádams Road", "Eagle", "Éclair", "łukasz", "Łukaszek", "Oakes", "O'Brien", "O’Dowd", "Oż", "Smith Jones",
    "Smith-Jones", "Smithson", "zebra", "Zoe", "Zoë", "zoo",
]  # fmt: skip


def test_teams_stand_in_order_wherever_they_are_listed(db: None) -> None:
    for number, name in enumerate(reversed(EXPECTED)):
        Team.objects.create(code=f"t{number}", name=name, kind="assessment")
    shown = [name for _, name in board.teams() if name in EXPECTED]
    assert shown == EXPECTED
    assert [team.name for team in readers.teams() if team.name in EXPECTED] == EXPECTED
    assert sorted(EXPECTED, key=in_order) == EXPECTED


def test_people_are_chosen_from_a_list_in_order(db: None) -> None:
    for number, name in enumerate(reversed(EXPECTED)):
        StaffFactory.create(role="duty_manager", username=f"u{number}", name=name)
    found = [user.name for user in readers.people().filter(name__in=EXPECTED).order_by(*by_name("name"))]
    assert found == EXPECTED


LETTERS = st.text(st.sampled_from("aAáÁzZžłŁøØ'’ -bB"), min_size=1, max_size=6)


@given(st.lists(LETTERS, min_size=2, max_size=8, unique=True))
@settings(max_examples=40, deadline=None, suppress_health_check=EACH_TIME)
def test_the_database_and_the_program_agree(db: None, names: list[str]) -> None:
    order = ByName.template % {"expressions": "name"}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM unnest(%s::text[]) AS t (name) ORDER BY {order}", [names])
        found = [name for (name,) in cursor.fetchall()]
    assert [in_order(name)[0] for name in found] == sorted(in_order(name)[0] for name in names)
