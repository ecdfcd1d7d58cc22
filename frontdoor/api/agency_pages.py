"""Agencies and their access, for the administrator: who may send to us, by what, and when they last did."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontdoor import audit
from frontdoor.access import Permission, Refused
from frontdoor.access import page as needs
from frontdoor.accounts.models import Agency
from frontdoor.api import actions, agency_readers
from frontdoor.codelists import lists
from frontdoor.ui.forms import UiForm, posted
from frontdoor.ui.responses import page

P = Permission
HALF = {"class": "govuk-!-width-one-half"}


class AgencyForm(UiForm):
    """A new agency."""

    name = forms.CharField(label="Name", max_length=100, widget=forms.TextInput(attrs=HALF))
    code = forms.CharField(
        label="Code", max_length=40, help_text="A short word for addresses and commands, such as school_b. It stays.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
    )  # fmt: skip
    kind = forms.ChoiceField(label="Kind", choices=Agency.Kind.choices)
    default_source = forms.ChoiceField(label="What its contacts count as in the returns")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = lists.choices("referral_source", on=timezone.localdate())
        found: Any = self.fields["default_source"]
        found.choices = [("", "Choose one"), *((code, f"{code}: {words}") for code, words in sources)]


class TokenForm(UiForm):
    """What a new token is for."""

    label = forms.CharField(
        label="What is the token for?", max_length=80, widget=forms.TextInput(attrs=HALF),
        help_text="Such as the system that will carry it",
    )  # fmt: skip


class AccessForm(UiForm):
    """Why the agency's access is closed or opened."""

    reason = forms.CharField(label="Why?", max_length=300, widget=forms.TextInput(attrs=HALF))


def _agency(code: str) -> Agency:
    found = agency_readers.agency_named(code)
    if found is None:
        raise Http404
    return found


def _show(request: HttpRequest, form: UiForm, refused: Refused) -> None:
    audit.refused(request, refused)
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.AGENCY_MANAGE)
def add(request: HttpRequest) -> HttpResponse:
    """Add an agency."""
    user: Any = request.user
    form = AgencyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_agency(by=user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            _show(request, form, refused)
        else:
            messages.success(request, f"{made.name} is added")
            return redirect("agencies:access", made.code)
    return page(request, "agencies/add.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.AGENCY_MANAGE)
def access(request: HttpRequest, code: str) -> HttpResponse:
    """One agency's tokens and clients, given and taken away; what is given is shown this once."""
    user: Any = request.user
    agency = _agency(code)
    do = request.POST.get("do", "")
    form = TokenForm(posted(request) if do == "token" else None)
    closing = AccessForm(posted(request) if do == "open" else None, prefix="access")
    given: dict[str, str] = {}
    try:
        if do == "token" and form.is_valid():
            given = {"Token": actions.give_token(agency=agency, label=form.cleaned_data["label"], by=user)}
            form = TokenForm()
        elif do == "client":
            client_id, secret = actions.give_client(agency=agency, by=user)
            given = {"Client id": client_id, "Client secret": secret}
        elif do == "revoke_token":
            actions.revoke_token(
                token=_chosen(agency_readers.token_of(agency, _number(request))), by=user, at=timezone.now()
            )
            messages.success(request, "The token is taken away")
            return redirect("agencies:access", code)
        elif do == "revoke_client":
            actions.revoke_client(client=_chosen(agency_readers.client_of(agency, _number(request))), by=user)
            messages.success(request, "The client is taken away")
            return redirect("agencies:access", code)
        elif do == "open" and closing.is_valid():
            reason = closing.cleaned_data["reason"]
            changed = actions.set_open(agency=agency, is_active=not agency.is_active, reason=reason, by=user)
            messages.success(request, "Its access is open" if changed.is_active else "Its access is closed")
            return redirect("agencies:access", code)
    except Refused as refused:
        if do in ("token", "open"):
            _show(request, form if do == "token" else closing, refused)
        else:
            audit.refused(request, refused)
            messages.error(request, refused.message)
            return redirect("agencies:access", code)
    context = {"agency": agency, "form": form, "closing": closing, "given": given}
    context["access"] = agency_readers.access_of(agency)
    context["done"] = [(entry, audit.sentence(entry.event)) for entry in agency_readers.done_to(agency)]
    return page(request, "agencies/access.html", context)


def _number(request: HttpRequest) -> int:
    text = request.POST.get("key", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _chosen(found: Any) -> Any:
    if found is None:
        raise Http404
    return found
