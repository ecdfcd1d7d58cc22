"""Which code lists records of people hold, for the preview of a change and so that no code in use is removed."""

from django.db.models import Q

from frontdoor.dated import Work, bears_on


def register_codes() -> None:
    """Say it. Called when the app is ready."""
    work_is_open = Q(involvements__isnull=False, involvements__closed_at__isnull=True)
    for list_name, lookup in (
        ("sex", "sex"), ("ethnicity", "ethnicity"), ("language", "first_language"), ("religion", "religion"),
        ("disability", "disabilities__contains"), ("warning_kind", "warnings__kind"),
        ("relationship", "relationships__kind"),
    ):  # fmt: skip
        is_array = lookup.endswith("__contains")
        work = Work("people.Person", lookup, "records with open work that hold it", work_is_open, is_array=is_array)
        bears_on(f"codes_{list_name}", work)
