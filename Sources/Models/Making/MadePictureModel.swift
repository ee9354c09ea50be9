import Files
import Tensors

/// The sizes of a classifier of pictures to be made, in ViT's form.
public struct PictureModelSizes: Sendable, Equatable {
  public var layers: Int
  public var width: Int
  public var heads: Int
  /// The inner width of the feed-forward part.
  public var mlp: Int
  /// The pictures' height and width.
  public var side: Int
  /// The height and width of the squares that they are cut into.
  public var patch: Int
  public var channels: Int

  /// - Parameter mlp: 4 widths unless given.
  public init(
    layers: Int, width: Int, heads: Int, mlp: Int? = nil, side: Int, patch: Int, channels: Int = 1
  ) {
    (self.layers, self.width, self.heads) = (layers, width, heads)
    self.mlp = mlp ?? 4 * max(min(width, SizeChecks.limit), 0)
    (self.side, self.patch, self.channels) = (side, patch, channels)
  }

  /// The `config.json` of a classifier of these sizes.
  func configuration(labels: [String]) -> JSON {
    let names = labels.enumerated().map { JSON.Member("\($0)", .string($1)) }
    let numbers = labels.enumerated().map { JSON.Member($1, .integer($0)) }
    return .object([
      .init("architectures", .array([.string("ViTForImageClassification")])),
      .init("model_type", .string("vit")), .init("hidden_size", .integer(width)),
      .init("intermediate_size", .integer(mlp)), .init("num_hidden_layers", .integer(layers)),
      .init("num_attention_heads", .integer(heads)), .init("image_size", .integer(side)),
      .init("patch_size", .integer(patch)), .init("num_channels", .integer(channels)),
      .init("qkv_bias", .bool(true)), .init("hidden_act", .string("gelu")),
      .init("layer_norm_eps", .number(1e-12)), .init("hidden_dropout_prob", .number(0)),
      .init("attention_probs_dropout_prob", .number(0)), .init("id2label", .object(names)),
      .init("label2id", .object(numbers)),
    ])
  }
}

/// A classifier of pictures that this program makes or trains, in ViT's form (arXiv 2010.11929): fresh, or as
/// training left it.
///
/// Saved as a folder that `transformers` loads too.
public struct MadePictureModel: Sendable {
  public var name: String
  /// The names of the classes, unlike each other.
  public let labels: [String]
  public let patches: PatchDescription
  /// One for each of the network's ``NetworkDescription/weightShapes``.
  public var weights: [WeightKey: Tensor]
  private let reading: ArchitectureReading
  private let configuration: JSON

  /// A classifier with fresh weights: the same bits on each machine.
  ///
  /// - Throws: ``ModelError/configuration(path:field:reason:)`` for sizes that cannot be, and for fewer than two
  ///   classes.
  public init(
    _ sizes: PictureModelSizes, labels: [String], fresh: InitialWeights, name: String = "new"
  ) throws(ModelError) {
    let path = "the sizes of the classifier"
    guard labels.count >= 2, Set(labels).count == labels.count, labels.count <= SizeChecks.limit
    else {
      throw .configuration(
        path: path, field: "labels", reason: "a classifier needs two classes or more, each once")
    }
    configuration = sizes.configuration(labels: labels)
    (reading, patches) = try ViTFamily.reading(
      ConfigurationFields(json: configuration, path: path), prefix: "vit.", hasPooler: false,
      classes: labels.count)
    try SizeChecks.check(reading.network, path: path)
    (self.name, self.labels) = (name, labels)
    weights = try fresh.weights(of: reading.network)
  }

  public var network: NetworkDescription { reading.network }
  public var parameterCount: Int { weights.values.reduce(0) { $0 + $1.count } }

  /// The tensors with the extents that ViT's files give them.
  private func tensors() throws(ModelError) -> MemoryTensors {
    var list: [(name: String, value: Tensor)] = []
    let width = network.width
    do {
      for (key, _) in network.weightShapes {
        guard let value = weights[key], let recipe = reading.recipes[key] else {
          throw ModelError.missingTensor(path: name, name: key.name)
        }
        switch key.part {
        case .classToken: list.append((recipe.source, try value.reshaped([1, 1, width])))
        case .learnedPositions:
          list.append((recipe.source, try value.reshaped([1, patches.tokens, width])))
        case .patches where !key.isBias:
          let (c, p) = (patches.channels, patches.patchSize)
          list.append((recipe.source, try value.reshaped([width, c, p, p])))
        default: list.append((recipe.source, value))
        }
      }
    } catch { throw ModelError(cause: error) }
    return MemoryTensors(name: name, list)
  }

  /// The classifier as all else takes it.
  public func encoder() throws(ModelError) -> ImageEncoder {
    ImageEncoder(
      try TransformerModel(
        name: name, reading: reading, source: try tensors(), tokenizer: nil,
        configuration: configuration.objectValue ?? [], isPart: true),
      patches, summary: .state, labels: labels)
  }

  /// Writes `config.json` and `model.safetensors`.
  ///
  /// - Parameter origin: what made the classifier, for the header.
  public func save(
    folder: String, format: SafetensorsWriter.NumberFormat = .f32, origin: [JSON.Member] = []
  ) throws(ModelError) {
    let fields =
      (configuration.objectValue ?? []) + [.init("torch_dtype", .string(format.torchName))]
    try CheckpointFolder.write(
      folder, try tensors(), configuration: .object(fields), format: format, tokenizer: nil,
      record: origin)
  }
}
