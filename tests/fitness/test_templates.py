"""Templates that a colleague can read."""

from pathlib import Path

import dev

ROOT = Path(__file__).resolve().parents[2]


def test_no_line_of_a_template_is_longer_than_140_characters() -> None:
    assert dev.long_template_lines(ROOT / "templates") == []
