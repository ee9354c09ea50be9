import Kernels
import Tensors

/// Changes of low rank to some matrices of a model: W becomes W + α / r · B A (LoRA, arXiv 2106.09685).
public struct LowRankAdapter: Sendable, Equatable {
  /// The change of one matrix.
  public struct Pair: Sendable, Equatable {
    /// `[rank, inputs]`.
    public var a: Tensor
    /// `[outputs, rank]`.
    public var b: Tensor

    public init(a: Tensor, b: Tensor) { (self.a, self.b) = (a, b) }
  }

  /// Matrices of each block, by the names that commands give them.
  public enum Target: String, Sendable, CaseIterable {
    case q, k, v, o, gate, up, down

    public var part: WeightKey.Part {
      switch self {
      case .q: .query
      case .k: .key
      case .v: .value
      case .o: .output
      case .gate: .gate
      case .up: .up
      case .down: .down
      }
    }
  }

  public let rank: Int
  public let alpha: Double
  /// The matrices that are changed, in the order of the network.
  public let keys: [WeightKey]
  public var pairs: [WeightKey: Pair]

  /// What changes are multiplied by.
  public var scale: Double { alpha / Double(max(rank, 1)) }
  public var parameterCount: Int { pairs.values.reduce(0) { $0 + $1.a.count + $1.b.count } }

  /// - Throws: ``ModelError/input(reason:)`` for a rank or an alpha that cannot be.
  public init(rank: Int, alpha: Double, keys: [WeightKey], pairs: [WeightKey: Pair])
    throws(ModelError)
  {
    guard (1...SizeChecks.limit).contains(rank) else {
      throw .input(reason: "the rank of an adapter is \(rank), but must be 1 or more")
    }
    guard alpha > 0, alpha.isFinite else {
      throw .input(reason: "an adapter's alpha is \(alpha), but must be above 0")
    }
    (self.rank, self.alpha, self.keys, self.pairs) = (rank, alpha, keys, pairs)
  }

  /// The adapter that training begins with: A evenly drawn from ±1 / √inputs, B of zeros, so that the
  /// model's bits are its own.
  ///
  /// - Throws: ``ModelError/input(reason:)`` where the network has none of the targets.
  public init(
    fresh network: NetworkDescription, rank: Int, alpha: Double, targets: [Target], seed: UInt64
  ) throws(ModelError) {
    let parts = Set(targets.map(\.part))
    let stream = RandomStream(seed: seed, path: ["train.lora"])
    var keys: [WeightKey] = []
    var pairs: [WeightKey: Pair] = [:]
    for (key, shape) in network.weightShapes
    where !key.isBias && key.expert == nil && shape.count == 2 && parts.contains(key.part) {
      keys.append(key)
      let bound = 1 / Double(max(shape[1], 1)).squareRoot()
      do throws(TensorError) {
        pairs[key] = Pair(
          a: try .uniform(
            [rank, shape[1]], from: -bound, to: bound, stream: stream.child(key.name)),
          b: try .zeros([shape[0], rank], .f32))
      } catch { throw ModelError(cause: error) }
    }
    if let target = targets.first(where: { target in !keys.contains { $0.part == target.part } }) {
      throw .input(reason: "the model has no matrix '\(target.rawValue)' that could be adapted")
    }
    if keys.isEmpty { throw .input(reason: "an adapter needs a matrix that it changes") }
    try self.init(rank: rank, alpha: alpha, keys: keys, pairs: pairs)
  }

  /// Refuses an adapter that another network was adapted by.
  func check(_ network: NetworkDescription, path: String) throws(ModelError) {
    let shapes = Dictionary(
      network.weightShapes.map { ($0.key, $0.shape) }, uniquingKeysWith: { $1 })
    for key in keys {
      guard let pair = pairs[key], let shape = shapes[key], shape.count == 2 else {
        throw .missingTensor(path: path, name: key.name)
      }
      for (name, found, expected) in [
        ("lora_A", pair.a.shape, [rank, shape[1]]), ("lora_B", pair.b.shape, [shape[0], rank]),
      ] where found != expected {
        throw .shape(path: path, name: "\(key.name) \(name)", expected: expected, found: found)
      }
      if pair.a.elementType != .f32 || pair.b.elementType != .f32 {
        throw .unsupported(path: path, feature: "an adapter of whole numbers")
      }
    }
  }

  /// The change of a matrix, `[outputs, inputs]`: each element one chain of fused multiply-adds over the
  /// rank, then multiplied by α / r.
  public func change(of key: WeightKey) throws(ModelError) -> Tensor? {
    guard let pair = pairs[key] else { return nil }
    do throws(TensorError) {
      return try (Variable(constant: try pair.b.matmul(pair.a)) * scale).value
    } catch { throw ModelError(cause: error) }
  }

  /// The model with the changes added to its matrices, all weights in f32.
  ///
  /// - Throws: ``ModelError/shape(path:name:expected:found:)`` and its like for another network's adapter.
  /// - Complexity: O(changed weights · rank) time, all weights in f32 of memory.
  public func merged(into model: TransformerModel) throws(ModelError) -> TransformerModel {
    try check(model.network, path: model.name)
    var changed: [WeightKey: Tensor] = [:]
    for key in keys {
      guard let change = try change(of: key) else { continue }
      let own = Variable(constant: try model.weight(key.name))
      do throws(TensorError) { changed[key] = try (own + Variable(constant: change)).value } catch {
        throw ModelError(cause: error)
      }
    }
    return try model.replacing(changed)
  }
}

/// A network's weights with changes of low rank beside some matrices: x Wᵀ + α / r · (x Aᵀ) Bᵀ.
public struct AdaptedWeights: NetworkWeights {
  private let base: any NetworkWeights
  private let pairs: [WeightKey: (a: Variable, b: Variable)]
  private let scale: Double

  /// - Parameter pairs: the changes, such as variables of a tape.
  public init(
    _ base: any NetworkWeights, pairs: [WeightKey: (a: Variable, b: Variable)], scale: Double
  ) {
    (self.base, self.pairs, self.scale) = (base, pairs, scale)
  }

  public func linear(_ key: WeightKey, _ x: Variable) throws(TensorError) -> Variable {
    let product = try base.linear(key, x)
    guard let pair = pairs[key] else { return product }
    return try product + x.linear(pair.a).linear(pair.b) * scale
  }

  public func tensor(_ key: WeightKey) throws(TensorError) -> Variable? { try base.tensor(key) }

  public func rows(_ key: WeightKey, _ ids: Tensor) throws(TensorError) -> Variable {
    try base.rows(key, ids)
  }
}
