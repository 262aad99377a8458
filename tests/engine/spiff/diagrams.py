"""BPMN and DMN text for tests, as small as it gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

_NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
)


def diagram(body: str, key: str = "p", outside: str = "") -> bytes:
    """A file with one process; `outside` holds messages, errors and shapes."""
    return (
        f'<bpmn:definitions {_NAMESPACES} id="d" targetNamespace="t">{outside}'
        f'<bpmn:process id="{key}" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    ).encode()


def properties(**values: str) -> str:
    inner = "".join(
        f'<spiffworkflow:property name="{name}" value={quoteattr(value)}/>'
        for name, value in values.items()
    )
    return f"<spiffworkflow:properties>{inner}</spiffworkflow:properties>" if values else ""


def extended(inner: str) -> str:
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""


def flow(source: str, target: str, condition: str = "", id: str = "") -> str:  # noqa: A002
    test = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>"
    return (
        f'<bpmn:sequenceFlow id="{id or f"{source}-{target}"}" sourceRef="{source}" '
        f'targetRef="{target}">{test if condition else ""}</bpmn:sequenceFlow>'
    )


def path(*nodes: str) -> str:
    """Flows from each node to the next."""
    return "".join(flow(a, b) for a, b in pairwise(nodes))


def start(id: str = "s") -> str:  # noqa: A002
    return f'<bpmn:startEvent id="{id}"/>'


def end(id: str = "e", event: str = "", **values: str) -> str:  # noqa: A002
    return f'<bpmn:endEvent id="{id}">{extended(properties(**values))}{event}</bpmn:endEvent>'


def user(id: str, loop: str = "", name: str = "", **values: str) -> str:  # noqa: A002
    return _human("userTask", id, loop, name, values)


def manual(id: str, loop: str = "", name: str = "", **values: str) -> str:  # noqa: A002
    return _human("manualTask", id, loop, name, values)


def _human(kind: str, identity: str, loop: str, name: str, values: Mapping[str, str]) -> str:
    called = f" name={quoteattr(name)}" if name else ""
    inner = extended(properties(**values))
    return f'<bpmn:{kind} id="{identity}"{called}>{inner}{loop}</bpmn:{kind}>'


def service(
    id: str,  # noqa: A002
    operation: str = "note",
    result: str = "result",
    loop: str = "",
    **parameters: str,
) -> str:
    inner = "".join(
        f'<spiffworkflow:parameter id="{name}" type="any" value={quoteattr(value)}/>'
        for name, value in parameters.items()
    )
    operator = (
        f'<spiffworkflow:serviceTaskOperator id="{operation}" resultVariable="{result}">'
        f"<spiffworkflow:parameters>{inner}</spiffworkflow:parameters>"
        "</spiffworkflow:serviceTaskOperator>"
    )
    return f'<bpmn:serviceTask id="{id}">{extended(operator)}{loop}</bpmn:serviceTask>'


def rule(id: str, decision: str, result: str = "rows", loop: str = "") -> str:  # noqa: A002
    inner = f"<spiffworkflow:calledDecisionId>{decision}</spiffworkflow:calledDecisionId>"
    inner += properties(resultVariable=result) if result else ""
    return f'<bpmn:businessRuleTask id="{id}">{extended(inner)}{loop}</bpmn:businessRuleTask>'


def exclusive(id: str, default: str = "") -> str:  # noqa: A002
    return (
        f'<bpmn:exclusiveGateway id="{id}"{f" default={quoteattr(default)}" if default else ""}/>'
    )


def parallel(id: str) -> str:  # noqa: A002
    return f'<bpmn:parallelGateway id="{id}"/>'


def event_gateway(id: str) -> str:  # noqa: A002
    return f'<bpmn:eventBasedGateway id="{id}"/>'


def subprocess(id: str, body: str, loop: str = "") -> str:  # noqa: A002
    return f'<bpmn:subProcess id="{id}">{loop}{body}</bpmn:subProcess>'


def call(id: str, key: str, loop: str = "") -> str:  # noqa: A002
    return f'<bpmn:callActivity id="{id}" calledElement="{key}">{loop}</bpmn:callActivity>'


def crossing(inputs: Sequence[str], outputs: Sequence[str]) -> str:
    """The ioSpecification of a called process."""

    def part(kind: str, names: Sequence[str]) -> tuple[str, str]:
        references = "".join(f"<bpmn:data{kind}Refs>{name}</bpmn:data{kind}Refs>" for name in names)
        items = "".join(f'<bpmn:data{kind} id="{name}"/>' for name in names)
        return items, f"<bpmn:{kind.lower()}Set>{references}</bpmn:{kind.lower()}Set>"

    (ins, in_set), (outs, out_set) = part("Input", inputs), part("Output", outputs)
    return f"<bpmn:ioSpecification>{ins}{outs}{in_set}{out_set}</bpmn:ioSpecification>"


def for_each(
    items: str, item: str, output: str = "", output_item: str = "", until: str = ""
) -> str:
    """A parallel multi-instance, one child for each of a list."""
    source = f"<bpmn:loopDataInputRef>{items}</bpmn:loopDataInputRef>"
    return _several(source, item, output, output_item, until)


def times(count: str, item: str = "", output: str = "", output_item: str = "") -> str:
    """A parallel multi-instance of so many children."""
    source = f"<bpmn:loopCardinality>{count}</bpmn:loopCardinality>"
    return _several(source, item, output, output_item)


def _several(source: str, item: str, output: str, output_item: str, until: str = "") -> str:
    return (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="false">'
        + source
        + (f"<bpmn:loopDataOutputRef>{output}</bpmn:loopDataOutputRef>" if output else "")
        + (f'<bpmn:inputDataItem id="{item}"/>' if item else "")
        + (f'<bpmn:outputDataItem id="{output_item}"/>' if output_item else "")
        + (f"<bpmn:completionCondition>{until}</bpmn:completionCondition>" if until else "")
        + "</bpmn:multiInstanceLoopCharacteristics>"
    )


# --- events ---------------------------------------------------------------------------------------
def timer(expression: str, kind: str = "timeDate") -> str:
    return (
        f"<bpmn:timerEventDefinition><bpmn:{kind}>{escape(expression)}</bpmn:{kind}>"
        "</bpmn:timerEventDefinition>"
    )


def message(name: str, variable: str = "", payload: str = "") -> str:
    inner = (
        f"<spiffworkflow:messageVariable>{variable}</spiffworkflow:messageVariable>"
        if variable
        else ""
    )
    if payload:
        inner += f"<spiffworkflow:messagePayload>{payload}</spiffworkflow:messagePayload>"
    return (
        f'<bpmn:messageEventDefinition messageRef="m_{name}">{extended(inner)}'
        "</bpmn:messageEventDefinition>"
    )


def error(code: str) -> str:
    return f'<bpmn:errorEventDefinition errorRef="x_{code}"/>'


TERMINATE = "<bpmn:terminateEventDefinition/>"


def messages(*names: str) -> str:
    """Declarations, for `outside`."""
    return "".join(f'<bpmn:message id="m_{name}" name="{name}"/>' for name in names)


def correlated(name: str, key: str) -> str:
    """The key of a message as BPMN has it, for `outside`; the engine reads the property
    `correlationKey` of the event."""
    return (
        '<bpmn:correlationKey id="ck" name="k"><bpmn:correlationPropertyRef>cp'
        '</bpmn:correlationPropertyRef></bpmn:correlationKey><bpmn:correlationProperty id="cp">'
        f'<bpmn:correlationPropertyRetrievalExpression messageRef="m_{name}">'
        f"<bpmn:messagePath>{escape(key)}</bpmn:messagePath>"
        "</bpmn:correlationPropertyRetrievalExpression></bpmn:correlationProperty>"
    )


def errors(*codes: str) -> str:
    return "".join(
        f'<bpmn:error id="x_{code}" name="{code}" errorCode="{code}"/>' for code in codes
    )


def boundary(id: str, host: str, event: str, interrupting: bool = True, **values: str) -> str:  # noqa: A002
    return (
        f'<bpmn:boundaryEvent id="{id}" attachedToRef="{host}" '
        f'cancelActivity="{str(interrupting).lower()}">{extended(properties(**values))}{event}'
        "</bpmn:boundaryEvent>"
    )


def catch(id: str, event: str, **values: str) -> str:  # noqa: A002
    return (
        f'<bpmn:intermediateCatchEvent id="{id}">{extended(properties(**values))}{event}'
        "</bpmn:intermediateCatchEvent>"
    )


def throw(id: str, event: str, **values: str) -> str:  # noqa: A002
    return (
        f'<bpmn:intermediateThrowEvent id="{id}">{extended(properties(**values))}{event}'
        "</bpmn:intermediateThrowEvent>"
    )


# --- decision tables ------------------------------------------------------------------------------
def table(
    id: str,  # noqa: A002
    hit: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[tuple[Sequence[str], Sequence[str]]],
    type: str = "",  # noqa: A002
) -> bytes:
    of_type = f' typeRef="{type}"' if type else ""
    ins = "".join(
        f'<input id="i{n}"><inputExpression id="ie{n}"{of_type}><text>{escape(text)}</text>'
        "</inputExpression></input>"
        for n, text in enumerate(inputs)
    )
    outs = "".join(f'<output id="o{n}" name="{name}"/>' for n, name in enumerate(outputs))
    rows = "".join(_rule(number, *cells) for number, cells in enumerate(rules))
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dd" name="n" '
        f'namespace="x"><decision id="{id}" name="{id}">'
        f'<decisionTable id="{id}_table" hitPolicy="{hit}">{ins}{outs}{rows}'
        "</decisionTable></decision></definitions>"
    ).encode()


def _rule(number: int, inputs: Sequence[str], outputs: Sequence[str]) -> str:
    def cells(kind: str, texts: Sequence[str]) -> str:
        return "".join(
            f'<{kind}Entry id="r{number}{kind}{n}"><text>{escape(text)}</text></{kind}Entry>'
            for n, text in enumerate(texts)
        )

    return f'<rule id="r{number}">{cells("input", inputs)}{cells("output", outputs)}</rule>'


def files(body: str, outside: str = "", **more: bytes) -> Mapping[str, bytes]:
    """The process `p` with this body, and further files by their name without ending (tables start
    with `dmn_`)."""
    return {
        "p.bpmn": diagram(body, outside=outside),
        **{f"{n}.{'dmn' if n.startswith('dmn_') else 'bpmn'}": c for n, c in more.items()},
    }


# --- what runs nothing ----------------------------------------------------------------------------
def decorated(body: str, node: str) -> str:
    """A process with everything around it that people draw and write; `node` is in a lane."""
    before = "".join(f"<bpmn:{kind}/>" for kind in ("documentation", "auditing", "monitoring"))
    lane = f'<bpmn:lane id="lane_system" name="n"><bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>'
    before += (
        f'<bpmn:property id="held"/><bpmn:laneSet id="lanes">{lane}</bpmn:lane></bpmn:laneSet>'
    )
    after = (
        '<bpmn:dataObject id="thing"/><bpmn:dataObjectReference id="it" dataObjectRef="thing"/>'
        '<bpmn:dataStoreReference id="shelf"/><bpmn:group id="group"/>'
        '<bpmn:textAnnotation id="says"><bpmn:text>why</bpmn:text></bpmn:textAnnotation>'
        f'<bpmn:association id="about" sourceRef="{node}" targetRef="says"/>'
    )
    people = ("resourceRole", "performer", "humanPerformer", "potentialOwner")
    return before + body + after + "".join(f'<bpmn:{kind} id="{kind}"/>' for kind in people)
