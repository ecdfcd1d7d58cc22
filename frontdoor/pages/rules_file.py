"""All rules as one file: exported, checked and imported on a page."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import acting
from frontdoor.access import Permission, Refused, StaffRequest, fresh
from frontdoor.access import page as needs
from frontdoor.dated import TABLES
from frontdoor.pages.rules_forms import FileForm
from frontdoor.rules import files
from frontdoor.rules.actions import FileRefused, exported, put_all
from frontdoor.ui.responses import page

#: So many faults of a file are shown at once.
SHOWN = 50


@require_safe
@needs(Permission.RULES_EDIT)
@fresh
def download(request: StaffRequest) -> HttpResponse:
    """The file, named by its day."""
    content = files.export()
    exported(by=request.user)
    answer = HttpResponse(content, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="rules-{timezone.localdate().isoformat()}.json"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.RULES_EDIT)
def file(request: StaffRequest) -> HttpResponse:
    """Export the rules; check a file, or import it: all of it or none."""
    form = acting.form(request, FileForm)
    is_import = "import" in request.POST
    context: dict[str, Any] = {"form": form, "shown": SHOWN}

    def put(given: dict[str, Any], at: datetime) -> dict[str, int]:
        sent = given["file"]
        try:
            if sent.size > files.LARGEST:
                raise files.refused("It is too large to be a file of rules.")
            return put_all(
                wanted=files.parse(sent.read()), by=request.user, at=at, on=timezone.localdate(),
                is_trial=not is_import,
            )  # fmt: skip
        except FileRefused as found:
            context["faults"] = found.faults
            message = "The file is refused as a whole: nothing was changed."
            raise Refused(message, code=found.code, field="file") from found

    if is_import:
        done = acting.carry_out(request, form, put, said=_told, to=reverse("pages:rules"))
        if done is not None:
            return done
    else:
        changed = acting.try_out(request, form, put)
        if changed is not None:
            context["changed"] = [(TABLES[name].label, count) for name, count in changed.items()]
            context["checked"] = True
    return page(request, "rules/file.html", context)


def _told(changed: dict[str, int]) -> str:
    count = sum(changed.values())
    return f"The rules are imported: {'1 change' if count == 1 else f'{count:,} changes'}"
