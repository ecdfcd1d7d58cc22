"""The web application; refuses to serve without a key, as the database's owner, or on one that may lose records."""

import os
import sys
from importlib import import_module

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from frontdoor import lanes
from frontdoor.documents.folder import require_writable
from frontdoor.durability import require_durable
from frontdoor.ownership import require_limited

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdoor.settings")
lanes.use(lanes.WEB)  # before the settings are read

application = get_wsgi_application()
try:
    require_limited()
    require_durable()
    require_writable()
    # Models stand only now, so this module cannot be imported at the head of this one.
    import_module("frontdoor.documents.keys").require_keys()
except ImproperlyConfigured as wrong:
    print(wrong, file=sys.stderr)
    # gunicorn gives up on a worker that ends so; any other code and it tries for ever.
    sys.exit(3)
