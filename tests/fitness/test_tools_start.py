"""What ``dev.py`` starts besides the tests comes up by itself: no pytest has set Django up for it."""

import os
import subprocess
import sys

import pytest

from tests.fitness.test_rules_of_the_house import ROOT

BENCHMARKS = ["tests.bench.load", "tests.bench.linkage", "tests.bench.finding", "tests.bench.__main__"]


@pytest.mark.parametrize("modules", [BENCHMARKS, ["tests.screens"]])
def test_benchmarks_and_pictures_of_screens_start_without_pytest(modules: list[str]) -> None:
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", f"import {', '.join(modules)}"], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
