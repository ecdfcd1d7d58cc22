"""The folder of documents, at the start: one that cannot be written would lose what people send."""

import os
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def require_writable() -> None:
    """Raise ImproperlyConfigured when the folder is there and cannot be written; one that is not is made later."""
    folder: Path = settings.DOCUMENTS_DIR
    if os.path.lexists(folder) and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise ImproperlyConfigured(
            f"DOCUMENTS_DIR: {folder} cannot be written by the user this runs as, number {os.getuid()}; "
            "give the folder and all that is in it to that user."
        )
