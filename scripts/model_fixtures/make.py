"""Makes the checkpoints of Tests/ModelsTests/Fixtures with their expected outputs.

usage: make.py FOLDER [NAME ...]
"""

import json
import os
import shutil
import sys
import tempfile
import zlib

import numpy as np
import torch
import transformers
from safetensors.torch import save_file

from architectures import decoders, encoders, vocabulary
from older import older
from sites import record
from weights import fill

kinds = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}


def attention(settings):
    """Falcon's eager attention adds its linear bias twice, once with the mask (5.23.0)."""
    return "sdpa" if settings.get("alibi") else "eager"


def build(name, entry):
    architecture, settings, kind, options = entry
    cls = getattr(transformers, architecture)
    config = cls.config_class(**settings)
    config._attn_implementation = attention(settings)
    model = cls(config).float().eval()
    if options.get("untied"):
        # As the checkpoints of T5 1.1 are stored; this version of the library builds T5 tied only.
        model.config.tie_word_embeddings = False
        model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.lm_head.weight))
    fill(model, name, kinds[kind])
    return model


def store(model, kind, folder):
    """config.json and model.safetensors as save_pretrained writes them."""
    model = model.to(kinds[kind])
    with tempfile.TemporaryDirectory() as scratch:
        model.save_pretrained(scratch)
        os.makedirs(folder, exist_ok=True)
        for file in ["config.json", "model.safetensors"]:
            shutil.copyfile(os.path.join(scratch, file), os.path.join(folder, file))


def check_older(name, architecture, folder, expected):
    """The description in the older layout gives the same model."""
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        settings = older(name, json.load(file))
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copyfile(os.path.join(folder, "model.safetensors"), os.path.join(scratch, "model.safetensors"))
        with open(os.path.join(scratch, "config.json"), "w", encoding="utf-8") as file:
            json.dump(settings, file, indent=2, sort_keys=True)
            file.write("\n")
        model = getattr(transformers, architecture).from_pretrained(
            scratch, dtype=torch.float32, attn_implementation=attention(settings)).eval()
        for index in "01":
            with torch.no_grad():
                logits = model(input_ids=expected["ids" + index].long()[None], use_cache=False).logits[0]
            assert torch.equal(logits, expected["logits" + index]), name
        shutil.copyfile(os.path.join(scratch, "config.json"), os.path.join(folder, "config.older.json"))


def draws(name):
    return np.random.Generator(np.random.PCG64([11, zlib.crc32(name.encode())]))


def text(draw, count, first=3, last=vocabulary):
    return torch.from_numpy(draw.integers(first, last, count))


def decoder(name, model, options):
    draw, expected = draws(name), {}
    for index, count in enumerate([12, 24]):
        ids = text(draw, count)
        with torch.no_grad():
            logits = model(input_ids=ids[None], use_cache=False).logits[0]
        expected[f"ids{index}"] = ids.int()
        expected[f"logits{index}"] = logits
        if index == 0 and options.get("sites"):
            seen, sites = record(model, ids)
            assert torch.equal(seen, logits), name
            expected.update(sites)
    return expected


def bert(name, model, _):
    draw, expected = draws(name), {}
    for index, count in enumerate([9, 14]):
        ids = text(draw, count)
        given = dict(input_ids=ids[None])
        expected[f"ids{index}"] = ids.int()
        if index == 1 and "distilbert" not in name:
            given["token_type_ids"] = (torch.arange(count) >= 6).long()[None]
            expected["types1"] = given["token_type_ids"][0].int()
        with torch.no_grad():
            out = model(**given)
        if "logits" in out:
            expected[f"logits{index}"] = out.logits[0]
            continue
        hidden = out.last_hidden_state[0]
        expected[f"last_hidden{index}"] = hidden
        if getattr(out, "pooler_output", None) is not None:
            expected[f"pooled{index}"] = out.pooler_output[0]
        if name == "minilm":
            expected[f"mean{index}"] = torch.nn.functional.normalize(hidden.mean(0), dim=0)
    return expected


def picture(draw, size, count=1):
    return torch.from_numpy(draw.standard_normal([count, 3, size, size]).astype(np.float32))


def vit(name, model, _):
    pixels = picture(draws(name), model.config.image_size)
    with torch.no_grad():
        out = model(pixel_values=pixels)
        if "logits" in out:
            hidden = model.vit(pixel_values=pixels).last_hidden_state[0]
            return dict(pixel_values=pixels, last_hidden=hidden, logits=out.logits[0])
    return dict(pixel_values=pixels, last_hidden=out.last_hidden_state[0], pooled=out.pooler_output[0])


def clip(name, model, _):
    draw = draws(name)
    pixels = picture(draw, model.config.vision_config.image_size, 2)
    ids = text(draw, 3 * 10, last=46).reshape(3, 10)
    ids[:, 0], ids[:, -1] = 46, 47
    with torch.no_grad():
        out = model(input_ids=ids, pixel_values=pixels)
    return dict(
        pixel_values=pixels, ids=ids.int(), image_embeds=out.image_embeds,
        text_embeds=out.text_embeds, logits_per_image=out.logits_per_image,
        vision_last_hidden=out.vision_model_output.last_hidden_state,
        vision_pooled=out.vision_model_output.pooler_output,
        text_last_hidden=out.text_model_output.last_hidden_state,
        text_pooled=out.text_model_output.pooler_output)


def llava(name, model, _):
    draw = draws(name)
    pixels = picture(draw, model.config.vision_config.image_size)
    token = model.config.image_token_id if hasattr(model.config, "image_token_id") else model.config.image_token_index
    ids = torch.cat([text(draw, 3, last=45), torch.full([9], token), text(draw, 6, last=45)])
    with torch.no_grad():
        logits = model(input_ids=ids[None], pixel_values=pixels, use_cache=False).logits[0]
        features = model.model.get_image_features(pixel_values=pixels)
    features = getattr(features, "pooler_output", features)
    return dict(pixel_values=pixels, ids=ids.int(), logits=logits, image_features=features[0].reshape(9, -1))


def t5(name, model, _):
    draw = draws(name)
    ids = text(draw, 13, first=2)
    start = torch.tensor([model.config.decoder_start_token_id])
    decoder_ids = torch.cat([start, text(draw, 7, first=2)])
    with torch.no_grad():
        out = model(input_ids=ids[None], decoder_input_ids=decoder_ids[None], use_cache=False)
    return dict(
        ids=ids.int(), decoder_ids=decoder_ids.int(), logits=out.logits[0],
        encoder_last_hidden=out.encoder_last_hidden_state[0])


def runner(name):
    if name in decoders:
        return decoder
    for start, run in dict(bert=bert, minilm=bert, distilbert=bert, vit=vit, clip=clip, llava=llava, t5=t5).items():
        if name.startswith(start):
            return run
    raise ValueError(name)


def main():
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    root, names = sys.argv[1], sys.argv[2:]
    for name, entry in (decoders | encoders).items():
        if names and name not in names:
            continue
        model = build(name, entry)
        expected = runner(name)(name, model, entry[3])
        for key, value in expected.items():
            assert torch.isfinite(value).all() or key.endswith("attn_scores"), (name, key)
        folder = os.path.join(root, name)
        store(model, entry[2], folder)
        save_file({key: value.contiguous().clone() for key, value in expected.items()},
                  os.path.join(folder, "expected.safetensors"))
        if name in decoders:
            check_older(name, entry[0], folder, expected)
        sizes = [os.path.getsize(os.path.join(folder, file))
                 for file in ["config.json", "model.safetensors", "expected.safetensors"]]
        spread = {key: round(float(value.std()), 2) for key, value in expected.items() if "logits" in key}
        print(f"{name:20} {sizes} {spread}", flush=True)


main()
