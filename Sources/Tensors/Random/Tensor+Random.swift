import Kernels

/// Random tensors of named streams. Values are computed in f64 and rounded once.
///
/// Uniform, normal and Gumbel numbers are drawn one after another from where the stream stands, so
/// element n is a function of the stream and n; gamma and Dirichlet numbers come from rejection, element n
/// from the child stream `"n"`; row r of a categorical draw from the child stream `"r"`.
extension Tensor {
  /// Evenly from `low` up to `high`.
  public static func uniform(
    _ shape: [Int], from low: Double = 0, to high: Double = 1, _ elementType: ElementType = .f32,
    stream: RandomStream
  ) throws(TensorError) -> Tensor {
    guard low.isFinite, high.isFinite, low <= high else {
      throw .invalidArgument(operation: "uniform", reason: "\(low)...\(high) is no range")
    }
    return try drawn(shape, elementType, "uniform", stream) {
      low + (high - low) * $0.uniform()
    }
  }

  public static func normal(
    _ shape: [Int], mean: Double = 0, deviation: Double = 1, _ elementType: ElementType = .f32,
    stream: RandomStream
  ) throws(TensorError) -> Tensor {
    guard mean.isFinite, deviation.isFinite, deviation >= 0 else {
      throw .invalidArgument(
        operation: "normal", reason: "mean \(mean), standard deviation \(deviation)")
    }
    return try drawn(shape, elementType, "normal", stream) { mean + deviation * $0.normal() }
  }

  /// The standard Gumbel distribution; added to logits, its argmax is a categorical draw.
  public static func gumbel(
    _ shape: [Int], _ elementType: ElementType = .f32, stream: RandomStream
  ) throws(TensorError) -> Tensor {
    try drawn(shape, elementType, "gumbel", stream) { $0.gumbel() }
  }

  public static func gamma(
    _ shape: [Int], concentration: Double, scale: Double = 1, _ elementType: ElementType = .f32,
    stream: RandomStream
  ) throws(TensorError) -> Tensor {
    guard concentration > 0, concentration.isFinite, scale > 0, scale.isFinite else {
      throw .invalidArgument(
        operation: "gamma", reason: "concentration \(concentration), scale \(scale)")
    }
    return try elements(shape, elementType, "gamma") { index in
      var own = stream.child(String(index))
      return scale * own.gamma(concentration: concentration)
    }
  }

  /// Points of the simplex: each row of the last axis adds up to 1 (as far as rounding lets it).
  ///
  /// - Parameter concentrations: `[…, classes]`, above 0. Its type is the result's, f32 for integers.
  public static func dirichlet(_ concentrations: Tensor, stream: RandomStream)
    throws(TensorError) -> Tensor
  {
    let values = concentrations.doubles
    guard concentrations.rank > 0, values.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .invalidArgument(
        operation: "dirichlet", reason: "it needs rows of finite concentrations above 0")
    }
    var logs: [Double] = []
    for (index, concentration) in values.enumerated() {
      if index & 0xFFFF == 0 { try checkCancellation() }
      var own = stream.child(String(index))
      logs.append(own.logGamma(concentration: concentration))
    }
    let width = concentrations.shape[concentrations.rank - 1]
    for start in stride(from: 0, to: logs.count, by: max(width, 1)) {
      // Less the greatest, so that very small concentrations do not underflow together.
      let row = start..<start + width
      let greatest = logs[row].max() ?? 0
      let weights = ElementaryFunction.exp(logs[row].map { $0 - greatest })
      let total = Sums.sum(weights)
      for (place, weight) in zip(row, weights) { logs[place] = weight / total }
    }
    let wide = try Tensor(logs, shape: concentrations.shape)
    return try wide.cast(to: concentrations.elementType == .f64 ? .f64 : .f32)
  }

  /// One index a row of weights `[…, classes]`, drawn by 2⁻⁴⁰ fixed-point shares of the row's greatest
  /// weight: i32 `[…]`.
  public static func categorical(_ weights: Tensor, stream: RandomStream) throws(TensorError)
    -> Tensor
  {
    guard weights.rank > 0, let width = weights.shape.last, weights.elementType.isFloatingPoint
    else {
      throw .elementType(
        operation: "categorical", found: weights.elementType, needed: "rows of f32 or f64")
    }
    let values = weights.doubles
    var result: [Int32] = []
    for row in 0..<weights.shape.dropLast().reduce(1, *) {
      if row & 0xFFF == 0 { try checkCancellation() }
      let shares = values[row * width..<(row + 1) * width]
      guard shares.allSatisfy({ $0 >= 0 && $0.isFinite }), let greatest = shares.max(),
        greatest > 0
      else {
        throw .invalidArgument(
          operation: "categorical",
          reason: "row \(row) has no weight above 0, or one that is negative or not finite")
      }
      var own = stream.child(String(row))
      let fixed = FixedPointWeights(shares.map { Float($0 / greatest) })
      guard let index = own.categorical(fixed) else {
        throw .invalidArgument(operation: "categorical", reason: "row \(row) has no weight")
      }
      result.append(Int32(index))
    }
    return try Tensor(result, shape: weights.shape.dropLast())
  }

  /// The numbers `0..<count` in random order, i32.
  public static func permutation(_ count: Int, stream: RandomStream) throws(TensorError) -> Tensor {
    guard count >= 0, count <= Int(Int32.max) else {
      throw .invalidArgument(operation: "permutation", reason: "\(count) is out of range")
    }
    var stream = stream
    return Tensor(stream.permutation(count).map { Int32($0) })
  }

  private static func drawn(
    _ shape: [Int], _ elementType: ElementType, _ name: String, _ stream: RandomStream,
    _ draw: (inout RandomStream) -> Double
  ) throws(TensorError) -> Tensor {
    var stream = stream
    return try elements(shape, elementType, name) { _ in draw(&stream) }
  }

  private static func elements(
    _ shape: [Int], _ elementType: ElementType, _ name: String, _ value: (Int) -> Double
  ) throws(TensorError) -> Tensor {
    guard elementType == .f32 || elementType == .f64 else {
      throw .elementType(operation: name, found: elementType, needed: "f32 or f64")
    }
    // Checks the shape before a number is drawn.
    let count = try Tensor.zeros(shape, elementType).count
    var values: [Double] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      if index & 0xFFFF == 0 { try checkCancellation() }
      values.append(value(index))
    }
    return try Tensor(values, shape: shape).cast(to: elementType)
  }

  private static func checkCancellation() throws(TensorError) {
    do throws(Interruption) { try Cancellation.check() } catch { throw .interrupted(error) }
  }
}
