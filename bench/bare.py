"""The small approval by hand: the same rows as the engine writes, statement by statement, a commit
a step."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg
from psycopg.types.json import Jsonb

Row = tuple[Any, ...]


class BareApproval:
    """start → manager → director → take effect, on a connection of its own."""

    def __init__(
        self, connection: psycopg.Connection[Row], starter: int, manager: int, director: int
    ) -> None:
        self.connection = connection
        self.starter, self.manager, self.director = starter, manager, director
        for user in (manager, director):
            self._run(
                "INSERT INTO bare.audience_member VALUES (%s, %s) ON CONFLICT DO NOTHING",
                user,
                user,
            )
        connection.commit()

    def _run(self, statement: str, *parameters: Any) -> Row | None:
        cursor = self.connection.execute(statement, parameters)
        return cursor.fetchone() if cursor.description else None

    def start(self, amount: int) -> int:
        """Submit; returns the task of the manager."""
        now = datetime.now(UTC)
        (document,) = self._row(
            "INSERT INTO bare.document (amount, state, version) VALUES (%s, 'submitted', 1) "
            "RETURNING id",
            amount,
        )
        variables = {
            "document": f"bench.document:{document}",
            "amount": amount,
            "manager_user": self.manager,
            "director_user": self.director,
            "initiator": self.starter,
        }
        (instance,) = self._row(
            "INSERT INTO bare.instance (definition, business_key, state, starter, started_at, "
            "outcome, version, card,"
            " trail_length, trail_head, data) VALUES ('small', %s, 1, %s, %s, '', 1, %s, 0, '',"
            " NULL) RETURNING id",
            variables["document"],
            self.starter,
            now,
            Jsonb({"amount": amount}),
        )
        head, length = self._trail(instance, b"", 0, now, self.starter, "started", "", None, {})
        self._activity(instance, str(uuid.uuid4()), "submitted", "", 2, now)
        for name, value in variables.items():
            self._value(instance, "submitted", name, value, now)
        task, head, length = self._open(
            instance, "manager", "to_manager", self.manager, amount, head, length, now
        )
        self._save(instance, 1, {"node": "manager", **variables}, head, length, None, "")
        self.connection.commit()
        return task

    def decide(self, task: int, user: int) -> int | None:
        """Approve; returns the next task, or None where the request took effect."""
        now = datetime.now(UTC)
        instance, key, data, head, length, task_id, node, audience, queue = self._row(
            "SELECT i.id, i.business_key, i.data, i.trail_head, i.trail_length, "
            "t.task_id::text, t.node, t.audience_id,"
            " t.queue FROM bare.task t JOIN bare.instance i ON i.id = t.instance_id"
            " WHERE t.id = %s AND t.state = 1 FOR UPDATE OF i, t",
            task,
        )
        allowed = self._run(
            "SELECT 1 FROM bare.audience_member WHERE audience_id = %s AND user_id = %s",
            audience,
            user,
        )
        if allowed is None:
            raise PermissionError(user)
        variables = orjson.loads(data)
        self._run(
            "UPDATE bare.task SET state = 4, audience_id = NULL, version = version + 1, "
            "ended_at = %s, decided_by = %s,"
            " decision = 'approve' WHERE id = %s",
            now,
            user,
            task,
        )
        self._run(
            "INSERT INTO bare.inbox_count (audience_id, queue, delta) VALUES (%s, %s, -1)",
            audience,
            queue,
        )
        self._run(
            "INSERT INTO bare.decision (task_id, user_id, code, opinion, at) VALUES (%s, %s, "
            "'approve', '', %s)",
            task,
            user,
            now,
        )
        self._run(
            "UPDATE bare.activity SET state = 2, ended_at = %s WHERE task_id = %s AND ended_at "
            "IS NULL",
            now,
            task_id,
        )
        head, length = self._trail(
            instance,
            bytes(head),
            length,
            now,
            user,
            "completed",
            node,
            task_id,
            {"decision": "approve"},
        )
        self._value(instance, node, "decision", "approve", now)
        self._activity(instance, str(uuid.uuid4()), f"{node}_decided", f"{node}_said", 2, now)
        following = None
        if node == "manager" and variables["amount"] > 100_000:
            following, head, length = self._open(
                instance, "director", "large", self.director, variables["amount"], head, length, now
            )
            self._save(
                instance,
                1,
                {**variables, "node": "director", "decision": "approve"},
                head,
                length,
                None,
                "",
            )
        else:
            self._activity(instance, str(uuid.uuid4()), "take_effect", "director_yes", 2, now)
            self._run(
                "UPDATE bare.document SET state = 'effective', version = version + 1 WHERE id = %s",
                int(key.rpartition(":")[2]),
            )
            self._value(instance, "take_effect", "outcome", "effective", now)
            self._activity(instance, str(uuid.uuid4()), "end_effective", "done", 2, now)
            head, length = self._trail(
                instance,
                head,
                length,
                now,
                user,
                "ended",
                "end_effective",
                None,
                {"outcome": "effective"},
            )
            self._save(instance, 3, None, head, length, now, "effective")
        self.connection.commit()
        return following

    def _row(self, statement: str, *parameters: Any) -> Row:
        row = self._run(statement, *parameters)
        if row is None:
            raise LookupError(statement)
        return row

    def _open(
        self,
        instance: int,
        node: str,
        flow: str,
        user: int,
        amount: int,
        head: bytes,
        length: int,
        now: datetime,
    ) -> tuple[int, bytes, int]:
        identity = str(uuid.uuid4())
        self._activity(instance, identity, node, flow, 1, now)
        (task,) = self._row(
            "INSERT INTO bare.task (instance_id, task_id, node, state, version, queue, "
            "priority, audience_id, assignee,"
            " assignment, created_at, due_at, decision, subject, amount, initiator)"
            " VALUES (%s, %s, %s, 1, 1, 'other', 50, %s, %s, %s, %s, %s, '', '', %s, %s) "
            "RETURNING id",
            instance,
            identity,
            node,
            user,
            user,
            Jsonb({str(user): {"rule": "named"}}),
            now,
            now + timedelta(days=1),
            amount,
            self.starter,
        )
        self._run(
            "INSERT INTO bare.inbox_count (audience_id, queue, delta) VALUES (%s, 'other', 1)", user
        )
        head, length = self._trail(
            instance,
            head,
            length,
            now,
            None,
            "created",
            node,
            identity,
            {"asked": {str(user): {"rule": "named"}}},
        )
        return task, head, length

    def _activity(
        self, instance: int, identity: str, node: str, flow: str, state: int, now: datetime
    ) -> None:
        self._run(
            "INSERT INTO bare.activity (instance_id, task_id, node, flow, state, started_at, "
            "ended_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            instance,
            identity,
            node,
            flow,
            state,
            now,
            now if state == 2 else None,
        )

    def _value(self, instance: int, node: str, name: str, value: Any, now: datetime) -> None:
        self._run(
            "INSERT INTO bare.value (instance_id, node, name, value, at) VALUES (%s, %s, %s, "
            "%s, %s)",
            instance,
            node,
            name,
            Jsonb(value),
            now,
        )

    def _trail(
        self,
        instance: int,
        head: bytes,
        length: int,
        now: datetime,
        actor: int | None,
        event: str,
        node: str,
        task: str | None,
        data: dict[str, Any],
    ) -> tuple[bytes, int]:
        said = orjson.dumps(
            [instance, length + 1, now, actor, event, node, task, data], option=orjson.OPT_SORT_KEYS
        )
        digest = hashlib.sha256(head + said).digest()
        self._run(
            "INSERT INTO bare.trail (instance_id, seq, at, actor, event, node, task_id, data, hash)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            instance,
            length + 1,
            now,
            actor,
            event,
            node,
            task,
            Jsonb(data),
            digest,
        )
        return digest, length + 1

    def _save(
        self,
        instance: int,
        state: int,
        data: dict[str, Any] | None,
        head: bytes,
        length: int,
        ended_at: datetime | None,
        outcome: str,
    ) -> None:
        self._run(
            "UPDATE bare.instance SET state = %s, data = %s, trail_head = %s, trail_length = "
            "%s, ended_at = %s,"
            " outcome = %s, version = version + 1 WHERE id = %s",
            state,
            None if data is None else orjson.dumps(data),
            head,
            length,
            ended_at,
            outcome,
            instance,
        )
