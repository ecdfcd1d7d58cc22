import contacts.models.named
import django.contrib.postgres.indexes
from django.db import migrations, models

# Letters that do not fall apart into a base letter and a mark, as frontdoor/people/words.py has them.
FUNCTION = r"""
CREATE OR REPLACE FUNCTION contacts_named(given text, family text, known_as text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ' ' || trim(regexp_replace(
    regexp_replace(
        translate(
            replace(replace(replace(replace(replace(
                lower(regexp_replace(
                    normalize(given || ' ' || family || ' ' || known_as, NFKD),
                    '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff]', '', 'g'
                )), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ŋ', 'ng'),
            'łøđðıħə', 'loddihe'
        ),
        '[''’‘ʼʻ`´·]', '', 'g'
    ),
    '[^[:alnum:]]+', ' ', 'g'
)) || ' '
"""


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0006_plainer_labels'),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION contacts_named(text, text, text)"),
        migrations.AddIndex(
            model_name='contactperson',
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    contacts.models.named.Named('given_name', 'family_name', 'known_as'), name='gin_trgm_ops'
                ),
                condition=models.Q(('person__isnull', True)), name='contact_person_named',
            ),
        ),
    ]
