"""Forms on a page that keep nothing of what is typed into them: a session ends, and it is gone."""

import re
from html.parser import HTMLParser

#: Pages whose forms keep no draft, by how their template's name begins, and why.
KEEP_NONE = {
    "account/": "who signs in: passwords and codes are kept nowhere",
    "mfa/": "who signs in: passwords and codes are kept nowhere",
    "socialaccount/": "who signs in: passwords and codes are kept nowhere",
    "partner/": "nobody is signed in: kept behind the link it was opened with",
    "pages/pairs_accept.html": "made by what was chosen on the list: it has no address to come back to",
    "pages/disposal.html": "the reference is typed afresh each time: nobody agrees by what a page remembered",
}
#: What is asked of a list or a box for finding is kept on the server under a key of its own (``frontdoor.asked``).
ASKED = ('role="search"', 'class="app-filter__form"')
FORM = re.compile("<form", re.IGNORECASE)
TYPED = re.compile(r"<textarea|<input(?![^>]*type=\"(?:hidden|checkbox|radio|file|submit|button|password)\")", re.I)


class _Forms(HTMLParser):
    """The forms of a page that are posted: where each begins and whether one can type into it."""

    def __init__(self) -> None:
        super().__init__()
        self.unkept: list[str] = []
        self._tag = ""
        self._is_typed = self._is_kept = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = self.get_starttag_text() or ""
        if tag == "form":
            is_asked = 'method="post"' in said.lower() and not any(mark in said for mark in ASKED)
            self._tag, self._is_typed, self._is_kept = (said if is_asked else ""), False, "data-draft-url" in said
        elif self._tag:
            self._is_typed |= bool(TYPED.match(said))
            self._is_kept |= tag == "input" and "data-draft-url" in said

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            if self._tag and self._is_typed and not self._is_kept:
                self.unkept.append(" ".join(self._tag.split()))
            self._tag = ""


def _may_be_unkept(html: str) -> bool:
    """Whether some form of this page may be; of most pages a glance says that none is, and reading each takes long."""
    for said in FORM.split(html)[1:]:  # from its opening tag to the next form's, and so more rather than less of it
        opening = said.partition(">")[0]
        if "data-draft-url" in opening or any(mark in opening for mark in ASKED):
            continue
        if 'method="post"' in said.lower() and TYPED.search(said):
            return True
    return False


def unkept_forms(template: str, html: str) -> list[str]:
    """The opening tags of the forms on this page into which one types, and which say nowhere where it is kept."""
    if template.startswith(tuple(KEEP_NONE)) or not _may_be_unkept(html):
        return []
    forms = _Forms()
    forms.feed(html)
    return forms.unkept
