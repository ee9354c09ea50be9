"""Interleaves rounds of `tessera bench kernels --lines` and of rivals and prints the table (see ../bench-kernels).

As a child (`kernels.py blas|numpy|torch NAME<tab>SIZE…`) it is one rival's side of one round: a line a kernel it knows.
"""
import ctypes
import os
import re
import statistics
import subprocess
import sys
import time

EACH = float(os.environ.get("SECONDS_EACH", 0.05))


def median_seconds(work):
    """As the program measures: a first call that does not count, short calls timed together."""
    work()
    times, together, end = [], 1, time.perf_counter() + EACH
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(together):
            work()
        taken = time.perf_counter() - start
        if taken < 2e-4 and together < 1 << 20:
            together *= 2
        else:
            times.append(taken / together)
    return statistics.median(times)


def numbers_of(size):
    return [int(number) for number in re.findall(r"\d+", size)]


def blas_library():
    """Where numpy's OpenBLAS is, and the beginning and end of its names."""
    import numpy

    numpy.dot(numpy.ones((2, 2), "f"), numpy.ones((2, 2), "f"))
    for path in {line.split()[-1] for line in open("/proc/self/maps") if "openblas" in line}:
        library = ctypes.CDLL(path)
        for prefix, suffix in (("scipy_", "64_"), ("", "64_"), ("scipy_", ""), ("", "")):
            if hasattr(library, prefix + "cblas_sgemm" + suffix):
                return path, prefix, suffix
    return None


def blas(name, size):
    if not re.fullmatch(r"(gemm|gemv|product|product with a weight) f(32|16)", name):
        return None
    library = blas_library()
    if library is None:
        return None

    def seconds(turned):
        command = [os.environ["BLAS_PROGRAM"], *library, *map(str, numbers_of(size)),
                   str(int(turned)), str(EACH)]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    if name.startswith("product"):
        return seconds(name != "product f32")
    # Weights that we have packed may stand as the rival likes best.
    return min(seconds(False), seconds(True))


def numpy_rows(name, size):
    import numpy as np

    if name not in ("softmax f32", "rms norm f32", "layer norm f32", "gelu tanh f32", "swiglu f32"):
        return None
    rows, width = numbers_of(size)
    x, up = (np.random.rand(rows, width).astype("f") * 4 - 2 for _ in range(2))
    gain, out, other = np.ones(width, "f"), np.empty_like(x), np.empty_like(x)

    def softmax():
        np.subtract(x, x.max(-1, keepdims=True), out=out)
        np.exp(out, out=out)
        np.multiply(out, np.float32(1) / out.sum(-1, keepdims=True), out=out)

    def rms_norm():
        factor = 1 / np.sqrt(np.einsum("ij,ij->i", x, x) / np.float32(width) + np.float32(1e-5))
        np.multiply(x, factor[:, None], out=out)
        np.multiply(out, gain, out=out)

    def layer_norm():
        np.subtract(x, x.mean(-1, keepdims=True), out=out)
        factor = 1 / np.sqrt(np.einsum("ij,ij->i", out, out) / np.float32(width) + np.float32(1e-5))
        np.multiply(out, factor[:, None], out=out)
        np.multiply(out, gain, out=out)
        np.add(out, gain, out=out)

    def gelu_tanh():
        np.multiply(x, x, out=out)
        np.multiply(out, np.float32(0.044715 * 0.7978845608), out=out)
        np.add(out, np.float32(0.7978845608), out=out)
        np.multiply(out, x, out=out)
        np.tanh(out, out=out)
        np.add(out, np.float32(1), out=out)
        np.multiply(out, x, out=out)
        np.multiply(out, np.float32(0.5), out=out)

    def swiglu():
        np.negative(x, out=out)
        np.exp(out, out=out)
        np.add(out, np.float32(1), out=out)
        np.divide(x, out, out=out)
        np.multiply(out, up, out=other)

    return median_seconds({"softmax f32": softmax, "rms norm f32": rms_norm,
                           "layer norm f32": layer_norm, "gelu tanh f32": gelu_tanh,
                           "swiglu f32": swiglu}[name])


def torch_kernel(name, size):
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    if name in ("attention f32", "attention gradient f32"):
        rows, keys, heads, width = numbers_of(size)
        if rows != keys:
            return None
        q, k, v, g = (torch.randn(1, heads, rows, width) for _ in range(4))
        attend = lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True)
        if name == "attention f32":
            with torch.no_grad():
                return median_seconds(attend)
        for operand in (q, k, v):
            operand.requires_grad_()
        result = attend()
        return median_seconds(lambda: torch.autograd.grad(result, (q, k, v), g, retain_graph=True))
    names = ("softmax f32", "rms norm f32", "layer norm f32", "gelu f32", "gelu tanh f32", "swiglu f32")
    if name not in names:
        return None
    rows, width = numbers_of(size)
    x, up, gain = torch.randn(rows, width), torch.randn(rows, width), torch.ones(width)
    out = torch.empty_like(x)
    with torch.no_grad():
        return median_seconds({
            "softmax f32": lambda: torch.softmax(x, -1, out=out),
            "rms norm f32": lambda: F.rms_norm(x, (width,), gain, 1e-5),
            "layer norm f32": lambda: F.layer_norm(x, (width,), gain, gain, 1e-5),
            "gelu f32": lambda: F.gelu(x),
            "gelu tanh f32": lambda: F.gelu(x, approximate="tanh"),
            "swiglu f32": lambda: F.silu(x).mul_(up)}[name])


RIVALS = {"blas": blas, "numpy": numpy_rows, "torch": torch_kernel}


def child(rival, kernels):
    for kernel in kernels:
        try:
            seconds = RIVALS[rival](*kernel.split("\t"))
        except ImportError:
            return
        if seconds is not None:
            print(f"{kernel}\t{seconds}", flush=True)


def versions(python):
    script = """
import sys
for name in ("numpy", "torch"):
    try: module = __import__(name); print(name, module.__version__, end="; ")
    except ImportError: pass
"""
    return subprocess.run([python, "-c", script], capture_output=True, text=True).stdout.strip("; \n")


def main():
    threads, rounds = os.environ.get("THREADS", "1"), int(os.environ.get("ROUNDS", 5))
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    for name in ("TESSERA_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        environment[name] = threads
    pythons = {"blas": sys.executable, "numpy": sys.executable,
               "torch": os.environ.get("TORCH", sys.executable)}

    def lines(*command):
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return [line.split("\t") for line in done.stdout.splitlines() if line]

    ours = [os.environ["TESSERA"], "bench", "kernels", "--lines", "--threads", threads,
            "--seconds", str(EACH)]
    if os.environ.get("ONLY"):
        ours += ["--only", os.environ["ONLY"]]
    order, mine, theirs, shares, rates, peaks = [], {}, {}, {}, {}, {}
    for _ in range(rounds):
        for fields in lines(*ours):
            if fields[0] == "peak":
                peaks.setdefault((fields[1], fields[3]), []).append(float(fields[2]))
                continue
            kernel = "\t".join(fields[:2])
            if kernel not in mine:
                order.append(kernel)
            mine.setdefault(kernel, []).append(float(fields[2]))
            rates.setdefault(kernel, []).append((float(fields[3]), float(fields[4])))
            shares.setdefault(kernel, []).append(float(fields[5]))
        for rival, python in pythons.items():
            for name, size, seconds in lines(python, os.path.abspath(__file__), rival, *order):
                theirs.setdefault((f"{name}\t{size}", rival), []).append(float(seconds))
    print(f"{threads} threads, {rounds} rounds; rivals: {versions(sys.executable)}; "
          f"{versions(pythons['torch'])}\n")
    for (name, unit), values in peaks.items():
        print(f"- {name}: {statistics.median(values):.1f} {unit} ({min(values):.1f} to {max(values):.1f})")
    print("\n| kernel | size | µs | GF/s | GB/s | % of limit | × OpenBLAS | × numpy | × torch |")
    print("|---|---|---|---|---|---|---|---|---|")
    for kernel in order:
        ratios = []
        for rival in RIVALS:
            pairs = zip(mine[kernel], theirs.get((kernel, rival), []))
            ratio = [other / own for own, other in pairs]
            ratios.append(f"{statistics.median(ratio):.2f}" if ratio else "")
        flops, bytes_ = (statistics.median(column) for column in zip(*rates[kernel]))
        name, size = kernel.split("\t")
        print(f"| {name} | {size} | {1e6 * statistics.median(mine[kernel]):.2f} | {flops:.1f} | {bytes_:.1f} |"
              f" {100 * statistics.median(shares[kernel]):.0f} | {' | '.join(ratios)} |")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        child(sys.argv[1], sys.argv[2:])
    elif len(sys.argv) == 1:
        main()
