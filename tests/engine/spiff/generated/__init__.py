"""Random diagrams of blocks, from every element that runs here (`test_against_stock` sees to it
that none is forgotten).

Left out is what the linter refuses, timers that are due at the same moment (which of them comes
first is left open), and what stock SpiffWorkflow does wrong:

- a parallel join in a loop (`test_a_join_in_a_loop_counts_what_came_in_the_round_before`);
- tokens of parallel branches that write the same variable
  (`test_a_join_takes_stale_values_and_mixes_lists`), and children of a multi-instance without a
  list of which only some write it (`test_children_without_a_list_undo_what_others_changed`);
- in a loop, a multi-instance of which something stays (`test_a_multi_instance_in_a_loop`);
- error events in the children of a multi-instance, and equal codes elsewhere
  (`test_an_error_is_caught_by_every_event_of_its_code`), and more than an end event between the
  error and the event (`test_an_error_lets_the_scopes_between_go_on`);
- other tokens that are ready when one terminates (`test_a_terminate_lets_a_ready_token_move_on`);
- decision tables without a row that fits, where a row was found before
  (`test_collect_mixes_the_columns_of_two_rounds`).

What stock does wrong, but does right if it is drawn otherwise, is drawn otherwise for it
(`for_stock`), and some of its faults are mended (`mended`).
"""

from __future__ import annotations

from tests.engine.spiff.diagrams import decorated
from tests.engine.spiff.generated import activities, failures, gateways  # noqa: F401  (they register)
from tests.engine.spiff.generated.drawing import Drawing, Place
from tests.engine.spiff.generated.rows import a_body
from tests.engine.spiff.generated.turns import in_turn

__all__ = ["Drawing", "files_of"]


def files_of(drawing: Drawing, turn: int) -> dict[str, bytes]:
    """The files of a random process `p`; of so many as there are turns each begins with something
    else."""
    place, plain = Place(), drawing.pick(True, True, False)
    first = in_turn(drawing, place, turn)
    body = a_body(drawing, place, "", first)
    drawing.add_process("p", body if plain else decorated(body, first[1]))
    return drawing.files
