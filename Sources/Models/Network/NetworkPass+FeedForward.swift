import Kernels
import Tensors

extension NetworkPass {
  /// What the feed-forward part adds.
  func fed(
    _ description: FeedForwardDescription, _ layer: Int, _ x: Variable, _ state: TokenState
  ) throws -> Variable {
    guard let experts = description.experts else {
      return try dense(
        description, x, gate: WeightKey(.gate, layer: layer), up: WeightKey(.up, layer: layer),
        down: WeightKey(.down, layer: layer), state: state)
    }
    var sum = try mixed(description, experts, layer, x, state)
    if experts.sharedWidth != nil {
      let share = try weights.linear(WeightKey(.sharedRouter, layer: layer), x)
        .activated(.sigmoid)
      let shared = try dense(
        description, x, gate: WeightKey(.sharedGate, layer: layer),
        up: WeightKey(.sharedUp, layer: layer), down: WeightKey(.sharedDown, layer: layer))
      sum = try sum + shared * share
    }
    return sum
  }

  /// - Parameter state: for the hooks; nil for parts that have none.
  private func dense(
    _ description: FeedForwardDescription, _ x: Variable, gate: WeightKey, up: WeightKey,
    down: WeightKey, state: TokenState? = nil
  ) throws -> Variable {
    func hook(_ site: HookSite, _ value: Variable) throws -> Variable {
      guard let state else { return value }
      return try hooked(site, down.layer, value, state)
    }
    var hidden: Variable
    if description.isGated {
      let gates = try hook(.gate, weights.linear(gate, x))
      hidden = try description.activation.gated(gates, weights.linear(up, x))
    } else {
      hidden = try description.activation.applied(to: hook(.gate, weights.linear(up, x)))
    }
    hidden = try hook(.neurons, hidden)
    return try weights.linear(down, hidden)
  }

  /// A mixture of experts: for each row the sum of its experts' results, experts ascending.
  private func mixed(
    _ description: FeedForwardDescription, _ experts: ExpertsDescription, _ layer: Int,
    _ x: Variable, _ state: TokenState
  ) throws -> Variable {
    let rows = x.shape[0]
    let scores = try hooked(
      .router, layer, weights.linear(WeightKey(.router, layer: layer), x), state)
    let shares = try scores.softmax()
    let chosen = try Self.chosen(shares.value, experts.active)
    var weighed = try shares.gathered(
      Tensor(chosen.flatMap { $0 }.map { Int32($0) }, shape: [rows, experts.active]))
    if experts.normalizesWeights {
      weighed = try weighed / weighed.sum(axes: [1], keepingAxes: true)
    }
    let flat = try weighed.reshaped([rows * experts.active, 1])

    var results: [Variable] = []
    // Where the result of (row, its n-th expert) stands among all results.
    var places = [Int32](repeating: 0, count: rows * experts.active)
    var done: Int32 = 0
    for expert in 0..<experts.count {
      let slots = (0..<rows).compactMap { row in
        chosen[row].firstIndex(of: expert).map { row * experts.active + $0 }
      }
      if slots.isEmpty { continue }
      for slot in slots {
        places[slot] = done
        done += 1
      }
      let own = try Tensor(
        slots.map { Int32($0 / experts.active) }, shape: [slots.count])
      let result = try dense(
        description, x.selected(own, axis: 0),
        gate: WeightKey(.expertGate, layer: layer, expert: expert),
        up: WeightKey(.expertUp, layer: layer, expert: expert),
        down: WeightKey(.expertDown, layer: layer, expert: expert))
      let share = try flat.rows(Tensor(slots.map { Int32($0) }, shape: [slots.count]))
      results.append(try result * share)
    }
    let all = try Variable.concatenated(results)
    var sum: Variable?
    for slot in 0..<experts.active {
      let ids = (0..<rows).map { places[$0 * experts.active + slot] }
      let part = try all.rows(Tensor(ids, shape: [rows]))
      sum = try sum.map { try $0 + part } ?? part
    }
    guard let sum else { throw ModelError.noTokens(operation: "a mixture of experts") }
    return sum
  }

  /// The experts of each row, ascending: the most probable ones, the lower of equals.
  private static func chosen(_ shares: Tensor, _ active: Int) throws -> [[Int]] {
    guard let best = try shares.top(active).indices.int32s else { return [] }
    return stride(from: 0, to: best.count, by: max(active, 1)).map { start in
      best[start..<start + active].map(Int.init).sorted()
    }
  }
}

extension NetworkActivation {
  /// The kernel's activation; nil where it is made of several steps.
  var kernel: Activation? {
    switch self {
    case .silu: .silu
    case .gelu: .gelu
    case .geluTanh: .geluTanh
    case .relu: .relu
    case .squaredReLU: .squaredReLU
    case .quickGELU: nil
    }
  }

  func applied(to x: Variable) throws(TensorError) -> Variable {
    if let kernel { return try x.activated(kernel) }
    return try x * (x * 1.702).activated(.sigmoid)
  }

  func gated(_ gate: Variable, _ up: Variable) throws(TensorError) -> Variable {
    if let kernel { return try gate.gated(kernel, up) }
    return try applied(to: gate) * up
  }
}
