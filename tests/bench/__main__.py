"""``python3 dev.py bench``: the product at 10,000 and at BENCH_CONTACTS contacts, as ratios; then an import.

``python3 dev.py bench import`` measures the import of BENCH_PEOPLE people of each system alone.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdoor.settings")
from tests import conftest

django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from contacts.facts import PersonFacts  # noqa: E402
from contacts.models import Contact  # noqa: E402
from contacts.recording.actions import record_contact  # noqa: E402
from frontdoor.accounts.models import Agency, ApiToken, User  # noqa: E402
from frontdoor.clocks.models import Clock  # noqa: E402
from frontdoor.clocks.sweep import sweep  # noqa: E402
from frontdoor.people.models import Name  # noqa: E402
from tests.bench import finding, importing  # noqa: E402
from tests.bench.filling import fill  # noqa: E402
from tests.bench.measuring import SMALL, Measured, database, timed, with_plain  # noqa: E402
from tests.contacts.conftest import some_facts  # noqa: E402


def measure(contacts: int) -> Measured:
    """Everything, on one borough."""
    found: Measured = {}
    client = Client()
    client.force_login(User.objects.get(username="bench"), backend="django.contrib.auth.backends.ModelBackend")

    def page(path: str) -> Callable[[], object]:
        def get() -> None:
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)

        return get

    found["queue page"] = with_plain(page("/contacts/queue/"))
    confirmed = Contact.objects.filter(is_on_queue=True, people__person__isnull=False).order_by("-pk")[0].reference
    unconfirmed = _told_of_again()
    found["queue page: possible matches"] = with_plain(page("/contacts/queue/"))
    for title, reference in (("confirmed", confirmed), ("possible match", unconfirmed)):
        found[f"decision: {title}"] = with_plain(page(f"/contacts/{reference}/decide/"))
    person = "P-" + f"{77:08X}"
    answer = client.post(f"/people/{person}/why/", {"reason": "Measuring how fast the page is"})
    assert answer.status_code == 302, answer.status_code
    found["person page"] = with_plain(page(f"/people/{person}/"))
    name = Name.objects.get(person__reference=person)
    for title, asked in (
        ("search: surname", name.family),
        ("search: full name", name.full),
        ("search: misspelt", name.full.replace("a", "e", 1)),
        ("search: born", "1 June 2015"),
        ("search: NHS number", "999 000 0077"),
        ("search: postcode", "ZZ99 1AA"),
    ):
        found[title] = with_plain(page("/people/?q=" + asked.replace(" ", "+")))
    found["API: one contact"] = timed(_posting(), 20)
    found["API: each of a batch of 50"] = {key: value / 50 for key, value in timed(_batching(), 3).items()}
    now = timezone.now()
    found["sweep: nothing new"] = timed(lambda: sweep(now))
    due = list(Clock.objects.filter(rule="assessment", stopped_at__isnull=True).values_list("pk", flat=True)[:10_000])
    Clock.objects.filter(pk__in=due).update(due_at=now - timedelta(minutes=1), next_at=now - timedelta(minutes=1))
    started = time.perf_counter()
    result = sweep(now)
    taken = (time.perf_counter() - started) * 1000
    found[f"sweep: {result.flagged:,} new breaches"] = {"median": taken, "p95": taken}
    return found


def _told_of_again(many: int = 20) -> str:
    """Contacts about people on record whom nobody has confirmed, first on the queue; the reference of one of them."""
    by, at = User.objects.get(username="bench"), timezone.now()
    reference = ""
    for number in range(100, 100 + many):
        name = Name.objects.select_related("person").get(person__reference=f"P-{number:08X}")
        born, sex = name.person.date_of_birth, name.person.sex
        child = PersonFacts(given_name=name.given, family_name=name.family, date_of_birth=born, sex=sex)
        facts = some_facts(people=[child], grade="red", address=None)
        reference = record_contact(facts=facts, by=by, at=at).reference
    return reference


def _body() -> dict[str, Any]:
    return {
        "kind": "contact", "concerns": "A child waits alone in the yard every day.", "referrer": {"name": "T Teacher"},
        "risk": {"grade": "green", "reasons": ["neglect"]},
        "children": [{"given_name": "Kara", "family_name": "Bodega"}],
    }  # fmt: skip


def _posting() -> Callable[[], object]:
    token = ApiToken.issue(Agency.objects.get(code="police"))
    client = Client()
    numbers = iter(range(10_000_000))

    def post() -> None:
        answer = client.post(
            "/api/v1/contacts", json.dumps(_body()), content_type="application/json",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": f"one-{next(numbers)}"},
        )  # fmt: skip
        assert answer.status_code == 201, answer.content

    return post


def _batching() -> Callable[[], object]:
    token = ApiToken.issue(Agency.objects.get(code="police"))
    client = Client()
    numbers = iter(range(10_000_000))

    def post() -> None:
        items = [{**_body(), "idempotency_key": f"batch-{next(numbers)}"} for _ in range(50)]
        answer = client.post(
            "/api/v1/contacts/batch", json.dumps({"items": items}), content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
        assert answer.status_code == 207, answer.content

    return post


def _fill(contacts: int, url: str, first: dict[str, int]) -> None:
    fill(url, contacts, first)


def main() -> None:
    """Measure both sizes, print the table, write the file."""
    conftest.pytest_configure(None)  # servers and static files as the tests have them
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.API_RATE_PER_MINUTE = 1_000_000
    large = int(os.environ.get("BENCH_CONTACTS") or 1_000_000)
    results: dict[int, Measured] = {}
    for contacts in sorted({SMALL, large}):
        with database(f"bench{contacts}", partial(_fill, contacts)):
            results[contacts] = measure(contacts)
    path = settings.EMBEDDED.data / "bench.json"
    path.write_text(json.dumps({str(size): found for size, found in results.items()}, indent=1), encoding="utf-8")
    small, big = results[SMALL], results[large]
    head = f"{'':32}{'10,000 ms':>12}{f'{large:,} ms':>16}{'p95':>9}{'growth':>9}{'× plain SQL':>13}{'queries':>9}"
    print("\n" + head)
    for name, found in big.items():
        other = small.get(name, {})
        growth = found["median"] / other["median"] if other.get("median") else float("nan")
        plain = f"{found['ratio_to_plain']:.1f}" if "ratio_to_plain" in found else ""
        queries = f"{found['queries']:.0f}" if "queries" in found else ""
        print(
            f"{name:32}{other.get('median', float('nan')):12.1f}{found['median']:16.1f}{found['p95']:9.1f}"
            f"{growth:9.2f}{plain:>13}{queries:>9}"
        )
    print(f"\nWritten to {path}")
    finding.main()
    transaction.get_connection().close()


if __name__ == "__main__":
    if sys.argv[1:] != ["import"]:
        main()
    importing.main()
