"""What runs inside the processes that the tests kill: operations with fail-points, short waits."""
