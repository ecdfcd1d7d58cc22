"""What the pages of agencies show: how each webhook stands, what waits, what was given up, and the last attempts."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from frontdoor.accounts.models import Agency
from frontdoor.api.agency_readers import Access, accesses
from frontdoor.api.models import AgencyEvent
from frontdoor.api.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

SHOWN = 50
WAITING = Q(delivered_at=None, gave_up_at=None)
DEAD = Q(gave_up_at__isnull=False)


@dataclass
class Standing:
    """How one endpoint stands."""

    endpoint: WebhookEndpoint
    waiting: int = 0
    dead: int = 0
    last_arrived: datetime | None = None
    last_seq: int = 0

    @property
    def state(self) -> tuple[str, str]:
        """In words, with the colour of the tag."""
        if self.endpoint.ended_at is not None:
            return "Stopped", "grey"
        if self.endpoint.failing_since is not None:
            return "Not delivered", "red"
        if self.dead:
            return "Given up on some", "orange"
        return ("Sending", "blue") if self.waiting else ("In order", "green")


def standings(endpoints: list[WebhookEndpoint]) -> list[Standing]:
    """How these endpoints stand, in their order."""
    found = {endpoint.pk: Standing(endpoint) for endpoint in endpoints}
    rows = WebhookDelivery.objects.filter(endpoint__in=endpoints)
    counts = rows.filter(WAITING | DEAD).values("endpoint")
    for row in counts.annotate(waiting=Count("pk", filter=WAITING), dead=Count("pk", filter=DEAD)):
        found[row["endpoint"]].waiting, found[row["endpoint"]].dead = row["waiting"], row["dead"]
    arrived = rows.filter(delivered_at__isnull=False).values("endpoint")
    for last in arrived.annotate(at=Max("delivered_at"), seq=Max("seq")):
        found[last["endpoint"]].last_arrived, found[last["endpoint"]].last_seq = last["at"], last["seq"]
    return list(found.values())


def lines() -> list[tuple[Access, list[Standing]]]:
    """Every agency with its access and its webhooks, by name, those closed last."""
    by_agency: dict[int, list[Standing]] = {}
    for one in standings(list(WebhookEndpoint.objects.active().order_by("pk"))):
        by_agency.setdefault(one.endpoint.agency_id, []).append(one)
    return [(one, by_agency.get(one.agency.pk, [])) for one in accesses()]


def agency_named(code: str) -> Agency | None:
    """The agency with this code."""
    found: Agency | None = Agency.objects.filter(code=code).first()
    return found


def of_agency(agency: Agency) -> list[Standing]:
    """The agency's webhooks: those in use first."""
    rows = WebhookEndpoint.objects.filter(agency=agency).select_related("chosen_by", "ended_by")
    return standings(sorted(rows, key=lambda row: (row.ended_at is not None, row.pk)))


def one_of(agency: Agency, key: int) -> WebhookEndpoint | None:
    """One webhook of this agency."""
    rows = WebhookEndpoint.objects.filter(agency=agency).select_related("agency", "chosen_by", "ended_by")
    found: WebhookEndpoint | None = rows.filter(pk=key).first()
    return found


def last_number(agency: Agency) -> int:
    """The number of the agency's newest event."""
    return AgencyEvent.objects.filter(agency=agency).aggregate(last=Max("seq"))["last"] or 0


def dead_letters(endpoint: WebhookEndpoint) -> list[WebhookDelivery]:
    """What was given up, by number, at most so many."""
    return list(endpoint.deliveries.dead().select_related("event__contact").order_by("seq")[:SHOWN])


def still_waiting(endpoint: WebhookEndpoint) -> list[WebhookDelivery]:
    """What waits, in the order it will be sent, at most so many."""
    return list(endpoint.deliveries.waiting().select_related("event__contact").order_by("seq")[:SHOWN])


def attempts(endpoint: WebhookEndpoint) -> list[WebhookAttempt]:
    """The newest attempts."""
    rows = WebhookAttempt.objects.filter(delivery__endpoint=endpoint).select_related("delivery__event")
    return list(rows.order_by("-pk")[:SHOWN])
