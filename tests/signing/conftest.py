"""Fixtures for what waits for a signature."""

from tests.assessments.conftest import (
    allocated,
    assessment,
    complete,
    contact,
    manager,
    officer,
    police,
    referral,
    second_manager,
    signed,
    submitted,
    team,
    worker,
)

__all__ = [
    "allocated", "assessment", "complete", "contact", "manager", "officer", "police", "referral", "second_manager",
    "signed", "submitted", "team", "worker",
]  # fmt: skip
