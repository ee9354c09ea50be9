import CKernels

/// Cross-entropy of rows of logits with integer targets, in f32 or f64.
///
/// The loss of a row is (m - x[target]) + log Σ exp(x - m), in nats. Rows are not added up here: the
/// gradient starts from one cotangent a row, so every reduction and every per-token gradient is the
/// caller's.
public struct CrossEntropy<T: KernelReal>: Sendable {
  /// A target that gives the loss 0 and the gradient 0.
  public var ignored: Int32?
  /// The share of the target that goes to all classes alike (C. Szegedy and others, arXiv
  /// 1512.00567), `0...1`.
  public var smoothing: T

  public init(ignored: Int32? = nil, smoothing: T = 0) {
    (self.ignored, self.smoothing) = (ignored, smoothing)
  }

  /// Losses `[rows]` of logits `[rows, width]`.
  ///
  /// - Parameter weights: `[rows]`, what losses are multiplied by; 1 if left out.
  public func losses(
    _ logits: UnsafeBufferPointer<T>, targets: UnsafeBufferPointer<Int32>,
    weights: UnsafeBufferPointer<T>? = nil, into losses: UnsafeMutableBufferPointer<T>, width: Int
  ) throws(KernelError) {
    try check(logits.count, targets, weights?.count, width)
    try KernelError.check("cross-entropy", "losses", losses.count, targets.count)
    run(logits, targets, weights, nil, losses, width, ck_token_loss_f32, ck_token_loss_f64)
  }

  /// dx `[rows, width]` = (softmax - the target's shares) · (cotangent · weight) of the row; `dx` may
  /// be `logits`.
  ///
  /// - Parameter cotangents: `[rows]`, the gradient of the losses.
  public func gradient(
    _ logits: UnsafeBufferPointer<T>, targets: UnsafeBufferPointer<Int32>,
    weights: UnsafeBufferPointer<T>? = nil, cotangents: UnsafeBufferPointer<T>,
    into dx: UnsafeMutableBufferPointer<T>, width: Int
  ) throws(KernelError) {
    try check(logits.count, targets, weights?.count, width)
    try KernelError.check("cross-entropy", "cotangents", cotangents.count, targets.count)
    try KernelError.check("cross-entropy", "dx", dx.count, logits.count)
    run(
      logits, targets, weights, cotangents, dx, width, ck_token_loss_gradient_f32,
      ck_token_loss_gradient_f64)
  }

  private func check(
    _ logits: Int, _ targets: UnsafeBufferPointer<Int32>, _ weights: Int?, _ width: Int
  ) throws(KernelError) {
    let kernel = "cross-entropy"
    let count = try KernelError.extent(kernel, targets.count, width)
    try KernelError.check(kernel, "logits", logits, count)
    if let weights { try KernelError.check(kernel, "weights", weights, targets.count) }
    guard smoothing >= 0, smoothing <= 1 else {
      throw .value(kernel: kernel, argument: "smoothing", allowed: "in 0...1")
    }
    for (place, target) in targets.enumerated()
    where target != ignored && (target < 0 || Int(target) >= width) {
      throw .index(
        kernel: kernel, argument: "targets", place: place, index: Int(target), count: width)
    }
  }

  private func run(
    _ logits: UnsafeBufferPointer<T>, _ targets: UnsafeBufferPointer<Int32>,
    _ weights: UnsafeBufferPointer<T>?, _ cotangents: UnsafeBufferPointer<T>?,
    _ out: UnsafeMutableBufferPointer<T>, _ width: Int,
    _ single: (UnsafePointer<ck_token_loss_call_f32>?) -> Void,
    _ double: (UnsafePointer<ck_token_loss_call_f64>?) -> Void
  ) {
    // No valid target is -1.
    let ignored = ignored ?? -1
    if T.self == Float.self {
      var call = ck_token_loss_call_f32(
        logits: logits.pointer(Float.self), targets: targets.baseAddress,
        weights: weights?.pointer(Float.self), cotangents: cotangents?.pointer(Float.self),
        out: out.pointer(Float.self), ignored: ignored, smoothing: Float(smoothing),
        rows: targets.count, width: width)
      single(&call)
    } else {
      var call = ck_token_loss_call_f64(
        logits: logits.pointer(Double.self), targets: targets.baseAddress,
        weights: weights?.pointer(Double.self), cotangents: cotangents?.pointer(Double.self),
        out: out.pointer(Double.self), ignored: ignored, smoothing: Double(smoothing),
        rows: targets.count, width: width)
      double(&call)
    }
  }
}
