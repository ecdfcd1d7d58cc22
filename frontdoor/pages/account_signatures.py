"""Changes of accounts that wait for a second person, on the one list of what waits for a signature."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from frontdoor.access import Permission
from frontdoor.accounts.models import AccountChange, User
from frontdoor.signing.hooks import Kind, Said


def waiting(user: User, at: datetime) -> QuerySet[Any, Any]:
    """Those another asked for, of somebody else's account."""
    return AccountChange.objects.waiting().exclude(asked_by=user).exclude(user=user)


def _said(rows: Sequence[AccountChange]) -> list[Said]:
    here = reverse("pages:account_changes")
    found = []
    for row in rows:
        what = row.get_kind_display()
        found.append(Said(f"{what[0].upper()}{what[1:]}", here, who=f"Account of {row.user.name}"))
    return found


ACCOUNT = Kind(
    "account", "Changes of accounts", Permission.STAFF_CONFIRM, waiting, "asked_at", "asked_by", _said,
    read_with=("user",),
)  # fmt: skip
