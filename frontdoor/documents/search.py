"""Finding documents by their text, and what lists show of them."""

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.db.models import F, QuerySet

from frontdoor.accounts.models import User
from frontdoor.documents.models import Document
from frontdoor.people.hooks import visible_references
from frontdoor.people.record.overview import KIND_OF

SHOWN = 20
START, STOP = "\x02", "\x03"


@dataclass(frozen=True)
class Hit:
    """A document found, with the words around what was asked for: pieces of text, each found or not."""

    document: Document
    around: list[tuple[str, bool]]


@dataclass(frozen=True)
class Found:
    """One page of documents found, newest first."""

    hits: list[Hit]
    next_after: str = ""


def query_of(text: str) -> SearchQuery | None:
    """What was typed as a search: plain words, the last perhaps still being typed, or with marks as on the web."""
    text = " ".join(text.replace("\x00", " ").split())[:200]
    if not re.search(r"\w", text):
        return None
    words = text.split()
    if all(re.fullmatch(r"\w+", word) for word in words):
        last = SearchQuery(f"{words[-1]}:*", config="english", search_type="raw")
        whole = SearchQuery(" ".join(words), config="english", search_type="plain")
        before = SearchQuery(" ".join(words[:-1]), config="english", search_type="plain")
        return whole | ((before & last) if len(words) > 1 else last)
    return SearchQuery(text, config="english", search_type="websearch")


def key_of(after: str) -> int | None:
    """The key a page goes on from."""
    return int(after) if after.isascii() and after.isdigit() and len(after) < 16 else None


def page_of(rows: QuerySet[Document], text: str, *, user: User, after: str = "") -> Found:
    """A page of these documents, of those that hold what was asked for where something was, newest first."""
    query = query_of(text)
    if text.strip() and query is None:
        return Found([])
    start = key_of(after)
    if start is not None:
        rows = rows.filter(pk__lt=start)
    if query is not None:
        rows = rows.filter(text__search=query)
    rows = rows.select_related("person", "added_by").order_by("-pk")
    found = list(rows[: SHOWN + 1])
    shown = found[:SHOWN]
    around = headlines([row.pk for row in shown], query) if query is not None else {}
    hits = [Hit(row, pieces(around.get(row.pk, ""))) for row in seen(shown, user)]
    return Found(hits, str(shown[-1].pk) if len(found) > SHOWN else "")


def headlines(keys: list[int], query: Any) -> dict[int, str]:
    """The words around what was found, of the few documents shown only."""
    told = SearchHeadline(
        "text__text",
        query,
        config="english",
        start_sel=START,
        stop_sel=STOP,
        max_fragments=2,
        max_words=25,
        min_words=10,
        fragment_delimiter=" … ",
    )
    rows = Document.objects.filter(pk__in=keys, text__text__gt="").annotate(around=told)
    return dict(rows.values_list("pk", F("around")))


def pieces(text: str) -> list[tuple[str, bool]]:
    """A headline as pieces, each with whether it is what was asked for; nothing of it is markup."""
    found: list[tuple[str, bool]] = []
    for part in text.split(START):
        inside, stop, rest = part.partition(STOP)
        if stop:
            found += [(inside, True), (rest, False)]
        else:
            found.append((part, False))
    return [(piece, is_hit) for piece, is_hit in found if piece] if START in text else []


def seen(rows: list[Document], user: User) -> list[Document]:
    """Documents whose record the apps above let the user see (an allegation is on no child's general record)."""
    for prefix, kind in KIND_OF.items():
        asked = [row.about for row in rows if row.about.startswith(f"{prefix}-")]
        if asked and kind in visible_references:
            kept = visible_references[kind](asked, user)
            rows = [row for row in rows if not row.about.startswith(f"{prefix}-") or row.about in kept]
    return rows
