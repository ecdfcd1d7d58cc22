"""What every page shows around its content and needs no database: names and the environment banner."""

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:
    """Context processor: ``service_name``, ``organisation``, ``environment_banner``, ``full_path``."""
    environment = getattr(settings, "FRONTDOOR_ENV", "production")
    banner = {
        "demo": "Demonstration: invented people",
        "development": "Demonstration: invented people",
        "test": "Test: invented people",
    }
    return {
        "service_name": getattr(settings, "SERVICE_NAME", "Front Door"),
        "organisation": getattr(settings, "COUNCIL_NAME", "Children’s Services"),
        "environment_banner": banner.get(environment, ""),
        "full_path": request.get_full_path(),
    }
