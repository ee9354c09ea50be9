import CKernels

/// The selective scan of Mamba (A. Gu, T. Dao, arXiv 2312.00752) over buffers of its caller.
///
/// h_t = exp(Δ_t A) h_{t-1} + Δ_t x_t B_t and y_t = C_t · h_t + D x_t, for each sequence and channel;
/// orders in ck_scans.h. Places may come in any pieces: the states at the end of one are those at the
/// start of the next, with the same bits.
public struct SelectiveScan<T: KernelReal> {
  /// `[sequences, length, channels]`
  public var x: UnsafeBufferPointer<T>
  public var delta: UnsafeBufferPointer<T>
  /// `[channels, states]`
  public var a: UnsafeBufferPointer<T>
  /// `[sequences, length, states]`
  public var b: UnsafeBufferPointer<T>
  public var c: UnsafeBufferPointer<T>
  /// `[channels]`, or none.
  public var d: UnsafeBufferPointer<T>?
  public var sequences: Int
  public var length: Int
  public var channels: Int
  public var states: Int

  public init(
    x: UnsafeBufferPointer<T>, delta: UnsafeBufferPointer<T>, a: UnsafeBufferPointer<T>,
    b: UnsafeBufferPointer<T>, c: UnsafeBufferPointer<T>, d: UnsafeBufferPointer<T>? = nil,
    sequences: Int, length: Int, channels: Int, states: Int
  ) {
    (self.x, self.delta, self.a, self.b, self.c, self.d) = (x, delta, a, b, c, d)
    (self.sequences, self.length) = (sequences, length)
    (self.channels, self.states) = (channels, states)
  }

  /// y `[sequences, length, channels]`; `state` `[sequences, channels, states]` goes from the first
  /// states to the last.
  public func run(state: UnsafeMutableBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>)
    throws(KernelError)
  {
    try checkInputs("selective scan", state.count)
    try KernelError.check("selective scan", "y", y.count, x.count)
    if T.self == Float.self {
      var call = narrow
      call.state = state.pointer(Float.self)
      call.y = y.pointer(Float.self)
      ck_selective_scan_f32(&call)
    } else {
      var call = wide
      call.state = state.pointer(Double.self)
      call.y = y.pointer(Double.self)
      ck_selective_scan_f64(&call)
    }
  }

  /// Where gradients go, in the shapes of what they belong to. A's and D's go on from what is there,
  /// places ascending; the others are overwritten.
  public struct Gradients {
    public var x: UnsafeMutableBufferPointer<T>
    public var delta: UnsafeMutableBufferPointer<T>
    public var a: UnsafeMutableBufferPointer<T>
    public var b: UnsafeMutableBufferPointer<T>
    public var c: UnsafeMutableBufferPointer<T>
    public var d: UnsafeMutableBufferPointer<T>?
    public var state: UnsafeMutableBufferPointer<T>?

    public init(
      x: UnsafeMutableBufferPointer<T>, delta: UnsafeMutableBufferPointer<T>,
      a: UnsafeMutableBufferPointer<T>, b: UnsafeMutableBufferPointer<T>,
      c: UnsafeMutableBufferPointer<T>, d: UnsafeMutableBufferPointer<T>? = nil,
      state: UnsafeMutableBufferPointer<T>? = nil
    ) {
      (self.x, self.delta, self.a, self.b, self.c, self.d) = (x, delta, a, b, c, d)
      self.state = state
    }
  }

  /// The gradients, from those of y and, if there are any, of the last states.
  ///
  /// - Parameter state: the first states.
  /// - Throws: ``KernelError/memory(kernel:bytes:)`` where room for a channel's places is not to be had.
  public func gradient(
    dy: UnsafeBufferPointer<T>, state: UnsafeBufferPointer<T>,
    lastState: UnsafeBufferPointer<T>? = nil, into gradients: Gradients
  ) throws(KernelError) {
    let name = "selective scan gradient"
    try checkInputs(name, state.count)
    try KernelError.check(name, "dy", dy.count, x.count)
    try KernelError.check(name, "dx", gradients.x.count, x.count)
    try KernelError.check(name, "dΔ", gradients.delta.count, x.count)
    try KernelError.check(name, "dA", gradients.a.count, a.count)
    try KernelError.check(name, "dB", gradients.b.count, b.count)
    try KernelError.check(name, "dC", gradients.c.count, b.count)
    if let d = gradients.d { try KernelError.check(name, "dD", d.count, channels) }
    if let first = gradients.state {
      try KernelError.check(name, "first state gradient", first.count, state.count)
    }
    if let lastState {
      try KernelError.check(name, "last state gradient", lastState.count, state.count)
    }
    let done: Bool
    if T.self == Float.self {
      var call = narrow
      call.state = UnsafeMutablePointer(mutating: state.pointer(Float.self))
      call.y_gradient = dy.pointer(Float.self)
      call.last_state_gradient = lastState?.pointer(Float.self)
      call.x_gradient = gradients.x.pointer(Float.self)
      call.delta_gradient = gradients.delta.pointer(Float.self)
      call.a_gradient = gradients.a.pointer(Float.self)
      call.b_gradient = gradients.b.pointer(Float.self)
      call.c_gradient = gradients.c.pointer(Float.self)
      call.d_gradient = gradients.d?.pointer(Float.self)
      call.state_gradient = gradients.state?.pointer(Float.self)
      done = ck_selective_scan_gradient_f32(&call)
    } else {
      var call = wide
      call.state = UnsafeMutablePointer(mutating: state.pointer(Double.self))
      call.y_gradient = dy.pointer(Double.self)
      call.last_state_gradient = lastState?.pointer(Double.self)
      call.x_gradient = gradients.x.pointer(Double.self)
      call.delta_gradient = gradients.delta.pointer(Double.self)
      call.a_gradient = gradients.a.pointer(Double.self)
      call.b_gradient = gradients.b.pointer(Double.self)
      call.c_gradient = gradients.c.pointer(Double.self)
      call.d_gradient = gradients.d?.pointer(Double.self)
      call.state_gradient = gradients.state?.pointer(Double.self)
      done = ck_selective_scan_gradient_f64(&call)
    }
    if !done { throw .memory(kernel: name, bytes: 9 * length * MemoryLayout<T>.size) }
  }

  private var narrow: ck_selective_scan_f32_call {
    var call = ck_selective_scan_f32_call()
    call.x = x.pointer(Float.self)
    call.delta = delta.pointer(Float.self)
    call.a = a.pointer(Float.self)
    call.b = b.pointer(Float.self)
    call.c = c.pointer(Float.self)
    call.d = d?.pointer(Float.self)
    (call.sequences, call.length) = (sequences, length)
    (call.channels, call.states) = (channels, states)
    return call
  }

  private var wide: ck_selective_scan_f64_call {
    var call = ck_selective_scan_f64_call()
    call.x = x.pointer(Double.self)
    call.delta = delta.pointer(Double.self)
    call.a = a.pointer(Double.self)
    call.b = b.pointer(Double.self)
    call.c = c.pointer(Double.self)
    call.d = d?.pointer(Double.self)
    (call.sequences, call.length) = (sequences, length)
    (call.channels, call.states) = (channels, states)
    return call
  }

  private func checkInputs(_ kernel: String, _ state: Int) throws(KernelError) {
    let count = try KernelError.extent(kernel, sequences, length, channels)
    let mixed = try KernelError.extent(kernel, sequences, length, states)
    try KernelError.check(kernel, "x", x.count, count)
    try KernelError.check(kernel, "Δ", delta.count, count)
    try KernelError.check(kernel, "A", a.count, KernelError.extent(kernel, channels, states))
    try KernelError.check(kernel, "B", b.count, mixed)
    try KernelError.check(kernel, "C", c.count, mixed)
    if let d { try KernelError.check(kernel, "D", d.count, channels) }
    try KernelError.check(
      kernel, "state", state, KernelError.extent(kernel, sequences, channels, states))
  }
}
