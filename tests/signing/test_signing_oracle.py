"""Whatever is signed, returned or delegated, the list is what plain SQL says, and what is listed can be signed."""

import contextlib
from datetime import timedelta

from django.db import transaction
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from assessments import actions as assessing
from assessments.models import Assessment
from contacts.models import Contact, Reply
from contacts.screening.readers import note_opened
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import AccountChange, Team, User
from frontdoor.signing import actions as signing
from frontdoor.signing.models import Delegation, SignedFor
from frontdoor.staff import changes
from referrals import actions, replying, together
from referrals.models import DipSample, EndingProposal
from referrals.protection import enquiries
from referrals.protection.enquiry_models import Enquiry
from tests.drawing import EACH_TIME
from tests.factories import StaffFactory
from tests.signing.test_signatures import AT, PLAIN, listed, oracle, waiting

__all__ = ["waiting"]
#: What a social worker of the second manager's team proposed.
OF_THE_TEAM = {"reply", "enquiry", "assessment"}
who = st.integers(0, 3)
a_step = st.one_of(
    st.tuples(st.sampled_from(sorted(PLAIN)), st.booleans(), who),
    st.tuples(st.just("delegate"), who, who),
    st.tuples(st.just("withdraw"), who, who),
)


def do(kind: str, key: int, by: User, *, is_signed: bool) -> None:
    """Sign it, or return it where its machine has that."""
    if kind == "contact":
        contact = Contact.objects.get(pk=key)
        if is_signed:
            actions.sign_off_contact(contact=contact, by=by, at=AT, reason="Agreed.")
        else:
            actions.return_contact(contact=contact, by=by, at=AT, comments="Ask the school.")
    elif kind == "reply":
        replying.approve_reply(contact=Reply.objects.get(pk=key).contact, reply=key, by=by, at=AT)
    elif kind == "bulk":
        sample = DipSample.objects.get(pk=key)
        note_opened(sample.row.contact, by)
        together.look_over(sample=sample, by=by, at=AT, is_overturned=not is_signed, reason="It was not mild.")
    elif kind == "ending":
        proposal = EndingProposal.objects.get(pk=key)
        actions.no_further_action(
            referral=proposal.referral, by=by, at=AT, reason="A fall.", ending=proposal.ending
        )  # fmt: skip
    elif kind == "enquiry":
        enquiry = Enquiry.objects.get(pk=key)
        if is_signed:
            enquiries.authorise(enquiry=enquiry, by=by, at=AT)
        else:
            enquiries.send_back(enquiry=enquiry, by=by, at=AT, reason="Who else was there?")
    elif kind == "assessment":
        assessment = Assessment.objects.get(pk=key)
        if is_signed:
            assessing.authorise(assessment=assessment, by=by, at=AT, reason="I agree.")
        else:
            assessing.return_with_comments(assessment=assessment, by=by, at=AT, comments="And the father?")
    else:
        change = AccountChange.objects.get(pk=key)
        (changes.confirm if is_signed else changes.refuse)(key=change.pk, by=by, at=AT)


def of_whom(kind: str, key: int, by: User, second_manager: User) -> set[int]:
    """For whom signing it is, said plainly: those who have named this user and on whose own list it is."""
    named = Delegation.objects.filter(to=by, ended_at=None).values_list("of", flat=True)
    if kind == "bulk":
        return {of for of in named if of == DipSample.objects.get(pk=key).to_id}
    return {of for of in named if of == second_manager.pk and kind in OF_THE_TEAM}


@settings(max_examples=3, phases=[Phase.explicit, Phase.generate], suppress_health_check=EACH_TIME)
@example(steps=[("delegate", 1, 2), ("enquiry", True, 2), ("assessment", False, 2), ("bulk", True, 2)])
@example(
    steps=[("delegate", 1, 0), ("contact", True, 0), ("ending", True, 0), ("reply", True, 0), ("account", True, 3)]
)
@given(steps=st.lists(a_step, min_size=3, max_size=8))
def test_the_list_is_what_plain_sql_says_whatever_is_done(
    steps: list[tuple[str, int, int]],
    waiting: dict[str, int],
    manager: User,
    second_manager: User,
    worker: User,
    team: Team,
) -> None:
    with transaction.atomic():
        User.objects.filter(pk=worker.pk).update(team=team)
        third = StaffFactory.create(role="team_manager", username="third.manager", name="Tess Third")
        people = [manager, second_manager, third, User.objects.get(roles=["service_manager"])]
        for what, one, other in steps:
            if what == "delegate":
                days = {"from_on": AT.date(), "until_on": (AT + timedelta(days=6)).date()}
                with contextlib.suppress(Refused):  # somebody is named already, or it is the same person
                    signing.delegate(of=people[one], to=people[other], by=people[one], at=AT, **days)
            elif what == "withdraw":
                for row in Delegation.objects.filter(of=people[one], ended_at=None):
                    signing.withdraw(delegation=row, by=people[one], at=AT)
            else:
                sign(what, waiting[what], people[other], second_manager, is_signed=bool(one))
            for user in people:
                assert listed(user) == oracle(user), (what, user.name)
        transaction.set_rollback(True)


def sign(kind: str, key: int, by: User, second_manager: User, *, is_signed: bool) -> None:
    """What is on the list can be signed, and whose it is besides is noted."""
    is_listed = (kind, key) in listed(by)
    for_others = of_whom(kind, key, by, second_manager)
    before = SignedFor.objects.count()
    try:
        with transaction.atomic():
            do(kind, key, by, is_signed=is_signed)
    except (Denied, Refused):
        assert not is_listed, (kind, by.name)
        assert SignedFor.objects.count() == before
        return
    if is_listed:
        noted = SignedFor.objects.order_by("pk")[before:]
        assert {row.on_behalf_of_id for row in noted} == for_others, (kind, by.name)
