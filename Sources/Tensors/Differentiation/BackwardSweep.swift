import Kernels

/// One way back over a tape, from an output to the wanted values.
struct BackwardSweep {
  private let tape: Tape
  private let wanted: [Tape.Place: Int]
  /// Whether something wanted lies before the node.
  private let leadsToWanted: [Bool]
  /// The cotangents that have arrived, a node's outputs side by side.
  private var pending: [Int: [Tensor?]] = [:]
  /// What checkpoints let go of, of the region that is being passed.
  private var recomputed: [Int: Evaluation] = [:]
  private var recomputedRegion: Range<Int>?

  private(set) var results: [Tape.Place: Tensor] = [:]
  private(set) var accumulator: GradientAccumulator?
  /// How many uses of each wanted value have been met, the last first.
  private var usesMet: [Int]

  init(_ tape: Tape, wanted places: [Tape.Place], accumulator: GradientAccumulator?)
    throws(TensorError)
  {
    self.tape = tape
    self.accumulator = accumulator
    usesMet = [Int](repeating: 0, count: places.count)
    let wanted = Dictionary(zip(places, places.indices), uniquingKeysWith: { first, _ in first })
    var leads = [Bool](repeating: false, count: tape.nodes.count)
    for (index, node) in tape.nodes.enumerated() {
      leads[index] = node.inputs.contains { input in
        guard case .recorded(let place) = input else { return false }
        return leads[place.node] || wanted[place] != nil
      }
    }
    (self.wanted, leadsToWanted) = (wanted, leads)
  }

  mutating func run(from output: Tape.Place, cotangent: Tensor) throws(TensorError) {
    try arrive(cotangent, at: output)
    for index in stride(from: output.node, through: 0, by: -1) {
      guard let cotangents = pending.removeValue(forKey: index) else { continue }
      for (place, value) in cotangents.enumerated() {
        let place = Tape.Place(node: index, output: place)
        if let value, wanted[place] != nil { results[place] = value }
      }
      guard leadsToWanted[index], let operation = tape.nodes[index].operation else { continue }
      do throws(Interruption) { try Cancellation.check() } catch { throw .interrupted(error) }
      try goBack(through: operation, at: index, cotangents)
    }
  }

  private mutating func goBack(
    through operation: any DifferentiableOperation, at index: Int, _ cotangents: [Tensor?]
  ) throws(TensorError) {
    if let region = recomputedRegion, !region.contains(index) {
      recomputed = [:]
      recomputedRegion = nil
    }
    let node = tape.nodes[index]
    let evaluation = try evaluation(at: index)
    var inputs: [Tensor] = []
    for input in node.inputs { inputs.append(try value(of: input)) }
    let needed = node.inputs.map { input in
      guard case .recorded(let place) = input else { return false }
      return leadsToWanted[place.node] || wanted[place] != nil
    }
    // The uses of accumulated variables: the last input's comes first.
    var uses: [(parameter: Int, use: Int)?] = node.inputs.map { _ in nil }
    if accumulator != nil {
      for (position, input) in node.inputs.enumerated().reversed() {
        guard case .recorded(let place) = input, let parameter = wanted[place] else { continue }
        uses[position] = (parameter, usesMet[parameter])
        usesMet[parameter] += 1
      }
    }
    let buffers = node.inputs.indices.map { position -> Tensor? in
      guard let (parameter, use) = uses[position], operation.continuesChain(ofInput: position),
        let buffers = accumulator?.uses[parameter], buffers.indices.contains(use)
      else { return nil }
      return buffers[use]
    }
    let pass = try BackwardPass(
      inputs: inputs, evaluation: evaluation, cotangents: cotangents,
      needed: needed, buffers: buffers)
    let gradients = try operation.backward(pass)
    guard gradients.count == inputs.count else {
      throw .invalidArgument(
        operation: operation.name,
        reason: "its backward direction gives \(gradients.count) cotangents "
          + "for \(inputs.count) inputs")
    }
    for position in node.inputs.indices.reversed() {
      guard needed[position], case .recorded(let place) = node.inputs[position] else { continue }
      guard let gradient = gradients[position] else {
        // A use without a gradient is not counted.
        if let (parameter, _) = uses[position] { usesMet[parameter] -= 1 }
        continue
      }
      guard gradient.shape == inputs[position].shape else {
        throw .shapeMismatch(
          operation: "the gradient of \(operation.name)", left: inputs[position].shape,
          right: gradient.shape)
      }
      if let (parameter, use) = uses[position] {
        try accumulator?.put(
          gradient, parameter: parameter, use: use,
          isChain: operation.continuesChain(ofInput: position))
      } else {
        try arrive(gradient, at: place)
      }
    }
  }

  /// Adds what a use gives to what later uses gave.
  private mutating func arrive(_ cotangent: Tensor, at place: Tape.Place)
    throws(TensorError)
  {
    if accumulator != nil, let parameter = wanted[place] {
      try accumulator?.put(
        cotangent, parameter: parameter, use: usesMet[parameter], isChain: false)
      usesMet[parameter] += 1
      return
    }
    let outputs = tape.nodes[place.node].outputs.count
    var waiting = pending[place.node] ?? [Tensor?](repeating: nil, count: outputs)
    waiting[place.output] = try waiting[place.output]?.plus(cotangent) ?? cotangent
    pending[place.node] = waiting
  }

  // MARK: Values, computed again where a checkpoint let go of them

  private mutating func value(of input: Tape.Input) throws(TensorError) -> Tensor {
    switch input {
    case .constant(let value): return value
    case .recorded(let place):
      // What is used outside its checkpoint was kept.
      if let known = recomputed[place.node] { return known.outputs[place.output] }
      if let value = tape.nodes[place.node].outputs[place.output] { return value }
      return try evaluation(at: place.node).outputs[place.output]
    }
  }

  private mutating func evaluation(at index: Int) throws(TensorError) -> Evaluation {
    let node = tape.nodes[index]
    guard let region = node.region else {
      return Evaluation(outputs: node.outputs.compactMap { $0 }, saving: node.saved)
    }
    if recomputedRegion != region {
      (recomputed, recomputedRegion) = ([:], region)
      for member in region {
        let node = tape.nodes[member]
        guard let operation = node.operation else { continue }
        var inputs: [Tensor] = []
        for input in node.inputs { inputs.append(try value(of: input)) }
        recomputed[member] = try operation.forward(inputs)
      }
    }
    guard let evaluation = recomputed[index] else {
      return Evaluation(outputs: node.outputs.compactMap { $0 })
    }
    return evaluation
  }
}
