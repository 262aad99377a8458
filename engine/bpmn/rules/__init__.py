"""The rules of the linter: one small function each, registered for what it looks at.

A rule gets one thing (a node, a scope, a diagram, a decision table, or all files) and the `World`
around it, and yields findings. The modules are imported by `engine.bpmn.linter`, in the order in
which their findings are found.
"""
