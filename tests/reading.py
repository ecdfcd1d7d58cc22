"""A browser whose user says why, where a page asks before it shows a record; and a page without what is drawn."""

import re
from typing import Any

from django.test import Client

from frontdoor.db import ALPHABET, REFERENCE_LENGTH

ASKS = b"Before you open this record"
#: The press; after an unusual run of reading only words are taken.
SAID = {"why": "asked", "reason": "My manager asked me to look at all of these"}
WHERE = re.compile(r'action="(/people/[^/"]+/why/)"')
#: What is drawn afresh in every run, and so may hold any few letters or digits.
DRAWN = (
    rf"(?<![A-Za-z0-9])[A-Z]-[{ALPHABET}]{{{REFERENCE_LENGTH}}}",  # a record's reference, in a link or an id as well
    rf"(?<=Quote this reference: <strong>)[{ALPHABET}]+",  # a request's own
    r'(?<=name="csrfmiddlewaretoken" value=")[^"]*',
    r"(?<=X-CSRFToken)[\"': &quot;]+[A-Za-z0-9]+",
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",  # the key of a draft, or that a form is sent once
    r"(?<=[?&;]s=)[0-9a-f]{10}",  # a search that is kept in the session
    r'(?<=name="s" value=")[0-9a-f]{10}',
    r"(?<=/partner/)[a-z-]+/[\w.-]+",  # the token of a link
    r"(?:fd|msg|whsec)_[\w+/=-]+",  # an agency's token, a message's number and the secret it is signed with
)
_DRAWN = re.compile("|".join(DRAWN))


def without_drawn(text: str) -> str:
    """A page or message without what is drawn at random: its references, tokens and keys.

    For whoever looks that a short word is *not* there ("Sam", "9ZZ"): once in some thousand runs a reference or a token
    holds it. As the text was written: small letters made of capitals are looked at afterwards.
    """
    return _DRAWN.sub("…", text)


class Reader(Client):
    """As :class:`django.test.Client`; a page that asks why it is opened is answered, and the page itself returned."""

    def get(self, *args: Any, **given: Any) -> Any:
        """The page, after the press of a button where it asks why."""
        answer = super().get(*args, **given)
        return super().get(*args, **given) if self._said_why(answer) else answer

    def post(self, *args: Any, **given: Any) -> Any:
        """The answer to what was sent, again after the press of a button where it was asked why."""
        answer = super().post(*args, **given)
        return super().post(*args, **given) if self._said_why(answer) else answer

    def _said_why(self, answer: Any) -> bool:
        """Whether it was asked why, and said so."""
        if answer.status_code != 200 or answer.streaming or ASKS not in answer.content:
            return False
        where = WHERE.search(answer.content.decode())
        assert where is not None
        super().post(where[1], SAID)
        return True
