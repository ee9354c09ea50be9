import Testing

@testable import Tensors

/// Gradients against central differences in f64, and f32 against f64.
enum GradientChecking {
  static func tensor(
    _ shape: [Int], _ name: String, from low: Double = -1, to high: Double = 1
  ) throws -> Tensor {
    var stream = RandomStream(seed: 11, path: ["gradients", name])
    let values = (0..<shape.reduce(1, *)).map { _ in low + (high - low) * stream.uniform() }
    return try Tensor(values, shape: shape)
  }

  /// Expects `body`'s gradients to be right for every input, whatever the output's cotangent.
  static func check(
    _ name: String, _ inputs: [Tensor], tolerance: Double = 1e-4,
    location: SourceLocation = #_sourceLocation,
    _ body: ([Variable]) throws -> Variable
  ) throws {
    let wide = try gradients(inputs, nil, body)
    let narrow = try gradients(inputs.map { try $0.cast(to: .f32) }, wide.cotangent, body)
    let weights = wide.cotangent.doubles
    for (index, input) in inputs.enumerated() {
      let gradient = wide.gradients[index].doubles
      #expect(wide.gradients[index].shape == input.shape, "\(name)", sourceLocation: location)
      let error = try Self.error(gradient, at: input.doubles) { point in
        var moved = inputs.map { Variable(constant: $0) }
        moved[index] = Variable(constant: try Tensor(point, shape: input.shape))
        let values = try body(moved).value.doubles
        return zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 }
      }
      #expect(error < 1e-6, "\(name), input \(index), f64", sourceLocation: location)
      #expect(narrow.gradients[index].elementType == .f32, sourceLocation: location)
      let size = max(gradient.map(abs).max() ?? 0, 1e-3)
      for (a, b) in zip(narrow.gradients[index].doubles, gradient) {
        #expect(
          abs(a - b) <= tolerance * size, "\(name), input \(index), f32: \(a), \(b)",
          sourceLocation: location)
      }
    }
  }

  private static func gradients(
    _ inputs: [Tensor], _ cotangent: Tensor?, _ body: ([Variable]) throws -> Variable
  ) throws -> (gradients: [Tensor], cotangent: Tensor) {
    let tape = Tape()
    let variables = try inputs.map { try tape.variable($0) }
    let output = try body(variables)
    let cotangent = try (cotangent ?? tensor(output.shape, "cotangent")).cast(
      to: output.elementType)
    let found = try tape.gradients(of: output, cotangent: cotangent, with: variables)
    return (try found.map { try #require($0) }, cotangent)
  }

  /// The largest relative error of `gradient` against central differences of `loss`.
  private static func error(
    _ gradient: [Double], at point: [Double], loss: ([Double]) throws -> Double
  ) rethrows -> Double {
    let step = 1e-5
    var worst = 0.0
    let size = gradient.map(abs).max() ?? 0
    for index in point.indices {
      var moved = point
      moved[index] = point[index] + step
      let up = try loss(moved)
      moved[index] = point[index] - step
      let slope = (up - (try loss(moved))) / (2 * step)
      let difference = abs(slope - gradient[index])
      worst = max(worst, difference / max(abs(slope), size, 1e-3))
      if difference.isNaN { return .infinity }
    }
    return worst
  }
}
