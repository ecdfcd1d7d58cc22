"""What waits for one's signature, over all machines; and who signs for whom while somebody is away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import acting, audit
from frontdoor.access import Denied, Permission, StaffRequest, holds, signed_in
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.people.hooks import Named
from frontdoor.people.record import about
from frontdoor.signing import actions, readers
from frontdoor.signing.models import Delegation
from frontdoor.staff.readers import teams
from frontdoor.ui.dates import DateField
from frontdoor.ui.formats import day
from frontdoor.ui.forms import NamedChoice, UiForm
from frontdoor.ui.responses import page


class FilterForm(UiForm):
    """What the list shows."""

    keeps_no_draft = "a filter: it stands in the address"
    kind = forms.ChoiceField(label="What waits", required=False)
    team = forms.ChoiceField(label="Team of who proposed it", required=False)
    whose = forms.ChoiceField(label="Whose list", required=False)


class DelegationForm(UiForm):
    """Who signs for somebody, from one day to another."""

    called = "Name who signs while somebody is away"
    of = NamedChoice(label="Who is away?", queryset=None, empty_label="Choose a colleague")
    to = NamedChoice(
        label="Who signs for them?", queryset=None, empty_label="Choose a colleague",
        help_text="Somebody whose own role allows it. They cannot pass it on.",
    )  # fmt: skip
    from_on = DateField(label="First day", looks_ahead=True)
    until_on = DateField(label="Last day", help_text="It ends by itself after this day.", looks_ahead=True)

    def __init__(self, *args: Any, people: QuerySet[User], signers: QuerySet[User], **kwargs: Any) -> None:
        """``people``: those for whom somebody is named here; where it is only oneself, nobody is asked for."""
        super().__init__(*args, **kwargs)
        self.choose_from("of", people)
        self.choose_from("to", signers)
        if len(people) == 1:
            self.only = people[0]
            del self.fields["of"]

    def clean(self) -> dict[str, Any]:
        """Whoever is asked for nobody names who signs for themselves."""
        cleaned = super().clean()
        if "of" not in self.fields:
            cleaned["of"] = self.only
        return cleaned


@dataclass(frozen=True)
class Shown:
    """A line of the list with what the layers above the list know of it."""

    line: readers.Line
    children: list[Named]
    clock: Clock | None

    @property
    def named(self) -> list[Named]:
        """As many as a line names."""
        return self.children[: about.MOST]

    @property
    def more(self) -> int:
        """How many it does not name."""
        return max(len(self.children) - about.MOST, 0)


def _signer(user: User) -> None:
    if not readers.kinds_of(user):
        raise Denied("signatures", "Nothing waits for your signature: your role signs nothing.")


@require_safe
@signed_in
def signatures(request: StaffRequest) -> HttpResponse:
    """Everything that waits for the reader's signature, the longest first; the filters stand in the address."""
    user, now = request.user, timezone.now()
    _signer(user)
    kinds = {kind.code: kind.label for kind in readers.kinds_of(user)}
    of_teams = {team.code: team.name for team in teams() if team.is_active}
    others = {each.username: each for each in readers.signed_for_now(user, now)}
    choices = {"kind": kinds, "team": of_teams, "whose": {name: each.name for name, each in others.items()}}
    chosen = {name: code for name in choices if (code := request.GET.get(name, "")) in choices[name]}
    found = readers.listed(
        user, now, kind=chosen.get("kind", ""), team=chosen.get("team", ""),
        whose=others.get(chosen.get("whose", "")), after=request.GET.get("after", ""),
    )  # fmt: skip
    references = [reference for line in found.lines for reference in line.said.about]
    children = about.children_of(references, user, timezone.localdate(now))
    lines = _shown(found.lines, children, user)
    if children:
        audit.shows(request, about.people_in(children.values()), given_on=about.given_on(children))
    request.to_sign = readers.number(user, now)
    return page(
        request,
        "pages/signatures.html",
        {
            "lines": lines,
            "number": request.to_sign,
            "now": now,
            "form": _filters(chosen, choices),
            "tags": [
                {"text": choices[name][code], "href": _address({k: v for k, v in chosen.items() if k != name})}
                for name, code in chosen.items()
            ],
            "first": _address(chosen) if request.GET.get("after") else "",
            "following": _address({**chosen, "after": found.after}) if found.after else "",
            "others": list(others.values()),
            "own": readers.own_on_lists_of(user, list(others.values()), now),
        },
    )


def _filters(chosen: dict[str, str], choices: dict[str, dict[str, str]]) -> FilterForm:
    form = FilterForm(initial=chosen)
    form.offer("kind", [("", "Everything"), *choices["kind"].items()])
    form.offer("team", [("", "Every team"), *choices["team"].items()])
    if choices["whose"]:
        form.offer("whose", [("", "Everybody’s"), *choices["whose"].items()])
    else:
        del form.fields["whose"]
    return form


def _shown(lines: list[readers.Line], children: dict[str, list[Named]], user: User) -> list[Shown]:
    references = [reference for line in lines for reference in line.said.about]
    nearest: dict[str, Clock] = {}
    clocks = Clock.objects.visible_to(user).running().filter(reference__in=references) if references else []
    for clock in sorted(clocks, key=lambda clock: (clock.due_at, clock.pk)):
        nearest.setdefault(clock.reference, clock)
    return [
        Shown(
            line,
            next((found for each in line.said.about if (found := children.get(each))), []),
            min((nearest[each] for each in line.said.about if each in nearest), key=lambda c: c.due_at, default=None),
        )
        for line in lines
    ]


def _address(pairs: dict[str, str]) -> str:
    query = QueryDict(mutable=True)
    query.update(pairs)
    return reverse("pages:signatures") + (f"?{query.urlencode()}" if query else "")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def signs_for(request: StaffRequest) -> HttpResponse:
    """Who signs for whom, now and later, of those one may name somebody for; a form for one more; ``end`` ends one."""
    user, here = request.user, reverse("pages:signs_for")
    _signer(user)
    people = readers.may_be_named_for(user)
    rows = readers.delegations(user, timezone.now())
    given = request.POST.get("end", "")
    if given:
        key = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
        ending = get_object_or_404(rows, pk=key)
        return acting.at_once(
            request,
            lambda at: actions.withdraw(delegation=ending, by=user, at=at),
            said=lambda row: f"{row.to.name} no longer signs for {row.of.name}",
            back=here,
        )
    initial = _offered(request.GET, people)
    form = acting.form(
        request, DelegationForm, people=people, signers=readers.signers(), initial=initial, at=here,
    )  # fmt: skip

    def enter(answers: dict[str, Any], at: datetime) -> Delegation:
        return actions.delegate(by=user, at=at, **answers)

    done = acting.carry_out(
        request, form, enter, to=here,
        said=lambda row: f"{row.to.name} signs for {row.of.name} from {day(row.from_on)} to {day(row.until_on)}",
    )  # fmt: skip
    context = {
        "form": form,
        "rows": list(rows.select_related("of", "to", "entered_by").order_by("from_on", "pk")),
        "today": timezone.localdate(),
        "arranges": holds(user, Permission.SIGNING_ARRANGE),
    }
    return done or page(request, "pages/signs_for.html", context)


def _offered(query: QueryDict, people: QuerySet[User]) -> dict[str, Any]:
    """What an absence that was entered offers: whose, and its days; what is none of it is as if it were not there."""
    found: dict[str, Any] = {}
    of = query.get("of", "")
    if of.isascii() and of.isdigit() and len(of) < 19 and people.filter(pk=int(of)).exists():
        found["of"] = int(of)
    for name in ("from_on", "until_on"):
        try:
            found[name] = datetime.strptime(query.get(name, ""), "%Y-%m-%d").date()  # noqa: DTZ007 (a day)
        except ValueError:
            continue
    return found
