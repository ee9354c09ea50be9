"""Makes components.json: what Hugging Face's `tokenizers` gives for small tokenizer.json files, one
for every component and option, with four characters of digest for the ids and for the text of every
string. The small vocabularies in the file are kept, as the library's trainers differ from run to run
in which of equally frequent letters they take; where there is no file, new ones are trained.

usage: tokenizer_components.py OUTPUT [CASE [STRING NUMBER]]   (with a case: shows its ids instead)
"""
import base64, hashlib, json, os, struct, sys
import tokenizers
from tokenizers import Tokenizer

STRINGS = [
    "", " ", "Hello, world!", "  Hello   world  ", "don't stop, we'll go; it's he'd I'm",
    "Crème brûlée à la carte", "e\u0301a\u0323\u0302 A\u030a", "ﬁne ½ Ⅷ ２⁵ ①", "İstanbul ısı Iğdır ŞİŞE",
    "Straße ÄÖÜ ẞ ſs", "你好,世界。", "日本語のテキスト、カタカナー", "한국어 텍스트 한국", "مرحبا بالعالم ١٢٣",
    "नमस्ते दुनिया १२३", "Привет, мир! Ёлка", "ελληνικά Σίσυφος", "שלום עולם", "สวัสดีชาวโลก",
    "👩‍👩‍👧‍👦 😀🇹🇷 ❤️", "a\r\nb\rc\nd\n\n\ne", "\tTab\t\tx", "non\u00a0breaking\u2003wide\u3000ideographic",
    "zero\u200bwidth\u200djoin\ufeffbom", "ctl\x00\x01\x1f\x7f\x85end", "\u00ad\u2028\u2029\ufffd",
    "12345 678,90 1.5e-10 ٣٤", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "a.b..c...!?--—…«»", "x<s>y </s> z<s>", "[MASK] [mask]x [MASK]", "hello HELLO Hello hello",
    "foo_bar-baz foo__bar", "▁meta ▁▁space ▁", "C++ f(x)=x^2 & $5.00 ~`|", "lower UPPER Title mIxEd",
    "the end .", "newest widest lowest", "2+2=4\n  indented()\n", "\u0e33\u0f77\uac00\u1100\u1161",
    " tokens added  tokens ", "é\u0301\u0301\u0334 \u0334a", "can not do not , 's n't",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ℌ ﷺ ｶﾞ", "a1b22c333d4444", "\u166d\u1734 \u111c9\u0378", "<0x41> <0xC3>",
]

CORPUS = [text for text in STRINGS if text] + [
    "the lowest newest widest", "low lower lowest new newer newest wide wider widest", "hello world",
    "this is the end of the tests and the tokens are added", "do not stop", "foo bar baz hello",
]


def trained():
    """Small vocabularies of every kind."""
    from tokenizers import models, pre_tokenizers, trainers
    out = {}
    specials = ["<unk>", "<s>", "</s>"]
    ascii = [chr(c) for c in range(0x20, 0x7F)]

    def model(tokenizer):
        return json.loads(tokenizer.to_str())["model"]

    t = Tokenizer(models.BPE(unk_token="<unk>"))
    t.pre_tokenizer = pre_tokenizers.Whitespace()
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=220, special_tokens=specials, initial_alphabet=ascii, limit_alphabet=120,
        show_progress=False))
    out["bpe"] = model(t)
    out["bpe_fuse"] = dict(out["bpe"], fuse_unk=True)
    out["bpe_ignore"] = dict(out["bpe"], ignore_merges=True)

    def extended(base, texts):
        vocab = dict(base["vocab"])
        for text in texts:
            vocab.setdefault(text, len(vocab))
        return dict(base, vocab=vocab)

    byte_tokens = [f"<0x{b:02X}>" for b in range(256)]
    out["bpe_bytes"] = dict(extended(out["bpe"], byte_tokens), byte_fallback=True)
    some = [f"<0x{b:02X}>" for b in range(256) if b not in (0xE2, 0xD7, 0xF0)]
    out["bpe_some_bytes"] = dict(extended(out["bpe"], some), byte_fallback=True)
    out["bpe_some_bytes_fuse"] = dict(out["bpe_some_bytes"], fuse_unk=True)
    t = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    t.pre_tokenizer = pre_tokenizers.Whitespace()
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=240, special_tokens=specials, end_of_word_suffix="</w>", limit_alphabet=80,
        show_progress=False))
    out["bpe_suffix"] = model(t)
    t = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##"))
    t.pre_tokenizer = pre_tokenizers.Whitespace()
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=240, special_tokens=specials, continuing_subword_prefix="##", limit_alphabet=80,
        show_progress=False))
    out["bpe_prefix"] = model(t)
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<s>"], show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    out["byte_level"] = model(t)
    out["byte_level_ignore"] = dict(extended(out["byte_level"], ["Ġworld", "foo"]), ignore_merges=True)
    # Every byte, and a mark at the end of every piece: the ids show all text and all cuts.
    out["cuts"] = {
        "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
        "end_of_word_suffix": "|", "fuse_unk": False, "byte_fallback": True, "ignore_merges": False,
        "vocab": {token: index for index, token in enumerate(byte_tokens)}, "merges": []}
    t = Tokenizer(models.WordPiece(unk_token="<unk>"))
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.train_from_iterator(CORPUS, trainers.WordPieceTrainer(
        vocab_size=260, special_tokens=specials, limit_alphabet=100, show_progress=False))
    out["wordpiece"] = model(t)
    out["wordpiece_short"] = dict(out["wordpiece"], max_input_chars_per_word=5)
    out["wordpiece_bare"] = dict(out["wordpiece"], continuing_subword_prefix="")
    t = Tokenizer(models.WordLevel(unk_token="<unk>"))
    t.pre_tokenizer = pre_tokenizers.Whitespace()
    t.train_from_iterator(CORPUS, trainers.WordLevelTrainer(
        vocab_size=120, special_tokens=specials, show_progress=False))
    out["wordlevel"] = model(t)
    out["wordlevel_no_unknown"] = dict(out["wordlevel"], unk_token="[none]")
    t = Tokenizer(models.Unigram())
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    t.train_from_iterator([text for text in CORPUS if text.isascii() and "<" not in text], trainers.UnigramTrainer(
        vocab_size=160, special_tokens=specials, unk_token="<unk>", show_progress=False))
    out["unigram"] = model(t)
    pieces = out["unigram"]["vocab"] + [[b, -20.0] for b in byte_tokens]
    out["unigram_bytes"] = dict(out["unigram"], vocab=pieces, byte_fallback=True)
    return out


def charsmap():
    """A double array by hand: "ａ" → "a", "Å" (decomposed and not) → "Å", soft hyphen → "", "é" → "e"."""
    entries = {"ａ": "a", "A\u030a": "\u00c5", "\u00ad": "", "é": "e", "ﬁ": "fi", "İ": "i", "क": "k"}
    normalized, offsets = b"", {}
    for key, value in entries.items():
        offsets[key.encode()] = len(normalized)
        normalized += value.encode() + b"\0"
    units = [0] * 65536
    used = {0}
    free = [256]

    def build(prefix, node):
        children = sorted({key[len(prefix)] for key in offsets if key.startswith(prefix) and len(key) > len(prefix)})
        leaf = prefix in offsets
        offset = free[0]
        free[0] += 256
        base = node ^ offset
        units[node] |= (offset << 10) | (256 if leaf else 0)
        if leaf:
            units[base] = offsets[prefix] | 0x80000000
        for byte in children:
            units[base ^ byte] |= byte
            build(prefix + bytes([byte]), base ^ byte)

    build(b"", 0)
    size = max(i for i, u in enumerate(units) if u) + 1
    size = (size + 255) // 256 * 256
    blob = struct.pack(f"<{size}I", *units[:size])
    return base64.b64encode(struct.pack("<I", len(blob)) + blob + normalized).decode()


def token(id, content, **flags):
    base = dict(id=id, content=content, single_word=False, lstrip=False, rstrip=False,
                normalized=False, special=False)
    base.update(flags)
    return base


def cases(models):
    out = {}

    def case(name, model, **parts):
        assert name not in out, name
        out[name] = dict(model=model, **parts)

    def regex(text, behavior="Isolated", invert=False):
        return {"type": "Split", "pattern": {"Regex": text}, "behavior": behavior, "invert": invert}

    whitespace = {"type": "Whitespace"}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    meta = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    word_piece = {"type": "WordPiece", "prefix": "##", "cleanup": True}
    sequence = lambda *parts: {"type": "Sequence", "pretokenizers": list(parts)}

    # Models.
    for model in ["bpe", "bpe_fuse", "bpe_ignore", "bpe_bytes", "bpe_some_bytes", "bpe_some_bytes_fuse"]:
        case(f"model {model}", model, decoder={"type": "Fuse"})
        case(f"model {model} words", model, pre_tokenizer=whitespace)
    case("model bpe_bytes fallback", "bpe_bytes", decoder={"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
        {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
        normalizer={"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]})
    case("model bpe_suffix", "bpe_suffix", pre_tokenizer=whitespace,
         decoder={"type": "BPEDecoder", "suffix": "</w>"})
    case("model bpe_suffix whole", "bpe_suffix")
    case("model bpe_prefix", "bpe_prefix", pre_tokenizer=whitespace, decoder=word_piece)
    for model in ["byte_level", "byte_level_ignore"]:
        case(f"model {model}", model, pre_tokenizer=byte_level, decoder=byte_level)
    for model in ["wordpiece", "wordpiece_short", "wordpiece_bare"]:
        case(f"model {model}", model, pre_tokenizer={"type": "BertPreTokenizer"}, decoder=word_piece,
             normalizer={"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                         "strip_accents": None, "lowercase": True})
    case("model wordpiece whole", "wordpiece", decoder=dict(word_piece, cleanup=False))
    case("model wordlevel", "wordlevel", pre_tokenizer=whitespace)
    case("model wordlevel_no_unknown", "wordlevel_no_unknown", pre_tokenizer=whitespace)
    for model in ["unigram", "unigram_bytes"]:
        case(f"model {model}", model, pre_tokenizer=meta,
             decoder=dict(meta) if model == "unigram" else {"type": "Sequence", "decoders": [
                 {"type": "ByteFallback"}, dict(meta)]})
        case(f"model {model} whole", model)

    # Normalizers, over the model whose ids show the text.
    normalizers = {name: {"type": name} for name in
                   ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Nmt", "StripAccents", "ByteLevel"]}
    for clean in (True, False):
        for chinese in (True, False):
            for strip in (None, True, False):
                for lower in (True, False):
                    normalizers[f"Bert {clean} {chinese} {strip} {lower}"] = {
                        "type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese,
                        "strip_accents": strip, "lowercase": lower}
    for left in (True, False):
        for right in (True, False):
            normalizers[f"Strip {left} {right}"] = {"type": "Strip", "strip_left": left, "strip_right": right}
    normalizers["Prepend"] = {"type": "Prepend", "prepend": "▁x"}
    normalizers["Replace text"] = {"type": "Replace", "pattern": {"String": "ll"}, "content": "L-L"}
    normalizers["Replace point"] = {"type": "Replace", "pattern": {"String": "."}, "content": ""}
    for text, content in [(r"\s+", " "), (r" {2,}", "▁"), ("x*", "-"), (r"^h|d$", "_"), (r"(?i)HELLO", "$1")]:
        normalizers[f"Replace regex {text}"] = {"type": "Replace", "pattern": {"Regex": text}, "content": content}
    normalizers["Precompiled"] = {"type": "Precompiled", "precompiled_charsmap": charsmap()}
    normalizers["Sequence"] = {"type": "Sequence", "normalizers": [
        {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]}
    for name, normalizer in normalizers.items():
        case(f"normalizer {name}", "cuts", normalizer=normalizer)

    # Pre-tokenizers.
    splits = {name: {"type": name} for name in
              ["BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts"]}
    for prefix in (True, False):
        for use in (True, False):
            splits[f"ByteLevel {prefix} {use}"] = dict(byte_level, add_prefix_space=prefix, use_regex=use)
    for character in " ,x—":
        splits[f"CharDelimiterSplit {character}"] = {"type": "CharDelimiterSplit", "delimiter": character}
    for alone in (True, False):
        splits[f"Digits {alone}"] = {"type": "Digits", "individual_digits": alone}
    for length in (1, 3, 100):
        splits[f"FixedLength {length}"] = {"type": "FixedLength", "length": length}
    for scheme in ["always", "first", "never"]:
        for split in (True, False):
            splits[f"Metaspace {scheme} {split}"] = dict(meta, prepend_scheme=scheme, split=split)
    splits["Metaspace legacy"] = {"type": "Metaspace", "replacement": "_", "str_rep": "_", "add_prefix_space": True}
    splits["Metaspace legacy never"] = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "add_prefix_space": False}
    behaviors = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
    for behavior in behaviors:
        splits[f"Punctuation {behavior}"] = {"type": "Punctuation", "behavior": behavior}
        for invert in (False, True):
            splits[f"Split text {behavior} {invert}"] = {
                "type": "Split", "pattern": {"String": "o"}, "behavior": behavior, "invert": invert}
            splits[f"Split spaces {behavior} {invert}"] = regex(r"\s", behavior, invert)
            splits[f"Split empty {behavior} {invert}"] = regex("l*", behavior, invert)
            splits[f"Split words {behavior} {invert}"] = regex(r"\w+|[^\w\s]+", behavior, invert)
    splits["Split nothing"] = {"type": "Split", "pattern": {"String": ""}, "behavior": "Isolated", "invert": False}
    for name, text in PATTERNS.items():
        splits[f"pattern {name}"] = regex(text)
        splits[f"pattern {name} removed"] = regex(text, "Removed", True)
    splits["Sequence"] = sequence(whitespace, {"type": "Punctuation"}, {"type": "Digits", "individual_digits": True})
    splits["Sequence metaspace"] = sequence({"type": "WhitespaceSplit"}, dict(meta, prepend_scheme="first"))
    splits["Sequence byte level first"] = sequence(byte_level, regex("Ġ"))
    splits["Sequence byte level twice"] = sequence(byte_level, byte_level)
    splits["Sequence deepseek"] = sequence(
        regex(r"\p{N}{1,3}"), regex("[一-龥぀-ゟ゠-ヿ]+"), regex(PATTERNS["deepseek"]),
        dict(byte_level, use_regex=False))
    for name, split in splits.items():
        case(f"pre-tokenizer {name}", "cuts", pre_tokenizer=split)
        if name.startswith(("pattern", "Digits", "Sequence deepseek")) and not name.endswith("removed"):
            case(f"bytes {name}", "byte_level", decoder=byte_level, pre_tokenizer=sequence(
                split, dict(byte_level, use_regex=False)))
    case("first after strip", "cuts", pre_tokenizer=dict(meta, prepend_scheme="first"),
         normalizer={"type": "Strip", "strip_left": True, "strip_right": True})
    case("word level over bytes", "wordlevel", pre_tokenizer=byte_level, decoder=byte_level)
    case("byte level normalizer", "byte_level", normalizer={"type": "ByteLevel"}, decoder=byte_level)
    case("byte level normalizer, cut", "byte_level", normalizer={"type": "ByteLevel"},
         pre_tokenizer=regex("Ġ+", "MergedWithNext"), decoder=byte_level)

    # Decoders.
    decoders = {
        "none": None, "Fuse": {"type": "Fuse"}, "ByteFallback": {"type": "ByteFallback"},
        "WordPiece": word_piece, "WordPiece plain": dict(word_piece, cleanup=False, prefix="l"),
        "BPEDecoder": {"type": "BPEDecoder", "suffix": "o"},
        "Metaspace always": meta, "Metaspace never": dict(meta, prepend_scheme="never"),
        "Metaspace first": dict(meta, prepend_scheme="first"),
        "CTC": {"type": "CTC", "pad_token": "l", "word_delimiter_token": "o", "cleanup": True},
        "CTC plain": {"type": "CTC", "pad_token": "e", "word_delimiter_token": "o", "cleanup": False},
        "Strip": {"type": "Strip", "content": "o", "start": 1, "stop": 0},
        "Strip wide": {"type": "Strip", "content": "é", "start": 1, "stop": 0},
        "Replace": {"type": "Replace", "pattern": {"String": "o"}, "content": "00"},
        "Replace regex": {"type": "Replace", "pattern": {"Regex": "[a-f]"}, "content": "#"},
        "ByteLevel": byte_level,
    }
    chain = lambda *parts: {"type": "Sequence", "decoders": list(parts)}
    decoders["fused strip"] = chain({"type": "Fuse"}, {"type": "Strip", "content": "H", "start": 1, "stop": 1})
    decoders["fused replace"] = chain({"type": "Fuse"}, {"type": "Replace", "pattern": {"String": "lo"}, "content": ""})
    decoders["bytes then text"] = chain({"type": "ByteFallback"}, {"type": "Replace", "pattern": {"String": "é"}, "content": "e"})
    decoders["byte level then text"] = chain(byte_level, {"type": "Replace", "pattern": {"String": "l"}, "content": "L"})
    decoders["suffix in a chain"] = chain({"type": "BPEDecoder", "suffix": "o"}, {"type": "Fuse"}, {"type": "Replace", "pattern": {"String": " "}, "content": "_"})
    for name, decoder in decoders.items():
        case(f"decoder {name}", "bpe_bytes", decoder=decoder, pre_tokenizer=whitespace)

    # Added tokens.
    def placed(model, tokens):
        """The ids that tokens of these contents have, in the vocabulary or after it."""
        vocab, next = models[model]["vocab"], len(models[model]["vocab"])
        for entry in tokens:
            if entry["content"] in vocab:
                entry["id"] = vocab[entry["content"]]
            else:
                entry["id"], next = next, next + 1
        return tokens

    size = 0
    flags = ["single_word", "lstrip", "rstrip", "normalized", "special"]
    lower = {"type": "Lowercase"}
    for flag in [None] + flags + ["lstrip rstrip", "lstrip rstrip single_word", "normalized lstrip special"]:
        chosen = {name: True for name in (flag or "").split()}
        added = [token(size, "[MASK]", **chosen), token(size + 1, "hello", **chosen),
                 token(size + 2, "tokens", **chosen), token(size + 3, "</s>", **chosen)]
        for name, normalizer in [("plain", None), ("lower", lower)]:
            case(f"added {flag} {name}", "byte_level", added_tokens=placed("byte_level", added), normalizer=normalizer,
                 pre_tokenizer=byte_level, decoder=byte_level)
    nested = [token(size, "a"), token(size + 1, "aa"), token(size + 2, "aaaa", normalized=True),
              token(size + 3, "lower"), token(size + 4, "low"), token(size + 5, " added ", lstrip=True),
              token(size + 6, "\n", rstrip=True), token(size + 7, "<s>y", special=True)]
    case("added nested", "byte_level", added_tokens=placed("byte_level", nested), pre_tokenizer=byte_level, decoder=byte_level)
    case("added nested prefix", "byte_level", added_tokens=placed("byte_level", nested), decoder=byte_level,
         pre_tokenizer=dict(byte_level, add_prefix_space=True))
    case("added first", "cuts",
         added_tokens=placed("cuts", [token(0, "hello"), token(0, "x", special=True)]),
         pre_tokenizer=dict(meta, prepend_scheme="first"))
    case("added accents", "cuts", added_tokens=placed("cuts", [token(0, "É", normalized=True), token(0, "à", normalized=True)]),
         normalizer=normalizers["Bert True True None True"])
    out["special as text"] = dict(out["added special plain"], encode_special_tokens=True)
    out["special as text lower"] = dict(out["added special lower"], encode_special_tokens=True)
    return out


PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "cl100k": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "o200k": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "deepseek": r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+""",
    "bloom": r" ?[^(\s|[.,!?…。，、।۔،])]+",
    "clip": r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    "possessive count": r"\d{1,2}+|l{2}?|a{,3}",
    "boundaries": r"\b\w+\b|\B.",
    "classes": r"[\w&&[^a-m]]+|[[:upper:]]|[^\W_]+?",
    "options": r"h(?i)ello|W(?-i:ORLD)",
    "lines": r"^.|.$|(?m:d.)",
    "lookbehind": r"(?<=l)l|(?<![a-z])o|(?>a+)b",
    "hexadecimal": r"\h+|\u0065|\x{301}",
    "scripts": r"\p{Han}+|\p{Hiragana}+|\p{^L}+|\P{Lu}",
    "groups": r"(?<first>[a-z])\k<first>",
    "references": r"([a-z])(.)\2",
    "posix": r"[[:punct:]]+|[[:^alpha:]\d]+|[[:space:]x]",
    "extended": "(?x: a+ # one\n | b )|[ ]c",
    "newline": r"\R|\s|\S+?",
}

INPUTS = [("Hello, world!", None), ("hello", "the end"), ("the lowest newest widest", "hello"),
          ("do", "the lowest newest widest hello")]


def inputs(models):
    """Templates, with truncation and padding."""
    specials = {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]},
                "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}
    s = lambda name, type=0: {"SpecialToken": {"id": name, "type_id": type}}
    q = lambda name, type=0: {"Sequence": {"id": name, "type_id": type}}
    processors = {
        "none": None,
        "BertProcessing": {"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1]},
        "RobertaProcessing": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1],
                              "trim_offsets": True, "add_prefix_space": False},
        "TemplateProcessing": {"type": "TemplateProcessing", "single": [s("<s>"), q("A"), s("</s>")],
                               "pair": [s("<s>"), q("A"), s("</s>"), q("B", 1), s("</s>", 1)],
                               "special_tokens": specials},
        "Template swapped": {"type": "TemplateProcessing", "single": [q("A", 3), s("</s>", 2)],
                             "pair": [q("B", 1), s("<s>", 2), q("A", 5)], "special_tokens": specials},
    }
    byte = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
    processors["ByteLevel"] = byte
    processors["Sequence"] = {"type": "Sequence", "processors": [byte, processors["TemplateProcessing"]]}
    truncations = [None] + [
        {"direction": side, "max_length": length, "strategy": strategy, "stride": 0}
        for side in ("Right", "Left") for length in (4, 6, 9)
        for strategy in ("LongestFirst", "OnlyFirst", "OnlySecond")]
    paddings = [None] + [
        {"strategy": strategy, "direction": side, "pad_to_multiple_of": multiple, "pad_id": 7,
         "pad_type_id": 3, "pad_token": "x"}
        for strategy in ("BatchLongest", {"Fixed": 10}) for side in ("Left", "Right")
        for multiple in (None, 8)]
    out = []
    for name, processor in processors.items():
        for truncation in truncations if name in ("none", "RobertaProcessing", "TemplateProcessing") else [None]:
            out.append((f"{name}", processor, truncation, None))
        for padding in paddings[1:] if name == "TemplateProcessing" else []:
            out.append((f"{name}", processor, None, padding))
            out.append((f"{name}", processor, truncations[1], padding))
    return out


def short(data):
    return base64.b64encode(hashlib.sha256(data).digest())[:4].decode()


def packed(ids):
    return struct.pack(f"<{len(ids)}i", *ids)


def document(models, parts):
    keys = ["truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"]
    return {"version": "1.0", **{key: parts.get(key) for key in keys},
            "added_tokens": parts.get("added_tokens", []), "model": models[parts["model"]]}


def main():
    models = json.load(open(sys.argv[1]))["models"] if os.path.exists(sys.argv[1]) else trained()
    entries = []
    for name, parts in cases(models).items():
        tokenizer = Tokenizer.from_str(json.dumps(document(models, parts)))
        tokenizer.encode_special_tokens = parts.get("encode_special_tokens", False)
        ids, texts = [], []
        for string in STRINGS:
            try:
                got = tokenizer.encode(string, add_special_tokens=False).ids
            except BaseException as error:
                ids.append("fail")
                texts.append("none")
                continue
            try:
                text = tokenizer.decode(got, skip_special_tokens=False)
            except BaseException:  # the Strip decoder panics on short tokens
                ids.append(short(packed(got)))
                texts.append("none")
                continue
            if len(sys.argv) > 2 and sys.argv[2] == name:
                if len(sys.argv) < 4 or int(sys.argv[3]) == len(ids):
                    print(len(ids), repr(string), got, repr(text), tokenizer.encode(string, add_special_tokens=False).tokens)
            ids.append(short(packed(got)))
            texts.append(short(text.encode()))
        entries.append(dict(name=name, **parts, ids="".join(ids), texts="".join(texts)))
    if len(sys.argv) > 2:
        return
    made = []
    for name, processor, truncation, padding in inputs(models):
        tokenizer = Tokenizer.from_str(json.dumps(document(models, {
            "model": "bpe", "pre_tokenizer": {"type": "Whitespace"}, "post_processor": processor,
            "truncation": truncation, "padding": padding})))
        results = []
        for first, second in INPUTS:
            try:
                got = tokenizer.encode(first, second)
                results.append([got.ids, got.type_ids, got.attention_mask])
            except BaseException:
                results.append("error")
        made.append(dict(name=name, post_processor=processor, truncation=truncation, padding=padding,
                         results=results))
    with open(sys.argv[1], "w") as out:
        line = lambda value: json.dumps(value, ensure_ascii=True, separators=(",", ":"))
        out.write('{\n"made_by": %s,\n"strings": %s,\n"pairs": %s,\n"models": {\n' % (
            line({"script": "scripts/fixtures-tokenizers", "tokenizers": tokenizers.__version__}),
            line(STRINGS), line(INPUTS)))
        out.write(",\n".join(f"{line(name)}: {line(model)}" for name, model in models.items()))
        out.write('\n},\n"cases": [\n' + ",\n".join(map(line, entries)))
        out.write('\n],\n"inputs": [\n' + ",\n".join(map(line, made)) + "\n]\n}\n")
    print(len(entries), "cases,", len(made), "inputs")


main()
