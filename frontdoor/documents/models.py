"""Papers about a person: what each is, where its bytes are kept, and the text found in it."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from frontdoor.accounts.models import User
from frontdoor.db import Record, VisibleQuerySet, one_of, tracked
from frontdoor.documents.carries import UNLOOKED
from frontdoor.people.access import hidden_people, hidden_references


class DocumentQuerySet(VisibleQuerySet):
    """Questions about documents."""

    def visible_to(self, user: User) -> Self:
        """Documents of people the user may see, and of no record about anybody hidden from them."""
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        hidden = self.exclude(person_id__in=hidden_people(user))
        return hidden.exclude(models.Q(about__in=hidden_references(user)) & ~models.Q(about=""))

    def standing(self) -> Self:
        """Documents that have not been withdrawn."""
        return self.filter(ended_at__isnull=True)


@tracked(exclude=["version", "next_work_at", "attempts"])
class Document(Record):
    """One file about one person. Its bytes stand outside the database, under a name made from what they are."""

    PREFIX: ClassVar[str] = "D"

    class Scan(models.TextChoices):
        NONE = "none", "Not scanned: no virus scanner is set up"
        WAITING = "waiting", "Waiting for the scan"
        CLEAN = "clean", "No virus found"
        INFECTED = "infected", "A virus was found"

    class Reading(models.TextChoices):
        WAITING = "waiting", "The text is being read"
        DONE = "done", "The text can be searched"
        EMPTY = "empty", "There is no text in it"
        NO_OCR = "no_ocr", "The text cannot be searched: reading pictures of text (OCR) is not installed"
        LOCKED = "locked", "The text cannot be searched: the file is protected by a password"
        FAILED = "failed", "The text could not be read"

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="documents")
    # The record it belongs to, when it is part of one: a reference, never a key to a table above.
    about = models.CharField(max_length=10, blank=True, default="")
    # The number of the paper file it was scanned from.
    paper_file = models.CharField(max_length=20, blank=True, default="")
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    dated_on = models.DateField(null=True, blank=True)
    source = models.CharField("who it came from", max_length=200, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    # Where the bytes are, and the key they are encrypted with ("" when they are not).
    blob = models.CharField(max_length=64)
    key_id = models.CharField(max_length=20, blank=True, default="")
    pages = models.PositiveIntegerField(null=True, blank=True)
    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.NONE)
    scanned_at = models.DateTimeField(null=True, blank=True)
    virus = models.CharField(max_length=200, blank=True, default="")
    reading = models.CharField(max_length=10, choices=Reading.choices, default=Reading.WAITING)
    # When a worker should look at it next; empty when there is nothing left to do.
    next_work_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # What it carries beside its words: codes of ``carries.WORDS``; a file taken before that was looked for says so.
    carries = models.CharField(max_length=200, blank=True, default="", db_default=UNLOOKED)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_why = models.CharField(max_length=500, blank=True, default="")

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("scan", ["none", "waiting", "clean", "infected"], name="document_scan_known"),
            one_of(
                "reading", ["waiting", "done", "empty", "no_ocr", "locked", "failed"], name="document_reading_known"
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(ended_at__isnull=True, ended_by__isnull=True, ended_why="")
                    | models.Q(ended_at__isnull=False, ended_by__isnull=False) & ~models.Q(ended_why="")
                ),
                name="document_withdrawn_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "-id"], name="document_of_person"),
            models.Index(fields=["blob"], name="document_blob"),
            models.Index(fields=["about"], condition=~models.Q(about=""), name="document_about"),
            models.Index(
                fields=["next_work_at"], condition=models.Q(next_work_at__isnull=False), name="document_to_work_on"
            ),
        ]

    @property
    def may_be_served(self) -> bool:
        """Whether its bytes may leave: never an infected file, never an unscanned one where a scanner is set up."""
        return self.scan == self.Scan.CLEAN or (self.scan == self.Scan.NONE and not settings.CLAMD_ADDRESS)

    @property
    def is_viewable(self) -> bool:
        """Whether a browser may show it in a sandbox; everything else is downloaded.

        Nothing that carries more than its words is shown, nor what nobody has looked through yet.
        """
        shown = self.content_type in ("application/pdf", "image/png", "image/jpeg")
        return self.may_be_served and shown and not self.carries


class DocumentText(models.Model):
    """The text of a document and its index, in a row of their own so that history does not copy them."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, primary_key=True, related_name="text")
    text = models.TextField(blank=True)
    # Of an e-mail: what is attached to it, a name to a line.
    attached = models.TextField(blank=True, default="", db_default="")
    search = SearchVectorField(null=True)

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["search"], name="document_text_search")]

    def __str__(self) -> str:
        return f"text of {self.document_id}"
