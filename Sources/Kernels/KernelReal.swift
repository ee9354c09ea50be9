/// The numbers that differentiable kernels work on: f32, and f64 as its twin.
public protocol KernelReal: BinaryFloatingPoint, Sendable {}
extension Float: KernelReal {}
extension Double: KernelReal {}
