import CKernels

/// The functions of one number: our own, so that their bits are the same on every machine.
public enum ElementaryFunction: Int32, Sendable, CaseIterable {
  case exp, log, sin, cos, tanh, expm1, log1p

  /// f32 results: `exp` within 1.1 ulp, the others rounded once from f64.
  public func callAsFunction(_ values: [Float]) -> [Float] {
    [Float](unsafeUninitializedCapacity: values.count) { out, count in
      values.withUnsafeBufferPointer {
        if let from = $0.baseAddress, let to = out.baseAddress {
          ck_map_f32(rawValue, from, to, values.count)
        }
      }
      count = values.count
    }
  }

  /// f64 results: within 1 ulp, `tanh` and `expm1` within 3.
  public func callAsFunction(_ values: [Double]) -> [Double] {
    [Double](unsafeUninitializedCapacity: values.count) { out, count in
      values.withUnsafeBufferPointer {
        if let from = $0.baseAddress, let to = out.baseAddress {
          ck_map_f64(rawValue, from, to, values.count)
        }
      }
      count = values.count
    }
  }

  public func callAsFunction(_ value: Double) -> Double {
    switch self {
    case .exp: ck_exp_f64(value)
    case .log: ck_log_f64(value)
    case .sin: ck_sin_f64(value)
    case .cos: ck_cos_f64(value)
    case .tanh: ck_tanh_f64(value)
    case .expm1: ck_expm1_f64(value)
    case .log1p: ck_log1p_f64(value)
    }
  }
}

/// Functions of two numbers, and exact ones.
public enum Arithmetic {
  public static func power(_ base: Double, _ exponent: Double) -> Double {
    ck_pow_f64(base, exponent)
  }

  /// x - y · trunc(x / y), exact, with the sign of x.
  public static func remainder(_ x: Double, _ y: Double) -> Double { ck_remainder_f64(x, y) }

  public static func floor(_ x: Double) -> Double { ck_floor_f64(x) }
}
