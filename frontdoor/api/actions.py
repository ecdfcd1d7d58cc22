"""Agencies and their access: added, opened and closed, given tokens and clients, and those taken away again."""

import re
from datetime import datetime
from uuid import UUID

from django.db import transaction
from oauth2_provider.models import get_access_token_model

from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import Agency, ApiToken, User
from frontdoor.api.models import AgencyClient
from frontdoor.api.oauth import issue_client
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.drafts import actions as drafts
from frontdoor.drafts.actions import AlreadySubmitted
from frontdoor.drafts.models import Draft

CODE = re.compile(r"[a-z][a-z0-9_-]{1,39}")
#: So many tokens of one agency may be in use: a new one is given, the old one taken away once the agency has changed.
MOST_TOKENS = 10


@transaction.atomic
def add_agency(*, code: str, name: str, kind: str, default_source: str, by: User, at: datetime) -> Agency:
    """Add an agency that may be given access. Raises Refused at the field that cannot stand."""
    require(by, Permission.AGENCY_MANAGE)
    if not CODE.fullmatch(code):
        raise Refused(
            "Use lower-case letters, digits, hyphens and underscores, beginning with a letter.", code="code",
            field="code",
        )  # fmt: skip
    if Agency.objects.filter(code=code).exists():
        raise Refused("There is an agency with this code.", code="taken", field="code")
    if not name.strip():
        raise Refused("Enter the agency’s name.", code="required", field="name")
    if kind not in Agency.Kind.values:
        raise Refused("Choose what kind of agency it is.", code="required", field="kind")
    if not lists.is_valid("referral_source", default_source, on=london_date(at)):
        raise Refused("Choose what its contacts count as.", code="required", field="default_source")
    made = Agency.objects.create(code=code, name=name.strip(), kind=kind, default_source=default_source)
    write_audit("agency.added", by=by, agency=made)
    return made


@transaction.atomic
def set_open(*, agency: Agency, is_active: bool, reason: str, by: User) -> Agency:
    """Close the agency's access as a whole, or open it again: none of its tokens and clients works while closed."""
    require(by, Permission.AGENCY_MANAGE)
    locked: Agency = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    if locked.is_active == is_active:
        raise Refused(f"Its access is {'open' if is_active else 'closed'} already.", code="same")
    if not reason.strip():
        raise Refused("Say why.", code="reason_required", field="reason")
    locked.is_active = is_active
    locked.save()
    write_audit("agency.opened" if is_active else "agency.closed", by=by, agency=locked, reason=reason.strip())
    return locked


def is_given(once: UUID) -> bool:
    """Whether what was asked for under this once-only key was given already."""
    return Draft.objects.filter(pk=once, consumed_at__isnull=False).exists()


def _only_once(once: UUID, *, by: User, at: datetime) -> None:
    """Use up the key of a page that asks for access: the same page sent again gives nothing more."""
    try:
        drafts.consume(by=by, draft_id=once, kind="access", reference="given", at=at)
    except AlreadySubmitted:
        raise Refused(
            "This was given already and cannot be shown again. Revoke it below and issue another if it was lost.",
            code="given",
        ) from None


@transaction.atomic
def give_token(*, agency: Agency, label: str, once: UUID, by: User, at: datetime) -> str:
    """Give the agency one more token and return it: this is the only time it can be read. None is revoked.

    ``once`` is the key of the page that asks: sent again it is refused.
    """
    require(by, Permission.AGENCY_MANAGE)
    locked: Agency = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    if not locked.is_active:
        raise Refused("The agency’s access is closed: open it first.", code="closed")
    if not label.strip():
        raise Refused("Say what the token is for.", code="required", field="label")
    if locked.tokens.filter(revoked_at__isnull=True).count() >= MOST_TOKENS:
        raise Refused(f"An agency has at most {MOST_TOKENS} tokens. Revoke one first.", code="too_many")
    _only_once(once, by=by, at=at)
    token = ApiToken.issue(locked, label.strip())
    write_audit("agency.token_issued", by=by, agency=locked)
    return token


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User, at: datetime) -> ApiToken:
    """Take a token away: the next request that carries it is refused."""
    require(by, Permission.AGENCY_MANAGE)
    locked: ApiToken = ApiToken.objects.select_for_update(of=("self",)).select_related("agency").get(pk=token.pk)
    if locked.revoked_at is not None:
        raise Refused("This token has already been revoked.", code="revoked")
    locked.revoked_at, locked.revoked_by = at, by
    locked.save()
    write_audit("agency.token_revoked", by=by, agency=locked.agency, detail={"token": locked.prefix})
    return locked


@transaction.atomic
def give_client(*, agency: Agency, once: UUID, by: User, at: datetime) -> tuple[str, str]:
    """Give the agency an OAuth client; its secret can be read only now. ``once`` as for a token."""
    require(by, Permission.AGENCY_MANAGE)
    if not agency.is_active:
        raise Refused("The agency’s access is closed: open it first.", code="closed")
    _only_once(once, by=by, at=at)
    found = issue_client(agency)
    write_audit("agency.client_issued", by=by, agency=agency)
    return found


@transaction.atomic
def revoke_client(*, client: AgencyClient, by: User) -> None:
    """Take an OAuth client away, with every token it was given."""
    require(by, Permission.AGENCY_MANAGE)
    agency, application = client.agency, client.application
    get_access_token_model().objects.filter(application=application).delete()
    client.delete()
    application.delete()
    write_audit("agency.client_revoked", by=by, agency=agency, detail={"client": application.client_id[:8]})
