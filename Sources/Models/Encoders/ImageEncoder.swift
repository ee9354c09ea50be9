import Kernels
import Tensors

/// A network that reads pictures as squares and gives a state for each, and for the picture as a whole
/// that of a class token before them (ViT, arXiv 2010.11929).
///
/// Pictures are tensors `[images, channels, height, width]`, scaled as the checkpoint was trained with.
/// Several go through the network together; the bits are those of each alone.
public final class ImageEncoder: Sendable {
  /// What a picture's vector is.
  enum Summary: Sendable {
    /// The class token's state as the last norm leaves it.
    case state
    /// The class token's state, of which alone the last norm is taken (CLIP).
    case normedState
    /// tanh(W · state + b).
    case pooler
  }

  public let stack: TransformerModel
  public let patches: PatchDescription
  /// The names of the classes that pictures are told apart in; empty where it tells none apart.
  public let labels: [String]
  let summary: Summary

  init(_ stack: TransformerModel, _ patches: PatchDescription, summary: Summary, labels: [String]) {
    (self.stack, self.patches) = (stack, patches)
    (self.summary, self.labels) = (summary, labels)
  }

  public var name: String { stack.name }
  public var width: Int { stack.network.width }
  /// The rows of ``states(pixels:)`` for a picture: the class token, then the squares row by row.
  public var tokenCount: Int { patches.tokens }

  // MARK: Running

  /// The states of pictures, one row a token, and what hooks and rules ask for; gradients go to `pixels`.
  ///
  /// - Complexity: O(images · (tokens · parameters + tokens² · width)).
  public func run(_ pixels: Variable, options: PassOptions = .init()) throws(ModelError)
    -> TokenState
  {
    var options = options
    if summary == .normedState { options.appliesFinalNorm = false }
    var caches: [KeyValueCache] = []
    return try stack.run(try tokens(pixels), caches: &caches, options: options)
  }

  /// Pictures as embeddings: the class token and the squares.
  private func tokens(_ pixels: Variable) throws(ModelError) -> [SequenceInput] {
    let size = patches.imageSize
    let shape = [patches.channels, size, size]
    guard pixels.rank == 4, Array(pixels.shape.dropFirst()) == shape else {
      throw .input(
        reason: "'\(name)' takes pictures [images, \(patches.channels), \(size), \(size)], "
          + "not \(pixels.shape)")
    }
    let images = pixels.shape[0]
    if images == 0 { throw .noTokens(operation: "an image encoder") }
    return try patches.tokens(of: pixels, weights: stack.weights, width: width)
  }

  /// One vector for each picture of a state, `[images, width]`; gradients go through it.
  public func pooled(_ state: TokenState) throws(ModelError) -> Variable {
    do {
      let first = state.sequences.map { Int32(truncatingIfNeeded: $0.lowerBound) }
      let rows = try state.x.selected(Tensor(first, shape: [first.count]), axis: 0)
      switch summary {
      case .state: return rows
      case .normedState: return try stack.finallyNormed(rows)
      case .pooler: return try stack.dense(.pooler, rows).tanh()
      }
    } catch { throw ModelError(cause: error) }
  }

  // MARK: Tensors

  /// The states of all tokens, `[images, tokens, width]`.
  public func states(pixels: Tensor) throws(ModelError) -> Tensor {
    let state = try run(Variable(constant: pixels))
    do throws(TensorError) {
      return try state.x.reshaped([state.lengths.count, tokenCount, width]).value
    } catch { throw ModelError(cause: error) }
  }

  /// The vectors of pictures, `[images, width]`.
  public func embeddings(pixels: Tensor) throws(ModelError) -> Tensor {
    try pooled(try run(Variable(constant: pixels))).value
  }

  /// The scores of classes, `[images, classes]`.
  public func classScores(pixels: Tensor) throws(ModelError) -> Tensor {
    guard stack.network.dense.contains(where: { $0.part == .classifier }) else {
      throw .input(reason: "'\(name)' tells no classes apart")
    }
    return try stack.dense(.classifier, pooled(try run(Variable(constant: pixels)))).value
  }

  /// What a picture shows.
  public struct Prediction: Sendable, Equatable {
    /// An index into ``ImageEncoder/labels``; of equal scores the first.
    public let label: Int
    /// One for each class; they add up to 1.
    public let probabilities: [Float]
  }

  /// What pictures show.
  ///
  /// - Throws: ``ModelError/input(reason:)`` where the network tells no classes apart.
  public func predictions(pixels: Tensor) throws(ModelError) -> [Prediction] {
    let scores = try classScores(pixels: pixels).floats
    let width = labels.count
    do throws(KernelError) {
      let shares = try Rows.softmax(scores, width: width)
      var predictions: [Prediction] = []
      for start in stride(from: 0, to: scores.count, by: max(width, 1)) {
        guard let label = Rows.argmax(scores[start..<start + width]) else {
          throw KernelError.notANumber(kernel: "a classifier", row: start / width)
        }
        predictions.append(
          Prediction(label: label, probabilities: Array(shares[start..<start + width])))
      }
      return predictions
    } catch { throw ModelError(cause: error) }
  }
}

extension PatchDescription {
  /// Pictures `[images, channels, height, width]` as embeddings: the class token and the squares, row by row.
  ///
  /// - Parameter width: the network's.
  public func tokens(of pixels: Variable, weights: any NetworkWeights, width: Int)
    throws(ModelError) -> [SequenceInput]
  {
    let (p, images) = (patchSize, pixels.shape[0])
    do {
      guard let token = try weights.tensor(WeightKey(.classToken)) else {
        throw ModelError.missingTensor(
          path: "the weights", name: WeightKey(.classToken).name)
      }
      let squares =
        try pixels
        .reshaped([images, channels, side, p, side, p])
        .transposed([0, 2, 4, 1, 3, 5])
        .reshaped([images * side * side, inputs])
      let embedded = try weights.linear(WeightKey(.patches), squares)
      let first = try token.reshaped([1, width])
      return try (0..<images).map { image in
        let start = image * side * side
        let own = try embedded.indexed([.range(start: start, end: start + side * side)])
        return SequenceInput(.embeddings(try Variable.concatenated([first, own])))
      }
    } catch { throw ModelError(cause: error) }
  }
}
