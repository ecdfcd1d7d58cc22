"""``manage.py documents_check``: is every stored document exactly what was stored?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from frontdoor.documents import storage
from frontdoor.documents.models import Document


class Command(BaseCommand):
    """Read every stored file, compare it with its record, and name files that belong to none."""

    help = (
        "Read every document in the store and compare it with what was stored; name what is lost, changed or strange."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each finding; end with 1 when a document is lost or changed."""
        wrong = 0
        named: set[str] = set()
        rows = Document.objects.exclude(blob="").order_by("pk")
        count = 0
        for document in rows.iterator(chunk_size=500):
            count += 1
            named.add(document.blob)
            problem = storage.check(document.blob, document.key_id, document.sha256)
            if problem:
                wrong += 1
                self.stdout.write(f"{document.reference}: {problem}")
        strange = [blob for blob in storage.stored() if blob not in named]
        for blob in strange:
            self.stdout.write(f"{storage.path_of(blob)}: no record names this file.")
        self.stdout.write(f"documents={count} wrong={wrong} strange={len(strange)}")
        if wrong:
            raise CommandError(f"{wrong} of {count} documents are lost or changed: take their files from a backup.")
