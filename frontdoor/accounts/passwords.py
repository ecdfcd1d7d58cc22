"""Passwords that are known to whoever guesses: a list of their hashes, looked at where it lies."""

import hashlib
import os
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError

from frontdoor.accounts.models import User

TOLD = "This password is known from a breach. Choose another one."
LONGEST_LINE = 128


class BreachedPasswordValidator:
    """Refuses a password whose hash stands in ``BREACHED_PASSWORDS_FILE``: SHA-1 in hexadecimal, a line each, in order.

    What follows the hash on its line (a colon and a count) is passed over. Nothing leaves the machine.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError for a password that is on the list."""
        if not settings.BREACHED_PASSWORDS_FILE:
            return
        wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        with open(settings.BREACHED_PASSWORDS_FILE, "rb") as listed:
            if is_listed(listed, wanted):
                raise ValidationError(TOLD, code="password_breached")

    def get_help_text(self) -> str:
        """What is asked of a password."""
        return "It must not be known from a breach."


def is_listed(listed: BinaryIO, wanted: bytes) -> bool:
    """Whether a line begins with this hash, by halving: a list of many gigabytes is read in some forty places."""
    low, high = 0, listed.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        start = _line_after(listed, middle)
        listed.seek(start)
        line = listed.readline(LONGEST_LINE)[: len(wanted)].upper()
        if line == wanted:
            return True
        if line and line < wanted:
            low = middle + 1
        else:
            high = middle
    listed.seek(0)
    return listed.readline(LONGEST_LINE)[: len(wanted)].upper() == wanted


def _line_after(listed: BinaryIO, place: int) -> int:
    """Where the first line begins that starts after this place."""
    listed.seek(place)
    listed.readline(LONGEST_LINE)
    return listed.tell()
