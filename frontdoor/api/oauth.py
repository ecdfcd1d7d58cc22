"""OAuth 2.0 client credentials (RFC 6749 §4.4): an agency's client changes its secret for a token of ten minutes.

The library checks the secret and keeps the token as a checksum only. Other grants are refused: no person signs in here.
"""

import base64
import binascii
import hashlib
import json
import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import get_access_token_model, get_application_model
from oauth2_provider.views.mixins import OAuthLibMixin

from frontdoor.access import public
from frontdoor.accounts.models import Agency
from frontdoor.api.models import AgencyClient, TokenRefusals
from frontdoor.api.problems import Problem, as_problem
from frontdoor.networks import network

FORM = "application/x-www-form-urlencoded"
LARGEST = 10_000
CREDENTIAL = re.compile(r"[\x21-\x7e]{1,255}")


@transaction.atomic
def issue_client(agency: Agency) -> tuple[str, str]:
    """A new client of an agency: its id and its secret, which is shown this once and kept only as a hash."""
    model = get_application_model()
    secret = generate_client_secret()
    application = model.objects.create(
        name=agency.code,
        client_type=model.CLIENT_CONFIDENTIAL,
        authorization_grant_type=model.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    AgencyClient.objects.create(application=application, agency=agency)
    return application.client_id, secret


def _credentials(request: HttpRequest) -> tuple[str, str]:
    """The client's id and secret, from the header or the form; empty when they cannot be read."""
    scheme, _, coded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(coded, validate=True).decode("ascii").partition(":")
        except (binascii.Error, ValueError):
            return "", ""
        return name, secret
    return str(request.POST.get("client_id", "")), str(request.POST.get("client_secret", ""))


class _Guesser:
    """Whoever asks from one network address: after so many wrong secrets in a minute, none is looked at.

    Counted by address and not by client, so that nobody can lock an agency out by guessing under its name.
    """

    def __init__(self, request: HttpRequest) -> None:
        now = timezone.now()
        self.address = hashlib.sha256(network(request).encode()).hexdigest()
        self.minute = now.replace(second=0, microsecond=0)
        self.left = 60 - now.second

    def check(self) -> None:
        """Raises Problem 429 when this minute's refusals are used up."""
        refusals = TokenRefusals.objects.filter(address=self.address, minute=self.minute).first()
        if refusals is not None and refusals.count >= int(settings.TOKEN_REFUSALS_PER_MINUTE):
            raise Problem(429, "rate_limited", "Too many failed attempts.", headers={"Retry-After": str(self.left)})

    def refused(self) -> None:
        """One more; the counts of earlier hours go."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO api_tokenrefusals (address, minute, count) VALUES (%s, %s, 1)"
                " ON CONFLICT (address, minute) DO UPDATE SET count = api_tokenrefusals.count + 1",
                [self.address, self.minute],
            )
        TokenRefusals.objects.filter(minute__lt=self.minute - timedelta(hours=1)).delete()


def _refused(problem: Problem) -> HttpResponse:
    """A problem document that also has the members ``error`` and ``error_description`` OAuth clients read."""
    document = problem.document()
    document |= {"error": problem.code, "error_description": document["detail"]}
    return HttpResponse(
        json.dumps(document), status=problem.status, content_type="application/problem+json", headers=problem.headers
    )


@method_decorator(sensitive_post_parameters("client_secret"), name="dispatch")
class Token(OAuthLibMixin, View):  # type: ignore[misc]  # the library has no types
    """``POST oauth/token/`` with ``grant_type=client_credentials``."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whatever goes wrong is a problem document."""
        try:
            return self._token(request)
        except Exception as exc:  # as the REST framework's views do
            return _refused(as_problem(exc))

    def _token(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            raise Problem(405, "method_not_allowed", headers={"Allow": "POST"})
        if request.content_type != FORM:
            raise Problem(415, "unsupported_media_type", f"Send {FORM}.")
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
            raise Problem(413, "body_too_large", f"At most {LARGEST:,} bytes are read.")
        guesser = _Guesser(request)
        guesser.check()
        try:
            return self._granted(request)
        except Problem as problem:
            if problem.status == 401:
                guesser.refused()
            raise

    def _granted(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("grant_type") != "client_credentials":
            raise Problem(400, "unsupported_grant_type", "Only grant_type=client_credentials is supported.")
        name, secret = _credentials(request)
        unknown = Problem(
            401, "invalid_client", "Client ID or secret is incorrect.",
            headers={"WWW-Authenticate": 'Basic realm="agency API"'},
        )  # fmt: skip
        if not (CREDENTIAL.fullmatch(name) and CREDENTIAL.fullmatch(secret)):
            raise unknown
        client = AgencyClient.objects.filter(application__client_id=name, agency__is_active=True).first()
        if client is None:
            raise unknown
        if not set(request.POST.get("scope", "contacts").split()) <= {"contacts"}:
            raise Problem(400, "invalid_scope", "The only scope is contacts.")
        _, _, body, status = self.create_token_response(request)
        if status == 401:
            raise unknown
        if status != 200:
            raise Problem(400, str(json.loads(body).get("error", "invalid_request")))
        get_access_token_model().objects.filter(application=client.application, expires__lt=timezone.now()).delete()
        return HttpResponse(body, content_type="application/json", headers={"Cache-Control": "no-store"})


@public
@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """The address of tokens: anybody may ask, only an agency's client is given one."""
    return Token().dispatch(request)
