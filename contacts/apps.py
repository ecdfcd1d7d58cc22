from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils import timezone

from frontdoor import audit
from frontdoor.drafts import kinds

#: Rooms that stand above the core of this app and bring models of their own.
ROOMS_ABOVE = (
    "agencies.disagreements",
    "agencies.feeds",
    "agencies.information",
    "agencies.links",
    "agencies.thresholds",
    "agencies.webforms",
    "handover",
)


def bring_in_step(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """After a migration: shipped contact types and decision rules stand in their tables, and each contact on the queue
    has the sentence that says what happened, as this release finds it, and the clock of its decision.
    """
    from contacts.recording.actions import start_missing_decisions
    from contacts.recording.sentence import reckon_again
    from contacts.shipped import load

    load()
    reckon_again()
    start_missing_decisions(timezone.now())


class ContactsConfig(AppConfig):
    name = "contacts"
    label = "contacts"
    verbose_name = "Contacts"

    def import_models(self) -> None:
        """Load the core's models, then those of the rooms above it, which the core does not know."""
        super().import_models()
        for room in ROOMS_ABOVE:
            import_module(f"contacts.{room}.models")

    def ready(self) -> None:
        """Say the words of our audit events, name our drafts, say what merging does; load shipped rows."""
        from contacts import hidden, leaving, taken
        from contacts import hooks as own_hooks
        from contacts.agencies import page as agencies
        from contacts.agencies.information.readers import counts
        from contacts.bundles import actions as bundles
        from contacts.bundles import regrouping
        from contacts.events import EVENTS
        from contacts.given import confidential_addresses, names_of_other_families
        from contacts.identity import apart, conflicts, proposing
        from contacts.later import readers as later
        from contacts.models import Contact
        from contacts.named import children_given
        from contacts.recording.drafted import said
        from contacts.screening import chronology, origins
        from contacts.tables import register_rules
        from frontdoor.clocks.models import hidden as hidden_from_clocks
        from frontdoor.people import hooks
        from frontdoor.people.access import kept_back
        from frontdoor.people.disposal import disposal_of, disposal_policy
        from frontdoor.people.hooks import merge_policy
        from frontdoor.people.record.said import tellers
        from frontdoor.staff import hooks as of_staff
        from frontdoor.workflow import doors
        from frontdoor.workflow import hooks as of_moves

        audit.register(EVENTS)
        doors.put(Contact, "acknowledge_to", "contacts:told", kind="secondary")
        doors.put(Contact, "add_later", "contacts:add_later", kind="secondary")
        tellers["contact"] = chronology.TELLER
        register_rules()
        kinds.register("contact", label="Contact being recorded", url_name="contacts:new_draft", said=said)
        if hidden.of_restricted_kinds not in hidden_from_clocks:
            hidden_from_clocks.append(hidden.of_restricted_kinds)
        if hidden.taken_under_restriction not in kept_back:
            kept_back.append(hidden.taken_under_restriction)
        if apart.refused_on_contacts not in hooks.said_apart:
            hooks.said_apart.append(apart.refused_on_contacts)
        if conflicts.closed_to_who_knows not in of_moves.blockers:
            of_moves.blockers.append(conflicts.closed_to_who_knows)
        if taken.closed_to_others not in of_moves.blockers:
            of_moves.blockers.append(taken.closed_to_others)
            own_hooks.parts_of_page.append(taken.part_of_page)
        if later.origin not in origins.origins:
            origins.origins.append(later.origin)
        if leaving.held not in of_staff.holdings:
            of_staff.holdings.append(leaving.held)
            of_staff.letting_go.append(leaving.let_go)
            of_staff.still_held.append(leaving.still_held)
        if counts not in own_hooks.information_in:
            own_hooks.information_in.append(counts)
            own_hooks.parts_of_page += [agencies.information, agencies.level, agencies.web_form]
        import_module("contacts.agencies.mail")  # it takes what the outbox holds for agencies
        if children_given not in hooks.named_as_given:
            hooks.named_as_given.append(children_given)
        if confidential_addresses not in hooks.addresses_given:
            hooks.addresses_given.append(confidential_addresses)
            hooks.others_given.append(names_of_other_families)
        if bundles.person_is_hidden not in hooks.hidden_from_now:
            hooks.hidden_from_now.append(bundles.person_is_hidden)
        if regrouping.people_joined_or_parted not in hooks.joined_or_parted:
            hooks.joined_or_parted.append(regrouping.people_joined_or_parted)
        if proposing.person_changed not in hooks.found_by_changed:
            hooks.found_by_changed.append(proposing.person_changed)
            hooks.hidden_from_now.append(proposing.person_is_hidden)
            hooks.joined_or_parted.append(proposing.people_joined_or_parted)
        merge_policy(
            "contacts.PossiblePerson", "person", "rebuild", "whom a child may be is found again from the records"
        )
        disposal_policy("contacts.PossiblePerson", "person", "destroy", "nobody is on record any more to be confirmed")
        merge_policy(
            "contacts.HouseholdAnswer", "person", "move", "what was said of somebody is said of the one record",
            once=("contact_id",),
        )  # fmt: skip
        disposal_policy(
            "contacts.HouseholdAnswer",
            "person",
            "destroy",
            "nobody is on record any more to be asked about",
            others=True,
        )
        merge_policy("contacts.ContactPerson", "person", "move", "who was confirmed on a contact is the one record")
        disposal_policy(
            "contacts.ContactPerson", "person", "destroy", "an adult given stays with a child's contact",
            stays_if="NOT t.is_child AND EXISTS (SELECT 1 FROM contacts_contactperson o WHERE o.contact_id ="
            " t.contact_id AND o.is_child AND (o.person_id IS NULL OR o.person_id NOT IN {people}))",
        )  # fmt: skip
        disposal_of(
            "contacts.Contact",
            "t.id IN (SELECT c.contact_id FROM contacts_contactperson c WHERE c.person_id IN {people}) AND NOT EXISTS"
            " (SELECT 1 FROM contacts_contactperson o WHERE o.contact_id = t.id AND o.is_child"
            " AND (o.person_id IS NULL OR o.person_id NOT IN {people}))",
            "a contact goes with the last of the children it is about",
        )
        disposal_of(
            "contacts.SecureLink", "t.reference IN {references} OR t.became IN {references}",
            "a link to a record that goes, or by which it came, leads nowhere",
        )  # fmt: skip
        of_the_file = (
            "SELECT i.file_id FROM contacts_feeditem i JOIN contacts_contact c ON c.id = i.contact_id"
            " WHERE c.reference IN {references}"
        )
        disposal_of(
            "contacts.FeedFile", f"t.finished_at IS NOT NULL AND t.id IN ({of_the_file})",
            "what came in a file stands in its contacts: the file keeps its hash, so that it is not taken in again",
            blank="content = ''",
        )  # fmt: skip
        disposal_of(
            "contacts.Quarantined", f"t.corrected_as_id IN ({of_the_file})",
            "the message a contact was made of tells of the same child", blank="content = ''",
        )  # fmt: skip
        post_migrate.connect(bring_in_step, sender=self)
