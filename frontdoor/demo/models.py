"""The mark that says a database holds invented people only."""

from django.db import models


class DemoMark(models.Model):
    """One row in a demonstration database; without it nothing may empty the database."""

    people = models.PositiveIntegerField()
    seed = models.BigIntegerField()
    made_for = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"demonstration borough of {self.people}, seed {self.seed}"
