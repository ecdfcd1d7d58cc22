"""The web application; refuses to serve on a database that could lose what it has acknowledged, or without a key."""

import os
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdoor.settings")

from django.core.wsgi import get_wsgi_application

from frontdoor.durability import require_durable

application = get_wsgi_application()
require_durable()
# Models stand only now, so this module cannot be imported at the head of this one.
import_module("frontdoor.documents.keys").require_keys()
