"""``dev.py run`` outlives the death of each of its parts."""

from pathlib import Path

import pytest

from tests.bench import restart
from tests.bench.parts import PARTS, back_after, kept
from tests.bench.running import Running


@pytest.mark.slow
@pytest.mark.real_clock
def test_each_part_that_is_killed_is_back_and_nothing_is_lost(tmp_path: Path, db: None) -> None:
    """How fast, ``dev.py bench parts`` measures on a machine of its own; here each only has to come back."""
    with Running(tmp_path) as running:
        for part in PARTS:
            back_after(running, part, within=120)
        assert kept(running) == dict.fromkeys(PARTS, 1)
    for part in ("web", "worker", "beat"):
        assert f"· {part} was ended by SIGKILL; starting it again now." in running.log()
    for server in ("PostgreSQL", "Valkey"):
        assert f"· {server} runs again." in running.log()


@pytest.mark.slow
@pytest.mark.real_clock
def test_no_contact_is_lost_or_doubled_when_the_database_is_restarted_under_it(tmp_path: Path, db: None) -> None:
    """Twenty people and more restarts: ``dev.py bench restart``."""
    with Running(tmp_path, people=20) as running:
        ledger, took, lost, doubled = restart.run(running, people=4, restarts=2, apart=1)
    assert len(took) == 2
    assert (lost, doubled) == (0, 0)
    assert len(ledger.kept) >= 4
