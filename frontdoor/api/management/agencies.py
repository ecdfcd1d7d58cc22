"""An agency named on the command line."""

from django.core.management.base import CommandError

from frontdoor.accounts.models import Agency


def named(code: str) -> Agency:
    """The agency in use with this code. Raises CommandError, naming the codes there are."""
    found: Agency | None = Agency.objects.filter(code=code, is_active=True).first()
    if found is None:
        codes = ", ".join(Agency.objects.filter(is_active=True).order_by("code").values_list("code", flat=True))
        raise CommandError(f"There is no agency {code!r}. Known: {codes or 'none yet (run manage.py demo)'}.")
    return found
