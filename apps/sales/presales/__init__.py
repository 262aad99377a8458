"""Presales support: somebody who sells asks for an engineer, the service manager finds one."""
