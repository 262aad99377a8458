"""Small diagrams and tables for the tests, one line an element."""

from __future__ import annotations

from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from engine.bpmn.findings import Finding, Report
from engine.bpmn.known import Known, Signature
from engine.bpmn.linter import check

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
    ' id="definitions" targetNamespace="https://crm.example/tests">\n'
)
KNOWN = Known(
    operations={
        "demo.note": Signature(frozenset(), frozenset({"text"})),
        "demo.sum": Signature(frozenset({"left", "right"}), frozenset({"digits"})),
    },
    forms=frozenset({"demo.form", "demo.edit"}),
    editing=frozenset({"demo.edit"}),
    roles=frozenset({"finance", "engineer"}),
    decisions=frozenset({"approve", "reject"}),
    queues=frozenset({"contracts"}),
)
TASK = {
    "formKey": "demo.form",
    "category": "work",
    "candidateGroups": "finance",
    "decisions": "approve,reject",
}
TALLY = {
    "tallyMode": '"all"',
    "tallyYes": '["approve"]',
    "tallyNo": '["reject"]',
}


def element(kind: str, id_: str, content: str = "", **attributes: str) -> str:
    """A BPMN element on a line of its own. An attribute's underscore stands for a colon."""
    written = "".join(f" {name.replace('_', ':')}={quoteattr(v)}" for name, v in attributes.items())
    identity = f" id={quoteattr(id_)}" if id_ else ""
    return f"<bpmn:{kind}{identity}{written}>{content}</bpmn:{kind}>\n"


def extensions(*content: str) -> str:
    return f"<bpmn:extensionElements>{''.join(content)}</bpmn:extensionElements>"


def properties(**values: str) -> str:
    items = "".join(
        f"<spiffworkflow:property name={quoteattr(name)} value={quoteattr(value)}/>"
        for name, value in values.items()
    )
    return f"<spiffworkflow:properties>{items}</spiffworkflow:properties>"


def flow(source: str, target: str, condition: str = "", **attributes: str) -> str:
    inner = condition and element("conditionExpression", "", escape(condition)).strip()
    attributes = {"sourceRef": source, "targetRef": target, **attributes}
    return element("sequenceFlow", f"{source}_{target}", inner, **attributes)


def chain(*ids: str) -> str:
    """Flows from each to the next."""
    return "".join(flow(one, two) for one, two in pairwise(ids))


def start(id_: str = "start", content: str = "") -> str:
    return element("startEvent", id_, content)


def end(id_: str = "end", content: str = "") -> str:
    return element("endEvent", id_, content, name="完成")


def user(
    id_: str = "task", content: str = "", kind: str = "userTask", **changed: str | None
) -> str:
    """A whole user task; keywords change its properties, None leaves one out."""
    merged = {**TASK, **changed}
    kept = {name: value for name, value in merged.items() if value is not None}
    return element(kind, id_, extensions(properties(**kept)) + content, name="处理")


def parameter(name: str, value: str, type_: str | None = "any") -> str:
    written = f" type={quoteattr(type_)}" if type_ else ""
    return f"<spiffworkflow:parameter id={quoteattr(name)}{written} value={quoteattr(value)}/>"


def service(
    id_: str = "task",
    operation: str = "demo.note",
    result: str = "",
    parameters: str = "",
    content: str = "",
) -> str:
    operator = (
        f"<spiffworkflow:serviceTaskOperator id={quoteattr(operation)}"
        f" resultVariable={quoteattr(result)}><spiffworkflow:parameters>{parameters}"
        "</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
    )
    return element("serviceTask", id_, extensions(operator) + content, name="自动")


def rule(id_: str = "task", decision: str = "table", result: str = "row", **attributes: str) -> str:
    called = f"<spiffworkflow:calledDecisionId>{decision}</spiffworkflow:calledDecisionId>"
    inner = extensions(called if decision else "", properties(resultVariable=result))
    return element("businessRuleTask", id_, inner, name="判断", **attributes)


def call(id_: str = "call", called: str = "other") -> str:
    return element("callActivity", id_, name="调用", calledElement=called)


def gateway(id_: str = "gateway", kind: str = "exclusiveGateway", **attributes: str) -> str:
    return element(kind, id_, **attributes)


def subprocess(id_: str = "sub", content: str = "", **attributes: str) -> str:
    inside = start(f"{id_}_in") + end(f"{id_}_out") + chain(f"{id_}_in", f"{id_}_out")
    return element("subProcess", id_, content or inside, name="子流程", **attributes)


def timer(expression: str, kind: str = "timeDate") -> str:
    time = f"<bpmn:{kind}>{escape(expression)}</bpmn:{kind}>"
    return f"<bpmn:timerEventDefinition>{time}</bpmn:timerEventDefinition>"


def message(ref: str = "message", variable: str = "said") -> str:
    inner = variable and extensions(
        f"<spiffworkflow:messageVariable>{variable}</spiffworkflow:messageVariable>"
    )
    attribute = f"messageRef={quoteattr(ref)}"
    return f"<bpmn:messageEventDefinition {attribute}>{inner}</bpmn:messageEventDefinition>"


def definition(kind: str, attributes: str = "") -> str:
    return f"<bpmn:{kind}EventDefinition {attributes}/>"


def catch(id_: str, content: str, kind: str = "intermediateCatchEvent", **values: str) -> str:
    """An intermediate event; keywords are properties."""
    inner = (extensions(properties(**values)) if values else "") + content
    return element(kind, id_, inner)


def boundary(id_: str, host: str, content: str, *, interrupts: bool = True, **values: str) -> str:
    inner = (extensions(properties(**values)) if values else "") + content
    cancels = "true" if interrupts else "false"
    return element("boundaryEvent", id_, inner, attachedToRef=host, cancelActivity=cancels)


def several(
    *,
    source: str = "people",
    item: str = "person",
    results: str = "votes",
    result: str = "vote",
    condition: str = "level_closed",
    extra: str = "",
    **attributes: str,
) -> str:
    """Parallel multi-instance characteristics; what is empty is left out."""
    inner = extra
    inner += source and f"<bpmn:loopDataInputRef>{source}</bpmn:loopDataInputRef>"
    inner += results and f"<bpmn:loopDataOutputRef>{results}</bpmn:loopDataOutputRef>"
    inner += item and f'<bpmn:inputDataItem id="{item}"/>'
    inner += result and f'<bpmn:outputDataItem id="{result}"/>'
    inner += condition and f"<bpmn:completionCondition>{condition}</bpmn:completionCondition>"
    return element("multiInstanceLoopCharacteristics", "", inner, **attributes)


def together(**changed: str) -> str:
    """A user task that all of `people` must approve; keywords change its properties."""
    alone = {"candidateGroups": None, "assignee": "person.user", "category": "approval"}
    return user(content=several(), **{**alone, **TALLY, **changed})


def input_output(inputs: str = "document", outputs: str = "outcome") -> str:
    """An ioSpecification with names separated by blanks."""
    named = "".join(element("dataInput", name) for name in inputs.split())
    named += "".join(element("dataOutput", name) for name in outputs.split())
    refs = [f"<bpmn:dataInputRefs>{name}</bpmn:dataInputRefs>" for name in inputs.split()]
    named += f"<bpmn:inputSet>{''.join(refs)}</bpmn:inputSet>"
    refs = [f"<bpmn:dataOutputRefs>{name}</bpmn:dataOutputRefs>" for name in outputs.split()]
    named += f"<bpmn:outputSet>{''.join(refs)}</bpmn:outputSet>"
    return element("ioSpecification", "", named)


MESSAGE = '<bpmn:message id="message" name="demo.said"/>\n'
ERROR = '<bpmn:error id="error" name="failed" errorCode="failed"/>\n'


def process(
    content: str, id_: str = "process", head: str = MESSAGE + ERROR, **attributes: str
) -> str:
    attributes = {"isExecutable": "true", **attributes}
    return (
        HEAD + head + element("process", id_, "\n" + content, **attributes) + "</bpmn:definitions>"
    )


def line_of(task: str, id_: str = "task") -> str:
    """A process: start → `task` → end."""
    return process(start() + task + end() + chain("start", id_, "end"))


def drawn(document: str, *ids: str) -> str:
    """The document with shapes of these elements."""
    shapes = "".join(
        f'<bpmndi:BPMNShape bpmnElement="{id_}"><dc:Bounds x="1" y="2" width="3" height="4"/>'
        "</bpmndi:BPMNShape>"
        for id_ in ids
    )
    plane = (
        f"<bpmndi:BPMNDiagram><bpmndi:BPMNPlane>{shapes}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    )
    return document.replace("</bpmn:definitions>", plane + "</bpmn:definitions>")


def table(
    *rules: tuple[str, ...],
    inputs: tuple[str, ...] = ("amount:number",),
    outputs: tuple[str, ...] = ("level",),
    policy: str = "UNIQUE",
    extra: str = "",
    key: str = "table",
    decision: str = "",
) -> str:
    """A decision table; a rule is its cells in order. An input is ``expression:type:allowed``."""
    body = ""
    for number, described in enumerate(inputs):
        expression, type_, allowed = (*described.split(":", 2), "", "")[:3]
        listed = allowed and f"<inputValues><text>{escape(allowed)}</text></inputValues>"
        body += (
            f'<input id="in{number}"><inputExpression typeRef="{type_}">'
            f"<text>{escape(expression)}</text></inputExpression>{listed}</input>\n"
        )
    body += "".join(f'<output id="out_{name}" name="{name}"/>\n' for name in outputs)
    for number, cells in enumerate(rules):
        body += f'<rule id="rule{number}">'
        for place, cell in enumerate(cells):
            tag = "inputEntry" if place < len(cells) - len(outputs) else "outputEntry"
            body += f'<{tag} id="cell{number}_{place}"><text>{escape(cell)}</text></{tag}>'
        body += "</rule>\n"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" namespace="x">\n'
        f'<decision id="{key}">{decision}\n'
        f'<decisionTable id="t" hitPolicy="{policy}" {extra}>\n{body}'
        "</decisionTable></decision></definitions>"
    )


def report_on(*documents: str, known: Known = KNOWN) -> Report:
    """The report on these files, named file0.bpmn, file1.dmn … by what they hold."""
    files = {}
    for number, document in enumerate(documents):
        suffix = "dmn" if "/DMN/" in document else "bpmn"
        files[f"file{number}.{suffix}"] = document.encode()
    return check(files, known)


def found(code: str, *documents: str, known: Known = KNOWN) -> list[Finding]:
    """The findings of that code."""
    return [
        finding for finding in report_on(*documents, known=known).findings if finding.code == code
    ]
