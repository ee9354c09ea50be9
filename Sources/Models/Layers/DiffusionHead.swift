import Kernels
import Tensors

/// A small network that finds the noise in a row by a condition, and the diffusion that it makes rows by (MAR's head:
/// arXiv 2406.11838; loss and sampler: arXiv 2006.11239).
public struct DiffusionHead: LayerGroup {
  public let inputs: Int
  public let schedule: DiffusionSchedule
  public let net: ConditionedNet

  public init(
    _ inputs: Int, width: Int, layers: Int, conditionWidth: Int, schedule: DiffusionSchedule
  ) throws(ModelError) {
    net = try ConditionedNet(
      inputs, width: width, layers: layers, conditionWidth: conditionWidth, timeScale: 1)
    (self.inputs, self.schedule) = (inputs, schedule)
  }

  public var children: [(name: String, layer: any LayerGroup)] { [("net", net)] }

  /// The noise `[rows, inputs]` that is in rows of given steps.
  public func noise(
    in x: Variable, steps: [Int], condition: Variable, in pass: inout LayerPass
  ) throws -> Variable {
    let times = try Tensor(steps.map { Double($0) }, shape: [steps.count]).cast(
      to: x.elementType)
    return try pass.within("net") {
      try net.values(x, times: Variable(constant: times), condition: condition, in: &$0)
    }
  }

  /// Squared errors `[rows]` of the noise in data `[rows, inputs]`, at steps of the pass's stream.
  public func loss(of data: Tensor, condition: Variable, in pass: inout LayerPass) throws
    -> LayerLoss
  {
    let stream = pass.nextStream()
    var numbers = stream.child("steps")
    let steps = (0..<data.shape[0]).map { _ in 1 + numbers.int(below: schedule.steps) }
    let noise = try Tensor.normal(data.shape, data.elementType, stream: stream.child("noise"))
    let x = try schedule.point(data, noise: noise, steps: steps)
    let found = try self.noise(
      in: Variable(constant: x), steps: steps, condition: condition, in: &pass)
    return try .squaredError(found, to: Variable(constant: noise))
  }

  /// A row for each condition, from noise of the pass's stream.
  ///
  /// - Parameters:
  ///   - count: steps, spread evenly over the schedule's.
  ///   - spread: 1: DDPM; 0: DDIM, whose only noise is the start.
  public func sample(
    condition: Variable, steps count: Int, spread: Double = 1, in pass: inout LayerPass
  ) throws -> Tensor {
    guard (1...schedule.steps).contains(count) else {
      throw ModelError.layer(
        name: "diffusion", reason: "\(count) steps are not in 1...\(schedule.steps)")
    }
    let shape = [condition.shape[0], inputs]
    let stream = pass.nextStream()
    var x = try Tensor.normal(shape, condition.elementType, stream: stream.child("start"))
    for place in (1...count).reversed() {
      try Cancellation.check()
      let step = schedule.steps * place / count
      let target = schedule.steps * (place - 1) / count
      let noise = try self.noise(
        in: Variable(constant: x), steps: [Int](repeating: step, count: shape[0]),
        condition: condition, in: &pass)
      let fresh = try Tensor.normal(shape, x.elementType, stream: stream.child("\(step)"))
      x = try schedule.earlier(
        x, noise: noise.value, from: step, to: target, spread: spread, fresh: fresh)
    }
    return x
  }
}
