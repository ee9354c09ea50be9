"""Makes the text, runs the rounds and prints the table (see ../bench-tokenizer-training).

As a child (`tokenizer_training.py tokenizers|rustbpe FILE SIZE`) it is one rival's side of one round.
"""
import importlib.metadata
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import sysconfig
import time

PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def rival(name, path, size):
    if name == "tokenizers":
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers

        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.train([path], trainers.BpeTrainer(
            vocab_size=size, min_frequency=2, show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    else:
        import rustbpe

        with open(path, encoding="utf-8", newline="") as lines:
            rustbpe.Tokenizer().train_from_iterator(lines, vocab_size=size, pattern=PATTERN)


def text(path, size):
    assets = pathlib.Path("../shared/assets/text")
    files = sorted(p for p in assets.rglob("*") if p.suffix in {".txt", ".jsonl", ".tsv", ".json", ".dict"})
    files += sorted(pathlib.Path(sysconfig.get_paths()["stdlib"]).rglob("*.py"))
    got = bytearray()
    for file in files:
        if "site-packages" in file.parts or not file.is_file():
            continue
        got += file.read_bytes()
        if len(got) >= size:
            break
    content = bytes(got[:size]).decode("utf-8", "ignore").encode()
    pathlib.Path(path).write_bytes(content)
    return len(content)


def run(command):
    """Wall seconds and peak megabytes of a process, its start and end included."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def main():
    folder, ours = sys.argv[1], sys.argv[2]
    path = os.path.join(folder, "text")
    size, threads = os.environ.get("SIZE", "32000"), os.environ.get("THREADS", "2")
    length = text(path, int(os.environ.get("BYTES", "25000000")))
    os.environ["RAYON_NUM_THREADS"] = threads
    commands = {"tessera": [ours, "bench", "tokenizer-training", path, "--size", size, "--threads", threads, "--lines"]}
    for name in ("tokenizers", "rustbpe"):
        commands[name] = [sys.executable, __file__, name, path, size]
    rounds = {name: [] for name in commands}
    for _ in range(int(os.environ.get("ROUNDS", "5"))):
        for name, command in commands.items():
            rounds[name].append(run(command))
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("tokenizers", "rustbpe"))
    print(f"{length} bytes, {size} tokens, {threads} threads; {versions}; load {os.getloadavg()[0]:.1f}")
    print(f"{'':12}{'seconds':>9}{'CPU s':>9}{'peak MB':>9}{'times':>8}")
    medians = {name: [statistics.median(c) for c in zip(*r)] for name, r in rounds.items()}
    for name, (wall, peak, cpu) in medians.items():
        print(f"{name:12}{wall:9.2f}{cpu:9.2f}{peak:9.0f}{wall / medians['tessera'][0]:8.1f}")


if sys.argv[1] in ("tokenizers", "rustbpe"):
    rival(sys.argv[1], sys.argv[2], int(sys.argv[3]))
else:
    main()
