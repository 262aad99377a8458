"""Diagrams of other tools are read, explained, and as far as it is safe, repaired."""

from __future__ import annotations

from engine.bpmn import repairs
from engine.bpmn.findings import Report, Verdict
from engine.bpmn.linter import check
from engine.bpmn.known import Known
from tests.engine.bpmn.diagrams import KNOWN, report_on, table

CAMUNDA = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn2:definitions xmlns:bpmn2="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:modeler="http://camunda.org/schema/modeler/1.0"
    id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn" exporter="Camunda Modeler">
  <bpmn2:process id="invoice" name="Invoice Receipt" isExecutable="true" camunda:historyTimeToLive="P30D">
    <bpmn2:startEvent id="StartEvent_1" camunda:formKey="embedded:app:forms/start-form.html" />
    <bpmn2:userTask id="approveInvoice" name="Approve Invoice" camunda:formKey="demo.form"
        camunda:assignee="${approver}" camunda:dueDate="${dateTime().plusDays(7)}">
      <bpmn2:extensionElements>
        <camunda:taskListener class="org.camunda.Listener" event="create" />
      </bpmn2:extensionElements>
    </bpmn2:userTask>
    <bpmn2:userTask id="prepare" name="Prepare Bank Transfer" camunda:candidateGroups="finance" camunda:formKey="gone" />
    <bpmn2:exclusiveGateway id="approved" name="Approved?" default="no" />
    <bpmn2:serviceTask id="archive" name="Archive Invoice" camunda:delegateExpression="${archiveService}" />
    <bpmn2:businessRuleTask id="decide" name="Assign" camunda:decisionRef="table" camunda:resultVariable="row" />
    <bpmn2:scriptTask id="calculate" scriptFormat="groovy"><bpmn2:script>sum = a + b</bpmn2:script></bpmn2:scriptTask>
    <bpmn2:endEvent id="done" name="Processed" />
    <bpmn2:endEvent id="refused" name="Refused" />
    <bpmn2:boundaryEvent id="late" attachedToRef="approveInvoice" cancelActivity="false">
      <bpmn2:timerEventDefinition>
        <bpmn2:timeDuration xsi:type="bpmn2:tFormalExpression" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">P3D</bpmn2:timeDuration>
      </bpmn2:timerEventDefinition>
    </bpmn2:boundaryEvent>
    <bpmn2:endEvent id="reminded" name="Reminded" />
    <bpmn2:sequenceFlow id="f1" sourceRef="StartEvent_1" targetRef="decide" />
    <bpmn2:sequenceFlow id="f2" sourceRef="decide" targetRef="approveInvoice" />
    <bpmn2:sequenceFlow id="f3" sourceRef="approveInvoice" targetRef="approved" />
    <bpmn2:sequenceFlow id="yes" sourceRef="approved" targetRef="prepare">
      <bpmn2:conditionExpression>${approved}</bpmn2:conditionExpression>
    </bpmn2:sequenceFlow>
    <bpmn2:sequenceFlow id="no" sourceRef="approved" targetRef="refused" />
    <bpmn2:sequenceFlow id="f4" sourceRef="prepare" targetRef="calculate" />
    <bpmn2:sequenceFlow id="f5" sourceRef="calculate" targetRef="archive" />
    <bpmn2:sequenceFlow id="f6" sourceRef="archive" targetRef="done" />
    <bpmn2:sequenceFlow id="f7" sourceRef="late" targetRef="reminded" />
  </bpmn2:process>
</bpmn2:definitions>
"""

SIGNAVIO = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:signavio="http://www.signavio.com"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:omgdc="http://www.omg.org/spec/DD/20100524/DC"
    exporter="Signavio Process Editor" targetNamespace="http://www.signavio.com/bpmn20">
  <extensionElements><signavio:signavioDiagramMetaData metaKey="author" metaValue="Li Ming"/></extensionElements>
  <collaboration id="sid-c">
    <participant id="sid-p" name="" processRef="sid-1"><extensionElements/></participant>
    <participant id="sid-q" name="客户"/>
    <messageFlow id="sid-m" sourceRef="sid-p" targetRef="sid-q"/>
  </collaboration>
  <process id="sid-1" isClosed="false" isExecutable="false" processType="None">
    <extensionElements><signavio:signavioMetaData metaKey="bgcolor" metaValue="#ffffff"/></extensionElements>
    <laneSet id="sid-l"><lane id="sid-2" name="销售"><flowNodeRef>sid-3</flowNodeRef><flowNodeRef>sid-4</flowNodeRef></lane></laneSet>
    <startEvent id="sid-3" name=""><outgoing>sid-6</outgoing></startEvent>
    <task id="sid-4" name="处理订单" completionQuantity="1" startQuantity="1" isForCompensation="false">
      <extensionElements><signavio:signavioMetaData metaKey="risklevel"/></extensionElements>
      <ioSpecification><inputSet/><outputSet/></ioSpecification>
    </task>
    <inclusiveGateway id="sid-5" gatewayDirection="Diverging"/>
    <dataObjectReference id="sid-d" dataObjectRef="sid-e" name="订单"/><dataObject id="sid-e"/>
    <textAnnotation id="sid-t"><text>草稿</text></textAnnotation>
    <association id="sid-a" sourceRef="sid-t" targetRef="sid-4" associationDirection="None"/>
    <sequenceFlow id="sid-6" sourceRef="sid-3" targetRef="sid-4"/>
    <sequenceFlow id="sid-7" sourceRef="sid-4" targetRef="sid-5"/>
  </process>
  <bpmndi:BPMNDiagram id="sid-x"><bpmndi:BPMNPlane bpmnElement="sid-c" id="sid-y">
    <bpmndi:BPMNShape bpmnElement="sid-4" id="sid-z"><omgdc:Bounds height="80" width="100" x="1" y="2"/></bpmndi:BPMNShape>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</definitions>
"""


def camunda() -> Report:
    return report_on(CAMUNDA, table(("-", "1")))


def codes(report: Report, element: str) -> set[str]:
    return {finding.code for finding in report.of(element)}


def verdicts(report: Report) -> dict[str, Verdict]:
    return {one.place.element: one.verdict for one in report.elements}


def test_a_camunda_diagram_is_explained_element_by_element() -> None:
    found = verdicts(camunda())
    assert found["StartEvent_1"] is Verdict.RUNS
    assert found["calculate"] is Verdict.ERROR
    assert found["yes"] is Verdict.REPAIR
    assert found["decide"] is Verdict.REPAIR
    assert found["late"] is Verdict.DECISION
    assert found["archive"] is Verdict.DECISION


def test_what_means_the_same_is_offered_as_a_repair() -> None:
    report = camunda()
    repairs_of = {f.code: f.repair for f in report.of("approveInvoice") if f.repair}
    assert repairs_of["form_missing"].values == {"name": "formKey", "value": "demo.form"}
    assert repairs_of["assignment_missing"].values == {"name": "assignee", "value": "approver"}
    groups = {f.code: f.repair for f in report.of("prepare") if f.repair}
    assert groups["assignment_missing"].values == {"name": "candidateGroups", "value": "finance"}


def test_what_could_mean_several_things_is_left_to_people() -> None:
    report = camunda()
    assert not [f for f in report.of("late") if f.repair]
    assert [f.repair for f in report.of("prepare") if f.code == "form_missing"] == [None]
    without_roles = check({"a.bpmn": CAMUNDA.encode()}, Known(roles=frozenset()))
    assert [f.repair for f in without_roles.of("prepare") if f.code == "assignment_missing"] == [
        None
    ]


def test_repairs_do_what_they_promise_and_leave_the_rest() -> None:
    report = camunda()
    offered = [
        finding for finding in report.findings if finding.repair and finding.file == "file0.bpmn"
    ]
    assert len(offered) >= 6
    content = repairs.apply(
        CAMUNDA.encode(), [finding.repair for finding in offered if finding.repair]
    )
    again = report_on(content.decode(), table(("-", "1")))
    gone = {(finding.code, finding.element) for finding in offered}
    assert not gone & {(finding.code, finding.element) for finding in again.findings}
    assert len(again.errors) == len(report.errors) - len(offered)
    for kept in (
        'exporter="Camunda Modeler"',
        "camunda:taskListener",
        'camunda:historyTimeToLive="P30D"',
    ):
        assert kept in content.decode()


def test_a_diagram_of_signavio_is_explained() -> None:
    report = report_on(SIGNAVIO)
    found = verdicts(report)
    assert (
        found["sid-1"] is Verdict.ERROR
        or found["sid-1"] is Verdict.REPAIR
        or found["sid-1"] is Verdict.DECISION
    )
    assert codes(report, "sid-4") >= {"plain_task", "task_data"}
    assert codes(report, "sid-5") >= {"inclusive_gateway", "dead_end"}
    assert "lane_role" in codes(report, "sid-2")
    assert "not_drawn" in codes(report, "sid-5")
    assert found["sid-6"] is Verdict.RUNS


def test_a_process_without_layout_is_laid_out_later() -> None:
    (finding,) = [f for f in camunda().findings if f.code == "drawing_missing"]
    assert finding.level == "warning"


def test_files_in_gbk_give_the_same_report() -> None:
    text = SIGNAVIO.replace('encoding="UTF-8"', 'encoding="GBK"')
    assert check({"a.bpmn": text.encode("gbk")}, KNOWN) == check(
        {"a.bpmn": SIGNAVIO.encode()}, KNOWN
    )


def test_a_repair_for_an_element_that_is_gone_changes_nothing() -> None:
    repair = repairs.Repair("set_attribute", "gone", 1, {"name": "x"})
    assert b"gone" not in repairs.apply(b"<a id='b'/>", [repair])
