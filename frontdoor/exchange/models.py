"""What came from the old systems: every row as it was received, what became of it, and what it still waits for."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from contacts.models import Contact
from frontdoor.accounts.models import User
from frontdoor.dated import Begun, Shipped
from frontdoor.db import VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.people.access import hidden_people, hidden_references, known_people, known_references
from referrals.models import Referral


class UploadQuerySet(models.QuerySet["Upload"]):
    """Questions about uploads."""

    def untouched(self) -> Self:
        """Received, and neither imported nor deleted yet."""
        return self.filter(discarded_at__isnull=True, runs__isnull=True)


class Upload(models.Model):
    """The files of one extract as somebody sent them, checked and kept on disk until they are thrown away.

    ``files`` gives each file's name, bytes, rows and SHA-256; ``notes`` what a person should read before starting.
    """

    folder = models.CharField(max_length=32, unique=True)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    files = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    discarded_at = models.DateTimeField(null=True, blank=True)
    discarded_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [all_or_none("discarded_at", "discarded_by", name="upload_discarded_by_somebody")]

    def __str__(self) -> str:
        return f"upload {self.pk}"


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Questions about imports."""

    def unfinished(self) -> Self:
        """Waiting for their turn, or begun."""
        return self.filter(state__in=[ImportRun.State.WAITING, ImportRun.State.RUNNING])

    def needing_files(self) -> Self:
        """Unfinished, or waiting for somebody's answer: their files are needed still."""
        return self.unfinished() | self.filter(state=ImportRun.State.ASKING)


class ImportRun(models.Model):
    """One import of one set of extracts.

    One that was uploaded is taken up again when its worker was killed; one of the command by running the command again.
    """

    class Step(models.TextChoices):
        STAGED = "staged", "Rows read and checked"
        PEOPLE = "people", "People loaded"
        RECORDS = "records", "Contacts, referrals, assessments and notes loaded"
        MERGED = "merged", "Records of one person brought together"
        DONE = "done", "Finished"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Finished"
        FAILED = "failed", "Stopped"
        CANCELLED = "cancelled", "Cancelled"
        # Of the page only: its files are so unlike the ones before that somebody has to say whether they are meant.
        ASKING = "asking", "Waits for an answer"

    started_at = models.DateTimeField(db_default=Now(), editable=False)
    started_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    # Empty for an import of the command, whose folder is its own.
    upload = models.ForeignKey(Upload, null=True, blank=True, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    # When its turn came; since ``started_at`` it may have waited.
    begun_at = models.DateTimeField(null=True, blank=True)
    # How often a worker began it, and when one was last asked to.
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    step = models.CharField(max_length=10, choices=Step.choices, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # Why it stopped, in a sentence.
    failure = models.CharField(max_length=1000, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    report = models.JSONField(default=dict)
    # What has to be said yes to before anything changes, a sentence each, and who has said it.
    questions = models.JSONField(default=list)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("step", ["", "staged", "people", "records", "merged", "done"], name="import_step_known"),
            one_of("state", ["waiting", "running", "done", "failed", "cancelled", "asking"], name="import_state_known"),
            all_or_none("cancelled_at", "cancelled_by", name="import_cancelled_by_somebody"),
            all_or_none("accepted_at", "accepted_by", name="import_accepted_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportProgress(models.Model):
    """How far an import has come. Its own row: it is written beside the import's transaction and seen at once."""

    run = models.OneToOneField(ImportRun, primary_key=True, on_delete=models.PROTECT, related_name="progress")
    step = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=1)
    words = models.CharField(max_length=80, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"step {self.step} of {self.steps}"


class SourceRecord(models.Model):
    """One row of one extract, byte for byte, for ever. A row that changed since is a second record of that identity."""

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="rows")
    system = models.CharField(max_length=10)
    file = models.CharField(max_length=40)
    # The row's own key (or pair of keys); for a row that has none, the hash of its bytes.
    identity = models.CharField(max_length=80)
    row = models.PositiveIntegerField()
    raw = models.BinaryField()
    digest = models.CharField(max_length=64)
    # By column, as used: what was left out is empty here and stands in ``raw`` and ``findings``.
    values = models.JSONField(default=dict)
    is_rejected = models.BooleanField(default=False)
    findings = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "identity", "digest", "is_rejected"], name="source_record_once")
        ]

    def __str__(self) -> str:
        return f"{self.file} row {self.row}"


class Origin(models.Model):
    """What a source row became: the record's reference, and the latest version of the row it was made from."""

    file = models.CharField(max_length=40)
    identity = models.CharField(max_length=80)
    reference = models.CharField(max_length=10)
    source = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, related_name="+")
    # Since when the source no longer holds the row, as far as its extracts tell.
    gone_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["file", "identity"], name="origin_once")]
        indexes: ClassVar = [models.Index(fields=["reference"], name="origin_of")]

    def __str__(self) -> str:
        return f"{self.file} {self.reference}"


class JoinThreshold(Begun, Shipped):
    """From which probability an import joins two records by itself, and under which it never does, from a day on.

    Both are in a thousand. Never changed: a new row follows.
    """

    join_from = models.PositiveSmallIntegerField()
    floor = models.PositiveSmallIntegerField()
    reason = models.TextField(blank=True)
    set_at = models.DateTimeField(null=True, blank=True)
    set_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            all_or_none("set_at", "set_by", name="join_threshold_set_by_somebody"),
            models.CheckConstraint(
                condition=models.Q(floor__gte=900, floor__lte=999)
                & models.Q(join_from__gte=models.F("floor"), join_from__lte=999),
                name="join_threshold_from_its_floor_to_999",
            ),
        ]

    def __str__(self) -> str:
        return f"joined from {self.join_from} in 1,000, from {self.valid_from}"


class RowChange(models.Model):
    """What a run found about one row beside what had been loaded. Rows of a file that had none before are not listed.

    ``columns`` names what a changed row says differently; what it says stands in the source row.
    """

    class Kind(models.TextChoices):
        NEW = "new", "New"
        CHANGED = "changed", "Changed"
        ENDED = "ended", "Ended"
        LEFT = "left", "Left for a person"

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="row_changes", db_index=False)
    file = models.CharField(max_length=40)
    identity = models.CharField(max_length=80)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    columns = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "file", "identity"], name="row_change_once"),
            one_of("kind", ["new", "changed", "ended", "left"], name="row_change_kind_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["run", "kind", "file", "id"], name="row_change_of_kind")]

    def __str__(self) -> str:
        return f"{self.file} {self.kind}"


@tracked()
class Wording(models.Model):
    """A local wording nobody knew when it was met, or that a person has given a meaning once for all rows.

    Its history tells from when until when it had which meaning, and who gave it.
    """

    list_name = models.CharField(max_length=30)
    value = models.CharField(max_length=200)
    code = models.CharField(max_length=30, blank=True)
    rows = models.PositiveIntegerField(default=0)
    is_settled = models.BooleanField(default=False)
    # When what had been left undecided was last looked at again with this meaning.
    looked_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["list_name", "value"], name="wording_once"),
            all_or_none("settled_at", "settled_by", name="wording_settled_by_somebody"),
        ]

    def __str__(self) -> str:
        return self.value


class SameEventQuerySet(VisibleQuerySet):
    """Rows of a contact and an episode that are, or may be, one event."""

    def recognised(self) -> Self:
        """All but those a person has said are two events."""
        return self.exclude(answer=SameEvent.Answer.TWO)

    def asked(self) -> Self:
        """Those a person is asked about, or has answered."""
        return self.exclude(answer=SameEvent.Answer.NOT_ASKED)

    def visible_to(self, user: User) -> Self:
        """Those loaded of which the user may see both the contact and the referral; each with their references."""
        contacts = Contact.objects.visible_to(user).values("reference")
        referrals = Referral.objects.visible_to(user).values("reference")
        known = known_references(user)

        def made_of(file: str, key: str) -> models.Subquery:
            made = Origin.objects.filter(file=file, identity=models.OuterRef(key))
            return models.Subquery(made.values("reference")[:1])

        rows = self.annotate(contact_reference=made_of("firstcall_contacts.csv", "contact_no"))
        rows = rows.annotate(referral_reference=made_of("carecase_episodes.csv", "episode_id"))
        rows = rows.filter(contact_reference__in=contacts, referral_reference__in=referrals)
        return rows.exclude(contact_reference__in=known).exclude(referral_reference__in=known)


class SameEvent(models.Model):
    """A contact of FirstCall and an episode of CareCase that are one event: one path, both rows kept.

    Not ``is_certain`` while the two people are two records that wait for a review, or a person has said that these are
    two events: then the paths are apart too. ``answer`` is what a person was asked and said.
    """

    class Answer(models.TextChoices):
        NOT_ASKED = "", "Not asked"
        WAITING = "waiting", "To decide"
        ONE = "one", "One event"
        TWO = "two", "Two events"

    contact_no = models.CharField(max_length=8)
    client_no = models.CharField(max_length=8)
    episode_id = models.CharField(max_length=9, unique=True)
    person_id = models.CharField(max_length=8)
    is_certain = models.BooleanField(default=True)
    reasons = models.JSONField(default=list)
    # Recognised by too little, or another as good: whatever else, somebody is asked.
    is_doubtful = models.BooleanField(default=False, db_default=False)
    answer = models.CharField(max_length=7, choices=Answer.choices, blank=True, default="", db_default="")
    # The contact that was made for the episode alone, as far as the referral has been moved off it or back.
    own_contact = models.CharField(max_length=10, blank=True, default="", db_default="")
    # Whether the two were one path before the answer: taking it back makes them so again.
    was_one_path = models.BooleanField(default=False, db_default=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    #: Of rows that ``visible_to`` gives: what was made of the contact and of the episode here.
    contact_reference: str
    referral_reference: str

    objects = SameEventQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("answer", ["", "waiting", "one", "two"], name="same_event_answer_known"),
            all_or_none("decided_at", "decided_by", name="same_event_decided_by_somebody"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["answer", "id"], name="same_event_asked", condition=~models.Q(answer="")),
            models.Index(fields=["person_id"], name="same_event_of"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_no} {self.episode_id}"


class OfPersonQuerySet(VisibleQuerySet):
    """Rows that belong to one person."""

    def visible_to(self, user: User) -> Self:
        """Those of people the user may see."""
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        return self.exclude(person_id__in=hidden_people(user))


@tracked()
class CaseNote(models.Model):
    """A note of an old system: what happened, when it took place, and who wrote it, as typed there."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="case_notes")
    happened_at = models.DateTimeField()
    is_date_known = models.BooleanField(default=True)
    kind = models.CharField(max_length=60)
    author = models.CharField(max_length=80, blank=True)
    text = models.TextField()
    origin = models.CharField(max_length=20)
    # Since when the old system no longer holds it.
    ended_on = models.DateField(null=True, blank=True)

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "-happened_at"], name="case_note_of")]

    def __str__(self) -> str:
        return f"note {self.pk}"


class RefilingQuerySet(VisibleQuerySet):
    """Rows that were filed under another child."""

    def visible_to(self, user: User) -> Self:
        """Those of which the user may see both children and the record."""
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        hidden, rows = hidden_people(user), self.exclude(reference__in=hidden_references(user))
        return rows.exclude(from_person_id__in=hidden).exclude(to_person_id__in=hidden)

    def waiting(self) -> Self:
        """Those a person has still to decide."""
        return self.filter(state=Refiling.State.WAITING)


@tracked()
class Refiling(models.Model):
    """A row of an old system that a newer extract files under another child than the one its record stands with here.

    ``why`` says what kept it from being moved by itself.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for a decision"
        MOVED = "moved", "Moved"
        LEFT = "left", "Left where it is"

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="refilings")
    file = models.CharField(max_length=40)
    identity = models.CharField(max_length=80)
    # The newer row; of a contact the row that names the other child.
    source = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, related_name="+")
    # The referral or contact; empty for a note.
    reference = models.CharField(max_length=10, blank=True)
    from_person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    to_person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State.choices)
    found_at = models.DateTimeField()
    # When it was moved or left, and by whom; by itself it is the old system's machine actor.
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = RefilingQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("state", ["waiting", "moved", "left"], name="refiling_state_known"),
            all_or_none("decided_at", "decided_by", name="refiling_decided_by_somebody"),
            models.CheckConstraint(
                condition=models.Q(state="waiting", decided_at__isnull=True)
                | (~models.Q(state="waiting") & models.Q(decided_at__isnull=False)),
                name="refiling_decided_at_some_time",
            ),
            models.UniqueConstraint(
                fields=["file", "identity"], condition=models.Q(state="waiting"), name="refiling_waits_once"
            ),
        ]

    def __str__(self) -> str:
        return f"refiling {self.pk}"


class PaperFileQuerySet(OfPersonQuerySet):
    """Questions about paper files."""

    def visible_to(self, user: User) -> Self:
        """Those of people the user may see; a family's file only where the user may see every child it is of."""
        hidden = FamilyFileChild.objects.standing().filter(person_id__in=hidden_people(user))
        return super().visible_to(user).exclude(pk__in=hidden.values("paper"))

    def of(self, person: Any) -> Self:
        """The person's own, and those of the family."""
        shared = FamilyFileChild.objects.standing().filter(person=person)
        return self.filter(models.Q(person=person) | models.Q(pk__in=shared.values("paper")))

    def unmatched(self) -> Self:
        """Not matched yet."""
        return self.filter(person__isnull=True).exclude(pk__in=FamilyFileChild.objects.standing().values("paper"))

    def matched(self) -> Self:
        """Somebody's."""
        shared = FamilyFileChild.objects.standing().values("paper")
        return self.filter(models.Q(person__isnull=False) | models.Q(pk__in=shared))


@tracked()
class PaperFile(models.Model):
    """A file in the records store: what its cover says, where it stands, and whose it is when that is known."""

    file_no = models.CharField(max_length=20, unique=True)
    surname = models.CharField(max_length=60, blank=True)
    forename = models.CharField(max_length=60, blank=True)
    born = models.CharField(max_length=10, blank=True)
    location = models.CharField(max_length=80, blank=True)
    volumes = models.CharField(max_length=10, blank=True)
    date_from = models.CharField(max_length=10, blank=True)
    date_to = models.CharField(max_length=10, blank=True)
    person = models.ForeignKey(
        "people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="paper_files"
    )
    # Empty where the import matched it.
    matched_at = models.DateTimeField(null=True, blank=True)
    matched_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = PaperFileQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            all_or_none("matched_at", "matched_by", name="paper_matched_by_somebody"),
            models.CheckConstraint(
                condition=models.Q(matched_at__isnull=True) | models.Q(person__isnull=False),
                name="paper_matched_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.file_no

    @property
    def is_of_a_family(self) -> bool:
        """Whether the cover says that it is one file for the children of a family."""
        return self.forename.strip().upper() == "FAMILY"


class FamilyFileChildQuerySet(OfPersonQuerySet):
    """Whose the files of families are."""

    def standing(self) -> Self:
        """Not taken back."""
        return self.filter(ended_at__isnull=True)


@tracked()
class FamilyFileChild(models.Model):
    """One of the children a family's paper file is of: the file belongs to each of them."""

    paper = models.ForeignKey(PaperFile, on_delete=models.PROTECT, related_name="children")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    matched_at = models.DateTimeField()
    matched_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = FamilyFileChildQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            all_or_none("ended_at", "ended_by", name="family_file_child_ended_by_somebody"),
            models.UniqueConstraint(
                fields=["paper", "person"],
                condition=models.Q(ended_at__isnull=True),
                name="family_file_of_a_child_once",
            ),
        ]

    def __str__(self) -> str:
        return f"child of a family's file {self.pk}"


class DifferenceQuerySet(VisibleQuerySet):
    """Questions about differences."""

    def visible_to(self, user: User) -> Self:
        """Those about nobody hidden from the user, nor anybody the user has declared that they know."""
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        rows = self
        for people in (hidden_people(user), known_people(user)):
            rows = rows.exclude(person_id__in=people).exclude(person__merged_into_id__in=people)
        return rows.exclude(reference__in=hidden_references(user)).exclude(reference__in=known_references(user))

    def open(self) -> Self:
        """Those nobody has decided, and the source has not come to agree with."""
        return self.filter(state=Difference.State.OPEN)


class Difference(models.Model):
    """A value that stands here because somebody corrected it, and that a newer extract says otherwise: one open row for
    each source row and field, until a person decides or the source agrees.

    ``theirs`` is what the source says, in our own codes; what stands here is read from the record itself.
    """

    class State(models.TextChoices):
        OPEN = "open", "To be decided"
        KEPT = "kept", "Ours kept"
        TAKEN = "taken", "Theirs taken"
        AGREED = "agreed", "The source agrees now"

    file = models.CharField(max_length=40)
    identity = models.CharField(max_length=80)
    field = models.CharField(max_length=40)
    # The record made of the row; and for one about a single person, that person's record as the row made it.
    reference = models.CharField(max_length=10)
    person = models.ForeignKey(
        "people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="differences"
    )
    theirs = models.JSONField()
    source = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, related_name="+")
    # The source's own date of change, where its rows have one.
    said_on = models.DateField(null=True, blank=True)
    found_at = models.DateTimeField()
    # When and by whom ours was written here, where that is known.
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    agreed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=1000, blank=True)
    # What stood here before theirs was taken.
    was = models.JSONField(null=True, blank=True)

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("state", ["open", "kept", "taken", "agreed"], name="difference_state_known"),
            models.UniqueConstraint(
                fields=["file", "identity", "field"], condition=models.Q(state="open"), name="difference_open_once"
            ),
            all_or_none("changed_at", "changed_by", name="difference_changed_by_somebody"),
            all_or_none("decided_at", "decided_by", name="difference_decided_by_somebody"),
            models.CheckConstraint(
                condition=models.Q(state__in=["kept", "taken"]) ^ models.Q(decided_at__isnull=True),
                name="difference_decided_when_answered",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "id"], name="difference_in_state"),
            models.Index(fields=["file", "identity"], name="difference_of_row"),
        ]

    def __str__(self) -> str:
        return f"difference {self.pk}"
