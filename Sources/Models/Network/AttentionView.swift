import Kernels
import Tensors

/// Who sees whom in one attention call: rows and keys with their positions and tokens.
struct AttentionView {
  let description: AttentionDescription
  let rules: [AttentionRule]
  let layer: Int
  /// Of the rows.
  let positions: [Int32]
  let origins: [Int32]
  /// Of the keys.
  let keyPositions: [Int32]
  let keyOrigins: [Int32]
  /// The index of the first row's own key: row r sees the keys up to `first + r`. Nil: all.
  let first: Int?
  /// The query heads that this call is about.
  let heads: Range<Int>
  /// All that is to say of who sees whom.
  var mask: AttentionMask?

  private var rows: Int { positions.count }
  private var keys: Int { keyPositions.count }

  /// The rules that speak of this layer.
  private var own: [AttentionRule] { rules.filter { $0.concerns(layer: layer) } }

  /// The keys that row `row` sees by order and window alone, where they are one range.
  private func range(_ row: Int) -> Range<Int>? {
    let end = first.map { min($0 + row + 1, keys) } ?? keys
    guard let window = description.window else { return 0..<end }
    let least = Int(positions[row]) - window + 1
    // Positions that do not ascend (late, moved keys) need a mask.
    guard let begin = keyPositions.firstIndex(where: { Int($0) >= least }) else { return nil }
    return begin < end ? begin..<end : nil
  }

  private var ascends: Bool {
    description.window == nil || zip(keyPositions, keyPositions.dropFirst()).allSatisfy { $0 < $1 }
  }

  /// The first key that each row sees, where that is all there is to say; nil where rules or unordered
  /// positions need more.
  var begins: [Int]? {
    guard own.isEmpty, ascends, mask == nil else { return nil }
    var begins: [Int] = []
    for row in 0..<rows {
      guard let range = range(row) else { return nil }
      begins.append(range.lowerBound)
    }
    return begins
  }

  var visibility: AttentionVisibility {
    get throws(TensorError) {
      if let mask { return .mask(mask) }
      let hiding = own.filter { if case .bias = $0.effect { false } else { true } }
      if hiding.isEmpty, description.window == nil {
        return first.map { .causal(offset: $0) } ?? .all
      }
      if hiding.isEmpty, ascends {
        let ranges = (0..<rows).map { range($0) ?? 0..<0 }
        return .ranges(ranges)
      }
      let perHead = hiding.contains { $0.heads != nil }
      var visible: [Bool] = []
      for head in perHead ? heads : heads.prefix(1) {
        for row in 0..<rows {
          for key in 0..<keys { visible.append(sees(head, row, key, hiding)) }
        }
      }
      do throws(KernelError) {
        return .mask(
          try AttentionMask(
            heads: perHead ? heads.count : 1, queryRows: rows, keyRows: keys, visible: visible))
      } catch { throw .kernel(error) }
    }
  }

  private func sees(_ head: Int, _ row: Int, _ key: Int, _ rules: [AttentionRule]) -> Bool {
    var sees = first.map { key <= $0 + row } ?? true
    if let window = description.window {
      sees = sees && Int(positions[row]) - Int(keyPositions[key]) < window
    }
    for rule in rules where rule.meets(head: head, query: origins[row], key: keyOrigins[key]) {
      sees = rule.effect == .visible
    }
    return sees
  }

  /// What is added to scores: `[heads, rows, keys]`; nil where nothing is.
  func bias(relative table: Variable?) throws(TensorError) -> Variable? {
    var sum: Variable?
    switch description.positions {
    case .linearBias(let linear):
      let values = heads.flatMap { head in linearBias(linear, slope: linear.slopes[head]) }
      sum = Variable(constant: try Tensor(values, shape: [heads.count, rows, keys]))
    case .relativeBuckets(let buckets):
      guard let table else { break }
      let ids = try Tensor(distances.map { Int32(buckets.bucket($0)) }, shape: [rows * keys])
      sum = try table.rows(ids).reshaped([rows, keys, description.heads]).transposed([2, 0, 1])
        .indexed([.range(start: heads.lowerBound, end: heads.upperBound)])
    case .none, .rotary: break
    }
    let biases = own.filter { if case .bias = $0.effect { true } else { false } }
    guard !biases.isEmpty else { return sum }
    var values: [Float] = []
    for head in heads {
      for row in 0..<rows {
        for key in 0..<keys {
          var value: Float = 0
          for case .bias(let added) in biases.lazy.filter({
            $0.meets(head: head, query: origins[row], key: keyOrigins[key])
          }).map(\.effect) { value += added }
          values.append(value)
        }
      }
    }
    let added = Variable(constant: try Tensor(values, shape: [heads.count, rows, keys]))
    guard let sum else { return added }
    return try sum + added
  }

  /// One head's part of ``LinearBias``, `[rows, keys]`.
  private func linearBias(_ linear: LinearBias, slope: Float) -> [Float] {
    if !linear.isRounded { return distances.map { slope * Float($0) * linear.factor } }
    let line = keyPositions.map { position -> Float in
      let rounded = BFloat16(Double(position)).float
      return BFloat16(Double(slope * rounded)).float * linear.factor
    }
    return (0..<rows).flatMap { _ in line }
  }

  /// Key position - row position, `[rows, keys]`.
  private var distances: [Int] {
    positions.flatMap { position in keyPositions.map { Int($0) - Int(position) } }
  }
}

extension RelativeBuckets {
  /// The bucket of a key `distance` behind the row (negative: before it), as T5 has them.
  func bucket(_ distance: Int) -> Int {
    var count = count
    var bucket = 0
    var far = -distance
    if isBidirectional {
      count /= 2
      if distance > 0 { bucket = count }
      far = abs(distance)
    } else {
      far = max(far, 0)
    }
    let near = count / 2
    if far < near { return bucket + far }
    let share =
      ElementaryFunction.log(Double(far) / Double(max(near, 1)))
      / ElementaryFunction.log(Double(maximumDistance) / Double(max(near, 1)))
    let place = near + Int(share * Double(count - near))
    return bucket + min(place, count - 1)
  }
}
