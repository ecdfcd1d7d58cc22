"""What the pages of agencies show of their access: tokens, clients, and when one was last used."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max

from frontdoor.accounts.models import Agency, ApiToken
from frontdoor.api.models import AgencyClient, IdempotencyKey, Throttle
from frontdoor.audit.models import Entry
from frontdoor.db import by_name


@dataclass
class Access:
    """How one agency gets in, and when it last did."""

    agency: Agency
    tokens: list[ApiToken] = field(default_factory=list)
    clients: list[AgencyClient] = field(default_factory=list)
    last_used: datetime | None = None

    @property
    def in_use(self) -> list[ApiToken]:
        """Tokens that have not been taken away."""
        return [token for token in self.tokens if token.revoked_at is None]


def _accesses(agencies: list[Agency]) -> list[Access]:
    found = {agency.pk: Access(agency) for agency in agencies}
    for token in (
        ApiToken.objects.filter(agency__in=agencies).select_related("revoked_by").order_by("-created_at", "-pk")
    ):
        found[token.agency_id].tokens.append(token)
    for client in AgencyClient.objects.filter(agency__in=agencies).select_related("application").order_by("pk"):
        found[client.agency_id].clients.append(client)
    # The count of requests is kept for a while only; a contact that was sent is remembered for longer.
    asked = Throttle.objects.filter(agency__in=agencies).values("agency").annotate(at=Max("minute"))
    sent = IdempotencyKey.objects.filter(agency__in=agencies).values("agency").annotate(at=Max("created_at"))
    for row in [*sent, *asked]:
        found[row["agency"]].last_used = row["at"]
    return list(found.values())


def accesses() -> list[Access]:
    """Every agency by name, those closed last."""
    return _accesses(list(Agency.objects.order_by("-is_active", *by_name("name"))))


def access_of(agency: Agency) -> Access:
    """One agency's."""
    return _accesses([agency])[0]


def agency_named(code: str) -> Agency | None:
    """The agency with this code."""
    found: Agency | None = Agency.objects.filter(code=code).first()
    return found


def token_of(agency: Agency, key: int) -> ApiToken | None:
    """One of its tokens."""
    found: ApiToken | None = ApiToken.objects.filter(agency=agency, pk=key).first()
    return found


def client_of(agency: Agency, key: int) -> AgencyClient | None:
    """One of its clients."""
    rows = AgencyClient.objects.filter(agency=agency, pk=key).select_related("agency", "application")
    found: AgencyClient | None = rows.first()
    return found


def done_to(agency: Agency) -> list[Entry]:
    """What was done about its access, the newest first."""
    rows = Entry.objects.filter(agency=agency, event__startswith="agency.").select_related("actor")
    return list(rows.order_by("-at", "-id")[:50])
