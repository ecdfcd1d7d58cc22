import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import frontdoor.migrating
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.core.management import call_command
from django.db import migrations, models


def make_cache_table(apps, schema_editor):
    """The table of the database cache (used second-factor codes, single sign-on state)."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('codelists', '0001_initial'),  # it brings what a constraint of dates needs
    ]

    operations = [
        frontdoor.migrating.Together(
            operations=[migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('username', models.CharField(max_length=60, unique=True)),
                    ('name', models.CharField(max_length=120, verbose_name='full name')),
                    ('email', models.EmailField(blank=True, max_length=254)),
                    ('telephone', models.CharField(blank=True, max_length=30)),
                    ('job_title', models.CharField(blank=True, max_length=80)),
                    ('social_work_england_number', models.CharField(blank=True, max_length=12)),
                    ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                    ('is_active', models.BooleanField(default=True)),
                    ('is_machine', models.BooleanField(default=False)),
                    ('joined_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('must_change_password', models.BooleanField(default=False)),
                    ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='accounts.team')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='Agency',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.SlugField(max_length=40, unique=True)),
                    ('name', models.CharField(max_length=100)),
                    ('kind', models.CharField(choices=[('police', 'Police'), ('school', 'School'), ('health', 'Health'), ('immigration', 'Immigration'), ('charity', 'Charity'), ('other', 'Other')], max_length=20)),
                    ('default_source', models.CharField(max_length=4)),
                    ('is_active', models.BooleanField(default=True)),
                    ('may_send_ungraded_until', models.DateField(blank=True, null=True)),
                ],
                options={
                    'verbose_name_plural': 'agencies',
                },
            ), migrations.CreateModel(
                name='CodeTries',
                fields=[
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='code_tries', serialize=False, to=settings.AUTH_USER_MODEL)),
                    ('made', models.PositiveSmallIntegerField(default=0)),
                    ('last_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'verbose_name_plural': 'code tries',
                },
            ), migrations.CreateModel(
                name='Team',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.SlugField(max_length=40, unique=True)),
                    ('name', models.CharField(max_length=100)),
                    ('kind', models.CharField(choices=[('contact_centre', 'Contact centre'), ('duty', 'Duty team'), ('assessment', 'Assessment team'), ('edt', 'Emergency duty team'), ('quality', 'Quality and performance'), ('management', 'Management')], max_length=20)),
                    ('is_active', models.BooleanField(default=True)),
                    ('manager', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='teams_managed', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['assessment', 'contact_centre', 'duty', 'edt', 'management', 'quality'])), name='team_kind_known')],
                },
            ), migrations.CreateModel(
                name='OnDuty',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('duty', 'Duty manager'), ('on_call', 'On-call manager'), ('edt', 'Emergency duty team')], max_length=10)),
                    ('from_at', models.DateTimeField()),
                    ('to_at', models.DateTimeField()),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='turns', to=settings.AUTH_USER_MODEL)),
                    ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.team')),
                ],
                options={
                    'indexes': [models.Index(fields=['kind', 'to_at', 'from_at'], name='on_duty_at')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('to_at__gt', models.F('from_at'))), name='on_duty_ends_after_start')],
                },
            ), migrations.CreateModel(
                name='UserEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('username', models.CharField(max_length=60)),
                    ('name', models.CharField(max_length=120, verbose_name='full name')),
                    ('email', models.EmailField(blank=True, max_length=254)),
                    ('telephone', models.CharField(blank=True, max_length=30)),
                    ('job_title', models.CharField(blank=True, max_length=80)),
                    ('social_work_england_number', models.CharField(blank=True, max_length=12)),
                    ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                    ('is_active', models.BooleanField(default=True)),
                    ('is_machine', models.BooleanField(default=False)),
                    ('joined_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('must_change_password', models.BooleanField(default=False)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to=settings.AUTH_USER_MODEL)),
                    ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='ApiToken',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('hashed', models.CharField(max_length=64, unique=True)),
                    ('prefix', models.CharField(max_length=12)),
                    ('label', models.CharField(blank=True, max_length=80)),
                    ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ('revoked_at', models.DateTimeField(blank=True, null=True)),
                    ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='accounts.agency')),
                    ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by__isnull', True)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='api_token_revoked_by_somebody')],
                },
            ), pgtrigger.migrations.AddTrigger(
                model_name='user',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_userevent" ("email", "id", "is_active", "is_machine", "job_title", "joined_at", "must_change_password", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roles", "social_work_england_number", "team_id", "telephone", "username") SELECT new_values."email", new_values."id", new_values."is_active", new_values."is_machine", new_values."job_title", new_values."joined_at", new_values."must_change_password", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."roles", new_values."social_work_england_number", new_values."team_id", new_values."telephone", new_values."username" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='c1cbffee65233520a3c821e0605d88773621cab2', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_3867c', referencing='REFERENCING NEW TABLE AS new_values ', table='accounts_user', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='user',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_machine" IS DISTINCT FROM (NEW."is_machine") OR OLD."job_title" IS DISTINCT FROM (NEW."job_title") OR OLD."joined_at" IS DISTINCT FROM (NEW."joined_at") OR OLD."must_change_password" IS DISTINCT FROM (NEW."must_change_password") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."roles" IS DISTINCT FROM (NEW."roles") OR OLD."social_work_england_number" IS DISTINCT FROM (NEW."social_work_england_number") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."telephone" IS DISTINCT FROM (NEW."telephone") OR OLD."username" IS DISTINCT FROM (NEW."username"))', func='INSERT INTO "accounts_userevent" ("email", "id", "is_active", "is_machine", "job_title", "joined_at", "must_change_password", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roles", "social_work_england_number", "team_id", "telephone", "username") VALUES (NEW."email", NEW."id", NEW."is_active", NEW."is_machine", NEW."job_title", NEW."joined_at", NEW."must_change_password", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."roles", NEW."social_work_england_number", NEW."team_id", NEW."telephone", NEW."username"); RETURN NULL;', hash='c3e52b97690a464bb67bdbfaab12ddb59baeec9d', operation='UPDATE', pgid='pgtrigger_update_update_0e890', table='accounts_user', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='userevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9e9498e73f6fbdf2642fb33fa14189f1ad2382c8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_45b21', table='accounts_userevent', when='BEFORE')),
            )],
        ),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
