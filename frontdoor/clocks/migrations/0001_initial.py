import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.serializers.json
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import frontdoor.migrating
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        frontdoor.migrating.Together(
            operations=[migrations.CreateModel(
                name='ClosureDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField(unique=True)),
                    ('why', models.CharField(max_length=100)),
                ],
            ), migrations.CreateModel(
                name='Clock',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reference', models.CharField(max_length=10)),
                    ('rule', models.SlugField(max_length=40)),
                    ('label', models.CharField(max_length=100)),
                    ('edition', models.CharField(max_length=60)),
                    ('amount', models.PositiveIntegerField(blank=True, null=True)),
                    ('unit', models.CharField(blank=True, choices=[('working_days', 'working days'), ('calendar_days', 'calendar days'), ('months', 'months'), ('working_minutes', 'working minutes'), ('minutes', 'minutes')], db_default='', default='', max_length=20)),
                    ('is_statutory', models.BooleanField()),
                    ('may_pause', models.BooleanField(default=False)),
                    ('started_at', models.DateTimeField()),
                    ('day_0', models.DateField()),
                    ('due_at', models.DateTimeField()),
                    ('warn_at', models.DateTimeField(blank=True, null=True)),
                    ('escalate_at', models.DateTimeField(blank=True, null=True)),
                    ('next_at', models.DateTimeField(blank=True, null=True)),
                    ('warned_at', models.DateTimeField(blank=True, null=True)),
                    ('breached_at', models.DateTimeField(blank=True, null=True)),
                    ('escalated_at', models.DateTimeField(blank=True, null=True)),
                    ('paused_at', models.DateTimeField(blank=True, null=True)),
                    ('stopped_at', models.DateTimeField(blank=True, null=True)),
                    ('stop_reason', models.CharField(blank=True, max_length=200)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.agency')),
                    ('stopped_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.team')),
                    ('worker', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='clock_next'), models.Index(fields=['reference'], name='clock_of'), models.Index(condition=models.Q(('paused_at', None), ('stopped_at', None)), fields=['due_at', 'id'], include=('warn_at', 'reference', 'team', 'worker', 'rule'), name='clock_running'), models.Index(condition=models.Q(('stopped_at', None), ('worker__isnull', False)), fields=['worker', 'due_at'], name='clock_worker'), models.Index(condition=models.Q(('stopped_at', None), ('team__isnull', False)), fields=['team', 'due_at'], name='clock_team'), models.Index(condition=models.Q(('stopped_at__gt', models.F('due_at'))), fields=['-stopped_at', '-id'], name='clock_missed'), models.Index(condition=models.Q(('paused_at__isnull', False)), fields=['due_at', 'id'], name='clock_paused')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('stopped_at__isnull', True), ('stopped_by__isnull', True)), models.Q(('stopped_at__isnull', False), ('stopped_by__isnull', False)), _connector='OR'), name='clock_stopped_by_somebody'), models.CheckConstraint(condition=models.Q(('next_at__isnull', True), models.Q(('paused_at__isnull', True), ('stopped_at__isnull', True)), _connector='OR'), name='clock_still_has_no_next'), models.CheckConstraint(condition=models.Q(('paused_at__isnull', True), ('is_statutory', False), _connector='OR'), name='clock_statutory_never_paused'), models.UniqueConstraint(condition=models.Q(('stopped_at__isnull', True)), fields=('reference', 'rule', 'label'), name='clock_one_running')],
                },
            ), migrations.CreateModel(
                name='LatenessReason',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=40)),
                    ('text', models.TextField(blank=True)),
                    ('at', models.DateTimeField()),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('clock', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reasons', to='clocks.clock')),
                ],
            ), migrations.CreateModel(
                name='LocalRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('valid_to', models.DateField(blank=True, null=True)),
                    ('shipped', models.JSONField(blank=True, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                    ('code', models.SlugField(max_length=40)),
                    ('label', models.CharField(max_length=100)),
                    ('amount', models.PositiveIntegerField()),
                    ('unit', models.CharField(choices=[('working_days', 'working days'), ('calendar_days', 'calendar days'), ('months', 'months'), ('working_minutes', 'working minutes'), ('minutes', 'minutes')], max_length=20)),
                    ('valid_from', models.DateField()),
                    ('may_pause', models.BooleanField(default=False)),
                    ('warn_minutes', models.PositiveIntegerField(blank=True, null=True)),
                    ('escalate_minutes', models.PositiveIntegerField(blank=True, null=True)),
                    ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.agency')),
                ],
                options={
                    'indexes': [models.Index(fields=['code', 'valid_from'], name='local_rule_of')],
                    'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[(models.Func(models.F('valid_from'), models.F('valid_to'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&'), ('code', '='), (django.db.models.functions.comparison.Coalesce('agency', 0), '=')], name='local_rule_once_a_day')],
                },
            ), migrations.CreateModel(
                name='LocalRuleEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('valid_to', models.DateField(blank=True, null=True)),
                    ('code', models.SlugField(db_index=False, max_length=40)),
                    ('label', models.CharField(max_length=100)),
                    ('amount', models.PositiveIntegerField()),
                    ('unit', models.CharField(choices=[('working_days', 'working days'), ('calendar_days', 'calendar days'), ('months', 'months'), ('working_minutes', 'working minutes'), ('minutes', 'minutes')], max_length=20)),
                    ('valid_from', models.DateField()),
                    ('may_pause', models.BooleanField(default=False)),
                    ('warn_minutes', models.PositiveIntegerField(blank=True, null=True)),
                    ('escalate_minutes', models.PositiveIntegerField(blank=True, null=True)),
                    ('agency', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='clocks.localrule')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='Pause',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('from_at', models.DateTimeField()),
                    ('to_at', models.DateTimeField(blank=True, null=True)),
                    ('reason', models.TextField()),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('clock', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pauses', to='clocks.clock')),
                ],
            ), pgtrigger.migrations.AddTrigger(
                model_name='localrule',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clocks_localruleevent" ("agency_id", "amount", "code", "escalate_minutes", "id", "label", "may_pause", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "unit", "valid_from", "valid_to", "warn_minutes") SELECT new_values."agency_id", new_values."amount", new_values."code", new_values."escalate_minutes", new_values."id", new_values."label", new_values."may_pause", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."unit", new_values."valid_from", new_values."valid_to", new_values."warn_minutes" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='59fff0a7cb39086c20343f81e4f5f3892187c717', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_bb752', referencing='REFERENCING NEW TABLE AS new_values ', table='clocks_localrule', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='localrule',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."agency_id" IS DISTINCT FROM (NEW."agency_id") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."escalate_minutes" IS DISTINCT FROM (NEW."escalate_minutes") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."label" IS DISTINCT FROM (NEW."label") OR OLD."may_pause" IS DISTINCT FROM (NEW."may_pause") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."valid_from" IS DISTINCT FROM (NEW."valid_from") OR OLD."valid_to" IS DISTINCT FROM (NEW."valid_to") OR OLD."warn_minutes" IS DISTINCT FROM (NEW."warn_minutes"))', func='INSERT INTO "clocks_localruleevent" ("agency_id", "amount", "code", "escalate_minutes", "id", "label", "may_pause", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "unit", "valid_from", "valid_to", "warn_minutes") VALUES (NEW."agency_id", NEW."amount", NEW."code", NEW."escalate_minutes", NEW."id", NEW."label", NEW."may_pause", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."unit", NEW."valid_from", NEW."valid_to", NEW."warn_minutes"); RETURN NULL;', hash='0b1be683a2e9ba5215b8f9c0a52dd998aec2db61', operation='UPDATE', pgid='pgtrigger_update_update_9c8d2', table='clocks_localrule', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='localruleevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='754d0b3b72f0a411a94400380bd81140f345a7db', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1e1d4', table='clocks_localruleevent', when='BEFORE')),
            )],
        ),
    ]
