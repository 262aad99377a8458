"""For each rule about the graph: the smallest diagram that breaks it, and one that doesn't."""

from __future__ import annotations

from tests.engine.bpmn.diagrams import (
    HEAD,
    boundary,
    call,
    catch,
    chain,
    definition,
    element,
    end,
    flow,
    gateway,
    input_output,
    line_of,
    message,
    parameter,
    process,
    rule,
    service,
    start,
    subprocess,
    table,
    timer,
    user,
)

Documents = str | tuple[str, ...]
SOUND = line_of(service())

LOOP = process(
    start()
    + user()
    + gateway(default="gateway_end")
    + end()
    + chain("start", "task", "gateway", "end")
    + flow("gateway", "task", 'decision == "reject"')
)


def choice(*conditions: str, default: str = "", last: str = "") -> str:
    """A gateway with one service task per condition; `last` adds attributes of the last flow."""
    body = start() + end() + chain("start", "gateway")
    body += gateway(default=default) if default else gateway()
    for number, condition in enumerate(conditions):
        body += service(f"way{number}") + flow("gateway", f"way{number}", condition)
        body += chain(f"way{number}", "end")
    return process(body)


def deep(levels: int) -> tuple[str, ...]:
    """Processes that call each other, `levels` deep."""
    documents = [
        process(
            input_output("document", "outcome")
            + start(f"start{number}")
            + call(f"call{number}", f"level{number + 1}")
            + end(f"end{number}")
            + chain(f"start{number}", f"call{number}", f"end{number}"),
            f"level{number}",
        )
        for number in range(levels)
    ]
    last = input_output("document", "outcome") + start() + end() + chain("start", "end")
    return (*documents, process(last, f"level{levels}"))


def side(*content: str, interrupts: bool = False, task: str = "") -> str:
    """A user task with a timer at its border, and what follows that timer."""
    body = start() + (task or user()) + end() + chain("start", "task", "end")
    return process(
        body + boundary("late", "task", timer("x"), interrupts=interrupts) + "".join(content)
    )


SIDE = side(service("tell", result="told"), end("told_end"), chain("late", "tell", "told_end"))


def events(*ids: str) -> str:
    """An event gateway before catch events of these kinds, each named by its kind."""
    body = start() + gateway(kind="eventBasedGateway") + end() + chain("start", "gateway")
    for id_ in ids:
        content = timer("x") if id_.startswith("timer") else message()
        body += catch(id_, content, correlationKey="document") + chain("gateway", id_, "end")
    return process(body)


def steps(count: int) -> str:
    names = [f"step{number}" for number in range(count)]
    body = start() + end() + "".join(service(name) for name in names)
    return process(body + chain("start", *names, "end"))


def noting(value: str, result: str = "") -> str:
    return service(result=result, parameters=parameter("text", value))


def calling(given: str) -> str:
    """A process whose input is `given`, which calls another that wants `document`."""
    task = call() + chain("start", "call", "end")
    return process(input_output(given, "outcome") + start() + end() + task)


LINE = start() + "TASK" + end() + chain("start", "task", "end")
OTHER = process(
    input_output()
    + start("s")
    + service("note", result="outcome")
    + end("e")
    + chain("s", "note", "e"),
    "other",
)
MANY = [f"x == {number}" for number in range(51)]
STOCK = table(("> 0", "1"), ("<= 0", "0"))

FLOW_CASES: dict[str, tuple[Documents, Documents]] = {
    # files and ids
    "no_process": (HEAD + "</bpmn:definitions>", SOUND),
    "several_processes": (
        SOUND.replace("</bpmn:definitions>", '<bpmn:process id="two"/></bpmn:definitions>'),
        SOUND,
    ),
    "not_executable": (SOUND.replace('isExecutable="true"', 'isExecutable="false"'), SOUND),
    "id_missing": (process(start() + element("userTask", "") + end()), SOUND),
    "id_duplicate": (process(start() + service() + user() + end()), SOUND),
    "id_hidden": (
        process(start("text") + service(parameters=parameter("text", "1")) + end()),
        line_of(service(parameters=parameter("text", "1"))),
    ),
    "id_reserved": (line_of(service("a.b"), "a.b"), SOUND),
    "key_duplicate": (
        (SOUND, process(start() + subprocess("process") + end())),
        (SOUND, process(start() + subprocess("part") + end(), "other")),
    ),
    "flow_dangling": (process(start() + end() + chain("start", "nowhere")), SOUND),
    "process_too_big": (steps(160), steps(20)),
    "process_big": (steps(40), steps(20)),
    # starts and ends
    "start_count": (process(start() + start("again") + end() + chain("start", "end")), SOUND),
    "end_missing": (process(start() + service() + chain("start", "task")), SOUND),
    "start_has_incoming": (
        process(start() + service() + end() + chain("start", "task", "start")),
        SOUND,
    ),
    "end_has_outgoing": (
        process(start() + end() + service() + chain("start", "end", "task", "end")),
        SOUND,
    ),
    "unreachable": (process(start() + end() + chain("start", "end") + user()), SOUND),
    "dead_end": (process(start() + user() + chain("start", "task") + end()), SOUND),
    "several_outgoing": (
        process(
            start()
            + user()
            + end()
            + end("other")
            + chain("start", "task", "end")
            + chain("task", "other")
        ),
        SOUND,
    ),
    "condition_ignored": (
        process(start() + end() + user() + chain("start", "task") + flow("task", "end", "x > 1")),
        choice("x > 1", "x <= 1"),
    ),
    # loops
    "loop_without_gateway": (
        process(
            start()
            + user("a")
            + user("b")
            + end()
            + chain("start", "a", "b", "a")
            + chain("b", "end")
        ),
        LOOP,
    ),
    "loop_without_exit": (
        process(start() + user() + gateway() + end() + chain("start", "task", "gateway", "task")),
        LOOP,
    ),
    "loop_never_waits": (LOOP.replace("userTask", "serviceTask"), LOOP),
    # exclusive gateways
    "condition_missing": (choice("x > 1", ""), choice("x > 1", "", default="gateway_way1")),
    "default_with_condition": (
        choice("x > 1", "x <= 1", default="gateway_way1"),
        choice("x > 1", "", default="gateway_way1"),
    ),
    "default_missing": (choice("x > 1", "x < 1"), choice("x > 1", "not x > 1")),
    "default_unknown": (
        choice("x > 1", "", default="elsewhere"),
        choice("x", "", default="gateway_way1"),
    ),
    "conditions_overlap": (
        choice("x > 1", "x > 2", "", default="gateway_way2"),
        choice("x > 2", "x > 1 and x <= 2", "", default="gateway_way2"),
    ),
    "conditions_may_overlap": (
        choice("x > 1", "y > 2", "", default="gateway_way2"),
        choice("x > 1", "y > 2 and x <= 1", "", default="gateway_way2"),
    ),
    "condition_never": (
        choice("x > 2 and x < 1", "", default="gateway_way1"),
        choice("x", "", default="gateway_way1"),
    ),
    "conditions_too_complex": (choice(*MANY, "", default="gateway_way51"), choice("x", "not x")),
    "expression_invalid": (
        choice("open('x')", "", default="gateway_way1"),
        choice("len(x) > 1", "", default="gateway_way1"),
    ),
    "expression_vendor": (
        choice("${x > 1}", "", default="gateway_way1"),
        choice("x > 1", "", default="gateway_way1"),
    ),
    # event gateways
    "event_gateway_single": (events("said"), events("said", "timer")),
    "event_gateway_target": (
        process(
            start()
            + gateway(kind="eventBasedGateway")
            + user()
            + catch("timer", timer("x"))
            + end()
            + chain("start", "gateway", "task", "end")
            + chain("gateway", "timer", "end")
        ),
        events("said", "timer"),
    ),
    "event_gateway_shared": (
        events("said", "timer").replace(
            "</bpmn:process>", user() + chain("task", "timer") + "</bpmn:process>"
        ),
        events("said", "timer"),
    ),
    "event_gateway_timers": (events("timer", "timer2"), events("timer", "said")),
    "event_gateway_starts": (
        events("said", "timer").replace('"gateway"', '"gateway" instantiate="true"', 1),
        events("said", "timer"),
    ),
    # boundary events
    "boundary_not_attached": (SIDE.replace('attachedToRef="task"', 'attachedToRef="gone"'), SIDE),
    "boundary_host": (SIDE.replace('attachedToRef="task"', 'attachedToRef="start"'), SIDE),
    "boundary_has_incoming": (
        SIDE.replace("</bpmn:process>", chain("tell", "late") + "</bpmn:process>"),
        SIDE,
    ),
    "error_boundary_host": (
        side(end("out"), chain("late", "out")).replace(
            timer("x"), definition("error", 'errorRef="error"')
        ),
        side(end("out"), chain("late", "out"), task=service(), interrupts=True).replace(
            timer("x"), definition("error", 'errorRef="error"')
        ),
    ),
    "error_boundary_not_interrupting": (
        side(end("out"), chain("late", "out"), task=service()).replace(
            timer("x"), definition("error", 'errorRef="error"')
        ),
        side(end("out"), chain("late", "out"), task=service(), interrupts=True).replace(
            timer("x"), definition("error", 'errorRef="error"')
        ),
    ),
    "side_branch_node": (
        side(user("ask"), end("asked"), chain("late", "ask", "asked")),
        SIDE,
    ),
    "side_branch_loop": (
        side(
            service("tell", result="told"),
            gateway("again", default="again_out"),
            end("out"),
            chain("late", "tell", "again", "out"),
            flow("again", "tell", "told"),
        ),
        SIDE,
    ),
    "side_branch_variable": (
        side(
            service("tell", result="told"),
            end("out"),
            chain("late", "tell", "out"),
            task=user(variables="told"),
        ),
        side(
            service("tell", result="told"),
            end("out"),
            chain("late", "tell", "out"),
            task=user(variables="amount"),
        ),
    ),
    "side_branch_merges": (side(chain("late", "end")), SIDE),
    # calls and decisions
    "called_missing": (
        line_of(call(called=""), "call"),
        (
            line_of(call(), "call"),
            process(input_output() + start() + end() + chain("start", "end"), "other"),
        ),
    ),
    "called_computed": (line_of(call(called="${other}"), "call"), SOUND),
    "called_unknown": (
        line_of(call(), "call"),
        (
            line_of(call(), "call"),
            process(input_output() + start() + end() + chain("start", "end"), "other"),
        ),
    ),
    "called_without_interface": (
        (line_of(call(), "call"), process(start("s") + end("e") + chain("s", "e"), "other")),
        (
            line_of(call(), "call"),
            process(input_output() + start("s") + end("e") + chain("s", "e"), "other"),
        ),
    ),
    "interface_reference": (
        process(
            input_output().replace("<bpmn:dataInputRefs>document</bpmn:dataInputRefs>", "")
            + start()
            + end()
        ),
        process(input_output() + start() + end()),
    ),
    "calls_itself": (
        process(
            input_output()
            + start()
            + call(called="process")
            + end()
            + chain("start", "call", "end")
        ),
        deep(3),
    ),
    "calls_too_deep": (deep(17), deep(16)),
    "variable_unset": (
        process(input_output("amount", "amount") + LINE.replace("TASK", noting("amont"))),
        process(input_output("amount", "amount") + LINE.replace("TASK", noting("amount"))),
    ),
    "call_input_unset": ((calling("paper"), OTHER), (calling("document"), OTHER)),
    "output_unset": (
        process(input_output("amount", "sum") + LINE.replace("TASK", noting("amount"))),
        process(input_output("amount", "note") + LINE.replace("TASK", noting("amount", "note"))),
    ),
    "table_missing": ((line_of(rule(decision="")), STOCK), (line_of(rule()), STOCK)),
    "table_unknown": (line_of(rule()), (line_of(rule()), STOCK)),
    "result_variable_missing": ((line_of(rule(result="")), STOCK), (line_of(rule()), STOCK)),
}
