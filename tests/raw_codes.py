"""Raw codes on a page: "in_screening", "former_partner" are for machines, a page says them in words."""

import json
import re
from functools import cache
from pathlib import Path

from django.apps import apps

from frontdoor.access import Role

LISTS = Path(__file__).resolve().parent.parent / "frontdoor" / "codelists" / "data"
#: What is shown as it stands: names of API fields, rows of a file as received, a template that JavaScript fills.
AS_IT_STANDS = re.compile(r"(?s)<(script|style|template|code|pre|textarea)\b.*?</\1>")
TAG = re.compile(r"(?s)<[^>]*>")
WORD = re.compile(r"(?<![\w.@/-])[a-z]+(?:_[a-z0-9]+)+(?![\w.@/-])")


@cache
def codes() -> frozenset[str]:
    """Every code of a code list, every choice of a model and every role that is not a word anyway."""
    found = {row["code"] for path in LISTS.glob("*.json") for row in json.loads(path.read_text(encoding="utf-8"))}
    found |= {role.value for role in Role}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            found |= {str(value) for value, _ in getattr(field, "flatchoices", None) or []}
    return frozenset(code for code in found if "_" in code)


def raw_codes(html: str) -> list[str]:
    """The codes that a reader of this page sees."""
    return [word for word in WORD.findall(TAG.sub(" ", AS_IT_STANDS.sub(" ", html))) if word in codes()]
