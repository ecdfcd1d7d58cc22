"""What a person may do about an import: say what a wording of an old system means, once for all rows that hold it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from contacts.models import Contact
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.exchange.legacy.meanings import CODES, LISTS
from frontdoor.exchange.models import Origin, Wording
from referrals.models import Referral

#: Where a meaning settled after the import is written: (file, column) to the records made from it and their column.
TARGETS: dict[tuple[str, str], tuple[Any, str]] = {
    ("firstcall_contacts.csv", "SOURCE"): (Contact, "source"),
    ("carecase_episodes.csv", "referral_source"): (Referral, "source"),
    ("carecase_episodes.csv", "primary_need"): (Referral, "primary_need"),
    ("carecase_episodes.csv", "closure_reason"): (Referral, "closure_reason"),
}


def codes_of(list_name: str) -> list[str]:
    """The codes a wording of this list may be given."""
    return CODES.get(list_name, [])


@transaction.atomic
def settle_wording(*, wording: Wording, code: str, by: User, at: datetime) -> int:
    """Say what a wording means; an empty code says that it means nothing. Returns how many records took the meaning.

    Records that have been given a value here meanwhile keep it. Raises Denied without the permission, Refused for a
    code that is not of the list.
    """
    require(by, Permission.IMPORT_RUN)
    if code and codes_of(wording.list_name) and code not in codes_of(wording.list_name):
        raise Refused("Choose a code of the list.", code="code", field="code")
    locked = Wording.objects.select_for_update().get(pk=wording.pk)
    locked.code, locked.is_settled, locked.settled_at, locked.settled_by = code, True, at, by
    locked.save()
    taken = 0
    for (file, column), (model, field) in TARGETS.items():
        if code and LISTS[file, column] == locked.list_name:
            rows = Origin.objects.filter(file=file, **{f"source__values__{column}": locked.value})
            # A closure needs a reason: what stood in for the unknown one gives way.
            stands_in = "RC7" if field == "closure_reason" else ""
            for each in model.objects.filter(reference__in=rows.values("reference"), **{field: stands_in}):
                setattr(each, field, code)
                each.version += 1
                each.save()
                taken += 1
    write_audit("wording.mapped", by=by, detail={"list": locked.list_name, "code": code, "records": taken})
    return taken
