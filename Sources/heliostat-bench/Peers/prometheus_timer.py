"""What the Python client of Prometheus takes: `observe` prints the nanoseconds of CPU of one observation into a histogram with labels,
the reading of the clock included; `render` the milliseconds of CPU of rendering 5,000 series."""
import sys
import time

from prometheus_client import CollectorRegistry, Histogram, generate_latest

registry = CollectorRegistry()


def observe():
    histogram = Histogram("operation_seconds", "Durations.", ["operation"], registry=registry).labels("sync")
    count = 200_000
    began = time.process_time_ns()
    for _ in range(count):
        start = time.perf_counter()
        histogram.observe(time.perf_counter() - start)
    return (time.process_time_ns() - began) / count


def render():
    # Fourteen buckets and infinity, a sum, a count and a time of creation: 18 series a child.
    histogram = Histogram("operation_seconds", "Durations.", ["operation"], registry=registry)
    for number in range(278):
        histogram.labels(f"operation-{number}").observe(number / 100)
    began = time.process_time_ns()
    for _ in range(5):
        generate_latest(registry)
    return (time.process_time_ns() - began) / 5 / 1e6


print(observe() if sys.argv[1] == "observe" else render())
