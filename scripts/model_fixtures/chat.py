"""Renders chat templates with jinja2; null where the template refuses the conversation, and "left
out" where it would drop a message without a word.

usage: chat.py FOLDER_OF_TEMPLATES FILE
"""

import glob
import hashlib
import json
import os
import sys

import jinja2
import jinja2.ext
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

special = {  # bos, eos
    "alpaca": ("<s>", "</s>"), "chatml": ("", "<|im_end|>"), "smollm2": ("", "<|im_end|>"),
    "deepseek": ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"),
    "falcon-instruct": ("", "<|endoftext|>"), "gemma": ("<bos>", "<eos>"),
    "llama-2": ("<s>", "</s>"), "llama-3": ("<|begin_of_text|>", "<|eot_id|>"),
    "llama-3.1": ("<|begin_of_text|>", "<|eot_id|>"), "mistral": ("<s>", "</s>"),
    "mistral-v1": ("<s>", "</s>"), "mistral-v3": ("<s>", "</s>"), "mistral-tekken": ("<s>", "</s>"),
    "mistral-v7": ("<s>", "</s>"), "olmo": ("", "<|endoftext|>"), "phi-3": ("<s>", "<|endoftext|>"),
    "qwen2.5": ("", "<|im_end|>"), "vicuna": ("<s>", "</s>"), "zephyr": ("<s>", "</s>"),
}
S, U, A = "system", "user", "assistant"
conversations = [
    [(U, "Hello there")],
    [(U, "  What is 2 + 2?\n"), (A, " It is 4. "), (U, "Türkçe söyle \U0001F642")],
    [(S, "Be short."), (U, "Hi")],
    [(S, " Answer\nin rhyme. "), (U, "One"), (A, "Two"), (U, "Three")],
    [(U, "One"), (A, "Two")],
    [(S, "Be kind."), (U, "One"), (A, "Two\u00a0"), (U, "Three"), (A, "Four")],
    [(U, "First"), (U, "Second")],
    [(A, "I begin"), (U, "You answer")],
    [(U, "One"), (S, "Two"), (U, "Three")],
    [(U, "One"), (A, "Two"), (S, "Three")],
    [(S, "Alone")],
    [(S, "One"), (S, "Two"), (U, "Three")],
    [(U, "")],
    [(S, ""), (U, "Hi")],
]


def refuse(message):
    raise TemplateError(message)


def main():
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols])
    environment.globals["raise_exception"] = refuse
    templates = {}
    for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.jinja"))):
        name = os.path.basename(path)[: -len(".jinja")]
        with open(path, encoding="utf-8") as file:
            text = file.read()
        begin, end = special[name]
        rendered = []
        for conversation in conversations:
            for prompted in [False, True]:
                def render(contents):
                    return environment.from_string(text).render(
                        messages=[dict(role=role, content=content)
                                  for (role, _), content in zip(conversation, contents)],
                        add_generation_prompt=prompted, bos_token=begin, eos_token=end)
                try:
                    made = render([content for _, content in conversation])
                    marks = [f"<{index}>" for index in range(len(conversation))]
                    if not all(mark in render(marks) for mark in marks):
                        made = dict(left_out=made)
                except TemplateError:
                    made = None
                rendered.append(made)
        digest = hashlib.sha256(text.removesuffix("\n").encode()).hexdigest()
        templates[name] = dict(sha256=digest, begin=begin, end=end, rendered=rendered)
    made = dict(
        jinja2=jinja2.__version__,
        conversations=[[list(message) for message in conversation] for conversation in conversations],
        templates=templates)
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(made, file, ensure_ascii=False, indent=1)
        file.write("\n")


main()
