"""Templates that a colleague can read."""

from pathlib import Path

import dev
from frontdoor.ui import tags
from frontdoor.workflow.machines import MACHINES

ROOT = Path(__file__).resolve().parents[2]


def test_no_line_of_a_template_is_longer_than_140_characters() -> None:
    assert dev.long_template_lines(ROOT / "templates") == []


def test_every_status_has_a_colour_of_its_own_machine() -> None:
    missing = [
        f"{model._meta.label}: {code}"
        for model in MACHINES
        for code, _ in getattr(model._meta.get_field("status"), "flatchoices", [])
        if code not in tags.COLOURS.get(model._meta.label_lower, {})
    ]
    assert missing == []
