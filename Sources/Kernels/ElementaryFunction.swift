import CKernels

/// The functions of one number: our own, so that their bits are the same on every machine.
public enum ElementaryFunction: Int32, Sendable, CaseIterable {
  case exp, log, sin, cos, tanh, expm1, log1p, erf
  /// log |Γ(x)|; +∞ at 0 and the negative integers.
  case lgamma
  /// The derivative of `lgamma`; -∞ at 0, NaN at the negative integers.
  case digamma

  /// f32 results: `exp` and `erf` within 1.1 ulp, `tanh` within 1.4, the others rounded once from f64,
  /// within 0.51.
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

  /// f64 results: within 1 ulp, `log1p` within 2, `tanh` and `expm1` within 3, `lgamma` and `digamma`
  /// within 3 where x > 0, and within 5 of their reflection's largest term where x < 0.
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
    case .erf: ck_erf_f64(value)
    case .lgamma: ck_lgamma_f64(value)
    case .digamma: ck_digamma_f64(value)
    }
  }
}

/// Functions of two numbers, and exact ones.
public enum Arithmetic {
  public static func power(_ base: Double, _ exponent: Double) -> Double {
    ck_pow_f64(base, exponent)
  }

  /// As a power of arrays of one number.
  public static func power(_ base: Float, _ exponent: Float) -> Float {
    var (x, y, result) = (base, exponent, Float.nan)
    ck_power_f32(&x, &y, &result, 1)
    return result
  }

  /// Each base to the power of the exponent beside it, rounded once from f64: within 0.51 ulp.
  public static func power(_ bases: [Float], _ exponents: [Float]) throws(KernelError) -> [Float] {
    try paired(bases, exponents, ck_power_f32)
  }

  /// Each base to the power of the exponent beside it, within 1 ulp.
  public static func power(_ bases: [Double], _ exponents: [Double]) throws(KernelError)
    -> [Double]
  {
    try paired(bases, exponents, ck_power_f64)
  }

  private static func paired<T: KernelReal>(
    _ x: [T], _ y: [T],
    _ kernel: (UnsafePointer<T>, UnsafePointer<T>, UnsafeMutablePointer<T>, Int) -> Void
  ) throws(KernelError) -> [T] {
    try KernelError.check("power", "exponents", y.count, x.count)
    return [T](unsafeUninitializedCapacity: x.count) { out, count in
      x.withUnsafeBufferPointer { x in
        y.withUnsafeBufferPointer { y in
          if let bases = x.baseAddress, let exponents = y.baseAddress, let to = out.baseAddress {
            kernel(bases, exponents, to, x.count)
          }
        }
      }
      count = x.count
    }
  }

  /// x - y · trunc(x / y), exact, with the sign of x.
  public static func remainder(_ x: Double, _ y: Double) -> Double { ck_remainder_f64(x, y) }

  public static func floor(_ x: Double) -> Double { ck_floor_f64(x) }
}
