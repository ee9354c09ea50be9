import Files
import Kernels
import Models
import Tokenizers

/// A model as it comes out of training: what made it, how good it is, and how it is saved.
public struct TrainedLanguageModel: Sendable {
  /// What the model makes of documents that it was not trained on; ends of documents count.
  public struct HeldOut: Sendable, Equatable {
    public let documents: Int
    public let tokens: Int
    public let bytes: Int
    public let nats: Double
    /// The same by counting: tokens alone, and with four before them. Nil for large vocabularies.
    public let unigramNats: Double?
    public let fiveGramNats: Double?

    /// Bits a byte of text for a sum of nats; 0 without text.
    public func bitsPerByte(_ nats: Double) -> Double {
      bytes > 0 ? nats / ElementaryFunction.log(2) / Double(bytes) : 0
    }
  }

  public let configuration: LanguageModelTraining.Configuration
  public let shape: LlamaShape
  /// The id that begins and ends documents.
  public let marker: Int32
  public let tensors: [ParameterTensor]
  /// All parameters, each a 16-bit float's value.
  public let parameters: [Float]
  public let tokenizer: Tokenizer
  /// The digest of the training documents' ids.
  public let dataDigest: String
  public let documents: Int
  /// The digest of the weights that training began with; nil: fresh ones.
  public var start: String?
  /// Tokens that all steps saw.
  public let tokens: Int
  /// The loss of each step of this process.
  public let losses: [Float]
  public let heldOut: HeldOut

  /// The files of a saved model.
  public static let fileNames = ["config.json", "model.safetensors", "tokenizer.json"]

  /// Writes `config.json`, `model.safetensors` (16-bit floats) and `tokenizer.json` to a folder, as
  /// Hugging Face's tools name and read them.
  ///
  /// - Parameter origin: where the data came from, for the header.
  public func save(folder: String, origin: [JSON.Member] = []) throws(TrainingError) {
    do throws(FileError) {
      try DurableFile.makeFolder(folder)
      try DurableFile.replace(
        Paths.join(folder, "tokenizer.json"), with: try tokenizerText() + "\n")
      try DurableFile.replace(
        Paths.join(folder, "config.json"), with: configurationJSON.text(pretty: true) + "\n")
    } catch { throw .file(error) }
    do throws(ModelError) {
      let record = JSON.object(provenance + origin).text()
      // "format" is what Hugging Face's transformers asks of a file.
      var writer = SafetensorsWriter(metadata: [("format", "pt"), ("tessera", record)])
      for tensor in tensors {
        try writer.add(
          tensor.name, shape: tensor.shape, values: parameters[tensor.range], format: .f16)
      }
      try writer.write(to: Paths.join(folder, "model.safetensors"))
    } catch { throw .model(error) }
  }

  /// What made the model and what it reached.
  public var provenance: [JSON.Member] {
    let c = configuration
    return [
      .init("command", .string("train.lm")),
      .init(
        "parameters",
        .object([
          .init("layers", .integer(c.layers)), .init("width", .integer(c.width)),
          .init("heads", .integer(c.heads)), .init("kv_heads", .integer(c.keyValueHeads)),
          .init("mlp", .integer(c.mlp)), .init("context", .integer(c.context)),
          .init("batch", .integer(c.batch)), .init("steps", .integer(c.steps)),
          .init("rate", .number(Self.decimal(c.rate))), .init("seed", .string(String(c.seed))),
        ])),
      .init("parameter_count", .integer(parameters.count)),
      .init("training_tokens", .integer(tokens)),
      .init(
        "data",
        .object([
          .init("documents", .integer(documents)), .init("ids_sha256", .string(dataDigest)),
        ])),
      .init("held_out", heldOutJSON),
      .init("numerics_version", .integer(Machine.numericsVersion)),
    ] + (start.map { [.init("start_sha256", .string($0))] } ?? [])
  }

  private var heldOutJSON: JSON {
    var members: [JSON.Member] = [
      .init("documents", .integer(heldOut.documents)),
      .init("tokens", .integer(heldOut.tokens)),
      .init("bytes", .integer(heldOut.bytes)),
      .init("nats", .number(heldOut.nats)),
      .init("bits_per_byte", .number(rounded(heldOut.nats))),
    ]
    if let nats = heldOut.unigramNats {
      members.append(.init("unigram_bits_per_byte", .number(rounded(nats))))
    }
    if let nats = heldOut.fiveGramNats {
      members.append(.init("five_gram_bits_per_byte", .number(rounded(nats))))
    }
    return .object(members)
  }

  private func rounded(_ nats: Double) -> Double {
    (heldOut.bitsPerByte(nats) * 10_000).rounded() / 10_000
  }

  /// The shortest decimal that means the same f32.
  static func decimal(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }

  private var configurationJSON: JSON {
    .object([
      .init("architectures", .array([.string("LlamaForCausalLM")])),
      .init("model_type", .string("llama")),
      .init("hidden_size", .integer(shape.width)),
      .init("intermediate_size", .integer(shape.mlp)),
      .init("num_hidden_layers", .integer(shape.layers)),
      .init("num_attention_heads", .integer(shape.heads)),
      .init("num_key_value_heads", .integer(shape.keyValueHeads)),
      .init("head_dim", .integer(shape.headWidth)),
      .init("vocab_size", .integer(shape.vocabulary)),
      .init("max_position_embeddings", .integer(shape.context)),
      .init("hidden_act", .string("silu")),
      .init("rms_norm_eps", .number(Self.decimal(shape.epsilon))),
      .init("rope_theta", .number(shape.rotaryBase)),
      .init("attention_bias", .bool(false)),
      .init("mlp_bias", .bool(false)),
      .init("tie_word_embeddings", .bool(true)),
      .init("bos_token_id", .integer(Int(marker))),
      .init("eos_token_id", .integer(Int(marker))),
      .init("torch_dtype", .string("float16")),
    ])
  }
}
