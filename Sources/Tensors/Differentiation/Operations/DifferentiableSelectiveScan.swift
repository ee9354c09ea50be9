import Kernels

/// The kernel of ``SelectiveScan``: y and the last states. Gradients of A and D are chains over places
/// that go on from their buffers.
struct DifferentiableSelectiveScan: KernelOperation {
  /// Of x, Δ, A, B, C, D and the first states.
  let inputs: GivenInputs
  let sequences: Int
  let length: Int
  let channels: Int
  let states: Int

  var name: String { "selective scan" }
  private var stateShape: [Int] { [sequences, channels, states] }

  func continuesChain(ofInput index: Int) -> Bool { [2, 5].contains(inputs.place(of: index)) }

  func evaluated<T: DifferentiableElement>(_ given: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let all = inputs.spread(given)
    let results = try KernelCall.run(
      type, reading: all,
      writing: [.init([sequences, length, channels]), .init(stateShape, from: all[6])]
    ) { inputs, outputs in
      guard let scan = scan(inputs), let y = outputs[0], let state = outputs[1] else { return }
      try scan.run(state: state, into: y)
    }
    return Evaluation(outputs: results.compactMap { $0 })
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    var read = inputs.spread(pass.inputs)
    if read[6] == nil { read[6] = try .zeros(stateShape, pass.cotangent.elementType) }
    // The kernel writes all gradients of what is there, whoever needs them.
    let buffers = inputs.spread(pass.buffers)
    let written = inputs.spread(pass.inputs).enumerated().map { place, input in
      input.map { KernelCall.Output($0.shape, from: buffers[place] ?? nil) }
    }
    let results = try KernelCall.run(
      type, reading: read + [pass.cotangent, pass.cotangents[1]], writing: written
    ) { inputs, outputs in
      guard let scan = scan(inputs), let state = inputs[6], let dy = inputs[7],
        let x = outputs[0], let delta = outputs[1], let a = outputs[2], let b = outputs[3],
        let c = outputs[4]
      else { return }
      try scan.gradient(
        dy: dy, state: state, lastState: inputs[8],
        into: .init(
          x: x, delta: delta, a: a, b: b, c: c, d: outputs[5], state: outputs[6]))
    }
    return inputs.gathered(results)
  }

  private func scan<T: DifferentiableElement>(_ inputs: [UnsafeBufferPointer<T>?])
    -> SelectiveScan<T>?
  {
    guard let x = inputs[0], let delta = inputs[1], let a = inputs[2], let b = inputs[3],
      let c = inputs[4]
    else { return nil }
    return SelectiveScan(
      x: x, delta: delta, a: a, b: b, c: c, d: inputs[5], sequences: sequences, length: length,
      channels: channels, states: states)
  }
}

extension Variable {
  /// h_t = exp(Δ_t A) h_{t-1} + Δ_t x_t B_t and y_t = C_t · h_t + D x_t (A. Gu, T. Dao, arXiv 2312.00752).
  ///
  /// - Parameters:
  ///   - x: `[sequences, length, channels]`; `delta` alike.
  ///   - a: `[channels, states]`.
  ///   - b: `[sequences, length, states]`; `c` alike.
  ///   - d: `[channels]`.
  ///   - state: the first states, `[sequences, channels, states]`; 0 unless given.
  /// - Returns: y `[sequences, length, channels]` and the last states, both differentiable.
  public static func selectiveScan(
    _ x: Variable, delta: Variable, a: Variable, b: Variable, c: Variable, d: Variable? = nil,
    state: Variable? = nil
  ) throws(TensorError) -> (result: Variable, state: Variable) {
    let name = "selective scan"
    guard x.rank == 3, a.rank == 2, a.shape[0] == x.shape[2] else {
      throw .shapeMismatch(operation: name, left: x.shape, right: a.shape)
    }
    let (sequences, length, channels) = (x.shape[0], x.shape[1], x.shape[2])
    let states = a.shape[1]
    let needed: [(Variable?, [Int])] = [
      (delta, x.shape), (b, [sequences, length, states]), (c, [sequences, length, states]),
      (d, [channels]), (state, [sequences, channels, states]),
    ]
    for (input, shape) in needed {
      if let input, input.shape != shape {
        throw .shapeMismatch(operation: name, left: shape, right: input.shape)
      }
    }
    let inputs = [x, delta, a, b, c, d, state]
    let results = try results(
      of: DifferentiableSelectiveScan(
        inputs: GivenInputs(inputs), sequences: sequences, length: length, channels: channels,
        states: states), inputs.compactMap { $0 })
    return (results[0], results[1])
  }
}
