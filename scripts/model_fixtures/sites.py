"""Every intermediate of one forward pass, seen through hooks, and the check that they compose."""

import importlib

import torch

# Where the parts of a layer stand: (layers, norm before attention, norm before the feed-forward,
# output projection, down projection, final norm, head).
places = {
    "GPT2LMHeadModel": dict(
        layers="transformer.h", embed="transformer.wte", attn_norm="ln_1", ffn_norm="ln_2", qkv="attn.c_attn",
        attn_out="attn.c_proj", ffn_up="mlp.c_fc", ffn_out="mlp.c_proj", final="transformer.ln_f"),
    "LlamaForCausalLM": dict(
        layers="model.layers", embed="model.embed_tokens", attn_norm="input_layernorm",
        ffn_norm="post_attention_layernorm", attn_out="self_attn.o_proj", ffn_gate="mlp.gate_proj",
        ffn_up="mlp.up_proj", ffn_out="mlp.down_proj", final="model.norm"),
    "Gemma2ForCausalLM": dict(
        layers="model.layers", embed="model.embed_tokens", attn_norm="input_layernorm",
        attn_post_norm="post_attention_layernorm", ffn_norm="pre_feedforward_layernorm",
        ffn_post_norm="post_feedforward_layernorm", attn_out="self_attn.o_proj",
        ffn_gate="mlp.gate_proj", ffn_up="mlp.up_proj", ffn_out="mlp.down_proj", final="model.norm"),
}


def record(model, ids):
    """The logits of one text and all its intermediates, by name."""
    parts = places[type(model).__name__]
    module = importlib.import_module(type(model).__module__)
    found, layer = {}, [0]
    hooks = []

    def keep(name, value, per_layer=True):
        name = f"layers.{layer[0]}.{name}" if per_layer else name
        found[name] = value.detach().float().contiguous().clone()

    def watch(part, name, per_layer=True):
        hooks.append(part.register_forward_hook(
            lambda _, given, made: keep(name, made[0], per_layer)))

    def heads(value):  # [1, heads, n, d] to [n, heads, d]
        return value[0].transpose(0, 1)

    rotate, attend = getattr(module, "apply_rotary_pos_emb", None), module.eager_attention_forward

    def rotating(q, k, *others, **more):
        rotated = rotate(q, k, *others, **more)
        for name, value in zip(["q", "k", "q_rot", "k_rot"], [q, k, *rotated]):
            keep(name, heads(value))
        return rotated

    def attending(part, query, key, value, mask, scaling=None, softcap=None, **others):
        if softcap is not None:
            others["softcap"] = softcap
        output, probabilities = attend(part, query, key, value, mask, scaling=scaling, **others)
        if rotate is None:
            keep("q", heads(query))
            keep("k", heads(key))
        keep("v", heads(value))
        scores = query @ key.repeat_interleave(query.shape[1] // key.shape[1], 1).mT * scaling
        if softcap is not None:
            scores = torch.tanh(scores / softcap) * softcap
        keep("attn_scores", (scores + mask)[0])
        keep("attn_probs", probabilities[0])
        keep("z", output[0])
        return output, probabilities

    def entering(index):
        def hook(_, given):
            layer[0] = index
            keep("resid_pre", given[0][0])
        return hook

    watch(model.get_submodule(parts["embed"]), "embed", False)
    watch(model.get_submodule(parts["final"]), "final", False)
    for index, block in enumerate(model.get_submodule(parts["layers"])):
        hooks.append(block.register_forward_pre_hook(entering(index)))
        hooks.append(block.register_forward_hook(
            lambda _, given, made: keep("resid_post", made[0] if isinstance(made, tuple) else made[0])))
        for name in ["attn_norm", "attn_post_norm", "attn_out", "ffn_norm", "ffn_gate", "ffn_up", "ffn_out",
                     "ffn_post_norm"]:
            if name in parts:
                watch(block.get_submodule(parts[name]), name)
        hooks.append(block.get_submodule(parts["ffn_norm"]).register_forward_pre_hook(
            lambda _, given: keep("resid_mid", given[0][0])))
        hooks.append(block.get_submodule(parts["ffn_out"]).register_forward_pre_hook(
            lambda _, given: keep("ffn_act", given[0][0])))
    module.eager_attention_forward = attending
    if rotate is not None:
        module.apply_rotary_pos_emb = rotating
    try:
        with torch.no_grad():
            logits = model(input_ids=ids[None], use_cache=False).logits[0]
    finally:
        module.eager_attention_forward = attend
        if rotate is not None:
            module.apply_rotary_pos_emb = rotate
        for hook in hooks:
            hook.remove()
    check(model, parts, found, logits)
    return logits, found


def check(model, parts, found, logits):
    """Each site follows from those before it, to the last bits of float32."""
    def same(what, left, right):
        assert torch.allclose(left, right, rtol=1e-5, atol=2e-6), f"{type(model).__name__}: {what}"

    with torch.no_grad():
        head = model.get_output_embeddings()(found["final"])
        cap = getattr(model.config, "final_logit_softcapping", None)
        same("logits", logits, torch.tanh(head / cap) * cap if cap else head)
        blocks = list(model.get_submodule(parts["layers"]))
        for index, block in enumerate(blocks):
            site = {name.split(".", 2)[2]: value for name, value in found.items()
                    if name.startswith(f"layers.{index}.")}
            after = found.get(f"layers.{index + 1}.resid_pre")
            if after is not None:
                same("resid_post", site["resid_post"], after)
            else:
                same("final", model.get_submodule(parts["final"])(site["resid_post"]), found["final"])
            same("attn_probs", torch.softmax(site["attn_scores"], -1), site["attn_probs"])
            group = site["q"].shape[1] // site["k"].shape[1]
            values = site["v"].repeat_interleave(group, 1).transpose(0, 1)
            same("z", (site["attn_probs"] @ values).transpose(0, 1), site["z"])
            same("attn_out", block.get_submodule(parts["attn_out"])(site["z"].flatten(1)), site["attn_out"])
            same("resid_mid", site["resid_pre"] + site.get("attn_post_norm", site["attn_out"]), site["resid_mid"])
            same("ffn_norm", block.get_submodule(parts["ffn_norm"])(site["resid_mid"]), site["ffn_norm"])
            same("ffn_out", block.get_submodule(parts["ffn_out"])(site["ffn_act"]), site["ffn_out"])
            same("resid_post", site["resid_mid"] + site.get("ffn_post_norm", site["ffn_out"]), site["resid_post"])
