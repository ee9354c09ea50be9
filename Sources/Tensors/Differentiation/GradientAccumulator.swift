/// Gradients of parameters that are gathered over several tapes, as micro-batches need it.
///
/// Each use of a parameter has a buffer of its own, whose chains go on from one tape to the next;
/// ``gradients()`` adds the buffers in reverse order of use. The tapes record the same operations.
public struct GradientAccumulator: Sendable {
  /// For each parameter its uses' buffers, the last use first.
  var uses: [[Tensor]] = []

  public init() {}

  /// One tensor a parameter, in the order of ``Tape/accumulateGradients(of:cotangent:with:into:)``;
  /// nil where nothing depended on it.
  public func gradients() throws(TensorError) -> [Tensor?] {
    var result: [Tensor?] = []
    for buffers in uses {
      var total: Tensor?
      for buffer in buffers { total = try total?.plus(buffer) ?? buffer }
      result.append(total)
    }
    return result
  }

  /// Starts again from +0.
  public mutating func clear() { uses = [] }

  /// Adds a use's gradient that is no chain, or sets the chain that went on from the buffer.
  mutating func put(
    _ gradient: Tensor, parameter: Int, use: Int, isChain: Bool
  ) throws(TensorError) {
    if uses[parameter].count <= use {
      // A buffer starts at +0, which -0 is added to.
      uses[parameter].append(isChain ? gradient : try gradient.plus(0))
    } else {
      uses[parameter][use] = isChain ? gradient : try uses[parameter][use].plus(gradient)
    }
  }
}
