"""Settings: every door of whoever looks after the service, in groups, on one page.

A door stands here by the name of its address; who may open it is read from the page itself, so that nothing here can
say otherwise. The tables of rules and the code lists come from the rules that there are.
"""

from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import resolve, reverse
from django.views.decorators.http import require_safe

from frontdoor.access import ROLE_LABELS, Permission, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.dated import TABLES
from frontdoor.ui.responses import page


@dataclass(frozen=True)
class Door:
    """A page with what one does on it. ``href``: its address."""

    text: str
    about: str
    href: str


@dataclass(frozen=True)
class Group:
    """Doors that belong together. ``is_short``: a long list, of which nothing more is said than the names."""

    title: str
    about: str
    doors: tuple[Door, ...]
    is_short: bool = False


#: Title, a sentence, and its doors: text, what one does there, and the name of the page.
GROUPS: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Staff and teams",
        "Who works here, in which team and in which role.",
        (
            ("Staff", "Find an account, change its role or team, end it or open it again.", "pages:staff"),
            ("Add a member of staff", "Open an account; its holder chooses the password.", "pages:add_member"),
            ("Changes that wait", "Say yes or no to what another administrator asked for.", "pages:account_changes"),
            ("Teams", "Add a team, and say who manages it and whether it holds cases.", "pages:teams"),
        ),
    ),
    (
        "Agencies",
        "Who sends contacts to us, and by what.",
        (
            (
                "Agencies and their access",
                "Tokens, clients and webhooks, and when each was last used.",
                "agencies:list",
            ),
            ("Add an agency", "Before it can be given a token.", "agencies:add"),
            (
                "Notifications without a grade",
                "Which agency may send without a grade, and until which day.",
                "contacts:ungraded",
            ),
            ("Web forms", "Links sent to professionals without a system of their own.", "contacts:web_forms"),
            ("Files of notifications", "Files sent to us, and messages that could not be read.", "contacts:feeds"),
        ),
    ),
    (
        "Screening",
        "What decides the order of the queue and the level of need.",
        (
            ("Ranking weights", "How much each fact raises a contact on the queue.", "contacts:weights"),
            ("Threshold document", "The levels of need as everybody may read them.", "contacts:thresholds"),
            ("New edition of the thresholds", "Publish levels of need from a day on.", "contacts:new_thresholds"),
        ),
    ),
    (
        "Shifts",
        "When the day team hands over to the emergency duty team.",
        (("Hours of the shifts", "Set new hours from a day on.", "contacts:handover_shifts"),),
    ),
    (
        "Records",
        "What comes in from other systems, and how long records are kept.",
        (
            ("Imports", "Send files of another system, check them and load them.", "exchange:imports"),
            ("Wordings of imports", "What the words of another system mean here.", "exchange:wordings"),
            ("Retention", "Records that are due to be destroyed, and holds on them.", "pages:retention"),
            ("Disposals", "What was destroyed, when and why.", "pages:disposals"),
        ),
    ),
    (
        "Rules",
        "What the council sets itself, each from a day on.",
        (
            ("All rules and code lists", "Find a table, and see which changes are planned.", "pages:rules"),
            ("Rules as a file", "Export all rules, or import them.", "pages:rules_file"),
        ),
    ),
)


def may_open(user: User, href: str) -> bool:
    """Whether the page at this address lets this user in, by the permission that its view declares."""
    needed = getattr(resolve(href).func, "permission", "")
    return needed in ("public", "signed in") or (
        needed in Permission._value2member_map_ and holds(user, Permission(needed))
    )


def groups(user: User) -> list[Group]:
    """The groups with the doors that this user may open; a group without one is left out."""
    found = [
        Group(title, about, tuple(Door(text, said, reverse(name)) for text, said, name in doors))
        for title, about, doors in GROUPS
    ]
    of_roles = tuple(
        Door(label, "", f"{reverse('pages:staff')}?role={role.value}") for role, label in ROLE_LABELS.items()
    )
    found.insert(1, Group("Roles", "Who has each role. A role is given on the account.", of_roles, is_short=True))
    for title, about, is_list in (
        ("Tables of rules", "Each of the rules on a page of its own.", False),
        ("Code lists", "The words that may be chosen.", True),
    ):
        tables = sorted((t for t in TABLES.values() if t.is_list == is_list), key=lambda t: t.label.casefold())
        doors = tuple(Door(t.label, t.about, reverse("pages:rule_table", args=[t.name])) for t in tables)
        found.append(Group(title, about, doors, is_short=True))
    kept = [
        Group(g.title, g.about, tuple(d for d in g.doors if may_open(user, d.href.partition("?")[0])), g.is_short)
        for g in found
    ]
    return [group for group in kept if group.doors]


@require_safe
@needs(Permission.RULES_MANAGE)
def settings(request: StaffRequest) -> HttpResponse:
    """Everything this user may set, in groups."""
    return page(request, "pages/settings.html", {"groups": groups(request.user)})
