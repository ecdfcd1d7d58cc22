"""Agencies and their access, for the administrator: who may send to us, by what, and when they last did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.accounts.models import Agency
from frontdoor.api import actions, agency_readers
from frontdoor.codelists import lists
from frontdoor.ui.forms import UiForm
from frontdoor.ui.responses import page

P = Permission
HALF = {"class": "govuk-!-width-one-half"}


class AgencyForm(UiForm):
    """A new agency."""

    called = "A new agency"

    name = forms.CharField(label="Name", max_length=100, widget=forms.TextInput(attrs=HALF))
    code = forms.CharField(
        label="Code",
        max_length=40,
        help_text="A short word for addresses and commands, such as school_b. It cannot be changed later.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
    )
    kind = forms.ChoiceField(label="Kind", choices=Agency.Kind.choices)
    default_source = forms.ChoiceField(label="How its contacts are counted in the returns")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = lists.choices("referral_source", on=timezone.localdate())
        found: Any = self.fields["default_source"]
        found.choices = [("", "Choose one"), *((code, f"{code}: {words}") for code, words in sources)]


class TokenForm(UiForm):
    """What a new token is for, and the key by which the page gives it once only."""

    called = "A token for an agency"
    once = forms.UUIDField(widget=forms.HiddenInput)

    label = forms.CharField(
        label="What is the token for?", max_length=80, widget=forms.TextInput(attrs=HALF),
        help_text="Such as the system that will carry it",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("once", uuid4())

    def opened_on(self) -> dict[str, str]:
        """A key of its own each time the page is opened."""
        return {"once": str(uuid4())}


class AccessForm(UiForm):
    """Why the agency's access is closed or opened: which of the two stands in its prefix."""

    called = "Access of an agency"

    reason = forms.CharField(label="Why?", max_length=300, widget=forms.TextInput(attrs=HALF))


def _agency(code: str) -> Agency:
    found = agency_readers.agency_named(code)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.AGENCY_MANAGE)
def add(request: StaffRequest) -> HttpResponse:
    """Add an agency."""
    form = acting.form(request, AgencyForm)
    done = acting.carry_out(
        request, form, lambda given, at: actions.add_agency(by=request.user, at=at, **given),
        said=lambda made: f"{made.name} has been added", to=lambda made: reverse("agencies:access", args=[made.code]),
    )  # fmt: skip
    return done or page(request, "agencies/add.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.AGENCY_MANAGE)
def access(request: StaffRequest, code: str) -> HttpResponse:
    """One agency's tokens and clients, given and taken away; what is given is shown this once."""
    agency = _agency(code)
    do = request.POST.get("do", "")
    if do in ("client", "revoke_token", "revoke_client"):
        return _at_once(request, agency, do)
    form = _token_form(request, agency, is_sent=do == "token")
    wanted = do == "open" if do in ("open", "close") else not agency.is_active
    closing = _access_form(request, agency, wanted=wanted, is_sent=do in ("open", "close"))
    done: HttpResponse | None = None
    if do == "token":
        done = _give_token(request, agency, form)
    elif do in ("open", "close"):
        done = _set_open(request, agency, closing, wanted=wanted)
    return done or _shown(request, agency, form, closing)


def _token_form(request: StaffRequest, agency: Agency, *, is_sent: bool) -> TokenForm:
    return acting.form(request, TokenForm, called=f"A token for {agency.name}", is_sent=is_sent)


def _access_form(request: StaffRequest, agency: Agency, *, wanted: bool, is_sent: bool) -> AccessForm:
    """Opens the agency's access where that is ``wanted``, and closes it otherwise."""
    title = f"{'Open' if wanted else 'Close'} the access of {agency.name}"
    return acting.form(request, AccessForm, called=title, is_sent=is_sent, prefix="open" if wanted else "close")


def _shown(
    request: StaffRequest, agency: Agency, form: TokenForm, closing: AccessForm, given: Mapping[str, str] | None = None
) -> HttpResponse:
    context = {"agency": agency, "form": form, "closing": closing, "given": given, "once": uuid4()}
    context["access"] = agency_readers.access_of(agency)
    context["done"] = [(entry, audit.sentence(entry.event)) for entry in agency_readers.done_to(agency)]
    return page(request, "agencies/access.html", context)


def _after(request: StaffRequest, agency: Agency, given: Mapping[str, str]) -> HttpResponse:
    """The page with what was given, shown this once, and its forms."""
    closing = _access_form(request, agency, wanted=False, is_sent=False)
    return _shown(request, agency, _token_form(request, agency, is_sent=False), closing, given)


def _give_token(request: StaffRequest, agency: Agency, form: TokenForm) -> HttpResponse | None:
    def give(given: Mapping[str, Any], at: datetime) -> str:
        return actions.give_token(agency=agency, by=request.user, at=at, **given)

    if form.is_valid() and actions.is_given(form.cleaned_data["once"]):  # the page that showed it was loaded again
        return acting.at_once(request, lambda at: give(form.cleaned_data, at), back=_address_of(agency))
    return acting.carry_out(request, form, give, to=lambda token: _after(request, agency, {"Token": token}))


def _set_open(request: StaffRequest, agency: Agency, form: AccessForm, *, wanted: bool) -> HttpResponse | None:
    def set_open(given: Mapping[str, Any], at: datetime) -> Agency:
        return actions.set_open(agency=agency, is_active=wanted, by=request.user, **given)

    if form.is_valid() and agency.is_active == wanted:  # sent twice, or by two people: there is nothing to ask again
        return acting.at_once(request, lambda at: set_open(form.cleaned_data, at), back=_address_of(agency))
    said = "Its access is open" if wanted else "Its access is closed"
    return acting.carry_out(request, form, set_open, said=said, to=_address_of(agency))


def _at_once(request: StaffRequest, agency: Agency, do: str) -> HttpResponse:
    """The acts of a bare button."""
    back = _address_of(agency)
    if do == "client":
        once = _once(request)
        return acting.at_once(
            request, lambda at: actions.give_client(agency=agency, once=once, by=request.user, at=at), back=back,
            to=lambda made: _after(request, agency, {"Client id": made[0], "Client secret": made[1]}),
        )  # fmt: skip
    if do == "revoke_token":
        token = _chosen(agency_readers.token_of(agency, _number(request)))
        return acting.at_once(
            request, lambda at: actions.revoke_token(token=token, by=request.user, at=at), back=back,
            said="The token has been revoked",
        )  # fmt: skip
    client = _chosen(agency_readers.client_of(agency, _number(request)))
    return acting.at_once(
        request, lambda at: actions.revoke_client(client=client, by=request.user), back=back,
        said="The client has been revoked",
    )  # fmt: skip


def _address_of(agency: Agency) -> str:
    return reverse("agencies:access", args=[agency.code])


def _once(request: StaffRequest) -> UUID:
    try:
        return UUID(request.POST.get("once", ""))
    except ValueError:
        raise Http404 from None


def _number(request: StaffRequest) -> int:
    text = request.POST.get("key", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _chosen(found: Any) -> Any:
    if found is None:
        raise Http404
    return found
