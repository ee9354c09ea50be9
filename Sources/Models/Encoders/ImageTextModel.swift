import Files
import Kernels
import Tensors
import Tokenizers

/// Texts and pictures as vectors of one space, where those that belong together point the same way
/// (CLIP, arXiv 2103.00020).
public final class ImageTextModel: Sendable {
  public let text: TransformerModel
  public let image: ImageEncoder
  /// The id whose state is the text's; nil: the largest id of a text is its end.
  public let endID: Int32?
  /// The logarithm of what cosines are multiplied by.
  public let logScale: Float

  init(text: TransformerModel, image: ImageEncoder, endID: Int32?, logScale: Float) {
    (self.text, self.image) = (text, image)
    (self.endID, self.logScale) = (endID, logScale)
  }

  public var name: String { text.name }
  public var tokenizer: Tokenizer? { text.tokenizer }
  /// The width of the common space.
  public var width: Int { text.network.dense.first?.outputs ?? 0 }

  // MARK: Vectors

  /// The vectors of texts, `[texts, width]`, and what hooks ask for.
  ///
  /// - Parameter normalized: whether vectors are divided by their lengths.
  /// - Throws: ``ModelError/input(reason:)`` for a text without its end token.
  public func textEmbeddings(
    batch: [[Int32]], normalized: Bool = true, options: PassOptions = .init()
  ) throws(ModelError) -> Variable {
    if batch.isEmpty || batch.contains(where: \.isEmpty) {
      throw .noTokens(operation: "the embedding of a text")
    }
    var ends: [Int32] = []
    var start = 0
    for ids in batch {
      ends.append(Int32(truncatingIfNeeded: start + (try end(of: ids))))
      start += ids.count
    }
    do {
      var caches: [KeyValueCache] = []
      let state = try text.run(
        batch.map { try SequenceInput(ids: $0) }, caches: &caches, options: options)
      let rows = try state.x.selected(Tensor(ends, shape: [ends.count]), axis: 0)
      let vectors = try text.dense(.projection, rows)
      return normalized ? try vectors.unitRows() : vectors
    } catch { throw ModelError(cause: error) }
  }

  private func end(of ids: [Int32]) throws(ModelError) -> Int {
    let end = endID ?? ids.max()
    guard let place = ids.firstIndex(where: { $0 == end }) else {
      throw .input(reason: "a text of '\(name)' has to hold its end token \(end ?? 0)")
    }
    return place
  }

  /// The vectors of pictures `[images, channels, height, width]`: `[images, width]`.
  public func imageEmbeddings(
    pixels: Variable, normalized: Bool = true, options: PassOptions = .init()
  ) throws(ModelError) -> Variable {
    let rows = try image.pooled(try image.run(pixels, options: options))
    let vectors = try image.stack.dense(.projection, rows)
    do throws(TensorError) { return normalized ? try vectors.unitRows() : vectors } catch {
      throw ModelError(cause: error)
    }
  }

  /// How well each picture goes with each text, `[images, texts]`: cosines, scaled. The softmax of a
  /// row says which of these texts it is.
  public func scores(pixels: Tensor, texts: [[Int32]]) throws(ModelError) -> Tensor {
    let images = try imageEmbeddings(pixels: Variable(constant: pixels))
    let texts = try textEmbeddings(batch: texts)
    let scale = ElementaryFunction.exp(Double(logScale))
    do throws(TensorError) { return try (images.linear(texts) * scale).value } catch {
      throw ModelError(cause: error)
    }
  }
}
