import Language
import Tensors

/// `tensor.*`: arrays of numbers.
enum TensorCommands {
  static let all: [any Command.Type] = [
    TensorFrom.self, TensorZeros.self, TensorOnes.self, TensorFull.self, TensorIdentity.self,
    TensorUniform.self, TensorNormal.self, TensorReshape.self, TensorTranspose.self,
    TensorCast.self, TensorStack.self, TensorTake.self, TensorOneHot.self, TensorSoftmax.self,
    TensorLogSoftmax.self, TensorArgmax.self, TensorArgmin.self, TensorArgsort.self,
    TensorWhere.self, TensorNorm.self, TensorClose.self, TensorContract.self,
    TensorSort.self, TensorTopK.self, TensorSegmentSum.self, TensorNearest.self,
    TensorCumulativeSum.self, TensorRecurrence.self, TensorLogProduct.self, TensorConvolve.self,
    TensorPool.self, TensorResize.self, TensorFourier.self, TensorNormalize.self,
    TensorAttention.self, TensorRope.self, TensorSolve.self, TensorCholesky.self, TensorQR.self,
    TensorSVD.self, TensorEigen.self, TensorGradient.self, TensorSlope.self,
  ]
}

extension ElementType: WordParameter {}

/// A shape: an integer, or a list of them.
struct TensorShape: ParameterValue {
  let extents: [Int]
  static var type: ValueType { .oneOf([.list(of: .int), .int]) }
  static func convert(_ value: Value, in call: Call) -> TensorShape? {
    if let extent = value.intValue { return TensorShape(extents: [extent]) }
    if case .tensor = value { return nil }
    guard let items = value.items else { return nil }
    let extents = items.compactMap(\.intValue)
    return extents.count == items.count ? TensorShape(extents: extents) : nil
  }
  var defaultText: String? { "\(extents)" }
}

extension ValueType {
  /// What converts to a tensor.
  static let tensorLike = ValueType.oneOf([.tensor, .list(of: .number), .number])
}

extension Variable {
  /// A tensor as the kernels take it: integers and halves become f32.
  static func real(_ tensor: Tensor) throws(TensorError) -> Variable {
    let type: ElementType = tensor.elementType == .f64 ? .f64 : .f32
    return Variable(constant: try tensor.cast(to: type))
  }

  /// Tensors of one type, f64 where one of them is.
  static func reals(_ tensors: [Tensor?]) throws(TensorError) -> [Variable?] {
    let isWide = tensors.contains { $0?.elementType == .f64 }
    var result: [Variable?] = []
    for tensor in tensors {
      guard let tensor else {
        result.append(nil)
        continue
      }
      result.append(Variable(constant: try tensor.cast(to: isWide ? .f64 : .f32)))
    }
    return result
  }
}
