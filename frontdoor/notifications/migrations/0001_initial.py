import django.db.models.deletion
import django.db.models.functions.datetime
import frontdoor.migrating
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
                name='Outbox',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.SlugField(max_length=40)),
                    ('payload', models.JSONField(default=dict)),
                    ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('available_at', models.DateTimeField()),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('done_at', models.DateTimeField(blank=True, null=True)),
                    ('gave_up_at', models.DateTimeField(blank=True, null=True)),
                    ('last_error', models.CharField(blank=True, max_length=100)),
                ],
                options={
                    'verbose_name_plural': 'outbox',
                    'indexes': [models.Index(condition=models.Q(('done_at', None), ('gave_up_at', None)), fields=['available_at', 'id'], name='outbox_waiting')],
                },
            ), migrations.CreateModel(
                name='Alert',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.SlugField(max_length=40)),
                    ('reference', models.CharField(max_length=10)),
                    ('text', models.CharField(max_length=250)),
                    ('path', models.CharField(blank=True, max_length=200)),
                    ('raised_at', models.DateTimeField()),
                    ('level', models.PositiveSmallIntegerField(default=0)),
                    ('climbs_at', models.DateTimeField(blank=True, null=True)),
                    ('taken_at', models.DateTimeField(blank=True, null=True)),
                    ('taken_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('told', models.ManyToManyField(related_name='alerts', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('taken_at', None)), fields=['climbs_at'], name='alert_climbs'), models.Index(fields=['reference'], name='alert_of')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('taken_at__isnull', True), ('taken_by__isnull', True)), models.Q(('taken_at__isnull', False), ('taken_by__isnull', False)), _connector='OR'), name='alert_taken_by_somebody'), models.UniqueConstraint(condition=models.Q(('taken_at', None)), fields=('kind', 'reference'), name='alert_once')],
                },
            ), migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.SlugField(max_length=40)),
                    ('text', models.CharField(max_length=250)),
                    ('reference', models.CharField(blank=True, max_length=10)),
                    ('path', models.CharField(blank=True, max_length=200)),
                    ('is_urgent', models.BooleanField(default=False)),
                    ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('read_at', models.DateTimeField(blank=True, null=True)),
                    ('once_key', models.CharField(blank=True, max_length=120)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['user', '-id'], name='notice_of'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='notice_unread')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('once_key', ''), _negated=True), fields=('user', 'once_key'), name='notice_once')],
                },
            )],
        ),
    ]
