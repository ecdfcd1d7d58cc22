"""The long texts of a contact, and what its type asks beside what every contact asks."""

from django.db import models

from contacts.models.contact import Contact


class ContactText(models.Model):
    """The long texts of a contact, and what its type alone asks, in a row of their own so that history does not copy
    them at each move.
    """

    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="text")
    concerns = models.TextField(blank=True)
    child_said = models.TextField(blank=True)
    injuries = models.TextField(blank=True)
    child_with = models.TextField(blank=True)
    person_of_concern_location = models.TextField(blank=True)
    pregnancy = models.TextField(blank=True)
    police_told = models.TextField(blank=True)
    can_it_wait = models.TextField(blank=True)
    # Of a child missing.
    last_seen_at = models.DateTimeField(null=True, blank=True)
    last_seen = models.TextField(blank=True, default="", db_default="")
    found_at = models.DateTimeField(null=True, blank=True)
    found = models.TextField(blank=True, default="", db_default="")
    interview_offered_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    # Of private fostering.
    fostered_with = models.TextField(blank=True, default="", db_default="")
    fostered_since = models.DateField(null=True, blank=True)
    fostered_until = models.DateField(null=True, blank=True)
    # Of a court's request for a report.
    court = models.CharField(max_length=150, blank=True, default="", db_default="")
    ordered_on = models.DateField(null=True, blank=True)
    report_due_on = models.DateField(null=True, blank=True)
    hearing_on = models.DateField(null=True, blank=True)
    # Of a protection plan transferring in.
    plan_from = models.CharField(max_length=150, blank=True, default="", db_default="")
    plan_category = models.CharField(max_length=3, blank=True, default="", db_default="")
    plan_started_on = models.DateField(null=True, blank=True)
    # Of female genital mutilation. None: not known.
    reported_to_police = models.BooleanField(null=True, blank=True)
    # Of a request for information: a code of "lawful_basis".
    request_basis = models.CharField(max_length=20, blank=True, default="", db_default="")
    # Of an unaccompanied child.
    arrived_on = models.DateField(null=True, blank=True)
    arrival_place = models.CharField(max_length=150, blank=True, default="", db_default="")
    arrived_how = models.TextField(blank=True, default="", db_default="")
    home_office_reference = models.CharField(max_length=50, blank=True, default="", db_default="")
    port_reference = models.CharField(max_length=50, blank=True, default="", db_default="")
    dialect = models.CharField(max_length=150, blank=True, default="", db_default="")
    companions = models.TextField(blank=True, default="", db_default="")
    health_needs = models.TextField(blank=True, default="", db_default="")
    trafficking_signs = models.TextField(blank=True, default="", db_default="")
    appropriate_adult = models.CharField(max_length=150, blank=True, default="", db_default="")
    interpreter_booked = models.CharField(max_length=150, blank=True, default="", db_default="")
    # Of an unaccompanied child and of a young person without a home.
    safe_tonight = models.TextField(blank=True, default="", db_default="")
    # Of a young person without a home.
    homeless_since = models.DateField(null=True, blank=True)
    homeless_why = models.TextField(blank=True, default="", db_default="")
    housing_told = models.CharField(max_length=150, blank=True, default="", db_default="")
    joint_assessment_on = models.DateField(null=True, blank=True)
    section_20 = models.CharField(max_length=20, blank=True, default="", db_default="")
    section_20_advice = models.TextField(blank=True, default="", db_default="")
    # Of no recourse to public funds.
    immigration_status = models.CharField(max_length=200, blank=True, default="", db_default="")
    status_evidence = models.CharField(max_length=200, blank=True, default="", db_default="")
    lives_on = models.TextField(blank=True, default="", db_default="")
    support_asked = models.TextField(blank=True, default="", db_default="")
    # Of a complaint.
    complaint_of = models.CharField(max_length=200, blank=True, default="", db_default="")
    complaint_wish = models.TextField(blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"text of {self.contact_id}"
