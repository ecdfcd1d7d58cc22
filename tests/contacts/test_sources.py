"""The source of a contact in the return, where nobody typed it."""

import pytest

from contacts.recording.sources import source_of


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("GP", "3A"),
        ("Health visitor", "3B"),
        ("school nurse", "3C"),
        ("Midwife", "3D"),
        ("A&E consultant", "3E"),
        ("Hospice manager", "3F"),
        ("", "3F"),
    ],
)
def test_within_health_the_role_decides(role: str, code: str) -> None:
    assert source_of(default="3F", role=role) == code


def test_elsewhere_the_agency_does() -> None:
    assert source_of(default="6", role="School nurse") == "6"
