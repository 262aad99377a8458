"""Reading, checking and explaining BPMN and DMN files; no database, no SpiffWorkflow objects."""
