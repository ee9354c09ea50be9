"""The table of scripts/bench-tokenizers; with arguments, one measurement of one rival."""
import glob
import importlib.metadata
import importlib.util
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time

ASSETS = os.environ.get("ASSETS", "../shared/assets")
VOCABULARIES = ("gpt2", "cl100k")
REPEATS = os.environ.get("REPEATS", "5")
FILES = {
    "gpt2": f"{ASSETS}/tokenizers/gpt2/tokenizer.json",
    "cl100k": f"{ASSETS}/tokenizers/cl100k/cl100k_base.tiktoken",
    "o200k": f"{ASSETS}/tokenizers/o200k/o200k_base.tiktoken",
}
RIVALS = ("tiktoken", "tokenizers", "gigatoken")
# Too slow to run on whole texts in every round.
SHORTENED = {"tokenizers": 1_000_000}
GPT2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
O200K = "|".join(
    [
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""\p{N}{1,3}""",
        r""" ?[^\s\p{L}\p{N}]+[\r\n/]*""",
        r"""\s*[\r\n]+""",
        r"""\s+(?!\S)""",
        r"""\s+""",
    ]
)
CL100K = (
    r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"""
)


def ranks(vocabulary):
    import base64
    import json

    if vocabulary != "gpt2":
        lines = open(FILES[vocabulary], "rb").read().split()
        return {base64.b64decode(token): int(rank) for token, rank in zip(lines[::2], lines[1::2])}
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in visible]
    byte_of = {chr(byte): byte for byte in visible} | {chr(256 + i): byte for i, byte in enumerate(hidden)}
    table = json.load(open(f"{ASSETS}/tokenizers/gpt2/encoder.json", encoding="utf-8"))
    return {bytes(byte_of[c] for c in token): rank for token, rank in table.items() if token != "<|endoftext|>"}


def load(rival, vocabulary):
    """The rival's encode (bytes -> ids) and decode."""
    if rival == "tiktoken":
        import tiktoken

        pattern = {"gpt2": GPT2, "cl100k": CL100K, "o200k": O200K}[vocabulary]
        encoding = tiktoken.Encoding(vocabulary, pat_str=pattern, mergeable_ranks=ranks(vocabulary), special_tokens={})
        return lambda text: encoding.encode_ordinary(text.decode()), encoding.decode_bytes
    if rival == "tokenizers":
        import tokenizers

        if vocabulary != "gpt2":
            raise SystemExit(3)
        tokenizer = tokenizers.Tokenizer.from_file(FILES["gpt2"])
        return lambda text: tokenizer.encode(text.decode()).ids, tokenizer.decode
    from gigatoken.gigatoken_rs import BPETokenizer

    if vocabulary == "gpt2":
        tokenizer = BPETokenizer.from_hf(FILES["gpt2"])
    else:
        names = {"cl100k": "gpt4", "o200k": "o200k"}
        tokenizer = BPETokenizer.from_tiktoken(FILES[vocabulary], names[vocabulary])
    return tokenizer.encode, tokenizer.decode


def measure(rival, vocabulary, path, ids_path):
    if path == "-":
        # Reading the vocabulary included; the libraries are there already.
        for name in RIVALS:
            if importlib.util.find_spec(name):
                __import__(name)
        times = []
        for _ in range(2):
            start = time.perf_counter()
            load(rival, vocabulary)
            times.append(time.perf_counter() - start)
        return print(*times)
    text = open(path, "rb").read()
    encode, decode = load(rival, vocabulary)
    if rival in SHORTENED:
        text = text[: SHORTENED[rival]].decode(errors="ignore").encode()

    def rate(work, argument):
        start = time.perf_counter()
        result = work(argument)
        return len(text) / (time.perf_counter() - start) / 1e6, result

    cold, ids = rate(encode, text)
    rounds = int(REPEATS) if rival == "gigatoken" else 2
    warm = statistics.median(rate(encode, text)[0] for _ in range(rounds))
    decoding = statistics.median(rate(decode, ids)[0] for _ in range(2))
    if rival not in SHORTENED:
        import array

        array.array("i", [int(i) for i in ids]).tofile(open(ids_path, "wb"))
    print(cold, warm, decoding)


def texts(folder):
    """The texts by name, as files of about ten megabytes."""

    def join(paths, times=1, limit=10_500_000):
        data = b"".join(open(p, "rb").read() for p in sorted(paths)) * times
        return data[:limit].decode(errors="ignore").encode()

    library = sysconfig.get_paths()["stdlib"]
    parallel = glob.glob(f"{ASSETS}/text/parallel/udhr/*")
    other = glob.glob(f"{ASSETS}/text/japanese/*.txt") + glob.glob(f"{ASSETS}/text/turkish/*.txt")
    state = 88172645463325252
    letters = bytearray()
    for _ in range(1_000_000):
        state ^= state << 13 & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 7
        state ^= state << 17 & 0xFFFFFFFFFFFFFFFF
        letters.append(97 + (state >> 20) % 26)
    made = {
        "english": lambda: join(glob.glob(f"{ASSETS}/text/english/*.txt")),
        "code": lambda: join(glob.glob(f"{library}/**/*.py", recursive=True)[:1500]),
        "mixed": lambda: join(parallel + other, times=3),
        "hostile a": lambda: b"a" * 1_000_000,
        "hostile random": lambda: bytes(letters),
        "hostile 10 MB": lambda: bytes(letters) * 10,
    }
    wanted = os.environ.get("TEXTS", "english code mixed hostile").split()
    for name, make in made.items():
        if name.split()[0] not in wanted:
            continue
        path = os.path.join(folder, name.replace(" ", "-"))
        open(path, "wb").write(make())
        yield name, path


def run(name, vocabulary, path, ids):
    """The figures that a process of its own gives."""
    if name == "tessera":
        command = [os.environ["TESSERA"], "bench", "tokenizers", FILES[vocabulary], "--lines", "--rounds", REPEATS]
        command += [] if vocabulary == "gpt2" else ["--kind", vocabulary]
        command += [] if path == "-" else [path, "--ids", ids]
    else:
        command = [sys.executable, os.path.abspath(__file__), name, vocabulary, path, ids]
    pinned = ["taskset", "-c", os.environ.get("CORE", "0"), *command]
    result = subprocess.run(pinned, capture_output=True, text=True, env={**os.environ, "RAYON_NUM_THREADS": "1"})
    if result.returncode == 3:
        return None
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(pinned)} failed:\n{result.stderr}")
    return [float(word) for word in result.stdout.split()[:3] if word != "loading"]


def loading(names, rounds):
    """Milliseconds until o200k is ready."""
    times = {name: [] for name in names if name != "tokenizers"}
    for _ in range(rounds):
        for name, measured in times.items():
            measured.append(run(name, "o200k", "-", ""))
    for name, measured in times.items():
        medians = [statistics.median(column) * 1000 for column in zip(*measured)]
        kinds = ("first", "later", "mapped form")
        cells = [f"{kind} {value:.1f}" for kind, value in zip(kinds, medians)]
        print(f"loading o200k, ms: {name} " + " / ".join(cells), flush=True)


def main():
    names = ["tessera"] + [rival for rival in RIVALS if importlib.util.find_spec(rival)]
    rounds = int(os.environ.get("ROUNDS", "5"))
    print(", ".join(f"{name} {importlib.metadata.version(name)}" for name in names[1:]))
    if "loading" in os.environ.get("TEXTS", "loading").split():
        loading(names, rounds)
    with tempfile.TemporaryDirectory() as folder:
        print(f"load before: {os.getloadavg()[0]:.1f}; MB/s, medians of {rounds} rounds: cold / warm / decoding (median ratio of warm rates)")
        for text, path in texts(folder):
            for vocabulary in VOCABULARIES:
                figures = {name: [] for name in names}
                ids = {}
                for _ in range(rounds):
                    for name in names:
                        # On one long piece some rivals take minutes; they are not waited for.
                        if text == "hostile 10 MB" and name not in ("tessera", "gigatoken"):
                            continue
                        output = os.path.join(folder, f"{name}.ids")
                        measured = run(name, vocabulary, path, output)
                        if measured is None:
                            continue
                        figures[name].append(measured)
                        if name not in SHORTENED and name not in ids:
                            ids[name] = open(output, "rb").read()
                    if len(set(ids.values())) > 1:
                        raise SystemExit(f"{text}, {vocabulary}: the ids of {', '.join(ids)} are not equal")
                medians = {n: [statistics.median(c) for c in zip(*f)] for n, f in figures.items() if f}
                ours = figures["tessera"]
                ratios = {n: statistics.median(a[1] / b[1] for a, b in zip(ours, f)) for n, f in figures.items() if f}
                cells = [
                    f"{name} " + " / ".join(f"{value:.4g}" for value in values) + f" ({ratios[name]:.2f}×)"
                    for name, values in medians.items()
                ]
                print(f"{text:15} {vocabulary:7} " + "   ".join(cells), flush=True)
        print(f"load after: {os.getloadavg()[0]:.1f}")


if len(sys.argv) == 5:
    measure(*sys.argv[1:])
else:
    main()
