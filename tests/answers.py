"""What Django's test client answers with, for signatures: an HttpResponse that also has ``json()``."""

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

    Answer: TypeAlias = _MonkeyPatchedWSGIResponse
else:
    from django.http import HttpResponse as Answer

__all__ = ["Answer"]
