"""Settings come from the environment, all of them are documented, and wrong ones are said aloud."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_stands_in_the_example() -> None:
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', (ROOT / "frontdoor/settings.py").read_text()))
    told = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert read - told == set()
    assert told - read - {"PORT"} == set()


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("FRONTDOOR_ENV", "prod", "must be demo, development or production"),
        ("FRONTDOOR_ENV", "production", "SECRET_KEY is missing"),
        ("DATABASE_URL", "sqlite:///x.db", "needs PostgreSQL"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(setting: str, value: str, told: str) -> None:
    env = {**os.environ, setting: value, "DJANGO_SETTINGS_MODULE": "frontdoor.settings"}
    ended = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"], cwd=ROOT, env=env, text=True, capture_output=True
    )
    assert ended.returncode != 0
    assert told in ended.stderr
