"""How many records somebody may open for words of their own before it is told."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from frontdoor.dated import Begun, Shipped


class ReadingLimit(Begun, Shipped):
    """Different records one person opens in an hour and in a day, none of which their own work leads to.

    More are an unusual run of reading, which the data protection officer is told of. Nothing is refused for it.
    """

    in_hour = models.PositiveSmallIntegerField(default=15)
    in_day = models.PositiveSmallIntegerField(default=40)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(in_hour__gte=1, in_day__gte=1), name="reading_limit_makes_sense")
        ]

    def __str__(self) -> str:
        return f"{self.in_hour} in an hour, {self.in_day} in a day"


def reading_limit(on: date) -> ReadingLimit:
    """The limits of the day; the shipped ones when a council has none."""
    found: ReadingLimit | None = ReadingLimit.objects.in_force(on).first()
    return found or ReadingLimit()
