"""The running API tried from its own description: examples, every limit, random requests and calls in sequence."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, Served, clone

AGENCY = (
    "from frontdoor.accounts.models import Agency;"
    "Agency.objects.create(code='police', name='Kestrel Police', kind='police', default_source='6')"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    """The product as it is deployed, with its shipped lists and one agency whose requests are not limited."""
    with clone("described") as name:
        found = Served(name, tmp_path)
        found.env |= {"API_RATE_PER_MINUTE": "1000000", "TOKEN_REFUSALS_PER_MINUTE": "1000000"}
        found.manage("collectstatic", "--no-input", "-v", "0")
        found.manage("shell", "-c", AGENCY)
        found.start()
        yield found
        found.kill()


@pytest.mark.slow
def test_the_running_api_is_as_described(server: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All phases: no server error, no answer the description does not have. FUZZ_EXAMPLES=300 tries more."""
    token = server.manage("agency_token", "police").split()[-1]
    config = ROOT / "tests" / "api" / "schemathesis.toml"
    done = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(config),
            "run", f"{server.url}/api/v1/schema/", "--header", f"Authorization: Bearer {token}",
            "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", os.environ.get("FUZZ_EXAMPLES", "15"),
            "--continue-on-failure", "--no-color", "--seed", "1", "--suppress-health-check", "all",
        ],
        cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    told = done.stdout[done.stdout.index("API Operations:") :]
    with capsys.disabled():
        print("\n" + told)
    assert re.search(r"Selected: (\d+)/\1\s+Tested: \1\s", told), "every operation is tried"
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert re.search(rf"✅\s+{phase}", told), phase
