import Kernels
import Tensors

/// A ``DisentangledTransformer`` that is trained on inverse permutations: the mean squared error of the
/// answers, read where the layout says.
///
/// Only the rows that are read go through the last layer.
public struct InversePermutationNetwork: TrainableNetwork {
  public let layout: InversePermutationLayout
  /// A of each layer, and W.
  public let parameters: [NetworkParameter]
  private let widths: [Int]
  private let recipe: InversePermutationRecipe

  /// Weights that the recipe begins with.
  ///
  /// - Parameter layers: 1...4.
  /// - Throws: ``TrainingError/setting(name:value:reason:)``.
  public init(
    _ layout: InversePermutationLayout, layers: Int = 2, seed: UInt64,
    recipe: InversePermutationRecipe = .adam
  ) throws(TrainingError) {
    guard (1...4).contains(layers) else {
      throw .setting(name: "layers", value: layers, reason: "must be from 1 to 4")
    }
    let widths = try DisentangledTransformer.widths(
      contentWidth: layout.size, rows: layout.rows, layers: layers)
    let shapes =
      (0..<layers).map { ("attention.\($0 + 1)", [widths[$0], widths[$0]]) }
      + [("readout", [widths[layers], layout.size])]
    do {
      parameters = try shapes.map { name, shape in
        let stream = RandomStream(seed: seed, path: ["inverse permutation", "weights", name])
        return NetworkParameter(
          name, try .normal(shape, deviation: recipe.deviation, stream: stream))
      }
    } catch { throw TrainingError(cause: error) }
    (self.layout, self.widths, self.recipe) = (layout, widths, recipe)
  }

  public var settings: [TrainingSetting] {
    [
      .init("objective", "inverse permutation"), .init("n", layout.size),
      .init("causal", layout.isCausal), .init("scratch_before", layout.before),
      .init("scratch_after", layout.after), .init("reading", layout.reading.rawValue),
      .init("layers", widths.count - 1), .init("recipe", recipe.rawValue),
    ]
  }

  public func loss(
    of batch: [InversePermutationExample], with parameters: [Variable], in context: LossContext
  ) throws -> RecordedLoss {
    let targets = try constant(
      batch.flatMap(\.targets), [batch.count, layout.size, layout.size], like: parameters)
    let error = try answers(to: batch, with: parameters) - targets
    return RecordedLoss(
      terms: try error * error,
      weight: Double(error.value.count / recipe.elements(inRowOf: layout.size)))
  }

  /// The answers, `[examples, n, n]`.
  ///
  /// - Parameter parameters: as ``parameters``, of f32 or f64.
  public func answers(to batch: [InversePermutationExample], with parameters: [Variable]) throws
    -> Variable
  {
    guard parameters.count == widths.count else {
      throw TrainingError.setting(
        name: "parameters", value: parameters.count, reason: "must be \(widths.count)")
    }
    let (size, rows) = (layout.size, layout.rows)
    let content = try constant(
      batch.flatMap { try $0.content(layout) }, [batch.count, rows, size], like: parameters)
    let identity = (0..<rows * rows).map { $0 % (rows + 1) == 0 ? 1.0 : 0 }
    let positions = try constant(identity, [rows, rows], like: parameters)
      .broadcast(to: [batch.count, rows, rows])
    var stream = try Variable.concatenated([content, positions], axis: 2)
    for (layer, matrix) in parameters.dropLast().enumerated() {
      let isLast = layer == parameters.count - 2
      let queries = isLast ? layout.readRows : Array(0..<rows)
      let asking =
        isLast ? try stream.selected(Tensor(queries.map { Int32($0) }), axis: 1) : stream
      stream = try .concatenated(
        [asking, try attended(asking, queries, to: stream, by: matrix)], axis: 2)
    }
    return try product(stream, parameters[parameters.count - 1])
  }

  /// softmax(mask(asking A hᵀ)) h, one head as wide as the stream.
  private func attended(
    _ asking: Variable, _ queries: [Int], to stream: Variable, by matrix: Variable
  ) throws -> Variable {
    let (batch, width) = (stream.shape[0], stream.shape[2])
    let keys = try stream.reshaped([batch, layout.rows, 1, width])
    let result = try Variable.attention(
      queries: product(asking, matrix).reshaped([batch, queries.count, 1, width]), keys: keys,
      values: keys, visibility: .ranges(queries.map(layout.visibleRows)), scale: 1)
    return try result.reshaped([batch, queries.count, width])
  }

  /// `[batch, rows, width]` times a matrix, as one product of all rows.
  private func product(_ stream: Variable, _ matrix: Variable) throws -> Variable {
    let (batch, rows) = (stream.shape[0], stream.shape[1])
    return try stream.reshaped([batch * rows, stream.shape[2]]).matmul(matrix)
      .reshaped([batch, rows, matrix.shape[1]])
  }

  private func constant(_ values: [Double], _ shape: [Int], like parameters: [Variable]) throws
    -> Variable
  {
    Variable(
      constant: try Tensor(values, shape: shape).cast(to: parameters.first?.elementType ?? .f32))
  }

  /// The same network in f64, with weights that training has made.
  public func transformer(_ parameters: [NetworkParameter]) throws(TrainingError)
    -> DisentangledTransformer
  {
    try DisentangledTransformer(
      contentWidth: layout.size, rows: layout.rows, isCausal: layout.isCausal,
      attention: parameters.dropLast().map(\.value.doubles),
      readout: parameters.last?.value.doubles ?? [])
  }
}
