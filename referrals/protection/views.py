"""The pages of strategy discussions: recording one, and its minutes."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdoor import acting, audit
from frontdoor.access import Permission, Refused, StaffRequest
from frontdoor.access import page as needs
from frontdoor.ui.forms import UiForm
from frontdoor.ui.responses import page, pdf
from referrals import actions, readers
from referrals.models import Referral
from referrals.protection import paper
from referrals.protection.forms import DiscussionForm
from referrals.protection.models import StrategyDiscussion
from referrals.views.working import shown

P = Permission


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_DECIDE)
def discuss(request: StaffRequest, reference: str) -> HttpResponse:
    """Record a strategy discussion about the child, and about brothers and sisters on the same contact."""
    user = request.user
    found = shown(request, reference)
    siblings = [each for each in readers.siblings(found, user) if each.is_open]
    audit.shows(request, [each.child_id for each in siblings if each.child_id is not None])
    form = acting.form(request, DiscussionForm, record=found, siblings=siblings)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.record_strategy_discussion(
            referral=found, by=user, at=at, minutes=form.minutes(), version=given["version"]
        ),
        said=_said,
        to=lambda row: reverse("referrals:minutes", args=[found.reference, row.pk]),
        place=lambda refused: _place(form, refused),
    )
    return done or page(request, "referrals/protection/discuss.html", {"referral": found, "form": form})


def _said(row: StrategyDiscussion) -> str:
    follows = " A full discussion is due on the next working day." if row.missing else ""
    return f"The strategy discussion has been recorded.{follows}"


def _place(form: DiscussionForm, refused: Refused) -> tuple[UiForm, str | None]:
    """The field of a refusal: one that names a child stands in that child's part."""
    name, _, key = (refused.field or "").partition("-")
    return form, f"child{key}_{name}" if key else refused.field


def _read(request: StaffRequest, reference: str, key: int) -> tuple[StrategyDiscussion, list[StrategyDiscussion]]:
    """A discussion of a referral the user may see, and the other children's parts of it; 404 otherwise."""
    found: Referral = shown(request, reference)
    visible = StrategyDiscussion.objects.visible_to(request.user).whole()
    row: StrategyDiscussion | None = visible.filter(referral=found, pk=key).first()
    if row is None:
        raise Http404
    others = list(visible.filter(together=row.together).exclude(pk=row.pk)) if row.together else []
    audit.shows(request, [each.referral.child_id for each in others if each.referral.child_id is not None])
    return row, sorted(others, key=lambda each: each.pk)


@require_safe
@needs(P.REFERRAL_VIEW)
def minutes(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """The minutes of one strategy discussion, with the children who were discussed together."""
    row, others = _read(request, reference, key)
    context = {"referral": row.referral, "discussion": row, "children": [row, *others]}
    return page(request, "referrals/protection/minutes.html", context)


@require_POST
@needs(P.REFERRAL_VIEW)
def minutes_pdf(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """The minutes as a tagged PDF about this child and their family: a POST with its own audit row."""
    row, others = _read(request, reference, key)
    now = timezone.now()
    content = paper.minutes_pdf(discussion=row, others=others, by=request.user, at=now)
    return pdf(content, f"minutes-{timezone.localtime(now):%Y-%m-%d-%H%M}.pdf")
