import django.db.models.deletion
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
        ('people', '0001_initial'),
    ]

    operations = [
        frontdoor.migrating.Together(
            operations=[migrations.CreateModel(
                name='ImportRun',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Finished'), ('failed', 'Stopped'), ('cancelled', 'Cancelled')], default='running', max_length=10)),
                    ('begun_at', models.DateTimeField(blank=True, null=True)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('asked_at', models.DateTimeField(blank=True, null=True)),
                    ('step', models.CharField(blank=True, choices=[('staged', 'Rows read and checked'), ('people', 'People loaded'), ('records', 'Contacts, referrals, assessments and notes loaded'), ('merged', 'Records of one person brought together'), ('done', 'Finished')], max_length=10)),
                    ('finished_at', models.DateTimeField(blank=True, null=True)),
                    ('failure', models.CharField(blank=True, max_length=1000)),
                    ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                    ('report', models.JSONField(default=dict)),
                    ('cancelled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('started_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('upload', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='exchange.upload')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('step__in', ['', 'done', 'merged', 'people', 'records', 'staged'])), name='import_step_known'), models.CheckConstraint(condition=models.Q(('state__in', ['cancelled', 'done', 'failed', 'running', 'waiting'])), name='import_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', True), ('cancelled_by__isnull', True)), models.Q(('cancelled_at__isnull', False), ('cancelled_by__isnull', False)), _connector='OR'), name='import_cancelled_by_somebody')],
                },
            ), migrations.CreateModel(
                name='SameEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('contact_no', models.CharField(max_length=8)),
                    ('client_no', models.CharField(max_length=8)),
                    ('episode_id', models.CharField(max_length=9, unique=True)),
                    ('person_id', models.CharField(max_length=8)),
                    ('is_certain', models.BooleanField(default=True)),
                    ('reasons', models.JSONField(default=list)),
                ],
            ), migrations.CreateModel(
                name='CaseNote',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('happened_at', models.DateTimeField()),
                    ('is_date_known', models.BooleanField(default=True)),
                    ('kind', models.CharField(max_length=60)),
                    ('author', models.CharField(blank=True, max_length=80)),
                    ('text', models.TextField()),
                    ('origin', models.CharField(max_length=20)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='case_notes', to='people.person')),
                ],
                options={
                    'indexes': [models.Index(fields=['person', '-happened_at'], name='case_note_of')],
                },
            ), migrations.CreateModel(
                name='CaseNoteEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('happened_at', models.DateTimeField()),
                    ('is_date_known', models.BooleanField(default=True)),
                    ('kind', models.CharField(max_length=60)),
                    ('author', models.CharField(blank=True, max_length=80)),
                    ('text', models.TextField()),
                    ('origin', models.CharField(max_length=20)),
                    ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='exchange.casenote')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='FamilyFileChild',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('matched_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('matched_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                    ('paper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='children', to='exchange.paperfile')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='family_file_child_ended_by_somebody'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('paper', 'person'), name='family_file_of_a_child_once')],
                },
            ), migrations.CreateModel(
                name='ImportProgress',
                fields=[
                    ('run', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='progress', serialize=False, to='exchange.importrun')),
                    ('step', models.PositiveSmallIntegerField(default=0)),
                    ('steps', models.PositiveSmallIntegerField(default=1)),
                    ('words', models.CharField(blank=True, max_length=80)),
                    ('rows_done', models.PositiveIntegerField(default=0)),
                    ('rows_total', models.PositiveIntegerField(default=0)),
                ],
            ), migrations.CreateModel(
                name='PaperFile',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('file_no', models.CharField(max_length=20, unique=True)),
                    ('surname', models.CharField(blank=True, max_length=60)),
                    ('forename', models.CharField(blank=True, max_length=60)),
                    ('born', models.CharField(blank=True, max_length=10)),
                    ('location', models.CharField(blank=True, max_length=80)),
                    ('volumes', models.CharField(blank=True, max_length=10)),
                    ('date_from', models.CharField(blank=True, max_length=10)),
                    ('date_to', models.CharField(blank=True, max_length=10)),
                    ('matched_at', models.DateTimeField(blank=True, null=True)),
                    ('matched_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='paper_files', to='people.person')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('matched_at__isnull', True), ('matched_by__isnull', True)), models.Q(('matched_at__isnull', False), ('matched_by__isnull', False)), _connector='OR'), name='paper_matched_by_somebody'), models.CheckConstraint(condition=models.Q(('matched_at__isnull', True), ('person__isnull', False), _connector='OR'), name='paper_matched_to_somebody')],
                },
            ), migrations.CreateModel(
                name='FamilyFileChildEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('matched_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('matched_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='exchange.familyfilechild')),
                    ('paper', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='exchange.paperfile')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='PaperFileEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('file_no', models.CharField(max_length=20)),
                    ('surname', models.CharField(blank=True, max_length=60)),
                    ('forename', models.CharField(blank=True, max_length=60)),
                    ('born', models.CharField(blank=True, max_length=10)),
                    ('location', models.CharField(blank=True, max_length=80)),
                    ('volumes', models.CharField(blank=True, max_length=10)),
                    ('date_from', models.CharField(blank=True, max_length=10)),
                    ('date_to', models.CharField(blank=True, max_length=10)),
                    ('matched_at', models.DateTimeField(blank=True, null=True)),
                    ('matched_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='exchange.paperfile')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='SourceRecord',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('system', models.CharField(max_length=10)),
                    ('file', models.CharField(max_length=40)),
                    ('identity', models.CharField(max_length=80)),
                    ('row', models.PositiveIntegerField()),
                    ('raw', models.BinaryField()),
                    ('digest', models.CharField(max_length=64)),
                    ('values', models.JSONField(default=dict)),
                    ('is_rejected', models.BooleanField(default=False)),
                    ('findings', models.JSONField(default=list)),
                    ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='exchange.importrun')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('file', 'identity', 'digest', 'is_rejected'), name='source_record_once')],
                },
            ), migrations.CreateModel(
                name='Origin',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('file', models.CharField(max_length=40)),
                    ('identity', models.CharField(max_length=80)),
                    ('reference', models.CharField(max_length=10)),
                    ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.sourcerecord')),
                ],
                options={
                    'indexes': [models.Index(fields=['reference'], name='origin_of')],
                    'constraints': [models.UniqueConstraint(fields=('file', 'identity'), name='origin_once')],
                },
            ), migrations.CreateModel(
                name='Upload',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('folder', models.CharField(max_length=32, unique=True)),
                    ('received_at', models.DateTimeField()),
                    ('files', models.JSONField(default=list)),
                    ('notes', models.JSONField(default=list)),
                    ('discarded_at', models.DateTimeField(blank=True, null=True)),
                    ('discarded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('received_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('discarded_at__isnull', True), ('discarded_by__isnull', True)), models.Q(('discarded_at__isnull', False), ('discarded_by__isnull', False)), _connector='OR'), name='upload_discarded_by_somebody')],
                },
            ), migrations.CreateModel(
                name='Wording',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('list_name', models.CharField(max_length=30)),
                    ('value', models.CharField(max_length=200)),
                    ('code', models.CharField(blank=True, max_length=30)),
                    ('rows', models.PositiveIntegerField(default=0)),
                    ('is_settled', models.BooleanField(default=False)),
                    ('settled_at', models.DateTimeField(blank=True, null=True)),
                    ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('list_name', 'value'), name='wording_once'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('settled_by__isnull', True)), models.Q(('settled_at__isnull', False), ('settled_by__isnull', False)), _connector='OR'), name='wording_settled_by_somebody')],
                },
            ), migrations.CreateModel(
                name='WordingEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('list_name', models.CharField(max_length=30)),
                    ('value', models.CharField(max_length=200)),
                    ('code', models.CharField(blank=True, max_length=30)),
                    ('rows', models.PositiveIntegerField(default=0)),
                    ('is_settled', models.BooleanField(default=False)),
                    ('settled_at', models.DateTimeField(blank=True, null=True)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='exchange.wording')),
                    ('settled_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ), pgtrigger.migrations.AddTrigger(
                model_name='casenote',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_casenoteevent" ("author", "happened_at", "id", "is_date_known", "kind", "origin", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text") SELECT new_values."author", new_values."happened_at", new_values."id", new_values."is_date_known", new_values."kind", new_values."origin", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."text" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='1ff8d2f3323b754dbfd0199c3eb1205532b187ac', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_64597', referencing='REFERENCING NEW TABLE AS new_values ', table='exchange_casenote', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='casenote',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "exchange_casenoteevent" ("author", "happened_at", "id", "is_date_known", "kind", "origin", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text") VALUES (NEW."author", NEW."happened_at", NEW."id", NEW."is_date_known", NEW."kind", NEW."origin", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."text"); RETURN NULL;', hash='f50514e4aea88d24f5afc4cfe1e8a68e75c0ec9c', operation='UPDATE', pgid='pgtrigger_update_update_671df', table='exchange_casenote', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='casenoteevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cff2cc8d3dc3e4a3dcfd0bc6949e8b617d69fef4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8797e', table='exchange_casenoteevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='paperfile',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_paperfileevent" ("born", "date_from", "date_to", "file_no", "forename", "id", "location", "matched_at", "matched_by_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "surname", "volumes") SELECT new_values."born", new_values."date_from", new_values."date_to", new_values."file_no", new_values."forename", new_values."id", new_values."location", new_values."matched_at", new_values."matched_by_id", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."surname", new_values."volumes" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='31c8ddd3c20f9f7103e595504e2eebd799f26130', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_8b3d0', referencing='REFERENCING NEW TABLE AS new_values ', table='exchange_paperfile', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='paperfile',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "exchange_paperfileevent" ("born", "date_from", "date_to", "file_no", "forename", "id", "location", "matched_at", "matched_by_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "surname", "volumes") VALUES (NEW."born", NEW."date_from", NEW."date_to", NEW."file_no", NEW."forename", NEW."id", NEW."location", NEW."matched_at", NEW."matched_by_id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."surname", NEW."volumes"); RETURN NULL;', hash='ea6da0abc6fd282cb7d2769e84f16efeb7a17f3a', operation='UPDATE', pgid='pgtrigger_update_update_6d056', table='exchange_paperfile', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='familyfilechildevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1300ce479cfa2712babf618a44eaa8198d8dc414', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_01f6b', table='exchange_familyfilechildevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='familyfilechild',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_familyfilechildevent" ("ended_at", "ended_by_id", "id", "matched_at", "matched_by_id", "paper_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."ended_at", new_values."ended_by_id", new_values."id", new_values."matched_at", new_values."matched_by_id", new_values."paper_id", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='11748338b5cc4321537fdd9352e436e33f5bf517', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_86375', referencing='REFERENCING NEW TABLE AS new_values ', table='exchange_familyfilechild', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='familyfilechild',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "exchange_familyfilechildevent" ("ended_at", "ended_by_id", "id", "matched_at", "matched_by_id", "paper_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."ended_at", NEW."ended_by_id", NEW."id", NEW."matched_at", NEW."matched_by_id", NEW."paper_id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id"); RETURN NULL;', hash='0cd314e52c08030e8ea8c427e708f99450422a7a', operation='UPDATE', pgid='pgtrigger_update_update_c4fff', table='exchange_familyfilechild', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='paperfileevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3e1046059c629fe7d34c7d54077aa38fc380a259', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_03ab7', table='exchange_paperfileevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='wording',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exchange_wordingevent" ("code", "id", "is_settled", "list_name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rows", "settled_at", "settled_by_id", "value") SELECT new_values."code", new_values."id", new_values."is_settled", new_values."list_name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."rows", new_values."settled_at", new_values."settled_by_id", new_values."value" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='725895a9f25ca74a6e6a089e689643d87b4cbdfa', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_daafa', referencing='REFERENCING NEW TABLE AS new_values ', table='exchange_wording', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='wording',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "exchange_wordingevent" ("code", "id", "is_settled", "list_name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rows", "settled_at", "settled_by_id", "value") VALUES (NEW."code", NEW."id", NEW."is_settled", NEW."list_name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."rows", NEW."settled_at", NEW."settled_by_id", NEW."value"); RETURN NULL;', hash='69d209b5118663a2912e7f9e2839355fd4d20add', operation='UPDATE', pgid='pgtrigger_update_update_7422c', table='exchange_wording', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='wordingevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8360ab4584921b2dae70b50f9f0ee035384b93a4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1a345', table='exchange_wordingevent', when='BEFORE')),
            )],
        ),
    ]
