import django.contrib.postgres.fields
import django.db.models.deletion
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
        ('people', '0001_initial'),
    ]

    operations = [
        frontdoor.migrating.Together(
            operations=[migrations.CreateModel(
                name='Disposal',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('person_key', models.BigIntegerField()),
                    ('reference', models.CharField(max_length=10)),
                    ('rule', models.CharField(max_length=200)),
                    ('kept_until', models.DateField()),
                    ('counts', models.JSONField()),
                    ('print', models.CharField(max_length=64)),
                    ('proposed_at', models.DateTimeField()),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                    ('approved_at', models.DateTimeField(blank=True, null=True)),
                    ('destroyed_at', models.DateTimeField(blank=True, null=True)),
                    ('gone_references', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), blank=True, default=list, size=None)),
                    ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('proposed_at__isnull', True), ('proposed_by__isnull', True)), models.Q(('proposed_at__isnull', False), ('proposed_by__isnull', False)), _connector='OR'), name='disposal_proposed_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='disposal_withdrawn_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='disposal_approved_by_somebody'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='disposal_needs_two_people'), models.CheckConstraint(condition=models.Q(('destroyed_at__isnull', True), models.Q(('approved_at__isnull', False), ('withdrawn_at__isnull', True)), _connector='OR'), name='disposal_destroyed_when_approved'), models.UniqueConstraint(condition=models.Q(('destroyed_at__isnull', True), ('withdrawn_at__isnull', True)), fields=('person_key',), name='disposal_one_waiting')],
                },
            ), migrations.CreateModel(
                name='DisposalEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('person_key', models.BigIntegerField()),
                    ('reference', models.CharField(max_length=10)),
                    ('rule', models.CharField(max_length=200)),
                    ('kept_until', models.DateField()),
                    ('counts', models.JSONField()),
                    ('print', models.CharField(max_length=64)),
                    ('proposed_at', models.DateTimeField()),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                    ('approved_at', models.DateTimeField(blank=True, null=True)),
                    ('destroyed_at', models.DateTimeField(blank=True, null=True)),
                    ('gone_references', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), blank=True, default=list, size=None)),
                    ('approved_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='retention.disposal')),
                    ('proposed_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('withdrawn_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='FileToRemove',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=64)),
                    ('removed_at', models.DateTimeField(blank=True, null=True)),
                    ('disposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='retention.disposal')),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['id'], name='file_to_remove_waiting')],
                },
            ), migrations.CreateModel(
                name='Hold',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('legal', 'Court or legal proceedings'), ('inquiry', 'Public inquiry or review'), ('complaint', 'Complaint'), ('access', 'Somebody has asked for their record'), ('other', 'Another reason')], max_length=10)),
                    ('reason', models.CharField(max_length=500)),
                    ('until_on', models.DateField(blank=True, null=True)),
                    ('set_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_why', models.CharField(blank=True, default='', max_length=500)),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='people.person')),
                    ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['access', 'complaint', 'inquiry', 'legal', 'other'])), name='hold_kind_known'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='hold_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='hold_ended_by_somebody')],
                },
            ), migrations.CreateModel(
                name='HoldEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('kind', models.CharField(choices=[('legal', 'Court or legal proceedings'), ('inquiry', 'Public inquiry or review'), ('complaint', 'Complaint'), ('access', 'Somebody has asked for their record'), ('other', 'Another reason')], max_length=10)),
                    ('reason', models.CharField(max_length=500)),
                    ('until_on', models.DateField(blank=True, null=True)),
                    ('set_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_why', models.CharField(blank=True, default='', max_length=500)),
                    ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='retention.hold')),
                    ('set_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ), pgtrigger.migrations.AddTrigger(
                model_name='disposal',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "retention_disposalevent" ("approved_at", "approved_by_id", "counts", "destroyed_at", "gone_references", "id", "kept_until", "person_key", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "print", "proposed_at", "proposed_by_id", "reference", "rule", "withdrawn_at", "withdrawn_by_id") SELECT new_values."approved_at", new_values."approved_by_id", new_values."counts", new_values."destroyed_at", new_values."gone_references", new_values."id", new_values."kept_until", new_values."person_key", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."print", new_values."proposed_at", new_values."proposed_by_id", new_values."reference", new_values."rule", new_values."withdrawn_at", new_values."withdrawn_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='df9347e5e3d00e0a4af883fdc72c177e2a71b3ee', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_ac9b4', referencing='REFERENCING NEW TABLE AS new_values ', table='retention_disposal', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='disposal',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "retention_disposalevent" ("approved_at", "approved_by_id", "counts", "destroyed_at", "gone_references", "id", "kept_until", "person_key", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "print", "proposed_at", "proposed_by_id", "reference", "rule", "withdrawn_at", "withdrawn_by_id") VALUES (NEW."approved_at", NEW."approved_by_id", NEW."counts", NEW."destroyed_at", NEW."gone_references", NEW."id", NEW."kept_until", NEW."person_key", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."print", NEW."proposed_at", NEW."proposed_by_id", NEW."reference", NEW."rule", NEW."withdrawn_at", NEW."withdrawn_by_id"); RETURN NULL;', hash='bdc65aba2ef3767c1fe9541f7c97cf4afaecd9ef', operation='UPDATE', pgid='pgtrigger_update_update_67407', table='retention_disposal', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='disposalevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0251cce5d37c9454515d63e3eb7678ba22a0b31e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bf8da', table='retention_disposalevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='hold',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "retention_holdevent" ("ended_at", "ended_by_id", "ended_why", "id", "kind", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "until_on") SELECT new_values."ended_at", new_values."ended_by_id", new_values."ended_why", new_values."id", new_values."kind", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."reason", new_values."set_at", new_values."set_by_id", new_values."until_on" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='0445dad497273a7b30ea92fdd2d3c8605787eb36', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_61310', referencing='REFERENCING NEW TABLE AS new_values ', table='retention_hold', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='hold',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "retention_holdevent" ("ended_at", "ended_by_id", "ended_why", "id", "kind", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "until_on") VALUES (NEW."ended_at", NEW."ended_by_id", NEW."ended_why", NEW."id", NEW."kind", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."set_at", NEW."set_by_id", NEW."until_on"); RETURN NULL;', hash='8a7003231aabe6e7d39b95892bf7e03092150fb7', operation='UPDATE', pgid='pgtrigger_update_update_0bc78', table='retention_hold', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='holdevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3932029f12c34599a090116cba851903ca3e6a22', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b49bc', table='retention_holdevent', when='BEFORE')),
            )],
        ),
    ]
