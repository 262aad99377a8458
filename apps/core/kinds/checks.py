"""Every declaration of a kind names only what there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist
from django.core.validators import slug_re
from django.db import models

from apps.core.access.actions import Action
from apps.core.access.models import RoleGrant
from apps.core.access.subjects import subjects
from apps.core.inbox.wording import QUEUES
from apps.core.kinds import columns
from apps.core.kinds.addresses import address_of
from apps.core.kinds.columns import UnknownColumn
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.hooks import HOOKS, parameters_of, rules_of
from apps.core.kinds.models import Line, Record
from apps.core.kinds.parts import names
from apps.core.kinds.registry import kinds
from apps.core.kinds.task_editing import EditingForm
from apps.core.kinds.versions import Amendable, AmendableLine
from engine.bpmn.references import find_references
from engine.definitions import shipped_files
from engine.forms import editing
from engine.forms import registry as task_forms


@register("kinds")
def check_kinds(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[CheckMessage]:
    """All declarations."""
    found = [problem for key in kinds for problem in check_kind(kinds[key])]
    found += [problem for key in editing() for problem in check_task_form(key)]
    addresses = [address_of(kinds[key]) for key in kinds]
    for address in {one for one in addresses if addresses.count(one) > 1}:
        found.append(Error(f"two kinds have the address {address}", id="kinds.E001"))
    return found


def check_task_form(key: str) -> list[CheckMessage]:
    """What is wrong with a task form that edits documents."""
    form: Any = task_forms[key]
    kind = kinds.get(form.edits._meta.label_lower) if issubclass(form, EditingForm) else None
    if kind is None:
        text = f"task form {key}: what edits documents is an EditingForm of a kind"
        return [Error(text, obj=key, id="kinds.E060")]
    known = kind.form_class.base_fields
    return [
        Error(
            f"task form {key}: {kind.key} has no field {name!r} to edit", obj=key, id="kinds.E061"
        )
        for name in form.editable
        if name not in known
    ]


def check_kind(kind: DocumentKind) -> list[CheckMessage]:
    """What is wrong with one declaration."""
    problems = (
        *_words(kind),
        *_hooks(kind),
        *_tables(kind),
        *_columns(kind),
        *_badges(kind),
        *_many(kind),
        *_of_lines(kind),
        *_fields(kind),
        *_filters(kind),
        *_approval(kind),
        *_followers(kind),
        *_commands(kind),
    )
    return [Error(text, obj=kind.key, id=f"kinds.{code}") for code, text in problems]


Problem = tuple[str, str]


def _words(kind: DocumentKind) -> Iterator[Problem]:
    """What a declaration can say at all."""
    known = {*dir(DocumentKind), *DocumentKind.__annotations__}
    for name in vars(type(kind)):
        if name not in known and not name.startswith("_"):
            yield "E070", f"a kind says nothing called {name!r}"


def _hooks(kind: DocumentKind) -> Iterator[Problem]:
    """What the module of rules says, and whether the kind does so."""
    for name, function in rules_of(kind.rules):
        if name not in HOOKS:
            yield "E071", f"rules: there is no hook {name!r}"
        elif parameters_of(function) != parameters_of(HOOKS[name]):
            yield "E072", f"rules: {name} has other parameters than the hook"
        elif getattr(type(kind), name) is not function:
            yield "E073", f"rules: {name} is declared a second time, or its module was half loaded"
    for name, hook in vars(kind.rules).items() if kind.rules else ():
        if name in HOOKS and name not in dict(rules_of(kind.rules)):
            yield "E074", f"rules: {name} is {hook!r}, which is no function of this module"


def _tables(kind: DocumentKind) -> Iterator[Problem]:
    if not issubclass(kind.model, Record):
        yield "E002", f"{kind.model.__name__} is no Record"
    if (kind.numbering is not None) != (_field(kind.model, "number") is not None):
        yield "E003", "what has a number has a numbering, and nothing else has"
    for lines in kind.lines:
        if not issubclass(lines.model, Line):
            yield "E004", f"{lines.model.__name__} is no Line"
        elif _related(lines.model) != lines.related:
            yield (
                "E005",
                f"{lines.model.__name__}.document has another related_name than {lines.related}",
            )
    versions = {issubclass(model, (Amendable, AmendableLine)) for model in kind.models()}
    if len(versions) > 1:
        yield "E006", "what is amended has lines that are AmendableLine, and nothing else has"


def _related(model: type[Line]) -> str | None:
    field = _field(model, "document")
    return getattr(getattr(field, "remote_field", None), "related_name", None)


def _columns(kind: DocumentKind) -> Iterator[Problem]:
    """Columns of lists and pages, and what lists are ordered and searched by."""
    if not kind.columns:
        yield "E010", "it has no columns"
    declared = {
        "column": (*kind.columns, *kind.more_columns),
        "field of a section": [
            name for section in kind.sections for name in (*section.fields, *section.told)
        ],
        "total": kind.totals,
        "amount": names(kind.amount),
        "title or party": names(f"{kind.title_field} {kind.party_field}"),
    }
    for what, told in declared.items():
        unknown = (name for name in told if not _resolves(kind.model, name))
        yield from (("E011", f"there is no {what} {name!r}") for name in unknown)
    paths = {"search": kind.search, "related": kind.related, "order": [kind.order]}
    for what, told in paths.items():
        unknown = (name for name in told if not _is_path(kind.model, name.removeprefix("-")))
        yield from (("E014", f"{what}: there is no {name!r}") for name in unknown)


def _of_lines(kind: DocumentKind) -> Iterator[Problem]:
    """Columns of lines, and what needs the right to see costs."""
    for lines in kind.lines:
        told = (*lines.columns, *lines.computed)
        unknown = (name for name in told if not _resolves(lines.model, name))
        yield from (("E012", f"{lines.related} have no column {name!r}") for name in unknown)
    models_ = (kind.model, *(lines.model for lines in kind.lines))
    for name in kind.costs:
        if not any(_resolves(model, name) for model in models_):
            yield "E013", f"there is no cost {name!r}"


def _resolves(model: type[models.Model], name: str) -> bool:
    try:
        columns.resolve(model, name)
    except UnknownColumn:
        return False
    return True


def _is_path(model: type[models.Model], path: str) -> bool:
    """Whether a path leads over foreign keys to a field."""
    for part in path.split("__"):
        field = _field(model, part)
        if field is None:
            return False
        model = field.related_model if isinstance(field.related_model, type) else model
    return True


def _field(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.pk if name == "pk" else model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


NEVER_TYPED = ("owner", "department", "state", "number", "version", "approved_at", "approved_by")


def _fields(kind: DocumentKind) -> Iterator[Problem]:
    """Forms."""
    if kind.form_class._meta.model is not kind.model:
        yield "E020", f"{kind.form_class.__name__} is no form of {kind.model.__name__}"
    typed = (name for name in NEVER_TYPED if name in kind.form_class.base_fields)
    yield from (("E021", f"{kind.form_class.__name__}: {n} is nothing to type") for n in typed)
    for lines in kind.lines:
        fields = lines.form_class.base_fields
        if lines.form_class._meta.model is not lines.model:
            yield "E022", f"{lines.form_class.__name__} is no form of {lines.model.__name__}"
        both = (name for name in lines.computed if name in fields)
        yield from (("E023", f"{lines.related}: {n!r} is typed and worked out") for n in both)


def _filters(kind: DocumentKind) -> Iterator[Problem]:
    if kind.filters is None:
        return
    for name, declared in kind.filters.base_filters.items():
        if declared.method is None and not _is_path(kind.model, declared.field_name):
            yield "E024", f"filter {name}: there is no {declared.field_name!r}"


def _many(kind: DocumentKind) -> Iterator[Problem]:
    after = type(kind).saved is not DocumentKind.saved
    if kind.many_at_once and (kind.lines or kind.numbering or after):
        yield "E026", "records with lines, numbers or something to do after a save are saved singly"


def _badges(kind: DocumentKind) -> Iterator[Problem]:
    for name, choices in kind.badges.items():
        known = {value for value, _label in getattr(_field(kind.model, name), "flatchoices", ())}
        colours = choices.colours()
        if known != set(colours) or not all(colours.values()):
            yield "E025", f"badge {name}: {choices.__name__} gives each of its choices a colour"


def _approval(kind: DocumentKind) -> Iterator[Problem]:
    if kind.approval is None:
        return
    for name in ("state", "submitted_at"):
        if _field(kind.model, name) is None:
            yield "E030", f"what is approved has a field {name!r}"
    if kind.approval.process not in _processes():
        yield "E031", f"there is no process {kind.approval.process!r}"
    if kind.approval.queue not in QUEUES:
        yield "E032", f"there is no queue {kind.approval.queue!r}"


@cache
def _processes() -> frozenset[str]:
    """Keys of the processes that are shipped."""
    return frozenset(_keys(shipped_files().items()))


def _keys(files: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    for name, content in files:
        if name.endswith(".bpmn"):
            yield find_references(name, content).key


TAKEN = ("edit", "copy", "preview", "new", "quick", "bulk", "choices", "columns", "views", "page")
"""Parts of addresses that every kind has (`urls.py`)."""
MOST_LETTERS = RoleGrant._meta.get_field("action").max_length or 0


def _commands(kind: DocumentKind) -> Iterator[Problem]:
    """A kind's own commands and the rights they need."""
    for name, command in kind.commands.items():
        if name in TAKEN or not slug_re.match(name):
            yield "E050", f"a command can't be called {name!r}"
        if command.action not in subjects[kind.key].actions:
            yield "E051", f"command {name}: there is no right {command.action!r}"
    for code in kind.own_actions:
        if code in Action.values or len(code) > MOST_LETTERS:
            yield "E052", f"a right of its own can't be called {code!r}"


def _followers(kind: DocumentKind) -> Iterator[Problem]:
    for follower in kind.push_down:
        if follower.kind not in kinds:
            yield "E040", f"there is no kind {follower.kind!r} to push down to"
