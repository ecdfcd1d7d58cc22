"""What somebody looked for, kept in their session, so that no name stands in an address, a log or a browser's history.

A search is sent by POST and kept under a short key drawn at random; the page that shows it has the key alone in its
address (``?s=…``). So "back", "reload", a second tab and the next page of a list all work, and an address that is
pasted somewhere tells nothing and opens nothing for anybody else, nor after signing out.
"""

import secrets

from django.contrib import messages
from django.http import HttpRequest

KEPT = "asked"
#: The last searches of a session that are kept: "back" goes no further in a day's work.
MOST = 30
LONGEST = 200
LOST = "What you looked for is no longer saved. Type it again."


def keep(request: HttpRequest, text: str) -> str:
    """Keep what was looked for; the key it has in an address. The same words have the same key while they are kept."""
    text = text.replace("\x00", " ")[:LONGEST]
    kept: dict[str, str] = dict(request.session.get(KEPT, {}))
    key = next((key for key, words in kept.items() if words == text), "") or secrets.token_hex(5)
    kept.pop(key, None)
    kept[key] = text
    request.session[KEPT] = dict(list(kept.items())[-MOST:])
    return key


def words(request: HttpRequest, key: str) -> str:
    """What was looked for under a key; "" when nothing is kept under it, which the page then says.

    A key is no longer there after many others, after signing out, and when two searches were sent at once: each saves
    the session whole.
    """
    found = str(request.session.get(KEPT, {}).get(key, "")) if key else ""
    if key and not found and "HX-Request" not in request.headers:
        messages.warning(request, LOST)
    return found


def typed(request: HttpRequest) -> str:
    """What a page of results is to show: kept under ``s``, or written by hand into its address as ``q``."""
    return request.GET.get("q", "") or words(request, request.GET.get("s", ""))
