"""Approval of documents: the operations and forms of `approval.bpmn` and `approval_level.bpmn`."""
