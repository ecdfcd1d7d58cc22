"""Once a day the heads of the audit trail leave for places of the council's choice, where the database's owner is not.

Where to: ``AUDIT_HEADS_DIR``, a folder, and ``AUDIT_HEADS_TO``, addresses of e-mail; either, both, or none of them.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from frontdoor.audit import heads
from frontdoor.notifications import outbox
from frontdoor.notifications.models import Outbox

KIND = "audit.heads"


def put_for_today(at: datetime) -> int:
    """Have today's heads sent, once a day in London; returns how many files were asked for (1 or 0)."""
    day = timezone.localdate(at).isoformat()
    if not settings.AUDIT_HEADS_DIR and not settings.AUDIT_HEADS_TO:
        return 0
    if Outbox.objects.filter(kind=KIND, payload__day=day).exists():
        return 0
    outbox.put(KIND, {"day": day}, at=at)
    return 1


@outbox.handler(KIND)
def send(payload: dict[str, Any], at: datetime) -> None:
    """Leave the file of the day in the folder, and send it. A file that is there is never written again."""
    name = f"audit-heads-{payload['day']}.txt"
    text = heads.written(heads.current(), at=at)
    if settings.AUDIT_HEADS_DIR:
        _leave(Path(settings.AUDIT_HEADS_DIR), name, text)
    if settings.AUDIT_HEADS_TO:
        message = EmailMessage(
            f"{settings.SERVICE_NAME}: heads of the audit trail, {payload['day']}",
            "Keep this message. 'manage.py verify_audit --heads FILE' compares the audit trail with the file in it.\n"
            "It holds numbers alone, nothing about any person.\n",
            settings.DEFAULT_FROM_EMAIL,
            settings.AUDIT_HEADS_TO,
        )
        message.attach(name, text, "text/plain")
        message.send()


def _leave(folder: Path, name: str, text: str) -> None:
    """Write the whole file or none of it, beside its place first: the folder may be on somebody else's machine."""
    if (folder / name).exists():
        return
    beside = folder / f".{name}.{os.getpid()}"
    beside.write_text(text, encoding="utf-8")
    beside.replace(folder / name)
