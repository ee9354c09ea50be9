"""Makes the GGUF versions of checkpoints with llama.cpp's own converter (run as a tool), with a
vocabulary of 48 byte-level tokens in place of the tokenizer that the checkpoints lack.

usage: convert.py FOLDER_OF_LLAMA.CPP CHECKPOINTS FOLDER [NAME ...]
"""

import json
import os
import shutil
import sys
import tempfile

tools, checkpoints, target = sys.argv[1:4]
sys.path[:0] = [tools, os.path.join(tools, "gguf-py")]
import convert_hf_to_gguf as converter  # noqa: E402
import gguf  # noqa: E402

names = [
    "gpt2", "gpt_neox", "gpt_neox_serial", "llama", "llama_wide_biased", "llama_rope_llama3",
    "llama_rope_linear", "llama_rope_yarn", "mistral", "smollm3", "qwen2", "qwen3", "gemma",
    "gemma2_plain_scale", "gemma3_six", "phi", "phi3", "phi3_longrope", "olmo", "olmo2", "stablelm",
    "falcon", "falcon_grouped", "mixtral", "qwen2_moe", "qwen3_moe", "bert",
    "distilbert",
]
# The converter knows these only as version 4 described them.
older = ["gpt2", "gpt_neox", "gpt_neox_serial", "falcon"]
special = ["<unk>", "<s>", "</s>"]
letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
merges = ["t h", "i n", "Ġ a", "th e", "Ġ the"]
others = ["Ġ", ".", ",", "0", "1", "2", "A", "B", "T", "!", "'", "-", "Ċ"]
tokens = special + letters + others + [merge.replace(" ", "") for merge in merges] + ["<|endoftext|>"]
assert len(tokens) == len(set(tokens)) == 48


def set_vocabulary(model):
    kinds = [gguf.TokenType.UNKNOWN] + 2 * [gguf.TokenType.CONTROL]
    kinds += (len(tokens) - 4) * [gguf.TokenType.NORMAL] + [gguf.TokenType.USER_DEFINED]
    writer = model.gguf_writer
    if "type_vocab_size" in model.hparams:
        writer.add_token_type_count(model.hparams["type_vocab_size"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)


def chosen(architecture, mmproj=False, find=converter.get_model_class):
    cls = find(architecture, mmproj=mmproj)
    cls.set_vocab = set_vocabulary
    return cls


def described(folder, is_mistral_format=False):
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        return json.load(file)


def main():
    converter.get_model_class = chosen
    # Not by way of the installed library, which would rewrite the older descriptions.
    converter.ModelBase.load_hparams = staticmethod(described)
    os.makedirs(target, exist_ok=True)
    for name in [name for name in names if name in (sys.argv[4:] or names)]:
        with tempfile.TemporaryDirectory() as scratch:
            folder = os.path.join(scratch, name)
            shutil.copytree(os.path.join(checkpoints, name), folder)
            if name in older:
                os.replace(os.path.join(folder, "config.older.json"), os.path.join(folder, "config.json"))
            # Some classes count the tokens of this file.
            with open(os.path.join(folder, "tokenizer.json"), "w", encoding="utf-8") as file:
                vocabulary = {token: index for index, token in enumerate(tokens)}
                json.dump(dict(model=dict(vocab=vocabulary), added_tokens=[]), file)
            path = os.path.join(target, name + ".gguf")
            sys.argv[1:] = [folder, "--outfile", path, "--outtype", "f32"]
            try:
                converter.main()
                print(f"{name:20} {os.path.getsize(path)}", flush=True)
            except (Exception, SystemExit) as error:
                print(f"{name:20} not converted: {type(error).__name__}: {error}", flush=True)


main()
