import Tensors

/// A training run on inverse permutations, and how well the trained network answers.
public struct InversePermutationTraining: Sendable {
  /// What a run is made with.
  public struct Configuration: Sendable {
    public var layout: InversePermutationLayout
    public var layers: Int
    public var batch: Int
    public var steps: Int
    public var recipe: InversePermutationRecipe
    /// The greatest learning rate; it falls along half a cosine to 0.
    public var rate: Double
    /// Names the first weights and the examples.
    public var seed: UInt64
    /// Examples to measure on, at least.
    public var measured: Int

    /// - Parameter rate: the recipe's own unless given.
    public init(
      layout: InversePermutationLayout, layers: Int = 2, batch: Int = 128, steps: Int,
      recipe: InversePermutationRecipe = .adam, rate: Double? = nil, seed: UInt64 = 1,
      measured: Int = 1024
    ) {
      (self.layout, self.layers, self.batch, self.steps) = (layout, layers, batch, steps)
      (self.recipe, self.rate) = (recipe, rate ?? recipe.rate)
      (self.seed, self.measured) = (seed, measured)
    }
  }

  /// The trained network, in f64.
  public let transformer: DisentangledTransformer
  /// The mean squared error of an element of each step's batch.
  public let losses: [Double]
  /// On examples that training did not draw, every permutation equally often up to n = 6.
  public let score: InversePermutationScore

  /// Numbers of a batch in the widest residual stream: half a gigabyte.
  private static let greatestStream = 1 << 27

  /// - Throws: ``TrainingError``; also for a batch whose residual stream would be larger than 2²⁷ numbers.
  public static func run(
    _ configuration: Configuration, progress: ((Int, Double) -> Void)? = nil
  ) throws(TrainingError) -> Self {
    let (layout, seed, recipe) = (
      configuration.layout, configuration.seed, configuration.recipe
    )
    let widths = try DisentangledTransformer.widths(
      contentWidth: layout.size, rows: layout.rows, layers: configuration.layers)
    let largest = max(greatestStream / (layout.rows * (widths.last ?? 1)), 1)
    guard (1...largest).contains(configuration.batch) else {
      throw .setting(
        name: "batch", value: configuration.batch,
        reason: "must be from 1 to \(largest) for sequences of \(layout.rows) rows")
    }
    let network = try InversePermutationNetwork(
      layout, layers: configuration.layers, seed: seed, recipe: recipe)
    let trainer = try NetworkTrainer(
      network,
      batches: InversePermutationBatches(
        size: layout.size, count: configuration.batch, seed: seed),
      settings: NetworkTrainingSettings(
        steps: configuration.steps, optimizer: recipe.optimizer,
        rate: LearningRate(
          peak: configuration.rate, course: .cosine, steps: configuration.steps), largestNorm: nil,
        seed: seed))
    let elements = Double(recipe.elements(inRowOf: layout.size))
    let outcome = try trainer.run { progress?($0.report.step, $0.report.loss / elements) }
    let examples = InversePermutationExample.balanced(
      size: layout.size, count: configuration.measured,
      stream: RandomStream(seed: seed, path: ["inverse permutation", "held out"]))
    let score = try Self.score(network, trainer.parameters, on: examples)
    return Self(
      transformer: try network.transformer(trainer.parameters),
      losses: outcome.losses.map { $0 / elements }, score: score)
  }

  /// How well a network with these parameters answers, 256 examples at a time.
  static func score(
    _ network: InversePermutationNetwork, _ parameters: [NetworkParameter],
    on examples: [InversePermutationExample]
  ) throws(TrainingError) -> InversePermutationScore {
    let variables = parameters.map { Variable(constant: $0.value) }
    let part = network.layout.size * network.layout.size
    var answers: [[Double]] = []
    do {
      for start in stride(from: 0, to: examples.count, by: 256) {
        let batch = Array(examples[start..<min(start + 256, examples.count)])
        let values = try network.answers(to: batch, with: variables).value.doubles
        answers += batch.indices.map { Array(values[$0 * part..<($0 + 1) * part]) }
      }
    } catch { throw TrainingError(cause: error) }
    return InversePermutationScore(answers, of: examples, network.layout)
  }
}
