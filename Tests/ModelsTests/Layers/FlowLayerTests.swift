import Glibc
import Kernels
import Tensors
import Testing

@testable import Models

@Suite("Flows, diffusion and their heads") struct FlowLayerTests {
  typealias Check = LayerChecking

  @Test("waves of times are cos and sin at falling frequencies")
  func waves() throws {
    let times = Tensor([0.0, 0.25, 1])
    let found = try TimeFeatures.waves(times, width: 6, scale: 100, base: 1000)
    let wanted = times.doubles.flatMap { time -> [Double] in
      let angles: [Double] = (0..<3).map { pair -> Double in
        let frequency: Double = pow(1000, -Double(pair) / 3)
        return time * 100 * frequency
      }
      let waves: [Double] = angles.map { cos($0) }
      return waves + angles.map { angle -> Double in sin(angle) }
    }
    Check.expectClose(found, wanted, shape: [3, 6], within: 1e-13)
    #expect(throws: ModelError.self) { try TimeFeatures.waves(times, width: 5) }
  }

  @Test("a line leads from noise to data")
  func line() throws {
    let (data, noise) = (try Check.tensor([3, 2], "data"), try Check.tensor([3, 2], "noise"))
    let found = try FlowMatching().point(data, noise: noise, times: Tensor([0.0, 1, 0.25]))
    let (a, b) = (data.doubles, noise.doubles)
    #expect(Array(found.doubles[0..<4]) == [b[0], b[1], a[2], a[3]])
    let between: Double = 0.25 * a[4] + 0.75 * b[4]
    #expect(abs(found.doubles[4] - between) < 1e-15)
  }

  /// For data N(mean, deviation²) the velocity is known: (t s² - (1 - t)) / ((1 - t)² + t² s²) (x - t mean) + mean.
  static func gaussian(mean: Double, deviation: Double) -> FlowMatching.Velocity {
    { x, times, _ in
      let t = times.value.doubles[0]
      let variance = deviation * deviation
      let rest: Double = 1 - t
      let size: Double = rest * rest + t * t * variance
      let slope: Double = (t * variance - rest) / size
      return try (x - t * mean) * slope + mean
    }
  }

  @Test("Euler's method comes to the data's distribution, twice as near with twice the steps")
  func euler() throws {
    var pass = LayerPass([:])
    let noise = Tensor([-1.5, -0.2, 0.4, 2])
    let wanted = noise.doubles.map { 0.7 + 0.5 * $0 }
    func error(_ steps: Int) throws -> Double {
      let found = try FlowMatching().sample(
        from: noise, steps: steps, in: &pass, velocity: Self.gaussian(mean: 0.7, deviation: 0.5))
      let apart: [Double] = zip(found.doubles, wanted).map { abs($0 - $1) }
      return apart.max() ?? 0
    }
    let (coarse, fine) = (try error(64), try error(128))
    #expect(fine < 0.02)
    #expect((1.8...2.2).contains(coarse / fine))
    #expect(throws: ModelError.self) { try error(0) }
  }

  @Test("the loss is least at the known velocity, and the velocity's error there is the data's own")
  func optimum() throws {
    let stream = RandomStream(seed: 8)
    let data = try Tensor.normal([4000, 1], mean: 0.7, deviation: 0.5, .f64, stream: stream)
    func loss(_ shift: Double, _ times: FlowMatching.Times) throws -> Double {
      var pass = LayerPass([:], stream: stream.child("loss"))
      let losses = try FlowMatching(times: times).loss(of: data, in: &pass) { x, times, _ in
        let t = try times.reshaped([4000, 1])
        let rest = try 1 - t
        let size: Variable = try rest * rest + t * t * 0.25
        let slope: Variable = try (t * 0.25 - rest) / size
        return try (x - t * 0.7) * slope + (0.7 + shift)
      }
      #expect(losses.weight == 4000)
      return try losses.terms.sum().value.doubles[0] / losses.weight
    }
    for times in [FlowMatching.Times.uniform, .logitNormal] {
      let least = try loss(0, times)
      // A shift adds its square, but for what 4000 draws leave.
      for shift in [-0.2, 0.2] {
        let added = try loss(shift, times) - least
        #expect(abs(added - 0.04) < 0.02)
      }
    }
    let drawn = try FlowMatching(times: .logitNormal).drawnTimes(4000, stream: stream, .f64)
    let mean = drawn.doubles.reduce(0, +) / 4000
    #expect(abs(mean - 0.5) < 0.02 && drawn.doubles.allSatisfy { (0...1).contains($0) })
  }

  @Test("a schedule's shares are products, and known noise leads back to the data")
  func schedule() throws {
    let schedule = try DiffusionSchedule.linear(steps: 50, from: 1e-3, to: 0.1)
    #expect(schedule.betas.first == 1e-3 && abs((schedule.betas.last ?? 0) - 0.1) < 1e-15)
    var share = 1.0
    for step in 0..<50 {
      let beta: Double = 1e-3 + 0.099 * Double(step) / 49
      share *= 1 - beta
      #expect(abs(schedule.keptShares[step + 1] - share) < 1e-14)
    }
    let (data, noise) = (try Check.tensor([2, 3], "data"), try Check.tensor([2, 3], "noise"))
    let x = try schedule.point(data, noise: noise, steps: [30, 30])
    let back = try schedule.earlier(x, noise: noise, from: 30, to: 0, fresh: noise)
    Check.expectClose(back, data.doubles, shape: [2, 3])
    // On the way the point of the earlier step.
    Check.expectClose(
      try schedule.earlier(x, noise: noise, from: 30, to: 12, fresh: noise),
      try schedule.point(data, noise: noise, steps: [12, 12]).doubles, shape: [2, 3])
    let cosine = try DiffusionSchedule.cosine(steps: 10)
    #expect(zip(cosine.keptShares, cosine.keptShares.dropFirst()).allSatisfy { $0 > $1 })
    let angle: Double = 0.308 / 1.008 * Double.pi / 2
    let (here, start): (Double, Double) = (cos(angle), cos(0.008 / 1.008 * Double.pi / 2))
    let wanted: Double = here * here / (start * start)
    #expect(abs(cosine.keptShares[3] - wanted) < 1e-12)
    #expect(throws: ModelError.self) { try DiffusionSchedule(betas: []) }
    #expect(throws: ModelError.self) { try DiffusionSchedule(betas: [0.5, 1]) }
    #expect(throws: ModelError.self) {
      try schedule.earlier(x, noise: noise, from: 3, to: 3, fresh: noise)
    }
    #expect(throws: ModelError.self) { try schedule.point(data, noise: noise, steps: [1, 51]) }
  }

  @Test("a step of spread 1 is DDPM's posterior")
  func posterior() throws {
    let schedule = try DiffusionSchedule.linear(steps: 20, from: 0.02, to: 0.3)
    let (data, noise) = (try Check.tensor([5], "data"), try Check.tensor([5], "noise"))
    let fresh = try Check.tensor([5], "fresh")
    for step in [1, 2, 9, 20] {
      let x = try schedule.point(data, noise: noise, steps: [Int](repeating: step, count: 5))
      let found = try schedule.earlier(
        x, noise: noise, from: step, to: step - 1, spread: 1, fresh: fresh)
      // Equations 6 and 7 of arXiv 2006.11239.
      let (now, then) = (schedule.keptShares[step], schedule.keptShares[step - 1])
      let beta = schedule.betas[step - 1]
      let ofData: Double = then.squareRoot() * beta / (1 - now)
      let ofPoint: Double = (1 - beta).squareRoot() * (1 - then) / (1 - now)
      let variance: Double = (1 - then) / (1 - now) * beta
      let (a, b, c) = (data.doubles, x.doubles, fresh.doubles)
      let wanted: [Double] = (0..<5).map { place -> Double in
        let mean: Double = ofData * a[place] + ofPoint * b[place]
        return mean + variance.squareRoot() * c[place]
      }
      Check.expectClose(found, wanted, shape: [5])
    }
  }

  static func head() throws -> FlowHead {
    try FlowHead(3, width: 4, layers: 2, conditionWidth: 2)
  }

  @Test("a head begins at the velocity 0, so that noise stays, and gives each row its own")
  func flowHead() throws {
    let head = try Self.head()
    let condition = try Check.variable([2, 2], "condition")
    var pass = LayerPass(head, values: try head.freshValues(seed: 2, .f64))
    let first = try head.sample(condition: condition, steps: 3, in: &pass)
    pass = LayerPass(head, values: try head.freshValues(seed: 2, .f64))
    let stream = pass.nextStream()
    #expect(try first == .normal([2, 3], .f64, stream: stream))
    // Rows do not see each other.
    let values = try Check.values(of: head)
    let x = try Check.tensor([2, 3], "x")
    func velocity(_ rows: Range<Int>) throws -> Tensor {
      var pass = LayerPass(head, values: values)
      let part: [TensorIndex] = [.range(start: rows.lowerBound, end: rows.upperBound)]
      return try head.velocity(
        Variable(constant: x.indexed(part)),
        times: Variable(constant: Tensor([0.3, 0.8]).indexed(part)),
        condition: condition.indexed(part), in: &pass
      ).value
    }
    let both = try velocity(0..<2)
    #expect(try velocity(1..<2) == both.indexed([.range(start: 1, end: 2)]))
    #expect(both.doubles.allSatisfy { $0 != 0 })
  }

  @Test("heads have the gradients of their slopes, those of the condition too")
  func headGradients() throws {
    let head = try Self.head()
    let times = Variable(constant: Tensor([0.3, 0.8]))
    let condition = try Check.tensor([2, 2], "condition")
    try Check.checkGradients(of: head, condition) { condition, pass in
      try head.velocity(
        Variable(constant: Check.tensor([2, 3], "x")), times: times, condition: condition,
        in: &pass)
    }
    let diffusion = try DiffusionHead(
      3, width: 4, layers: 1, conditionWidth: 2, schedule: .linear(steps: 10))
    try Check.checkGradients(of: diffusion, Check.tensor([2, 3], "x")) { x, pass in
      try diffusion.noise(
        in: x, steps: [2, 9], condition: Variable(constant: condition), in: &pass)
    }
  }

  @Test("guidance of no weight is none, and more leads further from the unconditional velocity")
  func guidance() throws {
    let (a, b) = (try Check.variable([2, 2], "a"), try Check.variable([2, 2], "b"))
    #expect(try FlowMatching.guided(a, b, weight: 0).value == a.value)
    let far = try FlowMatching.guided(a, b, weight: 2).value.doubles
    for (index, value) in far.enumerated() {
      let wanted: Double = 3 * a.value.doubles[index] - 2 * b.value.doubles[index]
      #expect(abs(value - wanted) < 1e-14)
    }
  }

  @Test("a diffusion transformer begins at 0, takes labels and texts, and has its gradients")
  func transformer() throws {
    let patches = try PatchLayer(channels: 1, height: 4, width: 4, side: 2, outputs: 4)
    let network = try DiffusionTransformer(
      patches: patches,
      sizes: .init(
        width: 4, heads: 1, layers: 1, inner: 5, hasBias: false,
        positions: .grid(height: 2, width: 2, base: 100)),
      classes: 3, memoryWidth: 5)
    let x = try Check.tensor([2, 1, 4, 4], "x")
    let times = Variable(constant: Tensor([0.2, 0.9]))
    let text = try Check.variable([2, 3, 5], "text")
    func velocity(_ values: [Tensor], _ labels: [Int]?, _ text: Variable) throws -> Tensor {
      var pass = LayerPass(network, values: values)
      pass.memory = .init(text)
      return try network.velocity(
        Variable(constant: x), times: times, labels: labels, in: &pass
      ).value
    }
    let fresh = try network.freshValues(seed: 1, .f64)
    #expect(try velocity(fresh, [0, 2], text).doubles.allSatisfy { $0 == 0 })
    let values = try Check.values(of: network)
    let known = try velocity(values, [0, 2], text)
    #expect(known.shape == [2, 1, 4, 4])
    #expect(try velocity(values, nil, text) == velocity(values, [3, 3], text))
    #expect(try velocity(values, [1, 2], text) != known)
    #expect(try velocity(values, [0, 2], Check.variable([2, 3, 5], "other")) != known)
    #expect(throws: TensorError.self) { try velocity(values, [0, 4], text) }
    try Check.checkGradients(of: network, x) { x, pass in
      pass.memory = .init(text)
      return try network.velocity(x, times: times, labels: [1, 1], in: &pass)
    }
  }
}
