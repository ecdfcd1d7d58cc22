from pathlib import Path
from typing import Any

import pytest

from frontdoor.documents import actions
from frontdoor.documents.actions import Facts
from tests.documents.files import pdf
from tests.pages.conftest import AT, child, manager, sign_in, team

__all__ = ["child", "manager", "sign_in", "team"]


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    """A store of the test's own."""
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    return tmp_path / "documents"


@pytest.fixture
def file_it(child: Any, manager: Any) -> Any:
    """Files a document on the child's record."""

    def file(name: str = "letter.pdf", data: bytes | None = None, **facts: Any) -> Any:
        return actions.add_document(
            person=facts.pop("person", child),
            name=name,
            data=pdf("Paediatric appointment") if data is None else data,
            facts=Facts(**{"kind": "letter", **facts}),
            by=manager,
            at=AT,
        )

    return file
