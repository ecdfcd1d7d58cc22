"""The Celery application. Tasks carry opaque ids only and are safe to run twice and late."""

import os
import sys
from importlib import import_module
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, task_failure
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.utils import timezone

from frontdoor import lanes
from frontdoor.documents.folder import require_writable
from frontdoor.ownership import require_limited

lanes.use(lanes.WORKER)  # before the settings are read
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


@celeryd_init.connect
def refuse_a_closed_folder(**kwargs: Any) -> None:
    """A worker does not start where it could not keep documents; beat keeps none."""
    try:
        require_writable()
    except ImproperlyConfigured as wrong:
        print(wrong, file=sys.__stderr__)
        sys.exit(3)


@task_failure.connect
def tell_of_a_failed_task(sender: Any, exception: Exception, **kwargs: Any) -> None:
    """Whatever ends a task as a whole is told to administrators, once a day for each: the log alone is read by few."""
    # Models stand only once the application is set up, which is after this module is read.
    left_aside = import_module("frontdoor.notifications.actions").left_aside
    left_aside("all of it", exception, what=f"do the task {sender.name}", at=timezone.now())
