"""A process ready to run, restored from its stored form and shared by all threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

import orjson
from django.utils.translation import gettext as _

from engine.exceptions import InvalidDefinition
from engine.spiff.compiler import FORMAT
from engine.spiff.elements import Element, element_from
from engine.spiff.storage import spec_from_dict

CACHED: Final = 256
"""Processes kept ready; the one not used for longest goes first."""


class CompiledProcess:
    """A process with all it calls. Nothing of it is ever changed."""

    def __init__(self, stored: bytes, checksum: str) -> None:
        content = orjson.loads(stored)
        if content.get("format") != FORMAT:
            raise InvalidDefinition(
                _("The stored process has the unknown format %(format)s.")
                % {"format": content.get("format")}
            )
        self.key: str = content["key"]
        self.checksum = checksum
        owners: dict[str, str] = content["owners"]
        self.spec: Any = spec_from_dict(content["spec"], self.key)
        self.specs: Mapping[str, Any] = {
            name: spec_from_dict(spec, owners[name]) for name, spec in content["specs"].items()
        }
        found = [element_from(stored_element) for stored_element in content["elements"]]
        self.elements: Mapping[tuple[str, str], Element] = {(e.process, e.id): e for e in found}
        self.properties: Mapping[str, str] = self.elements[self.key, self.key].properties
        self._flows: dict[tuple[str, str, str], str] = {}
        for element in reversed(found):
            if element.type == "sequenceFlow":
                self._flows[element.process, element.source, element.target] = element.id

    def element(self, process: str, element_id: str) -> Element:
        """The element, or `KeyError`. The process itself has its key for an id."""
        return self.elements[process, element_id]

    def name(self, language: str) -> str:
        """Name of the process in that language."""
        return self.elements[self.key, self.key].label(language)

    def flow(self, process: str, source: str, target: str) -> str:
        """Id of the sequence flow between two nodes (the first, where there are several), or an
        empty string."""
        return self._flows.get((process, source, target), "")


_cache: OrderedDict[str, CompiledProcess] = OrderedDict()
_lock = threading.Lock()


def load_process(stored: bytes, checksum: str) -> CompiledProcess:
    """The process restored from `stored`, or the one already restored under that checksum."""
    with _lock:
        process = _cache.get(checksum)
        if process is not None:
            _cache.move_to_end(checksum)
            return process
    process = CompiledProcess(stored, checksum)
    with _lock:
        process = _cache.setdefault(checksum, process)
        _cache.move_to_end(checksum)
        while len(_cache) > CACHED:
            _cache.popitem(last=False)
    return process
