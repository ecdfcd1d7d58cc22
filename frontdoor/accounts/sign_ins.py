"""Which sessions somebody has: noted when they sign in or half do, so that each can be seen and ended."""

import re
from datetime import datetime

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from frontdoor.accounts.models import SignIn, User
from frontdoor.networks import network

#: What a browser says it is, in words; the first that fits.
BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone|iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def live(user: User, at: datetime) -> QuerySet[SignIn]:
    """This person's sessions that are open now, the newest first."""
    open_now = Session.objects.filter(expire_date__gt=at).values("session_key")
    return SignIn.objects.filter(user=user, session_key__in=open_now).order_by("-began_at", "-pk")


@transaction.atomic
def note(request: HttpRequest, at: datetime) -> None:
    """Note whose session this is, if it is anybody's; what is known of sessions that are over goes."""
    key = request.session.session_key
    holder, is_half = _holder(request)
    if key is None or holder is None:
        return
    SignIn.objects.filter(user_id=holder).exclude(
        session_key__in=Session.objects.filter(expire_date__gt=at).values("session_key")
    ).delete()
    found, is_new = SignIn.objects.get_or_create(
        session_key=key,
        defaults={
            "user_id": holder,
            "began_at": at,
            "network": network(request),
            "browser": browser(request.headers.get("User-Agent", "")),
            "is_half": is_half,
        },
    )
    if not is_new and (found.user_id, found.is_half) != (holder, is_half):
        SignIn.objects.filter(pk=found.pk).update(user_id=holder, is_half=is_half)


def end(sign_in: SignIn) -> None:
    """End a session: the next page it asks for is the sign-in page."""
    Session.objects.filter(session_key=sign_in.session_key).delete()
    SignIn.objects.filter(pk=sign_in.pk).delete()


def browser(said: str) -> str:
    """A browser and its system in two words, as far as they say so."""
    name = next((words for pattern, words in BROWSERS if re.search(pattern, said)), "Another browser")
    system = next((words for pattern, words in SYSTEMS if re.search(pattern, said)), "")
    return f"{name} on {system}" if system else name


def _holder(request: HttpRequest) -> tuple[int | None, bool]:
    """Whose session this is, and whether it waits for the second step."""
    signed_in = request.session.get(SESSION_KEY)
    if signed_in:
        return int(signed_in), False
    waiting = request.session.get(LOGIN_SESSION_KEY)
    if isinstance(waiting, dict) and waiting.get("user_pk"):
        return int(url_str_to_user_pk(waiting["user_pk"])), True
    return None, False
