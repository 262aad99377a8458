"""Approval settings (审批设置): approval matrices as a table for people who read no DMN."""
