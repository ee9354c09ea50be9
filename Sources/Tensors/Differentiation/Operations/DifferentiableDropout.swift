/// Elements become 0 with a probability, the others grow by 1 / (1 - probability).
///
/// Element n stays where the stream's n-th number says so: naming the stream by (step, site) makes a
/// computation that is repeated drop the same elements.
struct DifferentiableDropout: DifferentiableOperation {
  let probability: Double
  let stream: RandomStream

  var name: String { "dropout" }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    try Tensor.checkReals(inputs, operation: name)
    guard probability >= 0, probability < 1 else {
      throw .invalidArgument(operation: name, reason: "\(probability) is not in 0..<1")
    }
    return Evaluation(try thinned(inputs[0]))
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    [try thinned(pass.cotangent)]
  }

  private func thinned(_ x: Tensor) throws(TensorError) -> Tensor {
    x.elementType == .f64 ? try thinned(x, Double.self) : try thinned(x, Float.self)
  }

  private func thinned<T: DifferentiableElement>(_ x: Tensor, _ type: T.Type)
    throws(TensorError) -> Tensor
  {
    let scale = T(1 / (1 - probability))
    return try Tensor.filled(x.shape, type) { out in
      try x.reading(type) { x in
        for index in x.indices {
          let draw = Double(stream.value(at: UInt64(index)) >> 11) * 0x1p-53
          if draw >= probability { out[index] = x[index] * scale }
        }
      }
    }
  }
}

extension Variable {
  /// Drops elements in training; `stream` is named by (step, site), whatever was drawn from it.
  public func dropout(_ probability: Double, stream: RandomStream) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableDropout(probability: probability, stream: stream), self)
  }
}
