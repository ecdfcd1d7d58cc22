"""How fast people are found at 10,000 and at BENCH_FINDING (1,000,000) people: candidates while a person types, search.

python3 dev.py bench finding [--explain]
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from psycopg import sql

from tests.bench.filling import copy_rows
from tests.bench.measuring import SMALL, database

from contacts.recording import lookup  # isort: skip
from frontdoor.accounts.models import User  # isort: skip
from frontdoor.people.matching.candidates import Sought, suggest  # isort: skip
from frontdoor.people.models import Address, Identifier, Name, Person, Telephone  # isort: skip
from frontdoor.ui.formats import age  # isort: skip
from tests import conftest  # isort: skip

#: Names are put together from these; the first ones of a list are borne by very many, as names are.
SYLLABLES = """
al an ar ba bel ben bri ca chan cor da del dor el em fa fin gar gor ha hel hu is ja jo ka kel kir la lin lo ma mar
min mo na nel no ol or pa pen per qui ra ren ri ro sa sel shi so ta ter ti va vin wen wil ya yor ze zu
""".split()  # noqa: SIM905
GIVEN, FAMILY = 1_500, 25_000
REPEATS = 60
SAMPLE = 15


def word(number: str, length: int) -> str:
    """SQL for the name of a number."""
    array = "ARRAY[" + ",".join(f"'{syllable}'" for syllable in SYLLABLES) + "]"
    size = len(SYLLABLES)
    return " || ".join(f"({array})[1 + (({number}) / {size**place}) % {size}]" for place in range(length))


def fill(people: int, url: str, first: dict[str, int]) -> None:
    """People in households of three (a parent and two children), with names as common and as rare as real ones are."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("SET session_replication_role = replica")
        db.execute("SET maintenance_work_mem = '512MB'")
        db.execute("SELECT setseed(0.5)")
        given, family = word("n", 2), word("n", 3)
        db.execute(
            f"CREATE UNLOGGED TABLE bench_home AS SELECT h, initcap({family}) AS family,"
            " floor(random() * greatest(%(homes)s / 15, 20))::int AS place FROM (SELECT h,"
            " (floor(25000 * power(random(), 2))::int * 7919) % 238328 AS n FROM generate_series(0, %(homes)s) h) AS x"
            .replace("%(homes)s", str(people // 3)).encode()
        )  # fmt: skip
        db.execute(
            f"CREATE UNLOGGED TABLE bench_people AS SELECT g, initcap({given}) AS given, family, place, h,"
            " CASE WHEN g % 3 = 0 THEN DATE '1975-01-01' + floor(random() * 10000)::int"
            " ELSE DATE '2008-09-01' + floor(random() * 6500)::int END AS born"
            " FROM (SELECT g, (floor(1500 * power(random(), 2))::int * 37) % 3844 AS n"
            f" FROM generate_series(1, {people}) g) AS x JOIN bench_home ON h = g / 3".encode()
        )
        code = (
            "'ZZ' || (1 + place % 99) || '{gap}' || (1 + (place / 99) % 9) || substr('ABDEFGHJLNPQRSTUWXYZ',"
            " 1 + (place / 891) % 20, 1) || substr('ABDEFGHJLNPQRSTUWXYZ', 1 + (place / 17820) % 20, 1)"
        )
        every, base = "SELECT * FROM bench_people", 1000
        copy_rows(
            db, "people_person", first["people_person"], every, id=f"{base} + g",
            reference="'P-' || upper(lpad(to_hex(g), 8, '0'))", display_name="given || ' ' || family",
            date_of_birth="born", sex="CASE WHEN g % 2 = 0 THEN 'F' ELSE 'M' END",
        )  # fmt: skip
        copy_rows(
            db, "people_name", first["people_name"], every, person_id=f"{base} + g", given="s.given",
            family="s.family", full="s.given || ' ' || s.family",
        )  # fmt: skip
        for column in ("given", "family"):
            db.execute(
                f"INSERT INTO people_nametoken (word, person_id) SELECT lower({column}), {base} + g FROM bench_people"
                " ON CONFLICT DO NOTHING".encode()
            )
        db.execute(
            "INSERT INTO people_nameword (text, sounds, bearers) SELECT w, ARRAY(SELECT DISTINCT left(s, 16) FROM ("
            " SELECT 'd' || unnest(daitch_mokotoff(w)) AS s UNION ALL SELECT 'm' || nullif(dmetaphone(w), '')) c"
            " WHERE s IS NOT NULL), n FROM (SELECT word AS w, count(*) AS n FROM people_nametoken GROUP BY word) x"
            " ON CONFLICT (text) DO UPDATE SET bearers = excluded.bearers"
        )
        copy_rows(
            db, "people_address", first["people_address"], every, person_id=f"{base} + g",
            postcode=code.format(gap=" "), postcode_key=code.format(gap=""),
            lines="(h % 180) || ' Mill Lane ' || h % 977",
        )  # fmt: skip
        copy_rows(
            db, "people_telephone", first["people_telephone"], every, person_id=f"{base} + g",
            number="'01632 ' || lpad((h % 1000000)::text, 6, '0')",
            number_key="'01632' || lpad((h % 1000000)::text, 6, '0')",
        )  # fmt: skip
        copy_rows(
            db, "people_identifier", first["people_identifier"], f"{every} WHERE g % 5 < 3", person_id=f"{base} + g",
            value="'999' || lpad((g % 10000000)::text, 7, '0')",
        )  # fmt: skip
        for (table,) in db.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '^people_'"
        ).fetchall():
            db.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


def asked(kind: str, person: Person) -> Sought:
    """What somebody might type of this person."""
    name = Name.objects.filter(person=person).order_by("id")[0]
    born = person.date_of_birth or date(2015, 1, 1)
    place = Address.objects.filter(person=person).order_by("id")[0]
    number = Identifier.objects.filter(person=person, kind="nhs").first()
    phone = Telephone.objects.filter(person=person).order_by("id")[0]
    swapped = name.family[:2] + name.family[3:4] + name.family[2:3] + name.family[4:]
    ways = {
        "name": Sought(given=name.given, family=name.family),
        "name misspelt": Sought(given=name.given, family=swapped),
        "fragments": Sought(given=name.given[:3], family=name.family[:4]),
        "a common name alone": Sought(given="Alal", family="Alalal"),
        "family name alone": Sought(family=name.family),
        "name and birth": Sought(given=name.given, family=name.family, date_of_birth=born),
        "misspelt, birth a day off": Sought(
            given=name.given, family=swapped, date_of_birth=born + timedelta(days=1)
        ),
        "common name and birth": Sought(given="Alal", family="Alalal", date_of_birth=born),
        "first name and postcode": Sought(given=name.given, postcode=place.postcode),
        "identifier": Sought(identifiers={"nhs": number.value if number else "9990000018"}),
        "everything": Sought(
            given=name.given, family=name.family, date_of_birth=born, sex=person.sex, postcode=place.postcode,
            address=place.lines, telephone=phone.number, relatives=("Alal Alalal",),
            identifiers={"nhs": number.value} if number else {},
        ),
    }  # fmt: skip
    return ways[kind]


KINDS = (
    "name", "name misspelt", "fragments", "a common name alone", "family name alone", "name and birth",
    "misspelt, birth a day off", "common name and birth", "first name and postcode", "identifier", "everything",
)  # fmt: skip


def timings(acts: list[Callable[[], object]]) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds, each act twice, after one round to warm up."""
    for act in acts[:3]:
        act()
    taken = []
    for act in acts * (REPEATS // len(acts)):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    return statistics.median(taken), taken[int(len(taken) * 0.95)]


def measure(*, explain: bool) -> dict[str, tuple[float, float]]:
    """Everything on one database, of the same share of its people."""
    user = User.objects.get(username="bench")
    found: dict[str, tuple[float, float]] = {}
    count = Person.objects.count()
    references = [f"P-{1 + n * (count // (SAMPLE + 1)):08X}" for n in range(1, SAMPLE + 1)]
    people = [Person.objects.get(reference=reference) for reference in references]
    today = date(2026, 11, 25)
    for kind in KINDS:
        described = [asked(kind, person) for person in people]
        hits = sum(
            any(c.person == person for c in suggest(facts, user).candidates)
            for facts, person in zip(described, people, strict=True)
        )
        print(f"  {count:,} people, {kind}: {hits} of {SAMPLE} meant are among the candidates", flush=True)
        found[f"candidates: {kind}"] = timings([partial(suggest, facts, user) for facts in described])
        if explain:
            with CaptureQueriesContext(connection) as captured:
                suggest(described[0], user)
            _explain(kind, [query["sql"] for query in captured.captured_queries])
    described = [asked("name", person) for person in people]
    found["while a call is taken: name"] = timings(
        [partial(lookup.known, user, facts, is_child=True, on=today) for facts in described]
    )
    described = [asked("fragments", person) for person in people]
    found["while a call is taken: fragments"] = timings(
        [partial(lookup.known, user, facts, is_child=True, on=today) for facts in described]
    )
    homes = {p.pk: Address.objects.filter(person=p).order_by("id")[0] for p in people}
    rings = {p.pk: Telephone.objects.filter(person=p).order_by("id")[0] for p in people}
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def page(q: str) -> object:
        answer = client.get("/people/", {"q": q})
        assert answer.status_code == 200, answer.status_code
        return answer

    for title, typed in (
        ("full name", [p.display_name for p in people]),
        ("surname", [p.display_name.split()[-1] for p in people]),
        ("misspelt", [f"{p.display_name[:-2]}{p.display_name[-1]}{p.display_name[-2]}" for p in people]),
        ("fragment", [p.display_name[:6] for p in people]),
        ("common name", ["alal alalal"] * SAMPLE),
        ("name and birth", [f"{p.display_name} {p.date_of_birth}" for p in people]),
        ("birth alone", [str(p.date_of_birth) for p in people]),
        ("surname and age", [f"{p.display_name.split()[-1]} {age(p.date_of_birth, today)}" for p in people]),
        ("common name and year", [f"alalal {p.date_of_birth:%Y}" for p in people if p.date_of_birth]),
        (
            "first name, month and year",
            [f"{p.display_name.split()[0]} {p.date_of_birth:%b %Y}" for p in people if p.date_of_birth],
        ),
        ("first name and postcode", [f"{p.display_name.split()[0]} {homes[p.pk].postcode}" for p in people]),
        ("house and street", [homes[p.pk].lines for p in people]),
        ("surname and street", [f"{p.display_name.split()[-1]} {homes[p.pk].lines.partition(' ')[2]}" for p in people]),
        ("surname and telephone", [f"{p.display_name.split()[-1]} {rings[p.pk].number}" for p in people]),
        ("nobody: name and year", [f"{p.display_name} 1931" for p in people]),
        ("nobody: words of no name", ["qqzzq xxvvx", "qqzzq station road"] * 7),
        ("postcode", [Address.objects.filter(person=p)[0].postcode for p in people]),
        ("NHS number", [f"999 {n:07d}"[:7] + " " + f"{n:07d}"[3:] for n in range(10, 10 + SAMPLE)]),
        ("telephone", [Telephone.objects.filter(person=p)[0].number for p in people]),
    ):
        found[f"search page: {title}"] = timings([partial(page, q) for q in typed])
        if explain:
            with CaptureQueriesContext(connection) as captured:
                page(typed[0])
            _explain(title, [query["sql"] for query in captured.captured_queries])
    return found


def _explain(kind: str, statements: list[str]) -> None:
    """The slowest statement of an act, with its plan."""
    slowest = ("", 0.0, "")
    with connection.cursor() as cursor:
        for text in statements:
            if text.lstrip()[:6].upper() in ("SELECT", "WITH"):
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + text.replace("%", "%%"), [])
                plan = "\n".join(row[0] for row in cursor.fetchall())
                took = float(plan.rpartition("Execution Time: ")[2].split()[0])
                if took > slowest[1]:
                    slowest = (text, took, plan)
    print(f"\n== {kind}: slowest of {len(statements)} statements {slowest[1]:.1f} ms\n{slowest[0][:900]}\n{slowest[2]}")


def main() -> None:
    """Measure both sizes and print them side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--explain", action="store_true", help="print the plan of each act's slowest statement")
    arguments, _ = parser.parse_known_args()
    conftest.pytest_configure(None)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    large = int(os.environ.get("BENCH_FINDING") or 1_000_000)
    results = {}
    for people in sorted({SMALL, large}):
        with database(f"bench_people_{people}", partial(fill, people)):
            results[people] = measure(explain=arguments.explain and people == large)
    print(f"\n{'':38}{'10,000: p50':>12}{'p95':>8}{f'{large:,}: p50':>18}{'p95 ms':>9}{'growth of p50':>15}")
    for name, (median, high) in results[large].items():
        small = results[SMALL][name]
        print(f"{name:38}{small[0]:12.1f}{small[1]:8.1f}{median:18.1f}{high:9.1f}{median / small[0]:15.2f}")
    path = settings.EMBEDDED.data / "bench-finding.json"
    path.write_text(json.dumps({str(size): found for size, found in results.items()}, indent=1), encoding="utf-8")
    connection.close()


if __name__ == "__main__":
    main()
