"""The Celery application. Tasks carry opaque ids only and are safe to run twice and late."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from frontdoor.ownership import require_limited

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdoor.settings")

app = Celery("frontdoor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def refuse_the_owner(**kwargs: Any) -> None:
    """Worker and beat do not start as the database's owner, nor where nobody can tell whether they are."""
    # Beat has turned sys.stderr into its log by now.
    try:
        require_limited()
    except (ImproperlyConfigured, DatabaseError) as wrong:
        print(wrong, file=sys.__stderr__)
        sys.exit(3)
