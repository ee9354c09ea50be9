import CKernels

/// The kernels of training, over buffers that are used again in every step.
///
/// The forward ones are those of inference (``PackedMatrix``, ``Rows``, ``KeyValueStore``) with the
/// same bits. Gradients of parameters go on from what their buffer holds, rows ascending.
public enum TrainingKernels {
  // MARK: Products

  /// How many numbers the panels of a `[inputs, outputs]` operand take.
  public static func panelCount(inputs: Int, outputs: Int) -> Int {
    let panel = Int(CK_PANEL_F32)
    return (outputs + panel - 1) / panel * panel * inputs
  }

  /// Which way a weight is multiplied.
  public enum Direction: Sendable {
    /// y `[rows, outputs]` = x `[rows, inputs]` · Wᵀ.
    case forward
    /// dx `[rows, inputs]` = dy `[rows, outputs]` · W: each a chain over the outputs ascending.
    case backward
  }

  /// Makes the panels of a weight `[outputs, inputs]` for one direction.
  public static func pack(
    _ weight: FloatView, outputs: Int, inputs: Int, _ direction: Direction, into panels: FloatView
  ) throws(KernelError) {
    try KernelError.check("linear", "weight", weight.count, outputs * inputs)
    let (k, columns) = direction == .forward ? (inputs, outputs) : (outputs, inputs)
    try KernelError.check(
      "linear", "panels", panels.count, panelCount(inputs: k, outputs: columns))
    guard let w = weight.baseAddress, let to = panels.baseAddress else { return }
    if direction == .forward {
      ck_pack_panels_f32(w, inputs, outputs, 1, inputs, to)
    } else {
      ck_pack_panels_f32(w, outputs, inputs, inputs, 1, to)
    }
  }

  /// `x` `[rows, k]` times the panels of a `[k, columns]` operand.
  public static func product(
    _ x: FloatView, panels: FloatView, into y: FloatView, rows: Int, k: Int, columns: Int
  ) throws(KernelError) {
    try KernelError.check("linear", "x", x.count, rows * k)
    try KernelError.check("linear", "panels", panels.count, panelCount(inputs: k, outputs: columns))
    try KernelError.check("linear", "y", y.count, rows * columns)
    guard let x = x.baseAddress, let panels = panels.baseAddress, let y = y.baseAddress else {
      return
    }
    ck_gemm_f32(x, panels, y, rows, k, columns)
  }

  /// gradient `[outputs, inputs]` += dyᵀ · x.
  public static func linearWeightGradient(
    _ dy: FloatView, x: FloatView, into gradient: FloatView, rows: Int, inputs: Int, outputs: Int
  ) throws(KernelError) {
    try linearWeightGradient(
      dy, x: x, into: gradient, rows: rows, inputs: inputs, outputs: outputs, some: 0..<outputs)
  }

  /// The same for the outputs `some` only.
  public static func linearWeightGradient(
    _ dy: FloatView, x: FloatView, into gradient: FloatView, rows: Int, inputs: Int, outputs: Int,
    some: Range<Int>
  ) throws(KernelError) {
    try KernelError.check("weight gradient", "dy", dy.count, rows * outputs)
    try KernelError.check("weight gradient", "x", x.count, rows * inputs)
    try KernelError.check("weight gradient", "gradient", gradient.count, outputs * inputs)
    guard some.lowerBound >= 0, some.upperBound <= outputs else {
      throw .size(
        kernel: "weight gradient", argument: "outputs", needed: some.upperBound, found: outputs)
    }
    guard let dy = dy.baseAddress, let x = x.baseAddress, let to = gradient.baseAddress else {
      return
    }
    var call = ck_strided_product_f32()
    (call.a, call.a_row, call.a_k) = (UnsafePointer(dy + some.lowerBound), 1, outputs)
    (call.b, call.b_k, call.b_column) = (UnsafePointer(x), inputs, 1)
    (call.c, call.c_row, call.c_column) = (to + some.lowerBound * inputs, inputs, 1)
    (call.batches, call.rows, call.k, call.columns) = (1, some.count, rows, inputs)
    call.accumulates = true
    ck_multiply_f32(&call)
  }

  // MARK: Rows

  public static func rmsNorm(
    _ x: FloatView, gain: FloatView, epsilon: Float, into y: FloatView, rows: Int
  ) throws(KernelError) {
    try KernelError.check("RMS norm", "x", x.count, rows * gain.count)
    try KernelError.check("RMS norm", "y", y.count, x.count)
    guard let from = x.baseAddress, let g = gain.baseAddress, let to = y.baseAddress else { return }
    ck_rms_norm_f32(from, g, epsilon, to, rows, gain.count)
  }

  /// dx, and the factor that each row of x was multiplied by, for ``rmsGainGradient``.
  public static func rmsNormSlopes(
    x: FloatView, gain: FloatView, epsilon: Float, dy: FloatView, into dx: FloatView,
    factors: FloatView
  ) throws(KernelError) {
    let rows = factors.count
    try KernelError.check("RMS norm gradient", "x", x.count, rows * gain.count)
    try KernelError.check("RMS norm gradient", "dy", dy.count, x.count)
    try KernelError.check("RMS norm gradient", "dx", dx.count, x.count)
    guard let x = x.baseAddress, let g = gain.baseAddress, let dy = dy.baseAddress,
      let dx = dx.baseAddress, let factors = factors.baseAddress
    else { return }
    ck_rms_norm_gradient_f32(x, g, epsilon, dy, dx, nil, factors, rows, gain.count)
  }

  /// gradient += the chain over rows of dy (x · factor), columns being shared out.
  public static func rmsGainGradient(
    x: FloatView, dy: FloatView, factors: FloatView, into gradient: FloatView
  ) throws(KernelError) {
    try KernelError.check("RMS norm gradient", "x", x.count, factors.count * gradient.count)
    try KernelError.check("RMS norm gradient", "dy", dy.count, x.count)
    guard let from = x.baseAddress, let dy = dy.baseAddress, let factors = factors.baseAddress,
      let to = gradient.baseAddress
    else { return }
    ck_rms_gain_gradient_f32(from, dy, factors, to, x.count / gradient.count, gradient.count)
  }

  public static func swiglu(gate: FloatView, up: FloatView, into y: FloatView) throws(KernelError) {
    try KernelError.check("SwiGLU", "up", up.count, gate.count)
    try KernelError.check("SwiGLU", "y", y.count, gate.count)
    guard let g = gate.baseAddress, let u = up.baseAddress, let to = y.baseAddress else { return }
    ck_swiglu_f32(g, u, to, gate.count)
  }

  /// The gradients take the places of `gate` and `up`.
  public static func swigluGradient(gate: FloatView, up: FloatView, dy: FloatView)
    throws(KernelError)
  {
    try KernelError.check("SwiGLU gradient", "up", up.count, gate.count)
    try KernelError.check("SwiGLU gradient", "dy", dy.count, gate.count)
    guard let g = gate.baseAddress, let u = up.baseAddress, let d = dy.baseAddress else { return }
    ck_swiglu_gradient_f32(g, u, d, g, u, gate.count)
  }

  /// x becomes x + y.
  public static func add(_ y: FloatView, to x: FloatView) throws(KernelError) {
    try KernelError.check("add", "y", y.count, x.count)
    guard let a = x.baseAddress, let b = y.baseAddress else { return }
    ck_add_f32(a, b, a, x.count)
  }

  public static func dot(_ a: FloatView, _ b: FloatView) throws(KernelError) -> Float {
    try KernelError.check("dot", "b", b.count, a.count)
    guard let x = a.baseAddress, let y = b.baseAddress else { return 0 }
    return ck_dot_f32(x, y, a.count)
  }

  // MARK: Tokens

  /// rows of `table` `[vocabulary, width]`.
  public static func embed(
    _ ids: ArraySlice<Int32>, table: FloatView, width: Int, into y: FloatView
  ) throws(KernelError) {
    try checkIDs("embedding", ids, table.count / max(width, 1))
    try KernelError.check("embedding", "y", y.count, ids.count * width)
    guard let from = table.baseAddress, let to = y.baseAddress else { return }
    for (row, id) in ids.enumerated() {
      (to + row * width).update(from: from + Int(id) * width, count: width)
    }
  }

  /// gradient[id of row r] += dy[r], rows ascending.
  public static func embeddingGradient(
    _ dy: FloatView, ids: [Int32], into gradient: FloatView, width: Int
  ) throws(KernelError) {
    try checkIDs("embedding gradient", ids[...], gradient.count / max(width, 1))
    try KernelError.check("embedding gradient", "dy", dy.count, ids.count * width)
    guard let from = dy.baseAddress, let to = gradient.baseAddress else { return }
    ids.withUnsafeBufferPointer {
      if let ids = $0.baseAddress { ck_embedding_gradient_f32(from, ids, to, $0.count, width) }
    }
  }

  /// losses[r] = -log softmax(row r)[target]; the logits become (softmax - one-hot) · scale.
  public static func crossEntropyGradient(
    logits: FloatView, targets: [Int32], scale: Float, losses: FloatView, width: Int
  ) throws(KernelError) {
    try crossEntropyGradient(
      logits: logits, targets: targets[...], scale: scale, losses: losses, width: width)
  }

  /// The same for some of the rows.
  public static func crossEntropyGradient(
    logits: FloatView, targets: ArraySlice<Int32>, scale: Float, losses: FloatView, width: Int
  ) throws(KernelError) {
    try checkIDs("cross-entropy", targets, width)
    try KernelError.check("cross-entropy", "logits", logits.count, targets.count * width)
    try KernelError.check("cross-entropy", "losses", losses.count, targets.count)
    guard let logits = logits.baseAddress, let losses = losses.baseAddress else { return }
    targets.withUnsafeBufferPointer {
      guard let targets = $0.baseAddress else { return }
      ck_cross_entropy_gradient_f32(logits, targets, scale, losses, $0.count, width)
    }
  }

  private static func checkIDs(_ kernel: String, _ ids: ArraySlice<Int32>, _ count: Int)
    throws(KernelError)
  {
    if let wrong = ids.first(where: { $0 < 0 || Int($0) >= count }) {
      throw .size(kernel: kernel, argument: "ids", needed: count, found: Int(wrong))
    }
  }

  // MARK: The optimizer

  /// The numbers of one step of AdamW.
  public struct AdamWStep: Sendable {
    public var rate: Float
    public var firstDecay: Float
    public var secondDecay: Float
    /// 1 / (1 - decay^step), for both moments.
    public var firstCorrection: Float
    public var secondCorrection: Float
    public var epsilon: Float
    public var weightDecay: Float
    /// What gradients are multiplied by first.
    public var gradientScale: Float

    public init(
      rate: Float, firstDecay: Float, secondDecay: Float, firstCorrection: Float,
      secondCorrection: Float, epsilon: Float, weightDecay: Float, gradientScale: Float
    ) {
      (self.rate, self.firstDecay, self.secondDecay) = (rate, firstDecay, secondDecay)
      (self.firstCorrection, self.secondCorrection) = (firstCorrection, secondCorrection)
      (self.epsilon, self.weightDecay) = (epsilon, weightDecay)
      self.gradientScale = gradientScale
    }
  }

  /// One step (I. Loshchilov, F. Hutter, arXiv 1711.05101); moments below 2⁻¹⁰⁰ become 0.
  public static func adamW(
    _ step: AdamWStep, gradient: FloatView, parameters: FloatView, first: FloatView,
    second: FloatView
  ) throws(KernelError) {
    for (name, view) in [("parameters", parameters), ("first", first), ("second", second)] {
      try KernelError.check("AdamW", name, view.count, gradient.count)
    }
    guard let g = gradient.baseAddress, let p = parameters.baseAddress, let m = first.baseAddress,
      let v = second.baseAddress
    else { return }
    var settings = ck_adamw(
      first_decay: step.firstDecay, second_decay: step.secondDecay,
      first_correction: step.firstCorrection, second_correction: step.secondCorrection,
      rate: step.rate, epsilon: step.epsilon, weight_decay: step.weightDecay,
      gradient_scale: step.gradientScale)
    ck_adamw_f32(&settings, g, p, m, v, gradient.count)
  }
}
