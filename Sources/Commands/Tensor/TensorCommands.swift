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
