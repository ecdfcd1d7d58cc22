import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import frontdoor.migrating
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('account', '0009_emailaddress_unique_primary_email'),
        ('accounts', '0001_initial'),
        ('axes', '0010_accessattemptexpiration'),
        ('mfa', '0003_authenticator_type_uniq'),
        ('oauth2_provider', '0022_refreshtoken_token_family_index'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('sessions', '0001_initial'),
        ('socialaccount', '0006_alter_socialaccount_extra_data'),
    ]

    operations = [
        django.contrib.postgres.operations.TrigramExtension(
        ),
        django.contrib.postgres.operations.CreateExtension(
            name='fuzzystrmatch',
        ),
        frontdoor.migrating.Together(
            operations=[migrations.CreateModel(
                name='Identifier',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('valid_from', models.DateField(blank=True, null=True)),
                    ('valid_to', models.DateField(blank=True, null=True)),
                    ('kind', models.CharField(max_length=20)),
                    ('value', models.CharField(max_length=60)),
                    ('check_ok', models.BooleanField(blank=True, null=True)),
                    ('source', models.CharField(blank=True, max_length=100)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identifiers', to='people.person')),
                ],
                options={
                    'indexes': [models.Index(fields=['value', 'kind'], name='identifier_value')],
                },
            ), migrations.CreateModel(
                name='Name',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('primary', 'Name'), ('known_as', 'Known as'), ('former', 'Former name'), ('alias', 'Also known as')], max_length=10)),
                    ('given', models.CharField(blank=True, max_length=150)),
                    ('family', models.CharField(blank=True, max_length=150)),
                    ('full', models.CharField(editable=False, max_length=301)),
                    ('started_on', models.DateField(blank=True, null=True)),
                    ('ended_on', models.DateField(blank=True, null=True)),
                    ('origin', models.CharField(default='frontdoor', max_length=20)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='names', to='people.person')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['alias', 'former', 'known_as', 'primary'])), name='name_kind_known'), models.CheckConstraint(condition=models.Q(('full', ''), _negated=True), name='name_not_empty')],
                },
            ), migrations.CreateModel(
                name='Person',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reference', models.CharField(editable=False, max_length=10, unique=True)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('origin', models.CharField(default='frontdoor', editable=False, max_length=20)),
                    ('display_name', models.CharField(default='', editable=False, max_length=300)),
                    ('description', models.CharField(blank=True, max_length=300)),
                    ('date_of_birth', models.DateField(blank=True, null=True)),
                    ('dob_precision', models.CharField(choices=[('exact', 'Exact'), ('estimated', 'Estimated'), ('day_unknown', 'Month and year known'), ('unknown', 'Not known'), ('expected', 'Not yet born')], default='unknown', max_length=12)),
                    ('expected_on', models.DateField(blank=True, null=True)),
                    ('died_on', models.DateField(blank=True, null=True)),
                    ('sex', models.CharField(blank=True, max_length=2)),
                    ('self_described_gender', models.CharField(blank=True, max_length=100)),
                    ('ethnicity', models.CharField(default='NOBT', max_length=8)),
                    ('first_language', models.CharField(blank=True, max_length=40)),
                    ('interpreter_needed', models.BooleanField(blank=True, null=True)),
                    ('religion', models.CharField(blank=True, max_length=40)),
                    ('disabilities', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list, size=None)),
                    ('communication_needs', models.CharField(blank=True, max_length=500)),
                    ('school', models.CharField(blank=True, max_length=200)),
                    ('upn_unknown', models.CharField(blank=True, max_length=4)),
                    ('is_adoption_protected', models.BooleanField(default=False)),
                    ('may_not_know_we_are_involved', models.BooleanField(default=False, verbose_name='family does not know we are involved')),
                    ('merged_into', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absorbed', to='people.person')),
                ],
                options={
                    'verbose_name_plural': 'people',
                    'indexes': [models.Index(fields=['date_of_birth', 'id'], name='person_born'), models.Index(condition=models.Q(('expected_on__isnull', False)), fields=['expected_on'], name='person_expected'), models.Index(condition=models.Q(('is_adoption_protected', True)), fields=['id'], name='person_adoption_protected'), models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='person_merged_away')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('dob_precision__in', ['day_unknown', 'estimated', 'exact', 'expected', 'unknown'])), name='dob_precision_known'), models.CheckConstraint(condition=models.Q(models.Q(('date_of_birth__isnull', True), ('dob_precision__in', ['unknown', 'expected'])), models.Q(('date_of_birth__isnull', False), ('dob_precision__in', ['exact', 'estimated', 'day_unknown'])), _connector='OR'), name='dob_fits_precision'), models.CheckConstraint(condition=models.Q(('merged_into', models.F('id')), _negated=True), name='person_not_merged_into_itself')],
                },
            ), migrations.CreateModel(
                name='Address',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('home', 'Home'), ('temporary', 'Temporary'), ('placement', 'Placement'), ('other_parent', 'Other parent'), ('correspondence', 'Letters only')], default='home', max_length=20)),
                    ('lines', models.CharField(blank=True, max_length=300)),
                    ('postcode', models.CharField(blank=True, max_length=10)),
                    ('postcode_key', models.CharField(blank=True, editable=False, max_length=10)),
                    ('uprn', models.CharField(blank=True, max_length=12)),
                    ('is_communal', models.BooleanField(default=False, verbose_name="refuge, hostel, hospital, school or children's home")),
                    ('is_confidential', models.BooleanField(default=False)),
                    ('confidential_from', models.CharField(blank=True, max_length=200, verbose_name='kept from whom')),
                    ('why', models.CharField(blank=True, max_length=500)),
                    ('review_on', models.DateField(blank=True, null=True)),
                    ('started_on', models.DateField(blank=True, null=True)),
                    ('ended_on', models.DateField(blank=True, null=True)),
                    ('set_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='addresses', to='people.person')),
                ],
                options={
                    'verbose_name_plural': 'addresses',
                    'indexes': [models.Index(condition=models.Q(('is_confidential', False), models.Q(('postcode_key', ''), _negated=True)), fields=['postcode_key', 'person'], name='address_postcode'), models.Index(condition=models.Q(('is_confidential', True), models.Q(('postcode_key', ''), _negated=True)), fields=['postcode_key'], name='address_confidential'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('lines'), name='gin_trgm_ops'), condition=models.Q(('is_confidential', False)), name='address_lines_like'), models.Index(condition=models.Q(('uprn', ''), _negated=True), fields=['uprn'], name='address_uprn')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('is_confidential', False), models.Q(('why', ''), _negated=True), _connector='OR'), name='confidential_address_says_why')],
                },
            ), migrations.CreateModel(
                name='LinkageWeights',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('estimated_at', models.DateTimeField()),
                    ('records', models.PositiveIntegerField()),
                    ('chances', models.JSONField()),
                    ('origin', models.CharField(max_length=20)),
                ],
                options={
                    'verbose_name_plural': 'linkage weights',
                    'indexes': [models.Index(fields=['-estimated_at', '-id'], name='linkage_weights_newest')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('origin__in', ['import', 'records'])), name='linkage_weights_origin_known')],
                },
            ), migrations.CreateModel(
                name='Merge',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('method', models.CharField(choices=[('reviewed', 'Joined after a review'), ('automatic', 'Joined automatically'), ('imported', 'Joined by an import')], max_length=10)),
                    ('reason', models.CharField(max_length=1000)),
                    ('merged_at', models.DateTimeField()),
                    ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('marks', models.JSONField(default=dict)),
                    ('undone_at', models.DateTimeField(blank=True, null=True)),
                    ('undone_reason', models.CharField(blank=True, max_length=1000)),
                    ('merged_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('loser', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merged_away', to='people.person')),
                    ('survivor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='people.person')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('method__in', ['automatic', 'imported', 'reviewed'])), name='merge_method_known'), models.CheckConstraint(condition=models.Q(('survivor', models.F('loser')), _negated=True), name='merge_of_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('undone_at__isnull', True), ('undone_by__isnull', True)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='merge_undone_by_somebody'), models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('loser',), name='merge_stands_once')],
                },
            ), migrations.CreateModel(
                name='MergeChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('model', models.CharField(max_length=60)),
                    ('key', models.BigIntegerField()),
                    ('column', models.CharField(max_length=60)),
                    ('before', models.JSONField(null=True)),
                    ('after', models.JSONField(null=True)),
                    ('seen', models.CharField(blank=True, max_length=32)),
                    ('merge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='people.merge')),
                ],
            ), migrations.CreateModel(
                name='NameWord',
                fields=[
                    ('text', models.CharField(max_length=80, primary_key=True, serialize=False)),
                    ('sounds', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                    ('bearers', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ],
                options={
                    'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['text'], name='name_word_like', opclasses=['gin_trgm_ops']), django.contrib.postgres.indexes.GinIndex(fields=['sounds'], name='name_word_sounds')],
                },
            ), migrations.CreateModel(
                name='PersonText',
                fields=[
                    ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='text', serialize=False, to='people.person')),
                    ('notes', models.TextField(blank=True)),
                ],
            ), migrations.CreateModel(
                name='PairToReview',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('weight', models.FloatField()),
                    ('probability', models.FloatField()),
                    ('reasons', models.JSONField(blank=True, default=list)),
                    ('found_at', models.DateTimeField()),
                    ('origin', models.CharField(default='frontdoor', max_length=20)),
                    ('decision', models.CharField(blank=True, choices=[('same', 'The same person'), ('not_same', 'Different people'), ('later', 'Look again later')], max_length=10)),
                    ('decided_at', models.DateTimeField(blank=True, null=True)),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('left', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                    ('right', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ],
                options={
                    'verbose_name_plural': 'pairs to review',
                    'indexes': [models.Index(fields=['decision', '-probability', 'id'], name='pair_waiting')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('decision__in', ['', 'later', 'not_same', 'same'])), name='pair_decision_known'), models.CheckConstraint(condition=models.Q(('probability__gte', 0), ('probability__lte', 1)), name='pair_probability_is_one'), models.CheckConstraint(condition=models.Q(('left', models.F('right')), _negated=True), name='pair_are_two'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decision', '')), models.Q(models.Q(('decision', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='pair_decided_at_some_time'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='pair_decided_by_somebody'), models.UniqueConstraint(django.db.models.functions.comparison.Least('left', 'right'), django.db.models.functions.comparison.Greatest('left', 'right'), name='pair_once')],
                },
            ), migrations.CreateModel(
                name='NotThisPerson',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reference', models.CharField(max_length=10)),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                    ('answered_at', models.DateTimeField()),
                    ('answered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('reference', 'position', 'person'), name='not_this_person_once'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='not_this_person_answered_by')],
                },
            ), migrations.CreateModel(
                name='NotSamePeople',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reason', models.CharField(blank=True, max_length=1000)),
                    ('said_at', models.DateTimeField()),
                    ('said_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('left', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                    ('right', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('left', models.F('right')), _negated=True), name='not_same_are_two'), models.UniqueConstraint(django.db.models.functions.comparison.Least('left', 'right'), django.db.models.functions.comparison.Greatest('left', 'right'), name='not_same_once')],
                },
            ), migrations.CreateModel(
                name='NameToken',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('word', models.CharField(max_length=80)),
                    ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='people.person')),
                ],
                options={
                    'indexes': [models.Index(fields=['person', 'word'], name='name_token_of_person')],
                    'constraints': [models.UniqueConstraint(fields=('word', 'person'), name='name_token_once')],
                },
            ), migrations.CreateModel(
                name='NameEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('kind', models.CharField(choices=[('primary', 'Name'), ('known_as', 'Known as'), ('former', 'Former name'), ('alias', 'Also known as')], max_length=10)),
                    ('given', models.CharField(blank=True, max_length=150)),
                    ('family', models.CharField(blank=True, max_length=150)),
                    ('full', models.CharField(editable=False, max_length=301)),
                    ('started_on', models.DateField(blank=True, null=True)),
                    ('ended_on', models.DateField(blank=True, null=True)),
                    ('origin', models.CharField(default='frontdoor', max_length=20)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.name')),
                    ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='Involvement',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reference', models.CharField(max_length=10)),
                    ('kind', models.CharField(choices=[('contact', 'Contact'), ('referral', 'Referral'), ('assessment', 'Assessment'), ('supervision', 'Supervision'), ('early_help', 'Early help')], max_length=12)),
                    ('role', models.CharField(default='subject', max_length=20)),
                    ('status_label', models.CharField(blank=True, max_length=60)),
                    ('opened_at', models.DateTimeField()),
                    ('closed_at', models.DateTimeField(blank=True, null=True)),
                    ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
                    ('worker', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='involvements', to='people.person')),
                ],
                options={
                    'indexes': [models.Index(fields=['person', '-opened_at'], name='involvement_of_person'), models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['person'], name='involvement_open'), models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['worker'], name='involvement_of_worker')],
                    'constraints': [models.UniqueConstraint(fields=('reference', 'person', 'role'), name='involvement_once')],
                },
            ), migrations.CreateModel(
                name='IdentifierEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('valid_from', models.DateField(blank=True, null=True)),
                    ('valid_to', models.DateField(blank=True, null=True)),
                    ('kind', models.CharField(max_length=20)),
                    ('value', models.CharField(max_length=60)),
                    ('check_ok', models.BooleanField(blank=True, null=True)),
                    ('source', models.CharField(blank=True, max_length=100)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.identifier')),
                    ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='DeclaredConflict',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('declared_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('declared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conflicts', to='people.person')),
                ],
                options={
                    'indexes': [models.Index(fields=['user', 'person'], name='conflict_of_user')],
                },
            ), migrations.CreateModel(
                name='BreakGlass',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reason', models.CharField(max_length=1000)),
                    ('granted_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='glass_broken', to='people.person')),
                ],
                options={
                    'indexes': [models.Index(fields=['user', 'expires_at'], name='break_glass_running')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('granted_at'))), name='break_glass_ends')],
                },
            ), migrations.CreateModel(
                name='AddressEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('kind', models.CharField(choices=[('home', 'Home'), ('temporary', 'Temporary'), ('placement', 'Placement'), ('other_parent', 'Other parent'), ('correspondence', 'Letters only')], default='home', max_length=20)),
                    ('lines', models.CharField(blank=True, max_length=300)),
                    ('postcode', models.CharField(blank=True, max_length=10)),
                    ('postcode_key', models.CharField(blank=True, editable=False, max_length=10)),
                    ('uprn', models.CharField(blank=True, max_length=12)),
                    ('is_communal', models.BooleanField(default=False, verbose_name="refuge, hostel, hospital, school or children's home")),
                    ('is_confidential', models.BooleanField(default=False)),
                    ('confidential_from', models.CharField(blank=True, max_length=200, verbose_name='kept from whom')),
                    ('why', models.CharField(blank=True, max_length=500)),
                    ('review_on', models.DateField(blank=True, null=True)),
                    ('started_on', models.DateField(blank=True, null=True)),
                    ('ended_on', models.DateField(blank=True, null=True)),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.address')),
                    ('set_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='PersonEvent',
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
                    ('display_name', models.CharField(default='', editable=False, max_length=300)),
                    ('description', models.CharField(blank=True, max_length=300)),
                    ('date_of_birth', models.DateField(blank=True, null=True)),
                    ('dob_precision', models.CharField(choices=[('exact', 'Exact'), ('estimated', 'Estimated'), ('day_unknown', 'Month and year known'), ('unknown', 'Not known'), ('expected', 'Not yet born')], default='unknown', max_length=12)),
                    ('expected_on', models.DateField(blank=True, null=True)),
                    ('died_on', models.DateField(blank=True, null=True)),
                    ('sex', models.CharField(blank=True, max_length=2)),
                    ('self_described_gender', models.CharField(blank=True, max_length=100)),
                    ('ethnicity', models.CharField(default='NOBT', max_length=8)),
                    ('first_language', models.CharField(blank=True, max_length=40)),
                    ('interpreter_needed', models.BooleanField(blank=True, null=True)),
                    ('religion', models.CharField(blank=True, max_length=40)),
                    ('disabilities', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list, size=None)),
                    ('communication_needs', models.CharField(blank=True, max_length=500)),
                    ('school', models.CharField(blank=True, max_length=200)),
                    ('upn_unknown', models.CharField(blank=True, max_length=4)),
                    ('is_adoption_protected', models.BooleanField(default=False)),
                    ('may_not_know_we_are_involved', models.BooleanField(default=False, verbose_name='family does not know we are involved')),
                    ('merged_into', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.person')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='Relationship',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(max_length=30)),
                    ('has_parental_responsibility', models.BooleanField(blank=True, null=True)),
                    ('lives_with', models.BooleanField(blank=True, null=True)),
                    ('started_on', models.DateField(blank=True, null=True)),
                    ('ended_on', models.DateField(blank=True, null=True)),
                    ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='related_from', to='people.person')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='relationships', to='people.person')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('person', models.F('other')), _negated=True), name='relationship_of_two_people')],
                },
            ), migrations.CreateModel(
                name='RelationshipEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('kind', models.CharField(max_length=30)),
                    ('has_parental_responsibility', models.BooleanField(blank=True, null=True)),
                    ('lives_with', models.BooleanField(blank=True, null=True)),
                    ('started_on', models.DateField(blank=True, null=True)),
                    ('ended_on', models.DateField(blank=True, null=True)),
                    ('other', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                    ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.relationship')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='Restriction',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('restricted', 'Restricted'), ('adoption', 'Adoption')], default='restricted', max_length=12)),
                    ('reason', models.CharField(max_length=1000)),
                    ('set_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_reason', models.CharField(blank=True, max_length=1000)),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='restrictions', to='people.person')),
                    ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['person'], name='restriction_in_force')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['adoption', 'restricted'])), name='restriction_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='restriction_ended_by_somebody')],
                },
            ), migrations.CreateModel(
                name='RestrictionEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('kind', models.CharField(choices=[('restricted', 'Restricted'), ('adoption', 'Adoption')], default='restricted', max_length=12)),
                    ('reason', models.CharField(max_length=1000)),
                    ('set_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_reason', models.CharField(blank=True, max_length=1000)),
                    ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.restriction')),
                    ('set_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='RestrictionHolder',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('added_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('restriction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holders', to='people.restriction')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('restriction', 'user'), name='restriction_holder_once')],
                },
            ), migrations.CreateModel(
                name='SignificantEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('event', models.CharField(max_length=40)),
                    ('reason', models.CharField(max_length=500)),
                    ('marked_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_reason', models.CharField(blank=True, max_length=500)),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('marked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='significant_events', to='people.person')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='significant_event_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('marked_at__isnull', True), ('marked_by__isnull', True)), models.Q(('marked_at__isnull', False), ('marked_by__isnull', False)), _connector='OR'), name='significant_event_marked_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='significant_event_ended_by_somebody'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('person', 'event'), name='significant_event_once')],
                },
            ), migrations.CreateModel(
                name='SignificantEventEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('event', models.CharField(max_length=40)),
                    ('reason', models.CharField(max_length=500)),
                    ('marked_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_reason', models.CharField(blank=True, max_length=500)),
                    ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('marked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.significantevent')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='Telephone',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(max_length=30)),
                    ('number_key', models.CharField(default='', editable=False, max_length=20)),
                    ('is_safe', models.BooleanField(blank=True, null=True)),
                    ('safe_time', models.CharField(blank=True, max_length=100)),
                    ('ended_on', models.DateField(blank=True, null=True)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='telephones', to='people.person')),
                ],
                options={
                    'indexes': [models.Index(fields=['number_key'], name='telephone_number')],
                },
            ), migrations.CreateModel(
                name='TelephoneEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('number', models.CharField(max_length=30)),
                    ('number_key', models.CharField(default='', editable=False, max_length=20)),
                    ('is_safe', models.BooleanField(blank=True, null=True)),
                    ('safe_time', models.CharField(blank=True, max_length=100)),
                    ('ended_on', models.DateField(blank=True, null=True)),
                    ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.telephone')),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='Warning',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('about', models.CharField(choices=[('person', 'This person'), ('household', 'Everybody in the household'), ('address', 'The address')], default='person', max_length=10)),
                    ('kind', models.CharField(max_length=40)),
                    ('text', models.CharField(max_length=1000)),
                    ('evidence', models.CharField(blank=True, max_length=1000)),
                    ('source', models.CharField(blank=True, max_length=200)),
                    ('starts_on', models.DateField(blank=True, null=True)),
                    ('ends_on', models.DateField(blank=True, null=True)),
                    ('review_on', models.DateField()),
                    ('set_at', models.DateTimeField()),
                    ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_reason', models.CharField(blank=True, max_length=500)),
                    ('address', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='warnings', to='people.address')),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='warnings', to='people.person')),
                    ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['person'], name='warning_in_force'), models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['review_on'], name='warning_to_review')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('set_at__isnull', True), ('set_by__isnull', True)), models.Q(('set_at__isnull', False), ('set_by__isnull', False)), _connector='OR'), name='warning_set_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at__isnull', True), ('reviewed_by__isnull', True)), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False)), _connector='OR'), name='warning_reviewed_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='warning_ended_by_somebody')],
                },
            ), migrations.CreateModel(
                name='WarningEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('about', models.CharField(choices=[('person', 'This person'), ('household', 'Everybody in the household'), ('address', 'The address')], default='person', max_length=10)),
                    ('kind', models.CharField(max_length=40)),
                    ('text', models.CharField(max_length=1000)),
                    ('evidence', models.CharField(blank=True, max_length=1000)),
                    ('source', models.CharField(blank=True, max_length=200)),
                    ('starts_on', models.DateField(blank=True, null=True)),
                    ('ends_on', models.DateField(blank=True, null=True)),
                    ('review_on', models.DateField()),
                    ('set_at', models.DateTimeField()),
                    ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('ended_reason', models.CharField(blank=True, max_length=500)),
                    ('address', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.address')),
                    ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.warning')),
                    ('reviewed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('set_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ), pgtrigger.migrations.AddTrigger(
                model_name='person',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "people_personevent" ("communication_needs", "date_of_birth", "description", "died_on", "disabilities", "display_name", "dob_precision", "ethnicity", "expected_on", "first_language", "id", "interpreter_needed", "is_adoption_protected", "may_not_know_we_are_involved", "merged_into_id", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "reference", "religion", "school", "self_described_gender", "sex", "upn_unknown") SELECT new_values."communication_needs", new_values."date_of_birth", new_values."description", new_values."died_on", new_values."disabilities", new_values."display_name", new_values."dob_precision", new_values."ethnicity", new_values."expected_on", new_values."first_language", new_values."id", new_values."interpreter_needed", new_values."is_adoption_protected", new_values."may_not_know_we_are_involved", new_values."merged_into_id", new_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."recorded_at", new_values."reference", new_values."religion", new_values."school", new_values."self_described_gender", new_values."sex", new_values."upn_unknown" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='d0a4af286d0160f9da7bc990a5478b12c7701980', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_65688', referencing='REFERENCING NEW TABLE AS new_values ', table='people_person', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='person',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."communication_needs" IS DISTINCT FROM (NEW."communication_needs") OR OLD."date_of_birth" IS DISTINCT FROM (NEW."date_of_birth") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."died_on" IS DISTINCT FROM (NEW."died_on") OR OLD."disabilities" IS DISTINCT FROM (NEW."disabilities") OR OLD."display_name" IS DISTINCT FROM (NEW."display_name") OR OLD."dob_precision" IS DISTINCT FROM (NEW."dob_precision") OR OLD."ethnicity" IS DISTINCT FROM (NEW."ethnicity") OR OLD."expected_on" IS DISTINCT FROM (NEW."expected_on") OR OLD."first_language" IS DISTINCT FROM (NEW."first_language") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."interpreter_needed" IS DISTINCT FROM (NEW."interpreter_needed") OR OLD."is_adoption_protected" IS DISTINCT FROM (NEW."is_adoption_protected") OR OLD."may_not_know_we_are_involved" IS DISTINCT FROM (NEW."may_not_know_we_are_involved") OR OLD."merged_into_id" IS DISTINCT FROM (NEW."merged_into_id") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."religion" IS DISTINCT FROM (NEW."religion") OR OLD."school" IS DISTINCT FROM (NEW."school") OR OLD."self_described_gender" IS DISTINCT FROM (NEW."self_described_gender") OR OLD."sex" IS DISTINCT FROM (NEW."sex") OR OLD."upn_unknown" IS DISTINCT FROM (NEW."upn_unknown"))', func='INSERT INTO "people_personevent" ("communication_needs", "date_of_birth", "description", "died_on", "disabilities", "display_name", "dob_precision", "ethnicity", "expected_on", "first_language", "id", "interpreter_needed", "is_adoption_protected", "may_not_know_we_are_involved", "merged_into_id", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "reference", "religion", "school", "self_described_gender", "sex", "upn_unknown") VALUES (NEW."communication_needs", NEW."date_of_birth", NEW."description", NEW."died_on", NEW."disabilities", NEW."display_name", NEW."dob_precision", NEW."ethnicity", NEW."expected_on", NEW."first_language", NEW."id", NEW."interpreter_needed", NEW."is_adoption_protected", NEW."may_not_know_we_are_involved", NEW."merged_into_id", NEW."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."reference", NEW."religion", NEW."school", NEW."self_described_gender", NEW."sex", NEW."upn_unknown"); RETURN NULL;', hash='6b8a1dd198ef8c135278d42bf0f18927d2c990bb', operation='UPDATE', pgid='pgtrigger_update_update_de829', table='people_person', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='nameevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='799f7cb9bcf9efc0da91b8299ac6994a322948a2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a6284', table='people_nameevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='name',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "people_nameevent" ("ended_on", "family", "full", "given", "id", "kind", "origin", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") SELECT new_values."ended_on", new_values."family", new_values."full", new_values."given", new_values."id", new_values."kind", new_values."origin", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."started_on" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='978d2f38f71dd3416d33bfc8cfc0e848f4e89dd8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_3a427', referencing='REFERENCING NEW TABLE AS new_values ', table='people_name', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='name',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "people_nameevent" ("ended_on", "family", "full", "given", "id", "kind", "origin", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") VALUES (NEW."ended_on", NEW."family", NEW."full", NEW."given", NEW."id", NEW."kind", NEW."origin", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."started_on"); RETURN NULL;', hash='733b597c1fb53846fd27f5b552422fb1a9cbe962', operation='UPDATE', pgid='pgtrigger_update_update_46d6a', table='people_name', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='merge',
                trigger=pgtrigger.compiler.Trigger(name='only_undone', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."survivor_id" IS DISTINCT FROM (NEW."survivor_id") OR OLD."loser_id" IS DISTINCT FROM (NEW."loser_id") OR OLD."method" IS DISTINCT FROM (NEW."method") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."merged_at" IS DISTINCT FROM (NEW."merged_at") OR OLD."merged_by_id" IS DISTINCT FROM (NEW."merged_by_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."marks" IS DISTINCT FROM (NEW."marks"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='64ae6aa19102d0a502b62506e97af07f04a61fe3', operation='UPDATE', pgid='pgtrigger_only_undone_74963', table='people_merge', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='identifierevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4b68e59099bbf6509447f5e3f5cc691c15b6fdaa', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2e123', table='people_identifierevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='identifier',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "people_identifierevent" ("check_ok", "id", "kind", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "valid_from", "valid_to", "value") SELECT new_values."check_ok", new_values."id", new_values."kind", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."source", new_values."valid_from", new_values."valid_to", new_values."value" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='5d786a64435f340419fc2eae8f4f50c27a473070', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_a1cac', referencing='REFERENCING NEW TABLE AS new_values ', table='people_identifier', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='identifier',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "people_identifierevent" ("check_ok", "id", "kind", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "valid_from", "valid_to", "value") VALUES (NEW."check_ok", NEW."id", NEW."kind", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."source", NEW."valid_from", NEW."valid_to", NEW."value"); RETURN NULL;', hash='8c85faa73573180a763a83e149851fc4b2e88e0f', operation='UPDATE', pgid='pgtrigger_update_update_e3682', table='people_identifier', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='addressevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5a843383108fd5354bf6bf0c9fa2a9f2491f0540', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_696d7', table='people_addressevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='address',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "people_addressevent" ("confidential_from", "ended_on", "id", "is_communal", "is_confidential", "kind", "lines", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "postcode_key", "review_on", "set_by_id", "started_on", "uprn", "why") SELECT new_values."confidential_from", new_values."ended_on", new_values."id", new_values."is_communal", new_values."is_confidential", new_values."kind", new_values."lines", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."postcode", new_values."postcode_key", new_values."review_on", new_values."set_by_id", new_values."started_on", new_values."uprn", new_values."why" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='b049a26401f2b9f54df623d2587dc700c021fdd9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_e3f03', referencing='REFERENCING NEW TABLE AS new_values ', table='people_address', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='address',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "people_addressevent" ("confidential_from", "ended_on", "id", "is_communal", "is_confidential", "kind", "lines", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "postcode_key", "review_on", "set_by_id", "started_on", "uprn", "why") VALUES (NEW."confidential_from", NEW."ended_on", NEW."id", NEW."is_communal", NEW."is_confidential", NEW."kind", NEW."lines", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."postcode", NEW."postcode_key", NEW."review_on", NEW."set_by_id", NEW."started_on", NEW."uprn", NEW."why"); RETURN NULL;', hash='b133e81279f3e988fac3398bc4a5a00f12993e1f', operation='UPDATE', pgid='pgtrigger_update_update_9a42e', table='people_address', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='personevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='35abda29df77c17d89d5efdc2f5d2acf63e59c13', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1d49f', table='people_personevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='relationship',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "people_relationshipevent" ("ended_on", "has_parental_responsibility", "id", "kind", "lives_with", "other_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") SELECT new_values."ended_on", new_values."has_parental_responsibility", new_values."id", new_values."kind", new_values."lives_with", new_values."other_id", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."started_on" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='3ab592d3406b3762fe3c91d4dc0880c773b3f296', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_07fb7', referencing='REFERENCING NEW TABLE AS new_values ', table='people_relationship', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='relationship',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "people_relationshipevent" ("ended_on", "has_parental_responsibility", "id", "kind", "lives_with", "other_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") VALUES (NEW."ended_on", NEW."has_parental_responsibility", NEW."id", NEW."kind", NEW."lives_with", NEW."other_id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."started_on"); RETURN NULL;', hash='e7e1839745a9f05adb5a2e1a100818e36b6d78b7', operation='UPDATE', pgid='pgtrigger_update_update_4eff7', table='people_relationship', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='relationshipevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a99a069bd1b29afd10f7722b267dea43c9e16426', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fc175', table='people_relationshipevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='restriction',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "people_restrictionevent" ("ended_at", "ended_by_id", "ended_reason", "id", "kind", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id") SELECT new_values."ended_at", new_values."ended_by_id", new_values."ended_reason", new_values."id", new_values."kind", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."reason", new_values."set_at", new_values."set_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='770978dabbd9062228399a6733155b7a58e14bfc', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_22d7a', referencing='REFERENCING NEW TABLE AS new_values ', table='people_restriction', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='restriction',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "people_restrictionevent" ("ended_at", "ended_by_id", "ended_reason", "id", "kind", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id") VALUES (NEW."ended_at", NEW."ended_by_id", NEW."ended_reason", NEW."id", NEW."kind", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."set_at", NEW."set_by_id"); RETURN NULL;', hash='4ae3aacfed6b9c6069be0bc68efdcf3bbbfc5b77', operation='UPDATE', pgid='pgtrigger_update_update_6d4e8', table='people_restriction', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='restrictionevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='305182a163a060ba9bbd54b8b53ff490578a3ea0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_af31e', table='people_restrictionevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='significantevent',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "people_significanteventevent" ("ended_at", "ended_by_id", "ended_reason", "event", "id", "marked_at", "marked_by_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") SELECT new_values."ended_at", new_values."ended_by_id", new_values."ended_reason", new_values."event", new_values."id", new_values."marked_at", new_values."marked_by_id", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."reason" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='26d24c891b5a918738211ab12e6197e731edc62a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_55c97', referencing='REFERENCING NEW TABLE AS new_values ', table='people_significantevent', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='significantevent',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "people_significanteventevent" ("ended_at", "ended_by_id", "ended_reason", "event", "id", "marked_at", "marked_by_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (NEW."ended_at", NEW."ended_by_id", NEW."ended_reason", NEW."event", NEW."id", NEW."marked_at", NEW."marked_by_id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason"); RETURN NULL;', hash='e921fb4f3d55ecabaccf87dea17ada9793bde092', operation='UPDATE', pgid='pgtrigger_update_update_b4651', table='people_significantevent', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='significanteventevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='64fc50f9adecb6d04cdb6f8676c0f9eb410cd760', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bcf1f', table='people_significanteventevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='telephone',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "people_telephoneevent" ("ended_on", "id", "is_safe", "number", "number_key", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "safe_time") SELECT new_values."ended_on", new_values."id", new_values."is_safe", new_values."number", new_values."number_key", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."safe_time" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='8ed3d61dcc45b67803ca410348a43bf35e990e38', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_4aa61', referencing='REFERENCING NEW TABLE AS new_values ', table='people_telephone', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='telephone',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "people_telephoneevent" ("ended_on", "id", "is_safe", "number", "number_key", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "safe_time") VALUES (NEW."ended_on", NEW."id", NEW."is_safe", NEW."number", NEW."number_key", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."safe_time"); RETURN NULL;', hash='488a8478cdfdcc0bf7d73ca28f499ceb26de323d', operation='UPDATE', pgid='pgtrigger_update_update_676a8', table='people_telephone', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='telephoneevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a1164de2f69abd2d92db2207fd093047dd787e8e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5a9b4', table='people_telephoneevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='warning',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "people_warningevent" ("about", "address_id", "ended_at", "ended_by_id", "ended_reason", "ends_on", "evidence", "id", "kind", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "review_on", "reviewed_at", "reviewed_by_id", "set_at", "set_by_id", "source", "starts_on", "text") SELECT new_values."about", new_values."address_id", new_values."ended_at", new_values."ended_by_id", new_values."ended_reason", new_values."ends_on", new_values."evidence", new_values."id", new_values."kind", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."review_on", new_values."reviewed_at", new_values."reviewed_by_id", new_values."set_at", new_values."set_by_id", new_values."source", new_values."starts_on", new_values."text" FROM ( SELECT new_values.* FROM new_values  ) AS new_values; RETURN NULL;', hash='dc9e807d075023aebc253bf8b6549a0713db8be4', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_afe06', referencing='REFERENCING NEW TABLE AS new_values ', table='people_warning', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='warning',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "people_warningevent" ("about", "address_id", "ended_at", "ended_by_id", "ended_reason", "ends_on", "evidence", "id", "kind", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "review_on", "reviewed_at", "reviewed_by_id", "set_at", "set_by_id", "source", "starts_on", "text") VALUES (NEW."about", NEW."address_id", NEW."ended_at", NEW."ended_by_id", NEW."ended_reason", NEW."ends_on", NEW."evidence", NEW."id", NEW."kind", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."review_on", NEW."reviewed_at", NEW."reviewed_by_id", NEW."set_at", NEW."set_by_id", NEW."source", NEW."starts_on", NEW."text"); RETURN NULL;', hash='5b54cb07ab0e34e848f90eaa93fa00cb1747311d', operation='UPDATE', pgid='pgtrigger_update_update_7eb67', table='people_warning', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='warningevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6ad8c189a33aaf641aac6b62514e7362460fccf5', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4b374', table='people_warningevent', when='BEFORE')),
            )],
        ),
    ]
