"""`python -m bench`: mede a latência de ponta a ponta e imprime um quadro; `--json` para programas."""

import argparse
import sys

import msgspec

from bench.end_to_end import TARGET_MS, measure

HEADER = f"{'msgs/s':>8} {'replies':>8} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'max ms':>8}"


def main() -> int:
    """0 se todos os ritmos respeitam o alvo; 1 se não."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="From message to Graph call, through the whole system, by rate."
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each rate lasts (default 5)")
    parser.add_argument("--graph-ms", type=int, default=0, help="latency of the simulated Graph API")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    found = measure(options.seconds, options.graph_ms)
    if options.json:
        print(msgspec.json.encode(found).decode())
    else:
        print(HEADER)
        for row in found:
            of = row.latency
            numbers = " ".join(f"{n:8.1f}" for n in (of.p50, of.p95, of.p99, of.max))
            print(f"{row.per_s:8.0f} {of.replies:8d} {numbers}")
        print(f"target: p95 below {TARGET_MS:.0f} ms and every message answered")
    return 0 if all(row.good for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
