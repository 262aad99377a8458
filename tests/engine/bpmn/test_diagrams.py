"""The shipped diagrams and the drafts obey every rule; what the linter lets through compiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from random import Random

import pytest
from lxml import etree

from engine import trials
from engine.bpmn.known import Known, Signature
from engine.bpmn.linter import check
from engine.bpmn.model import Diagram
from engine.bpmn.references import find_references
from engine.exceptions import InvalidDefinition
from engine.organisation import Role
from engine.spiff import compile_process
from tests.engine.bpmn.conftest import diagrams_in

ROLES = frozenset(Role.values)


def named_in(files: Mapping[str, bytes]) -> Known:
    """What the files use, taken to exist with the parameters that most of their tasks give."""
    operations: dict[str, list[frozenset[str]]] = {}
    forms = set()
    for name in files:
        if not name.endswith(".bpmn"):
            continue
        for node in Diagram(files[name], name).nodes:
            forms.add(node.properties.get("formKey", ""))
            for operator in node.spiff_extensions("serviceTaskOperator"):
                given = frozenset(p.get("id") or "" for p in operator.iter("{*}parameter"))
                operations.setdefault(operator.get("id") or "", []).append(given)
    signatures = {
        name: Signature(frozenset.intersection(*given), frozenset.union(*given))
        for name, given in operations.items()
    }
    return Known(operations=signatures, forms=frozenset(forms), roles=ROLES)


def said(files: Mapping[str, bytes], known: Known) -> list[str]:
    return [f"{f.file}:{f.line} {f.code} {f.message}" for f in check(files, known).findings]


def test_the_shipped_diagrams_obey_every_rule(shipped: dict[str, bytes]) -> None:
    assert {"general_request.bpmn", "approval.bpmn", "approval_level.bpmn"} <= set(shipped)
    assert said(shipped, Known.from_registries()) == []


def test_the_drafts_obey_every_rule(drafts: dict[str, bytes]) -> None:
    assert len(drafts) >= 29
    assert said(drafts, named_in(drafts)) == []


def test_operations_are_given_the_same_parameters_everywhere(drafts: dict[str, bytes]) -> None:
    for name, signature in (named_in(drafts).operations or {}).items():
        assert len(signature.optional - signature.required) <= 1, name


def test_the_variants_can_be_deployed(drafts: dict[str, bytes]) -> None:
    variants = diagrams_in("tests/processes/variants")
    keys = {find_references(name, content).key: name for name, content in drafts.items()}
    for name, content in variants.items():
        files = dict(drafts)
        del files[keys[find_references(name, content).key]]
        files[name] = content
        assert check(files, named_in(files)).errors == ()


def test_every_element_has_a_verdict(drafts: dict[str, bytes]) -> None:
    counts = Counter(one.place.file for one in check(drafts, named_in(drafts)).elements)
    assert set(counts) == set(drafts)


# --- broken at random -----------------------------------------------------------------------------
def broken(content: bytes, random: Random) -> bytes:
    """The file with one to three things removed, doubled, renamed or emptied."""
    root = etree.fromstring(content)
    for _ in range(random.randint(1, 3)):
        one = random.choice([xml for xml in root.iter("*") if xml is not root])
        parent = one.getparent()
        match random.randrange(5):
            case 0 if parent is not None:
                parent.remove(one)
            case 1 if one.attrib:
                del one.attrib[random.choice(list(one.attrib))]
            case 2 if one.attrib:
                name = random.choice(list(one.attrib))
                one.set(
                    name, random.choice(["", "x", "start", "true", "false", "${x}", "1", "审核"])
                )
            case 3:
                one.text = random.choice([None, "", "x", "1 +", "end", "P1D", "len(x) > 1"])
            case 4 if parent is not None:
                parent.append(etree.fromstring(etree.tostring(one)))
    return etree.tostring(root)


@pytest.mark.parametrize("seed", range(20))
def test_a_broken_diagram_is_explained_and_what_passes_compiles(
    seed: int, drafts: dict[str, bytes]
) -> None:
    random = Random(seed)
    known = named_in(drafts)
    for _ in range(4):
        name = random.choice(sorted(drafts))
        files = {**drafts, name: broken(drafts[name], random)}
        if check(files, known).runs:
            key = find_references(name, files[name]).key
            _compile(key, files)


def _compile(key: str, files: dict[str, bytes]) -> None:
    if not any(name == f"{key}.bpmn" for name in files):  # a table: as a process asks it
        asking = trials.PROCESS.format(key=key, result=trials.RESULT).encode()
        key, files = "trial", {"trial.bpmn": asking, **files}
    try:
        compile_process(key, files)
    except InvalidDefinition as error:
        pytest.fail(f"the linter let through what can't be compiled: {error} {error.data}")
