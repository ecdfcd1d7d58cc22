"""Documents as a person meets them on the record."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from frontdoor.audit.models import Entry
from frontdoor.documents import working
from frontdoor.documents.models import Document
from frontdoor.people.protection.actions import set_restriction
from tests.documents.files import docx, pdf, png
from tests.pages.conftest import AT


def read_all() -> None:
    for key in working.take_due(AT):
        working.work_on(key, AT)


def test_several_files_at_once_each_taken_or_refused_by_itself(
    sign_in: Any, client: Any, child: Any, settings: Any
) -> None:
    settings.DOCUMENT_MAX_MB = 1
    sign_in("duty_manager", "contact_officer")
    sent = [
        SimpleUploadedFile("..\\plans\\Plan of May.docx", docx("The plan")),
        SimpleUploadedFile("drawing.svg", b"<svg/>"),
        SimpleUploadedFile("big.pdf", b"%PDF-1.4" + b"0" * 1024 * 1024),
        SimpleUploadedFile("photo.pdf", png()),
        SimpleUploadedFile("empty.pdf", b""),
    ]
    answer = client.post(f"/people/{child.reference}/documents/add/", {"documents": sent, "kind": "plan"})
    text = " ".join(answer.content.decode().split())
    assert answer.status_code == 422
    for said in (
        "Plan of May</a> was added", "drawing.svg was not taken.", "larger than 1 MB", "but its name ends in .pdf",
        "The file is empty.",
    ):  # fmt: skip
        assert said in text, said
    kept = Document.objects.get()
    assert (kept.title, kept.file_name, kept.person) == ("Plan of May", "Plan of May.docx", child)
    assert client.post(f"/people/{child.reference}/documents/add/", {"kind": "plan"}).status_code == 422
    lone = SimpleUploadedFile("a.pdf", pdf("x"))
    answer = client.post(
        f"/people/{child.reference}/documents/add/", {"documents": lone}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, "Choose what kind of document it is" in answer.content.decode()) == (422, True)


def test_bytes_leave_in_a_sandbox_and_leave_a_row(sign_in: Any, client: Any, file_it: Any, child: Any) -> None:
    user = sign_in("contact_officer")
    document = file_it('Zoë’s "letter".pdf')
    viewed = client.get(f"/documents/{document.reference}/view/")
    assert b"".join(viewed.streaming_content) == pdf("Paediatric appointment")
    assert viewed["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert (viewed["X-Content-Type-Options"], viewed["Content-Type"]) == ("nosniff", "application/pdf")
    assert viewed["Content-Disposition"].startswith("inline")
    kept = client.get(f"/documents/{document.reference}/download/")
    assert kept["Content-Disposition"].startswith("attachment; filename")
    rows = Entry.objects.filter(reference=document.reference, event__startswith="document.").order_by("id")
    assert [(row.event, row.actor, row.people) for row in rows][1:] == [
        ("document.viewed", user, [child.pk]), ("document.downloaded", user, [child.pk]),
    ]  # fmt: skip
    word = file_it("a.docx", docx("x"))
    assert client.get(f"/documents/{word.reference}/view/").status_code == 404, "only pictures and PDFs are shown"


def test_documents_are_found_by_their_text_by_those_who_may_see_the_person(
    sign_in: Any, client: Any, file_it: Any, child: Any, manager: Any
) -> None:
    file_it("report.docx", docx("Bruising to the left forearm, explained as a fall from a swing."), title="Report")
    file_it("other.docx", docx("A school certificate."))
    read_all()
    sign_in("duty_manager", "contact_officer", username="duty")
    for asked in ("bruises forearm", "fall sw", '"left forearm" -certificate'):
        page = client.post("/documents/found/", {"q": asked}, headers={"HX-Request": "true"}).content.decode()
        assert (page.count("<li "), "Report" in page) == (1, True), asked
    assert "<mark>forearm</mark>" in client.get("/documents/?q=forearm").content.decode()
    assert Entry.objects.filter(people__contains=[child.pk], kind="listed").exists()
    own = client.get(f"/people/{child.reference}/documents/?q=certificate").content.decode()
    assert ("other</a>" in own, "Report</a>" in own) == (True, False)
    assert client.get("/documents/?q=%00'%26|(:*").status_code == 200
    document = Document.objects.get(title="Report")
    set_restriction(person=child, holders=[manager], by=manager, at=AT, reason="Family of staff.")
    assert "No document found" in client.get("/documents/?q=forearm").content.decode()
    for path in ("", "view/", "download/", "describe/"):
        assert client.get(f"/documents/{document.reference}/{path}").status_code == 404


@pytest.mark.django_db
def test_the_list_keeps_its_number_of_queries(
    sign_in: Any, client: Any, file_it: Any, child: Any, django_assert_max_num_queries: Any
) -> None:
    sign_in("duty_manager", "contact_officer")
    for number in range(21):
        file_it(f"{number}.pdf", pdf(str(number)))
    client.get(f"/people/{child.reference}/documents/")
    with django_assert_max_num_queries(32):
        page = client.get(f"/people/{child.reference}/documents/").content.decode()
    assert "Older documents" in page
    record = client.get(f"/people/{child.reference}/").content.decode()
    assert f'href="/people/{child.reference}/documents/"' in record


def test_what_is_said_of_a_document_is_kept_when_it_is_refused_or_somebody_else_was_first(
    sign_in: Any, client: Any, file_it: Any, child: Any
) -> None:
    user = sign_in("duty_manager", "contact_officer")
    document = file_it("letter.pdf", pdf("Paediatric appointment"))
    address = f"/documents/{document.reference}/describe/"
    before = {"version": document.version, "kind": "letter", "title": "From the clinic — “naïve”"}
    sign_in("duty_manager", "contact_officer", username="else")
    colleague = {**before, "kind": "report", "title": "A report"}
    assert client.post(address, colleague).status_code == 302
    sign_in("duty_manager", "contact_officer")
    stale = client.post(address, before)
    assert stale.status_code == 409
    assert "changed this record while you had it open" in stale.content.decode()
    device = client.__class__()
    device.force_login(user)
    again = device.get(address).content.decode()
    assert "From the clinic — “naïve”" in again
    assert "what you typed is here" in again
    withdrawal = f"/documents/{document.reference}/withdraw/"
    assert client.post(withdrawal, {"version": document.version, "reason": ""}).status_code == 422
    # Of files to add, what is said of them is kept; the files themselves stay on the device.
    add = f"/people/{child.reference}/documents/add/"
    assert client.post(add, {"title": "Half a title", "source": "The clinic"}).status_code == 422
    listed = device.get(f"/people/{child.reference}/documents/").content.decode()
    assert 'value="The clinic"' in listed
    assert "There is a problem" not in listed
    sent = SimpleUploadedFile("a.pdf", pdf("x"))
    assert client.post(add, {"documents": sent, "kind": "plan", "source": "The clinic"}).status_code == 302
    assert 'value="The clinic"' not in device.get(f"/people/{child.reference}/documents/").content.decode()
