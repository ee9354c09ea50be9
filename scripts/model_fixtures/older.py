"""config.json as transformers 4 wrote it, which is how nearly all published checkpoints describe
themselves."""

written_by_default = ("gpt2", "gemma", "gemma2", "gemma3_text", "falcon")


def older(name, settings):
    made = dict(settings, transformers_version="4.40.0")
    kind = made["model_type"]
    made["torch_dtype"] = made.pop("dtype")
    rope = made.pop("rope_parameters", None)
    layers = made.pop("layer_types", None)
    if kind == "gemma3_text":
        full, local = rope["full_attention"], rope["sliding_attention"]
        made["rope_theta"], made["rope_local_base_freq"] = full["rope_theta"], local["rope_theta"]
        made["rope_scaling"] = dict(factor=full["factor"], rope_type=full["rope_type"])
        del made["_sliding_window_pattern"]
        made["sliding_window_pattern"] = layers.index("full_attention") + 1
    elif kind == "gpt_neox":
        made["rotary_emb_base"], made["rotary_pct"] = rope["rope_theta"], rope["partial_rotary_factor"]
    elif rope:
        rope = dict(rope)
        made["rope_theta"] = rope.pop("rope_theta")
        scaling = rope.pop("rope_type")
        if "partial_rotary_factor" in rope:
            made["partial_rotary_factor"] = rope.pop("partial_rotary_factor")
        if kind == "phi3":
            rope.pop("original_max_position_embeddings", None)  # stands outside
        made["rope_scaling"] = None
        if scaling != "default":
            made["rope_scaling"] = {"rope_type" if scaling == "llama3" else "type": scaling, **rope}
    if kind in written_by_default:
        del made["tie_word_embeddings"]
    # Where the class would take another width than width / heads, the field stands.
    if kind in ("llama", "mixtral", "smollm3") and made.get("head_dim") and \
            made["head_dim"] * made["num_attention_heads"] == made["hidden_size"]:
        del made["head_dim"]
    if kind.startswith("qwen") and not made.get("use_sliding_window"):
        made["sliding_window"] = 6  # there, and of no meaning
    if kind == "gpt2":
        made["n_ctx"] = made["n_positions"]
    if kind == "falcon":
        for field in ["activation", "num_ln_in_parallel_attn"]:
            made.pop(field, None)
        if made["ffn_hidden_size"] == 4 * made["hidden_size"]:
            del made["ffn_hidden_size"]
        if not made["new_decoder_architecture"]:
            del made["num_kv_heads"]
    return made
