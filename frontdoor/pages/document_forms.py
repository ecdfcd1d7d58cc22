"""The forms of documents."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.documents import actions
from frontdoor.documents.actions import Facts
from frontdoor.documents.models import Document
from frontdoor.ui.dates import DateField
from frontdoor.ui.forms import UiForm, VersionForm

NONE = [("", "None")]


class ManyFiles(forms.FileInput):
    """A file input that takes several at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files; cleans to a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Every file sent. An empty file is judged with the others, one by one."""
        sent = data if isinstance(data, (list, tuple)) else [data] if data else []
        if not sent:
            raise forms.ValidationError("Choose at least one file", code="required")
        return list(sent)


class _Described(UiForm):
    """What is said of a document."""

    called = "A document"
    title = forms.CharField(
        label="Title",
        required=False,
        max_length=200,
        help_text="If you leave it empty, the name of the file is the title",
    )
    kind = forms.ChoiceField(label="What is it?", error_messages={"required": "Choose what kind of document it is"})
    dated_on = DateField(label="Date on the document", required=False, latest="today")
    source = forms.CharField(label="Who it came from", required=False, max_length=200)
    about = forms.ChoiceField(label="Part of which record", required=False)
    paper_file = forms.ChoiceField(label="Scanned from which paper file", required=False)

    def __init__(self, *args: Any, choices: dict[str, list[tuple[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = lists.choices("document_kind", on=timezone.localdate())
        self.offer("kind", [("", "Choose"), *kinds])
        for name, offered in choices.items():
            kept = {value for value, _ in offered}
            now = (self.initial or {}).get(name, "")
            more = [(now, now)] if now and now not in kept else []
            self.offer(name, [*NONE, *offered, *more])
            if not offered and not more:
                del self.fields[name]

    def facts(self, *, only_one: bool = True) -> Facts:
        """What was said; a title is of one file only."""
        given = self.cleaned_data
        return Facts(
            kind=given["kind"],
            title=given["title"] if only_one else "",
            dated_on=given["dated_on"],
            source=given["source"],
            about=given.get("about", ""),
            paper_file=given.get("paper_file", ""),
        )


class UploadForm(_Described):
    """Files to send, and what is said of them all."""

    called = "Add documents"
    documents = FilesField(label="Files")
    field_order = ("documents", "kind", "title", "dated_on", "source", "about", "paper_file")


class DescribeForm(_Described, VersionForm):
    """What is said of one document, changed."""

    called = "Change a document’s details"

    @staticmethod
    def told(document: Document) -> dict[str, Any]:
        """What is said now."""
        names = ("title", "kind", "dated_on", "source", "about", "paper_file", "version")
        return {name: getattr(document, name) for name in names}

    def act(self, *, document: Document, by: User, at: datetime) -> Document:
        """Save it."""
        version = self.cleaned_data["version"]
        return actions.describe_document(document=document, facts=self.facts(), version=version, by=by, at=at)


class WithdrawForm(VersionForm):
    """Why a document does not belong where it is."""

    called = "Withdraw a document"
    reason = forms.CharField(
        label="Why does it not belong here?",
        max_length=500,
        widget=forms.Textarea,
        error_messages={"required": "Say why the document does not belong here"},
    )

    def act(self, *, document: Document, by: User, at: datetime) -> Document:
        """Withdraw it."""
        return actions.withdraw_document(document=document, by=by, at=at, **self.cleaned_data)


class DocumentFilter(UiForm):
    """Which of a person's documents."""

    keeps_no_draft = "a filter: its words are kept for the session, the rest stands in the address"
    q = forms.CharField(label="Words in it", required=False, max_length=200)
    kind = forms.ChoiceField(label="Kind", required=False)
    withdrawn = forms.BooleanField(label="Withdrawn documents too", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("kind", [("", "All kinds"), *lists.choices("document_kind")])
