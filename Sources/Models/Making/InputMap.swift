import Kernels
import Tensors
import Tokenizers

/// What an id becomes before the first block, in place of a row of a learned table.
public enum InputMap: Sendable, Equatable {
  /// A table that is trained.
  case learned
  /// A table of normal numbers that is never trained.
  case frozen
  /// Codes repeated over the width, the last repetition cut off where the width asks for it (arXiv 2605.09751).
  case codes(TokenCodes, values: CodeValues = .signs, scale: Float = 1)
  /// Each sequence has a table of its own of normal numbers, which scores its tokens too (arXiv 2305.16349).
  case normalPerSequence
  /// In each sequence, each id's trained row gives way to normal numbers with this probability, in the input
  /// and in the scores.
  case semiLexinvariant(probability: Double)

  /// What a code's bits stand for.
  public enum CodeValues: String, Sendable, CaseIterable {
    /// 0 is -1.
    case signs = "pm1"
    case bits = "01"
  }

  /// Whether the table is trained.
  public var isTrained: Bool {
    switch self {
    case .learned, .semiLexinvariant: true
    case .frozen, .codes, .normalPerSequence: false
    }
  }

  /// Whether each sequence has a table of its own, which the scores use too.
  public var isPerSequence: Bool {
    switch self {
    case .normalPerSequence, .semiLexinvariant: true
    case .learned, .frozen, .codes: false
    }
  }

  /// The trained numbers of the input.
  public func parameterCount(vocabulary: Int, width: Int) -> Int {
    isTrained ? vocabulary * width : 0
  }

  /// What a network needs for this map: scores of a table that changes are those of its rows, divided by
  /// √width unless the network says otherwise; others have a matrix of their own, since a table that is shared would be trained by it.
  public func adapted(_ network: NetworkDescription) -> NetworkDescription {
    var network = network
    guard var head = network.head, self != .learned else { return network }
    head.isTied = isPerSequence
    if isPerSequence, head.scoreScale == nil {
      head.scoreScale = 1 / Float(max(network.width, 1)).squareRoot()
    }
    network.head = head
    return network
  }

  /// Refuses a map that cannot be.
  public func check(vocabulary: Int) throws(ModelError) {
    switch self {
    case .codes(let codes, _, let scale):
      guard codes.vocabularySize >= vocabulary else {
        throw .input(
          reason:
            "there are codes for \(codes.vocabularySize) ids, the vocabulary has \(vocabulary)")
      }
      guard scale.isFinite, scale != 0 else { throw .input(reason: "a code's scale is \(scale)") }
    case .semiLexinvariant(let probability):
      guard (0...1).contains(probability) else {
        throw .input(reason: "the probability \(probability) is not from 0 to 1")
      }
    case .learned, .frozen, .normalPerSequence: break
    }
  }

  /// The row of an id whose code is known, computed from the id alone.
  public static func row(
    of id: Int32, _ codes: TokenCodes, values: CodeValues, scale: Float, width: Int
  ) throws(ModelError) -> [Float] {
    let code: UInt64
    do throws(TokenizerError) { code = try codes.code(of: id) } catch { throw .tokenizer(error) }
    let zero = values == .signs ? -scale : 0
    return (0..<width).map { code >> UInt64($0 % codes.bits) & 1 == 1 ? scale : zero }
  }

  /// The table that training begins with, and that stands in the model's file: `[vocabulary, width]`.
  ///
  /// A network whose sequences have tables of their own gets one draw of them.
  public func table(vocabulary: Int, width: Int, weights: InitialWeights) throws(ModelError)
    -> Tensor
  {
    try check(vocabulary: vocabulary)
    let shape = [vocabulary, width]
    let stream = weights.stream.child(WeightKey(.embedding).name)
    do throws(TensorError) {
      switch self {
      case .learned, .frozen:
        return try .normal(shape, deviation: weights.deviation, stream: stream)
      case .normalPerSequence, .semiLexinvariant:
        return try .normal(shape, stream: stream)
      case .codes: break
      }
    } catch { throw ModelError(cause: error) }
    guard case .codes(let codes, let values, let scale) = self else {
      throw .input(reason: "this input map has no table")
    }
    var all: [Float] = []
    all.reserveCapacity(vocabulary * width)
    for id in 0..<vocabulary {
      all += try Self.row(
        of: Int32(truncatingIfNeeded: id), codes, values: values, scale: scale, width: width)
    }
    do throws(TensorError) { return try Tensor(all, shape: shape) } catch {
      throw ModelError(cause: error)
    }
  }

  /// A sequence's own table.
  ///
  /// - Parameters:
  ///   - trained: the table that some rows are taken from, `[vocabulary, width]`.
  ///   - stream: the sequence's.
  public func sequenceTable(_ trained: Variable, stream: RandomStream) throws(TensorError)
    -> Variable
  {
    let shape = trained.shape
    let drawn = try Tensor.normal(shape, stream: stream.child("rows"))
    guard case .semiLexinvariant(let probability) = self else { return Variable(constant: drawn) }
    var coins = stream.child("coins")
    let rows = (0..<(shape.first ?? 0)).map { _ in coins.uniform() < probability }
    let isDrawn = try Tensor(rows, shape: [rows.count, 1]).broadcast(to: shape)
    return try .choose(isDrawn, Variable(constant: drawn), trained)
  }

  /// How it is named in headers and runs.
  public var described: String {
    switch self {
    case .learned: "learned"
    case .frozen: "frozen"
    case .codes(let codes, let values, let scale):
      (codes.matrix == nil ? "binary" : "affine")
        + " \(codes.bits) bits, \(values.rawValue), scale \(scale)"
        + (codes.matrix.map { ", A \($0.rows), b \(codes.offset)" } ?? "")
    case .normalPerSequence: "gauss_per_sequence"
    case .semiLexinvariant(let probability): "semilex \(probability)"
    }
  }
}
