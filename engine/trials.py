"""Asking a decision table outside a process: what it answers, computed as a process would have it
computed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext as _

from engine import definitions
from engine.bpmn.references import find_references
from engine.exceptions import NotFound
from engine.models import Deployment, Resource
from engine.pictures import Onlooker
from engine.spiff import CompiledProcess, advance, compile_process, load_process
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
    return _ask(_load(compile_process("trial", _files(name, table))), variables)


def decide_in_force(key: str, variables: Mapping[str, Any]) -> Any:
    """What the table in force under this key answers; for questions to which the answer is mostly
    that no process begins. Raises NotFound, InvalidExpression."""
    found = definitions.newest_resources().filter(key=key).values_list("pk", "checksum").first()
    if found is None:
        raise NotFound(_("There is no decision table “%(key)s”.") % {"key": key})
    return _ask(_deployed(*found), variables)


@lru_cache(maxsize=64)
def _deployed(resource: int, checksum: str) -> CompiledProcess:
    """Kept as `definitions.compiled` keeps processes: by checksum, equal in all account sets."""
    row = Resource.objects.select_related("deployment").get(pk=resource, checksum=checksum)
    files = {"trial": _files(row.name, bytes(row.content))}
    source = Deployment.Source(row.deployment.source)
    return _load(definitions.compile_files(files, source, about=[row.name])["trial"])


def _files(name: str, table: bytes) -> dict[str, bytes]:
    key = find_references(name, table).key
    return {"trial.bpmn": PROCESS.format(key=key, result=RESULT).encode(), name: table}


def _load(stored: bytes) -> CompiledProcess:
    return load_process(stored, hashlib.sha256(stored).hexdigest())


def _ask(process: CompiledProcess, variables: Mapping[str, Any]) -> Any:
    return advance(process, None, Start(dict(variables)), Onlooker()).variables[RESULT]
