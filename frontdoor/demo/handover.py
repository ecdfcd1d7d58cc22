"""The handover of the demonstration: what the shift before left, some of it taken."""

from datetime import timedelta

from contacts.handover import packs
from contacts.handover import shifts as hours
from contacts.handover.actions import ItemFacts, take_item, write_item
from contacts.handover.models import HandoverItem, plan_on
from contacts.handover.shifts import Shift
from contacts.models import Contact
from frontdoor.clocks.models import closures
from frontdoor.demo.stories import Teller

Kind, Basis = HandoverItem.Kind, HandoverItem.Basis


def handed_over(tell: Teller, number: int) -> None:
    """Items written shortly before the last change of shift, the handover made at it, and its first item taken."""
    since, shift = hours.now_on(tell.now, plan_on, closures())
    written = since - timedelta(minutes=40)
    packs.bring_up_to_date(written)
    writer, taker = ("edt.worker", "duty.manager") if shift is Shift.DAY else ("duty.manager", "edt.worker")
    seen = Contact.objects.visible_to(tell.staff[writer])
    one, two, three = (row.reference for row in seen.on_queue().order_by("received_at", "pk")[:3])
    soon = tell.now + timedelta(hours=3)
    for kind, facts in (
        (Kind.ACTION, ItemFacts(
            text="The ward keeps him until the afternoon round. Ring the ward sister before he goes home.",
            reference=one, due_at=soon,
        )),
        (Kind.VISIT, ItemFacts(
            text="See the children and the state of the home.", reference=two, due_at=soon + timedelta(hours=2),
            risk="A large dog; ring before you go in.", ring="The grandmother, 01632 960555",
            otherwise="Ring the police for a welfare check.",
        )),
        (Kind.PLACED, ItemFacts(
            text="Stayed the night with an aunt after her mother was taken to hospital.", reference=three,
            place="With the aunt", legal_basis=Basis.FAMILY, agreed_by="Her mother, by telephone",
        )),
        (Kind.CALL, ItemFacts(
            text="The grandfather wants to say what he saw.", caller="The grandfather", due_at=soon,
            otherwise="Ring 01632 960556.",
        )),
    ):  # fmt: skip
        write_item(kind=kind, facts=facts, now=False, by=tell.staff[writer], at=written)
    packs.bring_up_to_date(tell.now)
    first = HandoverItem.objects.visible_to(tell.staff[taker]).untaken().filter(kind=Kind.CALL).order_by("pk").first()
    if first is not None:
        take_item(item=first, by=tell.staff[taker], at=tell.now)
