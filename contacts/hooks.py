"""Filled by the apps above: what the queue has to know of children with open work."""

from collections.abc import Callable, Collection

from contacts.models import ContactPerson

# Which of these people (ids) are on a child protection plan now.
on_plan: list[Callable[[Collection[int]], set[int]]] = []

# What is said of these people (ids) on a line of the queue, in a few words each: a plan now or before, early help.
standing: list[Callable[[Collection[int]], dict[int, list[str]]]] = []

# References of open work that stands on who somebody on a contact was confirmed to be.
open_work: list[Callable[[ContactPerson], list[str]]] = []
