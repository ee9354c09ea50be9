"""Random weights that make a tiny model worth testing: every bias is nonzero, norm gains are not
one, attention is far from uniform and logits spread over several units."""

import re
import zlib

import numpy as np
import torch

scores = re.compile(
    r"(q_proj|k_proj|qkv_proj|query_key_value|c_attn|query|key|q_lin|k_lin)\.weight$")
tables = re.compile(r"(embed|wte|wpe|shared|relative_attention_bias)[^.]*\.weight$|embeddings?\.weight$")
norms = re.compile(r"(norm|ln_|_ln|layrnorm|LayerNorm)")
offset_gains = ("Gemma",)  # their norms multiply with one plus the stored weight


def values(name, shape, architecture, generator):
    draw = generator.standard_normal(shape).astype(np.float32)
    if name.endswith("logit_scale"):
        return np.float32(3) + 0 * draw
    if name.endswith("bias") and "relative" not in name:
        return 0.3 * draw
    if len(shape) == 1 and norms.search(name):
        return 0.2 * draw + (0 if architecture.startswith(offset_gains) else 1)
    if len(shape) == 1 or "class_embedding" in name or "cls_token" in name:
        return 0.7 * draw
    if tables.search(name) or "position_embeddings" in name:
        return (1.5 if name == "shared.weight" else 0.7) * draw
    if name.endswith("c_attn.weight") or name.endswith("c_proj.weight") or name.endswith("c_fc.weight"):
        inputs = shape[0]  # GPT-2 stores [in, out]
    else:
        inputs = int(np.prod(shape[1:])) if len(shape) == 4 else shape[-1]
    scale = 1 / np.sqrt(inputs)
    if scores.search(name):
        scale *= 1.5
    if re.search(r"(lm_head|embed_out)\.weight$", name):
        scale *= 3
    if re.search(r"(mlp\.gate|block_sparse_moe\.gate|shared_expert_gate)\.weight$", name):
        scale *= 2
    return scale * draw


def fill(model, name, kind):
    """Sets every parameter from a stream of its own name and rounds it to the stored type."""
    with torch.no_grad():
        for path, parameter in sorted(model.named_parameters()):
            generator = np.random.Generator(
                np.random.PCG64([7, zlib.crc32(name.encode()), zlib.crc32(path.encode())]))
            drawn = values(path, tuple(parameter.shape), type(model).__name__, generator)
            rounded = torch.from_numpy(np.ascontiguousarray(drawn, dtype=np.float32)).to(kind)
            parameter.copy_(rounded.float().reshape(parameter.shape))
