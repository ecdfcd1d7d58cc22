"""What the web process does not carry: parts that only a worker, a printed page or a deadline needs."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

#: Each costs a noticeable part of a second or many megabytes, and no ordinary page needs it.
HEAVY = [
    "celery", "dateutil", "duckdb", "holidays", "kombu", "phonenumbers", "pypdf", "python_calamine", "redis", "splink",
    "typst",
]  # fmt: skip
STARTED = {
    "any command": "import django; django.setup()",
    "the web": "import django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns",
}


@pytest.mark.parametrize("start", STARTED.values(), ids=STARTED.keys())
def test_heavy_modules_are_not_imported_at_the_start(start: str) -> None:
    loaded = f"{start}; import sys; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, check=True, capture_output=True, text=True)
    assert told.stdout.split() == []
