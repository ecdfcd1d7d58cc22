"""Dated code lists: what a value means, and from when until when it may be used."""

from typing import Any, ClassVar, Self

from django.db import models

from frontdoor.dated import Dated, DatedQuerySet, Shipped, never_two


class CodeQuerySet(DatedQuerySet):
    """Questions about codes."""

    def of(self, name: str) -> Self:
        """Every version of every code of one list, in the list's order."""
        return self.filter(list_name=name).order_by("position", "code", "valid_from")


class Code(Dated, Shipped):
    """One value of one list, in one version. Codes end; they are never removed, because old records hold them."""

    KEY = ("list_name", "code")

    list_name = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=250)
    position = models.PositiveIntegerField(default=0)
    attributes = models.JSONField(default=dict, blank=True)

    objects: ClassVar[Any] = CodeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [never_two("list_name", "code", name="code_once_a_day")]

    def __str__(self) -> str:
        return f"{self.list_name} {self.code}"
