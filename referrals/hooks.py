"""Filled by what stands above referrals: the figures that a page of ours shows."""

from collections.abc import Callable
from datetime import datetime

# How contacts ended together turned out up to a moment; the page of samples shows it. One, from the home of figures.
outturn_of_ended_together: list[Callable[[datetime], object]] = []
