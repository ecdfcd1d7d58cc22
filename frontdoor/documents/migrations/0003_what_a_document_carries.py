import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0002_what_is_attached'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='document',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='document',
            name='update_update',
        ),
        migrations.AddField(
            model_name='document',
            name='carries',
            field=models.CharField(blank=True, db_default='unlooked', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='documentevent',
            name='carries',
            field=models.CharField(blank=True, db_default='unlooked', default='', max_length=200),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "documents_documentevent" ("about", "added_at", "added_by_id", "blob", "carries", "content_type", "dated_on", "ended_at", "ended_by_id", "ended_why", "file_name", "id", "key_id", "kind", "origin", "pages", "paper_file", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reading", "recorded_at", "reference", "scan", "scanned_at", "sha256", "size", "source", "title", "virus") SELECT new_values."about", new_values."added_at", new_values."added_by_id", new_values."blob", new_values."carries", new_values."content_type", new_values."dated_on", new_values."ended_at", new_values."ended_by_id", new_values."ended_why", new_values."file_name", new_values."id", new_values."key_id", new_values."kind", new_values."origin", new_values."pages", new_values."paper_file", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."reading", new_values."recorded_at", new_values."reference", new_values."scan", new_values."scanned_at", new_values."sha256", new_values."size", new_values."source", new_values."title", new_values."virus" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='9c16c53a53bb370bb7e6399212f6dd38206769b9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_be524', referencing='REFERENCING NEW TABLE AS new_values ', table='documents_document', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."about" IS DISTINCT FROM (NEW."about") OR OLD."added_at" IS DISTINCT FROM (NEW."added_at") OR OLD."added_by_id" IS DISTINCT FROM (NEW."added_by_id") OR OLD."blob" IS DISTINCT FROM (NEW."blob") OR OLD."carries" IS DISTINCT FROM (NEW."carries") OR OLD."content_type" IS DISTINCT FROM (NEW."content_type") OR OLD."dated_on" IS DISTINCT FROM (NEW."dated_on") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."ended_by_id" IS DISTINCT FROM (NEW."ended_by_id") OR OLD."ended_why" IS DISTINCT FROM (NEW."ended_why") OR OLD."file_name" IS DISTINCT FROM (NEW."file_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key_id" IS DISTINCT FROM (NEW."key_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."pages" IS DISTINCT FROM (NEW."pages") OR OLD."paper_file" IS DISTINCT FROM (NEW."paper_file") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."reading" IS DISTINCT FROM (NEW."reading") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."scan" IS DISTINCT FROM (NEW."scan") OR OLD."scanned_at" IS DISTINCT FROM (NEW."scanned_at") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."size" IS DISTINCT FROM (NEW."size") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."virus" IS DISTINCT FROM (NEW."virus"))', func='INSERT INTO "documents_documentevent" ("about", "added_at", "added_by_id", "blob", "carries", "content_type", "dated_on", "ended_at", "ended_by_id", "ended_why", "file_name", "id", "key_id", "kind", "origin", "pages", "paper_file", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reading", "recorded_at", "reference", "scan", "scanned_at", "sha256", "size", "source", "title", "virus") VALUES (NEW."about", NEW."added_at", NEW."added_by_id", NEW."blob", NEW."carries", NEW."content_type", NEW."dated_on", NEW."ended_at", NEW."ended_by_id", NEW."ended_why", NEW."file_name", NEW."id", NEW."key_id", NEW."kind", NEW."origin", NEW."pages", NEW."paper_file", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reading", NEW."recorded_at", NEW."reference", NEW."scan", NEW."scanned_at", NEW."sha256", NEW."size", NEW."source", NEW."title", NEW."virus"); RETURN NULL;', hash='d6cf0d824dca6ff4d8eab5ee08db6d9c6ce87e83', operation='UPDATE', pgid='pgtrigger_update_update_a3ed6', table='documents_document', when='AFTER')),
        ),
    ]
