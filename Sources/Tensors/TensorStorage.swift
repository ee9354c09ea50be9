/// A tensor's elements in row-major order, in their own type.
enum TensorStorage: Sendable {
  case f32([Float])
  case f64([Double])
  case i32([Int32])
  case u8([UInt8])
  case bool([Bool])

  var elementType: ElementType {
    switch self {
    case .f32: .f32
    case .f64: .f64
    case .i32: .i32
    case .u8: .u8
    case .bool: .bool
    }
  }

  var count: Int {
    switch self {
    case .f32(let values): values.count
    case .f64(let values): values.count
    case .i32(let values): values.count
    case .u8(let values): values.count
    case .bool(let values): values.count
    }
  }

  var floats: [Float] {
    switch self {
    case .f32(let values): values
    case .f64(let values): values.map { Float($0) }
    case .i32(let values): values.map { Float($0) }
    case .u8(let values): values.map { Float($0) }
    case .bool(let values): values.map { $0 ? 1 : 0 }
    }
  }

  var doubles: [Double] {
    switch self {
    case .f32(let values): values.map { Double($0) }
    case .f64(let values): values
    case .i32(let values): values.map { Double($0) }
    case .u8(let values): values.map { Double($0) }
    case .bool(let values): values.map { $0 ? 1 : 0 }
    }
  }

  var int32s: [Int32]? {
    switch self {
    case .i32(let values): values
    case .u8(let values): values.map { Int32($0) }
    case .bool(let values): values.map { $0 ? 1 : 0 }
    case .f32(let values): exactly(values)
    case .f64(let values): exactly(values)
    }
  }

  private func exactly<T: BinaryFloatingPoint>(_ values: [T]) -> [Int32]? {
    var result: [Int32] = []
    result.reserveCapacity(values.count)
    for value in values {
      guard let integer = Int32(exactly: value) else { return nil }
      result.append(integer)
    }
    return result
  }

  func scalar(at index: Int) -> TensorScalar {
    switch self {
    case .f32(let values): .float(Double(values[index]))
    case .f64(let values): .float(values[index])
    case .i32(let values): .int(Int(values[index]))
    case .u8(let values): .int(Int(values[index]))
    case .bool(let values): .bool(values[index])
    }
  }

  /// One element of the given type.
  init(_ scalar: TensorScalar, as elementType: ElementType, operation: String)
    throws(TensorError)
  {
    switch elementType {
    case .f32: self = .f32([Float(scalar.double)])
    case .f64: self = .f64([scalar.double])
    case .bool: self = .bool([scalar.double != 0])
    case .i32, .u8:
      let integer: Int? =
        switch scalar {
        case .int(let value): value
        case .bool(let value): value ? 1 : 0
        case .float(let value): value.magnitude < 0x1p62 ? Int(value) : nil
        }
      if elementType == .i32, let value = integer.flatMap({ Int32(exactly: $0) }) {
        self = .i32([value])
      } else if elementType == .u8, let value = integer.flatMap({ UInt8(exactly: $0) }) {
        self = .u8([value])
      } else {
        throw .overflow(operation: operation, elementType: elementType)
      }
    }
  }

  /// The first element, `count` times.
  func repeated(_ count: Int) -> TensorStorage {
    switch self {
    case .f32(let values): .f32([Float](repeating: values[0], count: count))
    case .f64(let values): .f64([Double](repeating: values[0], count: count))
    case .i32(let values): .i32([Int32](repeating: values[0], count: count))
    case .u8(let values): .u8([UInt8](repeating: values[0], count: count))
    case .bool(let values): .bool([Bool](repeating: values[0], count: count))
    }
  }

  func hasSameBits(as other: TensorStorage) -> Bool {
    switch (self, other) {
    case (.f32(let left), .f32(let right)):
      left.elementsEqual(right) { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
    case (.f64(let left), .f64(let right)):
      left.elementsEqual(right) { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
    case (.i32(let left), .i32(let right)): left == right
    case (.u8(let left), .u8(let right)): left == right
    case (.bool(let left), .bool(let right)): left == right
    default: false
    }
  }

}
