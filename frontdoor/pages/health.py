"""Is it alive, is it ready: for load balancers and for people."""

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from frontdoor import triggers
from frontdoor.access import public
from frontdoor.documents import space

_ready = {"migrated": False}


@public
def live(request: HttpRequest) -> JsonResponse:
    """200 while the process answers."""
    return JsonResponse({"status": "live"})


@public
def ready(request: HttpRequest) -> JsonResponse:
    """200 while PostgreSQL answers and every migration is applied; otherwise 503 with the reason.

    A trigger that differs from its declaration, and too little room for documents, are told and decide nothing: taking
    the service away would mend neither.
    """
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _ready["migrated"]:
            executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return JsonResponse({"status": "not ready", "database": "migrations are missing"}, status=503)
            _ready["migrated"] = True
        wrong = triggers.differing()
    except DatabaseError:
        return JsonResponse({"status": "not ready", "database": "does not answer"}, status=503)
    # Web processes never talk to Redis; whether one is configured is all there is to say here.
    return JsonResponse(
        {
            "status": "ready",
            "database": "answers",
            "triggers": f"differ from their declaration: {triggers.named(wrong)}" if wrong else "as declared",
            "documents": space.shortage() or "there is room",
            "broker": "configured" if settings.CELERY_BROKER_URL else "none",
        }
    )
