"""The pages of letters: writing one, the letter itself, each thing that is done with it, and its PDF."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.people.access import check_conflict
from frontdoor.ui.forms import ButtonForm, VersionForm
from frontdoor.ui.responses import page, pdf
from frontdoor.workflow import doors
from frontdoor.workflow.actions import history
from referrals.letters import actions, forms, guards, reading, whom
from referrals.letters.models import Letter
from referrals.views import acts
from referrals.views.acts import Act, plain
from referrals.views.working import shown as shown_referral

P = Permission


def address_of(letter: Letter) -> str:
    """The page of a letter."""
    return reverse("referrals:letter", args=[letter.reference])


def shown(request: StaffRequest, reference: str) -> Letter:
    """The letter, if the user may see its referral; 404 otherwise, 403 on a declared conflict. The read is noted."""
    found: Letter = get_visible(Letter, request.user, reference)
    child = found.referral.child
    if child is not None:
        check_conflict(request.user, child)
    people = [key for key in (found.referral.child_id, found.recipient_id) if key is not None]
    audit.shows(request, people, kind="opened", reference=found.referral.reference)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_WORK)
def write(request: StaffRequest, reference: str) -> HttpResponse:
    """Choose the letter and to whom it goes: each person gets a draft of their own."""
    found = shown_referral(request, reference)
    today = timezone.localdate()
    places = whom.places(found, request.user, today)
    audit.shows(request, [place.person for place in places])
    form = acting.form(
        request, forms.WriteForm, about=found.reference, templates=actions.templates(today), places=places
    )

    def act(given: dict[str, Any], at: datetime) -> list[Letter]:
        template, keys = form.chosen()
        return actions.draft(referral=found, template=template, at_addresses=keys, by=request.user, at=at)

    done = acting.carry_out(
        request, form, act,
        said=lambda made: "A letter has been drafted." if len(made) == 1 else f"{len(made)} letters have been drafted.",
        to=lambda made: (
            address_of(made[0]) if len(made) == 1
            else reverse("referrals:referral", args=[found.reference]) + "#letters"
        ),
    )  # fmt: skip
    return done or page(request, "referrals/letters/write.html", {"referral": found, "form": form, "places": places})


@require_safe
@needs(P.REFERRAL_VIEW)
def letter(request: StaffRequest, reference: str) -> HttpResponse:
    """One letter: to whom, what it says, what is taken out, what keeps it from leaving, and what can be done."""
    found = shown(request, reference)
    return page(request, "referrals/letters/letter.html", _about(request, found))


def _about(request: StaffRequest, found: Letter) -> dict[str, Any]:
    user = request.user
    if found.printed_text:
        text, taken_out = reading.as_read(found, user), found.taken_out
    else:
        text, taken_out = reading.printed(found, user)
    recipient = found.recipient
    return {
        "letter": found,
        "referral": found.referral,
        "text": text,
        "taken_out": taken_out,
        "place": _place(found, user),
        "problem": whom.problem_of(found, user, timezone.localdate()) if found.is_open else "",
        "guard": guards.needs_yes(found) if found.is_open else "",
        "may_allow": holds(user, P.LETTER_HOME),
        "language": lists.label("language", recipient.first_language) if recipient and recipient.first_language else "",
        "interpreter": recipient is not None and recipient.interpreter_needed is True,
        "buttons": doors.buttons(found, user),
        "may_print": found.status == Letter.Status.CHECKED and holds(user, P.REFERRAL_WORK),
        "may_open": holds(user, P.DOCUMENT_VIEW),
        "changes": list(history(found.reference)),
    }


def _place(found: Letter, user: User) -> str:
    """Where it goes, as a page may show it: a confidential address stands on the letter alone."""
    rows = whom.addresses_of(found, user)
    is_hidden = any(row.is_confidential for row in rows) or not rows
    return "Confidential address: it stands on the letter alone" if is_hidden else found.to_lines


def _form_facts(name: str, found: Letter, user: User) -> dict[str, Any]:
    """What the form of an act needs besides the letter."""
    if name == "edit":
        own = whom.places(found.referral, user, timezone.localdate())
        return {"places": [place for place in own if place.person.pk == found.recipient_id]}
    if name == "check":
        return {"named": reading.named_in(found, reading.printed(found, user)[0], user)}
    return {}


def _edit(found: Letter, by: User, at: datetime, given: dict[str, Any]) -> object:
    return actions.edit(
        letter=found, by=by, at=at, subject=given["subject"], text=given["text"], place=int(given["place"]),
        version=given["version"],
    )  # fmt: skip


def _checked(found: Letter, by: User, at: datetime, given: dict[str, Any]) -> object:
    return actions.check(letter=found, by=by, at=at, knows=given["knows"], version=given["version"])


ACTS: dict[str, Act] = {
    "edit": Act(P.REFERRAL_WORK, "Change the letter", "Save", forms.EditForm, _edit, "Saved."),
    "home": Act(
        P.LETTER_HOME, "Say yes to this letter", "Say yes", forms.HomeForm, plain(actions.allow_home, "letter"),
        "Your yes has been recorded.",
        text="Read the letter first. Your yes is to these words at this address: when they change it is asked again.",
    ),
    "check": Act(
        P.REFERRAL_WORK, "Check before it leaves", "It may leave", forms.CheckForm, _checked,
        "Checked: print it, post it, and record that it was posted.",
    ),
    "send": Act(
        P.REFERRAL_WORK, "Record that it was posted", "It was posted", forms.SendForm, plain(actions.send, "letter"),
        "The letter has been kept as a document of the record.",
    ),
    "take-back": Act(
        P.REFERRAL_WORK, "Change it after all", "Make it a draft again", ButtonForm, plain(actions.take_back, "letter"),
        "It is a draft again.", text="Destroy what was printed of it.",
    ),
    "withdraw": Act(
        P.REFERRAL_WORK, "Withdraw the letter", "Withdraw", forms.WithdrawForm, plain(actions.withdraw, "letter"),
        "The letter has been withdrawn.", kind="warning",
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_VIEW)
def act(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    """The page of one act; what the act itself needs is asked before anything is shown."""
    chosen = acts.chosen(ACTS, name, request.user)
    found = shown(request, reference)
    form: VersionForm = acting.form(
        request, chosen.form, record=found, called=chosen.title, **_form_facts(name, found, request.user)
    )

    def run(given: dict[str, Any], at: datetime) -> object:
        if isinstance(form, forms.CheckForm):
            given = {"version": given["version"], "knows": actions.answers(given, form.named)}
        return chosen.run(found, request.user, at, given)

    done = acting.carry_out(request, form, run, said=chosen.done, to=address_of(found))
    context = {
        "record": found,
        "form": form,
        "title": chosen.title,
        "button": chosen.button,
        "act_text": chosen.text,
        "kind": chosen.kind,
        "shows_text": name in ("check", "home"),
    }
    return done or page(request, "referrals/letters/act.html", {**_about(request, found), **context})


@require_POST
@needs(P.REFERRAL_WORK)
def print_pdf(request: StaffRequest, reference: str) -> HttpResponse:
    """The PDF of a checked letter, for the post: a POST with its own audit row."""
    found = shown(request, reference)
    return acting.at_once(
        request,
        lambda at: actions.printed(letter=found, by=request.user, at=at),
        back=address_of(found),
        to=lambda content: pdf(content, f"{found.reference}.pdf"),
    )
