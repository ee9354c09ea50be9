"""Interleaves rounds of our product and numpy's and prints the table (see ../bench-gemm).

As a child (`gemm.py numpy ROWS K COLUMNS`) it is numpy's side of one round: the best of weights [k, columns]
and [columns, k], since a library is free to like one better.
"""
import os
import statistics
import subprocess
import sys
import time

SHAPES = """256x256x256 512x512x512 1024x1024x1024 2048x2048x2048
            128x576x1536 512x768x3072 1x768x50257"""
SECONDS = 0.4


def rival(rows, k, columns):
    import numpy

    a = numpy.random.rand(rows, k).astype("f")
    c = numpy.empty((rows, columns), "f")
    rates = []
    for b in (numpy.random.rand(k, columns).astype("f"), numpy.random.rand(columns, k).astype("f").T):
        seconds, begin = [], 0
        for i in range(-2, 400):
            if i == 0:
                begin = time.perf_counter()
            if i >= 5 and time.perf_counter() - begin > SECONDS / 2:
                break
            start = time.perf_counter()
            numpy.dot(a, b, out=c)
            if i >= 0:
                seconds.append(time.perf_counter() - start)
        rates.append(2e-9 * rows * k * columns / statistics.median(seconds))
    print(max(rates))


def rival_name():
    """Which OpenBLAS numpy holds, and the kernel it has chosen."""
    import ctypes
    import numpy

    numpy.dot(numpy.ones((2, 2), "f"), numpy.ones((2, 2), "f"))
    paths = {line.split()[-1] for line in open("/proc/self/maps") if "openblas" in line}
    for path in paths:
        library = ctypes.CDLL(path)
        for prefix, suffix in (("scipy_", "64_"), ("", "64_"), ("scipy_", ""), ("", "")):
            try:
                names = [getattr(library, prefix + f + suffix)
                         for f in ("openblas_get_config", "openblas_get_corename")]
            except AttributeError:
                continue
            for name in names:
                name.restype = ctypes.c_char_p
            print(" | ".join(name().decode() for name in names))
            return
    print("unknown BLAS")


def environment(threads):
    kept = {name: value for name, value in os.environ.items()
            if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    for name in ("TESSERA_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        kept[name] = str(threads)
    return kept


def run(threads, *command):
    pinned = ["taskset", "-c", ",".join(str(core) for core in range(threads))]
    return subprocess.run(pinned + list(command), env=environment(threads), check=True,
                          capture_output=True, text=True).stdout.strip()


def peak(program, threads):
    """Of as many processes at once as there are threads."""
    all = [subprocess.Popen(["taskset", "-c", str(core), program, "peak"], env=environment(1),
                            stdout=subprocess.PIPE, text=True) for core in range(threads)]
    return sum(float(one.communicate()[0]) for one in all)


def main(program):
    rounds = int(os.environ.get("ROUNDS", 9))
    this = [sys.executable, os.path.abspath(__file__)]
    print("rival:", run(1, *this, "name"))
    print("load before:", os.getloadavg(), " rounds:", rounds, flush=True)
    print(f"{'rows x k x columns':>18} threads {'peak':>6} {'packed':>7} {'plain':>7} {'rival':>7}"
          f" {'packed/rival':>13} {'plain/rival':>12} {'% of peak':>10}")
    for threads in map(int, os.environ.get("THREADS", "1 2").split()):
        for shape in os.environ.get("SHAPES", SHAPES).split():
            sizes = shape.split("x")
            results = []
            for _ in range(rounds):
                results.append((peak(program, threads),
                                float(run(threads, program, "packed", *sizes)),
                                float(run(threads, *this, "numpy", *sizes)),
                                float(run(threads, program, "plain", *sizes))))
            top, packed, other, plain = (statistics.median(column) for column in zip(*results))
            ratio = statistics.median(row[1] / row[2] for row in results)
            unpacked = statistics.median(row[3] / row[2] for row in results)
            share = statistics.median(row[1] / row[0] for row in results)
            print(f"{shape:>18} {threads:>7} {top:6.0f} {packed:7.1f} {plain:7.1f} {other:7.1f}"
                  f" {ratio:13.2f} {unpacked:12.2f} {100 * share:10.0f}", flush=True)
    print("load after:", os.getloadavg())


if __name__ == "__main__":
    if sys.argv[1] == "numpy":
        rival(*map(int, sys.argv[2:]))
    elif sys.argv[1] == "name":
        rival_name()
    else:
        main(sys.argv[1])
