"""A day's police feed at once: 10,000 notifications arrive while 50 people work at the queue.

python3 dev.py bench load [--notifications 10000] [--people 50]

The product is served as ``dev.py run`` serves it, on a database of its own with the demonstration borough. One client
sends the notifications in batches of 500, every fifth batch twice as after a lost answer, and keeps a ledger of what it
sent and what it was answered. The others open the queue, open a contact's screening page and decide it, with time to
think between. In the middle an emergency is sent by another agency, and somebody waits for it on the queue. Afterwards
the ledger is held against the database: nothing lost, nothing twice.
"""

import argparse
import http.client
import json
import random
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg

from tests.bench.finding import SYLLABLES
from tests.conftest import Served, clone, pytest_configure, url_for

BATCH = 500
#: Seconds between two acts of one person, on average.
THINKING = 12.0
LINE = re.compile(r'data-queue-line[^>]*id="line-(C-[0-9A-Z]+)"|id="line-(C-[0-9A-Z]+)"[^>]*data-queue-line')
FIELD = re.compile(r"<(?:input|select|textarea)\b[^>]*>")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PEOPLE = """
from frontdoor.accounts.models import Agency, ApiToken, User
for number in range({people}):
    User.objects.create_user(f"screener.{{number}}", f"Screener {{number}}", roles=["duty_manager"],
                             password="front-door-demo")
for code in ("police", "health"):
    print(ApiToken.issue(Agency.objects.get(code=code)))
"""


@dataclass
class Seen:
    """What the people at the queue met: milliseconds of each page and act, and answers by their kind."""

    took: dict[str, list[float]] = field(default_factory=lambda: {"queue": [], "screening page": [], "decision": []})
    answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, started: float, answer: str) -> None:
        """Keep how long it took since ``started`` (seconds of the monotonic clock) and how it ended."""
        with self.lock:
            self.took[what].append((time.perf_counter() - started) * 1000)
            self.answers[f"{what}: {answer}"] += 1


class Browser:
    """Cookies and a kept connection, as a browser has them."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, dict[str, str]()
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """One request; a redirect is followed as a GET."""
        headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items())}
        body = urllib.parse.urlencode(form) if form is not None else None
        if form is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"http://127.0.0.1:{self.port}/",
            }
        try:
            self.line.request(method, path, body, headers)
            answer = self.line.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.line.close()  # kept open too long by us: browsers ask again
            self.line.request(method, path, body, headers)
            answer = self.line.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            key, _, value = cookie.split(";")[0].partition("=")
            self.cookies[key] = value
        where = answer.headers.get("Location")
        if answer.status in (301, 302, 303) and where:
            return self.ask("GET", where)
        return answer.status, text

    def sign_in(self, username: str) -> None:
        """Through the form."""
        _, text = self.ask("GET", "/accounts/login/")
        form = {"csrfmiddlewaretoken": _token(text), "login": username, "password": "front-door-demo"}
        status, text = self.ask("POST", "/accounts/login/", form)
        assert status == 200, (username, status)
        assert "/accounts/logout" in text, username


def _token(text: str) -> str:
    found = TOKEN.search(text)
    assert found is not None, "a form of ours has a token"
    return found[1]


def _word(dice: random.Random, parts: int) -> str:
    return "".join(dice.choice(SYLLABLES) for _ in range(parts)).title()


def notification(dice: random.Random, number: int) -> dict[str, Any]:
    """A police notification about an invented family; a third of the families are told of more than once."""
    family = random.Random(dice.randrange(7_000))
    name, postcode = _word(family, 3), f"ZZ99 {family.randrange(1, 10)}AA"
    children = [
        {
            "given_name": _word(family, 2), "family_name": name, "sex": family.choice("FM"),
            "date_of_birth": str(date(2009, 1, 1) + timedelta(days=family.randrange(5_900))),
        }
        for _ in range(family.choice((1, 1, 1, 2, 2, 3)))
    ]  # fmt: skip
    grade = dice.choices(("red", "amber", "green", "blue"), (5, 25, 50, 20))[0]
    return {
        "idempotency_key": f"load-{number}", "agency_reference": f"LOAD/{number}", "kind": "police_notification",
        "risk": {"grade": grade, "reasons": ["domestic_abuse", "child_present"]},
        "concerns": "Shouting heard. A neighbour rang. The children were upstairs and seen by an officer.",
        "consent": {"status": "not_sought", "reason": "would increase risk", "given_by": ""},
        "referrer": {"name": "PC 1234 Example", "role": "Constable", "phone": "01632 960001", "is_professional": True},
        "address": {"lines": [f"{family.randrange(1, 90)} {_word(family, 2)} Street"], "postcode": postcode},
        "children": children,
        "adults": [{"given_name": _word(family, 2), "family_name": name, "relationship": "mother"}],
    }  # fmt: skip


class Police:
    """The agency's client: sends, and keeps a ledger of what it sent and what it was told."""

    def __init__(self, port: int, token: str, many: int) -> None:
        self.port, self.token, self.many = port, token, many
        self.ledger: dict[str, str] = {}
        self.refused: list[Any] = []
        self.changed: list[str] = []
        self.took: list[float] = []
        self.half_way = threading.Event()
        self.seconds = 0.0

    def send(self) -> None:
        """Every notification, in batches; every fifth batch once more."""
        dice = random.Random(42)
        sent = [notification(dice, number) for number in range(self.many)]
        started = time.perf_counter()
        for at in range(0, self.many, BATCH):
            batch = sent[at : at + BATCH]
            self._post(batch)
            if at // BATCH % 5 == 4:
                self._post(batch)
            if at + BATCH >= self.many // 2:
                self.half_way.set()
        self.seconds = time.perf_counter() - started

    def _post(self, batch: list[dict[str, Any]]) -> None:
        started = time.perf_counter()
        status, answer = post(self.port, self.token, "/api/v1/contacts/batch", {"items": batch})
        self.took.append((time.perf_counter() - started) * 1000)
        assert status == 207, (status, answer)
        for item, result in zip(batch, answer["results"], strict=True):
            reference = result.get("receipt", {}).get("reference", "")
            key = item["agency_reference"]
            if not reference:
                self.refused.append(result)
            elif self.ledger.setdefault(key, reference) != reference:
                self.changed.append(key)


def post(port: int, token: str, path: str, body: object, key: str = "") -> tuple[int, Any]:
    """One call of the API."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    line.request("POST", path, json.dumps(body), headers | ({"Idempotency-Key": key} if key else {}))
    answer = line.getresponse()
    text = answer.read()
    line.close()
    return answer.status, json.loads(text)


def work(port: int, number: int, seen: Seen, over: threading.Event) -> None:
    """One duty manager: look at the queue, open one of its lines, read, decide; again until it is over."""
    dice = random.Random(number)
    browser = Browser(port)
    browser.sign_in(f"screener.{number}")
    over.wait(dice.random() * THINKING)
    while not over.is_set():
        started = time.perf_counter()
        status, text = browser.ask("GET", "/contacts/queue/")
        seen.note("queue", started, str(status))
        lines = [one or other for one, other in LINE.findall(text)]
        over.wait(dice.expovariate(1 / THINKING))
        if not lines or over.is_set():
            continue
        path = f"/contacts/{dice.choice(lines)}/decide/"
        started = time.perf_counter()
        status, text = browser.ask("GET", path)
        seen.note("screening page", started, str(status))
        over.wait(dice.expovariate(1 / THINKING))
        if status != 200 or "data-submit-key" not in text or over.is_set():
            continue
        form = {
            "csrfmiddlewaretoken": _token(text),
            "outcome": "no_further_action",
            "reason": "The school has it in hand.",
        }
        form |= {name: value for name, value in hidden(text) if name.startswith("version-")}
        started = time.perf_counter()
        status, text = browser.ask("POST", path, form)
        seen.note("decision", started, outcome(status, text))


def hidden(text: str) -> list[tuple[str, str]]:
    """Names and values of the hidden fields of a page."""
    tags = [dict(re.findall(r'([a-z-]+)="([^"]*)"', tag)) for tag in FIELD.findall(text)]
    return [(tag["name"], tag.get("value", "")) for tag in tags if tag.get("type") == "hidden" and "name" in tag]


def outcome(status: int, text: str) -> str:
    """What a decision came to, for counting."""
    for words, said in (
        (">Decided<", "decided"),
        ("Waiting for a manager", "to be signed"),
        ("changed this record", "somebody was faster"),
        ("Nothing here is waiting", "somebody was faster"),
        ("Could not be decided", "refused with a reason"),
        ("There is a problem", "asked for more"),
    ):
        if words in text and status < 500:
            return said
    return str(status)


def emergency(port: int, token: str, half_way: threading.Event) -> float:
    """Seconds from sending an emergency, half-way through, until it stands on somebody's queue."""
    browser = Browser(port)
    browser.sign_in("screener.0")
    half_way.wait()
    body = {
        "kind": "contact", "concerns": "She is hurt, and he is in the house.", "child_protection": True,
        "referrer": {"name": "Dr Doe"}, "risk": {"grade": "red", "reasons": ["injury"]},
        "children": [{"given_name": "Wilhelmina", "family_name": "Emergency", "date_of_birth": "2019-02-03"}],
    }  # fmt: skip
    started = time.perf_counter()
    status, answer = post(port, token, "/api/v1/contacts", body, key="emergency")
    assert status == 201, (status, answer)
    while answer["reference"] not in browser.ask("GET", "/contacts/queue/")[1]:
        assert time.perf_counter() - started < 60, "it is not on the queue within a minute"
        time.sleep(0.2)
    return time.perf_counter() - started


def held_against(ledger: dict[str, str], database: str) -> tuple[int, int]:
    """How many of the ledger the database has lost, and how many it has twice."""
    with psycopg.connect(url_for(database)) as db:
        rows = db.execute(
            "SELECT agency_reference, reference FROM contacts_contact WHERE agency_reference LIKE 'LOAD/%'"
        ).fetchall()
    kept = Counter(key for key, _ in rows)
    have = set(rows)
    lost = sum((key, reference) not in have for key, reference in ledger.items())
    return lost, sum(count - 1 for count in kept.values())


def percentiles(took: list[float]) -> str:
    """p50, p95 and p99 in milliseconds."""
    if len(took) < 2:
        return f"{'too few':>27}"
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    return "".join(f"{cuts[at - 1]:9.0f}" for at in (50, 95, 99))


def main() -> None:
    """Run it and print the figures; leave with 1 when something was lost or is there twice, or a page failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--notifications", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=50)
    asked = parser.parse_args()
    pytest_configure(None)  # servers and static files as the tests have them
    seen, over, found = Seen(), threading.Event(), list[float]()
    with tempfile.TemporaryDirectory() as folder, clone("load") as database:
        server = Served(database, Path(folder))
        server.manage("collectstatic", "--no-input", "-v", "0")
        server.manage("demo", "--people", "120", "--seed", "7")
        tokens = server.manage("shell", "-v", "0", "-c", PEOPLE.format(people=asked.people)).split()[-2:]
        server.start()
        try:
            police = Police(server.port, tokens[0], asked.notifications)
            crew = [
                threading.Thread(target=work, args=(server.port, number, seen, over)) for number in range(asked.people)
            ]
            for person in crew:
                person.start()
            waiting = threading.Thread(
                target=lambda: found.append(emergency(server.port, tokens[1], police.half_way))
            )  # fmt: skip
            waiting.start()
            try:
                police.send()
            finally:
                over.set()
                police.half_way.set()
                for person in (*crew, waiting):
                    person.join()
            lost, doubled = held_against(police.ledger, database)
        finally:
            server.kill()
        faults = [line for line in (Path(folder) / "web.log").read_text().splitlines() if '"exception"' in line]
    for fault in faults[:5]:
        print(fault[:3000])
    print(f"{asked.notifications:,} notifications in {police.seconds:,.0f} s ({len(police.took)} batches), ", end="")
    print(f"{asked.people} people at the queue")
    print(f"{'':32}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'times':>8}")
    for what, took in {**seen.took, "batch of 500": police.took}.items():
        print(f"{what:32}{percentiles(took)}{len(took):8}")
    for what, count in sorted(seen.answers.items()):
        print(f"  {what}: {count}")
    print(
        f"ledger: {len(police.ledger):,} receipts, {len(police.refused)} refused, {len(police.changed)} changed, ",
        end="",
    )
    print(f"lost {lost}, doubled {doubled}")
    print(f"emergency on the queue after {found[0] if found else float('nan'):.1f} s")
    if faults or lost or doubled or police.changed or police.refused or len(police.ledger) != asked.notifications:
        print(police.refused[:3])
        sys.exit(1)


if __name__ == "__main__":
    main()
