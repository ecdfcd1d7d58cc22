"""The keys documents are encrypted with: from the environment, by name, so that they can change one after another."""

import base64
import binascii
import re
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from frontdoor.documents.models import Document


def all_keys() -> dict[str, bytes]:
    """Every key by its name, the one new documents get first. Raises ImproperlyConfigured for one that is not sound."""
    found: dict[str, bytes] = {}
    for entry in settings.DOCUMENTS_KEYS:
        name, _, text = entry.strip().partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error:
            key = b""
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,20}", name) or len(key) != 32:
            raise ImproperlyConfigured(
                f"DOCUMENTS_KEYS: the entry {name[:20]!r} is not a name (up to 20 letters, digits, dots or hyphens), "
                "a colon and 32 random bytes in base64 (openssl rand -base64 32)."
            )
        found[name] = key
    return found


def missing() -> list[str]:
    """Names of keys that stored documents need and the environment does not give."""
    used = Document.objects.exclude(key_id="").order_by("key_id").values_list("key_id", flat=True).distinct()
    return [name for name in used if name not in all_keys()]


def require_keys() -> None:
    """Refuse to start when a stored document could not be opened. A database that is not there yet is no reason."""
    try:
        lost = missing()
    except DatabaseError:
        return
    if lost:
        raise ImproperlyConfigured(
            f"DOCUMENTS_KEYS lacks {', '.join(lost)}: stored documents are encrypted with it and could not be opened."
        )


@register(Tags.database)
def keys_are_there(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Error]:
    """``check --database default``: every key a stored document needs is in the environment."""
    try:
        require_keys()
    except ImproperlyConfigured as wrong:
        return [Error(str(wrong), id="documents.E001")]
    return []
