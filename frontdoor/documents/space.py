"""Whether there is room left where documents are kept; an administrator is told before there is none."""

import errno
import shutil
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.utils import timezone

from frontdoor.notifications.actions import administrators, notify
from frontdoor.notifications.models import Notice

#: So many of the largest uploads must still fit.
UPLOADS = 5
#: What a full disk, or a full share of it, is called.
FULL = (errno.ENOSPC, errno.EDQUOT)
log = structlog.get_logger(__name__)


def left() -> int:
    """Bytes free where documents are, or will be, kept. Raises OSError when nobody can tell."""
    folder: Path = settings.DOCUMENTS_DIR
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def shortage() -> str:
    """What is wrong with the room for documents, as a sentence; empty when nothing is."""
    try:
        megabytes = left() // 1024**2
    except OSError:
        return "The folder of documents cannot be read."
    if megabytes >= UPLOADS * settings.DOCUMENTS_MAX_MB:
        return ""
    return f"The disk of documents is nearly full: {megabytes:,} MB are left."


def tell(at: datetime) -> None:
    """Tell administrators, once a day, and the log, when room runs out."""
    said, key = shortage(), f"disk-{timezone.localdate(at):%Y%m%d}"
    if not said or Notice.objects.filter(once_key=key).exists():
        return
    told = notify(
        administrators(),
        kind="disk",
        text=f"{said} Make room, or nothing can be filed",
        urgent=True,
        once_key=key,
    )
    log.error("documents_disk", told=told)
