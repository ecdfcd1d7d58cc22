"""``manage.py documents_rekey``: after a new key came first in DOCUMENTS_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from frontdoor.documents import actions
from frontdoor.documents.keys import all_keys
from frontdoor.documents.models import Document
from frontdoor.notifications.actions import one_by_one


class Command(BaseCommand):
    """Store every document again under the first key; earlier keys may go afterwards."""

    help = "Encrypt every document again with the first key of DOCUMENTS_KEYS. Safe to stop and run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """One document at a time, each in its own transaction."""
        first = next(iter(all_keys()), "")
        waiting = Document.objects.exclude(blob="").exclude(key_id=first).order_by("pk")
        keys = list(waiting.values_list("pk", flat=True))
        done = one_by_one(
            keys, lambda key: actions.rekey(key=key), what="store a document under the new key", at=timezone.now()
        )
        self.stdout.write(f"stored_anew={done} key={first or 'none: documents are stored as they are'}")
        if left := waiting.count():
            raise CommandError(f"{left} could not be stored again, see the log: keep the earlier keys.")
