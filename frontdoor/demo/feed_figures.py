"""What bundles and ending together save on a written feed, whose truth is known."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from frontdoor.accounts.models import User
from frontdoor.demo.models import FeedTruth
from frontdoor.figures import bundles


def measure(
    run: int, *, by: User, at: datetime, progress: Callable[[int, int], object] | None = None
) -> bundles.Figures:
    """The figures of a written feed, as ``by`` would screen it at ``at`` with every text opened."""
    truths = FeedTruth.objects.filter(run=run).select_related("contact__type", "contact__text").order_by("pk")
    return bundles.measure({truth.contact: truth.families for truth in truths}, by=by, at=at, progress=progress)


def planted(run: int) -> Counter[str]:
    """What was planted in a written feed, and how often."""
    rows = FeedTruth.objects.filter(run=run).order_by("pk").values_list("plants", flat=True)
    return Counter(plant for plants in rows for plant in plants)
