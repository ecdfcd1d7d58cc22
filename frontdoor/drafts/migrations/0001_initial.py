import django.db.models.deletion
import django.db.models.functions.datetime
import frontdoor.migrating
import uuid
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
                name='Draft',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.SlugField(max_length=40)),
                    ('about', models.CharField(blank=True, max_length=10)),
                    ('address', models.CharField(blank=True, max_length=4000)),
                    ('title', models.CharField(blank=True, max_length=100)),
                    ('body', models.BinaryField(default=b'')),
                    ('sequence', models.BigIntegerField(default=0)),
                    ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('saved_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ('consumed_at', models.DateTimeField(blank=True, null=True)),
                    ('became', models.CharField(blank=True, max_length=10)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('consumed_at__isnull', True)), fields=['user', '-saved_at'], name='draft_open_of')],
                },
            )],
        ),
    ]
