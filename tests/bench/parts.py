"""``kill -9`` of each part of ``dev.py run``: how long until everything works again, and whether anything is lost.

python3 dev.py bench parts

After each kill a client sends a contact until it is answered, as agencies' programs do, and something is put in the
outbox; it works again when the contact has its receipt and worker, beat and Valkey together have done what waited.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

import psycopg

from contacts.bundles.regrouping import KIND
from tests.bench.running import AWAY, MARKS, SERVERS, Running, wait_for

PARTS = (*MARKS, *SERVERS)
#: Seconds within which each is to be back.
AT_MOST = 15.0
CONTACT = {
    "kind": "contact", "concerns": "Tired and hungry at school.", "referrer": {"name": "Pat Teacher"},
    "children": [{"given_name": "Kit"}],
}  # fmt: skip
WAITS = (
    "INSERT INTO notifications_outbox (kind, payload, available_at, attempts, last_error) VALUES (%s, %s, now(), 0, '')"
)


def back_after(running: Running, part: str, *, within: float) -> float:
    """Seconds from the kill of a part until a contact was recorded and the outbox was done. AssertionError if not."""
    running.kill(part)

    def sent() -> bool:
        body = CONTACT | {"agency_reference": part}
        try:
            return running.ask("POST", "/api/v1/contacts", body, key=part)[0] == 201
        except AWAY:
            return False

    recorded = wait_for(sent, seconds=within, what=f"a contact after the death of {part}")
    running.query(WAITS, KIND, '{"contact": "C-00000000"}')

    def done() -> bool:
        try:
            return running.query("SELECT count(*) FROM notifications_outbox WHERE done_at IS NULL") == [(0,)]
        except psycopg.OperationalError:
            return False

    return recorded + wait_for(done, seconds=within, what=f"the outbox after the death of {part}")


def kept(running: Running) -> dict[str, int]:
    """How often the contact sent after each part's death is there."""
    rows = running.query("SELECT agency_reference FROM contacts_contact WHERE agency_reference <> ''")
    found = Counter(name for (name,) in rows)
    return {part: found[part] for part in PARTS}


def main() -> None:
    """Print the seconds; leave with 1 when a part is back late, or a contact is lost or doubled."""
    with tempfile.TemporaryDirectory() as folder, Running(Path(folder)) as running:
        took = {part: back_after(running, part, within=120) for part in PARTS}
        there = kept(running)
    for part, seconds in took.items():
        print(f"{part:12} back after {seconds:5.1f} s, its contact is there {there[part]} time(s)")
    if max(took.values()) > AT_MOST or set(there.values()) != {1}:
        sys.exit(1)


if __name__ == "__main__":
    main()
