import Kernels

/// Means and variances of channels, f32 or f64 `[channels]`, as batch norm has them.
public struct ChannelStatistics: Sendable {
  public var means: Tensor
  /// They divide by the number of values.
  public var variances: Tensor

  public init(means: Tensor, variances: Tensor) {
    (self.means, self.variances) = (means, variances)
  }

  /// Moved towards those of a training batch: running += (batch - running) · momentum, where the
  /// variance takes the unbiased one.
  ///
  /// - Parameter count: how many values each of the batch's means is of.
  public func moved(towards batch: ChannelStatistics, momentum: Double, count: Int)
    throws(TensorError) -> ChannelStatistics
  {
    try Tensor.checkReals(
      [means, variances, batch.means, batch.variances], operation: "running statistics")
    return means.elementType == .f64
      ? try moved(batch, momentum, count, Double.self)
      : try moved(batch, momentum, count, Float.self)
  }

  private func moved<T: DifferentiableElement>(
    _ batch: ChannelStatistics, _ momentum: Double, _ count: Int, _ type: T.Type
  ) throws(TensorError) -> ChannelStatistics {
    let norm = ChannelNorm<T>(
      .batch, batch: count, channels: means.count, positions: 1, epsilon: 0)
    let results = try KernelCall.run(
      type, reading: [batch.means, batch.variances],
      writing: [
        .init(means.shape, from: means), .init(variances.shape, from: variances),
      ]
    ) { inputs, outputs in
      guard let batchMeans = inputs[0], let batchVariances = inputs[1], let means = outputs[0],
        let variances = outputs[1]
      else { return }
      try norm.updateRunning(
        means: means, variances: variances, from: batchMeans, batchVariances,
        momentum: T(momentum))
    }
    let made = results.compactMap { $0 }
    return ChannelStatistics(means: made[0], variances: made[1])
  }
}

/// Group or batch norm of `[batch, channels, …]`: the kernels of ``ChannelNorm``. Means and variances
/// are further outputs, through which no gradient goes.
struct DifferentiableChannelNorm: KernelOperation {
  /// Groups of channels; nil for norms over the batch.
  let groups: Int?
  /// Batch norm at inference.
  let running: ChannelStatistics?
  let epsilon: Double
  /// Of x, gain and bias.
  let inputs: GivenInputs

  var name: String { groups == nil ? "batch norm" : "group norm" }

  func continuesChain(ofInput index: Int) -> Bool { index > 0 }

  func evaluated<T: DifferentiableElement>(_ given: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let x = given[0]
    let norm = try kernel(x.shape, type)
    for parameter in given.dropFirst() where parameter.shape != [norm.channels] {
      throw .shapeMismatch(operation: name, left: x.shape, right: parameter.shape)
    }
    let sets = groups.map { [norm.batch, $0] } ?? [norm.channels]
    if let running, running.means.shape != sets || running.variances.shape != sets {
      throw .shapeMismatch(operation: name, left: sets, right: running.means.shape)
    }
    let results = try KernelCall.run(
      type, reading: inputs.spread(given),
      writing: [
        .init(x.shape), .init(sets, from: running?.means), .init(sets, from: running?.variances),
      ]
    ) { inputs, outputs in
      guard let x = inputs[0], let y = outputs[0], let means = outputs[1],
        let variances = outputs[2]
      else { return }
      try norm.forward(
        x, gain: inputs[1], bias: inputs[2], means: means, variances: variances, into: y)
    }
    return Evaluation(outputs: results.compactMap { $0 })
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let x = pass.inputs[0]
    let norm = try kernel(x.shape, type)
    let (means, variances) = (pass.outputs[1], pass.outputs[2])
    var written = inputs.outputs(pass)
    written[0] = .init(x.shape)
    let results = try KernelCall.run(
      type, reading: [x, inputs.spread(pass.inputs)[1], pass.cotangent],
      writing: written + [
        .init(means.shape, from: means), .init(variances.shape, from: variances),
      ]
    ) { inputs, outputs in
      guard let x = inputs[0], let dy = inputs[2], let dx = outputs[0], let means = outputs[3],
        let variances = outputs[4]
      else { return }
      try norm.gradient(
        x, gain: inputs[1], means: means, variances: variances, dy: dy, into: dx,
        gainGradient: outputs[1], biasGradient: outputs[2])
    }
    return inputs.gathered(Array(results.prefix(3)))
  }

  private func kernel<T: DifferentiableElement>(_ shape: [Int], _ type: T.Type)
    throws(TensorError) -> ChannelNorm<T>
  {
    guard shape.count > 1 else {
      throw .invalidArgument(operation: name, reason: "\(shape) is not [batch, channels, …]")
    }
    let kind: ChannelNorm<T>.Kind
    if let groups {
      guard groups > 0, shape[1] % groups == 0 else {
        throw .invalidArgument(
          operation: name, reason: "\(groups) groups do not divide \(shape[1]) channels")
      }
      kind = .group(groups)
    } else {
      kind = running == nil ? .batch : .running
    }
    return ChannelNorm(
      kind, batch: shape[0], channels: shape[1], positions: shape.dropFirst(2).reduce(1, *),
      epsilon: T(epsilon))
  }
}

extension Variable {
  /// (x - mean) / sqrt(variance + ε) · gain + bias of `[batch, channels, …]` over groups of channels
  /// (arXiv 1803.08494); with as many groups as channels it is instance norm.
  ///
  /// - Parameter gain: `[channels]`; `bias` alike.
  public func groupNorm(
    groups: Int, gain: Variable? = nil, bias: Variable? = nil, epsilon: Double = 1e-5
  ) throws(TensorError) -> Variable {
    try channelNorm(groups, nil, gain, bias, epsilon)[0]
  }

  /// The same over the batch, a mean for each channel (arXiv 1502.03167), as in training.
  ///
  /// - Returns: the result, and the batch's statistics for ``ChannelStatistics/moved(towards:momentum:count:)``.
  public func batchNorm(gain: Variable? = nil, bias: Variable? = nil, epsilon: Double = 1e-5)
    throws(TensorError) -> (result: Variable, statistics: ChannelStatistics)
  {
    let results = try channelNorm(nil, nil, gain, bias, epsilon)
    return (
      results[0], ChannelStatistics(means: results[1].value, variances: results[2].value)
    )
  }

  /// The same with given statistics, as at inference; no gradient goes to them.
  public func batchNorm(
    running: ChannelStatistics, gain: Variable? = nil, bias: Variable? = nil,
    epsilon: Double = 1e-5
  ) throws(TensorError) -> Variable {
    try Tensor.checkReals([value, running.means, running.variances], operation: "batch norm")
    return try channelNorm(nil, running, gain, bias, epsilon)[0]
  }

  private func channelNorm(
    _ groups: Int?, _ running: ChannelStatistics?, _ gain: Variable?, _ bias: Variable?,
    _ epsilon: Double
  ) throws(TensorError) -> [Variable] {
    let inputs = [self, gain, bias]
    return try Self.results(
      of: DifferentiableChannelNorm(
        groups: groups, running: running, epsilon: epsilon, inputs: GivenInputs(inputs)),
      inputs.compactMap { $0 })
  }
}
