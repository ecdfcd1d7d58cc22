import django.contrib.postgres.fields
import django.db.models.deletion
import frontdoor.migrating
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contacts', '0001_initial'),
    ]

    operations = [
        frontdoor.migrating.Together(
            operations=[migrations.CreateModel(
                name='DemoMark',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('people', models.PositiveIntegerField()),
                    ('seed', models.BigIntegerField()),
                    ('made_for', models.DateTimeField()),
                    ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ],
            ), migrations.CreateModel(
                name='FeedTruth',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('run', models.PositiveIntegerField()),
                    ('families', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), blank=True, default=list, size=None)),
                    ('incident', models.PositiveIntegerField()),
                    ('plants', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, size=None)),
                    ('contact', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.contact')),
                ],
                options={
                    'indexes': [models.Index(fields=['run'], name='feed_truth_run')],
                },
            )],
        ),
    ]
