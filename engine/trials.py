"""Trying a decision table out: what it answers, computed as a process would have it computed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from engine.bpmn.references import find_references
from engine.pictures import Onlooker
from engine.spiff import advance, compile_process, load_process
from engine.spiff.types import Start

RESULT: Final = "answer"
PROCESS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
    id="trial_definitions" targetNamespace="trial">
  <process id="trial" name="trial" isExecutable="true">
    <startEvent id="begins"><outgoing>first</outgoing></startEvent>
    <businessRuleTask id="decides">
      <extensionElements>
        <spiffworkflow:properties>
          <spiffworkflow:property name="resultVariable" value="{result}"/>
        </spiffworkflow:properties>
        <spiffworkflow:calledDecisionId>{key}</spiffworkflow:calledDecisionId>
      </extensionElements>
      <incoming>first</incoming><outgoing>last</outgoing>
    </businessRuleTask>
    <endEvent id="ends"><incoming>last</incoming></endEvent>
    <sequenceFlow id="first" sourceRef="begins" targetRef="decides"/>
    <sequenceFlow id="last" sourceRef="decides" targetRef="ends"/>
  </process>
</definitions>
"""


def decide(name: str, table: bytes, variables: Mapping[str, Any]) -> Any:
    """What the table in the file `name` answers where these are the variables: for COLLECT, its
    rows. Nothing is deployed or stored. Raises InvalidDefinition, InvalidExpression."""
    key = find_references(name, table).key
    files = {"trial.bpmn": PROCESS.format(key=key, result=RESULT).encode(), name: table}
    stored = compile_process("trial", files)
    process = load_process(stored, hashlib.sha256(stored).hexdigest())
    return advance(process, None, Start(dict(variables)), Onlooker()).variables[RESULT]
