"""The rules that hold the house together, checked over all of it, so that a new room cannot forget one."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.urls import URLPattern, URLResolver, get_resolver

from frontdoor.access import ROLE_LABELS, ROLES, Permission
from frontdoor.grants import is_history
from frontdoor.people.hooks import merge_policies
from frontdoor.people.models import Person
from frontdoor.workflow.machines import MACHINES, Machine, Move, move

ROOT = Path(__file__).resolve().parents[2]
LAYERS = [
    {"demo", "pages", "api", "exchange"}, {"supervision"}, {"assessments"}, {"referrals"}, {"contacts"},
    {"clocks", "documents", "drafts", "retention", "staff"}, {"notifications"}, {"people"}, {"workflow"}, {"audit"},
    {"accounts"}, {"codelists"},
]  # fmt: skip
HEIGHT = {label: len(LAYERS) - number for number, labels in enumerate(LAYERS) for label in labels}
#: Views of libraries that stand for themselves: signing in, and the second factors of whoever is signed in.
LIBRARY = ("allauth.", "oauth2_provider.")


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in HEIGHT]


def relations_to_a_person() -> set[tuple[str, str]]:
    """Model and field of every row that names a person. Arrays of people's keys are relations without a constraint."""
    relations: list[Any] = Person._meta.get_fields(include_hidden=True)
    found = {
        (relation.related_model._meta.label, relation.field.name)
        for relation in relations
        if relation.auto_created and relation.is_relation and not is_history(relation.related_model)
    }
    return found | {
        (model._meta.label, field.name)
        for model in our_models()
        if not is_history(model)
        for field in model._meta.fields
        if isinstance(field, ArrayField)
        and isinstance(field.base_field, models.IntegerField)
        and not isinstance(field.base_field, models.PositiveSmallIntegerField)  # too small for a key
    }


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry


def module_of(entry: URLPattern) -> str:
    """The module of the view itself, however it is wrapped."""
    view = entry.callback
    return getattr(getattr(view, "view_class", view), "__module__", "") or ""


def sources(*names: str) -> Iterator[Path]:
    for folder in ("frontdoor", "contacts", "referrals", "assessments", "supervision"):
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts and (not names or path.stem in names):
                yield path


def test_every_foreign_key_points_down_the_layers() -> None:
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        if not is_history(model)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.ManyToManyField) and not field.auto_created
        for target in [field.related_model]
        if isinstance(target, type)
        and target._meta.app_label in HEIGHT
        and HEIGHT[target._meta.app_label] > HEIGHT[model._meta.app_label]
    ]
    assert wrong == []


def test_every_address_declares_who_may_open_it() -> None:
    undeclared = [
        route
        for route, entry in patterns(get_resolver())
        if not module_of(entry).startswith(LIBRARY)
        and not route.startswith("accounts/social/")
        and getattr(entry.callback, "permission", None) is None
        and getattr(getattr(entry.callback, "cls", None), "permission", None) is None
    ]
    assert undeclared == []


def test_every_declared_permission_is_one_and_some_role_holds_it() -> None:
    held = set().union(*ROLES.values())
    assert set(Permission) - held == set()
    assert set(ROLE_LABELS) == set(ROLES)
    for route, entry in patterns(get_resolver()):
        mark = getattr(entry.callback, "permission", "public")
        assert mark in {"public", "signed in", "agency"} or mark in set(Permission), route


def pages_and_views() -> list[Path]:
    """Modules that answer a member of staff: ``views.py``, whatever stands in a folder ``views``, the room of pages."""
    return [
        path
        for path in sources()
        if path.stem == "views" or "views" in path.parts or path.relative_to(ROOT).parts[:2] == ("frontdoor", "pages")
    ]


@pytest.mark.parametrize("path", pages_and_views(), ids=str)
def test_views_start_every_query_from_what_the_user_may_see(path: Path) -> None:
    """``Person.objects.filter`` in a view is a hole; ``visible_to(user)`` and ``of(user)`` are doors."""
    sensitive = {model.__name__ for model in our_models() if hasattr(model._default_manager.all(), "visible_to")}
    holes = [
        f"{path.name}:{node.lineno} {node.value.value.id}.objects.{node.attr}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "objects"
        and isinstance(node.value.value, ast.Name)
        and node.value.value.id in sensitive
        and node.attr not in ("visible_to", "of", "none")
    ]
    assert holes == []


def test_whom_a_user_has_declared_they_know_is_asked_in_one_place() -> None:
    """``people.access``, so that no question of it forgets one that has ended. Declaring one is no question."""
    asked = {
        str(path.relative_to(ROOT))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value) == "DeclaredConflict.objects"
        and node.attr != "get_or_create"
    }
    assert asked == {"frontdoor/people/access.py"}


@pytest.mark.parametrize("path", pages_and_views(), ids=str)
def test_a_refusal_answered_with_its_form_leaves_its_own_audit_row(path: Path) -> None:
    silent = [
        f"{path.name}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and node.type is not None
        and {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} & {"Refused", "Stale"}
        and "audit.refused(" not in ast.unparse(node)
        and "acting.refuse(" not in ast.unparse(node)  # notes it as well
        and "raise" not in ast.unparse(node)
        and path.parent.name != "drafts"
    ]
    assert silent == []


def test_actions_take_their_arguments_by_name() -> None:
    """``by`` and ``at`` cannot be mixed up when nothing is positional."""
    wrong = []
    for path in sources("actions"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef):
                continue
            takes_by = any(arg.arg == "by" for arg in node.args.kwonlyargs + node.args.args)
            if takes_by and any(arg.arg in ("by", "at") for arg in node.args.args):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []


def test_tasks_take_ids_only() -> None:
    for path in sources("tasks"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.decorator_list:
                for argument in node.args.args:
                    assert isinstance(argument.annotation, ast.Name), path
                    assert argument.annotation.id in ("int", "str"), f"{path}: {argument.arg}"


@pytest.mark.django_db
def test_a_time_never_stands_without_its_actor() -> None:
    """Every ``x_at`` with an ``x_by`` is all-or-none in the database, or neither may be empty."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'"
        )
        checks = cursor.fetchall()
    loose = []
    for model in our_models():
        if is_history(model):
            continue
        columns = {field.name: field for field in model._meta.concrete_fields}
        for name, field in columns.items():
            # recorded_at is the database's clock; recorded_by is empty when an agency sent the record.
            timed = name.endswith("_at") and name != "recorded_at"
            other = columns.get(name.removesuffix("_at") + "_by") if timed else None
            if other is None or not (field.null or other.null):
                continue
            pair = any(
                table == model._meta.db_table and field.column in text and other.column in text
                for table, text in checks
            )
            if not pair:
                loose.append(f"{model._meta.label}.{name}")
    assert loose == []


def test_every_status_is_a_machine_of_ours() -> None:
    for model in our_models():
        if not is_history(model) and any(type(field).__name__.startswith("FSM") for field in model._meta.fields):
            assert model in MACHINES, model


def test_every_source_of_a_move_is_a_status_and_every_status_but_the_first_is_reached() -> None:
    machines: dict[Any, dict[str, Move]] = dict(MACHINES)
    for model, moves in machines.items():
        statuses = set(model.Status.values)
        for each in moves.values():
            assert {*each.sources, each.target} <= statuses, each.name


def test_files_are_split_by_noun_before_they_grow() -> None:
    long = [
        str(path.relative_to(ROOT)) for path in sources() if len(path.read_text(encoding="utf-8").splitlines()) > 650
    ]
    assert long == []


#: An order by a moment or a day and nothing after it: what has the same one would stand in any order.
BY_A_MOMENT = re.compile(r"""order_by\(\s*["']-?(?:\w+_(?:at|on)|at|date)["'],?\s*\)""")


def test_what_happened_at_the_same_moment_stands_in_one_order() -> None:
    """A list that changes places between two looks is read wrongly, and tells of rows that are hidden."""
    loose = [
        f"{path.relative_to(ROOT)}: {found}"
        for path in sources()
        for found in BY_A_MOMENT.findall(path.read_text(encoding="utf-8"))
    ]
    assert loose == []


#: A row locked together with somebody who may not have been there yet.
LOCKED_WITH_SOMEBODY = re.compile(
    r"""select_for_update\((?:[^()]|\([^()]*\))*\)(?:\s*\.\w+\([^()]*\))*"""
    r"""\s*\.select_related\([^)]*["'][a-z]+(?:_[a-z]+)*_by["']"""
)


def test_a_lock_is_taken_without_joining_who_acted() -> None:
    """After waiting PostgreSQL reads the locked row anew and not what was joined: nobody would seem to have acted."""
    joined = [
        f"{path.relative_to(ROOT)}: {found}"
        for path in sources()
        for found in LOCKED_WITH_SOMEBODY.findall(path.read_text(encoding="utf-8"))
    ]
    assert joined == []


def test_every_relation_to_a_person_has_a_merge_policy() -> None:
    """Joining two records loses nothing only when somebody has said what becomes of each row that names a person."""
    found = relations_to_a_person()
    declared = {(policy.model, policy.field) for policy in merge_policies}
    assert found - declared == set(), "say what a merge does to them: frontdoor.people.hooks.merge_policy"
    assert declared - found == set(), "policies of relations that are not there"
    assert len(merge_policies) == len(declared)
    assert all(policy.why for policy in merge_policies)
    assert all(label.split(".")[0] in HEIGHT for label, _ in found)


def test_every_module_stands_in_an_import_contract() -> None:
    """A new room that no contract names could import whatever it likes, and nobody would hear of it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    named: set[str] = set()
    for contract in contracts["contracts"]:
        layers = [part.strip("() ") for layer in contract.get("layers", ()) for part in re.split(r"[|:]", layer)]
        for container in contract.get("containers", [""]):
            named |= {f"{container}.{layer}".lstrip(".") for layer in layers}
        named |= set(contract.get("source_modules", ()))
    loose = []
    for path in sources():
        parts = path.relative_to(ROOT).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        above = {".".join(module.split(".")[:n]) for n in range(1, module.count(".") + 2)}
        if not above & named and module not in contracts["root_packages"]:
            loose.append(module)
    assert loose == []


def test_templates_ask_what_can_be_done_and_list_no_statuses() -> None:
    """A list of statuses copied beside the machine goes its own way; the page asks ``can`` (workflow.actions)."""
    listed = [
        f"{path.name}:{number}"
        for path in (ROOT / "templates").rglob("*.html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"\bstatus (not )?in [\[(]", line)
    ]
    assert listed == []


def test_a_row_of_a_machine_has_its_step_and_a_step_its_row() -> None:
    """The table is what people read: a move that is not in it, or that nothing carries out, is refused at import."""
    table = Machine(move("go", "Go", "here", "there", Permission.CONTACT_SCREEN, "thing.gone"))

    def stay(self: object) -> None:
        """Is in no table."""

    with pytest.raises(ImproperlyConfigured, match="no move of its machine"):
        table.step(stay)
    with pytest.raises(ImproperlyConfigured, match="has no step for its move go"):
        table(type("Thing", (), {}))
