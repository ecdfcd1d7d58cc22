"""After every act on a restricted record everybody else looks again: no page or list has a trace of the child.

What was right when a record was restricted may be wrong one act later: the order is "act, then look". After each act
a part of the homes and notices (with the alerts that stand on every page), of the lists, of the searches and of the
pages of each record of the child's is opened, by one role after the other, so that within fourteen acts all of them
were: what an act leaves behind stays for the next. At the end everybody opens everything. What an agency is answered,
files for a spreadsheet, and the record of a father whom everybody may see, with its chronology on paper, are looked at
too.
"""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader

from contacts.models import Contact
from frontdoor.access import ROLES, Permission, Role
from frontdoor.audit.events import EVENTS
from frontdoor.audit.models import Entry
from frontdoor.pages.team import Kind, href_of
from frontdoor.people.models import Restriction
from frontdoor.people.record.looked import Which
from frontdoor.workflow.machines import MACHINES
from frontdoor.workflow.models import StatusChange
from tests.fitness.acts_elsewhere import ELSEWHERE, MOVES_ELSEWHERE, NO_ACTS, OF_OFFICES
from tests.fitness.acts_on_restricted import ACTS
from tests.fitness.restricted_stage import NOW, Stage, set_up
from tests.fitness.test_authorisation_walk import walk

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EVERYBODY = ("/", "/notices/")
#: After each act one of so many homes, of so many lists and of so many records is opened.
OF_HOMES, OF_LISTS, OF_RECORDS = 11, 12, 2
#: Lists of an office, about nobody; and what is made by a compiler or differs in nothing but its words.
NOT_LOOKED_AT = ("/rules/", "/settings/", "/thresholds/", "/imports/", "/agencies/", "/health/", "/staff/", "/oauth/")
PARTS = {
    "P": [
        "people/~/", "people/~/chronology/", "people/~/documents/", "who-looked/~/", "who-looked/~/?format=csv",
        "people/~/retention/",
    ],
    "C": ["contacts/~/", "contacts/~/look/", "contacts/~/decide/", "contacts/~/take/", "clocks/~/"],
    "R": ["referrals/~/", "referrals/~/do/allocate/", "clocks/~/", "who-looked/~/"],
    "A": ["assessments/~/", "clocks/~/"],
    "Q": ["section-47/~/"],
    "N": ["plans/~/"],
    "L": ["letters/~/", "letters/~/do/check/"],
    "U": ["unaccompanied/~/"],
    "G": ["age/~/"],
    "M": ["emergency-protection/~/"],
    "T": ["transfers/~/", "transfers/~/do/accept/"],
    "D": ["documents/~/", "documents/~/view/", "documents/~/download/"],
    "S": ["supervision/~/"],
    "E": ["early-help/~/", "clocks/~/"],
}  # fmt: skip
SEARCHES = [
    ("/people/found/", {"q": "Zephyrine Quillfeather"}),
    ("/people/found/", {"q": "Larkspur Lantern"}),
    ("/find/", {"q": "Zephyrine 2014"}),
    ("/contacts/queue/find/", {"name": "Quillfeather"}),
    ("/documents/found/", {"q": "Zephyrine"}),
]
SEARCHERS = (Role.DUTY_MANAGER, Role.SOCIAL_WORKER, Role.CONTACT_OFFICER)
Look = tuple[Role, str, dict[str, str] | None]


@pytest.fixture
def stage(settings: Any, tmp_path: Any) -> Stage:
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    return set_up()


def lists() -> list[tuple[str, list[Role]]]:
    """Each address without a parameter, with the roles that may open it."""
    found = []
    for path, mark in walk():
        if "X-00000000" in path or "/1/" in path or "0000-4000" in path or "/accept/" in path:
            continue  # of one record, or of a kind that is none
        if path.startswith(NOT_LOOKED_AT):
            continue
        may = [role for role in Role if mark == "signed in" or (mark in set(Permission) and mark in ROLES[role])]
        if may and path not in EVERYBODY:
            found.append((path, may))
    found += [(href_of(kind), [Role.TEAM_MANAGER]) for kind in Kind]
    for which in Which:
        path = f"/who-looked/lists/{which.value}/"
        found += [(path, [Role.DATA_PROTECTION_OFFICER]), (f"{path}?format=csv", [Role.DATA_PROTECTION_OFFICER])]
    return found


def to_look_at(stage: Stage, every: list[tuple[str, list[Role]]]) -> Iterator[Look]:
    """What is opened after an act: by whom, where, and what is sent (None: it is only opened)."""
    roles = list(Role)
    for number, role in enumerate(roles):
        if (number + stage.turn) % OF_HOMES == 0:
            for path in EVERYBODY:
                yield role, path, None
    for number, (path, may) in enumerate(every):
        if (number + stage.turn) % OF_LISTS == 0:
            yield may[(number + stage.turn) // OF_LISTS % len(may)], path, None
    for number, (path, sent) in enumerate(SEARCHES):
        if (number + stage.turn) % len(SEARCHES) == 0:
            yield SEARCHERS[stage.turn % len(SEARCHERS)], path, sent
    for number, reference in enumerate(of_records(stage)):
        if (number + stage.turn) % OF_RECORDS:
            continue
        parts, turn = PARTS[reference[0]], (number + stage.turn) // OF_RECORDS
        role = Role.DUTY_MANAGER if turn % 2 else roles[(turn + number) % len(roles)]
        yield role, f"/{parts[turn % len(parts)].replace('~', reference)}", None


def everything(stage: Stage, every: list[tuple[str, list[Role]]]) -> Iterator[Look]:
    """Each list and the first page of each record by every role that may open it, the other pages of it by some."""
    roles = list(Role)
    for role in roles:
        for path in EVERYBODY:
            yield role, path, None
    for number, reference in enumerate(of_records(stage)):
        first, *others = PARTS[reference[0]]
        for role in roles:
            yield role, f"/{first.replace('~', reference)}", None
        for part in others:
            for role in (Role.DUTY_MANAGER, roles[number % len(roles)]):
                yield role, f"/{part.replace('~', reference)}", None
    for path, may in every:
        for role in may:
            yield role, path, None
    for path, sent in SEARCHES:
        for role in SEARCHERS:
            yield role, path, sent
    yield Role.DUTY_MANAGER, f"/people/{stage.kin}/chronology/pdf/", {"handling": "on"}


def of_records(stage: Stage) -> list[str]:
    return [*stage.references, *stage.lines, *stage.open_again, stage.kin]


def traces(stage: Stage, text: str, asked: str) -> list[str]:
    """What of the child stands in an answer, beside what was asked for."""
    wanted = [word for word in (*stage.words, *stage.references) if word.lower() not in asked.lower()]
    return [word for word in wanted if word in text]


def look(stage: Stage, looks: Iterator[Look]) -> list[str]:
    """Everything that somebody else finds of her."""
    stage.turn += 1
    found = []
    for role, path, sent in looks:
        client = stage.clients[role]
        answer = client.get(path) if sent is None else client.post(path, sent, follow=True)
        assert answer.status_code < 500, (role, path)
        asked = f"{path} {' '.join((sent or {}).values())}"
        data = b"".join(answer)
        text = text_of(data) if path.endswith("/pdf/") else data.decode("utf-8", "replace")
        seen = traces(stage, text + str(answer.headers), asked)
        if path.startswith("/who-looked/") and role is Role.DATA_PROTECTION_OFFICER:
            # Who did what to a record, restricted or not, is evidence for whoever restricts them: by reference alone.
            seen = [word for word in seen if word not in stage.references]
        found += [f"{role.value} {asked}: {word}" for word in seen]
    return found + agency_looks(stage)


def text_of(paper: bytes) -> str:
    """The words on a printed document."""
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


def agency_looks(stage: Stage) -> list[str]:
    """What whoever told of her is answered beside the reference they were given."""
    found = []
    for contact in Contact.objects.filter(agency__isnull=False, reference__in=stage.references):
        for path in (f"contacts/{contact.reference}", "events"):
            text = stage.police.get(path).content.decode()
            own = [word for word in traces(stage, text, path) if word != contact.reference]
            found += [f"police {path}: {word}" for word in own]
    return found


def test_after_every_act_nobody_else_finds_a_trace(stage: Stage) -> None:
    """And no act is left out: whoever adds one has it walked, or says in ``acts_elsewhere`` why it need not be."""
    every = lists()
    assert len(every) > 30
    found: list[str] = []
    for act in ACTS:
        act(stage)
        found += [f"{act.__name__}: {told}" for told in look(stage, to_look_at(stage, every))]
    found += [f"at the end: {told}" for told in look(stage, everything(stage, every))]
    assert not found, f"{len(found)} traces:\n" + "\n".join(found[:300])
    walked = {*Entry.objects.filter(kind=Entry.Kind.ACTED).values_list("event", flat=True)}
    acts = {event for event in EVENTS if not event.startswith(OF_OFFICES)} - NO_ACTS
    assert acts - walked == ELSEWHERE, f"{sorted((acts - walked) ^ ELSEWHERE)} in one of the two alone"
    moved = {*StatusChange.objects.filter(reference__in=stage.references).values_list("model", "move")}
    moves = {(model._meta.label_lower, name) for model, table in MACHINES.items() for name in table}
    assert moves - moved == MOVES_ELSEWHERE, f"{sorted((moves - moved) ^ MOVES_ELSEWHERE)} in one of the two alone"


def test_whoever_looks_would_see_her(stage: Stage) -> None:
    """The looking itself: with nothing restricted she is found by name on lists, searches and her own pages."""
    for act in ACTS[:10]:
        act(stage)
    Restriction.objects.update(ended_at=NOW, ended_by=stage.holder)
    found = look(stage, everything(stage, lists()))
    for where in ("/people/P-", "/contacts/C-", "/referrals/R-", "/people/found/", "/referrals/queue/"):
        assert any(where in each for each in found), where
