import Kernels

/// Elements where a bit is set, a number elsewhere: the kernel of ``Ordering``.
struct DifferentiableMask: KernelOperation {
  /// ⌈width / 64⌉ words, for each row or once for all.
  let words: [UInt64]
  let fill: Double

  var name: String { "mask" }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    Evaluation(try KernelCall.first(try masked(inputs[0], T(fill)), name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    try masked(pass.cotangent, T.zero)
  }

  private func masked<T: DifferentiableElement>(_ x: Tensor, _ fill: T) throws(TensorError)
    -> [Tensor?]
  {
    let (rows, width) = try KernelCall.rows(x, name)
    return try KernelCall.run(T.self, reading: [x], writing: [.init(x.shape)]) {
      inputs, outputs in
      guard let x = inputs[0], let y = outputs[0] else { return }
      try words.withUnsafeBufferPointer { words in
        try Ordering.applyMask(x, mask: words, fill: fill, into: y, rows: rows, width: width)
      }
    }
  }
}

extension Variable {
  /// The elements of rows where a bit is set, `fill` elsewhere.
  ///
  /// - Parameter mask: ⌈width / 64⌉ words, for each row or once for all; element i of a row is bit
  ///   i mod 64 of word i / 64.
  public func masked(by mask: [UInt64], fill: Double) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableMask(words: mask, fill: fill), self)
  }
}
