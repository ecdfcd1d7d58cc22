"""Telephones and postcodes are looked up by the number itself: words, extensions, hyphens are no part of the key.

A number of one digit all through is nobody's, though its check digit is right.
"""

from django.db import migrations

from frontdoor.people.identifiers import telephone_keys

#: An ordinary number, whose key has always been right.
ORDINARY = r"^\s*(\+44|0044|0[1-9])[\d\s()-]*$"


def telephones(apps, schema_editor):
    """The key of every telephone that has words beside it, or two numbers in it."""
    rows = apps.get_model("people", "Telephone").objects.all()
    odd = rows.exclude(number__regex=ORDINARY) | rows.filter(number_key__regex=r"^.{12,}$")
    for row in odd.order_by("pk").iterator(chunk_size=2000):
        key, *others = telephone_keys(row.number) or ("",)
        if key != row.number_key:
            row.number_key = key
            row.save(update_fields=["number_key"])
        for other in others:
            row.pk, row.number_key = None, other
            row.save(force_insert=True)


class Migration(migrations.Migration):
    dependencies = [("people", "0002_values_kept_whole")]

    operations = [
        migrations.RunPython(telephones, migrations.RunPython.noop, elidable=True),
        migrations.RunSQL(
            """
            UPDATE people_address SET postcode_key = regexp_replace(postcode_key, '[^[:alnum:]]', '', 'g')
             WHERE postcode_key ~ '[^[:alnum:]]';
            UPDATE people_identifier SET check_ok = false
             WHERE kind IN ('nhs', 'upn', 'former_upn') AND value ~ '^[A-Z]?([0-9])\\1{9,11}$';
            """,
            migrations.RunSQL.noop,
            elidable=True,
        ),
    ]
