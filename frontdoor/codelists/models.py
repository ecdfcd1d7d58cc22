"""Dated code lists: what a value means, and from when until when it may be used."""

from datetime import date
from typing import ClassVar, Self

from django.db import models


class CodeQuerySet(models.QuerySet["Code"]):
    """Questions about codes."""

    def valid_on(self, day: date) -> Self:
        """Codes that may be used on this day."""
        return self.filter(
            models.Q(valid_from__isnull=True) | models.Q(valid_from__lte=day),
            models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=day),
        )


class Code(models.Model):
    """One value of one list. Codes end; they are never removed, because old records hold them."""

    list_name = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=250)
    position = models.PositiveIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["list_name", "code"], name="code_once_per_list")]

    def __str__(self) -> str:
        return f"{self.list_name} {self.code}"
