"""The rules of contacts as rule tables, the open work they bear on, and what must hold of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.db.models import Q

from contacts.agencies.thresholds.models import LEVELS, ThresholdEdition
from contacts.agencies.webforms.models import MOST_DAYS, MOST_HOURS, WebFormRule
from contacts.fields import OF_A_TYPE
from contacts.grading.rules import RULES
from contacts.grading.theirs import as_code
from contacts.handover.models import ShiftPlan
from contacts.models import (
    AgencyGrade,
    BundlingRule,
    CommunalAddress,
    Contact,
    ContactType,
    DashBand,
    DecisionRule,
    ProvisionalGradeRule,
    RankWeights,
    SecondManagerRule,
)
from contacts.models.bundle import COMMUNAL_KINDS
from contacts.queue.forms import LABELS
from contacts.ranking.order import Weights
from contacts.ranking.ranks import rank_all
from contacts.screening.rules import Power
from frontdoor.accounts.models import Agency
from frontdoor.clocks.editions import STATUTORY_CODES
from frontdoor.clocks.models import Clock, LocalRule
from frontdoor.clocks.tables import CLOCK_RULES
from frontdoor.codelists import lists
from frontdoor.codelists.tables import name_of
from frontdoor.dated import Column, Plain, Table, Work, bears_on, check_with, follow_with, holds_for_good, register
from frontdoor.people.identifiers import postcode_key

Rows = Sequence[Plain]
All = Mapping[str, Rows]
Faults = Iterator[tuple[int, str, str]]

OPEN = ~Q(status="decided")
DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+")
ROUTES = [("screening", "Screening"), ("early_help", "Early help"), ("designated_officer", "The designated officer")]
MANDATORY = [
    ("agency_reference", "The agency’s reference"), ("grade", "Grade"), ("grade_reasons", "Reasons for the grade"),
    ("occurred_at", "When it happened"), ("level_of_need", "Level of need"),
    *((fact.name, fact.shown) for fact in OF_A_TYPE),
]  # fmt: skip
POWERS = [
    (Power.DECIDES.value, "Decides alone"),
    (Power.PROPOSES.value, "Proposes to a manager"),
    (Power.REFUSED.value, "May not choose it"),
]
KINDS = [(kind, kind.replace("childrens", "children’s").replace("_", " ").capitalize()) for kind in COMMUNAL_KINDS]


def _grades() -> list[tuple[str, str]]:
    return lists.choices("grade")


def _signs() -> list[tuple[str, str]]:
    return [(code, code.replace("_", " ").capitalize()) for code in dict.fromkeys(rule.code for rule in RULES)]


def _bands() -> list[tuple[str, str]]:
    return lists.choices("dash_grade")


def _nearest() -> list[tuple[str, str]]:
    return [("", "None of ours"), *_grades()]


def _outcomes() -> list[tuple[str, str]]:
    return lists.choices("contact_outcome")


def _timescale_known(rows: Rows, everything: All, on: date) -> Faults:
    """A type's timescale is one there is."""
    known = STATUTORY_CODES | {row["code"] for row in everything[CLOCK_RULES]}
    for place, row in enumerate(rows):
        if row["clock_rule"] and row["clock_rule"] not in known:
            yield place, "clock_rule", f"There is no timescale called {row['clock_rule']}."


def _outcome_known(rows: Rows, everything: All, on: date) -> Faults:
    """A decision rule is about an outcome there is."""
    known = {row["code"] for row in everything[name_of("contact_outcome")]}
    for place, row in enumerate(rows):
        if row["outcome"] not in known:
            yield place, "outcome", f"There is no outcome called {row['outcome']}."


def _told_outside(rows: Rows, everything: All, on: date) -> Faults:
    """Each outcome says what the agency is told."""
    known = {row["code"] for row in everything[name_of("outcome_outside")]} | {"same"}
    for place, row in enumerate(rows):
        if row["attributes"].get("outside") not in known:
            yield place, "attributes", "Say what the agency is told (outside): a code of that list, or same."


def _clocks_of_open_contacts(rows: Rows, everything: All, on: date) -> Faults:
    """No open contact is left without a clock: each local timescale it asks for holds from today on, without a gap."""
    contacts = Contact.objects.open()
    needed = set(contacts.exclude(type__clock_rule="").order_by().values_list("type__clock_rule", flat=True).distinct())
    needed |= {f"grade_{grade}" for grade in contacts.order_by().values_list("grade", flat=True).distinct() if grade}
    running = Clock.objects.filter(stopped_at__isnull=True, is_statutory=False, reference__startswith="C-")
    needed |= set(running.order_by().values_list("rule", flat=True).distinct())
    # What has no rule today has no clock today: that is for the council to mend, and bars no other change.
    needed &= set(LocalRule.objects.in_force(on).filter(agency__isnull=True).values_list("code", flat=True))
    for code in sorted(needed):
        places = [place for place, row in enumerate(rows) if row["code"] == code and not row["agency"]]
        if not holds_for_good([rows[place] for place in places], on):
            yield (
                places[-1] if places else -1, "valid_to" if places else "code",
                f"Open contacts need the timescale {code}: without it they would have no clock.",
            )  # fmt: skip


def _weights(rows: Rows, everything: All, on: date) -> Faults:
    """A worse grade never counts less."""
    for place, row in enumerate(rows):
        problem = Weights.problem_of({name: row[name] for name in LABELS})
        if problem is not None:
            yield place, problem[0], problem[1]


def _postcodes(rows: Rows, everything: All, on: date) -> Faults:
    """A postcode stands as it is looked up."""
    for place, row in enumerate(rows):
        if postcode_key(row["postcode_key"]) != row["postcode_key"]:
            yield place, "postcode_key", "Enter a postcode in capitals without a space, such as KX12AB."


def _every_count_has_a_band(rows: Rows, everything: All, on: date) -> Faults:
    """On every day from now on one band begins at no tick at all, and no two begin at the same."""
    today = on.isoformat()
    for day in sorted({today, *(row["valid_from"] for row in rows if (row["valid_from"] or "") > today)}):
        held = [(place, row) for place, row in enumerate(rows) if _holds(row, day)]
        begun = [row["at_least"] for _, row in held]
        for place, row in held:
            if 0 not in begun:
                yield place, "at_least", "One band has to begin at 0, so that every number of ticks is in one."
                return
            if begun.count(row["at_least"]) > 1:
                yield place, "at_least", f"Two bands cannot both begin at {row['at_least']}."
                return


def _holds(row: Plain, day: str) -> bool:
    return (row["valid_from"] or "") <= day and (row["valid_to"] is None or row["valid_to"] >= day)


def _grades_as_looked_up(rows: Rows, everything: All, on: date) -> Faults:
    """A grade stands as it is looked up."""
    for place, row in enumerate(rows):
        if as_code(row["code"]) != row["code"] or not row["code"]:
            yield place, "code", "Enter the grade in small letters, such as high."


def _lasts(rows: Rows, everything: All, on: date) -> Faults:
    """A web form lasts some hours, and a private mailbox is named by its domain."""
    for place, row in enumerate(rows):
        if not 1 <= row["hours"] <= MOST_HOURS:
            yield place, "hours", f"A web form lasts from 1 to {MOST_HOURS} hours."
        if not 1 <= row["kept_days"] <= MOST_DAYS:
            yield place, "kept_days", f"Whom it was sent to is known for 1 to {MOST_DAYS} days."
        for line in row["private_domains"].splitlines():
            if line.strip() and not DOMAIN.fullmatch(line.strip()):
                yield place, "private_domains", f"“{line.strip()[:60]}” is no domain in small letters."


LEVEL_WORDS = ("name", "description", "who_responds", "consent")


def _are_indicators(given: object) -> bool:
    return isinstance(given, dict) and all(
        isinstance(lines, list) and all(isinstance(line, str) for line in lines) for lines in given.values()
    )


def _levels(rows: Rows, everything: All, on: date) -> Faults:
    """An edition has every level, each one whole."""
    for place, row in enumerate(rows):
        told = {part.get("code"): part for part in row["parts"]}
        if sorted(told) != LEVELS or len(row["parts"]) != len(LEVELS):
            yield place, "parts", "An edition has the levels 1 to 4, each once."
        elif not all(isinstance(part.get(name), str) and part[name] for part in row["parts"] for name in LEVEL_WORDS):
            yield place, "parts", "Each level has a name, a description, who responds and what is said of consent."
        elif not all(_are_indicators(part.get("indicators")) for part in row["parts"]):
            yield place, "parts", "What a level looks like is a list of lines for each domain."


def register_rules() -> None:
    """Say which tables of contacts are rules, and what they bear on. Called when the app is ready."""
    edit, both = "rules.edit", "rules.manage"
    register(
        Table(
            "contact_types", "Types of contact", "What each contact is about, where it goes and how it is counted.",
            ContactType,
            (
                Column("code", "Code", hint="What the system and agencies call it. It cannot be changed later."),
                Column("label", "Words"),
                Column("hint", "Hint for whoever records it", required=False),
                Column("default_route", "Goes to", "choice", lambda: ROUTES),
                Column(
                    "clock_rule", "Timescale of its own", required=False,
                    hint="The code of a timescale, beside the decision’s one working day; it runs until its event",
                ),
                Column("mandatory", "Must be given", "choices", lambda: MANDATORY, required=False),
                Column("may_become_referral", "May become a referral", "flag"),
                Column("counts_in_returns", "Counts in the returns", "flag"),
                Column("is_restricted", "On its own restricted list", "flag"),
                Column("ranks_with_concerns", "Is ranked with concerns", "flag"),
                Column("position", "Place in the list", "number"),
            ),
            edit, title="label",
        ),
        Table(
            "decision_rules", "Decision rules", "Who decides an outcome alone, and who proposes it to a manager.",
            DecisionRule,
            (
                Column("outcome", "Outcome", "text", _outcomes),
                Column("contact_officer", "A contact officer", "choice", lambda: POWERS),
                Column("social_worker", "A social worker", "choice", lambda: POWERS),
                Column("manager", "A manager", "choice", lambda: POWERS),
            ),
            edit,
        ),
        Table(
            "second_managers", "Second manager", "Grades whose endings are signed by a second manager.",
            SecondManagerRule,
            (
                Column("grade", "Grade", "choice", _grades),
                Column("needs_second_manager", "Ended only when a second manager has signed", "flag"),
            ),
            edit,
        ),
        Table(
            "bundling", "Bundling", "How many days apart two contacts about one family can be to be screened together.",
            BundlingRule, (Column("window_days", "Days between two contacts, at most", "number"),), edit,
        ),
        Table(
            "web_forms", "Web forms", "How long a web form sent to a professional lasts, and where none is sent.",
            WebFormRule,
            (
                Column("hours", "Hours it lasts", "number", hint=f"From 1 to {MOST_HOURS}"),
                Column(
                    "private_domains", "Private mailboxes", "long", required=False,
                    hint="Domains at which no work address is, one on each line, in small letters",
                ),
                Column(
                    "kept_days", "Days it is known whom an unused one was sent to", "number",
                    hint=f"From 1 to {MOST_DAYS}, after it ended",
                ),
            ),
            edit,
        ),
        Table(
            "provisional_grades", "Provisional grades", "The grade a notification gets when it came without one.",
            ProvisionalGradeRule,
            (
                Column("code", "Sign", "choice", _signs),
                Column("grade", "Grade it gives", "choice", _grades),
                Column("at_least", "How often at the least", "number", hint="0 if once is enough"),
                Column("sentence", "How it is worded"),
            ),
            edit, title="sentence",
        ),
        Table(
            "dash_bands", "DASH bands", "From how many ticks on the DASH questionnaire says a band.", DashBand,
            (
                Column("band", "Band", "choice", _bands),
                Column("at_least", "From how many ticks", "number", hint="The lowest band begins at 0"),
            ),
            edit,
        ),
        Table(
            "agency_grades", "Grades of other agencies",
            "What an agency means by a grade of its own. It is shown beside our grade, never in its place.",
            AgencyGrade,
            (
                Column("agency_kind", "Kind of agency", "choice", lambda: list(Agency.Kind.choices)),
                Column("code", "What they call it", hint="In small letters, such as high"),
                Column("words", "What it means"),
                Column("like", "Nearest of our grades", "choice", _nearest, required=False),
            ),
            edit, title="words",
        ),
        Table(
            "communal_addresses", "Communal addresses",
            "Refuges, hostels, hospitals and schools: sharing one does not link two families.",
            CommunalAddress,
            (
                Column("postcode_key", "Postcode, in capitals without a space"),
                Column("line", "First line of the address", hint="Empty: every address there", required=False),
                Column("name", "Name"),
                Column("kind", "Kind", "choice", lambda: KINDS),
            ),
            edit, title="name",
        ),
        Table(
            "rank_weights", "Weights of the queue", "How much each fact moves a contact up the list.", RankWeights,
            (
                *(Column(name, label, "number") for name, label in LABELS.items()),
                Column("reason", "Why", "long", required=False),
            ),
            both, page="contacts:weights",
        ),
        Table(
            "shifts", "Hours of the shifts", "When the shifts change, and by when handovers are taken.", ShiftPlan,
            (
                Column("day_from", "Day team from", "times"),
                Column("day_to", "Day team to", "times"),
                Column("friday_to", "Fridays to", "times", required=False),
                Column("edt_changes", "The duty team changes at", "times"),
                Column("take_by", "Taken by", "times"),
                Column("take_minutes", "Or this many minutes after", "number"),
                Column("reason", "Why", "long", required=False),
            ),
            both, page="contacts:handover_shifts",
        ),
        Table(
            "thresholds", "Levels of need", "The threshold document, edition by edition.", ThresholdEdition,
            (
                Column("title", "Title"),
                Column("introduction", "Introduction", "long", required=False),
                Column("note", "What is new", required=False),
                Column("parts", "Levels", "parts"),
            ),
            both, title="title", page="contacts:new_thresholds",
        ),
    )  # fmt: skip
    _say_what_they_bear_on()
    for table, check in (
        ("contact_types", _timescale_known), ("decision_rules", _outcome_known), ("rank_weights", _weights),
        ("dash_bands", _every_count_has_a_band), ("agency_grades", _grades_as_looked_up),
        ("communal_addresses", _postcodes), ("thresholds", _levels), (CLOCK_RULES, _clocks_of_open_contacts),
        (name_of("contact_outcome"), _told_outside), ("web_forms", _lasts),
    ):  # fmt: skip
        check_with(table, check)
    follow_with("rank_weights", rank_all)


def _say_what_they_bear_on() -> None:
    contact = "contacts.Contact"
    keeps = "They stay as they are; contacts received from that day follow the new rule."
    bears_on("contact_types", Work(contact, "type__code", "open contacts of this type", OPEN, keeps))
    chosen = "They are decided under the rule of the day on which they are decided."
    bears_on(
        "decision_rules", Work(contact, "people__outcome", "open contacts with this outcome proposed", OPEN, chosen)
    )
    bears_on("second_managers", Work(contact, "grade", "open contacts of this grade", OPEN, chosen))
    bears_on("bundling", Work(contact, "", "open contacts", OPEN, "Existing bundles stay together."))
    graded = OPEN & Q(grade_is_provisional=True)
    bears_on("provisional_grades", Work(contact, "grade", "open contacts with this provisional grade", graded, keeps))
    shown = "They are read by the table of the day they came."
    bears_on("dash_bands", Work(contact, "", "open contacts", OPEN, shown))
    bears_on("agency_grades", Work(contact, "agency__kind", "open contacts from this kind of agency", OPEN, shown))
    bears_on("communal_addresses", Work(contact, "", "open contacts", OPEN, "Existing bundles stay together."))
    bears_on("rank_weights", Work(contact, "", "contacts on the queue", Q(is_on_queue=True), "Their order changes."))
    bears_on("thresholds", Work(contact, "", "open contacts", OPEN, "A level already chosen keeps its edition."))
    words = "They are shown in the new words."
    for list_name, lookup, told in (
        ("contact_outcome", "people__outcome", "open contacts with this outcome proposed"),
        ("outcome_outside", "outcome_outside", "open contacts whose agency has been told this"),
        ("grade", "grade", "open contacts of this grade"),
        ("dash_grade", "dash_grade", "open contacts with this DASH grade"),
        ("referral_source", "source", "open contacts from this source"),
        ("level_of_need", "level_by_screening", "open contacts of this level"),
        ("lawful_basis", "information_requests__lawful_basis", "open contacts with a request on this basis"),
        ("sex", "people__sex", "open contacts about somebody recorded this way"),
        ("ethnicity", "people__ethnicity", "open contacts about somebody recorded this way"),
        ("language", "people__language", "open contacts about somebody recorded this way"),
    ):
        bears_on(name_of(list_name), Work(contact, lookup, told, OPEN, words))
