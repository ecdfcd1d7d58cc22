"""A strategy discussion says who was there, what each brought and what was decided, in place of two tick boxes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from frontdoor.migrating import Together

AGENCIES = [
    ("social_care", "Social care"), ("police", "Police"), ("health", "Health"), ("education", "Education"),
    ("other", "Another agency"),
]
ATTENDANCES = [("attended", "Attended"), ("apologies", "Apologies"), ("asked", "Asked to send information")]
OUTCOMES = [
    ("no_further_action", "No further action"),
    ("assess", "Go on with the assessment"),
    ("section47_single", "Section 47 enquiry, single agency (social care)"),
    ("section47_joint", "Section 47 enquiry, joint (social care and police)"),
    ("section47", "Section 47 enquiry"),
    ("no_enquiry", "No section 47 enquiry"),
]


def say_in_full(apps, schema_editor):
    """What the tick boxes and the line of others said becomes rows; nothing is added that nobody recorded."""
    StrategyDiscussion = apps.get_model("referrals", "StrategyDiscussion")
    Participant = apps.get_model("referrals", "DiscussionParticipant")
    for row in StrategyDiscussion.objects.select_related("chaired_by").order_by("pk").iterator(chunk_size=1000):
        there = []
        if not row.chaired_by.is_machine:
            row.chair_name = row.chaired_by.name
            there.append(("social_care", row.chaired_by.name))
        if row.with_police:
            there.append(("police", ""))
        if row.with_health:
            there.append(("health", ""))
        if row.others:
            # Who else was there was one line of text; a name holds the whole of it, or what it brought does.
            there.append(("other", row.others if len(row.others) <= 200 else ""))
        row.outcome = "section47" if row.section_47 else "no_enquiry"
        row.save(update_fields=["chair_name", "outcome"])
        Participant.objects.bulk_create(
            Participant(
                discussion=row, agency=agency, name=name, attendance="attended",
                brought=row.others if agency == "other" and not name else "",
            )
            for agency, name in there
        )  # fmt: skip
    # The columns go in the same transaction: what the rows above still have to be checked for is checked now.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0005_sent_put_right"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together(
            [
                migrations.AddField(
                    "strategydiscussion", "chair_name", models.CharField(db_default="", default="", max_length=200)
                ),
                migrations.AddField(
                    "strategydiscussion",
                    "chair_role",
                    models.CharField(blank=True, db_default="", default="", max_length=150),
                ),
                migrations.AddField(
                    "strategydiscussion",
                    "emergency_reason",
                    models.TextField(blank=True, db_default="", default=""),
                ),
                migrations.AddField(
                    "strategydiscussion",
                    "immediate_safety",
                    models.TextField(blank=True, db_default="", default=""),
                ),
                migrations.AddField(
                    "strategydiscussion",
                    "outcome",
                    models.CharField(
                        choices=OUTCOMES, db_default="no_enquiry", default="no_enquiry", max_length=20
                    ),
                ),
                migrations.AddField(
                    "strategydiscussion", "see_by", models.DateTimeField(blank=True, null=True)
                ),
                migrations.AddField("strategydiscussion", "together", models.UUIDField(blank=True, null=True)),
                migrations.AddField(
                    "strategydiscussion",
                    "who_sees",
                    models.CharField(blank=True, db_default="", default="", max_length=250),
                ),
                migrations.AddConstraint(
                    "strategydiscussion",
                    models.CheckConstraint(
                        condition=models.Q(outcome__in=sorted(code for code, _ in OUTCOMES)),
                        name="strategy_outcome_known",
                    ),
                ),
                migrations.AddConstraint(
                    "strategydiscussion",
                    models.UniqueConstraint(fields=("together", "referral"), name="strategy_once_for_each_child"),
                ),
                migrations.CreateModel(
                    name="DiscussionParticipant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("agency", models.CharField(choices=AGENCIES, max_length=20)),
                        ("name", models.CharField(blank=True, max_length=200)),
                        ("role", models.CharField(blank=True, max_length=150)),
                        ("attendance", models.CharField(choices=ATTENDANCES, max_length=20)),
                        ("brought", models.TextField(blank=True)),
                        (
                            "discussion",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="participants",
                                to="referrals.strategydiscussion",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(agency__in=sorted(code for code, _ in AGENCIES)),
                                name="discussion_agency_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(attendance__in=sorted(code for code, _ in ATTENDANCES)),
                                name="discussion_attendance_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AgreedAction",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("what", models.CharField(max_length=500)),
                        ("owner", models.CharField(max_length=200)),
                        ("due_on", models.DateField()),
                        (
                            "discussion",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="actions",
                                to="referrals.strategydiscussion",
                            ),
                        ),
                    ],
                ),
            ]
        ),
        migrations.RunPython(say_in_full, migrations.RunPython.noop),
        migrations.RemoveField("strategydiscussion", "chaired_by"),
        migrations.RemoveField("strategydiscussion", "others"),
        migrations.RemoveField("strategydiscussion", "section_47"),
        migrations.RemoveField("strategydiscussion", "with_health"),
        migrations.RemoveField("strategydiscussion", "with_police"),
    ]
