import Tensors

/// An optimizer that says what it was made with, so that a run is resumed with the same.
public protocol DescribedOptimizer: Optimizer {
  /// Its kind and all that it was made with.
  var settings: [TrainingSetting] { get }
}

extension Tensors.AdamW: DescribedOptimizer {
  public var settings: [TrainingSetting] {
    [
      .init("optimizer", "adamw"), .init("first_decay", firstDecay),
      .init("second_decay", secondDecay), .init("epsilon", epsilon),
      .init("weight_decay", weightDecay),
    ]
  }
}

extension SGD: DescribedOptimizer {
  public var settings: [TrainingSetting] {
    [
      .init("optimizer", "sgd"), .init("momentum", momentum), .init("nesterov", isNesterov),
      .init("weight_decay", weightDecay),
      .init("element_limit", elementLimit.map { "\($0)" } ?? "none"),
    ]
  }
}

extension Lion: DescribedOptimizer {
  public var settings: [TrainingSetting] {
    [
      .init("optimizer", "lion"), .init("first_decay", firstDecay),
      .init("second_decay", secondDecay), .init("weight_decay", weightDecay),
    ]
  }
}

extension Adafactor: DescribedOptimizer {
  public var settings: [TrainingSetting] {
    [
      .init("optimizer", "adafactor"), .init("decay_exponent", decayExponent),
      .init("clipping", clipping), .init("scales_by_parameter", scalesByParameter),
      .init("weight_decay", weightDecay),
    ]
  }
}

extension Muon: DescribedOptimizer {
  public var settings: [TrainingSetting] {
    [
      .init("optimizer", "muon"), .init("momentum", momentum), .init("weight_decay", weightDecay),
      .init("others_share", othersShare),
    ] + others.settings.dropFirst().map { .init("others_\($0.name)", $0.value) }
  }
}
