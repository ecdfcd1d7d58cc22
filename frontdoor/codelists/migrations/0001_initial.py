import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.operations
import django.core.serializers.json
import django.db.models.constraints
import frontdoor.migrating
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(
        ),
        frontdoor.migrating.Together(
            operations=[migrations.CreateModel(
                name='Code',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('valid_from', models.DateField(blank=True, null=True)),
                    ('valid_to', models.DateField(blank=True, null=True)),
                    ('shipped', models.JSONField(blank=True, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                    ('list_name', models.CharField(max_length=40)),
                    ('code', models.CharField(max_length=40)),
                    ('label', models.CharField(max_length=250)),
                    ('position', models.PositiveIntegerField(default=0)),
                    ('attributes', models.JSONField(blank=True, default=dict)),
                ],
                options={
                    'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[(models.Func(models.F('valid_from'), models.F('valid_to'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&'), ('list_name', '='), ('code', '=')], name='code_once_a_day')],
                },
            )],
        ),
    ]
