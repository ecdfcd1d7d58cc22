"""``manage.py documents_read``: the text of what could not be read before."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from frontdoor.documents import working


class Command(BaseCommand):
    """Ask the workers again for the text of documents they could not read (OCR was installed since)."""

    help = "Ask again for the text of documents that could not be read, as after installing tesseract."

    def handle(self, *args: Any, **options: Any) -> None:
        """Mark them; the workers do the rest."""
        self.stdout.write(f"asked_again={working.read_again(timezone.now())}")
