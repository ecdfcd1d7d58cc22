"""``manage.py documents_rekey``: after a new key came first in DOCUMENTS_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand

from frontdoor.documents import actions
from frontdoor.documents.keys import all_keys
from frontdoor.documents.models import Document


class Command(BaseCommand):
    """Store every document anew under the first key; earlier keys may go afterwards."""

    help = "Encrypt every document anew with the first key of DOCUMENTS_KEYS. Safe to stop and run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """One document at a time, each in its own transaction."""
        first = next(iter(all_keys()), "")
        done = 0
        for key in list(
            Document.objects.exclude(blob="").exclude(key_id=first).order_by("pk").values_list("pk", flat=True)
        ):
            done += actions.rekey(key=key)
        self.stdout.write(f"stored_anew={done} key={first or 'none: documents are stored as they are'}")
