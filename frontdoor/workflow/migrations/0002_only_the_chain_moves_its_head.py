import frontdoor.db
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('workflow', '0001_initial'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='statuschange',
            name='chain_begin',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='statuschange',
            name='chain_end',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statuschange',
            trigger=pgtrigger.compiler.Trigger(name='chain_begin', sql=frontdoor.db.OwnersTriggerSql(declare='DECLARE head audit_chainhead%ROWTYPE; state text[];', func="\n            state := string_to_array(nullif(current_setting('frontdoor.chain', true), ''), ' ');\n            IF state IS NOT NULL THEN\n                PERFORM set_config('frontdoor.chain', concat_ws(' ', state[1]::int + 1, state[2], state[3], state[4]), true);\n                RETURN NULL;\n            END IF;\n            SELECT * INTO head FROM audit_chainhead ORDER BY (chain + pg_backend_pid()) % 64\n                LIMIT 1 FOR UPDATE SKIP LOCKED;\n            IF NOT FOUND THEN\n                SELECT * INTO STRICT head FROM audit_chainhead\n                    WHERE chain = pg_backend_pid() % 64 FOR UPDATE;\n            END IF;\n            PERFORM set_config('frontdoor.chain', concat(1, ' ', head.chain, ' ', head.position, ' ', encode(head.hash, 'hex')), true);\n            RETURN NULL;\n        ", hash='8186e4f8e9e15dcf923069cbcc70dba96bb528ba', level='STATEMENT', operation='INSERT', pgid='pgtrigger_chain_begin_293d9', table='workflow_statuschange', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statuschange',
            trigger=pgtrigger.compiler.Trigger(name='chain_end', sql=frontdoor.db.OwnersTriggerSql(declare='DECLARE state text[];', func="\n            state := string_to_array(nullif(current_setting('frontdoor.chain', true), ''), ' ');\n            IF EXISTS (SELECT 1 FROM added WHERE chain = state[2]::smallint AND position = state[3]::bigint\n                       AND hash = decode(state[4], 'hex')) THEN\n                UPDATE audit_chainhead SET position = state[3]::bigint, hash = decode(state[4], 'hex')\n                    WHERE chain = state[2]::smallint AND position < state[3]::bigint;\n            END IF;\n            IF state[1]::int > 1 THEN\n                PERFORM set_config('frontdoor.chain', concat_ws(' ', state[1]::int - 1, state[2], state[3], state[4]), true);\n                RETURN NULL;\n            END IF;\n            IF NOT EXISTS (SELECT 1 FROM audit_chainhead WHERE chain = state[2]::smallint\n                           AND position = state[3]::bigint AND hash = decode(state[4], 'hex')) THEN\n                RAISE EXCEPTION 'chain % has no head that could go to %', state[2], state[3];\n            END IF;\n            PERFORM set_config('frontdoor.chain', '', true);\n            RETURN NULL;\n        ", hash='f3dec917fdd9895bcea6679a842e81b26e6f7732', level='STATEMENT', operation='INSERT', pgid='pgtrigger_chain_end_0fae5', referencing='REFERENCING NEW TABLE AS added ', table='workflow_statuschange', when='AFTER')),
        ),
    ]
