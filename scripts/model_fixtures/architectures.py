"""The tiny models: one entry a checkpoint, each of a real architecture at the smallest size that
still shows what the architecture does (two or three layers, four frequencies, a window or an
original context shorter than the text)."""

vocabulary = 48

small = dict(
    vocab_size=vocabulary, hidden_size=16, intermediate_size=28, num_hidden_layers=2,
    num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
    bos_token_id=1, eos_token_id=2, pad_token_id=None)
# Heads wider than width / heads: eight of a head make four frequencies.
wide = dict(small, head_dim=8)


def rope(kind="default", theta=10000.0, **others):
    return dict(rope_parameters=dict(rope_type=kind, rope_theta=theta, **others))


# name: (class of transformers, its configuration, stored type, options of the run)
decoders = {
    "gpt2": ("GPT2LMHeadModel", dict(
        vocab_size=vocabulary, n_embd=16, n_layer=2, n_head=2, n_positions=32,
        bos_token_id=0, eos_token_id=0), "f32", dict(sites=True)),
    "gpt_neox": ("GPTNeoXForCausalLM", dict(
        vocab_size=vocabulary, hidden_size=16, intermediate_size=36, num_hidden_layers=2,
        num_attention_heads=2, max_position_embeddings=64, use_parallel_residual=True,
        bos_token_id=0, eos_token_id=0, hidden_act="gelu",
        **rope(partial_rotary_factor=0.25)), "f16", {}),
    "gpt_neox_serial": ("GPTNeoXForCausalLM", dict(
        vocab_size=vocabulary, hidden_size=16, intermediate_size=36, num_hidden_layers=2,
        num_attention_heads=2, max_position_embeddings=64, use_parallel_residual=False,
        bos_token_id=0, eos_token_id=0, hidden_act="gelu",
        **rope(partial_rotary_factor=0.5)), "f32", {}),
    "llama": ("LlamaForCausalLM", dict(
        small, tie_word_embeddings=True, **rope()), "f32", dict(sites=True)),
    "llama_wide_biased": ("LlamaForCausalLM", dict(
        wide, intermediate_size=20, attention_bias=True, mlp_bias=True,
        **rope(theta=500.0)), "bf16", {}),
    "llama_rope_llama3": ("LlamaForCausalLM", dict(wide, intermediate_size=20, **rope(
        "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=64)), "f32", {}),
    "llama_rope_linear": ("LlamaForCausalLM", dict(
        wide, intermediate_size=20, **rope("linear", factor=4.0)), "bf16", {}),
    "llama_rope_yarn": ("LlamaForCausalLM", dict(
        small, num_attention_heads=2, num_key_value_heads=1, head_dim=16, intermediate_size=20,
        **rope("yarn", theta=100.0, factor=4.0, original_max_position_embeddings=64)), "f32", {}),
    "llama_rope_dynamic": ("LlamaForCausalLM", dict(
        dict(wide, max_position_embeddings=16), intermediate_size=20,
        **rope("dynamic", factor=2.0)), "f16", {}),
    "mistral": ("MistralForCausalLM", dict(
        wide, sliding_window=12, **rope(theta=1000.0)), "bf16", {}),
    "smollm3": ("SmolLM3ForCausalLM", dict(
        small, num_hidden_layers=4, intermediate_size=16, no_rope_layers=[1, 1, 1, 0],
        use_sliding_window=False, tie_word_embeddings=True, **rope(theta=2000.0)), "bf16", {}),
    "qwen2": ("Qwen2ForCausalLM", dict(
        small, use_sliding_window=False, tie_word_embeddings=True, **rope(theta=1000.0)), "f32", {}),
    "qwen2_windowed": ("Qwen2ForCausalLM", dict(
        small, num_hidden_layers=3, intermediate_size=20, use_sliding_window=True,
        sliding_window=6, max_window_layers=2, **rope(theta=1000.0)), "f16", {}),
    "qwen3": ("Qwen3ForCausalLM", dict(
        wide, intermediate_size=20, **rope(theta=1000.0)), "bf16", {}),
    "gemma": ("GemmaForCausalLM", dict(
        wide, num_key_value_heads=1, intermediate_size=24, hidden_activation="gelu_pytorch_tanh",
        **rope()), "f32", {}),
    "gemma2": ("Gemma2ForCausalLM", dict(
        wide, num_attention_heads=2, num_key_value_heads=1, intermediate_size=24,
        sliding_window=6, query_pre_attn_scalar=12, attn_logit_softcapping=3.0,
        final_logit_softcapping=6.0, hidden_activation="gelu_pytorch_tanh",
        **rope()), "f32", dict(sites=True)),
    # The next two are what the header of a GGUF file can say: it has no query_pre_attn_scalar, and
    # every sixth layer of Gemma 3 is global.
    "gemma2_plain_scale": ("Gemma2ForCausalLM", dict(
        wide, num_attention_heads=2, num_key_value_heads=1, intermediate_size=24,
        sliding_window=6, query_pre_attn_scalar=8, attn_logit_softcapping=3.0,
        final_logit_softcapping=6.0, hidden_activation="gelu_pytorch_tanh",
        **rope()), "bf16", {}),
    "gemma3_six": ("Gemma3ForCausalLM", dict(
        wide, num_hidden_layers=6, num_attention_heads=2, num_key_value_heads=1,
        intermediate_size=8, sliding_window=6, query_pre_attn_scalar=8,
        hidden_activation="gelu_pytorch_tanh",
        rope_parameters=dict(
            sliding_attention=dict(rope_type="default", rope_theta=100.0),
            full_attention=dict(rope_type="linear", factor=8.0, rope_theta=10000.0))), "bf16", {}),
    "gemma3": ("Gemma3ForCausalLM", dict(
        wide, num_hidden_layers=3, num_attention_heads=2, num_key_value_heads=1,
        intermediate_size=24, sliding_window=6, query_pre_attn_scalar=12,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        hidden_activation="gelu_pytorch_tanh",
        rope_parameters=dict(
            sliding_attention=dict(rope_type="default", rope_theta=100.0),
            full_attention=dict(rope_type="linear", factor=8.0, rope_theta=10000.0))), "bf16", {}),
    "phi": ("PhiForCausalLM", dict(
        {key: value for key, value in small.items() if key != "num_key_value_heads"},
        num_attention_heads=2, intermediate_size=64, hidden_act="gelu_new",
        **rope(partial_rotary_factor=0.5)), "f16", {}),
    "phi3": ("Phi3ForCausalLM", dict(
        small, num_attention_heads=2, num_key_value_heads=1, sliding_window=6,
        **rope(partial_rotary_factor=1.0)), "f32", {}),
    "phi3_longrope": ("Phi3ForCausalLM", dict(
        small, num_attention_heads=2, num_key_value_heads=1, sliding_window=None,
        original_max_position_embeddings=16,
        **rope("longrope", partial_rotary_factor=0.75, short_factor=[1.0, 1.25, 1.5],
               long_factor=[1.5, 2.5, 4.0], original_max_position_embeddings=16)), "bf16", {}),
    "olmo": ("OlmoForCausalLM", dict(
        small, num_key_value_heads=4, clip_qkv=1.25, **rope()), "f32", {}),
    "olmo2": ("Olmo2ForCausalLM", dict(small, **rope(theta=1000.0)), "f32", {}),
    "stablelm": ("StableLmForCausalLM", dict(
        small, num_attention_heads=2, num_key_value_heads=2, use_qkv_bias=True, intermediate_size=24,
        use_parallel_residual=False, qk_layernorm=False,
        **rope(partial_rotary_factor=0.25)), "f32", {}),
    "stablelm_parallel": ("StableLmForCausalLM", dict(
        small, use_qkv_bias=False, use_parallel_residual=True, qk_layernorm=True,
        **rope(partial_rotary_factor=0.5)), "f16", {}),
    "falcon": ("FalconForCausalLM", dict(
        vocab_size=vocabulary, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        multi_query=True, parallel_attn=True, new_decoder_architecture=False,
        alibi=False, bias=False, max_position_embeddings=64, bos_token_id=1, eos_token_id=2,
        **rope()), "f32", {}),
    "falcon_grouped": ("FalconForCausalLM", dict(
        vocab_size=vocabulary, hidden_size=16, num_hidden_layers=2, num_attention_heads=4,
        num_kv_heads=2, new_decoder_architecture=True, parallel_attn=True,
        multi_query=False, alibi=False, bias=False, max_position_embeddings=64, bos_token_id=1,
        eos_token_id=2, **rope()), "f32", {}),
    "falcon_alibi": ("FalconForCausalLM", dict(
        vocab_size=vocabulary, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        ffn_hidden_size=40, multi_query=False, parallel_attn=False, new_decoder_architecture=False,
        alibi=True, bias=True, max_position_embeddings=64, bos_token_id=1, eos_token_id=2), "bf16", {}),
    "mixtral": ("MixtralForCausalLM", dict(
        small, intermediate_size=12, num_local_experts=4, num_experts_per_tok=2,
        sliding_window=None, **rope()), "bf16", {}),
    "qwen2_moe": ("Qwen2MoeForCausalLM", dict(
        small, intermediate_size=24, moe_intermediate_size=8, shared_expert_intermediate_size=12,
        num_experts=4, num_experts_per_tok=2, norm_topk_prob=False, use_sliding_window=False,
        **rope()), "f32", {}),
    "qwen3_moe": ("Qwen3MoeForCausalLM", dict(
        wide, intermediate_size=24, moe_intermediate_size=8, num_experts=4, num_experts_per_tok=2,
        norm_topk_prob=True, tie_word_embeddings=True, **rope()), "bf16", {}),
    "qwen3_moe_mixed": ("Qwen3MoeForCausalLM", dict(
        small, intermediate_size=24, moe_intermediate_size=8, num_experts=4, num_experts_per_tok=2,
        norm_topk_prob=False, mlp_only_layers=[0], tie_word_embeddings=True, **rope()), "f32", {}),
}

text_tower = dict(
    vocab_size=vocabulary, hidden_size=16, intermediate_size=24, num_hidden_layers=2,
    num_attention_heads=2, max_position_embeddings=24, bos_token_id=46, eos_token_id=47)
picture_tower = dict(
    hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
    image_size=12, patch_size=4, num_channels=3)
bert = dict(
    vocab_size=vocabulary, hidden_size=16, intermediate_size=28, num_hidden_layers=2,
    num_attention_heads=2, max_position_embeddings=32, type_vocab_size=2)
t5 = dict(
    vocab_size=vocabulary, d_model=16, d_kv=8, d_ff=12, num_layers=2, num_heads=2,
    relative_attention_num_buckets=8, relative_attention_max_distance=16,
    decoder_start_token_id=0, pad_token_id=0, eos_token_id=1)

encoders = {
    "bert": ("BertModel", bert, "f32", {}),
    "bert_masked": ("BertForMaskedLM", dict(bert, intermediate_size=20), "f16", {}),
    "minilm": ("BertModel", dict(
        bert, num_hidden_layers=3, num_attention_heads=4, intermediate_size=20), "f16", {}),
    "distilbert": ("DistilBertModel", dict(
        vocab_size=vocabulary, dim=16, hidden_dim=28, n_layers=2, n_heads=2,
        max_position_embeddings=32), "f32", {}),
    "vit": ("ViTForImageClassification", dict(
        picture_tower, num_labels=5, hidden_act="gelu", image_size=16), "f32", {}),
    "vit_pooled": ("ViTModel", dict(picture_tower, image_size=16), "bf16", {}),
    "clip": ("CLIPModel", dict(
        text_config=text_tower, vision_config=picture_tower, projection_dim=12), "f16", {}),
    "llava": ("LlavaForConditionalGeneration", dict(
        text_config=dict(small, model_type="llama", intermediate_size=20, **rope()),
        vision_config=dict(picture_tower, model_type="clip_vision_model"),
        image_token_index=45, image_seq_length=9, projector_hidden_act="gelu",
        vision_feature_select_strategy="default", vision_feature_layer=-2), "bf16", {}),
    "t5": ("T5ForConditionalGeneration", dict(
        t5, feed_forward_proj="relu", tie_word_embeddings=True), "f32", {}),
    "t5_gated": ("T5ForConditionalGeneration", dict(
        t5, feed_forward_proj="gated-gelu", tie_word_embeddings=False), "bf16", dict(untied=True)),
}
