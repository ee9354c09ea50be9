import Testing

@testable import Tensors

@Suite("Losses") struct LossTests {
  @Test("losses: gradients against central differences", arguments: Loss.allCases)
  func losses(_ loss: Loss) throws {
    let x = try GradientChecking.tensor([3, 4], "x", from: -2, to: 2)
    let targets =
      loss == .crossEntropy
      ? Tensor([Int32(0), 3, 1])
      : try GradientChecking.tensor([3, 4], "t", from: 0, to: 1)
    try GradientChecking.check("\(loss)", [x]) { try loss.mean($0[0], targets: targets) }
    let found = try loss.gradient(x, targets: targets)
    let slopes = try x.centralDifferences(step: 1e-5) {
      try loss.mean(Variable(constant: $0), targets: targets).value.doubles[0]
    }
    for (a, b) in zip(found.gradient.doubles, slopes.doubles) { #expect(abs(a - b) <= 1e-8) }
    #expect(throws: TensorError.self) {
      try loss.mean(Variable(constant: x), targets: Tensor([Int32(0), 1]))
    }
  }

  @Test("a divergence from itself is nothing, with zeros too")
  func divergence() throws {
    let shares = try Tensor([0.5, 0, 0.5, 1, 0, 0], shape: [2, 3])
    let logits = try Tensor([0, -800, 0, 0, -900, -900.0], shape: [2, 3])
    let loss = try Loss.divergence.mean(Variable(constant: logits), targets: shares).value
    #expect(abs(loss.doubles[0]) < 1e-12)
  }
}
