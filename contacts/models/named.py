"""The names given for somebody on a contact as they are compared: in the database, so that an index can answer."""

from django.db.models import F, Func, TextField


class Named(Func):
    """Given name, family name and known as, folded as :func:`frontdoor.people.words.fold` does: " zoe smith jones ".

    A space stands before the first word and behind each, so that a word, or how it begins, is found by ``LIKE``.
    The function is made by a migration; a test holds it to the Python it follows.
    """

    function = "contacts_named"
    arity = 3
    output_field = TextField()


NAMED = Named(F("given_name"), F("family_name"), F("known_as"))
