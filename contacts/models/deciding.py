"""Whose signature an ending needs, by grade; data, with dates."""

from datetime import date
from typing import ClassVar

from django.db import models

from frontdoor.dated import Dated, Shipped, never_two
from frontdoor.db import one_of


class DecisionRule(Dated, Shipped):
    """Who decides an outcome, with dates: for one outcome, the least role that may decide alone."""

    KEY = ("outcome",)

    outcome = models.SlugField(max_length=40)
    contact_officer = models.CharField(max_length=10)
    social_worker = models.CharField(max_length=10)
    manager = models.CharField(max_length=10, default="decides")

    class Meta:
        constraints: ClassVar = [never_two("outcome", name="decision_rule_once_a_day")]

    def __str__(self) -> str:
        return self.outcome


class SecondManagerRule(Dated, Shipped):
    """Whether a contact of this grade is ended only when a second manager has signed it. Without a row: by one."""

    KEY = ("grade",)

    grade = models.CharField(max_length=10)
    needs_second_manager = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            one_of("grade", ["red", "amber", "green", "blue"], name="second_manager_grade_known"),
            never_two("grade", name="second_manager_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.grade}: {'two managers' if self.needs_second_manager else 'one manager'}"


def second_manager_grades(on: date) -> "models.QuerySet[SecondManagerRule]":
    """The rules of the grades whose endings a second manager signs on this day."""
    return SecondManagerRule.objects.in_force(on).filter(needs_second_manager=True)
