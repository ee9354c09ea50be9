import Files

/// A model of any kind, as ``ModelLoader/loadAny(path:options:)`` finds it.
public enum LoadedModel: Sendable {
  case language(TransformerModel)
  case textEncoder(TextEncoder)
  case textClassifier(TextClassifier)
  case imageEncoder(ImageEncoder)
  /// Texts and pictures in one space (CLIP).
  case imageText(ImageTextModel)
  /// Texts about pictures (LLaVA).
  case imageLanguage(ImageLanguageModel)
  case encoderDecoder(EncoderDecoderModel)

  /// The networks that it is made of, by their names: `text`, `image`, `language`, `encoder`, `decoder`.
  public var stacks: [(name: String, model: TransformerModel)] {
    switch self {
    case .language(let model): [("language", model)]
    case .textEncoder(let model): [("text", model.stack)]
    case .textClassifier(let model): [("text", model.stack)]
    case .imageEncoder(let model): [("image", model.stack)]
    case .imageText(let model): [("text", model.text), ("image", model.image.stack)]
    case .imageLanguage(let model): [("image", model.image.stack), ("language", model.language)]
    case .encoderDecoder(let model): [("encoder", model.encoder), ("decoder", model.decoder)]
    }
  }

  /// What it is, such as "text encoder".
  public var kind: String {
    switch self {
    case .language: "language model"
    case .textEncoder: "text encoder"
    case .textClassifier: "text classifier"
    case .imageEncoder: "image encoder"
    case .imageText: "image and text model"
    case .imageLanguage: "image language model"
    case .encoderDecoder: "encoder-decoder model"
    }
  }

  public var name: String { stacks.first?.model.name ?? "" }
  /// The number of weights of all networks.
  public var parameterCount: Int {
    stacks.reduce(0) { $0 + $1.model.parameterCount }
  }
  public var configuration: [JSON.Member] { stacks.first?.model.configuration ?? [] }
  /// The SHA-256 digest of the file that the weights came from, in hexadecimal.
  public func digest() throws(ModelError) -> String {
    guard let model = stacks.first?.model else { return "" }
    return try model.digest()
  }
}
