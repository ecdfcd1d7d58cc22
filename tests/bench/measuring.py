"""What every benchmark needs: a database of its own, filled; and an act timed as a ratio."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdoor.settings")
from tests import conftest

django.setup()

# What asks for models comes after Django is set up.
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from contacts.recording.actions import record_contact  # noqa: E402
from contacts.screening.actions import link_person  # noqa: E402
from frontdoor.accounts.models import Agency, User  # noqa: E402
from frontdoor.clocks.models import Clock  # noqa: E402
from frontdoor.people.actions import GivenName, create_person  # noqa: E402
from frontdoor.people.models import Address, Identifier, Involvement, Name, Telephone  # noqa: E402
from tests.contacts.conftest import some_facts  # noqa: E402

SMALL = 10_000
REPEATS = 15
Measured = dict[str, dict[str, float]]


@contextmanager
def database(label: str, fill: Callable[[str, dict[str, int]], None]) -> Iterator[None]:
    """A database of its own, filled, used as the application's role."""
    with conftest.clone(label) as name:
        connection.close()
        before = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
        started = time.perf_counter()
        fill(conftest.url_for(name), _first())
        print(f"  {label} filled in {time.perf_counter() - started:.0f} s", flush=True)
        yield
        connection.close()
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = before


def _first() -> dict[str, int]:
    """One row of each table, made by the product's own actions."""
    at = timezone.now()
    manager = User.objects.create_user("bench", "Bea Bench", roles=["duty_manager"])
    Agency.objects.create(code="police", name="Police", kind="police", default_source="6")
    facts = some_facts(people=[some_facts().people[0]])
    contact = record_contact(facts=facts, by=manager, at=at)
    person = create_person(
        by=manager, at=at, names=[GivenName("First", "Row")], date_of_birth=facts.people[0].date_of_birth, sex="M",
        identifiers_given={"nhs": "9990000018"}, address={"lines": "1 Mill Lane", "postcode": "ZZ99 1AA"},
        telephone="01632 960001",
    )  # fmt: skip
    row = link_person(on_contact=contact.people.get(), person=person, by=manager, at=at)
    return {
        "user": manager.pk,
        "people_person": person.pk,
        "people_name": Name.objects.get(person=person).pk,
        "people_address": Address.objects.get(person=person).pk,
        "people_identifier": Identifier.objects.get(person=person).pk,
        "people_telephone": Telephone.objects.get(person=person).pk,
        "people_involvement": Involvement.objects.get(person=person).pk,
        "contacts_contact": contact.pk,
        "contacts_contacttext": contact.text.pk,
        "contacts_familygroup": contact.families.get().pk,
        "contacts_contactperson": row.pk,
        "clocks_clock": Clock.objects.filter(reference=contact.reference).order_by("id")[0].pk,
    }


def timed(act: Callable[[], object], repeats: int = REPEATS) -> dict[str, float]:
    """Milliseconds of an act: median and the slowest of twenty, after two to warm up."""
    for _ in range(2):
        act()
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    return {"median": statistics.median(taken), "p95": taken[min(len(taken) - 1, int(len(taken) * 0.95))]}


def with_plain(act: Callable[[], object]) -> dict[str, float]:
    """An act, and the statements it sent sent again alone: what the database alone takes of it."""
    measured = timed(act)
    with CaptureQueriesContext(connection) as captured:
        act()
    reads = [query["sql"] for query in captured.captured_queries if query["sql"].lstrip().startswith("SELECT")]

    def plain() -> None:
        with connection.cursor() as cursor:
            for text in reads:
                cursor.execute(text.replace("%", "%%"), [])
                cursor.fetchall()

    measured["plain"] = timed(plain)["median"]
    measured["ratio_to_plain"] = measured["median"] / max(measured["plain"], 0.001)
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    measured["queries"] = float(sum(not query["sql"].startswith(control) for query in captured.captured_queries))
    return measured
