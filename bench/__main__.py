"""`python -m bench [name …]`: all measurements, or those named; in an environment with services
(`make bench`)."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402

from bench.contracts import measure_contract_batch  # noqa: E402
from bench.inbox import measure_inbox  # noqa: E402
from bench.pages import measure_pages  # noqa: E402
from bench.report import Figure, head, say, show, write  # noqa: E402
from bench.runs import measure_loop, measure_timers  # noqa: E402
from bench.sales import measure_sales  # noqa: E402
from bench.setting import People, make_setting  # noqa: E402
from bench.steps import measure_batch, measure_real_approval, measure_steps  # noqa: E402

MEASUREMENTS: dict[str, Callable[[People], Iterator[Figure]]] = {
    "steps": measure_steps,
    "real": measure_real_approval,
    "batch": measure_batch,
    "loop": measure_loop,
    "timers": measure_timers,
    "pages": measure_pages,
    "contracts": measure_contract_batch,
    "sales": lambda _people: measure_sales(),
    "inbox": lambda _people: measure_inbox(),
}


def main() -> int:
    """Measure and report; figures that miss their goal don't fail: this is a benchmark, no test.
    2 for a name that no measurement has."""
    names = sys.argv[1:] or list(MEASUREMENTS)
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        known = ", ".join(MEASUREMENTS)
        sys.stderr.write(f"no measurement is called {', '.join(unknown)}; there are: {known}\n")
        return 2
    people = make_setting()
    gc.collect()
    gc.freeze()  # as in the web server
    figures: list[Figure] = []
    head()
    for name in names:
        for figure in MEASUREMENTS[name](people):
            figures.append(figure)
            show(figure)
    file = settings.BASE_DIR / "var" / "bench.json"
    write(figures, file)
    say(f"written to {file.relative_to(settings.BASE_DIR)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
