"""What a rule is called, for choices and headings: from the editions and the council's own rows."""

from frontdoor.clocks.editions import STATUTORY
from frontdoor.clocks.models import LocalRule


def rule_labels() -> dict[str, str]:
    """Every rule's code with its label, statutory ones first."""
    found = {rule.code: rule.label for rule in STATUTORY}
    for code, label in LocalRule.objects.order_by("label", "-valid_from").values_list("code", "label"):
        found.setdefault(code, label)
    return found
