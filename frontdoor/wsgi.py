"""The web application; refuses to serve on a database that could lose what it has acknowledged."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdoor.settings")

from django.core.wsgi import get_wsgi_application

from frontdoor.durability import require_durable

application = get_wsgi_application()
require_durable()
