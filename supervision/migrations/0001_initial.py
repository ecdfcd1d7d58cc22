import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.serializers.json
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
import django_fsm
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
        ('referrals', '0001_initial'),
    ]

    operations = [
        frontdoor.migrating.Together(
            operations=[migrations.CreateModel(
                name='SupervisionTargetEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('valid_to', models.DateField(blank=True, null=True)),
                    ('role', models.CharField(choices=[('contact_officer', 'Contact officer'), ('social_worker', 'Social worker'), ('senior_practitioner', 'Senior practitioner'), ('duty_manager', 'Duty manager'), ('team_manager', 'Team manager'), ('edt_worker', 'Emergency duty team worker'), ('service_manager', 'Service manager'), ('quality_officer', 'Quality officer'), ('performance_officer', 'Performance officer'), ('data_protection_officer', 'Data protection officer'), ('administrator', 'Administrator')], max_length=40)),
                    ('every_days', models.PositiveSmallIntegerField()),
                    ('valid_from', models.DateField()),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='supervision.supervisiontarget')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='Session',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reference', models.CharField(editable=False, max_length=10, unique=True)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('origin', models.CharField(default='frontdoor', editable=False, max_length=20)),
                    ('status', django_fsm.FSMField(choices=[('planned', 'Planned'), ('held', 'Held'), ('cancelled', 'Cancelled')], default='planned', max_length=50)),
                    ('planned_for', models.DateTimeField()),
                    ('held_at', models.DateTimeField(blank=True, null=True)),
                    ('held_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('next_session', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='session_before', to='supervision.session')),
                    ('referral', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='supervision_sessions', to='referrals.referral')),
                    ('supervisor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supervisions_given', to=settings.AUTH_USER_MODEL)),
                    ('worker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supervision_sessions', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'supervision session',
                    'indexes': [models.Index(fields=['worker', '-held_at'], name='session_of_worker'), models.Index(condition=models.Q(('status', 'planned')), fields=['planned_for', 'id'], name='session_planned')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['cancelled', 'held', 'planned'])), name='session_status_known'), models.CheckConstraint(condition=models.Q(models.Q(('held_at__isnull', True), ('held_by__isnull', True)), models.Q(('held_at__isnull', False), ('held_by__isnull', False)), _connector='OR'), name='session_held_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'held'), _negated=True), ('held_at__isnull', False), _connector='OR'), name='session_held_when'), models.CheckConstraint(condition=models.Q(('worker', models.F('supervisor')), _negated=True), name='session_of_two_people'), models.UniqueConstraint(condition=models.Q(('status', 'planned')), fields=('worker', 'referral'), name='session_one_planned', nulls_distinct=False)],
                },
            ), migrations.CreateModel(
                name='SessionEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('reference', models.CharField(editable=False, max_length=10)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('origin', models.CharField(default='frontdoor', editable=False, max_length=20)),
                    ('status', django_fsm.FSMField(choices=[('planned', 'Planned'), ('held', 'Held'), ('cancelled', 'Cancelled')], default='planned', max_length=50)),
                    ('planned_for', models.DateTimeField()),
                    ('held_at', models.DateTimeField(blank=True, null=True)),
                    ('held_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('next_session', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='supervision.session')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='supervision.session')),
                    ('referral', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.referral')),
                    ('supervisor', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('worker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='SessionText',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('discussion', models.TextField(blank=True)),
                    ('decisions', models.TextField()),
                    ('actions', models.TextField(blank=True)),
                    ('session', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='text', to='supervision.session')),
                ],
            ), migrations.CreateModel(
                name='SessionTextEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('discussion', models.TextField(blank=True)),
                    ('decisions', models.TextField()),
                    ('actions', models.TextField(blank=True)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='supervision.sessiontext')),
                    ('session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='supervision.session')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='SupervisionTarget',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('valid_to', models.DateField(blank=True, null=True)),
                    ('shipped', models.JSONField(blank=True, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                    ('role', models.CharField(choices=[('contact_officer', 'Contact officer'), ('social_worker', 'Social worker'), ('senior_practitioner', 'Senior practitioner'), ('duty_manager', 'Duty manager'), ('team_manager', 'Team manager'), ('edt_worker', 'Emergency duty team worker'), ('service_manager', 'Service manager'), ('quality_officer', 'Quality officer'), ('performance_officer', 'Performance officer'), ('data_protection_officer', 'Data protection officer'), ('administrator', 'Administrator')], max_length=40)),
                    ('every_days', models.PositiveSmallIntegerField()),
                    ('valid_from', models.DateField()),
                ],
                options={
                    'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[(models.Func(models.F('valid_from'), models.F('valid_to'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&'), ('role', '=')], name='supervision_target_once_a_day'), models.CheckConstraint(condition=models.Q(('every_days__gte', 1)), name='supervision_target_some_days')],
                },
            ), pgtrigger.migrations.AddTrigger(
                model_name='supervisiontarget',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "supervision_supervisiontargetevent" ("every_days", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "valid_from", "valid_to") SELECT new_values."every_days", new_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."role", new_values."valid_from", new_values."valid_to" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='15b4520d0c4b5211ef60794dd2bda9fc2d6e2f3c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_e444e', referencing='REFERENCING NEW TABLE AS new_values ', table='supervision_supervisiontarget', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='supervisiontarget',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."every_days" IS DISTINCT FROM (NEW."every_days") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."valid_from" IS DISTINCT FROM (NEW."valid_from") OR OLD."valid_to" IS DISTINCT FROM (NEW."valid_to"))', func='INSERT INTO "supervision_supervisiontargetevent" ("every_days", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "valid_from", "valid_to") VALUES (NEW."every_days", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."role", NEW."valid_from", NEW."valid_to"); RETURN NULL;', hash='99d6bc5b310afb087157d74f3c8320a49c77e449', operation='UPDATE', pgid='pgtrigger_update_update_16823', table='supervision_supervisiontarget', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='session',
                trigger=pgtrigger.compiler.Trigger(name='declared_moves_only', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.status IS DISTINCT FROM NEW.status)', func="\n                IF current_setting('frontdoor.restate', true) = 'on' OR (OLD.status, NEW.status) IN (('planned', 'cancelled'), ('planned', 'held')) THEN\n                    RETURN NEW;\n                END IF;\n                RAISE EXCEPTION 'no move leads from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';\n            ", hash='fde855429c7e83fa01f03f3501a69879fe89b596', operation='UPDATE', pgid='pgtrigger_declared_moves_only_6ba6f', table='supervision_session', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='session',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "supervision_sessionevent" ("held_at", "held_by_id", "id", "next_session_id", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_for", "recorded_at", "reference", "referral_id", "status", "supervisor_id", "version", "worker_id") SELECT new_values."held_at", new_values."held_by_id", new_values."id", new_values."next_session_id", new_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."planned_for", new_values."recorded_at", new_values."reference", new_values."referral_id", new_values."status", new_values."supervisor_id", new_values."version", new_values."worker_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='9c4e93908ed8399cef4ea4dcc7bd660817052502', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_5b667', referencing='REFERENCING NEW TABLE AS new_values ', table='supervision_session', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='session',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supervision_sessionevent" ("held_at", "held_by_id", "id", "next_session_id", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_for", "recorded_at", "reference", "referral_id", "status", "supervisor_id", "version", "worker_id") VALUES (NEW."held_at", NEW."held_by_id", NEW."id", NEW."next_session_id", NEW."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."planned_for", NEW."recorded_at", NEW."reference", NEW."referral_id", NEW."status", NEW."supervisor_id", NEW."version", NEW."worker_id"); RETURN NULL;', hash='46102aa3f8aba22c6a5c8d4b21f2bd86cd09a52e', operation='UPDATE', pgid='pgtrigger_update_update_11148', table='supervision_session', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='sessionevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='306bd95b5a3997a3eefc3813e2cfc0cb6ef7ca0a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fad36', table='supervision_sessionevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='sessiontext',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "supervision_sessiontextevent" ("actions", "decisions", "discussion", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "session_id") SELECT new_values."actions", new_values."decisions", new_values."discussion", new_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."session_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='bf64ce514bb0ce28654b74a0ba093c75622cde45', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_2f424', referencing='REFERENCING NEW TABLE AS new_values ', table='supervision_sessiontext', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='sessiontext',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supervision_sessiontextevent" ("actions", "decisions", "discussion", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "session_id") VALUES (NEW."actions", NEW."decisions", NEW."discussion", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."session_id"); RETURN NULL;', hash='a60fa20e71021ccd85ab68946b54944f4a8c54fd', operation='UPDATE', pgid='pgtrigger_update_update_3ae52', table='supervision_sessiontext', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='sessiontextevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3b4bba7a40b69b6f711a295202853055f5126100', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_63929', table='supervision_sessiontextevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='supervisiontargetevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1d2e49af9112baed06ea1f4be00423723dc9d5f1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2840a', table='supervision_supervisiontargetevent', when='BEFORE')),
            )],
        ),
    ]
