import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import frontdoor.migrating
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
                name='ChainHead',
                fields=[
                    ('chain', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                    ('position', models.BigIntegerField(default=0)),
                    ('hash', models.BinaryField(default=b'')),
                ],
            ), migrations.CreateModel(
                name='Entry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('chain', models.PositiveSmallIntegerField(default=0, editable=False)),
                    ('position', models.BigIntegerField(default=0, editable=False)),
                    ('previous_hash', models.BinaryField(default=b'')),
                    ('hash', models.BinaryField(default=b'')),
                    ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('kind', models.CharField(choices=[('listed', 'Seen in a list'), ('opened', 'Opened'), ('acted', 'Acted'), ('refused', 'Refused'), ('denied', 'Not allowed'), ('signed_in', 'Signed in'), ('signed_out', 'Signed out'), ('exported', 'Exported')], max_length=10)),
                    ('event', models.CharField(max_length=60)),
                    ('reference', models.CharField(blank=True, default='', max_length=10)),
                    ('people', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                    ('reason', models.TextField(blank=True, default='')),
                    ('detail', models.JSONField(default=dict)),
                    ('path', models.CharField(blank=True, default='', max_length=300)),
                    ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                ],
                options={
                    'verbose_name_plural': 'entries',
                    'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=True, fields=['people'], name='audit_people'), models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['reference', '-at'], name='audit_reference'), models.Index(fields=['actor', '-at'], name='audit_actor')],
                },
            ), pgtrigger.migrations.AddTrigger(
                model_name='entry',
                trigger=pgtrigger.compiler.Trigger(name='chain_begin', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE head audit_chainhead%ROWTYPE; state text[];', func="\n            state := string_to_array(nullif(current_setting('frontdoor.chain', true), ''), ' ');\n            IF state IS NOT NULL THEN\n                PERFORM set_config('frontdoor.chain', concat_ws(' ', state[1]::int + 1, state[2], state[3], state[4]), true);\n                RETURN NULL;\n            END IF;\n            SELECT * INTO head FROM audit_chainhead ORDER BY (chain + pg_backend_pid()) % 64\n                LIMIT 1 FOR UPDATE SKIP LOCKED;\n            IF NOT FOUND THEN\n                SELECT * INTO STRICT head FROM audit_chainhead\n                    WHERE chain = pg_backend_pid() % 64 FOR UPDATE;\n            END IF;\n            PERFORM set_config('frontdoor.chain', concat(1, ' ', head.chain, ' ', head.position, ' ', encode(head.hash, 'hex')), true);\n            RETURN NULL;\n        ", hash='0a712a9dfd3907ae38962a25cedd6ccb05594e31', level='STATEMENT', operation='INSERT', pgid='pgtrigger_chain_begin_7a1e5', table='audit_entry', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='entry',
                trigger=pgtrigger.compiler.Trigger(name='chain', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE state text[];', func="\n            state := string_to_array(nullif(current_setting('frontdoor.chain', true), ''), ' ');\n            NEW.chain := state[2]::smallint;\n            NEW.position := state[3]::bigint + 1;\n            NEW.previous_hash := decode(state[4], 'hex');\n            NEW.hash := sha256(NEW.previous_hash || convert_to(jsonb_build_array((extract(epoch from NEW.at) * 1000000)::bigint, NEW.kind, NEW.event, NEW.actor_id, NEW.agency_id, NEW.reference, NEW.people, NEW.reason, NEW.detail, NEW.path)::text, 'UTF8'));\n            PERFORM set_config('frontdoor.chain', concat(state[1], ' ', NEW.chain, ' ', NEW.position, ' ', encode(NEW.hash, 'hex')), true);\n            RETURN NEW;\n        ", hash='8028da411bcac5de404e5396e79fd7988e453cde', operation='INSERT', pgid='pgtrigger_chain_fc4fc', table='audit_entry', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='entry',
                trigger=pgtrigger.compiler.Trigger(name='chain_end', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE state text[];', func="\n            state := string_to_array(nullif(current_setting('frontdoor.chain', true), ''), ' ');\n            IF state[1]::int > 1 THEN\n                PERFORM set_config('frontdoor.chain', concat_ws(' ', state[1]::int - 1, state[2], state[3], state[4]), true);\n                RETURN NULL;\n            END IF;\n            UPDATE audit_chainhead SET position = state[3]::bigint, hash = decode(state[4], 'hex')\n                WHERE chain = state[2]::smallint AND position <= state[3]::bigint;\n            IF NOT FOUND THEN\n                RAISE EXCEPTION 'chain % has no head at or before %', state[2], state[3];\n            END IF;\n            PERFORM set_config('frontdoor.chain', '', true);\n            RETURN NULL;\n        ", hash='b6f97698a5e9cb6ecdc162e8f3899d828f1a5137', level='STATEMENT', operation='INSERT', pgid='pgtrigger_chain_end_58648', table='audit_entry', when='AFTER')),
            )],
        ),
    ]
