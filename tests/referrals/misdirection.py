"""Letters and minutes drawn by chance, with canaries of another family and confidential addresses in every spelling.

``python3 dev.py bench misdirection 100000`` makes as many, several at once, each sent twice at the same moment, and
says what leaked. The tests make a few of the same.
"""

import io
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from pypdf import PdfReader

from contacts.facts import AddressFacts, PersonFacts
from contacts.recording.actions import record_contact
from frontdoor.accounts.models import Team, User
from frontdoor.people import actions as people
from frontdoor.people.words import fold
from referrals import actions as referrals
from referrals.letters import actions
from referrals.models import Letter, Referral
from referrals.protection import paper
from referrals.protection.minutes import Agreed, Participant
from tests.contacts.conftest import some_facts
from tests.referrals.conftest import LATER, NOW, each
from tests.referrals.discussions import discussed
from tests.referrals.letters import SOON, Home, all_know, hidden, relative, template

#: Of the other family on the same contact, and of the refuge: nothing of these may stand on a paper, however spelt.
STRANGERS = ("Quentin", "Featherstonehaugh", "Zbigniewa")
REFUGE, REFUGE_CODE = "58 Thistledown Crescent", "ZZ99 5RF"
CANARIES = ("quentin", "featherston", "zbigniew", "thistledown", "zz995rf")
ACCENTS = {"a": "á", "e": "é", "i": "í", "o": "ö", "u": "ü"}
UNSEEN = ("\u200b", "\u00ad", "\u200e", "\ufeff")


@dataclass
class Scene:
    """A child with a mother in a refuge, a father, and another family on the same contact."""

    referral: Referral
    mother: Home
    father: Home
    worker: User
    manager: User


def scene(worker: User, manager: User, officer: User, team: Team, number: int = 0) -> Scene:
    """The scene, recorded, decided and allocated."""
    facts = some_facts(
        people=[
            PersonFacts(given_name="Sam", family_name=f"Ormerod{number or ''}"),
            PersonFacts(given_name=STRANGERS[0], family_name=STRANGERS[1]),
        ],
        address=AddressFacts(lines=["14 Larch Lane"], postcode="ZZ99 7QA"),
    )
    contact = record_contact(facts=facts, by=officer, at=NOW)
    first, second = contact.people.order_by("position")
    type(second).objects.filter(pk=second.pk).update(family_group=2)
    decided = referrals.decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER)
    referral = next(row for row in decided.referrals if row.contact_person_id == first.pk)
    other = next(row for row in decided.referrals if row.contact_person_id == second.pk)
    referrals.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    assert referral.child is not None
    assert other.child is not None
    mother = relative(
        referral.child, worker, "Mara", f"Ormerod{number or ''}", lines=REFUGE, postcode=REFUGE_CODE, **hidden()
    )
    father = relative(referral.child, worker, "Piotr", "Zielony", "father", lines="3 Quay Row", postcode="ZZ99 8QB")
    people.add_name(person=other.child, by=worker, at=LATER, given=STRANGERS[2], family=STRANGERS[1], kind="alias")
    return Scene(Referral.objects.get(pk=referral.pk), mother, father, worker, manager)


def spelt(words: str, dice: random.Random) -> str:
    """The words in some spelling: case, accents, spaces, letters nobody sees, commas, short forms."""
    ways = [
        str.upper, str.lower, str.title,
        lambda text: "".join(ACCENTS.get(letter, letter) if dice.random() < 0.3 else letter for letter in text),
        lambda text: text.replace(" ", dice.choice(["  ", ", ", "\n", " \u200b", "\u00a0"])),
        lambda text: text[:2] + dice.choice(UNSEEN) + text[2:],
        lambda text: text.replace("Crescent", dice.choice(["Cres", "Cres.", "crescent"])),
        lambda text: text,
    ]  # fmt: skip
    for way in dice.sample(ways, 2):
        words = way(words)
    return words


def some_text(dice: random.Random) -> str:
    """A few sentences, each with one of the canaries in some spelling."""
    canaries = [
        REFUGE, f"{REFUGE}, {REFUGE_CODE}", REFUGE_CODE, REFUGE_CODE.replace(" ", ""), STRANGERS[0], STRANGERS[1],
        f"{STRANGERS[0]} {STRANGERS[1]}", f"{STRANGERS[1]}, {STRANGERS[0]}", STRANGERS[2],
        f"{STRANGERS[2]} {STRANGERS[1]}",
    ]  # fmt: skip
    around = ("We went to {} on Monday.", "As {} told us.", "({})", "{}: see there", "Nothing of {} is meant.")
    return "\n\n".join(
        dice.choice(around).format(spelt(dice.choice(canaries), dice)) for _ in range(dice.randint(1, 4))
    )


def a_ready_letter(found: Scene, dice: random.Random) -> Letter:
    """One letter to the father, checked."""
    (made,) = actions.draft(
        referral=found.referral, template=template(dice.choice(["referral_received", "assessment_begins"])),
        at_addresses=[found.father.address.pk], by=found.worker, at=SOON,
    )  # fmt: skip
    text = some_text(dice)
    changed = actions.edit(letter=made, by=found.worker, at=SOON, subject="About your child", text=text)
    return actions.check(letter=changed, by=found.worker, at=SOON, knows=all_know(changed, found.worker))


def a_letter(found: Scene, dice: random.Random) -> bytes:
    """One letter to the father, checked, printed and sent twice: what was printed."""
    ready = a_ready_letter(found, dice)
    content = actions.printed(letter=ready, by=found.worker, at=SOON)
    for _ in range(2):
        actions.send(letter=ready, by=found.worker, at=SOON, posted_on=SOON.date(), version=ready.version)
    return content


def some_minutes(found: Scene, dice: random.Random, minute: int) -> bytes:
    """The minutes of one discussion, on paper."""
    at = SOON + timedelta(minutes=minute)
    row = discussed(
        found.referral, by=found.manager, at=at, outcome="assess", decision=some_text(dice),
        participants=[
            Participant(agency, "Ann Ode", "Worker", "attended", some_text(dice))
            for agency in ("social_care", "police", "health")
        ],
        actions=[Agreed(some_text(dice), "Dr Ode", at.date())],
    )  # fmt: skip
    return paper.minutes_pdf(discussion=row, others=[], by=found.manager, at=at)


def leaks(pdf: bytes) -> Iterator[str]:
    """Canaries that stand in a PDF, in its text or its title, however they are spelt."""
    reader = PdfReader(io.BytesIO(pdf))
    told = " ".join(page.extract_text() for page in reader.pages)
    title = str(reader.metadata.title if reader.metadata is not None else "")
    plain = re.sub(r"[\W_]", "", fold(f"{told} {title}"))
    yield from (canary for canary in CANARIES if canary in plain)
