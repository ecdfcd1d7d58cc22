"""Slow clients and batches together leave the pages and the probe alone: ``dev.py bench slow`` in a few seconds."""

import pytest

from tests.bench import slow
from tests.conftest import Served


def test_pages_and_the_probe_answer_beside_slow_clients_and_batches(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow, "SLOW", 24)  # thrice as many as all the threads for people
    monkeypatch.setattr(slow, "BATCH", 10)
    tokens = served.manage("shell", "-v", "0", "-c", slow.AGENCIES).split()[-4:]
    answered = ("page: 200", "ready: 200", "batch of 100: 207")
    measured = slow.run(
        served.port, tokens, seconds=120, enough=lambda found: all(found.answers[each] > 3 for each in answered)
    )
    assert not measured.wrong()
    assert all(measured.answers[each] > 3 for each in answered), measured.answers
