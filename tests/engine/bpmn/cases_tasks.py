"""For each rule about what an element is or says: what breaks it, and what doesn't."""

from __future__ import annotations

from tests.engine.bpmn.diagrams import (
    TALLY,
    boundary,
    catch,
    chain,
    definition,
    drawn,
    element,
    end,
    extensions,
    gateway,
    line_of,
    message,
    parameter,
    process,
    properties,
    service,
    several,
    start,
    subprocess,
    timer,
    user,
)

SOUND = line_of(service())
USER = line_of(user())
VOTE = line_of(user(content=several(), **TALLY))


def event(content: str, kind: str = "intermediateCatchEvent", **values: str) -> str:
    return line_of(catch("task", content, kind, **values))


def trigger(kind: str) -> str:
    return event(definition(kind))


def voting(**changed: str) -> str:
    return line_of(user(content=several(**changed), **TALLY))


def at_the_border(content: str, interrupts: bool = True) -> str:
    return process(
        start()
        + user()
        + end()
        + boundary("late", "task", content, interrupts=interrupts)
        + end("out")
        + chain("start", "task", "end")
        + chain("late", "out")
    )


def into_the_vote(*between: str) -> str:
    """A boundary branch into a multi-instance, by way of these nodes."""
    ids = ("late", *(["gateway"] if between else []), "vote")
    return process(
        start()
        + user()
        + boundary("late", "task", timer("x"))
        + "".join(between)
        + user("vote", content=several(), **TALLY)
        + end()
        + end("other")
        + chain("start", "task", "other")
        + chain(*ids, "end")
    )


def lanes(*lane: str) -> str:
    return process(
        element("laneSet", "lanes", "".join(lane)) + start() + end() + chain("start", "end")
    )


def lane(id_: str, *refs: str, name: str = "财务") -> str:
    inner = "".join(f"<bpmn:flowNodeRef>{ref}</bpmn:flowNodeRef>" for ref in refs)
    return element("lane", id_, inner, **({"name": name} if name else {}))


THROW = "intermediateThrowEvent"
CATCH = event(message(), correlationKey="document")
WAIT = event(timer('working("PT4H")'))
TWO = "<bpmn:timerEventDefinition/><bpmn:messageEventDefinition/>"
PRESCRIPT = extensions("<spiffworkflow:preScript>x = 1</spiffworkflow:preScript>")
REFERENCE = element("dataObjectReference", "reference", dataObjectRef="data")
LANES = lanes(lane("lane_finance", "start", "end"))

TASK_CASES: dict[str, tuple[str, str]] = {
    # what runs
    "script_task": (line_of(element("scriptTask", "task")), SOUND),
    "complex_gateway": (line_of(gateway("task", "complexGateway")), SOUND),
    "plain_task": (line_of(element("task", "task")), SOUND),
    "send_task": (line_of(element("sendTask", "task")), SOUND),
    "receive_task": (line_of(element("receiveTask", "task")), SOUND),
    "inclusive_gateway": (line_of(gateway("task", "inclusiveGateway")), SOUND),
    "transaction": (line_of(element("transaction", "task")), SOUND),
    "ad_hoc_subprocess": (line_of(element("adHocSubProcess", "task")), SOUND),
    "implicit_throw_event": (line_of(element("implicitThrowEvent", "task")), SOUND),
    "signal_event": (trigger("signal"), WAIT),
    "escalation_event": (trigger("escalation"), WAIT),
    "conditional_event": (trigger("conditional"), WAIT),
    "compensation": (line_of(element("serviceTask", "task", isForCompensation="true")), SOUND),
    "link_event": (trigger("link"), WAIT),
    "cancel_event": (trigger("cancel"), WAIT),
    "error_event_place": (trigger("error"), WAIT),
    "terminate_event": (trigger("terminate"), WAIT),
    "start_event_trigger": (process(start(content=message()) + end()), SOUND),
    "timer_throw_event": (event(timer("x"), THROW), WAIT),
    "event_without_definition": (event(""), WAIT),
    "several_event_definitions": (event(TWO), WAIT),
    "event_subprocess": (
        line_of(subprocess("task", triggeredByEvent="true")),
        line_of(subprocess("task")),
    ),
    "standard_loop": (line_of(user(content=element("standardLoopCharacteristics", ""))), USER),
    "sequential_multi_instance": (voting(isSequential="true"), VOTE),
    "script": (line_of(element("userTask", "task", PRESCRIPT)), USER),
    "task_data": (line_of(user(content=element("dataInputAssociation", "in"))), USER),
    "data_object_missing": (
        process(start() + end() + REFERENCE),
        process(start() + end() + element("dataObject", "data") + REFERENCE),
    ),
    "unknown_element": (process(start() + end() + element("choreographyTask", "x")), SOUND),
    # events
    "timer_definition": (event("<bpmn:timerEventDefinition/>"), WAIT),
    "timer_bare_duration": (event(timer("PT4H", "timeDuration")), WAIT),
    "timer_duration": (event(timer('working("4 hours")')), WAIT),
    "timer_kind": (event(timer('working("PT4H")', "timeDuration")), WAIT),
    "timer_cycle_place": (
        at_the_border(timer('every_working("PT4H")', "timeCycle")),
        at_the_border(timer('every_working("PT4H")', "timeCycle"), interrupts=False),
    ),
    "timer_cycle": (
        at_the_border(timer('"often"', "timeCycle"), interrupts=False),
        at_the_border(timer('"R3/PT1H"', "timeCycle"), interrupts=False),
    ),
    "message_missing": (event(message("gone"), correlationKey="document"), CATCH),
    "message_without_name": (CATCH.replace('name="demo.said"', ""), CATCH),
    "message_variable_missing": (event(message(variable=""), correlationKey="document"), CATCH),
    "correlation_key_missing": (event(message()), CATCH),
    "error_missing": (
        process(
            start() + end(content=definition("error", 'errorRef="gone"')) + chain("start", "end")
        ),
        process(
            start() + end(content=definition("error", 'errorRef="error"')) + chain("start", "end")
        ),
    ),
    "boundary_into_multi_instance": (
        into_the_vote(),
        into_the_vote(gateway(), chain("gateway", "other")),
    ),
    # human tasks
    "task_without_name": (USER.replace('name="处理"', ""), USER),
    "form_missing": (line_of(user(formKey=None)), USER),
    "form_unknown": (line_of(user(formKey="demo.other")), USER),
    "form_edits_approved": (
        line_of(user(formKey="demo.edit", category="approval")),
        line_of(user(formKey="demo.edit")),
    ),
    "category_missing": (line_of(user(category=None)), USER),
    "category_unknown": (line_of(user(category="task")), USER),
    "assignment_missing": (line_of(user(candidateGroups=None)), USER),
    "assignment_several": (line_of(user(assignee="initiator")), USER),
    "role_unknown": (line_of(user(candidateGroups="boss")), USER),
    "due_invalid": (
        line_of(user(dueIn="P3D", followUpIn="3 days")),
        line_of(user(dueIn="P3D", followUpIn="P1D")),
    ),
    "priority_invalid": (line_of(user(priority="high")), line_of(user(priority="80"))),
    "decisions_missing": (line_of(user(decisions=None)), USER),
    "decision_unknown": (line_of(user(decisions="approve,shrug")), USER),
    "decision_twice": (line_of(user(decisions="approve,approve")), USER),
    "opinion_unknown": (
        line_of(user(opinionRequired="shrug")),
        line_of(user(opinionRequired="reject")),
    ),
    "queue_unknown": (line_of(user(queue="nowhere")), line_of(user(queue="contracts"))),
    "variable_reserved": (line_of(user(variables="typename")), line_of(user(variables="amount"))),
    # multi-instance
    "multi_instance_without_list": (
        voting(source="", extra="<bpmn:loopCardinality>3</bpmn:loopCardinality>"),
        VOTE,
    ),
    "multi_instance_list_and_number": (
        voting(extra="<bpmn:loopCardinality>3</bpmn:loopCardinality>"),
        VOTE,
    ),
    "multi_instance_without_output": (voting(results="", result=""), VOTE),
    "multi_instance_half_output": (voting(results=""), VOTE),
    "multi_instance_item_decision": (voting(result="decision"), VOTE),
    "multi_instance_same_name": (voting(results="people"), VOTE),
    "completion_condition": (voting(condition='vote == "reject"'), VOTE),
    "completion_condition_place": (
        line_of(service(content=several())),
        line_of(service(content=several(condition=""))),
    ),
    "completion_condition_missing": (voting(condition=""), VOTE),
    "tally_missing": (line_of(user(content=several())), VOTE),
    "tally_without_multi_instance": (line_of(user(**TALLY)), VOTE),
    # service tasks
    "operation_missing": (line_of(element("serviceTask", "task")), SOUND),
    "operation_several": (
        line_of(
            element(
                "serviceTask",
                "task",
                extensions('<spiffworkflow:serviceTaskOperator id="demo.note"/>' * 2),
            )
        ),
        SOUND,
    ),
    "operation_unknown": (line_of(service(operation="demo.gone")), SOUND),
    "parameter_unknown": (
        line_of(service(parameters=parameter("txt", "1"))),
        line_of(service(parameters=parameter("text", "1"))),
    ),
    "parameter_missing": (
        line_of(service(operation="demo.sum", parameters=parameter("left", "1"))),
        line_of(
            service(
                operation="demo.sum", parameters=parameter("left", "1") + parameter("right", "2")
            )
        ),
    ),
    "parameter_twice": (
        line_of(service(parameters=parameter("text", "1") * 2)),
        line_of(service(parameters=parameter("text", "1"))),
    ),
    "parameter_without_name": (
        line_of(service(parameters=parameter("", "1"))),
        line_of(service(parameters=parameter("text", "1"))),
    ),
    "parameter_without_value": (
        line_of(service(parameters=parameter("text", ""))),
        line_of(service(parameters=parameter("text", "1"))),
    ),
    "parameter_without_type": (
        line_of(service(parameters=parameter("text", "1", None))),
        line_of(service(parameters=parameter("text", "1"))),
    ),
    # names, lanes, drawing
    "name_en_missing": (
        USER,
        line_of(
            element("userTask", "task", extensions(properties(name_en="Do it")), name="处理")
        ).replace('name="完成"', ""),
    ),
    "end_without_name": (SOUND.replace('name="完成"', ""), SOUND),
    "property_unknown": (line_of(user(dueDate="P3D")), line_of(user(dueIn="P3D"))),
    "property_incomplete": (USER.replace('name="category"', ""), USER),
    "lane_role": (lanes(lane("Lane_0x17", "start", "end")), LANES),
    "lane_without_name": (lanes(lane("lane_finance", "start", "end", name="")), LANES),
    "lane_member_unknown": (lanes(lane("lane_finance", "start", "end", "gone")), LANES),
    "lane_twice": (lanes(lane("lane_finance", "start", "end"), lane("lane_system", "end")), LANES),
    "lane_none": (lanes(lane("lane_finance", "start")), LANES),
    "drawing_missing": (SOUND, drawn(SOUND, "start")),
    "drawing_invalid": (drawn(SOUND, "start").replace('x="1"', 'x="left"'), drawn(SOUND, "start")),
    "not_drawn": (
        drawn(SOUND, "start"),
        drawn(SOUND, "start", "task", "end", "start_task", "task_end"),
    ),
    # the standard's schema
    "schema_element": (
        line_of(user()).replace("</bpmn:process>", '<bpmn:chair id="chair"/></bpmn:process>'),
        line_of(user()),
    ),
    "schema_attribute": (
        line_of(user()).replace("<bpmn:startEvent ", '<bpmn:startEvent colour="red" ', 1),
        line_of(user()),
    ),
    "schema_value": (
        line_of(user()).replace("<bpmn:startEvent ", '<bpmn:startEvent isInterrupting="maybe" ', 1),
        line_of(user()),
    ),
}
