import CKernels

/// The 16-bit formats that weights are kept in. Both widen to f32 exactly.
public enum HalfFormat: Sendable, CaseIterable {
  /// IEEE binary16.
  case f16
  /// The upper half of an f32.
  case bf16

  var code: ck_half {
    switch self {
    case .f16: CK_F16
    case .bf16: CK_BF16
    }
  }

  /// The f32 of each, subnormals and infinities too.
  public func widening(_ halves: [UInt16]) -> [Float] {
    [Float](unsafeUninitializedCapacity: halves.count) { out, count in
      halves.withUnsafeBufferPointer {
        if let from = $0.baseAddress, let to = out.baseAddress {
          ck_widen_half(code, from, to, $0.count)
        }
      }
      count = halves.count
    }
  }

  /// Each rounded to the nearest, ties to even; what is too large becomes infinite.
  public func narrowing(_ values: [Float]) -> [UInt16] {
    [UInt16](unsafeUninitializedCapacity: values.count) { out, count in
      values.withUnsafeBufferPointer {
        if let from = $0.baseAddress, let to = out.baseAddress {
          ck_narrow_half(code, from, to, $0.count)
        }
      }
      count = values.count
    }
  }
}
