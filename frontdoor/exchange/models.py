"""What came from the old systems: every row as it was received, what became of it, and what it still waits for."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from frontdoor.accounts.models import User
from frontdoor.db import VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.people.access import hidden_people


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

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("step", ["", "staged", "people", "records", "merged", "done"], name="import_step_known"),
            one_of("state", ["waiting", "running", "done", "failed", "cancelled"], name="import_state_known"),
            all_or_none("cancelled_at", "cancelled_by", name="import_cancelled_by_somebody"),
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

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["file", "identity"], name="origin_once")]
        indexes: ClassVar = [models.Index(fields=["reference"], name="origin_of")]

    def __str__(self) -> str:
        return f"{self.file} {self.reference}"


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
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["list_name", "value"], name="wording_once"),
            all_or_none("settled_at", "settled_by", name="wording_settled_by_somebody"),
        ]

    def __str__(self) -> str:
        return self.value


class SameEvent(models.Model):
    """A contact of FirstCall and an episode of CareCase that are one event: one path, both rows kept.

    Not ``is_certain`` while the two people are two records that wait for a review: then the paths stay apart too.
    """

    contact_no = models.CharField(max_length=8)
    client_no = models.CharField(max_length=8)
    episode_id = models.CharField(max_length=9, unique=True)
    person_id = models.CharField(max_length=8)
    is_certain = models.BooleanField(default=True)
    reasons = models.JSONField(default=list)

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

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "-happened_at"], name="case_note_of")]

    def __str__(self) -> str:
        return f"note {self.pk}"


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
