import django.contrib.postgres.indexes
import django.contrib.postgres.search
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
                name='Document',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reference', models.CharField(editable=False, max_length=10, unique=True)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('origin', models.CharField(default='frontdoor', editable=False, max_length=20)),
                    ('about', models.CharField(blank=True, default='', max_length=10)),
                    ('paper_file', models.CharField(blank=True, default='', max_length=20)),
                    ('title', models.CharField(max_length=200)),
                    ('kind', models.CharField(max_length=40)),
                    ('dated_on', models.DateField(blank=True, null=True)),
                    ('source', models.CharField(blank=True, max_length=200, verbose_name='who it came from')),
                    ('added_at', models.DateTimeField()),
                    ('file_name', models.CharField(max_length=200)),
                    ('content_type', models.CharField(max_length=100)),
                    ('size', models.BigIntegerField()),
                    ('sha256', models.CharField(max_length=64)),
                    ('blob', models.CharField(max_length=64)),
                    ('key_id', models.CharField(blank=True, default='', max_length=20)),
                    ('pages', models.PositiveIntegerField(blank=True, null=True)),
                    ('scan', models.CharField(choices=[('none', 'Not scanned: no virus scanner is set up'), ('waiting', 'Waiting for the scan'), ('clean', 'No virus found'), ('infected', 'A virus was found')], default='none', max_length=10)),
                    ('scanned_at', models.DateTimeField(blank=True, null=True)),
                    ('virus', models.CharField(blank=True, default='', max_length=200)),
                    ('reading', models.CharField(choices=[('waiting', 'The text is being read'), ('done', 'The text can be searched'), ('empty', 'There is no text in it'), ('no_ocr', 'The text cannot be searched: reading pictures of text (OCR) is not installed'), ('locked', 'The text cannot be searched: the file is protected by a password'), ('failed', 'The text could not be read')], default='waiting', max_length=10)),
                    ('next_work_at', models.DateTimeField(blank=True, null=True)),
                    ('attempts', models.PositiveIntegerField(default=0)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_why', models.CharField(blank=True, default='', max_length=500)),
                    ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='people.person')),
                ],
                options={
                    'indexes': [models.Index(fields=['person', '-id'], name='document_of_person'), models.Index(fields=['blob'], name='document_blob'), models.Index(condition=models.Q(('about', ''), _negated=True), fields=['about'], name='document_about'), models.Index(condition=models.Q(('next_work_at__isnull', False)), fields=['next_work_at'], name='document_to_work_on')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('scan__in', ['clean', 'infected', 'none', 'waiting'])), name='document_scan_known'), models.CheckConstraint(condition=models.Q(('reading__in', ['done', 'empty', 'failed', 'locked', 'no_ocr', 'waiting'])), name='document_reading_known'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True), ('ended_why', '')), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), models.Q(('ended_why', ''), _negated=True)), _connector='OR'), name='document_withdrawn_by_somebody')],
                },
            ), migrations.CreateModel(
                name='DocumentEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('reference', models.CharField(editable=False, max_length=10)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('origin', models.CharField(default='frontdoor', editable=False, max_length=20)),
                    ('about', models.CharField(blank=True, default='', max_length=10)),
                    ('paper_file', models.CharField(blank=True, default='', max_length=20)),
                    ('title', models.CharField(max_length=200)),
                    ('kind', models.CharField(max_length=40)),
                    ('dated_on', models.DateField(blank=True, null=True)),
                    ('source', models.CharField(blank=True, max_length=200, verbose_name='who it came from')),
                    ('added_at', models.DateTimeField()),
                    ('file_name', models.CharField(max_length=200)),
                    ('content_type', models.CharField(max_length=100)),
                    ('size', models.BigIntegerField()),
                    ('sha256', models.CharField(max_length=64)),
                    ('blob', models.CharField(max_length=64)),
                    ('key_id', models.CharField(blank=True, default='', max_length=20)),
                    ('pages', models.PositiveIntegerField(blank=True, null=True)),
                    ('scan', models.CharField(choices=[('none', 'Not scanned: no virus scanner is set up'), ('waiting', 'Waiting for the scan'), ('clean', 'No virus found'), ('infected', 'A virus was found')], default='none', max_length=10)),
                    ('scanned_at', models.DateTimeField(blank=True, null=True)),
                    ('virus', models.CharField(blank=True, default='', max_length=200)),
                    ('reading', models.CharField(choices=[('waiting', 'The text is being read'), ('done', 'The text can be searched'), ('empty', 'There is no text in it'), ('no_ocr', 'The text cannot be searched: reading pictures of text (OCR) is not installed'), ('locked', 'The text cannot be searched: the file is protected by a password'), ('failed', 'The text could not be read')], default='waiting', max_length=10)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_why', models.CharField(blank=True, default='', max_length=500)),
                    ('added_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='documents.document')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='DocumentText',
                fields=[
                    ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='text', serialize=False, to='documents.document')),
                    ('text', models.TextField(blank=True)),
                    ('search', django.contrib.postgres.search.SearchVectorField(null=True)),
                ],
                options={
                    'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search'], name='document_text_search')],
                },
            ), pgtrigger.migrations.AddTrigger(
                model_name='document',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "documents_documentevent" ("about", "added_at", "added_by_id", "blob", "content_type", "dated_on", "ended_at", "ended_by_id", "ended_why", "file_name", "id", "key_id", "kind", "origin", "pages", "paper_file", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reading", "recorded_at", "reference", "scan", "scanned_at", "sha256", "size", "source", "title", "virus") SELECT new_values."about", new_values."added_at", new_values."added_by_id", new_values."blob", new_values."content_type", new_values."dated_on", new_values."ended_at", new_values."ended_by_id", new_values."ended_why", new_values."file_name", new_values."id", new_values."key_id", new_values."kind", new_values."origin", new_values."pages", new_values."paper_file", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."reading", new_values."recorded_at", new_values."reference", new_values."scan", new_values."scanned_at", new_values."sha256", new_values."size", new_values."source", new_values."title", new_values."virus" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='9feb821b83f911e4de470accc96420a61829aaf9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_be524', referencing='REFERENCING NEW TABLE AS new_values ', table='documents_document', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='document',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."about" IS DISTINCT FROM (NEW."about") OR OLD."added_at" IS DISTINCT FROM (NEW."added_at") OR OLD."added_by_id" IS DISTINCT FROM (NEW."added_by_id") OR OLD."blob" IS DISTINCT FROM (NEW."blob") OR OLD."content_type" IS DISTINCT FROM (NEW."content_type") OR OLD."dated_on" IS DISTINCT FROM (NEW."dated_on") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."ended_by_id" IS DISTINCT FROM (NEW."ended_by_id") OR OLD."ended_why" IS DISTINCT FROM (NEW."ended_why") OR OLD."file_name" IS DISTINCT FROM (NEW."file_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key_id" IS DISTINCT FROM (NEW."key_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."pages" IS DISTINCT FROM (NEW."pages") OR OLD."paper_file" IS DISTINCT FROM (NEW."paper_file") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."reading" IS DISTINCT FROM (NEW."reading") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."scan" IS DISTINCT FROM (NEW."scan") OR OLD."scanned_at" IS DISTINCT FROM (NEW."scanned_at") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."size" IS DISTINCT FROM (NEW."size") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."virus" IS DISTINCT FROM (NEW."virus"))', func='INSERT INTO "documents_documentevent" ("about", "added_at", "added_by_id", "blob", "content_type", "dated_on", "ended_at", "ended_by_id", "ended_why", "file_name", "id", "key_id", "kind", "origin", "pages", "paper_file", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reading", "recorded_at", "reference", "scan", "scanned_at", "sha256", "size", "source", "title", "virus") VALUES (NEW."about", NEW."added_at", NEW."added_by_id", NEW."blob", NEW."content_type", NEW."dated_on", NEW."ended_at", NEW."ended_by_id", NEW."ended_why", NEW."file_name", NEW."id", NEW."key_id", NEW."kind", NEW."origin", NEW."pages", NEW."paper_file", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reading", NEW."recorded_at", NEW."reference", NEW."scan", NEW."scanned_at", NEW."sha256", NEW."size", NEW."source", NEW."title", NEW."virus"); RETURN NULL;', hash='f507f48eff88da1af1a7ce12a89f69c8d9645492', operation='UPDATE', pgid='pgtrigger_update_update_a3ed6', table='documents_document', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='documentevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='401291d04b3fa5f3d2b51241f67950bd6896846e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9e7ed', table='documents_documentevent', when='BEFORE')),
            )],
        ),
    ]
