"""What a form says of its draft: the mark its script reads, when it was begun, and the way to begin again."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from markupsafe import Markup

from frontdoor.ui.formats import moment


@dataclass
class Keeping:
    """Where what is typed into one form is kept, and what of it is shown again.

    ``draft_id`` names the draft, ``url`` takes what the script sends, ``version`` is the one of what is kept that the
    page goes on from, ``afresh`` throws away; ``started_at`` stands when the form shows what was kept before, ``since``
    says what somebody else changed since.
    """

    draft_id: UUID
    url: str
    afresh: str
    address: str
    title: str
    about: str
    version: int = 0
    started_at: datetime | None = None
    since: str = ""

    def shown(self) -> Markup:
        """The mark and the words, once for each form."""
        mark = Markup(
            '<input type="hidden" name="draft" data-draft-url="{url}" data-draft-version="{version}"'
            ' data-draft-about="{about}" data-draft-address="{address}" data-draft-title="{title}">'
            '<div class="app-draft app-draft--quiet" data-draft-status><p class="govuk-body-s app-draft__text"'
            ' role="status" aria-live="polite" data-draft-text></p></div>'
        ).format(
            version=self.version, url=self.url, about=self.about, address=self.address, title=quote(self.title)
        )  # fmt: skip
        if self.started_at is None:
            return mark
        return mark + Markup(
            '<p class="govuk-body-s app-draft__kept">You started this on {at}: what you typed is here.{since}'
            ' <a class="govuk-link" href="{afresh}">Start again</a></p>'
        ).format(at=moment(self.started_at), since=f" {self.since}" if self.since else "", afresh=self.afresh)
