"""PostgreSQL is restarted under people who send contacts, and press again when no answer comes, as people do.

python3 dev.py bench restart [--people 20] [--restarts 4]

Each opens the page of a call, fills it in and sends it; after an error page or a broken line the same page is sent
again until it is answered with the contact. The server is stopped in turn as an operator does and by ``kill -9``;
``dev.py run`` starts it again. Afterwards the ledger is held against the database: nothing lost, nothing twice.
"""

import argparse
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.load import TOKEN, Browser
from tests.bench.running import AWAY, Running, wait_for

CALLERS = """
from frontdoor.accounts.models import User
for number in range({people}):
    User.objects.create_user(f"caller.{{number}}", f"Caller {{number}}", roles=["contact_officer"],
                             password="front-door-demo")
"""
CONTACT = re.compile(r"^/contacts/(C-[0-9A-Z]{8})/")
#: Seconds a person waits before pressing again, and between two contacts.
AGAIN, BETWEEN = 0.5, 0.3
#: Seconds between two restarts.
APART = 5.0


class Desk(Browser):
    """A browser that says where it ended up."""

    path = ""

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """One request; ``path`` is the page it led to."""
        self.path = path
        return super().ask(method, path, form)


@dataclass
class Ledger:
    """What was sent, by the name of its child, and the contact it was answered with."""

    kept: dict[str, str] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


def call(name: str, token: str) -> dict[str, str]:
    """A page of a call, filled in."""
    rows = {f"{prefix}-{what}": value for prefix in ("children", "adults", "families")
            for what, value in (("TOTAL_FORMS", "1"), ("INITIAL_FORMS", "0"))}  # fmt: skip
    return rows | {
        "csrfmiddlewaretoken": token, "how": "telephone", "kind": "concern", "referrer_name": "Ms Teach",
        "referrer_telephone": "01632 960001", "referrer_role": "Head teacher", "caller_is": "professional",
        "source": "2A", "child_location": "At school", "concerns": "No coat again.",
        "address_lines": "1 Example Street",
                "postcode": "ZZ99 1AA", "children-0-family_group": "1", "children-0-role": "subject",
        "children-0-given_name": "Sam", "children-0-family_name": name,
    }  # fmt: skip


def tried(desk: Desk, ledger: Ledger, what: str, method: str, path: str, form: dict[str, str] | None) -> str:
    """The page it led to, however often it had to be asked for."""
    while True:
        try:
            status, text = desk.ask(method, path, form)
            if status < 500:
                return text
            said = str(status)
        except AWAY:
            desk.line.close()
            said = "no answer"
        with ledger.lock:
            ledger.answers[f"{what}: {said}"] += 1
        time.sleep(AGAIN)


def work(running: Running, number: int, ledger: Ledger, over: threading.Event) -> None:
    """One person: contact after contact until it is over."""
    desk, contact = Desk(running.port), 0
    with closing(desk.line):
        desk.sign_in(f"caller.{number}")
        while not over.is_set():
            contact += 1
            send_one(desk, f"Restart{number}x{contact}", ledger)
            over.wait(BETWEEN)


def send_one(desk: Desk, name: str, ledger: Ledger) -> None:
    """One contact, from its empty page to its own; raises AssertionError when it ends elsewhere."""
    text = tried(desk, ledger, "page", "GET", "/contacts/new/", None)
    page, token = desk.path, TOKEN.search(text)
    if token is None:
        raise AssertionError(f"no form on {page}")
    tried(desk, ledger, "submit", "POST", page, call(name, token[1]))
    found = CONTACT.match(desk.path)
    if found is None:
        raise AssertionError(f"the submit led to {desk.path}")
    with ledger.lock:
        ledger.kept[name] = found[1]


def stop_postgres(running: Running, number: int) -> float:
    """End the server, every second time by ``kill -9``; seconds until it answers again."""
    before = running.pid("PostgreSQL")
    assert before is not None
    os.kill(before, signal.SIGKILL if number % 2 else signal.SIGINT)
    return wait_for(
        lambda: running.pid("PostgreSQL") not in (None, before) and running.embedded.postgres_answers(),
        seconds=120, what="PostgreSQL",
    )  # fmt: skip


def run(running: Running, *, people: int, restarts: int, apart: float = APART) -> tuple[Ledger, list[float], int, int]:
    """The ledger, how long each restart took, and how many of what was sent are lost or there twice."""
    running.manage("shell", "-v", "0", "-c", CALLERS.format(people=people))
    ledger, over, failed = Ledger(), threading.Event(), list[BaseException]()

    def person(number: int) -> None:
        try:
            work(running, number, ledger, over)
        except BaseException as wrong:
            failed.append(wrong)
            over.set()

    crew = [threading.Thread(target=person, args=(number,)) for number in range(people)]
    for each in crew:
        each.start()
    wait_for(lambda: bool(failed) or len(ledger.kept) >= people, seconds=300, what="everybody has begun")
    took = []
    for number in range(restarts):
        took.append(stop_postgres(running, number))
        over.wait(apart)
    over.set()
    for each in crew:
        each.join()
    if failed:
        raise failed[0]
    rows = running.query(
        "SELECT p.family_name, c.reference FROM contacts_contactperson p "
        "JOIN contacts_contact c ON c.id = p.contact_id "
        "WHERE p.family_name LIKE %s", "Restart%",
    )  # fmt: skip
    times, have = Counter(name for name, _ in rows), set(rows)
    lost = sum(pair not in have for pair in ledger.kept.items())
    return ledger, took, lost, sum(count - 1 for count in times.values())


def main() -> None:
    """Print the figures; leave with 1 when something was lost or is there twice."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--restarts", type=int, default=4)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Running(Path(folder), people=20) as running:
        ledger, took, lost, doubled = run(running, people=asked.people, restarts=asked.restarts)
    print(f"{asked.people} people, {len(took)} restarts, back after {', '.join(f'{each:.1f}' for each in took)} s")
    for answer, count in sorted(ledger.answers.items()):
        print(f"  {answer}: {count} (asked again)")
    print(f"ledger: {len(ledger.kept)} contacts, lost {lost}, doubled {doubled}")
    if lost or doubled:
        sys.exit(1)


if __name__ == "__main__":
    main()
