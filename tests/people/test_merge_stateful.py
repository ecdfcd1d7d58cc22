"""Random merges, edits and unmerges over records with every relation: every row is conserved, and comes back."""

import hashlib
import json
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.people import actions
from frontdoor.people.actions import GivenName
from frontdoor.people.merging import merge, pairs
from frontdoor.people.models import Merge, Name, Person
from frontdoor.people.protection import actions as protection
from frontdoor.people.protection.warnings import add_warning
from tests.people.test_merge import AT, contact_about, referral_of, rows

MANAGED = {"person_id", "other_id", "left_id", "right_id", "child_id", "merged_into_id", "kind", "version"}
WHO = st.integers(min_value=0, max_value=4)
BORN = [date(2015, 2, 3), None, date(2015, 3, 2), date(2015, 2, 3), date(2014, 1, 1)]


def contents(found):
    """Count and hash of what every row says apart from whom it is about, by table; key facts are judged apart."""
    return {
        label: (
            len(table),
            hashlib.sha256(
                json.dumps(
                    [[key, {n: v for n, v in row.items() if n not in MANAGED}] for key, row in sorted(table.items())]
                ).encode()
            ).hexdigest(),
        )
        for label, table in found.items()
        if label not in ("people.NameToken", "people.Person")
    }


class Records(RuleBasedStateMachine):
    """Five people with a row in every relation."""

    joined = 0
    taken_back = 0

    @initialize()
    def people_with_everything(self):
        self.scope = transaction.atomic()
        self.scope.__enter__()
        self.by = User.objects.create_user("boss", "Boss", roles=["service_manager"])
        officer = User.objects.create_user("olly", "Olly", roles=["contact_officer"])
        self.people = []
        for number, born in enumerate(BORN):
            person = actions.create_person(
                by=self.by,
                at=AT,
                names=[GivenName(f"N{number}", "Hart"), GivenName("Ann", kind="known_as")][: number + 1],
                date_of_birth=born,
                dob_precision="estimated" if number == 3 else "",
                school=["", "Dale", "", "Hill", "Dale"][number],
                identifiers_given={"nhs": "999 000 0018"},
                address={"lines": f"{number} Mill Lane", "postcode": "KX1 2AB"},
                telephone=f"01632 96000{number}",
                notes=f"Notes {number}",
                is_adoption_protected=False,
            )
            self.people.append(person)
            reference = f"C-0000000{number % 2}"
            actions.involve(person=person, reference=reference, kind="contact", at=AT, worker=self.by)
            actions.refuse_match(person=person, reference="C-00000009", position=number % 2, by=self.by, at=AT)
            add_warning(
                person=person, by=self.by, at=AT, kind="dogs", text="Dogs", review_on=date(2027, 1, 1),
                address=person.addresses.get(),
            )  # fmt: skip
            protection.declare_conflict(user=officer, person=person, by=self.by, at=AT)
        for one, other in zip(self.people, self.people[1:] + self.people[:1], strict=True):
            actions.add_relationship(person=one, other=other, kind="sibling", by=self.by, at=AT)
        for left, right in ((0, 2), (1, 3)):
            pairs.not_same(left=self.people[left], right=self.people[right], by=self.by, at=AT)
        pairs.offer_many(
            [pairs.FoundPair(self.people[a].pk, self.people[b].pk, 5.0, 0.9) for a, b in ((0, 1), (2, 1), (3, 4))],
            at=AT,
        )
        referral_of(self.people[0], officer, self.by)
        referral_of(self.people[1], officer, self.by)
        contact_about(self.people[2], officer)
        protection.set_restriction(person=self.people[3], holders=[self.by], by=self.by, at=AT, reason="Threats")
        self.at = AT
        self.step = 0
        self.edited = {}
        self.made = {}
        self.start = rows()

    def teardown(self):
        if hasattr(self, "scope"):
            try:
                self.everything_comes_apart()
            finally:
                transaction.set_rollback(True)
                self.scope.__exit__(None, None, None)

    def standing(self, number):
        person = Person.objects.get(pk=self.people[number].pk)
        return person if person.merged_into_id is None else None

    def note(self, label, key, *columns):
        self.step += 1
        for column in columns or ("",):
            self.edited[label, key, column] = self.step

    @rule(wanted=st.lists(st.tuples(WHO, WHO), min_size=1, max_size=4))
    def joins(self, wanted):
        for survivor, loser in wanted:
            self.join(survivor, loser)

    def join(self, survivor, loser):
        one, other = self.people[survivor], self.people[loser]
        before = rows()
        try:
            done = merge.apply(survivor=one, loser=other, by=self.by, at=self.at, reason="Same.")
        except Refused:
            assert survivor == loser or None in (self.standing(survivor), self.standing(loser))
            assert rows() == before
            return
        assert contents(rows()) == contents(before)
        self.step += 1
        self.made[done.pk] = self.step
        Records.joined += 1

    @rule(which=st.integers(min_value=0, max_value=2))
    def takes_back(self, which):
        standing = list(Merge.objects.standing().order_by("-pk"))
        if not standing:
            return
        done = standing[which % len(standing)]
        before = contents(rows())
        try:
            undone = merge.undo(done, by=self.by, at=self.at + timedelta(days=1), reason="Not her.")
        except Refused:
            assert Merge.objects.standing().about([done.survivor_id, done.loser_id]).filter(pk__gt=done.pk)
            return
        after = rows()
        assert {label: count for label, (count, _) in contents(after).items()} == {
            label: count for label, (count, _) in before.items()
        }
        self.check(done, after, undone)

    def check(self, done, now, undone):
        """Every journalled column is as before, but for those edited since, which are listed."""
        Records.taken_back += 1
        since = self.made[done.pk]
        told = {(edit.model, edit.key) for edit in undone.edits}
        for change in done.changes.exclude(column=""):
            row = now[change.model].get(change.key)
            assert row is not None, change
            edited = self.edited.get((change.model, change.key, change.column), 0) > since
            birth = {"date_of_birth", "dob_precision", "expected_on"}
            if change.column in birth:
                edited = any(self.edited.get((change.model, change.key, c), 0) > since for c in birth)
            if change.column == "display_name":
                continue
            if change.model == "people.PairToReview":
                continue
            assert edited or row[change.column] == change.before, (change, row)
        for (label, key, _), step in self.edited.items():
            if step > since and done.changes.filter(model=label, key=key).exclude(column="kind").exists():
                moved = done.changes.filter(model=label, key=key).exclude(column="kind")
                assert (label, key) in told or all(c.is_kept and c.column for c in moved), (label, key, undone.edits)

    @rule(who=WHO)
    def rings(self, who):
        person = self.standing(who)
        if person is not None:
            found = actions.add_telephone(person=person, by=self.by, at=self.at, number="01632 960888")
            self.note("people.Telephone", found.pk)

    @rule(who=WHO)
    def leaves_an_address(self, who):
        person = self.standing(who)
        address = person.addresses.filter(ended_on__isnull=True).first() if person else None
        if address is not None:
            actions.end_address(address=address, by=self.by, at=self.at, ended_on=date(2026, 11, 2))
            self.note("people.Address", address.pk)

    @rule(who=WHO, empty=st.booleans())
    def changes_school(self, who, empty):
        person = self.standing(who)
        if person is not None and not (empty and not person.school):
            school = "" if empty else f"School {self.step}"
            actions.amend_person(person=person, by=self.by, at=self.at, school=school, religion=f"R{self.step}")
            self.note("people.Person", person.pk, "school", "religion")

    @rule(who=WHO, unknown=st.booleans())
    def changes_birth(self, who, unknown):
        person = self.standing(who)
        if person is not None and not (unknown and person.date_of_birth is None):
            born = None if unknown else date(2010, 1, 1) + timedelta(days=self.step)
            actions.amend_person(person=person, by=self.by, at=self.at, date_of_birth=born, religion=f"R{self.step}")
            self.note("people.Person", person.pk, "date_of_birth", "religion")

    @rule(who=WHO)
    def takes_a_new_name(self, who):
        person = self.standing(who)
        if person is not None:
            primary = list(Name.objects.filter(person=person, kind="primary").values_list("pk", flat=True))
            actions.add_name(person=person, by=self.by, at=self.at, given="New", family="Name")
            for key in primary:
                self.note("people.Name", key, "", "kind")

    @rule(who=WHO, other=WHO)
    def relates(self, who, other):
        one, two = self.standing(who), self.standing(other)
        if one is not None and two is not None and who != other:
            actions.add_relationship(person=one, other=two, kind="cousin", by=self.by, at=self.at)

    @rule(who=WHO)
    def works(self, who):
        person = self.standing(who)
        if person is not None:
            actions.involve(person=person, reference="R-00000077", kind="referral", at=self.at)

    @invariant()
    def no_row_of_the_start_is_gone(self):
        if hasattr(self, "start"):
            now = rows()
            for label, table in self.start.items():
                if label != "people.NameToken":
                    assert table.keys() <= now[label].keys()
            for merged in Person.objects.filter(merged_into__isnull=False).select_related("merged_into"):
                assert merged.merged_into.merged_into_id is None

    def everything_comes_apart(self):
        for latest in Merge.objects.standing().order_by("-pk"):
            undone = merge.undo(latest, by=self.by, at=self.at, reason="End.")
            self.check(latest, rows(), undone)
        if not self.edited:
            now = rows()
            for label, table in self.start.items():
                if label not in ("people.PairToReview", "people.NameToken"):
                    assert {k: r for k, r in now[label].items() if k in table} == table, label
            if len(now["people.Name"]) == len(self.start["people.Name"]):
                assert now["people.NameToken"] == self.start["people.NameToken"]


@pytest.mark.django_db
def test_merges_edits_and_unmerges_conserve_every_row():
    run_state_machine_as_test(
        Records,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # to make a failing run small takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Records.joined > 5
    assert Records.taken_back > 5
