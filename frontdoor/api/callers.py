"""Who is calling: an agency, by a long-lived token or by OAuth client credentials; and how often."""

import hashlib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from oauth2_provider.models import get_access_token_model
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.throttling import BaseThrottle

from frontdoor.accounts.models import Agency, ApiToken, hash_token
from frontdoor.api.models import AgencyClient


class Caller:
    """The agency behind a request, as the REST framework's user."""

    is_authenticated = True
    is_active = True

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.pk = None


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer TOKEN``."""

    def authenticate(self, request: Any) -> tuple[Caller, None] | None:
        """The caller; None without the header; 401 with a token nobody holds."""
        words = get_authorization_header(request).split()
        if not words:
            return None
        if len(words) != 2 or words[0].lower() != b"bearer":
            raise exceptions.AuthenticationFailed
        token = words[1].decode("ascii", "replace")
        agency = _by_token(token) or _by_oauth(token)
        if agency is None or not agency.is_active:
            raise exceptions.AuthenticationFailed
        return Caller(agency), None

    def authenticate_header(self, request: Any) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="agency API"'


def _by_token(token: str) -> Agency | None:
    found = ApiToken.objects.filter(hashed=hash_token(token), revoked_at__isnull=True).select_related("agency").first()
    return found.agency if found else None


def _by_oauth(token: str) -> Agency | None:
    checksum = hashlib.sha256(token.encode()).hexdigest()  # the token itself is not kept
    found = get_access_token_model().objects.filter(token_checksum=checksum).first()
    if found is None or not found.is_valid(["contacts"]) or found.application_id is None:
        return None
    client = AgencyClient.objects.filter(application_id=found.application_id).select_related("agency").first()
    return client.agency if client else None


class IsAgency(BasePermission):
    """An agency, and nobody else: staff use the pages."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Whether the caller is an agency."""
        return isinstance(request.user, Caller)


class PerMinute(BaseThrottle):
    """So many requests a minute per agency, counted in the database: exact over all web processes."""

    def allow_request(self, request: Any, view: Any) -> bool:
        """Count this request; False when it is one too many."""
        if not isinstance(request.user, Caller):
            return True
        now = timezone.now()
        minute = now.replace(second=0, microsecond=0)
        self._left = 60 - now.second
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO api_throttle (agency_id, minute, count) VALUES (%s, %s, 1)"
                " ON CONFLICT (agency_id, minute) DO UPDATE SET count = api_throttle.count + 1 RETURNING count",
                [request.user.agency.pk, minute],
            )
            count: int = cursor.fetchone()[0]
            if count == 1:
                cursor.execute("DELETE FROM api_throttle WHERE minute < %s", [minute - timedelta(hours=1)])
        return count <= int(settings.API_RATE_PER_MINUTE)

    def wait(self) -> float:
        """Seconds to the next minute."""
        return float(self._left)
