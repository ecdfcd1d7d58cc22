"""What whoever holds a restriction can do to the records of its child, one act after the other.

:data:`ACTS` is done in its order by ``test_restricted_act_by_act``, and everybody else looks after each of them. Every
free text an act writes names the child, so that it is found wherever it is carried to. Acts are told apart by the audit
events they write: one that is in no walk and not in ``acts_elsewhere`` fails that test.
"""

from collections.abc import Callable
from datetime import date, timedelta

from assessments import actions as assessments
from assessments.early_help import actions as early
from assessments.early_help.models import EarlyHelpAssessment
from contacts.agencies.information import actions as information
from contacts.agencies.thresholds.actions import choose_level
from contacts.facts import PersonFacts, ReferrerFacts
from contacts.handover import actions as handover
from contacts.handover import packs
from contacts.handover.models import HandoverItem
from contacts.later import actions as later
from contacts.models import Contact
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from contacts.screening.acknowledging import acknowledge_to
from contacts.screening.own_grades import grade_child
from frontdoor.access import Role
from frontdoor.accounts.models import User
from frontdoor.clocks.sweep import sweep
from frontdoor.documents import actions as documents
from frontdoor.documents.models import Document
from frontdoor.notifications import outbox
from frontdoor.notifications.actions import take_alert
from frontdoor.notifications.models import Alert
from frontdoor.people import actions as people
from frontdoor.people.merging import merge
from frontdoor.people.models import Merge, Restriction
from frontdoor.people.models import Warning as Danger
from frontdoor.people.protection.actions import add_holder, end_restriction, set_restriction
from frontdoor.people.protection.warnings import add_warning, end_warning, review_warning
from frontdoor.retention import actions as retention
from referrals import actions as referrals
from referrals import fast_track as tracking
from referrals import taking
from referrals.models import OpenWorkNews
from referrals.retyping import change_type
from referrals.undoing import undo_decision
from supervision import actions as supervision
from supervision.models import Session
from tests.documents.files import pdf
from tests.early_help.conftest import early_help_facts
from tests.fitness.acts_of_casework import (
    assess_again_and_give_it_up,
    care_for_a_child_alone,
    close,
    enquire,
    hand_it_in_and_have_it_returned,
    have_it_authorised,
    plan_for,
    print_the_minutes,
    protect,
    reopen_the_referral,
    serve_and_discuss,
    transfer,
    write_home,
    write_the_assessment,
)
from tests.fitness.restricted_stage import BORN, HOME, NHS, NOW, RING, Stage, told
from tests.referrals.conftest import each, some_facts


def restrict(stage: Stage) -> None:
    home = {"lines": HOME, "postcode": "ZZ99 4AA"}
    child = people.create_person(
        by=stage.worker, at=NOW, names=[people.GivenName("Zephyrine", "Quillfeather")], date_of_birth=BORN,
        identifiers_given={"nhs": NHS}, telephone=RING, address=home,
    )  # fmt: skip
    mother = people.create_person(
        by=stage.worker, at=NOW, names=[people.GivenName("Isaura", "Quillfeather")], address=home
    )
    people.add_relationship(person=child, other=mother, kind="mother", by=stage.worker, at=NOW)
    # Everybody may see the father, who lives elsewhere; of her his record says nothing.
    father = people.create_person(by=stage.worker, at=NOW, names=[people.GivenName("Basil", "Thornapple")])
    people.add_relationship(person=child, other=father, kind="father", by=stage.worker, at=NOW)
    stage.kin = father.reference
    for person in (child, mother):
        set_restriction(
            person=person, holders=[stage.holder, stage.worker], by=stage.protector, at=NOW,
            reason="Family of a member of staff.",
        )  # fmt: skip
        stage.hide(person.reference)
    stage.key = child.pk


def record_and_link(stage: Stage) -> None:
    told(stage)


def claim_grade_and_add(stage: Stage) -> None:
    contact = screening.claim(contact=stage.contact(0), by=stage.worker, at=stage.at)
    screening.grade(contact=contact, by=stage.worker, at=stage.at, grade="red", reason="She is burnt.")
    why = "Zephyrine cares for her mother."
    change_type(contact=stage.contact(0), kind="young_carer", by=stage.worker, at=stage.at, reason=why)
    later.add_later(contact=stage.contact(0), by=stage.worker, at=stage.at, text="Zephyrine rang back.")


def propose_an_ending(stage: Stage) -> None:
    contact = stage.contact(0)
    referrals.decide_contact(
        contact=contact, decisions=each(contact, "no_further_action"), by=stage.worker, at=stage.at
    )
    assert stage.contact(0).status == "awaiting_sign_off"


def return_and_decide(stage: Stage) -> None:
    referrals.return_contact(contact=stage.contact(0), by=stage.holder, at=stage.at, comments="Zephyrine needs more.")
    contact = stage.contact(0)
    referrals.decide_contact(
        contact=contact, decisions=each(contact, "referral"), by=stage.holder, at=stage.at, team=stage.team,
        worker=stage.worker,
    )  # fmt: skip
    stage.hide(stage.referral.reference)


def allocate_anew(stage: Stage) -> None:
    referrals.allocate(
        referral=stage.referral, by=stage.holder, at=stage.at, team=stage.team, worker=None, reason="He is away."
    )
    referrals.allocate(
        referral=stage.referral, by=stage.holder, at=stage.at, team=stage.team, worker=stage.worker, reason="Back."
    )


def assess(stage: Stage) -> None:
    started = assessments.start(referral=stage.referral, by=stage.worker, at=stage.at)
    stage.hide(started.reference)


def file_warn_and_supervise(stage: Stage) -> None:
    letter = documents.add_document(
        person=stage.child, name="zephyrine.pdf", data=pdf("Zephyrine has an appointment"),
        facts=documents.Facts(kind="letter", title="About Zephyrine", about=stage.referral.reference),
        by=stage.worker, at=stage.at,
    )  # fmt: skip
    add_warning(
        person=stage.child, by=stage.worker, at=stage.at, kind="dogs", text="Zephyrine has a dog.",
        review_on=stage.at.date() - timedelta(days=1),
    )  # fmt: skip
    session = supervision.plan(
        worker=stage.worker, supervisor=stage.holder, by=stage.holder, at=stage.at, referral=stage.referral,
        planned_for=stage.at + timedelta(days=1),
    )  # fmt: skip
    stage.hide(letter.reference, session.reference)


def hand_over(stage: Stage) -> None:
    facts = handover.ItemFacts(
        text="Ring Zephyrine", reference=stage.referral.reference, due_at=stage.at + timedelta(hours=9)
    )
    handover.write_item(kind="action", facts=facts, now=False, by=stage.worker, at=stage.at)
    packs.bring_up_to_date(stage.at + timedelta(hours=9))
    packs.escalate(stage.at + timedelta(days=2))


def let_it_grow_late(stage: Stage) -> None:
    sweep(stage.at + timedelta(days=80))
    outbox.drain(stage.at + timedelta(days=80))


# --- Contacts


def release_and_claim_again(stage: Stage) -> None:
    screening.release(contact=stage.contact(0), by=stage.worker, at=stage.at)
    screening.claim(contact=stage.contact(0), by=stage.worker, at=stage.at)


def ask_and_be_answered(stage: Stage) -> None:
    """Three are asked about her: one answers, one is chased, one need not answer; the contact goes on without."""
    asked = [
        information.ask_information(
            contact=stage.contact(0), by=stage.holder, at=stage.at, asked_of=whom, question="What of Zephyrine?",
            why="Zephyrine is burnt.", lawful_basis="vital interests", without_agreement_reason="Zephyrine is at risk.",
        )
        for whom in ("Zephyrine's school", "Zephyrine's doctor", "Zephyrine's aunt")
    ]  # fmt: skip
    later_on = stage.at + timedelta(hours=30)
    information.record_reply(request=asked[0], by=stage.worker, at=stage.at, reply="Zephyrine is not there.")
    information.chase(request=asked[1], by=stage.worker, at=later_on)
    information.withdraw(request=asked[2], by=stage.worker, at=stage.at, reason="Zephyrine has none.")
    screening.go_on(contact=stage.contact(0), by=stage.worker, at=stage.at, reason="Zephyrine cannot wait.")


def acknowledge_to_the_family(stage: Stage) -> None:
    acknowledge_to(
        contact=stage.contact(0), whom="family", how="telephone", said="We know of Zephyrine.", name="Isaura",
        by=stage.worker, at=stage.at, told_at=stage.at,
    )  # fmt: skip


# --- What was filed and planned


def change_what_was_filed(stage: Stage) -> None:
    letter = Document.objects.get(person_id=stage.key)
    described = documents.describe_document(
        document=letter, facts=documents.Facts(kind="letter", title="Zephyrine, once more"), version=letter.version,
        by=stage.worker, at=stage.at,
    )  # fmt: skip
    warning = Danger.objects.get(person_id=stage.key)
    review_warning(
        warning=warning, by=stage.worker, at=stage.at, review_on=stage.at.date() + timedelta(days=30),
        reason="Zephyrine keeps the dog.",
    )  # fmt: skip
    documents.withdraw_document(
        document=described, reason="Not about Zephyrine", version=described.version, by=stage.worker, at=stage.at
    )
    end_warning(warning=warning, by=stage.worker, at=stage.at, reason="Zephyrine's dog is gone.")


def meet_for_supervision(stage: Stage) -> None:
    first = Session.objects.get(referral__child_id=stage.key)
    moved = supervision.replan(session=first, by=stage.holder, at=stage.at, planned_for=stage.at)
    held = supervision.hold(
        session=moved, by=stage.holder, at=stage.at, held_at=stage.at, decisions="See Zephyrine.",
        actions="Ring Isaura.", discussion="Zephyrine is burnt.", next_for=stage.at + timedelta(days=28),
    )  # fmt: skip
    assert held.next_session is not None
    stage.hide(held.next_session.reference)
    supervision.cancel(session=held.next_session, by=stage.holder, at=stage.at, reason="Zephyrine is ill.")


def change_what_is_known(stage: Stage) -> None:
    child, by, at = stage.child, stage.worker, stage.at
    people.amend_person(person=child, by=by, at=at, reason="Zephyrine says so.", sex="F")
    people.add_name(person=child, by=by, at=at, given="Zephyrine", family="Marchbanks", kind="alias")
    stage.words.append("Marchbanks")
    old = people.add_identifier(person=child, by=by, at=at, kind="other", value="ZQ-4411-QZ")
    people.end_identifier(identifier=old, by=by, at=at, ended_on=at.date())
    people.add_telephone(person=child, by=by, at=at, number="01632 960778")
    gone = people.add_address(
        person=child, by=by, at=at, lines="8 Bramblewick Steps", postcode="ZZ99 4AB", replaces_current=True
    )
    people.end_address(address=gone, by=by, at=at, ended_on=at.date())
    stage.words += ["ZQ-4411-QZ", "01632 960778", "Bramblewick"]


def name_somebody_more(stage: Stage) -> None:
    more = User.objects.create_user("named.later", "Nora Named", roles=[Role.SENIOR_PRACTITIONER.value])
    for restriction in Restriction.objects.in_force():
        add_holder(restriction=restriction, holder=more, by=stage.protector, at=stage.at)


# --- Later contacts


def link_and_unlink(stage: Stage) -> None:
    contact = told(stage)
    screening.unlink_person(
        on_contact=contact.people.get(position=1), by=stage.worker, at=stage.at, reason="Zephyrine has a cousin."
    )


def link_after_all(stage: Stage) -> None:
    row = stage.contact(1).people.get(position=1)
    screening.link_person(on_contact=row, person=stage.child, by=stage.worker, at=stage.at)


def move_the_link(stage: Stage) -> None:
    """What was confirmed as hers is her sister's after all, whom nobody has restricted; and once more the other way."""
    sister = people.create_person(
        by=stage.worker, at=stage.at, names=[people.GivenName("Wilhelmina", "Ossory")], date_of_birth=date(2012, 1, 9)
    )
    for person in (sister, stage.child):
        row = stage.contact(1).people.get(position=1)
        screening.unlink_person(on_contact=row, by=stage.worker, at=stage.at, reason="It is not Zephyrine.")
        row.refresh_from_db()
        screening.link_person(on_contact=row, person=person, by=stage.worker, at=stage.at)


def join_open_work(stage: Stage) -> None:
    contact = stage.contact(1)
    referrals.decide_contact(contact=contact, decisions=each(contact, "open_work"), by=stage.holder, at=stage.at)


def take_the_news(stage: Stage) -> None:
    news = OpenWorkNews.objects.get(referral=stage.referral)
    referrals.take_news(news=news, by=stage.worker, at=stage.at, what_next="I shall see Zephyrine.")
    later.add_later(contact=stage.contact(1), by=stage.worker, at=stage.at, text="Zephyrine rang at night.")
    later.take_later(contact=stage.contact(1), by=stage.holder, at=stage.at, seen=1)


def reopen(stage: Stage) -> None:
    referrals.reopen_contact(contact=stage.contact(1), by=stage.holder, at=stage.at, reason="Zephyrine rang.")


def track_fast(stage: Stage) -> None:
    tracked = tracking.fast_track(
        contact=told(stage), by=stage.worker, at=stage.at, sentence="Zephyrine is burnt.", location="With Isaura"
    )
    tracking.record_call(
        contact=tracked, by=stage.worker, at=stage.at, told="Isaura's manager", called_999_at="10:05",
        police_reference="ZQ 1",
    )  # fmt: skip
    for hours in (1, 2):
        sweep(stage.at + timedelta(hours=hours))
    outbox.drain(stage.at + timedelta(hours=2))


def track_another_and_stand_it_down(stage: Stage) -> None:
    """A child of the family with no open work: her cousin, restricted with her."""
    cousin = people.create_person(
        by=stage.worker, at=NOW, names=[people.GivenName("Ottoline", "Quillfeather")], date_of_birth=date(2015, 6, 7)
    )
    set_restriction(
        person=cousin, holders=[stage.holder, stage.worker], by=stage.protector, at=NOW, reason="Of the family."
    )
    facts = some_facts(
        concerns="Ottoline Quillfeather is bruised.",
        people=[PersonFacts(given_name="Ottoline", family_name="Quillfeather", date_of_birth=date(2015, 6, 7))],
    )
    contact = recording.record_contact(facts=facts, by=stage.worker, at=stage.at)
    screening.link_person(on_contact=contact.people.get(), person=cousin, by=stage.worker, at=stage.at)
    stage.hide(cousin.reference, contact.reference)
    stage.words.append("Ottoline")
    contact.refresh_from_db()
    tracked = tracking.fast_track(
        contact=contact, by=stage.worker, at=stage.at, sentence="Ottoline is bruised.", location="With Isaura"
    )
    (referral,) = tracked.referrals.all()
    stage.hide(referral.reference)
    tracking.stand_down(contact=tracked, by=stage.holder, at=stage.at, reason="Ottoline fell.")


def an_agency_tells(stage: Stage) -> None:
    told(stage, by=None, agency=stage.police.agency)


# --- Decided, signed, undone


def propose_another_and_sign(stage: Stage) -> None:
    contact = screening.claim(contact=told(stage), by=stage.worker, at=stage.at)
    child = contact.people.get(position=1)
    grade_child(on_contact=child, by=stage.worker, at=stage.at, own="red", reason="Zephyrine is burnt.")
    choose_level(contact=contact, by=stage.worker, at=stage.at, level="4", reason="Zephyrine is burnt.")
    referrals.decide_contact(
        contact=contact, decisions=each(contact, "no_further_action"), by=stage.worker, at=stage.at
    )
    referrals.sign_off_contact(contact=contact, by=stage.holder, at=stage.at, reason="Zephyrine is seen to.")


def decide_one_more_and_undo_it(stage: Stage) -> None:
    contact = told(stage)
    referrals.decide_contact(contact=contact, decisions=each(contact, "open_work"), by=stage.holder, at=stage.at)
    undo_decision(contact=contact, by=stage.holder, at=stage.at)


def take_what_waits(stage: Stage) -> None:
    """The alerts about her, and what was handed over to the next shift."""
    for alert in Alert.objects.waiting().filter(reference__in=stage.references):
        take_alert(alert=alert, by=stage.holder, at=stage.at)
    handover.take_item(item=HandoverItem.objects.get(reference=stage.referral.reference), by=stage.holder, at=stage.at)


def track_again_and_accept(stage: Stage) -> None:
    contact = Contact.objects.get(people__person__display_name__startswith="Ottoline")
    tracked = tracking.fast_track(
        contact=contact, by=stage.worker, at=stage.at, sentence="Ottoline is bruised.", location="With Isaura"
    )
    referral = tracked.referrals.latest("pk")
    stage.hide(referral.reference)
    referrals.accept(
        referral=referral, by=stage.holder, at=stage.at, reason="Ottoline is hurt.",
        response=referrals.Response(team=stage.team),
    )  # fmt: skip


# --- Early help, and what is kept how long


def help_early(stage: Stage) -> None:
    facts = early_help_facts(
        child=PersonFacts(given_name="Zephyrine", family_name="Quillfeather", date_of_birth=BORN, nhs_number=NHS),
        family=[], texts={"situation": "Zephyrine is tired.", "needs": "Sleep for Zephyrine."},
    )  # fmt: skip
    made = early.record(facts=facts, by=stage.worker, at=stage.at, how="form")
    early.link(row=made.people.get(), person=stage.child, by=stage.worker, at=stage.at)
    stage.hide(made.reference)


def go_on_helping_early(stage: Stage) -> None:
    made, by, at = EarlyHelpAssessment.objects.get(reference=stage.references[-1]), stage.worker, stage.at
    early.change_lead(
        assessment=made, lead=ReferrerFacts(name="Zephyrine's aunt"), reason="Zephyrine trusts her.", by=by, at=at
    )
    done = early.add_action(assessment=made, what="Wake Zephyrine", who="Isaura", by_when=None, by=by, at=at)
    early.finish_action(action=done, by=by, at=at)
    joined = early.add_member(
        assessment=made, name="Isaura's sister", role="Aunt", organisation="", telephone=RING, by=by, at=at
    )
    early.end_member(member=joined, by=by, at=at)
    early.review(
        assessment=made, held_on=at.date(), present="Isaura", summary="Zephyrine sleeps.", child_view="I am Zephyrine.",
        outcome="close", by=by, at=at,
    )  # fmt: skip
    made.refresh_from_db()
    early.close(assessment=made, ending="outcomes_met", reason="Zephyrine sleeps.", by=by, at=at)


def hold_what_is_kept(stage: Stage) -> None:
    held = retention.hold(
        person=stage.child, kind="legal", reason="Zephyrine is in court.", by=stage.holder, at=stage.at
    )
    retention.end_hold(held=held, reason="Zephyrine's case is over.", by=stage.holder, at=stage.at)
    retention.hold(person=stage.child, kind="access", reason="Zephyrine has asked.", by=stage.holder, at=stage.at)


# --- Two records, one child


def join_records(stage: Stage) -> None:
    # Born on another day: everybody may find her once the two are parted.
    twin = people.create_person(
        by=stage.worker, at=NOW, names=[people.GivenName("Oriole", "Thistlewick")], date_of_birth=date(2014, 5, 9)
    )
    merge.apply(survivor=stage.child, loser=twin, by=stage.holder, at=stage.at, reason="Zephyrine is Oriole.")
    stage.hide(twin.reference)
    stage.words += ["Oriole", "Thistlewick"]


def part_records(stage: Stage) -> None:
    done = Merge.objects.get()
    merge.undo(done, by=stage.holder, at=stage.at, reason="Zephyrine is not Oriole.")
    # Nobody restricted the other one.
    stage.references.remove(done.loser.reference)
    for word in ("Oriole", "Thistlewick"):
        stage.words.remove(word)


# --- Taking one


def take(stage: Stage) -> None:
    """Told of by somebody who cannot know her, by a name of the family's own; whoever holds her record takes it."""
    contact = recording.record_contact(
        facts=some_facts(
            concerns="Perdita has a burn.",
            people=[PersonFacts(given_name="Perdita", family_name="Quillfeather", date_of_birth=BORN, nhs_number=NHS)],
        ),
        by=stage.staff[Role.CONTACT_OFFICER],
        at=stage.at,
    )
    taking.take_contact(contact=contact, by=stage.holder, at=stage.at, reason="Zephyrine, it seems.")
    stage.lines.append(contact.reference)
    stage.words.append("Perdita")


def link_what_was_taken(stage: Stage) -> None:
    contact = Contact.objects.get(reference=stage.lines[0])
    screening.link_person(on_contact=contact.people.get(position=1), person=stage.child, by=stage.holder, at=stage.at)


def take_another_and_give_it_back(stage: Stage) -> None:
    """About somebody else: everybody may read it again, but not why a manager had it."""
    contact = recording.record_contact(
        facts=some_facts(
            people=[PersonFacts(given_name="Bettina", family_name="Oakes", date_of_birth=date(2011, 8, 9))]
        ),
        by=stage.staff[Role.CONTACT_OFFICER],
        at=stage.at,
    )
    taking.take_contact(contact=contact, by=stage.holder, at=stage.at, reason="It may be Zephyrine.")
    taking.give_back(contact=contact, by=stage.holder, at=stage.at, reason="It is not Zephyrine.")
    stage.open_again.append(contact.reference)


# --- The restriction itself


def open_and_restrict_again(stage: Stage) -> None:
    """Between the two everybody works with her as with any child; drafts, notices and claims stay behind."""
    ended = [restriction.person for restriction in Restriction.objects.in_force().select_related("person")]
    for restriction in list(Restriction.objects.in_force()):
        end_restriction(restriction=restriction, by=stage.protector, at=stage.at, reason="They have left.")
    outbox.drain(stage.at)
    contact = stage.contact(1)
    for role in (Role.DUTY_MANAGER, Role.SOCIAL_WORKER):
        client = stage.clients[role]
        assert "Zephyrine" in client.get(f"/people/{stage.child.reference}/").content.decode()
        assert client.get(f"/contacts/{contact.reference}/").status_code == 200
        kept = client.post(f"/contacts/{contact.reference}/later/", {"text": "", "said_by": "Zephyrine"})
        assert kept.status_code == 422
        client.post("/find/", {"q": stage.child.reference})
    screening.claim(contact=stage.contact(1), by=stage.staff[Role.DUTY_MANAGER], at=stage.at + timedelta(hours=1))
    assert stage.contact(1).reference in stage.clients[Role.DUTY_MANAGER].get("/drafts/").content.decode()
    for person in {person.pk: person for person in ended}.values():
        set_restriction(
            person=person, holders=[stage.holder, stage.worker], by=stage.protector, at=stage.at,
            reason="They are back.",
        )  # fmt: skip
    outbox.drain(stage.at)


#: In this order; those who look have seen all of it by the end.
ACTS: list[Callable[[Stage], None]] = [
    restrict, record_and_link, claim_grade_and_add, release_and_claim_again, ask_and_be_answered,
    acknowledge_to_the_family, propose_an_ending, return_and_decide, allocate_anew, assess, file_warn_and_supervise,
    hand_over, change_what_was_filed, meet_for_supervision, change_what_is_known, name_somebody_more,
    write_the_assessment, hand_it_in_and_have_it_returned, have_it_authorised, serve_and_discuss, enquire, plan_for,
    write_home, print_the_minutes, protect, care_for_a_child_alone, transfer, assess_again_and_give_it_up, close,
    reopen_the_referral, link_and_unlink, link_after_all, move_the_link,
    join_open_work, take_the_news, reopen, track_fast, track_another_and_stand_it_down, track_again_and_accept,
    an_agency_tells, propose_another_and_sign, decide_one_more_and_undo_it, take_what_waits, help_early,
    go_on_helping_early, hold_what_is_kept, join_records, part_records, take, link_what_was_taken,
    take_another_and_give_it_back, let_it_grow_late, open_and_restrict_again,
]  # fmt: skip
