"""The one sentence of a contact that says what happened: reckoned when it is recorded, and again at an upgrade."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from contacts.facts import ContactFacts
from contacts.models import Contact
from contacts.recording.gravest import gravest
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists

#: So many contacts are read at once when the sentences of the queue are reckoned again.
BATCH = 200
NOT_PART = "Copy the sentence from what was said, as it is written there, or leave it empty"


def weights_on(on: date) -> dict[str, int]:
    """The words of harm in force on a day, and what each weighs."""
    return {
        word.strip().casefold(): int(row.attributes.get("weight", 0))
        for row in lists.rows("harm_word", on=on)
        for word in row.label.split(",")
        if word.strip()
    }


def says_what_happened(facts: ContactFacts, on: date) -> str:
    """The sentence for a line of the queue: that which weighs most by the words of harm in force on this day."""
    return gravest(_told(facts.concerns, facts.child_said, facts.injuries), weights_on(on))


def _told(concerns: str, child_said: str, injuries: str) -> Sequence[tuple[str, str]]:
    return (("", concerns), ("The child said: ", child_said), ("Injuries: ", injuries))


def is_part_of(sentence: str, texts: Iterable[str]) -> bool:
    """Whether a sentence stands in one of these texts, however its blanks and quotation marks are written."""
    wanted = _plain(sentence)
    return bool(wanted) and any(wanted in _plain(text) for text in texts)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"').split()).casefold()


def reckon_again() -> int:
    """Reckon the sentences of the contacts on the queue anew, in batches; how many were changed.

    One that somebody marked stays, and one that was written as a sentence of its own: it stands in none of the texts.
    So does that of a fast track, which somebody read when they began it. Without words of harm nothing is done.
    """
    changed, last = 0, 0
    weights: dict[date, Mapping[str, int]] = {}
    waiting = Contact.objects.on_queue().filter(is_fast_track=False, sentence_is_marked=False).order_by("pk")
    waiting = waiting.select_related("text")
    waiting = waiting.only("summary", "received_at", "text__concerns", "text__child_said", "text__injuries")
    while batch := list(waiting.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        for contact in batch:
            on = london_date(contact.received_at)
            if on not in weights:
                weights[on] = weights_on(on)
            changed += bool(weights[on]) and _reckon(contact, weights[on])
    return changed


def _reckon(contact: Contact, weights: Mapping[str, int]) -> bool:
    """Give one contact the sentence its texts have now; whether it is another than it had."""
    text = contact.text
    said = _told(text.concerns, text.child_said, text.injuries)
    core = contact.summary.strip("…")
    for before, _ in said:
        core = core.removeprefix(before)
    if core and not is_part_of(core, [each for _, each in said]):
        return False
    sentence = gravest(said, weights)
    if sentence == contact.summary:
        return False
    return bool(Contact.objects.filter(pk=contact.pk, summary=contact.summary).update(summary=sentence))
