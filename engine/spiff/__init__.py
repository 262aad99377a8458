"""Processes that run: the only place that knows SpiffWorkflow.

`compile_process` makes the stored form of a process from its files, `load_process` restores it, and
`advance` is a pure function from (process, state, act) to a `Step`.
"""

from engine.spiff.advance import Picture, advance, peek
from engine.spiff.compiler import compile_process
from engine.spiff.elements import Element
from engine.spiff.process import CompiledProcess, load_process
from engine.spiff.resetting import resettable

__all__ = [
    "CompiledProcess",
    "Element",
    "Picture",
    "advance",
    "compile_process",
    "load_process",
    "peek",
    "resettable",
]
