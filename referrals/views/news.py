"""News of open children as the pages show it: on the worker's home, on the list of referrals and on a referral."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from frontdoor import acting, audit
from frontdoor.access import StaffRequest
from referrals import news
from referrals.forms import NewsForm

#: The pages on which news is taken, besides the referral itself: what the form says, and the name of the page.
PLACES = {"home": "pages:home", "list": "referrals:queue"}


def address_of(place: str, reference: str) -> str:
    """The page on which the form stands: home, the list, or the referral."""
    return reverse(PLACES[place]) if place in PLACES else reverse("referrals:referral", args=[reference])


def told(request: StaffRequest, found: list[news.News], place: str) -> dict[str, Any]:
    """What the template of news needs on this page; whom it shows is noted."""
    shown = found[: news.SHOWN]
    audit.shows(request, news.people_in(shown), given_on=news.given_on(shown))
    return {"news": shown, "more_news": len(found) > news.SHOWN, "taking": forms_of(request, shown, place),
            "news_place": place}  # fmt: skip


def forms_of(request: StaffRequest, found: Iterable[news.News], place: str) -> dict[str, NewsForm]:
    """The form under each piece of news that this user may take, by its prefix, drafts looked for once."""
    asked = [each for each in found if each.may_take and each.taken is None]
    if not asked:
        return {}
    address = address_of(place, asked[0].referral.reference)
    kept = acting.kept_at(request, address)
    return {
        each.prefix: acting.form(
            request, NewsForm, record=each.referral, prefix=each.prefix, at=address, is_sent=False, kept=kept
        )
        for each in asked
    }
