"""Questions of forms about what identifies somebody."""

from typing import Any

from django import forms

from frontdoor.db import as_seen


class NumberField(forms.CharField):
    """An identifier or a postcode, taken without what nobody sees: that is not measured either."""

    def to_python(self, value: Any) -> str:
        """The number in plain characters."""
        return " ".join(as_seen(str(super().to_python(value) or "")).split())
