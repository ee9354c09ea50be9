"""Training steps of a Llama-type decoder: runs the rounds and prints the table (see ../bench-training).

As a child (`training.py torch|torch-compiled|jax THREADS SIZES…`) it is one rival's side of one round; it
prints the median seconds of a step, the peak megabytes and those before the model was made.
"""
import os
import pathlib
import platform
import re
import resource
import statistics
import subprocess
import sys
import time

NAMES = ["layers", "width", "heads", "mlp", "context", "batch", "vocabulary", "steps"]
RATE, DECAYS, EPSILON, DECAY = 1e-3, (0.9, 0.98), 1e-8, 0.1


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(step, steps, before):
    """Two steps (and the compilation) before those that count."""
    seconds = []
    for n in range(steps + 2):
        start = time.perf_counter()
        loss = step(n)
        seconds.append(time.perf_counter() - start)
    print(statistics.median(seconds[2:]), peak(), before, loss)


def with_torch(compiled, threads, s):
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    torch.manual_seed(1)
    before = peak()
    head = s["width"] // s["heads"]

    class Layer(torch.nn.Module):
        def __init__(self):
            super().__init__()
            w, m = s["width"], s["mlp"]
            self.qkv = torch.nn.Linear(w, 3 * w, bias=False)
            self.o = torch.nn.Linear(w, w, bias=False)
            self.gate_up = torch.nn.Linear(w, 2 * m, bias=False)
            self.down = torch.nn.Linear(m, w, bias=False)
            self.first = torch.nn.Parameter(torch.ones(w))
            self.second = torch.nn.Parameter(torch.ones(w))

        def forward(self, x, cos, sin):
            b, t, w = x.shape
            h = F.rms_norm(x, (w,), self.first, 1e-5)
            qkv = self.qkv(h).view(b, t, 3, s["heads"], head).permute(2, 0, 3, 1, 4)
            q, k, v = turn(qkv[0], cos, sin), turn(qkv[1], cos, sin), qkv[2]
            a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.o(a.transpose(1, 2).reshape(b, t, w))
            h = F.rms_norm(x, (w,), self.second, 1e-5)
            gate, up = self.gate_up(h).chunk(2, -1)
            return x + self.down(F.silu(gate) * up)

    def turn(x, cos, sin):
        a, b = x.chunk(2, -1)
        return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.table = torch.nn.Embedding(s["vocabulary"], s["width"])
            self.layers = torch.nn.ModuleList(Layer() for _ in range(s["layers"]))
            self.last = torch.nn.Parameter(torch.ones(s["width"]))
            for p in self.parameters():
                if p.dim() > 1:
                    torch.nn.init.normal_(p, std=0.02)
            angles = torch.outer(torch.arange(s["context"]).double(),
                                 10_000.0 ** (-torch.arange(head // 2).double() / (head // 2)))
            self.register_buffer("cos", angles.cos().float())
            self.register_buffer("sin", angles.sin().float())

        def forward(self, ids, targets):
            x = self.table(ids)
            for layer in self.layers:
                x = layer(x, self.cos, self.sin)
            x = F.rms_norm(x, (s["width"],), self.last, 1e-5)
            logits = F.linear(x, self.table.weight)
            return F.cross_entropy(logits.view(-1, s["vocabulary"]), targets.view(-1))

    model = Model()
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in parameters if p.dim() > 1], "weight_decay": DECAY},
         {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0.0}],
        lr=RATE, betas=DECAYS, eps=EPSILON, fused=True)
    loss_of = torch.compile(model) if compiled else model
    data = torch.randint(1, s["vocabulary"], (4, s["batch"], s["context"] + 1))

    def step(n):
        window = data[n % 4]
        loss = loss_of(window[:, :-1].contiguous(), window[:, 1:].contiguous())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.item()

    report(step, s["steps"], before)


def with_jax(threads, s):
    if threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    import jax
    import jax.numpy as jnp

    before = peak()
    heads, head, width = s["heads"], s["width"] // s["heads"], s["width"]
    angles = jnp.outer(jnp.arange(s["context"]), 10_000.0 ** (-jnp.arange(head // 2) / (head // 2)))
    cos, sin = jnp.cos(angles)[:, None, :], jnp.sin(angles)[:, None, :]

    def norm(x, gain):
        return x * jax.lax.rsqrt(jnp.mean(x * x, -1, keepdims=True) + 1e-5) * gain

    def turn(x):
        a, b = jnp.split(x, 2, -1)
        return jnp.concatenate((a * cos - b * sin, b * cos + a * sin), -1)

    def layer(x, p):
        b, t, _ = x.shape
        qkv = (norm(x, p["first"]) @ p["qkv"]).reshape(b, t, 3, heads, head)
        q, k, v = turn(qkv[:, :, 0]), turn(qkv[:, :, 1]), qkv[:, :, 2]
        a = jax.nn.dot_product_attention(q, k, v, is_causal=True)
        x = x + a.reshape(b, t, width) @ p["o"]
        gate, up = jnp.split(norm(x, p["second"]) @ p["gate_up"], 2, -1)
        return x + (jax.nn.silu(gate) * up) @ p["down"]

    def loss_of(p, ids, targets):
        x = p["table"][ids]
        for one in p["layers"]:
            x = layer(x, one)
        logits = norm(x, p["last"]) @ p["table"].T
        chosen = jnp.take_along_axis(logits, targets[..., None], -1)[..., 0]
        return jnp.mean(jax.nn.logsumexp(logits, -1) - chosen)

    def update(state, ids, targets):
        p, m, v, n = state
        loss, g = jax.value_and_grad(loss_of)(p, ids, targets)
        size = jnp.sqrt(sum(jnp.sum(x * x) for x in jax.tree.leaves(g)))
        g = jax.tree.map(lambda x: x * jnp.minimum(1, 1 / size), g)
        m = jax.tree.map(lambda m, g: DECAYS[0] * m + (1 - DECAYS[0]) * g, m, g)
        v = jax.tree.map(lambda v, g: DECAYS[1] * v + (1 - DECAYS[1]) * g * g, v, g)
        c, d = 1 / (1 - DECAYS[0] ** n), 1 / (1 - DECAYS[1] ** n)
        p = jax.tree.map(
            lambda p, m, v: p - RATE * (m * c / (jnp.sqrt(v * d) + EPSILON)
                                        + (DECAY if p.ndim > 1 else 0) * p), p, m, v)
        return (p, m, v, n + 1), loss

    key = jax.random.key(1)

    def drawn(*shape):
        nonlocal key
        key, one = jax.random.split(key)
        return 0.02 * jax.random.normal(one, shape)

    m = s["mlp"]
    layers = [{"qkv": drawn(width, 3 * width), "o": drawn(width, width), "gate_up": drawn(width, 2 * m),
               "down": drawn(m, width), "first": jnp.ones(width), "second": jnp.ones(width)}
              for _ in range(s["layers"])]
    p = {"table": drawn(s["vocabulary"], width), "layers": layers, "last": jnp.ones(width)}
    state = (p, jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p), jnp.float32(1))
    data = jax.random.randint(key, (4, s["batch"], s["context"] + 1), 1, s["vocabulary"])
    run = jax.jit(update, donate_argnums=0)

    def step(n):
        nonlocal state
        window = data[n % 4]
        state, loss = run(state, window[:, :-1], window[:, 1:])
        return float(jax.block_until_ready((state, loss))[1])

    report(step, s["steps"], before)


def child(command):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        return None, (done.stderr.strip().splitlines() or ["no message"])[-1]
    return [float(word) for word in done.stdout.split()], None


def version(python, package):
    command = [python, "-c", f"import importlib.metadata as m; print(m.version('{package}'))"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def main():
    ours = os.environ.get("TESSERA", ".build/release/tessera")
    torch, jax = os.environ.get("TORCH_PYTHON", "python3"), os.environ.get("JAX_PYTHON", "python3")
    rivals = {"torch": torch, "torch-compiled": torch, "jax": jax}
    wanted = os.environ.get("RIVALS", "torch torch-compiled jax").split()
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    print(f"{cpu[1] if cpu else platform.processor()}, {os.cpu_count()} cores; torch {version(torch, 'torch')}, "
          f"jax {version(jax, 'jax')}; load {os.getloadavg()[0]:.1f}\n")
    print("| sizes | threads | | ms a step | tokens/s | peak MB (before the model) | × |\n|---|---|---|---|---|---|---|")
    for text in os.environ.get("SIZES", "4x256x4x688x256x16x4096 6x64x4x176x96x64x512").split():
        sizes = [int(n) for n in text.split("x")] + [int(os.environ.get("STEPS", "5"))]
        s = dict(zip(NAMES, sizes))
        options = [o for name, value in s.items() for o in (f"--{name}", str(value))]
        for threads in os.environ.get("THREADS", "1 2").split():
            commands = {"tessera": [ours, "bench", "training", *options, "--threads", threads, "--lines"]}
            for name in wanted:
                commands[name] = [rivals[name], __file__, name, threads, *map(str, sizes)]
            rounds, failures = {name: [] for name in commands}, {}
            for _ in range(int(os.environ.get("ROUNDS", "5"))):
                for name, command in commands.items():
                    if name in failures:
                        continue
                    result, failure = child(command)
                    if failure:
                        failures[name] = failure
                    else:
                        rounds[name].append(result)
            for name, results in rounds.items():
                if name in failures:
                    print(f"| {text} | {threads} | {name} | did not run: {failures[name]} | | | |")
                    continue
                seconds = statistics.median(r[0] for r in results)
                ratio = statistics.median(r[0] / o[0] for r, o in zip(results, rounds["tessera"]))
                memory = statistics.median(r[1] for r in results)
                # Ours has the tokens' rate, operations and share of the peak beside.
                before = f" ({statistics.median(r[2] for r in results):.0f})" if name != "tessera" else ""
                rate = s["batch"] * s["context"] / seconds
                print(f"| {text} | {threads} | {name} | {1e3 * seconds:.1f} | {rate:.0f} | {memory:.0f}{before} "
                      f"| {ratio:.2f} |", flush=True)


if len(sys.argv) > 1:
    sizes = dict(zip(NAMES, map(int, sys.argv[3:])))
    if sys.argv[1] == "jax":
        with_jax(int(sys.argv[2]), sizes)
    else:
        with_torch(sys.argv[1] == "torch-compiled", int(sys.argv[2]), sizes)
else:
    main()
