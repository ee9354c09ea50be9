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

  /// y `[rows, outputs]` = x `[rows, inputs]` · Wᵀ, with W `[outputs, inputs]`.
  public static func linear(
    _ x: FloatView, weight: FloatView, into y: FloatView, rows: Int, inputs: Int, outputs: Int,
    panels: FloatView
  ) throws(KernelError) {
    try product(
      x, weight, into: y, rows, k: inputs, columns: outputs, kStride: 1, columnStride: inputs,
      panels)
  }

  /// dx `[rows, inputs]` = dy `[rows, outputs]` · W: each a chain over the outputs ascending.
  public static func linearInputGradient(
    _ dy: FloatView, weight: FloatView, into dx: FloatView, rows: Int, inputs: Int, outputs: Int,
    panels: FloatView
  ) throws(KernelError) {
    try product(
      dy, weight, into: dx, rows, k: outputs, columns: inputs, kStride: inputs, columnStride: 1,
      panels)
  }

  private static func product(
    _ x: FloatView, _ weight: FloatView, into y: FloatView, _ rows: Int, k: Int, columns: Int,
    kStride: Int, columnStride: Int, _ panels: FloatView
  ) throws(KernelError) {
    try KernelError.check("linear", "x", x.count, rows * k)
    try KernelError.check("linear", "weight", weight.count, k * columns)
    try KernelError.check("linear", "y", y.count, rows * columns)
    let needed = panelCount(inputs: k, outputs: columns)
    guard panels.count >= needed, let x = x.baseAddress, let w = weight.baseAddress,
      let y = y.baseAddress, let panels = panels.baseAddress
    else {
      throw .size(kernel: "linear", argument: "panels", needed: needed, found: panels.count)
    }
    ck_pack_panels_f32(w, k, columns, kStride, columnStride, panels)
    ck_gemm_f32(x, panels, y, rows, k, columns)
  }

  /// gradient `[outputs, inputs]` += dyᵀ · x.
  public static func linearWeightGradient(
    _ dy: FloatView, x: FloatView, into gradient: FloatView, rows: Int, inputs: Int, outputs: Int
  ) throws(KernelError) {
    try KernelError.check("weight gradient", "dy", dy.count, rows * outputs)
    try KernelError.check("weight gradient", "x", x.count, rows * inputs)
    try KernelError.check("weight gradient", "gradient", gradient.count, outputs * inputs)
    guard let dy = dy.baseAddress, let x = x.baseAddress, let to = gradient.baseAddress else {
      return
    }
    ck_weight_gradient_f32(dy, x, to, rows, outputs, inputs)
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

  /// dx, and gainGradient += its chain over rows; `factors` holds at least `rows` numbers.
  public static func rmsNormGradient(
    x: FloatView, gain: FloatView, epsilon: Float, dy: FloatView, into dx: FloatView,
    gainGradient: FloatView, factors: FloatView, rows: Int
  ) throws(KernelError) {
    try KernelError.check("RMS norm gradient", "x", x.count, rows * gain.count)
    try KernelError.check("RMS norm gradient", "dy", dy.count, x.count)
    try KernelError.check("RMS norm gradient", "dx", dx.count, x.count)
    try KernelError.check("RMS norm gradient", "gain", gainGradient.count, gain.count)
    guard factors.count >= rows, let x = x.baseAddress, let g = gain.baseAddress,
      let dy = dy.baseAddress, let dx = dx.baseAddress, let dg = gainGradient.baseAddress,
      let scratch = factors.baseAddress
    else {
      throw .size(
        kernel: "RMS norm gradient", argument: "factors", needed: rows, found: factors.count)
    }
    ck_rms_norm_gradient_f32(x, g, epsilon, dy, dx, dg, scratch, rows, gain.count)
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
  public static func embed(_ ids: [Int32], table: FloatView, width: Int, into y: FloatView)
    throws(KernelError)
  {
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
    try checkIDs("embedding gradient", ids, gradient.count / max(width, 1))
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
    try checkIDs("cross-entropy", targets, width)
    try KernelError.check("cross-entropy", "logits", logits.count, targets.count * width)
    try KernelError.check("cross-entropy", "losses", losses.count, targets.count)
    guard let logits = logits.baseAddress, let losses = losses.baseAddress else { return }
    targets.withUnsafeBufferPointer {
      guard let targets = $0.baseAddress else { return }
      ck_cross_entropy_gradient_f32(logits, targets, scale, losses, $0.count, width)
    }
  }

  private static func checkIDs(_ kernel: String, _ ids: [Int32], _ count: Int)
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
