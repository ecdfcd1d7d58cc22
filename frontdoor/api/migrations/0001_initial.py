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
        ('contacts', '0001_initial'),
        ('oauth2_provider', '0022_refreshtoken_token_family_index'),
    ]

    operations = [
        frontdoor.migrating.Together(
            operations=[migrations.CreateModel(
                name='AgencyClient',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                    ('application', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ],
            ), migrations.CreateModel(
                name='AgencyEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('seq', models.PositiveBigIntegerField()),
                    ('type', models.CharField(max_length=30)),
                    ('occurred_at', models.DateTimeField()),
                    ('receipt', models.JSONField()),
                    ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                    ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.contact')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('agency', 'seq'), name='agency_event_seq_once')],
                },
            ), migrations.CreateModel(
                name='IdempotencyKey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('scope', models.CharField(choices=[('contacts', 'Contacts'), ('early_help', 'Early help'), ('information', 'Replies to requests for information')], max_length=12)),
                    ('key', models.CharField(max_length=255)),
                    ('body_hash', models.CharField(max_length=64)),
                    ('answer', models.BinaryField()),
                    ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                    ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.contact')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('agency', 'scope', 'key'), name='idempotency_key_once')],
                },
            ), migrations.CreateModel(
                name='Throttle',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('minute', models.DateTimeField()),
                    ('count', models.PositiveIntegerField(default=0)),
                    ('agency', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.agency')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('agency', 'minute'), name='throttle_minute_once')],
                },
            ), migrations.CreateModel(
                name='TokenRefusals',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('address', models.CharField(max_length=64)),
                    ('minute', models.DateTimeField()),
                    ('count', models.PositiveIntegerField(default=0)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('address', 'minute'), name='token_refusals_once')],
                },
            ), migrations.CreateModel(
                name='WebhookDelivery',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('seq', models.PositiveBigIntegerField()),
                    ('message_id', models.CharField(max_length=40, unique=True)),
                    ('waiting_since', models.DateTimeField()),
                    ('attempts', models.PositiveIntegerField(default=0)),
                    ('delivered_at', models.DateTimeField(blank=True, null=True)),
                    ('gave_up_at', models.DateTimeField(blank=True, null=True)),
                    ('asked_again_at', models.DateTimeField(blank=True, null=True)),
                    ('asked_again_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='api.agencyevent')),
                    ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='api.webhookendpoint')),
                ],
                options={
                    'verbose_name_plural': 'webhook deliveries',
                    'indexes': [models.Index(condition=models.Q(('delivered_at', None), ('gave_up_at', None)), fields=['endpoint', 'seq'], name='webhook_waiting'), models.Index(condition=models.Q(('gave_up_at__isnull', False)), fields=['endpoint', 'seq'], name='webhook_dead')],
                    'constraints': [models.UniqueConstraint(fields=('endpoint', 'seq'), name='webhook_delivery_once'), models.CheckConstraint(condition=models.Q(models.Q(('asked_again_at__isnull', True), ('asked_again_by__isnull', True)), models.Q(('asked_again_at__isnull', False), ('asked_again_by__isnull', False)), _connector='OR'), name='webhook_asked_again_by_somebody'), models.CheckConstraint(condition=models.Q(('delivered_at', None), ('gave_up_at', None), _connector='OR'), name='webhook_delivered_or_given_up')],
                },
            ), migrations.CreateModel(
                name='WebhookAttempt',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('began_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('result', models.CharField(blank=True, choices=[('delivered', 'Arrived'), ('refused', 'Answered that it does not take this message'), ('failed', 'Answered with an error'), ('redirected', 'Sent us to another address, which is not followed'), ('timed_out', 'Did not answer in time'), ('unreachable', 'Could not be reached'), ('untrusted', 'Its certificate could not be trusted'), ('not_allowed', 'Its address is inside a network messages may not go to'), ('no_secret', 'Its secret can no longer be read: rotate it'), ('broken_off', 'Broken off when our worker stopped')], max_length=12)),
                    ('status', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='api.webhookdelivery')),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('result', '')), fields=['delivery'], name='webhook_unfinished')],
                },
            ), migrations.CreateModel(
                name='WebhookEndpoint',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('url', models.CharField(max_length=500)),
                    ('secret', models.TextField()),
                    ('secret_before', models.TextField(blank=True)),
                    ('secret_before_until', models.DateTimeField(blank=True, null=True)),
                    ('secret_since', models.DateTimeField()),
                    ('chosen_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('next_attempt_at', models.DateTimeField(blank=True, null=True)),
                    ('failures', models.PositiveIntegerField(default=0)),
                    ('failing_since', models.DateTimeField(blank=True, null=True)),
                    ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='accounts.agency')),
                    ('chosen_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='webhook_ended_by_somebody'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('agency', 'url'), name='webhook_url_once')],
                },
            ), migrations.CreateModel(
                name='WebhookEndpointEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('url', models.CharField(max_length=500)),
                    ('secret_before_until', models.DateTimeField(blank=True, null=True)),
                    ('secret_since', models.DateTimeField()),
                    ('chosen_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('agency', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.agency')),
                    ('chosen_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='api.webhookendpoint')),
                ],
                options={
                    'abstract': False,
                },
            ), pgtrigger.migrations.AddTrigger(
                model_name='webhookendpoint',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "api_webhookendpointevent" ("agency_id", "chosen_at", "chosen_by_id", "ended_at", "ended_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "secret_before_until", "secret_since", "url") SELECT new_values."agency_id", new_values."chosen_at", new_values."chosen_by_id", new_values."ended_at", new_values."ended_by_id", new_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."secret_before_until", new_values."secret_since", new_values."url" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='db361c3fe693a2c23213b0871ebba747624f6638', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_00a8b', referencing='REFERENCING NEW TABLE AS new_values ', table='api_webhookendpoint', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='webhookendpoint',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."agency_id" IS DISTINCT FROM (NEW."agency_id") OR OLD."chosen_at" IS DISTINCT FROM (NEW."chosen_at") OR OLD."chosen_by_id" IS DISTINCT FROM (NEW."chosen_by_id") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."ended_by_id" IS DISTINCT FROM (NEW."ended_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."secret_before_until" IS DISTINCT FROM (NEW."secret_before_until") OR OLD."secret_since" IS DISTINCT FROM (NEW."secret_since") OR OLD."url" IS DISTINCT FROM (NEW."url"))', func='INSERT INTO "api_webhookendpointevent" ("agency_id", "chosen_at", "chosen_by_id", "ended_at", "ended_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "secret_before_until", "secret_since", "url") VALUES (NEW."agency_id", NEW."chosen_at", NEW."chosen_by_id", NEW."ended_at", NEW."ended_by_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."secret_before_until", NEW."secret_since", NEW."url"); RETURN NULL;', hash='dd4f3828e371acae5b487df02348002487101b1e', operation='UPDATE', pgid='pgtrigger_update_update_9c290', table='api_webhookendpoint', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='webhookendpointevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4c64fbf66042791da82627c8a101da04b8ad69b3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b017e', table='api_webhookendpointevent', when='BEFORE')),
            )],
        ),
    ]
