import Kernels
import Tensors
import Testing

@testable import Models

/// Layers run with parameters at hand, and their gradients against central differences in f64.
enum LayerChecking {
  /// Evenly from ±bound, by name.
  static func tensor(_ shape: [Int], _ name: String, bound: Double = 1) throws -> Tensor {
    try .uniform(
      shape, from: -bound, to: bound, .f64, stream: RandomStream(seed: 4, path: ["layers", name]))
  }

  static func variable(_ shape: [Int], _ name: String, bound: Double = 1) throws -> Variable {
    Variable(constant: try tensor(shape, name, bound: bound))
  }

  /// Values of all parameters, none of them 0, so that no gradient hides behind another.
  static func values(of group: some LayerGroup, bound: Double = 0.6) throws -> [Tensor] {
    try group.parameters.map { try tensor($0.shape, $0.name, bound: bound) }
  }

  /// The layer's result and the pass behind it.
  static func run(
    _ layer: any Layer, _ x: Tensor, values: [Tensor],
    _ prepare: (inout LayerPass) -> Void = { _ in }
  ) throws -> Tensor {
    var pass = LayerPass(layer, values: values)
    prepare(&pass)
    return try layer.forward(Variable(constant: x), in: &pass).value
  }

  /// Expects gradients of the layer's input and parameters to be the slopes.
  ///
  /// - Parameters:
  ///   - hasInput: whether gradients go to x.
  ///   - body: the way through the layers; their result of any shape.
  static func checkGradients(
    of group: some LayerGroup, _ x: Tensor, hasInput: Bool = true, bound: Double = 0.6,
    location: SourceLocation = #_sourceLocation,
    _ body: (Variable, inout LayerPass) throws -> Variable
  ) throws {
    let names = ["input"] + group.parameters.map(\.name)
    let point = [x] + (try values(of: group, bound: bound))
    func output(_ variables: [Variable]) throws -> Variable {
      var pass = LayerPass(
        Dictionary(zip(names.dropFirst(), variables.dropFirst())) { first, _ in first })
      return try body(variables[0], &pass)
    }
    let tape = Tape()
    let variables = try point.enumerated().map { place, value in
      place > 0 || hasInput ? try tape.variable(value) : Variable(constant: value)
    }
    let result = try output(variables)
    let cotangent = try tensor(result.shape, "cotangent")
    let wanted = hasInput ? variables : Array(variables.dropFirst())
    let found = try tape.gradients(of: result, cotangent: cotangent, with: wanted)
    for (place, gradient) in zip((hasInput ? 0 : 1)..., found) {
      let slopes = try point[place].centralDifferences(step: 1e-5) { moved in
        var constants = point.map { Variable(constant: $0) }
        constants[place] = Variable(constant: moved)
        let values = try output(constants).value.doubles
        return NaiveLayers.product(values, cotangent.doubles)
      }
      let own = try #require(gradient, "no gradient of \(names[place])", sourceLocation: location)
      let size = max(slopes.doubles.map(abs).max() ?? 0, 1e-2)
      for (a, b) in zip(own.doubles, slopes.doubles) {
        #expect(abs(a - b) < 1e-6 * size, "\(names[place])", sourceLocation: location)
      }
      // A parameter that nothing depends on would pass unseen.
      #expect(own.doubles.contains { $0 != 0 }, "\(names[place])", sourceLocation: location)
    }
  }

  static func checkGradients(
    of layer: any Layer, _ x: Tensor, hasInput: Bool = true, bound: Double = 0.6,
    location: SourceLocation = #_sourceLocation, _ prepare: (inout LayerPass) -> Void = { _ in }
  ) throws {
    try checkGradients(
      of: LayerSequence([layer]), x, hasInput: hasInput, bound: bound, location: location
    ) { x, pass in
      prepare(&pass)
      return try pass.run("0", layer, x)
    }
  }

  /// Expects numbers to be within a share of the greatest.
  static func expectClose(
    _ found: Tensor, _ wanted: [Double], shape: [Int], within tolerance: Double = 1e-12,
    location: SourceLocation = #_sourceLocation
  ) {
    #expect(found.shape == shape, sourceLocation: location)
    let size = max(wanted.map(abs).max() ?? 0, 1)
    let differences: [Double] = zip(found.doubles, wanted).map { abs($0 - $1) }
    let apart = differences.max() ?? 0
    #expect(found.count == wanted.count, sourceLocation: location)
    #expect(apart <= tolerance * size, "\(apart)", sourceLocation: location)
  }
}
