import frontdoor.migrating
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        frontdoor.migrating.Together(
            operations=[migrations.CreateModel(
                name='Code',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('list_name', models.CharField(max_length=40)),
                    ('code', models.CharField(max_length=40)),
                    ('label', models.CharField(max_length=250)),
                    ('position', models.PositiveIntegerField(default=0)),
                    ('valid_from', models.DateField(blank=True, null=True)),
                    ('valid_to', models.DateField(blank=True, null=True)),
                    ('attributes', models.JSONField(blank=True, default=dict)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('list_name', 'code'), name='code_once_per_list')],
                },
            )],
        ),
    ]
