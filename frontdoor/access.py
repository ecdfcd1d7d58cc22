"""Who may do what: one table of roles, and the two questions every door asks.

*May this role do this?* is :func:`require`. *Which records?* is ``Model.objects.visible_to(user)``.
An invisible record and an absent one are the same 404.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme

from frontdoor.accounts import factors
from frontdoor.accounts.models import User
from frontdoor.db import VisibleQuerySet, tidy_reference


class Permission(StrEnum):
    """Something a role may do. The value is what audit rows and the documentation show."""

    CONTACT_RECORD = "contact.record"
    CONTACT_VIEW = "contact.view"
    CONTACT_SCREEN = "contact.screen"
    CONTACT_DECIDE_ADVICE = "contact.decide_advice"
    CONTACT_DECIDE_GREEN = "contact.decide_green"
    CONTACT_DECIDE_ANY = "contact.decide_any"
    CONTACT_SIGN_OFF = "contact.sign_off"
    CONTACT_FAST_TRACK = "contact.fast_track"
    CONTACT_STAND_DOWN = "contact.stand_down"
    CONTACT_REOPEN = "contact.reopen"
    CONTACT_ALLEGATION = "contact.allegation"
    WEB_FORM_SEND = "web_form.send"
    ADDRESS_DECIDE = "address.decide"
    FEED_HANDLE = "feed.handle"
    QUEUE_VIEW = "queue.view"
    REFERRAL_VIEW = "referral.view"
    REFERRAL_DECIDE = "referral.decide"
    REFERRAL_ALLOCATE = "referral.allocate"
    REFERRAL_WORK = "referral.work"
    LETTER_HOME = "letter.home"
    CASE_HOLD = "case.hold"
    REFERRAL_CLOSE = "referral.close"
    REFERRAL_REOPEN = "referral.reopen"
    ASSESSMENT_VIEW = "assessment.view"
    ASSESSMENT_WRITE = "assessment.write"
    ASSESSMENT_AUTHORISE = "assessment.authorise"
    EARLY_HELP_VIEW = "early_help.view"
    EARLY_HELP_WRITE = "early_help.write"
    EARLY_HELP_INVITE = "early_help.invite"
    SUPERVISION_VIEW = "supervision.view"
    SUPERVISION_HOLD = "supervision.hold"
    PEOPLE_SEARCH = "people.search"
    PEOPLE_VIEW = "people.view"
    PEOPLE_EDIT = "people.edit"
    RESTRICTION_SET = "restriction.set"
    BREAK_GLASS = "restriction.break_glass"
    WHO_LOOKED = "audit.who_looked"
    AUDIT_VIEW = "audit.view"
    BREACHES_VIEW = "breaches.view"
    BREACH_REASON = "breaches.reason"
    CLOCK_PAUSE = "clock.pause"
    FIGURES_WHOLE_SERVICE = "figures.whole_service"
    STAFF_MANAGE = "staff.manage"
    STAFF_CONFIRM = "staff.confirm"
    AGENCY_MANAGE = "agency.manage"
    RULES_MANAGE = "rules.manage"
    RULES_EDIT = "rules.edit"
    MERGE_REVIEW = "merge.review"
    PEOPLE_MERGE = "people.merge"
    PEOPLE_UNMERGE = "people.unmerge"
    IMPORT_RUN = "import.run"
    SOURCE_VIEW = "source.view"
    DOCUMENT_VIEW = "document.view"
    DOCUMENT_ADD = "document.add"
    RETENTION_VIEW = "retention.view"
    RETENTION_HOLD = "retention.hold"
    RETENTION_DISPOSE = "retention.dispose"
    HANDOVER = "handover.take"
    SIGNING_ARRANGE = "signing.arrange"
    OVERSIGHT_WRITE = "oversight.write"


class Role(StrEnum):
    """A job at the front door. Stored by name on the staff account."""

    CONTACT_OFFICER = "contact_officer"
    SOCIAL_WORKER = "social_worker"
    SENIOR_PRACTITIONER = "senior_practitioner"
    DUTY_MANAGER = "duty_manager"
    TEAM_MANAGER = "team_manager"
    EDT_WORKER = "edt_worker"
    SERVICE_MANAGER = "service_manager"
    QUALITY_OFFICER = "quality_officer"
    PERFORMANCE_OFFICER = "performance_officer"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    ADMINISTRATOR = "administrator"


ROLE_LABELS: dict[Role, str] = {
    Role.CONTACT_OFFICER: "Contact officer",
    Role.SOCIAL_WORKER: "Social worker",
    Role.SENIOR_PRACTITIONER: "Senior practitioner",
    Role.DUTY_MANAGER: "Duty manager",
    Role.TEAM_MANAGER: "Team manager",
    Role.EDT_WORKER: "Emergency duty team worker",
    Role.SERVICE_MANAGER: "Service manager",
    Role.QUALITY_OFFICER: "Quality officer",
    Role.PERFORMANCE_OFFICER: "Performance officer",
    Role.DATA_PROTECTION_OFFICER: "Data protection officer",
    Role.ADMINISTRATOR: "Administrator",
}

#: Whose account opens most: nothing by which somebody could become one of them happens by one person alone.
PRIVILEGED = frozenset(
    {
        Role.DUTY_MANAGER,
        Role.TEAM_MANAGER,
        Role.SERVICE_MANAGER,
        Role.DATA_PROTECTION_OFFICER,
        Role.ADMINISTRATOR,
    }
)

P = Permission
_FIND = frozenset({P.PEOPLE_SEARCH, P.PEOPLE_VIEW, P.CONTACT_VIEW})
_EARLY_HELP = frozenset({P.EARLY_HELP_VIEW, P.EARLY_HELP_WRITE, P.EARLY_HELP_INVITE})
_INTAKE = _FIND | _EARLY_HELP | {
    P.CONTACT_RECORD, P.CONTACT_FAST_TRACK, P.WEB_FORM_SEND, P.DOCUMENT_VIEW, P.DOCUMENT_ADD,
}  # fmt: skip
_WORKER = _INTAKE | {
    P.CONTACT_SCREEN,
    P.CONTACT_DECIDE_ADVICE,
    P.CONTACT_DECIDE_GREEN,
    P.QUEUE_VIEW,
    P.REFERRAL_VIEW,
    P.REFERRAL_WORK,
    P.LETTER_HOME,
    P.ASSESSMENT_VIEW,
    P.ASSESSMENT_WRITE,
    P.SUPERVISION_VIEW,
    P.PEOPLE_EDIT,
    P.BREACHES_VIEW,
    P.BREACH_REASON,
    P.HANDOVER,
}
_MANAGER = _WORKER | {
    P.FEED_HANDLE,
    P.CONTACT_DECIDE_ANY,
    P.CONTACT_SIGN_OFF,
    P.OVERSIGHT_WRITE,
    P.CONTACT_STAND_DOWN,
    P.CONTACT_REOPEN,
    P.ADDRESS_DECIDE,
    P.REFERRAL_DECIDE,
    P.REFERRAL_ALLOCATE,
    P.REFERRAL_CLOSE,
    P.REFERRAL_REOPEN,
    P.ASSESSMENT_AUTHORISE,
    P.SUPERVISION_HOLD,
    P.BREAK_GLASS,
    P.CLOCK_PAUSE,
    P.MERGE_REVIEW,
    P.PEOPLE_MERGE,
    P.PEOPLE_UNMERGE,
    P.SOURCE_VIEW,
}

ROLES: dict[Role, frozenset[Permission]] = {
    Role.CONTACT_OFFICER: _INTAKE | {P.CONTACT_SCREEN, P.CONTACT_DECIDE_ADVICE, P.FEED_HANDLE},
    Role.SOCIAL_WORKER: _WORKER | {P.CASE_HOLD},
    Role.SENIOR_PRACTITIONER: _WORKER | {P.CASE_HOLD, P.REFERRAL_ALLOCATE, P.SUPERVISION_HOLD},
    Role.EDT_WORKER: _WORKER | {P.BREAK_GLASS},
    Role.DUTY_MANAGER: _MANAGER,
    Role.TEAM_MANAGER: _MANAGER,
    Role.SERVICE_MANAGER: _MANAGER
    | {P.FIGURES_WHOLE_SERVICE, P.RULES_MANAGE, P.RESTRICTION_SET, P.CONTACT_ALLEGATION, P.STAFF_CONFIRM}
    | {P.SIGNING_ARRANGE}
    | {P.RETENTION_VIEW, P.RETENTION_HOLD, P.RETENTION_DISPOSE},
    Role.QUALITY_OFFICER: frozenset(
        {P.PEOPLE_SEARCH, P.PEOPLE_VIEW, P.CONTACT_VIEW, P.REFERRAL_VIEW, P.ASSESSMENT_VIEW, P.BREACHES_VIEW}
    )
    | {P.SUPERVISION_VIEW, P.FIGURES_WHOLE_SERVICE, P.DOCUMENT_VIEW, P.EARLY_HELP_VIEW},
    Role.PERFORMANCE_OFFICER: frozenset({P.BREACHES_VIEW, P.FIGURES_WHOLE_SERVICE, P.REFERRAL_VIEW, P.IMPORT_RUN}),
    Role.DATA_PROTECTION_OFFICER: frozenset(
        {P.PEOPLE_SEARCH, P.PEOPLE_VIEW, P.WHO_LOOKED, P.AUDIT_VIEW, P.RESTRICTION_SET, P.MERGE_REVIEW, P.SOURCE_VIEW}
    )
    | {P.RETENTION_VIEW, P.RETENTION_HOLD, P.RETENTION_DISPOSE},
    Role.ADMINISTRATOR: frozenset(
        {P.STAFF_MANAGE, P.STAFF_CONFIRM, P.AGENCY_MANAGE, P.RULES_MANAGE, P.RULES_EDIT, P.IMPORT_RUN}
    )
    | {P.WEB_FORM_SEND},
}
del P


class Denied(Exception):
    """This person may not do this. Shown as 403 and recorded after the roll-back."""

    def __init__(self, permission: Permission | str, message: str = "") -> None:
        self.permission = str(permission)
        self.message = message or "Your role does not allow this. Ask your manager if you think it should."
        super().__init__(self.message)


class Refused(Exception):
    """The act is refused, for a reason the person can read and do something about. Shown as 409.

    ``message`` is a whole sentence; ``field`` names the form field it is about, if one is.
    """

    def __init__(self, message: str, *, code: str = "refused", field: str | None = None) -> None:
        self.message = message
        self.code = code
        self.field = field
        super().__init__(message)


def whole(text: str, longest: int, *, called: str, field: str) -> str:
    """What somebody wrote, whole: it is kept as it is or, when there is no room for it, refused; never cut.

    ``called`` is what it is called at the beginning of a sentence. Raises Refused naming it and its limit.
    """
    if len(text) > longest:
        raise Refused(f"{called} may have at most {longest:,} characters.", code="too_long", field=field)
    return text


class Stale(Refused):
    """Somebody else changed the record first: who, when (UTC) and what they did."""

    def __init__(self, *, who: str, when: datetime | None, what: str) -> None:
        self.who, self.when, self.what = who, when, what
        super().__init__(f"{who or 'Somebody else'} changed this record while you had it open: {what}.", code="stale")


def permissions_of(user: User | AnonymousUser) -> frozenset[Permission]:
    """Everything this user's roles allow; nothing for someone inactive or not signed in."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    return _of_roles(tuple(user.roles))


@lru_cache(maxsize=256)
def _of_roles(names: tuple[str, ...]) -> frozenset[Permission]:
    """What these roles allow together: a page asks it some hundred times."""
    return frozenset().union(*[ROLES[Role(name)] for name in names if name in Role._value2member_map_])


def holds(user: User | AnonymousUser, permission: Permission) -> bool:
    """Whether one of the user's roles allows this."""
    return permission in permissions_of(user)


def require(user: User | AnonymousUser, permission: Permission) -> None:
    """Raise :class:`Denied` unless one of the user's roles allows this."""
    if not holds(user, permission):
        raise Denied(permission)


def roles_holding(permission: Permission) -> list[str]:
    """Names of the roles that allow this, for finding who to tell."""
    return sorted(role.value for role, held in ROLES.items() if permission in held)


class StaffRequest(HttpRequest):
    """A request as :func:`page` and :func:`signed_in` hand it to a view: somebody is signed in."""

    user: User
    #: How much waits for their signature, where the page has counted it: the navigation says it too.
    to_sign: int


Asked = ParamSpec("Asked")
StaffView = Callable[Concatenate[StaffRequest, Asked], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, Asked], HttpResponseBase]
Open = TypeVar("Open", bound=Callable[..., HttpResponseBase])


def _guard(view: StaffView[Asked], permission: Permission | None) -> View[Asked]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Asked.args, **kwargs: Asked.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            if request.headers.get("HX-Request") or request.headers.get("X-Draft-Sequence"):
                # A fragment or a draft cannot follow a redirect to a page: the caller is told to sign in.
                return HttpResponse(status=401)
            return redirect_to_login(_page_to_come_back_to(request))
        if permission is not None:
            require(request.user, permission)
        return view(cast(StaffRequest, request), *args, **kwargs)

    vars(guarded)["permission"] = permission if permission is not None else "signed in"
    return guarded


def _page_to_come_back_to(request: HttpRequest) -> str:
    """Where somebody lands after signing in: the page asked for, or the page that what they sent stood on."""
    before = request.headers.get("Referer", "")
    if request.method in ("GET", "HEAD") or not url_has_allowed_host_and_scheme(before, {request.get_host()}):
        return request.get_full_path()
    parts = urlsplit(before)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def page(permission: Permission) -> Callable[[StaffView[Asked]], View[Asked]]:
    """Decorate a view: only a signed-in user holding the permission gets in. The fitness tests read the mark."""
    return lambda view: _guard(view, permission)


def ask_again(request: StaffRequest) -> HttpResponse | None:
    """Where a factor is asked for once more (``FRESH_FACTOR_MINUTES``); None when one was used just now."""
    minutes = int(settings.FRESH_FACTOR_MINUTES)
    return redirect(factors.page_to_freshen(request)) if minutes and not factors.is_fresh(request, minutes) else None


def fresh(view: StaffView[Asked]) -> StaffView[Asked]:
    """Decorate a view, below :func:`page`: a factor is asked for once more when the last was not used just now."""

    @wraps(view)
    def asked_again(request: StaffRequest, /, *args: Asked.args, **kwargs: Asked.kwargs) -> HttpResponseBase:
        return ask_again(request) or view(request, *args, **kwargs)

    return asked_again


def signed_in(view: StaffView[Asked]) -> View[Asked]:
    """Decorate a view any signed-in user may open."""
    return _guard(view, None)


def public(view: Open) -> Open:
    """Decorate a view anyone may open, signed in or not."""
    vars(view)["permission"] = "public"
    return view


Row = TypeVar("Row", bound=models.Model)


def get_visible(
    source: type[Row] | VisibleQuerySet, user: User, reference: str, *, read_with: Sequence[str] = ()
) -> Row:
    """The record with this reference if the user may see it; otherwise 404, the same as if it did not exist.

    The reference of a record that has been joined to another gives that other. ``read_with``: what it points to and is
    read with it.
    """
    queryset = source if isinstance(source, VisibleQuerySet) else source._default_manager.all()
    assert isinstance(queryset, VisibleQuerySet), f"{source} does not say who sees its rows"
    reference = tidy_reference(reference)
    if "\x00" in reference:
        raise Http404
    rows = queryset.visible_to(user).named(reference)
    found: Row = get_object_or_404(rows.select_related(*read_with) if read_with else rows)
    return found


def get_named(
    source: type[Row] | VisibleQuerySet,
    user: User,
    reference: str,
    *,
    absent: str,
    field: str | None = None,
    code: str = "no_person",
) -> Row:
    """The record that a form names by its reference, as :func:`get_visible`; Refused with ``absent`` at its field."""
    try:
        return get_visible(source, user, reference)
    except Http404 as missing:
        raise Refused(absent, code=code, field=field) from missing
