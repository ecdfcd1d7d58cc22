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
        ('contacts', '0001_initial'),
        ('people', '0001_initial'),
    ]

    operations = [
        frontdoor.migrating.Together(
            operations=[migrations.CreateModel(
                name='Allocation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('from_at', models.DateTimeField()),
                    ('to_at', models.DateTimeField(blank=True, null=True)),
                    ('reason', models.TextField(blank=True)),
                    ('allocated_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
                    ('worker', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('referral', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='referrals.referral')),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('to_at__isnull', True)), fields=['worker'], name='allocation_of_worker'), models.Index(condition=models.Q(('to_at__isnull', True)), fields=['team'], name='allocation_of_team')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('to_at__isnull', True)), fields=('referral',), name='allocation_one_now'), models.CheckConstraint(condition=models.Q(('to_at__isnull', True), ('to_at__gte', models.F('from_at')), _connector='OR'), name='allocation_ends_after_start')],
                },
            ), migrations.CreateModel(
                name='BulkAct',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField()),
                    ('outcome', models.CharField(max_length=40)),
                    ('reason', models.TextField()),
                    ('seed', models.CharField(max_length=32)),
                    ('is_sampled', models.BooleanField(default=False)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['-at'], name='bulk_act_at'), models.Index(condition=models.Q(('is_sampled', False)), fields=['at'], name='bulk_act_unsampled')],
                },
            ), migrations.CreateModel(
                name='BulkRow',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('line', models.CharField(blank=True, max_length=250)),
                    ('result', models.CharField(max_length=10)),
                    ('why', models.TextField(blank=True)),
                    ('act', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='referrals.bulkact')),
                    ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bulk_rows', to='contacts.contact')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('result__in', ['ended', 'left_out', 'refused'])), name='bulk_row_result_known'), models.UniqueConstraint(fields=('act', 'contact'), name='bulk_row_once')],
                },
            ), migrations.CreateModel(
                name='BulkRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('valid_from', models.DateField(blank=True, null=True)),
                    ('shipped', models.JSONField(blank=True, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                    ('most', models.PositiveSmallIntegerField(default=20)),
                    ('share', models.PositiveSmallIntegerField(default=10)),
                    ('recontact_days', models.PositiveSmallIntegerField(default=28)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('most__gte', 1), ('share__gte', 1), ('share__lte', 100)), name='bulk_rule_makes_sense')],
                },
            ), migrations.CreateModel(
                name='DipSample',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('drawn_at', models.DateTimeField()),
                    ('due_on', models.DateField()),
                    ('looked_at', models.DateTimeField(blank=True, null=True)),
                    ('is_overturned', models.BooleanField(blank=True, null=True)),
                    ('reason', models.TextField(blank=True)),
                    ('looked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('row', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sample', to='referrals.bulkrow')),
                    ('to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('looked_at__isnull', True)), fields=['due_on'], name='dip_sample_waiting')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('is_overturned__isnull', True), ('looked_at__isnull', True), ('looked_by__isnull', True)), models.Q(('is_overturned__isnull', False), ('looked_at__isnull', False), ('looked_by__isnull', False)), _connector='OR'), name='dip_sample_looked_at_by_somebody')],
                },
            ), migrations.CreateModel(
                name='EndingRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('valid_from', models.DateField(blank=True, null=True)),
                    ('valid_to', models.DateField(blank=True, null=True)),
                    ('shipped', models.JSONField(blank=True, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                    ('ending', models.CharField(max_length=20)),
                    ('is_nfa', models.BooleanField()),
                    ('is_returnable', models.BooleanField(default=True)),
                ],
                options={
                    'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[(models.Func(models.F('valid_from'), models.F('valid_to'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&'), ('ending', '=')], name='ending_rule_once_a_day')],
                },
            ), migrations.CreateModel(
                name='Referral',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reference', models.CharField(editable=False, max_length=10, unique=True)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('origin', models.CharField(default='frontdoor', editable=False, max_length=20)),
                    ('status', django_fsm.FSMField(choices=[('awaiting_decision', 'Awaiting decision'), ('accepted', 'Accepted'), ('allocated', 'Allocated'), ('in_assessment', 'In assessment'), ('assessed', 'Assessed'), ('in_service', 'In service'), ('no_further_action', 'No further action'), ('closed', 'Closed')], default='awaiting_decision', max_length=50)),
                    ('received_at', models.DateTimeField()),
                    ('received_on', models.DateField()),
                    ('source', models.CharField(blank=True, max_length=4)),
                    ('is_fast_track', models.BooleanField(default=False)),
                    ('response_type', models.CharField(blank=True, choices=[('assessment', 'Assessment'), ('strategy_discussion', 'Strategy discussion'), ('other', 'Other statutory response')], max_length=20)),
                    ('primary_need', models.CharField(blank=True, max_length=4)),
                    ('service', models.CharField(blank=True, choices=[('child_in_need', 'Child in need'), ('protection_plan', 'Child protection plan'), ('other', 'Other statutory work')], max_length=20)),
                    ('decided_at', models.DateTimeField(blank=True, null=True)),
                    ('decision_reason', models.TextField(blank=True)),
                    ('ending', models.CharField(blank=True, choices=[('no_further_action', 'No further action'), ('advice', 'Information and advice'), ('early_help', 'Early help'), ('named_service', 'Passed to a named service'), ('another_authority', 'Passed to another authority'), ('stood_down', 'Entered on fast track, not child protection'), ('joined', 'Joined to open work'), ('undone', 'Decision taken back at once')], max_length=20)),
                    ('is_returnable', models.BooleanField(default=True)),
                    ('is_nfa', models.BooleanField(default=False)),
                    ('joined_reference', models.CharField(blank=True, max_length=10)),
                    ('closed_at', models.DateTimeField(blank=True, null=True)),
                    ('closure_reason', models.CharField(blank=True, max_length=4)),
                    ('what_changed', models.TextField(blank=True)),
                    ('child', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='people.person')),
                    ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='contacts.contact')),
                    ('contact_person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='contacts.contactperson')),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('status__in', ['awaiting_decision', 'accepted', 'allocated', 'in_assessment', 'assessed', 'in_service'])), fields=['received_at', 'id'], name='referral_open'), models.Index(condition=models.Q(('status', 'awaiting_decision')), fields=['received_at', 'id'], name='referral_undecided'), models.Index(fields=['child', '-received_on'], name='referral_of_child'), models.Index(fields=['contact'], name='referral_of_contact')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['accepted', 'allocated', 'assessed', 'awaiting_decision', 'closed', 'in_assessment', 'in_service', 'no_further_action'])), name='referral_status_known'), models.CheckConstraint(condition=models.Q(('response_type__in', ['', 'assessment', 'other', 'strategy_discussion'])), name='referral_response_known'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='referral_decided_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='referral_closed_by_somebody'), models.UniqueConstraint(condition=models.Q(('status__in', ['awaiting_decision', 'accepted', 'allocated', 'in_assessment', 'assessed', 'in_service'])), fields=('contact_person',), name='referral_one_open_per_child_given'), models.UniqueConstraint(condition=models.Q(('status__in', ['accepted', 'allocated', 'in_assessment', 'assessed', 'in_service'])), fields=('child',), name='referral_one_episode_per_child'), models.CheckConstraint(condition=models.Q(('child__isnull', False), ('status__in', ['awaiting_decision', 'no_further_action']), _connector='OR'), name='referral_child_confirmed'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'closed'), _negated=True), models.Q(('closed_at__isnull', False), models.Q(('closure_reason', ''), _negated=True)), _connector='OR'), name='referral_closed_with_reason')],
                },
            ), migrations.CreateModel(
                name='OpenWorkNews',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('is_fast_track', models.BooleanField(default=False)),
                    ('raised_at', models.DateTimeField()),
                    ('taken_at', models.DateTimeField(blank=True, null=True)),
                    ('what_next', models.TextField(blank=True)),
                    ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='news', to='contacts.contact')),
                    ('taken_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('referral', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='news', to='referrals.referral')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('taken_at__isnull', True), ('taken_by__isnull', True)), models.Q(('taken_at__isnull', False), ('taken_by__isnull', False)), _connector='OR'), name='open_work_news_taken_by_somebody'), models.UniqueConstraint(fields=('referral', 'contact'), name='open_work_news_once')],
                },
            ), migrations.CreateModel(
                name='AllocationEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('from_at', models.DateTimeField()),
                    ('to_at', models.DateTimeField(blank=True, null=True)),
                    ('reason', models.TextField(blank=True)),
                    ('allocated_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='referrals.allocation')),
                    ('team', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team')),
                    ('worker', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('referral', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.referral')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='ReferralEvent',
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
                    ('status', django_fsm.FSMField(choices=[('awaiting_decision', 'Awaiting decision'), ('accepted', 'Accepted'), ('allocated', 'Allocated'), ('in_assessment', 'In assessment'), ('assessed', 'Assessed'), ('in_service', 'In service'), ('no_further_action', 'No further action'), ('closed', 'Closed')], default='awaiting_decision', max_length=50)),
                    ('received_at', models.DateTimeField()),
                    ('received_on', models.DateField()),
                    ('source', models.CharField(blank=True, max_length=4)),
                    ('is_fast_track', models.BooleanField(default=False)),
                    ('response_type', models.CharField(blank=True, choices=[('assessment', 'Assessment'), ('strategy_discussion', 'Strategy discussion'), ('other', 'Other statutory response')], max_length=20)),
                    ('primary_need', models.CharField(blank=True, max_length=4)),
                    ('service', models.CharField(blank=True, choices=[('child_in_need', 'Child in need'), ('protection_plan', 'Child protection plan'), ('other', 'Other statutory work')], max_length=20)),
                    ('decided_at', models.DateTimeField(blank=True, null=True)),
                    ('decision_reason', models.TextField(blank=True)),
                    ('ending', models.CharField(blank=True, choices=[('no_further_action', 'No further action'), ('advice', 'Information and advice'), ('early_help', 'Early help'), ('named_service', 'Passed to a named service'), ('another_authority', 'Passed to another authority'), ('stood_down', 'Entered on fast track, not child protection'), ('joined', 'Joined to open work'), ('undone', 'Decision taken back at once')], max_length=20)),
                    ('is_returnable', models.BooleanField(default=True)),
                    ('is_nfa', models.BooleanField(default=False)),
                    ('joined_reference', models.CharField(blank=True, max_length=10)),
                    ('closed_at', models.DateTimeField(blank=True, null=True)),
                    ('closure_reason', models.CharField(blank=True, max_length=4)),
                    ('what_changed', models.TextField(blank=True)),
                    ('child', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                    ('closed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('contact', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='contacts.contact')),
                    ('contact_person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='contacts.contactperson')),
                    ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='referrals.referral')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='StrategyDiscussion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('held_at', models.DateTimeField()),
                    ('with_police', models.BooleanField(default=False)),
                    ('with_health', models.BooleanField(default=False)),
                    ('others', models.CharField(blank=True, max_length=250)),
                    ('section_47', models.BooleanField()),
                    ('decision', models.TextField()),
                    ('recorded_at', models.DateTimeField()),
                    ('chaired_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('referral', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='strategy_discussions', to='referrals.referral')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('recorded_at__isnull', True), ('recorded_by__isnull', True)), models.Q(('recorded_at__isnull', False), ('recorded_by__isnull', False)), _connector='OR'), name='strategy_recorded_by_somebody')],
                },
            ), pgtrigger.migrations.AddTrigger(
                model_name='referral',
                trigger=pgtrigger.compiler.Trigger(name='declared_moves_only', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.status IS DISTINCT FROM NEW.status)', func="\n                IF current_setting('frontdoor.restate', true) = 'on' OR (OLD.status, NEW.status) IN (('accepted', 'allocated'), ('accepted', 'closed'), ('accepted', 'in_service'), ('accepted', 'no_further_action'), ('allocated', 'closed'), ('allocated', 'in_assessment'), ('allocated', 'in_service'), ('allocated', 'no_further_action'), ('assessed', 'closed'), ('assessed', 'in_assessment'), ('assessed', 'in_service'), ('awaiting_decision', 'accepted'), ('awaiting_decision', 'no_further_action'), ('closed', 'accepted'), ('in_assessment', 'allocated'), ('in_assessment', 'assessed'), ('in_assessment', 'in_service'), ('in_service', 'closed'), ('in_service', 'in_assessment')) THEN\n                    RETURN NEW;\n                END IF;\n                RAISE EXCEPTION 'no move leads from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';\n            ", hash='9f8abb809de984d8d2e0453aa81b2e9a7bc12975', operation='UPDATE', pgid='pgtrigger_declared_moves_only_9a9be', table='referrals_referral', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='referral',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_referralevent" ("child_id", "closed_at", "closed_by_id", "closure_reason", "contact_id", "contact_person_id", "decided_at", "decided_by_id", "decision_reason", "ending", "id", "is_fast_track", "is_nfa", "is_returnable", "joined_reference", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "primary_need", "received_at", "received_on", "recorded_at", "reference", "response_type", "service", "source", "status", "version", "what_changed") SELECT new_values."child_id", new_values."closed_at", new_values."closed_by_id", new_values."closure_reason", new_values."contact_id", new_values."contact_person_id", new_values."decided_at", new_values."decided_by_id", new_values."decision_reason", new_values."ending", new_values."id", new_values."is_fast_track", new_values."is_nfa", new_values."is_returnable", new_values."joined_reference", new_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."primary_need", new_values."received_at", new_values."received_on", new_values."recorded_at", new_values."reference", new_values."response_type", new_values."service", new_values."source", new_values."status", new_values."version", new_values."what_changed" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='45900139c7932770c8d68f90c07afe89201606fe', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_a74c8', referencing='REFERENCING NEW TABLE AS new_values ', table='referrals_referral', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='referral',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "referrals_referralevent" ("child_id", "closed_at", "closed_by_id", "closure_reason", "contact_id", "contact_person_id", "decided_at", "decided_by_id", "decision_reason", "ending", "id", "is_fast_track", "is_nfa", "is_returnable", "joined_reference", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "primary_need", "received_at", "received_on", "recorded_at", "reference", "response_type", "service", "source", "status", "version", "what_changed") VALUES (NEW."child_id", NEW."closed_at", NEW."closed_by_id", NEW."closure_reason", NEW."contact_id", NEW."contact_person_id", NEW."decided_at", NEW."decided_by_id", NEW."decision_reason", NEW."ending", NEW."id", NEW."is_fast_track", NEW."is_nfa", NEW."is_returnable", NEW."joined_reference", NEW."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."primary_need", NEW."received_at", NEW."received_on", NEW."recorded_at", NEW."reference", NEW."response_type", NEW."service", NEW."source", NEW."status", NEW."version", NEW."what_changed"); RETURN NULL;', hash='de0ba4beed3f78dbe20a7688f7b524af08f840e0', operation='UPDATE', pgid='pgtrigger_update_update_223e7', table='referrals_referral', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='allocationevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='87f1a092056073429c1e88fb2e8979dcd8fceacd', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_42e49', table='referrals_allocationevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='allocation',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_allocationevent" ("allocated_by_id", "from_at", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "referral_id", "team_id", "to_at", "worker_id") SELECT new_values."allocated_by_id", new_values."from_at", new_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."reason", new_values."referral_id", new_values."team_id", new_values."to_at", new_values."worker_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='a389999f1b166f8389459a0a95716bbb8190745b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_38b51', referencing='REFERENCING NEW TABLE AS new_values ', table='referrals_allocation', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='allocation',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "referrals_allocationevent" ("allocated_by_id", "from_at", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "referral_id", "team_id", "to_at", "worker_id") VALUES (NEW."allocated_by_id", NEW."from_at", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."referral_id", NEW."team_id", NEW."to_at", NEW."worker_id"); RETURN NULL;', hash='99ea13e3436b56858756c538f9bf8b6b8e62f010', operation='UPDATE', pgid='pgtrigger_update_update_d365d', table='referrals_allocation', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='referralevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1a61dcd844caf3ca043cd5fc836a4fbfb5122b75', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d0304', table='referrals_referralevent', when='BEFORE')),
            )],
        ),
    ]
