"""Our figures and llama-bench's on the same files, interleaved; see scripts/bench-models."""
import json
import os
import statistics
import subprocess

TESSERA = os.environ["TESSERA"]
LLAMA = os.environ["LLAMA_BENCH"]
FOLDER = os.environ["MODELS"]
TYPES = os.environ["TYPES"].split()
THREADS = [int(n) for n in os.environ.get("THREADS", "1 2").split()]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
PROMPTS = os.environ.get("PROMPTS", "128,512")
TOKENS = os.environ.get("TOKENS", "64")
ACTIVATIONS = os.environ.get("ACTIVATIONS", "q8")
LENGTHS = [int(n) for n in PROMPTS.split(",") if int(n) > 0]


def ours(path, threads):
    """Writing, its bound, slow steps, prompts; tokens a second. And megabytes, seconds to the first token."""
    line = subprocess.run(
        [TESSERA, "bench", "models", path, "--lines", "--threads", str(threads), "--prompts",
         PROMPTS, "--tokens", TOKENS, "--rounds", "1", "--activations", ACTIVATIONS],
        check=True, capture_output=True, text=True).stdout.split()
    loading, first, peak, writing, bound, slow, *prompts = map(float, line[1:])
    return dict(first=first, peak=peak, write=writing, bound=bound, slow=slow, prompts=prompts)


def rival(path, threads):
    """Writing and prompts, tokens a second; None where there is no rival."""
    if not os.access(LLAMA, os.X_OK):
        return None
    out = subprocess.run(
        [LLAMA, "-m", path, "-t", str(threads), "-p", PROMPTS, "-n", TOKENS, "-r", "1", "-o", "json"],
        check=True, capture_output=True, text=True).stdout
    rows = json.loads(out)
    found = {(row["n_prompt"], row["n_gen"]): row["avg_ts"] for row in rows}
    rival.version = f"build {rows[0]['build_commit']}, {rows[0]['cpu_info']}"
    return dict(write=found[(0, int(TOKENS))], prompts=[found[(n, 0)] for n in LENGTHS])


rival.version = "not there"


def ratio(pairs):
    values = [a / b for a, b in pairs if b]
    return f"{statistics.median(values):.2f}" if values else ""


print("| file | threads | " + " | ".join(f"prompt {n} | ×" for n in LENGTHS)
      + " | write | × | of the bound | slow steps |")
print("|---" * (6 + 2 * len(LENGTHS)) + "|")
for kind in TYPES:
    path = f"{FOLDER}/smollm2-{kind}.gguf"
    for threads in THREADS:
        mine, theirs = [], []
        for round in range(ROUNDS):
            # Who comes first changes.
            order = [ours, rival] if round % 2 == 0 else [rival, ours]
            results = {call: call(path, threads) for call in order}
            mine.append(results[ours])
            if results[rival]:
                theirs.append(results[rival])
        cells = []
        for place in range(len(LENGTHS)):
            cells.append(f"{statistics.median(r['prompts'][place] for r in mine):.0f}")
            cells.append(ratio((a["prompts"][place], b["prompts"][place]) for a, b in zip(mine, theirs)))
        cells.append(f"{statistics.median(r['write'] for r in mine):.0f}")
        cells.append(ratio((a["write"], b["write"]) for a, b in zip(mine, theirs)))
        cells.append(f"{100 * statistics.median(r['write'] / r['bound'] for r in mine):.0f} %")
        cells.append(f"{100 * statistics.median(r['slow'] for r in mine):.1f} %")
        print(f"| {kind} | {threads} | " + " | ".join(cells) + " |", flush=True)
print(f"\nllama.cpp: {rival.version}")
