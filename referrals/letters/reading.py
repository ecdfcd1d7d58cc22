"""A letter's text as it leaves: what is taken out of it, and who else is named in it."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from frontdoor.accounts.models import Team, User
from frontdoor.people.models import Involvement, Name, Person
from frontdoor.people.protection.ordinary import ORDINARY
from frontdoor.people.protection.secrets import KEPT, Secret, secret_names, without
from frontdoor.people.words import folded_in_place
from frontdoor.printing.setting import told
from referrals.letters.models import Letter
from referrals.models import Referral
from referrals.withheld import family_on, kept_back, relatives

MARKED = re.compile(rf"\[({'|'.join(map(re.escape, KEPT.values()))})\]")
#: Two words or more that are written as names are, or one after a title.
TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof)\.? [\w’'-]+")
WORDS = re.compile(r"[\w’'-]+(?: [\w’'-]+)*")
#: Words of our own templates and of letters that begin with a capital and are nobody.
NOBODY = frozenset(
    ["dear", "yours", "sincerely", "section", "the", "we", "if", "you", "when", "after", "another", "they"]
)


def printed(letter: Letter, user: User) -> tuple[str, dict[str, int]]:
    """The text as it is printed, and what was taken out of it, in words, with how often."""
    text = told(letter.text.strip(), secrets_for(letter, user))
    before, after = Counter(MARKED.findall(letter.text)), Counter(MARKED.findall(text))
    return text, {words: count for words, count in (after - before).items() if count}


def as_read(letter: Letter, user: User) -> str:
    """The text as it left, without what this reader may not know of."""
    return told(letter.printed_text, secrets_for(letter, user))


def secrets_for(letter: Letter, user: User) -> list[Secret]:
    """What this letter leaves out."""
    return kept_back(letter.referral, user)


def named_in(letter: Letter, text: str, user: User) -> list[str]:
    """Everybody else named in the text, by the name on record; then what is written as a name and is on no record.

    Whom it goes to and the child it is about are not among them; nor are members of staff and teams.
    """
    referral = letter.referral
    keys = family_on(referral) | (relatives(referral.child) if referral.child is not None else set())
    references = [referral.reference, referral.contact.reference]
    keys |= set(Involvement.objects.filter(reference__in=references).values_list("person_id", flat=True))
    left_out = {key for key in (letter.recipient_id, referral.child_id) if key is not None}
    own = _names(left_out)
    found, rest = [], f"{letter.subject}\n{text}"
    for person in Person.objects.visible_to(user).filter(pk__in=keys - left_out).order_by("pk"):
        names = _names({person.pk})
        secrets = secret_names(names, own=own)
        if without(rest, secrets) != rest:
            found.append(str(person.display_name))
            rest = without(rest, secrets)
    for name, names in _as_given(referral, own):
        secrets = secret_names(names, own=own)
        if without(rest, secrets) != rest:
            found.append(name)
            rest = without(rest, secrets)
    return list(dict.fromkeys([*found, *_unknown(without(rest, secret_names(own, own=())), user)]))


def _as_given(
    referral: Referral, own: Collection[tuple[str, str, str]]
) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Who is named on the referral's contact as they were given, and on no record; and who referred."""
    contact = referral.contact
    rows = contact.people.filter(person__isnull=True).exclude(pk=referral.contact_person_id).order_by("position")
    for row in rows:
        full = " ".join(filter(None, (row.given_name, row.family_name)))
        if full:
            yield full, [(full, row.family_name, row.given_name)]
    if contact.referrer_name:
        first, _, last = contact.referrer_name.rpartition(" ")
        yield contact.referrer_name, [(contact.referrer_name, last if first else "", first or last)]


def _names(keys: Iterable[int]) -> list[tuple[str, str, str]]:
    return list(Name.objects.filter(person_id__in=keys).values_list("full", "family", "given"))


def _unknown(text: str, user: User) -> list[str]:
    """What is written as a name is, and belongs to no colleague and no team."""
    left = MARKED.sub("", text)
    found = [each[0] for each in TITLED.finditer(left) if each[0].split()[-1][:1].isupper()]
    found += [name for each in WORDS.finditer(left) for name in _capitals(each[0].split(" "))]
    words = [each for each in dict.fromkeys(found) if not _is_ordinary(each)]
    if not words:
        return []
    house = {_folded(name) for name in User.objects.filter(is_active=True).values_list("name", flat=True)}
    house |= {_folded(name) for name in Team.objects.values_list("name", flat=True)}
    return [each for each in words if _folded(each) not in house]


def _capitals(words: Iterable[str]) -> Iterator[str]:
    """Two words or more in a row that begin with a capital, of whatever alphabet has them."""
    row: list[str] = []
    for word in [*words, ""]:
        if len(word) > 1 and word[0].isupper():
            row.append(word)
            continue
        if len(row) > 1:
            yield " ".join(row)
        row = []


def _folded(words: str) -> str:
    return folded_in_place(words).text


def _is_ordinary(words: str) -> bool:
    return all(part in ORDINARY or part in NOBODY for part in _folded(words).split())
