"""What runs, what is only shown, and what never will: by the kind of an element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from engine.bpmn.findings import Finding, Problem, Verdict
from engine.bpmn.model import FLOW_NODES, Element, Node, Scope
from engine.bpmn.rules.registry import World, node_rule, scope_rule

_NODES: Final[Mapping[str, Problem]] = {
    "scriptTask": Problem(
        "script_task",
        Verdict.ERROR,
        _(
            "%(element)s is a script task. Scripts never run: make it a service task that names"
            " an operation."
        ),
    ),
    "complexGateway": Problem(
        "complex_gateway",
        Verdict.ERROR,
        _(
            "%(element)s is a complex gateway, which never runs. Say the same with exclusive and"
            " parallel gateways."
        ),
    ),
    "task": Problem(
        "plain_task",
        Verdict.DECISION,
        _(
            "%(element)s doesn't say who does it. Make it a user task, a manual task, a service"
            " task or a business rule task."
        ),
    ),
    "sendTask": Problem(
        "send_task",
        Verdict.SHOWN,
        _("%(element)s is a send task. Draw an intermediate message event instead."),
    ),
    "receiveTask": Problem(
        "receive_task",
        Verdict.SHOWN,
        _("%(element)s is a receive task. Draw a message catch event instead."),
    ),
    "inclusiveGateway": Problem(
        "inclusive_gateway",
        Verdict.SHOWN,
        _(
            "%(element)s is an inclusive gateway. Use a parallel gateway with exclusive gateways"
            " behind it."
        ),
    ),
    "transaction": Problem(
        "transaction",
        Verdict.SHOWN,
        _(
            "%(element)s is a transaction. Every step of the engine is one already: use a plain"
            " subprocess."
        ),
    ),
    "adHocSubProcess": Problem(
        "ad_hoc_subprocess",
        Verdict.SHOWN,
        _("%(element)s is an ad-hoc subprocess. Draw in which order its tasks are done."),
    ),
    "implicitThrowEvent": Problem(
        "implicit_throw_event",
        Verdict.SHOWN,
        _("%(element)s is an implicit throw event. Draw an end event or a message event."),
    ),
}

_SIGNAL = Problem(
    "signal_event",
    Verdict.SHOWN,
    _(
        "%(element)s is a signal event. Use a message event, which goes to the case it is "
        "meant for."
    ),
)
_ESCALATION = Problem(
    "escalation_event",
    Verdict.SHOWN,
    _(
        "%(element)s is an escalation event. Let a non-interrupting timer call an operation that"
        " adds the superior."
    ),
)
_CONDITIONAL = Problem(
    "conditional_event",
    Verdict.SHOWN,
    _("%(element)s is a conditional event. Send a message when the condition comes true."),
)
_COMPENSATION = Problem(
    "compensation",
    Verdict.ERROR,
    _("%(element)s uses compensation, which never runs. Draw the way back as tasks of its own."),
)
_LINK = Problem(
    "link_event",
    Verdict.ERROR,
    _("%(element)s is a link event, which would silently do nothing. Draw the sequence flow."),
)
_CANCEL = Problem(
    "cancel_event",
    Verdict.ERROR,
    _("%(element)s is a cancel event, which belongs to transactions. Use a message event."),
)
_ERROR_EVENT = Problem(
    "error_event_place",
    Verdict.ERROR,
    _("%(element)s is an error event where none is caught. Put it on the border of an activity."),
)
_TERMINATE = Problem(
    "terminate_event",
    Verdict.ERROR,
    _("%(element)s terminates, but isn't an end event. Draw an end event."),
)
_START = Problem(
    "start_event_trigger",
    Verdict.SHOWN,
    _(
        "%(element)s waits for something to start the process. Processes are started by their"
        " key: draw a plain start event."
    ),
)
_TIMER_THROW = Problem(
    "timer_throw_event",
    Verdict.ERROR,
    _("%(element)s throws a timer. To wait, draw an intermediate catch event."),
)

_BY_DEFINITION: Final[Mapping[str, Problem]] = {
    "signalEventDefinition": _SIGNAL,
    "escalationEventDefinition": _ESCALATION,
    "conditionalEventDefinition": _CONDITIONAL,
    "compensateEventDefinition": _COMPENSATION,
    "linkEventDefinition": _LINK,
    "cancelEventDefinition": _CANCEL,
    "errorEventDefinition": _ERROR_EVENT,
    "terminateEventDefinition": _TERMINATE,
    "timerEventDefinition": _TIMER_THROW,
}
_ADMITTED: Final[Mapping[str, frozenset[str]]] = {
    "startEvent": frozenset(),
    "endEvent": frozenset(
        {"messageEventDefinition", "terminateEventDefinition", "errorEventDefinition"}
    ),
    "intermediateCatchEvent": frozenset({"timerEventDefinition", "messageEventDefinition"}),
    "intermediateThrowEvent": frozenset({"messageEventDefinition"}),
    "boundaryEvent": frozenset(
        {"timerEventDefinition", "messageEventDefinition", "errorEventDefinition"}
    ),
}
_NEEDS_DEFINITION: Final = ("intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")

NO_TRIGGER = Problem(
    "event_without_definition",
    Verdict.DECISION,
    _("%(element)s doesn't say what it waits for or sends. Make it a timer or message event."),
)
SEVERAL_TRIGGERS = Problem(
    "several_event_definitions",
    Verdict.SHOWN,
    _("%(element)s has several triggers. Draw an event of its own for each."),
)
EVENT_SUBPROCESS = Problem(
    "event_subprocess",
    Verdict.ERROR,
    _(
        "%(element)s is an event subprocess, which never runs. Put an event on the border of a"
        " subprocess or call activity."
    ),
)
STANDARD_LOOP = Problem(
    "standard_loop",
    Verdict.SHOWN,
    _("%(element)s is a loop task. Draw the loop with an exclusive gateway."),
)
SEQUENTIAL = Problem(
    "sequential_multi_instance",
    Verdict.SHOWN,
    _(
        "%(element)s is done for one after the other. Make it parallel, or draw the loop with an"
        " exclusive gateway."
    ),
)
SCRIPT = Problem(
    "script",
    Verdict.ERROR,
    _("%(element)s holds a script (%(what)s). Scripts never run: use a service task."),
)
TASK_DATA = Problem(
    "task_data",
    Verdict.DECISION,
    _(
        "%(element)s reads or writes by %(what)s, which the engine doesn't carry out. Remove it:"
        " a task sees all variables of its process."
    ),
)
DATA_OBJECT_MISSING = Problem(
    "data_object_missing",
    Verdict.ERROR,
    _("%(element)s refers to the data object “%(ref)s”, which doesn't exist in its process."),
)
UNKNOWN_ELEMENT = Problem(
    "unknown_element",
    Verdict.SHOWN,
    _("%(element)s is a “%(kind)s”, which has no meaning in a process. Draw it otherwise."),
)

_DECORATION: Final = frozenset(
    {
        *("documentation", "extensionElements", "auditing", "monitoring", "ioSpecification"),
        *("property", "resourceRole", "performer", "humanPerformer", "potentialOwner"),
        *("correlationSubscription", "supports", "supportedInterfaceRef", "ioBinding"),
        *("incoming", "outgoing", "association", "group", "textAnnotation"),
        *("dataObject", "dataObjectReference", "dataStoreReference", "completionCondition"),
        *("dataInputAssociation", "dataOutputAssociation"),
        *("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"),
    }
)
_TASK_DATA: Final = ("ioSpecification", "dataInputAssociation", "dataOutputAssociation")
_SCRIPTS: Final = ("preScript", "postScript")


@node_rule(*_NODES)
def kind_runs(node: Node, world: World) -> Iterator[Finding]:
    yield _NODES[node.kind].at(node.place)


@node_rule(*_ADMITTED)
def trigger_runs(node: Node, world: World) -> Iterator[Finding]:
    """One trigger, of a kind that runs at such an event."""
    kinds = [definition.kind for definition in node.definitions]
    if not kinds and node.kind in _NEEDS_DEFINITION and node.child("eventDefinitionRef") is None:
        yield NO_TRIGGER.at(node.place)
    if len(kinds) > 1 or node.child("eventDefinitionRef") is not None:
        yield SEVERAL_TRIGGERS.at(node.place)
    for kind in kinds:
        if kind in _ADMITTED[node.kind]:
            continue
        problem = _START if node.kind == "startEvent" else _BY_DEFINITION.get(kind, UNKNOWN_ELEMENT)
        yield problem.at(node.place, kind=kind)


@node_rule("subProcess")
def no_event_subprocess(node: Node, world: World) -> Iterator[Finding]:
    if node.xml.get("triggeredByEvent") == "true":
        yield EVENT_SUBPROCESS.at(node.place)


@node_rule(*FLOW_NODES)
def no_compensation(node: Node, world: World) -> Iterator[Finding]:
    if node.xml.get("isForCompensation") == "true":
        yield _COMPENSATION.at(node.place)


@node_rule(*FLOW_NODES)
def no_loop_but_parallel(node: Node, world: World) -> Iterator[Finding]:
    if node.loop is None:
        return
    if not node.is_multi_instance:
        yield STANDARD_LOOP.at(node.place)
    elif node.loop.xml.get("isSequential") == "true":
        yield SEQUENTIAL.at(node.place)


@node_rule(*FLOW_NODES)
def no_script(node: Node, world: World) -> Iterator[Finding]:
    for what in _SCRIPTS:
        if node.spiff_extensions(what):
            yield SCRIPT.at(node.place, what=what)


@node_rule(*FLOW_NODES)
def no_data_of_its_own(node: Node, world: World) -> Iterator[Finding]:
    """SpiffWorkflow looks the data object up, for ever if it isn't there."""
    for what in _TASK_DATA:
        if node.child(what) is not None:
            yield TASK_DATA.at(node.place, what=what)


@scope_rule
def data_objects_exist(scope: Scope, world: World) -> Iterator[Finding]:
    for element in scope.others:
        ref = element.xml.get("dataObjectRef") or ""
        if element.kind == "dataObjectReference" and not _has_data_object(scope, ref):
            yield DATA_OBJECT_MISSING.at(element.place, ref=ref)


@scope_rule
def nothing_unknown(scope: Scope, world: World) -> Iterator[Finding]:
    for element in scope.others:
        if not _is_decoration(element, scope):
            yield UNKNOWN_ELEMENT.at(element.place, kind=element.kind)


def _has_data_object(scope: Scope, ref: str) -> bool:
    inside: Scope | None = scope
    while inside is not None:
        if ref in inside.data_objects:
            return True
        inside = inside.parent
    return False


def _is_decoration(element: Element, scope: Scope) -> bool:
    """Whether it changes nothing of what runs. Vendors' elements are kept and passed over."""
    return ":" in element.kind or element.kind in _DECORATION
