"""What every page behind a secure link has in common: the link checked, tries counted, the draft kept, the receipt."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from contacts.agencies.links import actions
from contacts.agencies.links.models import SecureLink
from frontdoor.access import public
from frontdoor.ui.responses import error, page

PartnerView = Callable[..., HttpResponse]


def behind(purpose: str) -> Callable[[PartnerView], PartnerView]:
    """Decorate a view: only the holder of a link for this purpose gets in, and not too often.

    A link that is wrong, over or taken back gets the same 404. The view is called with the link.
    """

    def decorate(view: PartnerView) -> PartnerView:
        @public
        @sensitive_variables("token")
        @wraps(view)
        def guarded(request: HttpRequest, token: str) -> HttpResponse:
            at = timezone.now()
            if request.method not in ("GET", "HEAD", "POST"):
                answer = error(request, 404)
                answer.status_code = 405
                answer["Allow"] = "GET, HEAD, POST"
                return answer
            if not actions.may_try(str(request.META.get("REMOTE_ADDR", "")), at):
                answer = error(request, 429, "There have been too many tries. Wait a minute and open the link again.")
                answer["Retry-After"] = "60"
                return answer
            link = actions.find(token, purpose, at)
            if link is None:
                return page(request, "partner/ended.html", status=404)
            answer = receipt(request, link) if link.used_at is not None else view(request, link)
            answer["Cache-Control"] = "no-store"
            return answer

        return guarded

    return decorate


def receipt(request: HttpRequest, link: SecureLink) -> HttpResponse:
    """That it has been received, with its reference, and nothing else."""
    return page(request, "partner/receipt.html", {"link": link})


def kept(link: SecureLink) -> QueryDict | None:
    """The form as it was typed, if anything was kept."""
    return QueryDict(bytes(link.body)) if link.body else None


def typed(link: SecureLink) -> dict[str, str]:
    """The form as it was typed, as a form takes it to begin with."""
    found = kept(link)
    return found.dict() if found is not None else {}  # type: ignore[return-value]


def network_body(request: HttpRequest) -> bytes:
    """The fields as sent, without what belongs to the sending itself."""
    data: Any = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "save", "send"):
        data.pop(name, None)
    return str(data.urlencode()).encode()
