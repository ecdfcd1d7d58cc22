"""What somebody looked for, kept in their session, so that no name stands in an address, a log or a browser's history.

A search is sent by POST and kept under a short key drawn at random; the page that shows it has the key alone in its
address (``?s=…``). So "back", "reload", a second tab and the next page of a list all work, and an address that is
pasted somewhere tells nothing and opens nothing for anybody else, nor after signing out.
"""

import secrets
from collections.abc import Collection

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect

KEPT = "asked"
#: The last searches of a session that are kept: "back" goes no further in a day's work.
MOST = 30
LONGEST = 200
#: As long as a choice or a part of a date may be in an address; nothing typed at length gets there.
LONGEST_CHOICE = 40
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


def lead_on(request: HttpRequest, here: str, *, box: str, filters: Collection[str]) -> HttpResponseRedirect:
    """Answer a filter form sent by POST: to its page ``here``, with what was typed into ``box`` kept under a key.

    ``filters`` are the form's other fields (dates, kinds, ticks), which go on standing in the address as chosen; parts
    of a field of several boxes count to it ("since_0"). Anything else that was sent is left behind.
    """
    chosen = QueryDict(mutable=True)
    for name, values in request.POST.lists():
        if name != box and (name in filters or name.rpartition("_")[0] in filters):
            chosen.setlist(name, [value[:LONGEST_CHOICE] for value in values if value])
    if typed := " ".join(request.POST.get(box, "").split()):
        chosen["s"] = keep(request, typed)
    query = chosen.urlencode()
    return redirect(f"{here}?{query}" if query else here)


def address(request: HttpRequest, *, box: str) -> QueryDict:
    """The filters of a page as they may stand in its links: words written by hand into ``box`` become their key, and a
    key under which nothing is kept any more is left out."""
    sent = request.GET.copy()
    if typed := " ".join(str((sent.pop(box, None) or [""])[-1]).replace("\x00", " ").split()):
        sent["s"] = keep(request, typed)
    if (key := sent.get("s", "")) and not words(request, str(key)):
        del sent["s"]
    return sent


def filled(request: HttpRequest, sent: QueryDict, *, box: str) -> QueryDict:
    """What a page's filter form is bound to: its :func:`address`, with the words kept under the key in their box."""
    data = sent.copy()
    if key := (data.pop("s", None) or [""])[-1]:
        data[box] = words(request, str(key))
    return data
