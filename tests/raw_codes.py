"""Raw codes on a page: "in_screening", "former_partner" are for machines, a page says them in words."""

import re

#: What is shown as it stands: names of API fields, rows of a file as received, a template that JavaScript fills.
AS_IT_STANDS = re.compile(r"(?s)<(script|style|template|code|pre|textarea)\b.*?</\1>")
TAG = re.compile(r"(?s)<[^>]*>")
CODE = re.compile(r"(?<![\w.@/-])[a-z]+(?:_[a-z0-9]+)+(?![\w.@/-])")


def raw_codes(html: str) -> list[str]:
    """Words with underscores that a reader of this page sees."""
    return CODE.findall(TAG.sub(" ", AS_IT_STANDS.sub(" ", html)))
