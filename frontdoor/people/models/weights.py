"""What the last estimation found out about how records of one person agree: data, not code."""

from typing import ClassVar

from django.db import models

from frontdoor.db import one_of


class LinkageWeights(models.Model):
    """The chances one estimation ended with. The newest row is used; before the first, the shipped starting values."""

    estimated_at = models.DateTimeField()
    # How many records were compared with each other.
    records = models.PositiveIntegerField()
    # Field by field, the chance of each level between two records of one person.
    chances = models.JSONField()
    origin = models.CharField(max_length=20)

    class Meta:
        verbose_name_plural = "linkage weights"
        constraints: ClassVar = [one_of("origin", ["import", "records"], name="linkage_weights_origin_known")]
        indexes: ClassVar = [models.Index(fields=["-estimated_at", "-id"], name="linkage_weights_newest")]

    def __str__(self) -> str:
        return f"linkage weights {self.pk}"
