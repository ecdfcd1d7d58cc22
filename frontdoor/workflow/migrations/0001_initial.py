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
                name='StatusChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('chain', models.PositiveSmallIntegerField(default=0, editable=False)),
                    ('position', models.BigIntegerField(default=0, editable=False)),
                    ('previous_hash', models.BinaryField(default=b'')),
                    ('hash', models.BinaryField(default=b'')),
                    ('reference', models.CharField(max_length=10)),
                    ('model', models.CharField(max_length=40)),
                    ('move', models.CharField(max_length=40)),
                    ('from_status', models.CharField(blank=True, max_length=30)),
                    ('to_status', models.CharField(max_length=30)),
                    ('reason', models.TextField(blank=True)),
                    ('happened_at', models.DateTimeField()),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['reference', 'id'], name='status_change_of')],
                },
            ), pgtrigger.migrations.AddTrigger(
                model_name='statuschange',
                trigger=pgtrigger.compiler.Trigger(name='chain_begin', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE head audit_chainhead%ROWTYPE; state text[];', func="\n            state := string_to_array(nullif(current_setting('frontdoor.chain', true), ''), ' ');\n            IF state IS NOT NULL THEN\n                PERFORM set_config('frontdoor.chain', concat_ws(' ', state[1]::int + 1, state[2], state[3], state[4]), true);\n                RETURN NULL;\n            END IF;\n            SELECT * INTO head FROM audit_chainhead ORDER BY (chain + pg_backend_pid()) % 64\n                LIMIT 1 FOR UPDATE SKIP LOCKED;\n            IF NOT FOUND THEN\n                SELECT * INTO STRICT head FROM audit_chainhead\n                    WHERE chain = pg_backend_pid() % 64 FOR UPDATE;\n            END IF;\n            PERFORM set_config('frontdoor.chain', concat(1, ' ', head.chain, ' ', head.position, ' ', encode(head.hash, 'hex')), true);\n            RETURN NULL;\n        ", hash='912104f623338458df28b06e2e4b2e9a421cbad9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_chain_begin_293d9', table='workflow_statuschange', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='statuschange',
                trigger=pgtrigger.compiler.Trigger(name='chain', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE state text[];', func="\n            state := string_to_array(nullif(current_setting('frontdoor.chain', true), ''), ' ');\n            NEW.chain := state[2]::smallint;\n            NEW.position := state[3]::bigint + 1;\n            NEW.previous_hash := decode(state[4], 'hex');\n            NEW.hash := sha256(NEW.previous_hash || convert_to(jsonb_build_array(NEW.reference, NEW.model, NEW.move, NEW.from_status, NEW.to_status, NEW.by_id, NEW.reason, (extract(epoch from NEW.happened_at) * 1000000)::bigint, (extract(epoch from NEW.recorded_at) * 1000000)::bigint)::text, 'UTF8'));\n            PERFORM set_config('frontdoor.chain', concat(state[1], ' ', NEW.chain, ' ', NEW.position, ' ', encode(NEW.hash, 'hex')), true);\n            RETURN NEW;\n        ", hash='a71fbe8d71b5fe1c4170da166fead02570091d9a', operation='INSERT', pgid='pgtrigger_chain_c7299', table='workflow_statuschange', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='statuschange',
                trigger=pgtrigger.compiler.Trigger(name='chain_end', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE state text[];', func="\n            state := string_to_array(nullif(current_setting('frontdoor.chain', true), ''), ' ');\n            IF state[1]::int > 1 THEN\n                PERFORM set_config('frontdoor.chain', concat_ws(' ', state[1]::int - 1, state[2], state[3], state[4]), true);\n                RETURN NULL;\n            END IF;\n            UPDATE audit_chainhead SET position = state[3]::bigint, hash = decode(state[4], 'hex')\n                WHERE chain = state[2]::smallint AND position <= state[3]::bigint;\n            IF NOT FOUND THEN\n                RAISE EXCEPTION 'chain % has no head at or before %', state[2], state[3];\n            END IF;\n            PERFORM set_config('frontdoor.chain', '', true);\n            RETURN NULL;\n        ", hash='c25861cadaa24ec04c15922a0aa0953be76ac865', level='STATEMENT', operation='INSERT', pgid='pgtrigger_chain_end_0fae5', table='workflow_statuschange', when='AFTER')),
            )],
        ),
    ]
