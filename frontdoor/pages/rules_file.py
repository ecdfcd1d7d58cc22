"""All rules as one file: exported, checked and imported on a page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import audit
from frontdoor.access import Permission
from frontdoor.access import page as needs
from frontdoor.dated import TABLES
from frontdoor.pages.rules_forms import FileForm
from frontdoor.rules import files
from frontdoor.rules.actions import FileRefused, exported, put_all
from frontdoor.ui.forms import posted
from frontdoor.ui.responses import page

#: So many faults of a file are shown at once.
SHOWN = 50


@require_safe
@needs(Permission.RULES_EDIT)
def download(request: HttpRequest) -> HttpResponse:
    """The file, named by its day."""
    user: Any = request.user
    content = files.export()
    exported(by=user)
    answer = HttpResponse(content, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="rules-{timezone.localdate().isoformat()}.json"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.RULES_EDIT)
def file(request: HttpRequest) -> HttpResponse:
    """Export the rules; check a file, or import it: all of it or none."""
    user: Any = request.user
    form = FileForm(posted(request), request.FILES or None)
    context: dict[str, Any] = {"form": form, "shown": SHOWN}
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        is_trial = "import" not in request.POST
        try:
            if sent.size > files.LARGEST:
                raise files.refused("It is too large to be a file of rules.")
            changed = put_all(
                wanted=files.parse(sent.read()), by=user, at=timezone.now(), on=timezone.localdate(), is_trial=is_trial
            )
        except FileRefused as refused:
            audit.refused(request, refused)
            form.add_error("file", "The file is refused as a whole: nothing was changed.")
            context["faults"] = refused.faults
        else:
            if not is_trial:
                count = sum(changed.values())
                done = "1 change" if count == 1 else f"{count:,} changes"
                messages.success(request, f"The rules are imported: {done}")
                return redirect("pages:rules")
            context["changed"] = [(TABLES[name].label, count) for name, count in changed.items()]
            context["checked"] = True
    return page(request, "rules/file.html", context)
