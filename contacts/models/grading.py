"""Grades that rules give for the time being, and notifications an agency sent again with other content."""

from typing import ClassVar

from django.db import models

from frontdoor.accounts.models import Agency
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


class DashBand(Dated, Shipped):
    """From how many ticks on the DASH questionnaire says this band; data, with dates."""

    KEY = ("band",)

    band = models.SlugField(max_length=10)
    at_least = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [never_two("band", name="dash_band_once_a_day")]

    def __str__(self) -> str:
        return f"{self.band} from {self.at_least}"


class AgencyGrade(Dated, Shipped):
    """What a kind of agency means by a grade of its own, in words, and which of ours it is nearest to; with dates.

    It is read beside our grade and gives none: theirs answers another question.
    """

    KEY = ("agency_kind", "code")

    agency_kind = models.CharField(max_length=20, choices=Agency.Kind.choices)
    # As :func:`contacts.grading.theirs.as_code` makes it: lower case, single spaces.
    code = models.CharField(max_length=40)
    words = models.CharField(max_length=200)
    like = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints: ClassVar = [
            one_of("like", ["", "red", "amber", "green", "blue"], name="agency_grade_like_known"),
            never_two("agency_kind", "code", name="agency_grade_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_kind}: {self.code}"


class ContactUpdate(models.Model):
    """A contact an agency sent under the reference of an earlier one of its own, with other content."""

    earlier = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="updates")
    later = models.OneToOneField("contacts.Contact", on_delete=models.PROTECT, related_name="update_of")
    # What differs, as labels; the contents stand on the two contacts.
    changed = models.JSONField(default=list)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"update of {self.earlier_id}"
