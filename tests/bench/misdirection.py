"""Letters and minutes by the hundred thousand, several at once and each sent twice at the same moment: does one leak?

python3 dev.py bench misdirection 100000        so many papers, made by as many processes as there are processors

Ends with 1 when a paper holds a canary of another family or a confidential address, or a letter is kept twice.
"""

import multiprocessing
import os
import random
import sys
import threading
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdoor.settings")
from tests import conftest  # noqa: F401 (settles the settings before Django is set up)

django.setup()

from django.db import connections  # noqa: E402

from frontdoor.access import Refused, Role  # noqa: E402
from frontdoor.accounts.models import Team, User  # noqa: E402
from frontdoor.documents.models import Document  # noqa: E402
from referrals.letters import actions  # noqa: E402
from referrals.models import Letter  # noqa: E402
from tests.bench.measuring import database  # noqa: E402
from tests.referrals.letters import SOON  # noqa: E402
from tests.referrals.misdirection import Scene, a_ready_letter, leaks, scene, some_minutes  # noqa: E402

#: So many papers are made about one child before another is taken.
OF_ONE_CHILD = 40
SEED = 16


def send_at_once(found: Scene, ready: Letter, times: int) -> None:
    """Record that a letter was posted, so many times at the same moment."""

    def send() -> None:
        try:
            actions.send(letter=ready, by=found.worker, at=SOON, posted_on=SOON.date(), version=ready.version)
        except Refused:
            pass  # somebody was faster, and the letter is as they left it
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def make(number: int, papers: int) -> list[str]:
    """So many papers of one process; what leaked."""
    connections.close_all()
    dice = random.Random(SEED + number)
    named = {name: User.objects.get(username=name) for name in ("worker", "manager", "officer")}
    team = Team.objects.get(code="assessment")
    found: Scene | None = None
    told: list[str] = []
    for done in range(papers):
        if found is None or done % OF_ONE_CHILD == 0:
            found = scene(named["worker"], named["manager"], named["officer"], team, number * 1_000_000 + done + 1)
        if done % 4 == 3:
            pdf = some_minutes(found, dice, done % OF_ONE_CHILD)
        else:
            ready = a_ready_letter(found, dice)
            pdf = actions.printed(letter=ready, by=found.worker, at=SOON + timedelta(minutes=1))
            send_at_once(found, ready, 2)
        told += [f"{found.referral.reference}: {canary}" for canary in leaks(pdf)]
    return told


def main(papers: int, processes: int) -> int:
    """Make the papers; 0 when nothing leaked and every letter that was sent is kept once."""
    for name, role in (
        ("worker", Role.SOCIAL_WORKER),
        ("manager", Role.DUTY_MANAGER),
        ("officer", Role.CONTACT_OFFICER),
    ):
        User.objects.create_user(name, name.title(), roles=[role.value])
    Team.objects.create(code="assessment", name="Assessment team", kind="assessment")
    connections.close_all()
    began = time.perf_counter()
    share = [(number, papers // processes + (number < papers % processes)) for number in range(processes)]
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        told = [each for found in pool.starmap(make, share) for each in found]
    sent = Letter.objects.filter(status=Letter.Status.SENT)
    kept = Document.objects.filter(title__startswith="Letter L-").count()
    seconds = time.perf_counter() - began
    print(f"papers={papers} sent={sent.count()} kept={kept} leaks={len(told)} seconds={seconds:.0f}")
    for each in told[:20]:
        print(each)
    return 1 if told or kept != sent.count() or Letter.objects.filter(status=Letter.Status.CHECKED).exists() else 0


if __name__ == "__main__":
    with database("misdirection", lambda url, first: None):
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000, os.cpu_count() or 1))
