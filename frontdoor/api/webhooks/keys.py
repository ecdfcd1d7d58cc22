"""The secrets messages are signed with: made, kept encrypted under the product's own key, and used to sign."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from standardwebhooks.webhooks import Webhook

PREFIX = "whsec_"
SALT = b"front-door-webhook-secret\0"


class Unreadable(Exception):
    """A secret was encrypted under a key that is no longer given."""


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(SALT + key.encode()).digest())) for key in keys])


def new_secret() -> str:
    """A new secret of 32 random bytes as agencies' libraries take it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def seal(secret: str) -> str:
    """The secret as it is kept."""
    return _box().encrypt(secret.encode()).decode()


def unseal(kept: str) -> str:
    """The secret again. Raises Unreadable when the key it was kept under is gone."""
    try:
        return _box().decrypt(kept.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def signature(kept: Sequence[str], *, message_id: str, at: datetime, body: str) -> str:
    """The ``webhook-signature`` header: one signature for each secret in force, as kept."""
    return " ".join(Webhook(unseal(secret)).sign(message_id, at, body) for secret in kept)
