"""Two records that may be one person: the list of pairs, two records side by side, and taking a merge back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.pages import journey, merging_bulk
from frontdoor.people import identifiers
from frontdoor.people.access import check_conflict
from frontdoor.people.hooks import open_work
from frontdoor.people.merging import merge, pairs
from frontdoor.people.models import Address, Merge, PairToReview, Person
from frontdoor.people.protection.reach import Reached, warnings_for
from frontdoor.people.record import overview as record
from frontdoor.ui.formats import short_day
from frontdoor.ui.forms import UiForm, why
from frontdoor.ui.responses import page

P = Permission
WHY = "review of a pair"
STATES = {"": "To decide", "later": "Later", "same": "The same person", "not_same": "Different people"}
LEAST = [("", "Any"), ("0.5", "At least 50%"), ("0.8", "At least 80%"), ("0.95", "At least 95%")]
CODES = [
    ("sex", "Sex"),
    ("ethnicity", "Ethnicity"),
    ("language", "First language"),
    ("religion", "Religion"),
]


class PairFilter(UiForm):
    """Which pairs are listed."""

    keeps_no_draft = "a filter: it stands in the address"
    least = django_forms.ChoiceField(label="How likely", choices=LEAST, required=False)
    state = django_forms.CharField(required=False, widget=django_forms.HiddenInput)


class UnmergeForm(UiForm):
    """Why a merge is undone."""

    called = "Undo a merge"
    reason = why("Why are these not one record?", "Say why", longest=1000)
    not_same = django_forms.BooleanField(
        label="They are different people: do not offer them as one again", required=False
    )


class AnswerForm(UiForm):
    """Whether two records are one person; which reference stays, and which of two open referrals goes on, if so."""

    keeps_no_draft = "choices and a button, nothing typed"
    decision = django_forms.CharField(required=False)
    survivor = django_forms.CharField(required=False)
    goes_on = django_forms.CharField(required=False)
    left_version = django_forms.CharField(required=False)
    right_version = django_forms.CharField(required=False)


@dataclass(frozen=True)
class Line:
    """One fact of two records, side by side."""

    label: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Whether they agree, in a word; nothing when one of them is silent."""
        if not self.left or not self.right:
            return "" if self.left == self.right else "Only one"
        if {x.casefold() for x in self.left} == {x.casefold() for x in self.right}:
            return "Same"
        return "Partly" if {x.casefold() for x in self.left} & {x.casefold() for x in self.right} else "Different"


def _born(person: Person) -> tuple[str, ...]:
    if person.date_of_birth is None:
        return (f"expected {short_day(person.expected_on)}",) if person.expected_on else ()
    sure = {"estimated": " (estimated)", "day_unknown": " (day not known)"}.get(person.dob_precision, "")
    return (f"{short_day(person.date_of_birth)}{sure}",)


def _places(person: Person) -> tuple[str, ...]:
    return tuple(
        "A confidential address" if a.is_confidential else ", ".join(x for x in (a.lines, a.postcode) if x)
        for a in record.addresses(person)
    )


def _warned(warning: Reached) -> str:
    return f"{lists.label('warning_kind', warning.kind)}: {warning.text}"


def _kept(address: Address) -> str:
    past = " (past)" if address.ended_on else ""
    return f"One{past}, kept from {address.confidential_from}" if address.confidential_from else f"One{past}"


def _restricted(person: Person) -> Iterator[str]:
    """What keeps others out of a record, or its family in the dark."""
    for restriction in person.restrictions.in_force().order_by("pk"):
        yield f"{restriction.get_kind_display()}: only named colleagues may see it"
    if person.is_adoption_protected:
        yield "Adoption protected"
    if person.may_not_know_we_are_involved:
        yield "The family does not know we are involved"


#: Facts that are safety: of these the one record has what either had.
STRICTER = ("Plan", "Warnings", "Confidential addresses", "Restrictions")


def carried(lines: list[Line]) -> list[str]:
    """What the one record will carry because either has it, in words."""
    return [each.label for each in lines if each.label in STRICTER and (each.left or each.right)]


def side_by_side(left: Person, right: Person, user: User) -> tuple[list[Line], set[int]]:
    """Facts of two records in the same order, and the keys of everybody they show; a fixed number of queries."""
    family = {person.pk: record.family(person, user) for person in (left, right)}
    work = open_work([left.pk, right.pk], hidden_from=user)
    notes = {person.pk: record.texts(person) for person in (left, right)}
    plans = journey.plans([left, right], user)
    warned = warnings_for([left.pk, right.pk], user, with_left=True)

    def line(label: str, read: Callable[[Person], tuple[str, ...]]) -> Line:
        return Line(label, tuple(filter(None, read(left))), tuple(filter(None, read(right))))

    def coded(name: str) -> Callable[[Person], tuple[str, ...]]:
        field = {"language": "first_language"}.get(name, name)
        return lambda p: (lists.label(name, getattr(p, field)),) if getattr(p, field) not in ("", "NOBT") else ()

    lines = [
        line("Names", lambda p: tuple(dict.fromkeys(n.full for n in p.names.order_by("-kind", "pk")))),
        line("Born", _born),
        line("Died", lambda p: (short_day(p.died_on),) if p.died_on else ()),
        *(line(label, coded(name)) for name, label in CODES),
        line("School", lambda p: (p.school,)),
        line("Description", lambda p: (p.description,)),
        line("Addresses", _places),
        line("Telephones", lambda p: tuple(t.number for t in p.telephones.order_by("pk"))),
        line(
            "Identifiers",
            lambda p: tuple(f"{identifiers.KINDS.get(i.kind, i.kind)} {i.value}" for i in p.identifiers.order_by("pk")),
        ),
        line(
            "Family",
            lambda p: tuple(f"{lists.label('relationship', r.kind)}: {r.person.display_name}" for r in family[p.pk]),
        ),
        line("Open work", lambda p: tuple(f"{w.kind} {w.reference} {w.status_label}" for w in work.get(p.pk, []))),
        line("Plan", lambda p: tuple(f"{plan.label} {plan.reference}" for plan in plans.get(p.pk, []))),
        line("Warnings", lambda p: tuple(_warned(w) for w in warned[p.pk])),
        line(
            "Confidential addresses",
            lambda p: tuple(_kept(a) for a in p.addresses.all() if a.is_confidential and (a.lines or a.postcode)),
        ),
        line("Restrictions", lambda p: tuple(_restricted(p))),
        line("Notes", lambda p: tuple(t.notes for t in notes[p.pk])),
        line("From", lambda p: (f"{p.origin}, recorded {short_day(p.recorded_at)}",)),
    ]
    shown = {left.pk, right.pk} | {r.person.pk for relatives in family.values() for r in relatives}
    return [each for each in lines if each.left or each.right], shown


def _page_of(request: StaffRequest, **values: str) -> str:
    query = {k: v for k, v in values.items() if v}
    return reverse("pages:pairs") + (f"?{urlencode(query)}" if query else "")


@require_safe
@needs(P.MERGE_REVIEW)
def pairs_to_review(request: StaffRequest) -> HttpResponse:
    """Pairs of records that may be one person, the likeliest first."""
    form = PairFilter(request.GET)
    state, least = request.GET.get("state", ""), request.GET.get("least", "")
    state = state if state in STATES else ""
    least = least if least in dict(LEAST) else ""
    found = pairs.listed(
        request.user, state=state, least=float(least or 0), after=request.GET.get("after", "").replace("\x00", "")
    )
    people = [person for pair in found.pairs for person in (pair.left, pair.right)]
    if people:
        audit.shows(request, people, reason=WHY)
    following = _page_of(request, state=state, least=least, after=found.next_after) if found.next_after else ""
    return page(
        request,
        "pages/pairs.html",
        {
            "pairs": found.pairs,
            "tabs": [
                {"text": text, "href": _page_of(request, state=code, least=least), "active": code == state}
                for code, text in STATES.items()
            ],
            "filter": form if form.is_valid() else PairFilter(),
            "following": following,
            "merged": _key(request.GET.get("merged", "")),
            "today": timezone.localdate(),
            "may_accept": state in ("", "later") and holds(request.user, P.PEOPLE_MERGE),
            "from": merging_bulk.LEAST,
        },
        status=200,
    )


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _pair(request: StaffRequest, key: int) -> PairToReview:
    pair = pairs.pair_for(request.user, key)
    if pair is None:
        raise Http404
    for person in (pair.left, pair.right):
        check_conflict(request.user, person)
    return pair


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.MERGE_REVIEW)
def review(request: StaffRequest, key: int) -> HttpResponse:
    """Two records side by side, and the answer; the next pair follows by itself."""
    pair = _pair(request, key)
    form = acting.form(request, AnswerForm)
    done = _decide(request, pair, form)
    if done is not None:
        return done
    lines, shown = side_by_side(pair.left, pair.right, request.user)
    audit.shows(request, shown, kind="opened", reference=str(pair.left.reference), reason=WHY)
    return page(
        request,
        "pages/pair.html",
        {
            "pair": pair,
            "lines": lines,
            "carried": carried(lines),
            "both_open": _both_open(pair, request.user),
            "form": form,
            "refusal": form.refusal(),
            "kept": {name: request.POST.get(name, "") for name in ("survivor", "goes_on")},
            "first": min((pair.left, pair.right), key=lambda person: (person.recorded_at, person.pk)),
            "is_open": pair.decision in ("", "later") and holds(request.user, P.PEOPLE_MERGE),
            "decided": dict(PairToReview.Decision.choices).get(pair.decision, ""),
            "merged": _key(request.GET.get("merged", "")),
        },
    )


def _both_open(pair: PairToReview, user: User) -> list[pairs.Episode]:
    """The open referrals of both records, when both have one the user may see: somebody says which goes on."""
    episodes = pairs.episodes_of(pair)
    seen = {
        work.reference
        for works in open_work([pair.left_id, pair.right_id], hidden_from=user).values()
        for work in works
    }
    return episodes if {one.reference for one in episodes} <= seen else []


def _decide(request: StaffRequest, pair: PairToReview, form: AnswerForm) -> HttpResponse | None:
    first = min((pair.left, pair.right), key=lambda person: (person.recorded_at, person.pk))
    following = pairs.following(request.user, pair) if form.is_sent else None

    def act(given: dict[str, str], at: datetime) -> Merge | None:
        return pairs.decide(
            pair=pair,
            decision=given["decision"],
            by=request.user,
            at=at,
            survivor={str(p.reference): p for p in (pair.left, pair.right)}.get(given["survivor"], first),
            left_version=_key(given["left_version"]),
            right_version=_key(given["right_version"]),
            goes_on=given["goes_on"],
        )

    def to(done: Merge | None) -> str:
        query = f"?merged={done.pk}" if done is not None else ""
        # The next pair may have been settled by this answer.
        if following is None or (found := pairs.pair_for(request.user, following.pk)) is None:
            return reverse("pages:pairs") + query
        return reverse("pages:pair", args=[found.pk]) + query

    joined = f"{pair.left.reference} and {pair.right.reference} are one record"
    return acting.carry_out(request, form, act, said=lambda done: joined if done is not None else "", to=to)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.PEOPLE_UNMERGE)
def unmerge(request: StaffRequest, key: int) -> HttpResponse:
    """Undo a merge, with the reason; what has been written since is told afterwards."""
    done = pairs.merge_for(request.user, key)
    if done is None:
        raise Http404
    check_conflict(request.user, done.survivor)
    audit.shows(request, [done.survivor_id, done.loser_id], kind="opened", reference=str(done.survivor.reference))
    form = acting.form(request, UnmergeForm, record=done.survivor)

    def to(undone: merge.Undone) -> str:
        for edit in undone.edits[:20]:
            messages.info(request, edit.sentence)
        return reverse("pages:person", args=[done.loser.reference])

    answer = acting.carry_out(
        request,
        form,
        lambda given, at: merge.undo(done, by=request.user, at=at, **given),
        said=f"{done.loser.reference} and {done.survivor.reference} are two records again",
        to=to,
    )
    return answer or page(request, "pages/unmerge.html", {"merge": done, "form": form})
