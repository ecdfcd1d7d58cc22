"""Every way a text leaves the house takes out what must not leave it, in the one place where that is compared."""

import re

from tests.fitness.test_rules_of_the_house import ROOT, sources

#: What a text leaves by: a file of figures or rows, a letter, another system, and what is drawn for paper.
BY = re.compile(
    r"(?m)\b(csv_(?:response|file)\(|EmailMessage\(|import requests\b|import typst|for_outside\(|for_paper\()"
)
#: The modules that let something out, and why nothing kept back goes with it. "without": they call it, or a reader that
#: does; any other word is the reason why there is no text of a record in it.
WAYS = {
    "contacts/agencies/information/partner.py": "without",
    "contacts/agencies/information/readers.py": "without",
    "contacts/agencies/mail.py": "references, links and words of code lists, nothing of what was written",
    "contacts/handover/readers.py": "without",
    "contacts/handover/views.py": "without",
    "frontdoor/api/information.py": "without",
    "frontdoor/api/webhooks/posting.py": "events by their name and reference",
    "frontdoor/exchange/legacy/linking.py": "keys of the old systems",
    "frontdoor/exchange/views.py": "rows of a file as received, back to whoever imports it",
    "frontdoor/figures/partnership/views.py": "counts",
    "frontdoor/figures/views.py": "counts",
    "frontdoor/notifications/heads.py": "numbers of the audit trail",
    "frontdoor/pages/looked.py": "without",
    "frontdoor/printing/setting.py": "without",
    "frontdoor/staff/changes.py": "about an account of staff",
    "frontdoor/staff/mail.py": "about an account of staff",
    "frontdoor/staff/told.py": "about an account of staff",
    "frontdoor/ui/csvs.py": "writes the file",
    "referrals/management/commands/owed_ended.py": "references, moments and words of a timescale",
    "referrals/management/commands/plan_register.py": "references, days and codes",
    "referrals/management/commands/unallocated.py": "references, moments and words of a code list",
    "referrals/protection/plan_views.py": "references, days and codes",
}
COMPARES = re.compile(r"\bwithout\(|\bfor_outside\(|\bfor_paper\(|\breaders\.lines\(|looked\.lines\(")
PLACE = "frontdoor/people/protection/secrets.py"


def test_a_text_leaves_by_these_ways_and_no_other() -> None:
    found = {str(path.relative_to(ROOT)) for path in sources() if BY.search(path.read_text(encoding="utf-8"))} - {PLACE}
    assert found == set(WAYS), "say how this way keeps confidential addresses and names of other families back"


def test_each_way_that_carries_words_of_a_record_compares_them() -> None:
    silent = [
        name
        for name, why in WAYS.items()
        if why == "without" and not COMPARES.search((ROOT / name).read_text(encoding="utf-8"))
    ]
    assert silent == []


def test_addresses_and_names_are_compared_in_one_place_alone() -> None:
    """Nobody takes words out of a text by a comparison of their own."""
    marks = re.compile(r"confidential address\]|name of another family|name withheld")
    found = [str(path.relative_to(ROOT)) for path in sources() if marks.search(path.read_text(encoding="utf-8"))]
    assert found == [PLACE]
