"""Grades that rules give for the time being, and notifications an agency sent again with other content."""

from typing import ClassVar

from django.db import models

from frontdoor.dated import Dated, Shipped, never_two
from frontdoor.db import one_of


class ProvisionalGradeRule(Dated, Shipped):
    """One published rule by which a notification without a grade is graded for the time being; data, with dates."""

    KEY = ("code", "grade")

    code = models.SlugField(max_length=40)
    # The least number that counts, for facts that are counted (ticks, earlier notifications); 0 for the others.
    at_least = models.PositiveSmallIntegerField(default=0)
    grade = models.CharField(max_length=10)
    sentence = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            one_of("grade", ["red", "amber", "green", "blue"], name="provisional_grade_known"),
            never_two("code", "grade", name="provisional_grade_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.grade}"


class ContactUpdate(models.Model):
    """A contact an agency sent under the reference of an earlier one of its own, with other content."""

    earlier = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="updates")
    later = models.OneToOneField("contacts.Contact", on_delete=models.PROTECT, related_name="update_of")
    # What differs, as labels; the contents stand on the two contacts.
    changed = models.JSONField(default=list)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"update of {self.earlier_id}"
