import Kernels
import Tensors
import Tokenizers

/// A language model that reads pictures: an image encoder's states, through two matrices, take the places
/// of image tokens among the embeddings (LLaVA, arXiv 2304.08485).
///
/// Behind the pictures the language model goes on alone, with ids and the same cache.
public final class ImageLanguageModel: Sendable {
  public let image: ImageEncoder
  public let language: TransformerModel
  /// What the projector has between its matrices.
  public let activation: NetworkActivation
  /// The id that stands for one row of a picture.
  public let imageID: Int32
  /// Whether the class token is one of a picture's rows.
  public let keepsClassToken: Bool

  init(
    image: ImageEncoder, language: TransformerModel, activation: NetworkActivation,
    imageID: Int32, keepsClassToken: Bool
  ) {
    (self.image, self.language, self.activation) = (image, language, activation)
    (self.imageID, self.keepsClassToken) = (imageID, keepsClassToken)
  }

  public var name: String { language.name }
  public var tokenizer: Tokenizer? { language.tokenizer }
  /// The tokens that a picture takes.
  public var tokensPerImage: Int { image.tokenCount - (keepsClassToken ? 0 : 1) }

  /// Ids in which each image token stands for a whole picture, with as many as a picture takes.
  public func expanded(_ ids: [Int32]) -> [Int32] {
    ids.flatMap { id in
      [Int32](repeating: id, count: id == imageID ? tokensPerImage : 1)
    }
  }

  /// Pictures `[images, channels, height, width]` as the language model reads them:
  /// `[images · tokens, width]`.
  ///
  /// - Parameters:
  ///   - options: of the image encoder's pass.
  ///   - hooks: those of the site `projector` see the result.
  public func features(
    _ pixels: Variable, options: PassOptions = .init(), hooks: Hooks = .init()
  ) throws(ModelError) -> Variable {
    let state = try image.run(pixels, options: options)
    let rows = state.sequences.flatMap { range in
      (keepsClassToken ? range : range.dropFirst()).map { Int32(truncatingIfNeeded: $0) }
    }
    do {
      var x = try state.x.selected(Tensor(rows, shape: [rows.count]), axis: 0)
      x = try activation.applied(to: image.stack.dense(.projectorInput, x))
      x = try image.stack.dense(.projectorOutput, x)
      guard hooks.meets(.projector, layer: nil) else { return x }
      let places = rows.map { state.positions[Int($0)] }
      let point = HookPoint(site: .projector, layer: nil, sequence: nil, positions: places)
      return try hooks.applied(at: point, to: x)
    } catch { throw ModelError(cause: error) }
  }

  /// Ids and pictures as the language model's input: the image tokens' embeddings are the pictures' rows,
  /// in order.
  ///
  /// - Throws: ``ModelError/input(reason:)`` where there are not as many rows as image tokens.
  public func input(ids: [Int32], features: Variable?) throws(ModelError) -> SequenceInput {
    let places = ids.indices.filter { ids[$0] == imageID }
    let rows = features?.shape.first ?? 0
    guard places.count == rows else {
      throw .input(
        reason: "\(places.count) image tokens \(imageID) were given for the \(rows) rows of the "
          + "pictures; '\(name)' takes \(tokensPerImage) a picture")
    }
    do {
      guard let features, !places.isEmpty else { return try SequenceInput(ids: ids) }
      // The image token need not be in the vocabulary: its own row is not used.
      let words = ids.map { $0 == imageID ? 0 : $0 }
      let table = try Variable.concatenated([language.embeddings(of: words), features])
      var next = Int32(truncatingIfNeeded: ids.count)
      let order = ids.indices.map { index in
        guard ids[index] == imageID else { return Int32(truncatingIfNeeded: index) }
        defer { next += 1 }
        return next
      }
      return SequenceInput(
        .embeddings(try table.selected(Tensor(order, shape: [order.count]), axis: 0)))
    } catch { throw ModelError(cause: error) }
  }

  /// The scores after each of `ids`, which stand behind what the cache holds: `[ids, vocabulary]`.
  ///
  /// - Parameters:
  ///   - pixels: the pictures that the image tokens among `ids` stand for; nil where there are none.
  ///   - options: of the language model's pass; hooks of the site `projector` are called too.
  ///   - imageOptions: of the image encoder's pass.
  public func logits(
    ids: [Int32], pixels: Tensor?, cache: inout KeyValueCache, options: PassOptions = .init(),
    imageOptions: PassOptions = .init()
  ) throws(ModelError) -> Tensor {
    var rows: Variable?
    if let pixels {
      rows = try features(Variable(constant: pixels), options: imageOptions, hooks: options.hooks)
    }
    if ids.isEmpty { throw .noTokens(operation: "a forward pass") }
    var caches = [cache]
    let state = try language.run(
      [try input(ids: ids, features: rows)], caches: &caches, options: options)
    let scores = try language.scores(state.x).value
    cache = caches[0]
    return scores
  }
}
