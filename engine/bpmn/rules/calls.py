"""Called processes: they exist, say what crosses their border, and don't call themselves."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from engine.bpmn.findings import Finding, Problem, Verdict
from engine.bpmn.graph import strong_components
from engine.bpmn.model import Node, Scope, kind_of, text_of
from engine.bpmn.rules.expressions import check_variable, without_vendor_mark
from engine.bpmn.rules.registry import World, node_rule, scope_rule, world_rule
from engine.spiff.compiler import MAX_CALL_DEPTH

NO_CALLED = Problem(
    "called_missing",
    Verdict.DECISION,
    _("%(element)s doesn't say which process it calls. Set calledElement."),
)
COMPUTED_CALL = Problem(
    "called_computed",
    Verdict.DECISION,
    _(
        "%(element)s computes which process it calls (“%(called)s”). A call is bound when it is"
        " deployed: name the process."
    ),
)
UNKNOWN_CALLED = Problem(
    "called_unknown",
    Verdict.DECISION,
    _("%(element)s calls the process “%(called)s”, which doesn't exist. Choose one that does."),
)
NO_SPECIFICATION = Problem(
    "called_without_interface",
    Verdict.DECISION,
    _(
        "%(element)s is called by %(caller)s, but has no ioSpecification: all variables would leak"
        " in and out. Declare its inputs and outputs."
    ),
)
BROKEN_SPECIFICATION = Problem(
    "interface_reference",
    Verdict.ERROR,
    _(
        "%(element)s: its ioSpecification declares “%(name)s” or lists it in its %(where)s, "
        "but needs both."
    ),
)
CALLS_ITSELF = Problem(
    "calls_itself",
    Verdict.ERROR,
    _("%(element)s calls itself, through %(path)s. Draw the loop inside of one process."),
)
TOO_DEEP = Problem(
    "calls_too_deep",
    Verdict.ERROR,
    _(
        "%(element)s calls through %(count)d processes, one inside the other; at most "
        "%(limit)d can."
    ),
)


@node_rule("callActivity")
def called_exists(node: Node, world: World) -> Iterator[Finding]:
    called = node.called
    if not called:
        yield NO_CALLED.at(node.place)
    elif without_vendor_mark(called) is not None:
        yield COMPUTED_CALL.at(node.place, called=called)
    elif called not in world.processes and called not in world.known.processes:
        yield UNKNOWN_CALLED.at(node.place, called=called)


@world_rule
def called_declare_their_interface(world: World) -> Iterator[Finding]:
    said: set[str] = set()
    for diagram in world.diagrams:
        for node in diagram.nodes:
            called = world.processes.get(node.called)
            if called is not None and called.input_output is None and called.id not in said:
                said.add(called.id)
                yield NO_SPECIFICATION.at(called.place, caller=node.place.label)


@scope_rule
def interface_is_whole(scope: Scope, world: World) -> Iterator[Finding]:
    """What is declared is also listed in the sets, because those alone are read."""
    both = {one.id for kind in ("dataInput", "dataOutput") for one in scope.parameters(kind)}
    for kind, holder in (("dataInput", "inputSet"), ("dataOutput", "outputSet")):
        declared = {parameter.id for parameter in scope.parameters(kind)}
        listed = _listed(scope, kind, holder)
        # one variable may go in and out again: it is declared once then
        for name in sorted((declared - listed) | (listed - both)):
            yield BROKEN_SPECIFICATION.at(scope.place, name=name, where=holder)
        for name in sorted(declared & listed):
            yield from check_variable(name, scope, kind)


def _listed(scope: Scope, kind: str, holder: str) -> set[str]:
    groups = scope.input_output.children(holder) if scope.input_output else []
    return {text_of(xml) for group in groups for xml in group if kind_of(xml) == f"{kind}Refs"}


@world_rule
def calls_end(world: World) -> Iterator[Finding]:
    """No process calls itself, at whatever depth, nor too many others; subprocesses count too."""
    scopes = [scope for diagram in world.diagrams for scope in diagram.scopes]
    below = {scope: _below(scope, world) for scope in scopes}
    endless: set[Scope] = set()
    depth: dict[Scope, int] = {}  # how many scopes are inside of each other, from here on
    for component in strong_components(scopes, below.__getitem__):  # the called ones come first
        if len(component) > 1 or component[0] in below[component[0]]:
            path = " → ".join(scope.id for scope in reversed(component))
            for scope in component:
                yield CALLS_ITSELF.at(scope.place, path=path)
            endless.update(component)
        for scope in component:
            depth[scope] = 1 + max((depth.get(one, 0) for one in below[scope]), default=0)
    for scope, count in depth.items():
        if count > MAX_CALL_DEPTH + 1 and scope not in endless:
            yield TOO_DEEP.at(scope.place, count=count - 1, limit=MAX_CALL_DEPTH)


def _below(scope: Scope, world: World) -> list[Scope]:
    """The insides of its subprocesses, and the processes of the files that it calls."""
    found = [node.inner or world.processes.get(node.called) for node in scope.nodes]
    return [one for one in dict.fromkeys(found) if one is not None]
